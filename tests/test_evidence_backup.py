"""Collectors of AWS Backup: does each AWS answer become the right row?"""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from collecting import ELSEWHERE, REGION, collect, row

from wa_kit import simulated
from wa_kit.evidence.backup import BackupPlan, BackupReportJob, BackupVault, RecoveryPoint
from wa_kit.model import NotRead, Reason
from wa_kit.simulated.overlays.kms import aws_key

ACCOUNT = "222211110011"
TABLES = (BackupVault, RecoveryPoint, BackupPlan, BackupReportJob)
LATER = dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"
POLICY = '{"Version":"2012-10-17","Statement":[]}'
PLAN = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-plan:11111111-2222-4333-8444-666666666666"
VAULT = f"arn:aws:backup:{REGION}:{ACCOUNT}:backup-vault:main"
MADE = {"CreatedBy": {"BackupPlanArn": PLAN, "BackupRuleId": "r"}}
COPIED = {"SourceBackupVaultArn": VAULT}


def point(number, **more):
    return {
        "RecoveryPointArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:recovery-point:{number}",
        "ResourceType": "RDS",
        "ResourceArn": f"arn:aws:rds:{REGION}:{ACCOUNT}:db:d",
        "Status": "COMPLETED",
        "CreationDate": LATER,
    } | more


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        backup, fake = served.client("backup", REGION), served.fakes["backup"]
        keys = {"main": KEY, "default": aws_key(ACCOUNT, REGION, "backup")}
        for vault in ("main", "default", "gapped", "empty"):
            named = {"EncryptionKeyArn": keys[vault]} if vault in keys else {}
            tags = {"BackupVaultTags": {"Owner": "Kim"}} if vault == "main" else {}
            backup.create_backup_vault(BackupVaultName=vault, **named, **tags)
        backup.put_backup_vault_lock_configuration(
            BackupVaultName="main", MinRetentionDays=7, ChangeableForDays=3
        )
        backup.put_backup_vault_lock_configuration(BackupVaultName="default", MinRetentionDays=7)
        fake.policies[REGION, "main"] = POLICY
        fake.air_gapped.add((REGION, "gapped"))
        fake.recovery_points[REGION, "main"] += [
            point(1, IsEncrypted=True, EncryptionKeyArn=KEY, ResourceName="orders", **MADE),
            point(2, IsEncrypted=False, EncryptionKeyArn=KEY),  # the vault's, not its own
            point(3),
            point(4, IsEncrypted=True, IsParent=True, Status="PARTIAL"),
        ]
        fake.recovery_points[REGION, "gapped"].append(
            point(5, IsEncrypted=True, EncryptionKeyType="AWS_OWNED_KMS_KEY", **COPIED)
        )
        rule = {"RuleName": "nightly", "TargetBackupVaultName": "main"}
        for name in ("nightly", "idle"):
            made = backup.create_backup_plan(BackupPlan={"BackupPlanName": name, "Rules": [rule]})
            if name == "nightly":
                fake.selections[REGION, made["BackupPlanId"]] += [
                    {"SelectionId": f"{n}", "SelectionName": f"s{n}"} for n in range(3)
                ]
        fake.report_jobs[REGION] += [
            {
                "ReportJobId": f"job-{n}",
                "ReportPlanArn": f"arn:aws:backup:{REGION}:{ACCOUNT}:report-plan:p",
                "ReportTemplate": "BACKUP_JOB_REPORT",
                "CreationTime": LATER,
                "Status": status,
            }
            | done
            for n, (status, done) in enumerate(
                [("COMPLETED", {"CompletionTime": LATER}), ("RUNNING", {}), ("FAILED", {})]
            )
        ]
        served.page_size = 2
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, *TABLES)


def test_a_vault_is_read_with_its_key_its_policy_its_lock_and_its_tags(evidence):
    vault = row(evidence, BackupVault, "main")
    assert (vault.encryption, vault.kms_key) == ("kms", KEY)
    assert (vault.policy, vault.recovery_points, vault.locked) == (POLICY, 4, True)
    assert vault.lock_date is not None
    assert vault.tags == {"Owner": "Kim"}
    assert not vault.unread


def test_a_lock_that_can_be_lifted_has_no_date_and_no_policy_is_an_answer(evidence):
    vault = row(evidence, BackupVault, "default")
    assert (vault.locked, vault.lock_date, vault.policy) == (True, None, None)


def test_an_air_gapped_vault_is_known_as_one(evidence):
    vault = row(evidence, BackupVault, "gapped")
    assert (vault.air_gapped, vault.encryption, vault.kms_key) == (True, "owned", None)


def test_a_vault_without_a_named_key_has_the_one_that_backup_makes(evidence):
    assert row(evidence, BackupVault, "empty").encryption == "aws-managed"


