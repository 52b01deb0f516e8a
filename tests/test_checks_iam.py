"""Checks on who may delete backups: every branch of each rule, on literal rows."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, ACCOUNT_ROW, CONTEXT, DENIED, finding, outcome

from wa_kit.evidence.iam import IamPolicy, IamPrincipal
from wa_kit.model import Reason

DELETES = "backup_delete_permissions"
APART = "backup_role_separation"


def allow(*actions, **more):
    said = {"Effect": "Allow", "Resource": "*"} | more
    return document(said if "NotAction" in said else said | {"Action": list(actions)})


def document(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def trusting(**principal):
    return document({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def who(name, *inline, kind="role", **more):
    return IamPrincipal(
        **{
            "arn": f"arn:aws:iam::{ACCOUNT}:{kind}/{name}",
            "account": ACCOUNT,
            "region": "global",
            "name": name,
            "kind": kind,
            "service_linked": False,
            "groups": [],
            "inline": list(inline),
            "attached": [],
            "boundary": None,
            "trust": trusting(AWS=f"arn:aws:iam::{ACCOUNT}:root") if kind == "role" else None,
            "last_used": None,
        }
        | more
    )


def managed(name, text):
    arn = f"arn:aws:iam::aws:policy/{name}"
    return IamPolicy(arn=arn, account=ACCOUNT, region="global", name=name, document=text)


EVERYTHING = managed("AdministratorAccess", allow("*"))
READERS = managed("ReadOnly", allow("s3:Get*"))
ADMIN = who("admin", attached=[EVERYTHING.arn])
OPERATOR = who("backup-operator", allow("backup:DeleteRecoveryPoint"))
READER = who("reader", allow("s3:GetObject", "ec2:Describe*"))
POLICIES = (EVERYTHING, READERS)
LISTED = replace(CONTEXT, backup_deleters=("backup-operator",))


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        (READER, "pass"),
        (OPERATOR, "pass"),
        (ADMIN, "pass"),  # administrators are listed beside
        (who("ops", allow("ec2:DeleteSnapshot")), "fail"),
        (who("ops", allow("rds:DeleteDBSnapshot")), "fail"),
        (who("ops", allow("rds:DeleteDBClusterSnapshot")), "fail"),
        (who("ops", allow("rds:DeleteDBInstanceAutomatedBackup")), "fail"),
        (who("ops", allow("dynamodb:DeleteBackup")), "fail"),
        (who("ops", allow("backup:DeleteBackupVault")), "fail"),
        (who("ops", allow("Backup:delete*")), "fail"),
        (who("ops", allow("ec2:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}})),
         "fail"),
        (who("ops", allow(NotAction=["iam:*"])), "fail"),
        (who("ops", allow("ec2:*"), kind="user"), "fail"),
        (who("ops", allow("s3:*")), "pass"),
        (who("ops", allow("ec2:*"), service_linked=True), "pass"),
        (who("ops", allow("ec2:*"), trust=trusting(Service="backup.amazonaws.com")), "pass"),
        (who("ops", allow("ec2:*"), trust=trusting(Service="lambda.amazonaws.com")), "fail"),
        (who("ops", allow("ec2:*"), trust="what is this"), "fail"),
        (who("ops", allow("ec2:*"), boundary=READERS.arn), "pass"),
        (who("ops", allow("ec2:*"), boundary=EVERYTHING.arn), "fail"),
        (who("ops", attached=[EVERYTHING.arn], boundary=READERS.arn), "pass"),
        (who("ops", allow("ec2:*"), document(
            {"Effect": "Deny", "Action": "ec2:Delete*", "Resource": "*"})), "pass"),
        (who("ops", attached=["arn:aws:iam::aws:policy/Unheard"]), "unknown"),
        (who("ops", "no policy"), "unknown"),
        (who("ops", inline=DENIED), "unknown"),
        (who("ops", trust=DENIED), "unknown"),
    ],
)  # fmt: skip
def test_backup_delete_permissions(principal, expected):
    assert outcome(DELETES, ACCOUNT_ROW, principal, *POLICIES, context=LISTED) == expected


def test_without_a_list_of_those_allowed_it_is_for_people_to_say():
    found = finding(DELETES, ACCOUNT_ROW, OPERATOR, ADMIN, READER, *POLICIES)
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NO_ANSWER)
    assert found.because == (
        "workload.yaml does not say who may delete backups; up to 1 user or role: "
        "backup-operator can; besides, up to 1 administrator: admin"
    )


def test_without_a_list_an_administrator_who_alone_can_is_no_pass():
    found = finding(DELETES, ACCOUNT_ROW, ADMIN, READER, *POLICIES)
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NO_ANSWER)
    assert found.because == (
        "workload.yaml does not say who may delete backups; up to 1 administrator: admin can"
    )


def test_where_nobody_can_delete_backups_no_list_is_needed():
    assert outcome(DELETES, ACCOUNT_ROW, READER, *POLICIES) == "pass"
    empty = replace(CONTEXT, backup_deleters=())
    assert outcome(DELETES, ACCOUNT_ROW, OPERATOR, *POLICIES, context=empty) == "fail"


@pytest.mark.parametrize(
    "listed", ["ops", f"arn:aws:iam::{ACCOUNT}:role/ops", "arn:aws:iam::*:role/o*"]
)
def test_those_allowed_are_listed_by_name_by_arn_or_by_pattern(listed):
    context = replace(CONTEXT, backup_deleters=(listed,))
    ops = who("ops", allow("ec2:*"))
    assert outcome(DELETES, ACCOUNT_ROW, ops, *POLICIES, context=context) == "pass"


def test_one_who_may_and_should_not_fails_though_another_could_not_be_read():
    rows = (who("ops", allow("ec2:*")), who("x", inline=DENIED))
    assert outcome(DELETES, ACCOUNT_ROW, *rows, *POLICIES, context=LISTED) == "fail"


@pytest.mark.parametrize("check", [DELETES, APART])
@pytest.mark.parametrize("table", [IamPrincipal, IamPolicy])
@pytest.mark.parametrize("context", [CONTEXT, LISTED])
def test_principals_that_were_not_read_are_unknown_with_the_permission(check, table, context):
    found = finding(check, ACCOUNT_ROW, READER, context=context, denied=[table])
    assert (found.outcome.value, found.action) == ("unknown", DENIED.action)


def test_objects_count_as_backups_only_in_buckets_that_hold_them():
    theirs = who("ops", allow("s3:DeleteObjectVersion", Resource="arn:aws:s3:::vault-copy/*"))
    said = replace(LISTED, backup_buckets=("vault-copy",))
    other = replace(LISTED, backup_buckets=("another",))
    assert outcome(DELETES, ACCOUNT_ROW, theirs, context=LISTED) == "pass"
    assert outcome(DELETES, ACCOUNT_ROW, theirs, context=other) == "pass"
    assert outcome(DELETES, ACCOUNT_ROW, theirs, context=said) == "fail"


def test_a_long_list_is_cut_and_says_so():
    many = [who(f"ops-{n:02}", allow("ec2:*")) for n in range(12)]
    found = finding(DELETES, ACCOUNT_ROW, *many, context=LISTED)
    assert "up to 12 users and roles: ops-00, " in found.because
    assert found.because.endswith("ops-09 and 2 more")


def both(*actions, **more):
    return who("both", allow(*actions), **more)


BREAK_GLASS = replace(CONTEXT, break_glass=("emergency",))


@pytest.mark.parametrize(
    ("principal", "context", "expected"),
    [
        (READER, CONTEXT, "pass"),
        (OPERATOR, CONTEXT, "pass"),
        (both("ec2:DeleteVolume"), CONTEXT, "pass"),
        (both("ec2:DeleteVolume", "ec2:DeleteSnapshot"), CONTEXT, "fail"),
        (both("ec2:DeleteVolume", "backup:DeleteRecoveryPoint"), CONTEXT, "fail"),
        (both("dynamodb:PutItem", "dynamodb:DeleteBackup"), CONTEXT, "fail"),
        (both("dynamodb:PutItem", "ec2:DeleteSnapshot"), CONTEXT, "pass"),  # not the same data
        (both("s3:PutObject", "backup:DeleteBackupVault"), CONTEXT, "fail"),
        (both("elasticfilesystem:ClientWrite", "backup:DeleteBackupVault"), CONTEXT, "fail"),
        (both("rds:*"), CONTEXT, "fail"),
        (both("rds:*", boundary=READERS.arn), CONTEXT, "pass"),
        (both("rds:*", service_linked=True), CONTEXT, "pass"),
        (both("rds:*", trust=trusting(Service="backup.amazonaws.com")), CONTEXT, "pass"),
        (both("rds:*"), replace(CONTEXT, break_glass=("both",)), "pass"),
        (ADMIN, CONTEXT, "unknown"),  # nobody has said who is for emergencies
        (ADMIN, BREAK_GLASS, "fail"),
        (ADMIN, replace(CONTEXT, break_glass=("admin",)), "pass"),
        (who("both", inline=DENIED), CONTEXT, "unknown"),
    ],
)
def test_backup_role_separation(principal, context, expected):
    assert outcome(APART, ACCOUNT_ROW, principal, *POLICIES, context=context) == expected


def test_who_can_restore_as_well_is_told():
    ops = both("ec2:DeleteVolume", "ec2:DeleteSnapshot", "backup:StartRestoreJob")
    found = finding(APART, ACCOUNT_ROW, ops)
    assert found.because == (
        "able to destroy data and its backups: up to 1 user or role: both; "
        "1 of them can also restore"
    )


def test_that_only_administrators_can_is_for_people_to_settle():
    found = finding(APART, ACCOUNT_ROW, ADMIN, *POLICIES)
    assert found.reason is Reason.NO_ANSWER
    assert found.because.endswith("up to 1 administrator: admin")


def test_objects_and_their_copies_in_one_hand_are_an_overlap():
    context = replace(CONTEXT, backup_buckets=("vault-copy",))
    ops = both("s3:DeleteObject", "s3:DeleteObjectVersion")
    assert outcome(APART, ACCOUNT_ROW, ops, context=context) == "fail"
    assert outcome(APART, ACCOUNT_ROW, ops) == "pass"
