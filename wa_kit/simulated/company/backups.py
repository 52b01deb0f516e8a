"""Kestrel's backups: vaults, plans, recovery points, reports, and disaster recovery."""

from __future__ import annotations

import json
from typing import Any

from wa_kit.simulated.company.site import FRANKFURT, IRELAND, VIRGINIA, Site
from wa_kit.simulated.overlays.kms import aws_key

# vault, region, key (None: what AWS makes; "aws": alias/aws/backup)
_VAULTS: list[tuple[str, str, str | None]] = [
    ("kestrel-primary", IRELAND, "backups"),
    ("Default", IRELAND, "aws"),
    ("kestrel-loyalty-2019", IRELAND, "loyalty-2019"),
    ("kestrel-nobody-fills-it", IRELAND, "backups"),
    ("kestrel-copies", FRANKFURT, "german-backups"),
    ("kestrel-air-gapped", FRANKFURT, None),
    ("kestrel-us", VIRGINIA, "aws"),
]
# vault, region, resource type, resource, how many, encrypted (None: AWS does not say)
_POINTS: list[tuple[str, str, str, str, int, bool | None]] = [
    ("kestrel-primary", IRELAND, "RDS", "db:kestrel-shop", 7, True),
    ("kestrel-primary", IRELAND, "DynamoDB", "table/kestrel-orders", 5, True),
    ("kestrel-primary", IRELAND, "EFS", "file-system/roast-profiles", 4, True),
    ("kestrel-primary", IRELAND, "RDS", "db:kestrel-wholesale-erp", 3, False),
    ("Default", IRELAND, "EBS", "volume/ci-cache", 2, True),
    ("Default", IRELAND, "VirtualMachine", "vm/till-archive", 1, None),
    ("kestrel-loyalty-2019", IRELAND, "Aurora", "cluster:kestrel-loyalty", 2, True),
    ("kestrel-copies", FRANKFURT, "RDS", "db:kestrel-shop", 4, True),
    ("kestrel-copies", FRANKFURT, "Aurora", "cluster:kestrel-warehouse", 2, False),
    ("kestrel-air-gapped", FRANKFURT, "S3", "kestrel-orders", 3, True),
    ("kestrel-us", VIRGINIA, "EBS", "volume/us-old-wordpress", 4, False),
]
_COPIES = {("kestrel-copies", "db:kestrel-shop"): ("kestrel-primary", IRELAND)}  # and its source
_PLANS = [  # region, plan, the vault it fills, whether it selects anything
    (IRELAND, "kestrel-nightly", "kestrel-primary", True),
    (IRELAND, "kestrel-was-planned-once", "Default", False),
    (FRANKFURT, "kestrel-weekly", "kestrel-copies", True),
]
_TO_PROTECT = [
    "backup:DeleteRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultAccessPolicy",
]


def make_backups(site: Site) -> None:
    for vault in _VAULTS:
        _vault(site, *vault)
    plans = _plans(site)
    for points in _POINTS:
        _points(site, plans, *points)
    _odd_points(site)
    _guards(site)
    _reports(site)
    _disaster_recovery(site)


def _vault(site: Site, vault: str, region: str, key: str | None) -> None:
    arn = aws_key(site.account, region, "backup") if key == "aws" else site.keys.get(key or "")
    sealed = {"EncryptionKeyArn": arn} if arn else {}
    made = site.client("backup", region).create_backup_vault(BackupVaultName=vault, **sealed)
    if key is None:
        site.fake("backup").air_gapped.add((region, vault))
    site.note(made["BackupVaultArn"], "backup:backup-vault")


def _points(
    site: Site,
    plans: dict[str, str],
    vault: str,
    region: str,
    kind: str,
    resource: str,
    many: int,
    sealed: bool | None,
) -> None:
    key = _key_of(site, vault, region)
    filled, home = _COPIES.get((vault, resource), (vault, region))
    service = {"RDS": "rds", "Aurora": "rds", "DynamoDB": "dynamodb", "S3": "s3"}.get(kind, "ec2")
    for number in range(many):
        name = f"{resource}-{number}".replace("/", "-").replace(":", "-")
        point: dict[str, Any] = {
            "RecoveryPointArn": site.arn("backup", region, f"recovery-point:{name}"),
            "ResourceArn": site.arn(service, home, resource),
            "ResourceType": kind,
            "Status": "COMPLETED",
            "CreationDate": site.ago(days=number, hours=7),
            "CompletionDate": site.ago(days=number, hours=6),
            "BackupSizeInBytes": 8 * 2**30,
            "IamRoleArn": site.role("backup-operator"),
        }
        if sealed is not None:
            point["IsEncrypted"] = sealed
        if sealed and key:
            point["EncryptionKeyArn"] = key
        if filled in plans:
            plan = plans[filled]
            point["CreatedBy"] = {
                "BackupPlanArn": plan,
                "BackupPlanId": plan.rpartition(":")[2],
                "BackupRuleId": "all",
            }
        if filled != vault:
            point["SourceBackupVaultArn"] = site.arn("backup", home, f"backup-vault:{filled}")
        site.fake("backup").recovery_points[region, vault].append(point)


