"""Four invented accounts, and how each is watched: who may do what, and who would hear of it.

``harbour`` has some of everything; ``lighthouse`` is well kept; ``skiff`` is one table that nobody
looks after; ``island`` holds nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import plain_keys
from plain_buckets import AES, both, buckets, kms
from plain_keys import HARBOUR, ORGANIZATION, PARTNER, allow, key_id
from plain_moto import AP, EU, US, Estate, tags
from plain_stores import stores, table
from plain_watch import (
    CHANGES_HEARD,
    COMPLIANCE_HEARD,
    KEYS_HEARD,
    LIGHTHOUSE,
    config_rules,
    event_rule,
    pause_macie,
    recorder,
    trail,
)

SKIFF, ISLAND = "420420420420", "530530530530"


def harbour(estate: Estate, folder: Path) -> None:
    plain_keys.keys(estate)
    buckets(estate)
    stores(estate)
    _people(estate)
    _half_watched(estate)
    plain_keys.switch_off(estate)
    plain_keys.aws_managed(estate, EU, US, AP)
    (folder / "workload.yaml").write_text(f"""\
name: The harbour
organization: {ORGANIZATION}
trusted_accounts:
  - account: "{PARTNER}"
    who: the pilots' office
allowed_key_tag_values:
  environment: [production, staging]
backup_deleters:
  - arn:aws:iam::{HARBOUR}:role/keeper
multi_region:
  approach: keys
  keys:
    alias/beacon: [{EU}, {US}]
    alias/buoy: [{EU}, {US}]
inventory_reports:
  harbour-scanned:
    as_of: {dt.date.today()}
    unencrypted: 0
  harbour-old-plain:
    as_of: {dt.date.today()}
    unencrypted: 12
""")


def _people(estate: Estate) -> None:
    """A keeper who may delete backups, a deckhand who should not, a bosun who does both."""
    _role(estate, "keeper", ["backup:DeleteRecoveryPoint", "ec2:DeleteSnapshot"])
    _role(estate, "deckhand", ["ec2:Delete*", "ec2:Describe*"])
    _role(estate, "bosun", ["dynamodb:*", "s3:PutObject"])
    _role(estate, "lookout", ["ec2:Describe*", "backup:List*"])


def _role(estate: Estate, name: str, actions: list[str]) -> None:
    iam = estate.at("iam", US)
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}}
    iam.create_role(
        RoleName=name, AssumeRolePolicyDocument=_document(trust | {"Action": "sts:AssumeRole"})
    )
    may = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=_document(may))


def _document(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def _half_watched(estate: Estate) -> None:
    asleep, without_keys = key_id(estate, "asleep"), ["kms.amazonaws.com"]
    trail(estate, "all-shores", multi=True, key=asleep, leaves_out=without_keys)
    trail(estate, "one-shore", US, logging=False)
    trail(estate, "anchored", key=estate["anchor"], validated=True)
    recorder(estate, EU)
    recorder(estate, US, running=False)
    config_rules(estate, EU, "ENCRYPTED_VOLUMES", "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED")
    event_rule(estate, "keys-heard", EU, KEYS_HEARD, "topic")
    event_rule(estate, "keys-unheard", US, KEYS_HEARD)
    for region, on in ((EU, True), (US, False)):
        made = estate.at("guardduty", region).create_detector(Enable=on)["DetectorId"]
        estate.remember(f"guard@{region}", estate.arn("guardduty", f"detector/{made}", region))
    pause_macie(estate, US)
    estate.at("backup").create_backup_plan(
        BackupPlan={
            "BackupPlanName": "nightly",
            "Rules": [{"RuleName": "all", "TargetBackupVaultName": "vault-anchor"}],
        }
    )


def lighthouse(estate: Estate, folder: Path) -> None:
    full = {"Owner": "keeper", "Environment": "production", "Classification": "restricted"}
    _lamp(estate, full)
    s3, region = estate.at("s3"), {"LocationConstraint": EU}
    for name in ("lighthouse-log", "lighthouse-trail"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=region)
        default = kms(estate["lamp"]) if name == "lighthouse-log" else AES
        rules = [{"ApplyServerSideEncryptionByDefault": default}]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
        estate.remember(name, f"arn:aws:s3:::{name}")
    closed = _document(*both("lighthouse-log", estate["lamp"]))
    s3.put_bucket_policy(Bucket="lighthouse-log", Policy=closed)
    s3.put_bucket_tagging(Bucket="lighthouse-log", Tagging={"TagSet": tags(Sensitivity="PHI")})
    for name in (EU, US):
        estate.at("ec2", name).enable_ebs_encryption_by_default()
        made = estate.at("guardduty", name).create_detector(Enable=True)["DetectorId"]
        estate.remember(f"guard@{name}", estate.arn("guardduty", f"detector/{made}", name), name)
        recorder(estate, name)
    identifiers = ("CMK_BACKING_KEY_ROTATION_ENABLED", "CLOUD_TRAIL_ENCRYPTION_ENABLED")
    config_rules(estate, EU, "S3_DEFAULT_ENCRYPTION_KMS", *identifiers)
    _role(estate, "keeper", ["backup:DeleteRecoveryPoint"])
    _role(estate, "writer", ["s3:PutObject", "dynamodb:PutItem"])
    _well_watched(estate)
    (folder / "workload.yaml").write_text(f"""\
