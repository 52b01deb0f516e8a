"""A check on the objects that lie in S3 buckets already. It never looks at one of them.

AWS Macie counts them by encryption; else people may say what an S3 Inventory showed.
"""

from __future__ import annotations

import datetime as dt

from wa_kit.checks import check
from wa_kit.evidence.macie2 import MacieBucket
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.model import Context, Rows, Verdict, fails, not_applicable, not_knowable, passes
from wa_kit.protection import RANK, classify


@check(
    severity="high",
    effort="large",
    remedy=(
        "Copy the objects onto themselves with S3 Batch Operations (aws s3control create-job), "
        "which writes them under the bucket's default; from SSE-S3 to a KMS key, aws s3api "
        "update-object-encryption does it in place. Earlier versions stay as they were written: "
        "let the owner of the data decide on them."
    ),
    docs="https://docs.aws.amazon.com/macie/latest/user/monitoring-s3.html",
    see=(
        "aws macie2 describe-buckets --region {region} "
        """--criteria '{{"bucketName":{{"eq":["'{name}'"]}}}}'"""
    ),
)
def s3_existing_objects_encryption(
    bucket: S3Bucket, macie: Rows[MacieBucket], context: Context
) -> Verdict:
    """Objects written before default encryption are encrypted.

    A bucket's default reaches new objects only. What was there before it, or was written with
    another choice, stays as it was, and neither the bucket's settings nor its age shows it.
    """
    counted = macie.once(_by_bucket).get(bucket.arn)
    if counted and (verdict := _as_counted(counted, bucket, context)):
        return verdict
    inventories = bucket.inventories
    if not counted:
        macie.in_region(bucket.region)  # "Macie does not know it" is known of a whole answer only
    if report := context.inventory_reports.get(bucket.name):
        found, day = report.unencrypted + report.below_level, _day(report.as_of)
        if found:
            return fails(f"{found:,} objects lie below the level, by the inventory {day}")
        return passes(f"all objects are encrypted as they should be, by the inventory {day}")
    return not_knowable(f"{_why_not(counted)}; {_advice(inventories)}")


def _by_bucket(rows: Rows[MacieBucket]) -> dict[str, MacieBucket]:
    return {row.arn: row for row in rows.seen()}


def _as_counted(counted: MacieBucket, bucket: S3Bucket, context: Context) -> Verdict | None:
    """What Macie's counts say of the bucket; ``None`` where they leave it open."""
    if counted.error or counted.objects is None or counted.unencrypted is None:
        return None
    day = _day(counted.as_of)
    if counted.objects == 0:
        return not_applicable(f"it was empty when Macie counted {day}")
    if counted.unencrypted:
        return fails(
            f"{counted.unencrypted:,} of {counted.objects:,} objects lie unencrypted, or encrypted "
            f"before they were sent, as Macie counted {day}",
            level="none",
        )
    weaker = (counted.s3_managed or 0) + (counted.customer_provided or 0)
    data = classify(bucket, context)
    said = {"required_level": data.required, "classification": data.value or None}
    if weaker and data.required is None:
        return not_knowable(f"what {data.value!r} requires is not said in workload.yaml", **said)
    if weaker and RANK[data.required or "none"] > RANK["owned"]:
        return fails(
            f"{weaker:,} of {counted.objects:,} objects are under SSE-S3 or SSE-C, as Macie "
            f"counted {day}; the data asks for the level {data.required}",
            level="owned",
            **said,
        )
    if counted.unknown != 0:
        return None
    which = "; which KMS key each is under, Macie does not say" if counted.kms else ""
    return passes(
        f"all {counted.objects:,} objects are encrypted, as Macie counted {day}{which}", **said
    )


def _day(moment: dt.date | None) -> str:
    return f"on {moment:%Y-%m-%d}" if moment else "on a day it does not name"


def _why_not(counted: MacieBucket | None) -> str:
    if counted is None:
        return "Macie counts nothing here: it is off in this region, or does not know the bucket"
    if counted.error:
        return f"Macie could not look into the bucket ({counted.error})"
    some = f"{counted.unknown:,}" if counted.unknown else "the"
    return f"Macie cannot tell how {some} objects are encrypted"


def _advice(inventories: list[str]) -> str:
    if inventories:
        return (
            f"the inventory {inventories[0]} lists it object by object: read it, and say in "
            "workload.yaml, under inventory_reports, what it shows"
        )
    return "an S3 Inventory with the field EncryptionStatus would show it"
