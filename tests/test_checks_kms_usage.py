"""Use of keys: every branch of the rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, DENIED, NOW, REGION, arn, finding, outcome

from wa_kit.evidence.cloudtrail import KeyUse
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Reason

CHECK = "kms_key_usage_evidence"
SINCE = NOW - dt.timedelta(days=3)


def key(number=1, region=REGION, **more):
    return KmsKey(
        **{
            "arn": arn("kms", f"key/{number}", region),
            "account": ACCOUNT,
            "region": region,
            "name": f"alias/{number}",
            "aliases": [],
            "manager": "CUSTOMER",
            "state": "Enabled",
            "spec": "SYMMETRIC_DEFAULT",
            "usage": "ENCRYPT_DECRYPT",
            "origin": "AWS_KMS",
            "multi_region": None,
            "primary_region": None,
            "replica_regions": [],
            "created": NOW,
            "deletion_date": None,
            "rotates": True,
            "rotation_days": 365,
            "next_rotation": None,
            "policy": None,
            "tags": {},
        }
        | more
    )


def use(event="Decrypt", by="shop", times=1, denied=0, number=1, region=REGION, **more):
    who = by if "." in by else f"arn:aws:iam::{ACCOUNT}:role/{by}"
    named = arn("kms", f"key/{number}", region) if number else ""
    given = {
        "arn": f"{named}#{event}/{who}",
        "account": ACCOUNT,
        "region": region,
        "name": event,
        "key": named,
        "event": event,
        "by": who,
        "times": times,
        "denied": denied,
        "first": SINCE,
        "last": NOW,
        "since": SINCE,
        "sampled": False,
    }
    return KeyUse(**(given | more))


CUT = {"sampled": True}


@pytest.mark.parametrize(
    ("uses", "expected", "because"),
    [
        ([use(times=40)], "pass", "in the last 90 days: Decrypt (40) by role/shop (40)"),
        (
            [use(times=4), use("GenerateDataKey", times=9), use(by="ops", times=20, denied=2)],
            "pass",
            "Decrypt (24) and GenerateDataKey (9) by role/ops (20) and role/shop (13); "
            "2 of 33 refused",
        ),
        (
            [use(by=f"r{n}") for n in range(5)],
            "pass",
            "role/r0 (1), role/r1 (1), role/r2 (1) and 2",
        ),
        ([use(by="eve", times=3, denied=3)], "fail", "refused Decrypt to role/eve (3); in 90 days"),
        ([use(by="eve", times=2, denied=2)], "pass", "2 of 2 refused"),
        ([use("ReEncrypt", by="eve", times=3, denied=3)], "fail", "role/eve (3)"),
        (
            [use(by="eve", times=2, denied=2), use("ReEncrypt", by="eve", times=1, denied=1)],
            "fail",
            "role/eve (3)",
        ),
        ([use(by="eve", denied=2, times=2), use(by="mal", denied=2, times=2)], "pass", "4 of 4"),
        ([use("GenerateDataKey", by="eve", times=9, denied=9)], "pass", "9 of 9 refused"),
        ([use(by="s3.amazonaws.com", times=9, denied=9)], "pass", "9 of 9 refused"),
        (
            [use(by="eve", times=5, denied=5, **CUT)],
            "fail",
            "of the newest events, since 2026-10-29 12:00",
        ),
        ([use(times=5, **CUT)], "unknown", "since 2026-10-29 12:00: Decrypt (5) by role/shop (5)"),
        ([use(number=2, **CUT)], "unknown", "none on this key"),
        ([use("ListKeys", number=0, **CUT)], "unknown", "none on this key"),
        ([use(number=2)], "not_applicable", "nobody called it in the last 90 days"),
        ([], "not_applicable", "nobody called it in the last 90 days"),
        ([use(by="eve", times=9, denied=9, number=2)], "not_applicable", ""),
        ([use(region="us-east-1", **CUT)], "not_applicable", ""),
    ],
)
def test_kms_key_usage_evidence(uses, expected, because):
    found = finding(CHECK, key(), *uses)
    assert found.outcome.value == expected
    assert because in found.because


def test_a_sample_is_nothing_that_a_permission_would_cure():
    found = finding(CHECK, key(), use(**CUT))
    assert found.reason is Reason.NOT_KNOWABLE


def test_a_caller_without_a_name_is_said_to_have_none():
    assert "somebody unnamed (1)" in finding(CHECK, key(), replace(use(), by="")).because


def test_events_that_were_refused_leave_every_key_unknown():
    found = finding(CHECK, key(), denied=[KeyUse])
    assert (found.outcome.value, found.reason) == ("unknown", Reason.DENIED)


def test_a_key_of_which_little_was_read_is_judged_by_its_events_all_the_same():
    hidden = key(manager=DENIED, state=DENIED, tags=DENIED)
    assert outcome(CHECK, hidden, use(times=3, denied=3)) == "fail"