@pytest.mark.parametrize(
    ("number", "encrypted", "encryption", "key"),
    [
        (1, True, "kms", KEY),
        (2, False, "none", None),
        (3, None, "none", None),
        (5, True, "owned", None),
    ],
)
def test_a_recovery_point_says_what_encrypts_it(evidence, number, encrypted, encryption, key):
    (found,) = [p for p in evidence.of(RecoveryPoint) if p.arn.endswith(f":{number}")]
    assert (found.encrypted, found.encryption, found.kms_key) == (encrypted, encryption, key)


@pytest.mark.parametrize(
    ("number", "plan", "vault"), [(1, PLAN, None), (2, None, None), (5, None, VAULT)]
)
def test_a_recovery_point_names_the_plan_that_made_it_and_the_vault_it_is_a_copy_from(
    evidence, number, plan, vault
):
    (found,) = [p for p in evidence.of(RecoveryPoint) if p.arn.endswith(f":{number}")]
    assert (found.plan, found.copied_from) == (plan, vault)


def test_all_pages_of_recovery_points_are_read(evidence):
    points = evidence.of(RecoveryPoint)
    assert Counter(p.vault for p in points) == {"main": 4, "gapped": 1}
    assert [p.name for p in points if p.name == "orders"] == ["orders"]
    assert [(p.composite, p.status) for p in points if p.arn.endswith(":4")] == [(True, "PARTIAL")]


def test_plans_tell_their_rules_and_selections(evidence):
    plans = {plan.name: (plan.rules, plan.selections) for plan in evidence.of(BackupPlan)}
    assert plans == {"nightly": (1, 3), "idle": (1, 0)}


def test_report_jobs_of_every_page_are_read(evidence):
    jobs = {job.name: (job.status, job.completed) for job in evidence.of(BackupReportJob)}
    assert jobs == {
        "job-0": ("COMPLETED", LATER),
        "job-1": ("RUNNING", None),
        "job-2": ("FAILED", None),
    }


def test_the_vaults_are_listed_once_for_both_tables_and_nothing_is_asked_twice(estate):
    calls: list[str] = []
    collect(estate.endpoint, ACCOUNT, *TABLES, regions=[ELSEWHERE], calls=calls)
    assert Counter(calls) == dict.fromkeys(
        ("backup:ListBackupVaults", "backup:ListBackupPlans", "backup:ListReportJobs"), 1
    )


def test_recovery_points_that_were_refused_stand_as_one_row_and_lose_no_other(estate):
    with estate.deny(
        "backup:ListRecoveryPointsByBackupVault",
        where=lambda asked: asked["BackupVaultName"] == "main",
    ):
        evidence = collect(estate.endpoint, ACCOUNT, RecoveryPoint)
    refused = row(evidence, RecoveryPoint, "recovery points of main")
    assert refused.vault == "main"
    assert refused.encrypted.action == "backup:ListRecoveryPointsByBackupVault"
    assert [p.vault for p in evidence.of(RecoveryPoint)].count("gapped") == 1


def test_recovery_points_that_fail_at_a_later_page_keep_what_came_before(estate):
    with estate.deny(
        "backup:ListRecoveryPointsByBackupVault",
        where=lambda asked: asked["BackupVaultName"] == "main" and "NextToken" in asked,
    ):
        evidence = collect(estate.endpoint, ACCOUNT, RecoveryPoint)
    mine = [p for p in evidence.of(RecoveryPoint) if p.vault == "main"]
    assert [bool(p.unread) for p in mine] == [True, False, False]


@pytest.mark.parametrize(
    ("operation", "table", "name", "field"),
    [
        ("backup:GetBackupVaultAccessPolicy", BackupVault, "main", "policy"),
        ("tagging:GetResources", BackupVault, "main", "tags"),
        ("backup:GetBackupPlan", BackupPlan, "nightly", "rules"),
        ("backup:ListBackupSelections", BackupPlan, "nightly", "selections"),
    ],
)
def test_a_denied_detail_leaves_the_row_standing(estate, operation, table, name, field):
    operation = operation.replace("tagging", "resourcegroupstaggingapi")
    with estate.deny(operation):
        found = row(collect(estate.endpoint, ACCOUNT, table), table, name)
    assert set(found.unread) == {field}
    assert isinstance(found.unread[field], NotRead)
    assert found.unread[field].reason is Reason.DENIED


@pytest.mark.parametrize(
    ("operation", "tables"),
    [
        ("backup:ListBackupVaults", (BackupVault, RecoveryPoint)),
        ("backup:ListBackupPlans", (BackupPlan,)),
        ("backup:ListReportJobs", (BackupReportJob,)),
    ],
)
def test_a_denied_listing_is_a_refused_look_for_every_table_that_needs_it(
    estate, operation, tables
):
    with estate.deny(operation):
        evidence = collect(estate.endpoint, ACCOUNT, *TABLES, regions=[REGION])
    refused = {look.table: look.not_read.action for look in evidence.looks if look.not_read}
    assert refused == {table.__name__: operation for table in tables}
