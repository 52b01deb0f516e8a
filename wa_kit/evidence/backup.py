"""What AWS Backup tells us: vaults, what lies in them, plans, and reports on all that.

It reads settings and listings, never a backup, nor the metadata to restore one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_of
from wa_kit.model import DataStore, Encrypted, Encryption, Row, Unread


class BackupVault(DataStore, frozen=True, kw_only=True):
    """One vault. Its key protects the recovery points of fully managed types only."""

    resource_type = "AWS::Backup::BackupVault"
    service = "Backup"
    see = "aws backup describe-backup-vault --region {region} --backup-vault-name {name}"

    kind: str  # BACKUP_VAULT, LOGICALLY_AIR_GAPPED_BACKUP_VAULT, RESTORE_ACCESS_BACKUP_VAULT
    recovery_points: int
    locked: bool
    lock_date: dt.datetime | None  # from then on nobody can lift the lock
    policy: str | None

    @property
    def air_gapped(self) -> bool:
        return self.kind == "LOGICALLY_AIR_GAPPED_BACKUP_VAULT"


class RecoveryPoint(Encrypted, frozen=True, kw_only=True):
    """One backup in a vault.

    No ``DataStore``: it is a copy of one, and often a snapshot that is a row by itself.
    """

    resource_type = "AWS::Backup::RecoveryPoint"
    service = "Backup"
    see = (
        "aws backup list-recovery-points-by-backup-vault --region {region} "
        "--backup-vault-name {vault}"
    )

    vault: str
    source_type: str  # as Backup calls it: EBS, RDS, S3
    source: str | None
    status: str
    encrypted: bool | None  # None where AWS does not say
    composite: bool  # a parent, whose parts are rows by themselves
    created: dt.datetime
    plan: str | None  # the ARN of the plan that made it; None where AWS names none
    copied_from: str | None  # the ARN of the vault it was copied from; None where it is no copy


@collects(
    BackupVault, "backup:ListBackupVaults", "backup:GetBackupVaultAccessPolicy", "tag:GetResources"
)
def backup_vaults(aws: Reader) -> Iterator[BackupVault]:
    yield from aws.each(aws.shared(listed_vaults), lambda vault: _vault(aws, vault))


def listed_vaults(aws: Reader) -> list[Any]:
    """The region's vaults as AWS lists them, for every table that starts from them."""
    return list(aws.pages("backup", "list_backup_vaults", "BackupVaultList"))


def _vault(aws: Reader, vault: Any) -> BackupVault:
    arn, name = vault["BackupVaultArn"], vault["BackupVaultName"]
    encryption, key = _key(vault, "aws-managed")  # Backup takes its own where nobody names one
    return BackupVault(
        arn=arn,
        account=aws.account,
        region=aws.region,
        name=name,
        tags=tags_of(aws, arn),  # type: ignore[arg-type]
        encryption=encryption,
        kms_key=key,
        kind=vault.get("VaultType", "BACKUP_VAULT"),
        recovery_points=vault["NumberOfRecoveryPoints"],
        locked=vault.get("Locked", False),
        lock_date=vault.get("LockDate"),
        policy=attempt(lambda: _policy(aws, name)),  # type: ignore[arg-type]
    )


def _key(listed: Any, unnamed: Encryption) -> tuple[Encryption, str | None]:
    """What protects a vault or a recovery point; ``unnamed`` where AWS names no key."""
    if listed.get("EncryptionKeyType") == "AWS_OWNED_KMS_KEY":
        return "owned", None
    key = listed.get("EncryptionKeyArn")
    return ("kms", key) if key else (unnamed, None)


def _policy(aws: Reader, vault: str) -> str | None:
    policy: str | None = aws.get(
        "backup",
        "get_backup_vault_access_policy",
        "Policy",
        absent={"ResourceNotFoundException"},
        BackupVaultName=vault,
    )
    return policy


@collects(RecoveryPoint, "backup:ListBackupVaults", "backup:ListRecoveryPointsByBackupVault")
def recovery_points(aws: Reader) -> Iterator[RecoveryPoint]:
    for points in aws.each(aws.shared(listed_vaults), lambda vault: _points(aws, vault)):
        yield from points