def _key_of(site: Site, vault: str, region: str) -> str | None:
    key = next(key for name, where, key in _VAULTS if (name, where) == (vault, region))
    return aws_key(site.account, region, "backup") if key == "aws" else site.keys.get(key or "")


def _odd_points(site: Site) -> None:
    """Points nobody should judge: one that is expiring, and a parent of others."""
    points = site.fake("backup").recovery_points[IRELAND, "kestrel-primary"]
    stack = site.arn("cloudformation", IRELAND, "stack/kestrel-shop/1")
    for name, more in [
        ("leaving", {"Status": "EXPIRED", "IsEncrypted": False, "ResourceType": "EBS"}),
        ("stack", {"Status": "COMPLETED", "IsParent": True, "ResourceType": "CloudFormation"}),
    ]:
        points.append(
            {
                "RecoveryPointArn": site.arn("backup", IRELAND, f"recovery-point:{name}"),
                "ResourceArn": stack,
                "CreationDate": site.ago(days=90),
                **more,
            }
        )


def _guards(site: Site) -> None:
    """One vault guarded by policy and lock, one by half a policy, the others by nothing."""
    backup = site.client("backup", IRELAND)
    spared = {"StringNotLike": {"aws:PrincipalArn": site.role("break-glass")}}
    whole = _deny(_TO_PROTECT) | {"Condition": spared}
    for vault, statement in [
        ("kestrel-primary", whole),
        ("kestrel-loyalty-2019", _deny(["backup:DeleteBackupVault"])),
    ]:
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        backup.put_backup_vault_access_policy(BackupVaultName=vault, Policy=json.dumps(policy))
    site.client("backup", FRANKFURT).put_backup_vault_lock_configuration(
        BackupVaultName="kestrel-copies",
        MinRetentionDays=30,
        MaxRetentionDays=365,
        ChangeableForDays=3,
    )


def _deny(actions: list[str]) -> dict[str, Any]:
    return {"Effect": "Deny", "Principal": "*", "Action": actions, "Resource": "*"}


def _plans(site: Site) -> dict[str, str]:
    """Vault -> the ARN of the plan that fills it."""
    filling: dict[str, str] = {}
    for region, plan, vault, selects in _PLANS:
        rule = {"RuleName": "all", "TargetBackupVaultName": vault}
        made = site.client("backup", region).create_backup_plan(
            BackupPlan={"BackupPlanName": plan, "Rules": [rule]}
        )
        if selects:
            filling[vault] = made["BackupPlanArn"]
            site.fake("backup").selections[region, made["BackupPlanId"]].append(
                {
                    "SelectionId": f"{plan}-by-tag",
                    "SelectionName": "by-tag",
                    "BackupPlanId": made["BackupPlanId"],
                    "CreationDate": site.ago(days=400),
                    "IamRoleArn": site.role("backup-operator"),
                }
            )
        site.note(made["BackupPlanArn"], "backup:backup-plan")
    return filling


def _reports(site: Site) -> None:
    for region, days in ((IRELAND, 6), (FRANKFURT, 140)):
        site.fake("backup").report_jobs[region].append(
            {
                "ReportJobId": f"report-{region}",
                "ReportPlanArn": site.arn("backup", region, "report-plan:kestrel-1"),
                "ReportTemplate": "BACKUP_JOB_REPORT",
                "CreationTime": site.ago(days=days),
                "CompletionTime": site.ago(days=days),
                "Status": "COMPLETED",
            }
        )


def _disaster_recovery(site: Site) -> None:
    """Set up in Ireland only: a good template, and servers that go their own way."""
    drs = site.fake("drs")
    drs.initialised.add(IRELAND)
    drs.templates[IRELAND].append(
        {
            "replicationConfigurationTemplateID": "rct-0123456789abcdef0",
            "arn": site.arn("drs", IRELAND, "replication-configuration-template/rct-1"),
            "ebsEncryption": "CUSTOM",
            "ebsEncryptionKeyArn": site.keys["backups"],
            "dataPlaneRouting": "PRIVATE_IP",
        }
    )
    for number, (host, encryption, key) in enumerate(
        [
            ("till-server-1", "CUSTOM", "backups"),
            ("till-server-2", "DEFAULT", None),
            ("till-server-3", "NONE", None),
            ("roastery-control", "CUSTOM", "roastery-sensors"),
        ]
    ):
        server = f"s-{number:017d}"
        drs.servers[IRELAND].append(
            {
                "sourceServerID": server,
                "arn": site.arn("drs", IRELAND, f"source-server/{server}"),
                "tags": {"Name": host, "Owner": "stores-team"},
            }
        )
        replication = {"name": host, "ebsEncryption": encryption}
        if key:
            replication["ebsEncryptionKeyArn"] = site.keys[key]
        drs.replication[IRELAND, server] = replication
