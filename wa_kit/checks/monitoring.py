"""Checks on alerts: is anybody told when keys are in danger, or encryption is weakened?"""

from __future__ import annotations

from collections.abc import Sequence

from wa_kit.alerts import Alerts, Call, NonCompliance, Told
from wa_kit.checks import check
from wa_kit.evidence.cloudtrail import Trail
from wa_kit.evidence.config import MANAGED_RULES, ConfigRule
from wa_kit.evidence.ec2 import EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.model import (
    Context,
    Reason,
    Region,
    Rows,
    Unread,
    Verdict,
    fails,
    no_answer,
    not_applicable,
    not_knowable,
    passes,
)
from wa_kit.wording import listing

_KEYS = (Call("kms", "DisableKey"), Call("kms", "ScheduleKeyDeletion"))
_CHANGES = (
    Call("s3", "PutBucketEncryption"),
    Call("s3", "DeleteBucketEncryption"),
    Call("ec2", "DisableEbsEncryptionByDefault"),
    Call("ec2", "ModifyEbsDefaultKmsKeyId"),
)


@check(
    severity="high",
    effort="small",
    remedy=(
        "In each region: aws events put-rule with a pattern for DisableKey and "
        "ScheduleKeyDeletion of kms.amazonaws.com, and aws events put-targets with somebody who "
        "reads it. Or count both in the log group of a multi-region trail, and set an alarm."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-creating-cloudwatch-alarm.html",
    see="aws events list-rules --region {region}",
)
def monitoring_kms_disable_delete(
    region: Region, alerts: Alerts, trails: Rows[Trail], keys: Rows[KmsKey], context: Context
) -> Verdict:
    """Alert on KMS DisableKey / ScheduleKeyDeletion.

    A key waits at least seven days before it is gone, and with it all that it encrypts. These days
    help only if somebody hears of it. EventBridge does as well as a metric filter with an alarm.
    """
    if inherited := context.inherited.get("alarms"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    told = alerts.told(_KEYS, region.account, region.region)
    empty = _no_keys_of_ours(keys, region.region)
    note = "; the region has no customer managed key" if empty else ""
    return _verdict(region, told, alerts, _KEYS, trails, note)


@check(
    severity="high",
    effort="small",
    remedy=(
        "In each region: aws events put-rule with a pattern for PutBucketEncryption, "
        "DeleteBucketEncryption, DisableEbsEncryptionByDefault and ModifyEbsDefaultKmsKeyId, or "
        "for Config rules that turn NON_COMPLIANT, and aws events put-targets. Or count the calls "
        "in the log group of a multi-region trail, and set an alarm."
    ),
    docs="https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html",
    see="aws events list-rules --region {region}",
)
def monitoring_encryption_status_changes(
    region: Region,
    alerts: Alerts,
    trails: Rows[Trail],
    rules: Rows[ConfigRule],
    buckets: Rows[S3Bucket],
    volumes: Rows[EbsVolume],
    context: Context,
) -> Verdict:
    """Alert on changes of encryption status.

    What is encrypted today stays so only until somebody changes a default. Whoever hears of it the
    same day can set it right before much is written.
    """
    if inherited := context.inherited.get("alarms"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    told = alerts.told(_CHANGES, region.account, region.region)
    if not told.whole:
        by_config = _told_by_config(region, alerts, rules, context)
        if by_config and (by_config.whole or (told.missing and not by_config.missing)):
            told = by_config
    empty = buckets.known_empty_in(region.region) and volumes.known_empty_in(region.region)
    note = "; the region holds no bucket and no volume" if empty else ""
    return _verdict(region, told, alerts, _CHANGES, trails, note)


def _told_by_config(
    region: Region, alerts: Alerts, rules: Rows[ConfigRule], context: Context
) -> Told | None:
    """Whether Config's rules on encryption raise an alert; ``None`` where there is no such rule."""
    found: list[NonCompliance] = []
    for rule in rules.in_region(region.region):
        asks = MANAGED_RULES.get(rule.identifier or context.config_rules.get(rule.name, ""))
        if asks and rule.in_force and asks.looks_at != KmsKey.resource_type:
            found.append(NonCompliance(rule.name, asks.looks_at))
    return alerts.told(found, region.account, region.region) if found else None


def _verdict(
    region: Region,
    told: Told,
    alerts: Alerts,
    calls: Sequence[Call],
    trails: Rows[Trail],
    empty: str,
) -> Verdict:
    """``empty`` says that there is little here to be told of, and makes a failure weigh less."""
    if told.whole:
        return passes(f"an alert is raised by {listing(told.by, 'and')}")
    if not told.missing and told.doubt:
        if told.doubt.not_read.reason is Reason.NOT_KNOWABLE:
            return not_knowable(told.doubt.not_read.detail)
        raise told.doubt
    if theirs := trails.find(lambda trail: _foreign(trail, region.account)):
        return no_answer(
            f"no alert is raised here; the organization's trail {theirs.name} may feed one in "
            f"account {theirs.arn.split(':')[4]}, if workload.yaml says so under inherited: alarms"
        )
    asleep = alerts.asleep(calls, region.account, region.region)
    because = f"no alert is raised by {listing(told.missing, 'or')}{empty}"
    words = "; ".join([because, *asleep])
    return fails(words, severity="low") if empty else fails(words)


def _foreign(trail: Trail, account: str) -> bool:
    return trail.organization and trail.arn.split(":")[4] != account


def _no_keys_of_ours(keys: Rows[KmsKey], region: str) -> bool:
    """For weight only: a region that nobody could look into weighs in full."""
    try:
        return not any(key.customer_managed for key in keys.in_region(region))
    except Unread:
        return False