def _points(aws: Reader, vault: Any) -> list[RecoveryPoint]:
    """The points of one vault; one row of which nothing is known stands for those refused."""
    name = vault["BackupVaultName"]
    found: list[RecoveryPoint] = []
    try:
        for point in aws.pages(
            "backup",
            "list_recovery_points_by_backup_vault",
            "RecoveryPoints",
            BackupVaultName=name,
        ):
            found.append(_point(aws, name, point))
    except Unread as unread:
        found.append(
            RecoveryPoint.hidden(
                unread.not_read,
                arn=f"{vault['BackupVaultArn']}#recovery-points",
                account=aws.account,
                region=aws.region,
                name=f"recovery points of {name}",
                vault=name,
            )
        )
    return found


def _point(aws: Reader, vault: str, point: Any) -> RecoveryPoint:
    arn, encrypted = point["RecoveryPointArn"], point.get("IsEncrypted")
    encryption, key = _key(point, "owned" if encrypted else "none")
    return RecoveryPoint(
        arn=arn,
        account=aws.account,
        region=aws.region,
        name=point.get("ResourceName") or arn.split(":", 5)[-1],
        encryption="none" if encrypted is False else encryption,
        kms_key=None if encrypted is False else key,
        vault=vault,
        source_type=point.get("ResourceType", ""),
        source=point.get("ResourceArn"),
        status=point["Status"],
        encrypted=encrypted,
        composite=point.get("IsParent", False),
        created=point["CreationDate"],
        plan=point.get("CreatedBy", {}).get("BackupPlanArn"),
        copied_from=point.get("SourceBackupVaultArn"),
    )


class BackupPlan(Row, frozen=True, kw_only=True):
    """One backup plan, also one that the organization made."""

    resource_type = "AWS::Backup::BackupPlan"
    service = "Backup"
    see = "aws backup list-backup-selections --region {region} --backup-plan-id {plan_id}"

    plan_id: str
    rules: int
    selections: int  # what it backs up: without any, nothing


@collects(
    BackupPlan, "backup:ListBackupPlans", "backup:GetBackupPlan", "backup:ListBackupSelections"
)
def backup_plans(aws: Reader) -> Iterator[BackupPlan]:
    yield from aws.each(
        aws.pages("backup", "list_backup_plans", "BackupPlansList"), lambda plan: _plan(aws, plan)
    )


def _plan(aws: Reader, plan: Any) -> BackupPlan:
    plan_id = plan["BackupPlanId"]
    return BackupPlan(
        arn=plan["BackupPlanArn"],
        account=aws.account,
        region=aws.region,
        name=plan["BackupPlanName"],
        plan_id=plan_id,
        rules=attempt(lambda: _rules(aws, plan_id)),  # type: ignore[arg-type]
        selections=attempt(lambda: _selections(aws, plan_id)),  # type: ignore[arg-type]
    )


def _rules(aws: Reader, plan_id: str) -> int:
    return len(aws.get("backup", "get_backup_plan", "BackupPlan", BackupPlanId=plan_id)["Rules"])


def _selections(aws: Reader, plan_id: str) -> int:
    selections = aws.pages(
        "backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id
    )
    return sum(1 for _ in selections)


class BackupReportJob(Row, frozen=True, kw_only=True):
    """One report that Backup wrote, or tried to."""

    resource_type = "AWS::Backup::ReportPlan"
    service = "Backup"
    see = "aws backup describe-report-job --region {region} --report-job-id {name}"

    template: str
    status: str
    completed: dt.datetime | None


@collects(BackupReportJob, "backup:ListReportJobs")
def backup_report_jobs(aws: Reader) -> Iterator[BackupReportJob]:
    for job in aws.pages("backup", "list_report_jobs", "ReportJobs"):
        yield BackupReportJob(
            arn=f"{job['ReportPlanArn']}#{job['ReportJobId']}",
            account=aws.account,
            region=aws.region,
            name=job["ReportJobId"],
            template=job["ReportTemplate"],
            status=job["Status"],
            completed=job.get("CompletionTime"),
        )
