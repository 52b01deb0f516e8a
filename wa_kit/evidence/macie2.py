"""What Amazon Macie tells us: how the objects of each bucket are encrypted. Never what they say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from wa_kit.aws import Reader, Refused
from wa_kit.evidence import collects
from wa_kit.model import Row


class MacieBucket(Row, frozen=True, kw_only=True):
    """Macie's count of one bucket's objects, by their encryption. None where Macie is off."""

    resource_type = "AWS::S3::Bucket"
    service = "Macie"
    see = "aws macie2 describe-buckets --region {region}"

    as_of: dt.datetime | None
    error: str | None  # why Macie could not look: ACCESS_DENIED, BUCKET_COUNT_EXCEEDS_QUOTA
    objects: int | None
    unencrypted: int | None  # or encrypted by a client, which Macie cannot tell apart
    unknown: int | None
    s3_managed: int | None
    kms: int | None  # under any KMS key, AWS's or the customer's
    customer_provided: int | None  # SSE-C


@collects(MacieBucket, "macie2:DescribeBuckets")
def macie_buckets(aws: Reader) -> Iterator[MacieBucket]:
    try:
        for bucket in aws.pages("macie2", "describe_buckets", "buckets"):
            if bucket["accountId"] == aws.account:  # an administrator sees its members' too
                counts = bucket.get("objectCountByEncryptionType", {})
                yield MacieBucket(
                    arn=bucket["bucketArn"],
                    account=aws.account,
                    region=bucket["region"],
                    name=bucket["bucketName"],
                    as_of=bucket.get("lastUpdated"),
                    error=bucket.get("errorCode"),
                    objects=bucket.get("objectCount"),
                    unencrypted=counts.get("unencrypted"),
                    unknown=counts.get("unknown"),
                    s3_managed=counts.get("s3Managed"),
                    kms=counts.get("kmsManaged"),
                    customer_provided=counts.get("customerManaged"),
                )
    except Refused as refused:
        if "not enabled" not in refused.message.lower():
            raise


class MacieSession(Row, frozen=True, kw_only=True):
    """Macie in a region where it was ever switched on."""

    resource_type = "AWS::Macie::Session"
    service = "Macie"
    see = "aws macie2 get-macie-session --region {region}"

    status: str  # ENABLED or PAUSED


@collects(MacieSession, "macie2:GetMacieSession")
def macie_session(aws: Reader) -> Iterator[MacieSession]:
    try:
        status = aws.get("macie2", "get_macie_session", "status")
    except Refused as refused:
        if "not enabled" in refused.message.lower():  # an answer, in the shape of a denial
            return
        raise
    yield MacieSession(
        arn=aws.arn("macie2", "session"),
        account=aws.account,
        region=aws.region,
        name=f"Macie in {aws.region}",
        status=status,
    )
