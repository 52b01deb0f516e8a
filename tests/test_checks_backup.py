"""Checks on AWS Backup: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt
import json
from functools import partial

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, CONTEXT, DENIED, HERE, NOW, REGION, REGION_ROW, arn, finding, outcome

from wa_kit.evidence.backup import BackupPlan, BackupVault, RecoveryPoint
from wa_kit.evidence.dynamodb import DynamoTable
from wa_kit.evidence.ec2 import EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.rds import DbCluster, DbClusterBackup, DbInstance, DbInstanceBackup
from wa_kit.model import Inherited, Reason

OURS = arn("kms", "key/ours")
AWSS = arn("kms", "key/awss")
FOREIGN = arn("kms", "key/theirs", account="999988887777")
KEY = KmsKey(
    **HERE,
    arn=OURS,
    name="alias/backups",
    aliases=["alias/backups"],
    manager="CUSTOMER",
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    usage="ENCRYPT_DECRYPT",
    origin="AWS_KMS",
    multi_region=None,
    primary_region=None,
    replica_regions=[],
    created=NOW,
    deletion_date=None,
    rotates=True,
    rotation_days=365,
    next_rotation=None,
    policy="{}",
    tags={},
)
AWS_KEY = replace(KEY, arn=AWSS, name="alias/aws/backup", aliases=["alias/aws/backup"])
KEYS = (KEY, replace(AWS_KEY, manager="AWS"))

ON_POINTS = ["backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle"]
ON_VAULT = [
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultAccessPolicy",
]


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def deny(actions=(*ON_POINTS, *ON_VAULT), principal="*", resource="*", **more):
    said = {"Effect": "Deny", "Principal": principal, "Action": actions, "Resource": resource}
    return said | more


def copies_from(principal, **more):
    return {
        "Effect": "Allow",
        "Principal": principal,
        "Action": "backup:CopyIntoBackupVault",
        "Resource": "*",
    } | more


VAULT = BackupVault(
    **HERE,
    arn=arn("backup", "backup-vault:main"),
    name="main",
    tags={},
    encryption="kms",
    kms_key=OURS,
    kind="BACKUP_VAULT",
    recovery_points=3,
    locked=False,
    lock_date=None,
    policy=None,
)
RESTRICTED = {"DataClassification": "restricted"}
GAPPED = replace(
    VAULT, kind="LOGICALLY_AIR_GAPPED_BACKUP_VAULT", encryption="owned", kms_key=None, locked=True
)
DEFAULT = replace(VAULT, kms_key=AWSS)


@pytest.mark.parametrize(
    ("vault", "expected"),
    [
        (VAULT, "pass"),
        (replace(VAULT, tags=RESTRICTED), "pass"),
        (DEFAULT, "pass"),  # nobody said that what it holds needs more
        (replace(DEFAULT, tags=RESTRICTED), "fail"),  # wrong_verdicts 11
        (replace(VAULT, encryption="aws-managed", kms_key=None, tags=RESTRICTED), "fail"),
        (replace(VAULT, encryption="owned", kms_key=None, tags=RESTRICTED), "fail"),
        (replace(VAULT, kms_key=FOREIGN, tags=RESTRICTED), "pass"),
        (replace(VAULT, tags={"Sensitivity": "purple"}), "unknown"),
        (replace(VAULT, recovery_points=0), "not_applicable"),
        (replace(VAULT, kind="RESTORE_ACCESS_BACKUP_VAULT"), "not_applicable"),
        (replace(GAPPED, tags=RESTRICTED), "not_applicable"),
        (replace(GAPPED, encryption="kms", kms_key=OURS), "pass"),
        (replace(VAULT, encryption=DENIED, kms_key=DENIED), "unknown"),
        (replace(VAULT, tags=DENIED), "unknown"),
        (replace(VAULT, recovery_points=DENIED), "unknown"),
    ],
)
def test_backup_vault_key_level(vault, expected):
    assert outcome("backup_vault_key_level", vault, *KEYS) == expected


@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
@pytest.mark.parametrize("tags", [{}, RESTRICTED, {"Sensitivity": "purple"}])
def test_a_vault_whose_key_cannot_be_used_is_critical(state, tags):
    found = finding("backup_vault_key_level", replace(VAULT, tags=tags), replace(KEY, state=state))
    assert (found.outcome.value, found.severity, found.level) == ("fail", "critical", "unusable")
    assert state in found.because


@pytest.mark.parametrize(
    ("vault", "said", "expected"),
    [
        (DEFAULT, copies_from({"AWS": "arn:aws:iam::999988887777:root"}), "fail"),
        (
            DEFAULT,
            copies_from("*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}),
            "fail",
        ),
        (DEFAULT, copies_from({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), "pass"),
        (DEFAULT, deny(), "pass"),
        (VAULT, copies_from({"AWS": "arn:aws:iam::999988887777:root"}), "pass"),
        (VAULT, None, "pass"),
    ],
)
def test_a_vault_that_takes_copies_from_other_accounts_needs_a_customer_key(vault, said, expected):
    vault = replace(vault, policy=policy(said) if said else None)
    assert outcome("backup_vault_key_level", vault, *KEYS) == expected


def test_whether_a_default_vault_takes_copies_is_unknown_where_its_policy_was_denied():
    assert outcome("backup_vault_key_level", replace(DEFAULT, policy=DENIED), *KEYS) == "unknown"
    assert outcome("backup_vault_key_level", replace(VAULT, policy=DENIED), *KEYS) == "pass"


def test_a_vault_whose_keys_were_not_read_has_no_level():
    assert outcome("backup_vault_key_level", VAULT, denied=[KmsKey]) == "unknown"
    assert outcome("backup_vault_key_level", VAULT, replace(KEY, state=DENIED)) == "unknown"


POINT = RecoveryPoint(
    **HERE,
    arn=arn("backup", "recovery-point:1"),
    name="orders",
    encryption="kms",
    kms_key=OURS,
    vault="main",
    source_type="RDS",
    source=arn("rds", "db:orders"),
    status="COMPLETED",
    encrypted=True,
    composite=False,
    created=NOW,
    plan=None,
    copied_from=None,
)
PLAIN = replace(POINT, encrypted=False, encryption="none", kms_key=None)


@pytest.mark.parametrize(
    ("point", "expected"),
    [
        (POINT, "pass"),
        (replace(POINT, kms_key=None, encryption="owned"), "pass"),
        (PLAIN, "fail"),
        (replace(PLAIN, source_type="Aurora"), "fail"),  # a copy of a plain one stays plain
        (replace(PLAIN, status="EXPIRED"), "not_applicable"),
        (replace(PLAIN, status="DELETING"), "not_applicable"),
        (replace(PLAIN, status="PARTIAL"), "not_applicable"),
        (replace(PLAIN, composite=True), "not_applicable"),
        (replace(POINT, encrypted=DENIED), "unknown"),
        (replace(POINT, status=DENIED), "unknown"),
        (RecoveryPoint.hidden(DENIED, **HERE, arn=arn("backup", "x"), name="x"), "unknown"),
    ],
)
def test_backup_recovery_point_encrypted(point, expected):
    assert outcome("backup_recovery_point_encrypted", point) == expected


def test_a_recovery_point_of_which_aws_does_not_say_it_is_not_knowable_and_no_failure():
    found = finding("backup_recovery_point_encrypted", replace(POINT, encrypted=None))
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NOT_KNOWABLE)


def test_a_plain_recovery_point_says_what_it_holds_and_where_it_lies():
    found = finding("backup_recovery_point_encrypted", PLAIN)
    assert found.because == "this backup of RDS in vault main is not encrypted"
    assert found.level == "none"
    assert found.see.endswith("--backup-vault-name main")


ADMIN = "arn:aws:iam::111122223333:role/backup-admin"
EXCEPT_ADMIN = {"ArnNotLike": {"aws:PrincipalArn": ADMIN}}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "fail"),  # no policy is an answer, not a refusal
        ({"policy": DENIED}, "unknown"),
        ({"policy": policy(deny())}, "pass"),
        ({"policy": policy(deny(Condition=EXCEPT_ADMIN))}, "pass"),
        ({"policy": policy(deny("*"))}, "pass"),
        ({"policy": policy(deny("backup:*"))}, "pass"),
        ({"policy": policy(deny(ON_POINTS), deny(ON_VAULT, resource=VAULT.arn))}, "pass"),
        ({"policy": policy(deny([*ON_POINTS, "backup:*BackupVault*"]))}, "pass"),
        ({"policy": policy(deny(ON_POINTS))}, "fail"),  # who may change the policy may lift it
        ({"policy": policy(deny(ON_VAULT))}, "fail"),
        ({"policy": policy(deny(principal={"AWS": ADMIN}))}, "fail"),
        ({"policy": policy(deny(resource=arn("ec2", "snapshot/*", account="")))}, "fail"),
        ({"policy": policy(deny(Condition={"Bool": {"aws:ViaAWSService": "false"}}))}, "fail"),
        ({"policy": policy(deny(), deny(principal={"AWS": ADMIN}))}, "pass"),
        ({"policy": policy(copies_from("*"))}, "fail"),
        ({"policy": "no policy at all"}, "unknown"),
        ({"locked": True, "lock_date": NOW - dt.timedelta(days=1)}, "pass"),
        ({"locked": True, "lock_date": NOW - dt.timedelta(days=1), "policy": DENIED}, "pass"),
        ({"locked": True, "lock_date": NOW + dt.timedelta(days=3)}, "fail"),
        ({"locked": True, "lock_date": NOW + dt.timedelta(days=3), "policy": DENIED}, "unknown"),
        ({"locked": True}, "fail"),  # governance mode
        ({"recovery_points": 0}, "not_applicable"),
        ({"kind": "RESTORE_ACCESS_BACKUP_VAULT"}, "not_applicable"),
        ({"kind": "LOGICALLY_AIR_GAPPED_BACKUP_VAULT", "policy": DENIED}, "pass"),
        ({"locked": DENIED}, "unknown"),
    ],
)
def test_backup_vault_access_policy_denies_delete(changes, expected):
    vault = replace(VAULT, **changes)
    assert outcome("backup_vault_access_policy_denies_delete", vault) == expected


@pytest.mark.parametrize(
    ("changes", "because"),
    [
        ({}, "the vault has no access policy; it is not locked"),
        (
            {"locked": True, "lock_date": NOW + dt.timedelta(days=3)},
            "the vault has no access policy; its lock can still be lifted until 2026-11-04",
        ),
        (
            {"policy": policy(deny(ON_VAULT))},
            "its policy does not deny DeleteRecoveryPoint, UpdateRecoveryPointLifecycle; "
            "it is not locked",
        ),
    ],
)
def test_an_open_vault_says_what_is_open(changes, because):
    found = finding("backup_vault_access_policy_denies_delete", replace(VAULT, **changes))
    assert found.because == because


PLAN = BackupPlan(
    **HERE, arn=arn("backup", "backup-plan:1"), name="nightly", plan_id="1", rules=1, selections=1
)
IDLE = replace(PLAN, arn=arn("backup", "backup-plan:2"), name="idle", selections=0)
VOLUME = EbsVolume(
    **HERE,
    arn=arn("ec2", "volume/vol-1"),
    tags={},
    encryption="none",
    kms_key=None,
    volume_id="vol-1",
    state="in-use",
    gib=8,
    attached_to=[],
)
TABLE = DynamoTable(
    **HERE,
    arn=arn("dynamodb", "table/t"),
    name="t",
    tags={},
    encryption="owned",
    kms_key=None,
    status="ACTIVE",
    point_in_time=True,
    recovery_days=35,
)
stored = partial(dict, **HERE, tags={}, encryption="kms", kms_key=OURS, engine="mysql")
INSTANCE = DbInstance(**stored(arn=arn("rds", "db:d"), name="d", cluster=None, gib=20))
CLUSTER = DbCluster(**stored(arn=arn("rds", "cluster:c"), name="c"))
MEMBER = replace(INSTANCE, arn=arn("rds", "db:m"), name="m", cluster="c")
backup = partial(stored, resource_id="r", status="active", source_region=REGION)
INSTANCE_BACKUP = DbInstanceBackup(**backup(arn=arn("rds", "auto-backup:d"), name="d"))
CLUSTER_BACKUP = DbClusterBackup(**backup(arn=arn("rds", "auto-backup:c"), name="c"))
ELSEWHERE = {"region": "us-east-1"}


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ([PLAN], "pass"),
        ([PLAN, VOLUME, IDLE], "pass"),
        ([replace(PLAN, name="orgs/nightly"), VOLUME], "pass"),  # made by the organization
        ([IDLE, VOLUME], "fail"),
        ([replace(PLAN, rules=0), VOLUME], "fail"),
        ([VOLUME], "fail"),
        ([replace(PLAN, **ELSEWHERE), VOLUME], "fail"),
        ([], "not_applicable"),
        ([replace(VOLUME, **ELSEWHERE)], "not_applicable"),
        ([VAULT], "not_applicable"),  # a vault is not backed up
        ([TABLE], "pass"),
        ([replace(TABLE, point_in_time=False)], "fail"),
        ([replace(TABLE, point_in_time=DENIED)], "unknown"),
        ([INSTANCE], "fail"),
        ([INSTANCE, INSTANCE_BACKUP], "pass"),
        ([INSTANCE, replace(INSTANCE_BACKUP, status="retained")], "fail"),
        ([CLUSTER, MEMBER, CLUSTER_BACKUP], "pass"),
        ([TABLE, VOLUME], "fail"),
        ([replace(IDLE, selections=DENIED), VOLUME], "unknown"),
        ([replace(IDLE, selections=DENIED), PLAN, VOLUME], "pass"),
    ],
)
def test_backup_plan_exists(others, expected):
    assert outcome("backup_plan_exists", REGION_ROW, *others) == expected


@pytest.mark.parametrize(
    ("others", "denied", "expected"),
    [
        ([PLAN, VOLUME], [BackupPlan], "pass"),  # what was seen settles it
        ([VOLUME], [BackupPlan], "unknown"),
        ([], [BackupPlan], "not_applicable"),
        ([], [EbsVolume], "unknown"),
        ([VOLUME], [DynamoTable], "fail"),
        ([TABLE], [EbsVolume], "unknown"),
        ([INSTANCE], [DbInstanceBackup], "unknown"),
    ],
)
def test_a_plan_is_missed_only_where_plans_and_data_were_read(others, denied, expected):
    assert outcome("backup_plan_exists", REGION_ROW, *others, denied=denied) == expected


def test_backups_that_another_tool_makes_are_not_missed_here():
    given = Inherited(account="999988887777", where="central vault")
    context = replace(CONTEXT, inherited={"backup": given})
    found = finding("backup_plan_exists", REGION_ROW, VOLUME, context=context)
    assert found.outcome.value == "not_applicable"
    assert found.because == "provided by account 999988887777: central vault"
    context = replace(CONTEXT, excused={"backup": "Kim: test account"})
    assert outcome("backup_plan_exists", REGION_ROW, VOLUME, context=context) == "not_applicable"


def test_a_region_without_a_plan_says_how_much_is_not_backed_up():
    found = finding("backup_plan_exists", REGION_ROW, VOLUME, TABLE)
    assert found.because == (
        "there is no backup plan; data stores here without backups of their own: 1"
    )
    assert found.see == f"aws backup list-backup-plans --region {REGION}"
