"""The responsibility matrix and the roles it maps: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, DENIED, NOW, finding, findings

from wa_kit.evidence.iam import IamPrincipal
from wa_kit.model import Attestation, Reason


def said(subject, **more):
    arn = f"answers.yaml#{subject}"
    return Attestation(arn=arn, account=ACCOUNT, region="global", subject=subject, **more)


def line(accountable=None, responsible=None):
    details = {"accountable": accountable or {}, "responsible": responsible or {}}
    return said("raci/practices/sec_identities_secrets", answered=True, details=details)


@pytest.mark.parametrize(
    ("accountable", "responsible", "expected", "because"),
    [
        (
            {"lead": ["Kim", "Lou"]},
            {"ops": ["Jo"]},
            "pass",
            "accountable: Kim and Lou (lead); responsible: Jo (ops)",
        ),
        ({"lead": ["Kim"]}, {"lead": ["Kim"]}, "pass", "accountable: Kim (lead)"),
        ({}, {}, "fail", "the matrix names no role for it"),
        ({}, {"ops": ["Jo"]}, "fail", "no role is accountable for it"),
        ({"lead": ["Kim"]}, {}, "fail", "no role is responsible for it"),
        ({"lead": []}, {"ops": ["Jo"]}, "fail", "nobody holds the role lead"),
        ({"lead": ["Kim"]}, {"ops": ["Jo"], "ghost": []}, "fail", "nobody holds the role ghost"),
        ({"lead": []}, {"lead": []}, "fail", "nobody holds the role lead"),
        ({}, {"ops": []}, "fail", "no role is accountable for it; nobody holds the role ops"),
    ],
)
def test_attest_raci_matrix(accountable, responsible, expected, because):
    found = finding("attest_raci_matrix", line(accountable, responsible))
    assert (found.outcome.value, found.resource_type) == (expected, "Kit::Role")
    assert because in found.because
    assert found.because.count("nobody holds the role lead") <= 1


def test_a_matrix_nobody_began_is_one_question_and_no_failure():
    (found,) = findings("attest_raci_matrix", said("raci"), said("principals/lead"))
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NO_ANSWER)
    assert found.resource == "answers.yaml#raci"


def who(name, days=1, kind="role", **more):
    used = None if days is None else NOW - dt.timedelta(days=days)
    return IamPrincipal(
        **{
            "arn": f"arn:aws:iam::{ACCOUNT}:{kind}/ops/{name}",
            "account": ACCOUNT,
            "region": "global",
            "name": name,
            "kind": kind,
            "service_linked": False,
            "groups": [],
            "inline": [],
            "attached": [],
            "boundary": None,
            "trust": None,
            "last_used": used,
        }
        | more
    )


def mapped(*patterns):
    details = {"principals": list(patterns)}
    return said("principals/lead", answered=bool(patterns), details=details)


@pytest.mark.parametrize(
    ("patterns", "principals", "expected", "because"),
    [
        (["admin"], [who("admin")], "pass", "it acts as admin"),
        (["adm*"], [who("admin"), who("adm2"), who("other")], "pass", "acts as adm2 and admin"),
        ([f"arn:aws:iam::{ACCOUNT}:role/ops/admin"], [who("admin")], "pass", ""),
        (["admin"], [who("admin", 90)], "pass", ""),
        (["admin"], [who("admin", 91)], "unknown", "nobody used admin in the last 90 days"),
        (["admin"], [who("admin", None)], "unknown", "say whether the people of this role"),
        (["a", "b"], [who("a"), who("b", None)], "pass", "a and b; nobody used b"),
        (["kim"], [who("kim", None, kind="user")], "pass", "it acts as kim"),
        (["admin"], [who("Admin")], "fail", "IAM knows no user or role admin"),
        (["admin", "gone*"], [who("admin")], "fail", "IAM knows no user or role gone*"),
        (["[a]dmin"], [who("admin")], "fail", "[a]dmin"),  # brackets are no wildcards
        (["x", "y"], [], "fail", "IAM knows no user or role x or y"),
        ([], [who("admin")], "not_applicable", "does not say as which users and roles"),
        (["admin"], [who("admin", last_used=DENIED)], "unknown", "denied"),
    ],
)
def test_iam_encryption_roles_exist(patterns, principals, expected, because):
    found = finding("iam_encryption_roles_exist", mapped(*patterns), *principals)
    assert found.outcome.value == expected
    assert because in found.because


def test_a_role_not_used_lately_is_a_question_for_people():
    found = finding("iam_encryption_roles_exist", mapped("admin"), who("admin", 200))
    assert found.reason is Reason.NO_ANSWER


@pytest.mark.parametrize(("patterns", "expected"), [(["a"], "unknown"), ([], "not_applicable")])
def test_where_iam_was_denied_nobody_is_missing(patterns, expected):
    found = finding("iam_encryption_roles_exist", mapped(*patterns), denied=[IamPrincipal])
    assert found.outcome.value == expected
    assert replace(found, read={}).reason in (Reason.DENIED, None)
