"""Checks on DynamoDB tables."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.dynamodb import DynamoTable
from wa_kit.model import Context, Verdict, fails, not_applicable, passes
from wa_kit.protection import KeyRing, judge_level


@check(
    severity="medium",
    effort="small",
    remedy=(
        "aws dynamodb update-table --table-name NAME "
        "--sse-specification Enabled=true,SSEType=KMS,KMSMasterKeyId=KEY. The table stays online."
    ),
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/EncryptionAtRest.html",
)
def dynamodb_table_encryption_level(table: DynamoTable, keys: KeyRing, context: Context) -> Verdict:
    """DynamoDB table key level.

    No table lies unencrypted; what differs is who can see, limit and withdraw the use of its key.
    By default that is AWS alone.
    """
    return judge_level(table, keys, context)


@check(
    severity="medium",
    effort="small",
    remedy=(
        "aws dynamodb update-continuous-backups --table-name NAME "
        "--point-in-time-recovery-specification "
        "PointInTimeRecoveryEnabled=true,RecoveryPeriodInDays=35"
    ),
    docs="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/PointInTimeRecovery.html",
    see="aws dynamodb describe-continuous-backups --region {region} --table-name {name}",
)
def dynamodb_pitr_enabled(table: DynamoTable, context: Context) -> Verdict:
    """DynamoDB point-in-time recovery.

    A faulty release writes bad items in seconds. With point-in-time recovery the table can be set
    back to the moment before; backups once a night lose the day.
    """
    days = table.recovery_days
    if table.point_in_time and (days is None or days >= context.pitr_days):
        return passes(f"it can be set back {days} days" if days else "it can be set back")
    for name, value in table.tags.items():
        if value.strip().lower() in context.no_backup_tags.get(name.lower(), ()):
            return not_applicable(f"left out of backups on purpose: its tag {name} says {value!r}")
    if table.point_in_time:
        return fails(f"it can be set back {days} days; the workload asks for {context.pitr_days}")
    return fails("it cannot be set back to an earlier moment: point-in-time recovery is off")