name: The lighthouse
backup_deleters: ["arn:aws:iam::{LIGHTHOUSE}:role/keeper"]
multi_region: {{approach: re-encrypted}}
off_on_purpose:
  backup: {{owner: the keeper, reason: another tool copies the log every night}}
""")


def _lamp(estate: Estate, labels: dict[str, str]) -> None:
    root = allow({"AWS": f"arn:aws:iam::{LIGHTHOUSE}:root"}, "kms:*")
    key = estate.at("kms").create_key(
        Policy=_document(root), Tags=tags("TagKey", "TagValue", **labels)
    )["KeyMetadata"]
    estate.at("kms").enable_key_rotation(KeyId=key["KeyId"])
    estate.remember("lamp", key["Arn"])


def _well_watched(estate: Estate) -> None:
    """Two ways to hear: a filter on the trail's log group, and rules on the event bus."""
    logs, group = estate.at("logs"), "lighthouse-trail"
    logs.create_log_group(logGroupName=group)
    log_arn = estate.arn("logs", f"log-group:{group}:*")
    writer = f"arn:aws:iam::{LIGHTHOUSE}:role/writer"
    trail(
        estate,
        "beam",
        multi=True,
        key=estate["lamp"],
        validated=True,
        CloudWatchLogsLogGroupArn=log_arn,
        CloudWatchLogsRoleArn=writer,
    )
    logs.put_metric_filter(
        logGroupName=group,
        filterName="keys",
        filterPattern="{($.eventSource=kms.amazonaws.com)&&"
        '(  ($.eventName="ScheduleKeyDeletion")||($.eventName = DisableKey) )}',
        metricTransformations=[
            {"metricName": "KeysLost", "metricNamespace": "Lighthouse", "metricValue": "1"}
        ],
    )
    estate.at("cloudwatch").put_metric_alarm(
        AlarmName="keys-lost",
        Namespace="Lighthouse",
        MetricName="KeysLost",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[estate.arn("sns", "keeper")],
    )
    for region in (EU, US):
        event_rule(estate, "changes", region, CHANGES_HEARD, "keeper")
        event_rule(estate, "compliance", region, COMPLIANCE_HEARD, "keeper")


def skiff(estate: Estate, folder: Path) -> None:
    table(estate, "catch")
    pause_macie(estate, EU)
    iam = estate.at("iam", US)
    iam.create_user(UserName="captain")
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    iam.put_user_policy(UserName="captain", PolicyName="all", PolicyDocument=_document(everything))


def island(estate: Estate, folder: Path) -> None:
    """Nothing at all."""


Builder = Callable[[Estate, Path], None]
ESTATES: dict[str, tuple[str, Builder, tuple[str, ...]]] = {
    "harbour": (HARBOUR, harbour, (EU, US, AP)),
    "lighthouse": (LIGHTHOUSE, lighthouse, (EU, US)),
    "skiff": (SKIFF, skiff, (EU,)),
    "island": (ISLAND, island, (EU,)),
}
