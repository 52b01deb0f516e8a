"""What Amazon S3 tells us about general purpose buckets. Objects are never listed or read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from wa_kit.aws import AT_ONCE, Reader, attempt
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_of
from wa_kit.model import DataStore, NotRead, Reason, Unread

_NO_DEFAULT = NotRead(
    Reason.NOT_KNOWABLE,
    "s3:GetBucketEncryption",
    "s3:GetEncryptionConfiguration",
    "S3 named no default encryption, which it has not done since January 2023",
)


class ReplicationRule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a bucket's replication. ``to_region`` is ``None`` for buckets not ours."""

    rule_id: str
    enabled: bool
    to_bucket: str
    to_region: str | None
    kms_objects: bool  # whether objects under SSE-KMS are replicated at all
    replica_key: str | None


class S3Bucket(DataStore, frozen=True, kw_only=True):
    """One general purpose bucket: how it encrypts new objects, and what its policy says."""

    resource_type = "AWS::S3::Bucket"
    service = "S3"
    see = "aws s3api get-bucket-encryption --region {region} --bucket {name}"

    algorithm: str | None  # AES256, aws:kms, aws:kms:dsse; None where S3 names no default
    bucket_key: bool
    blocked: list[str]  # kinds of encryption that the bucket refuses: SSE-C
    policy: str | None
    replication: list[ReplicationRule]
    inventories: list[str]  # ids of enabled inventories that list the encryption status


@collects(
    S3Bucket,
    "s3:ListAllMyBuckets",
    "s3:GetBucketLocation",
    "s3:GetEncryptionConfiguration",
    "s3:GetBucketPolicy",
    "s3:GetReplicationConfiguration",
    "s3:GetInventoryConfiguration",
    "tag:GetResources",
    scope="global",
)
def s3_buckets(aws: Reader) -> Iterator[S3Bucket]:
    regions: dict[str, str | NotRead] = {}
    refused: Unread | None = None
    listing = aws.pages("s3", "list_buckets", "Buckets", MaxBuckets=1000)
    try:
        regions.update(aws.each(listing, lambda listed: (listed["Name"], _region(aws, listed))))
    except Unread as unread:  # the buckets of earlier pages are still described
        refused = unread
    wanted = [(n, r) for n, r in regions.items() if isinstance(r, NotRead) or aws.covers(r)]
    clients = len({region for _, region in wanted})  # each region's buckets have their own
    yield from aws.each(wanted, lambda bucket: _bucket(aws, *bucket, regions), AT_ONCE * clients)
    if refused:
        raise refused


def _region(aws: Reader, listed: Any) -> str | NotRead:
    """The bucket's region. Servers that are not AWS's may leave it out of the listing."""
    if region := listed.get("BucketRegion"):
        return str(region)
    place = aws.read("s3", "get_bucket_location", None, Bucket=listed["Name"])
    if isinstance(place, NotRead):
        return place
    region = place.get("LocationConstraint") or "us-east-1"
    return "eu-west-1" if region == "EU" else str(region)


def _bucket(
    aws: Reader, name: str, region: str | NotRead, regions: dict[str, str | NotRead]
) -> S3Bucket:
    known: dict[str, Any] = {
        "arn": f"arn:{aws.partition}:s3:::{name}",
        "account": aws.account,
        "name": name,
    }
    if isinstance(region, NotRead):
        return S3Bucket.hidden(region, **known, region="global")
    there = aws.at(region)
    return S3Bucket(
        **known,
        region=region,
        **_encryption(there, name),
        policy=_policy(there, name),
        replication=_replication(there, name, regions),
        inventories=_inventories(there, name),
        # Asked last: the tags of the whole region are on their way meanwhile.
        tags=tags_of(there, known["arn"]),  # type: ignore[arg-type]
    )


def _encryption(aws: Reader, name: str) -> dict[str, Any]:
    """Rules[0] is the only one that S3 allows."""
    answer = attempt(
        lambda: aws.get(
            "s3",
            "get_bucket_encryption",
            "ServerSideEncryptionConfiguration",
            absent={"ServerSideEncryptionConfigurationNotFoundError"},
            Bucket=name,
        )
    )
    if isinstance(answer, NotRead):
        fields = ("encryption", "kms_key", "algorithm", "bucket_key", "blocked")
        return dict.fromkeys(fields, answer)
    rule: Any = next(iter(answer["Rules"]), {}) if answer else {}
    default = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm, key = default.get("SSEAlgorithm"), default.get("KMSMasterKeyID")
    return {
        "encryption": _kind(algorithm, key),
        "kms_key": key,
        "algorithm": algorithm,
        "bucket_key": rule.get("BucketKeyEnabled", False),
        "blocked": rule.get("BlockedEncryptionTypes", {}).get("EncryptionType", []),
    }


def _kind(algorithm: str | None, key: str | None) -> Any:
    if algorithm == "AES256":
        return "owned"
    if algorithm in ("aws:kms", "aws:kms:dsse"):
        return "kms" if key else "aws-managed"
    return _NO_DEFAULT if algorithm is None else _unheard_of(algorithm)


def _unheard_of(algorithm: str) -> NotRead:
    detail = f"the kit does not know the algorithm {algorithm}"
    return msgspec.structs.replace(_NO_DEFAULT, detail=detail)


def _policy(aws: Reader, name: str) -> Any:
    return attempt(
        lambda: aws.get(
            "s3", "get_bucket_policy", "Policy", absent={"NoSuchBucketPolicy"}, Bucket=name
        )
    )


def _replication(aws: Reader, name: str, regions: dict[str, str | NotRead]) -> Any:
    answer = attempt(
        lambda: aws.get(
            "s3",
            "get_bucket_replication",
            "ReplicationConfiguration",
            absent={"ReplicationConfigurationNotFoundError"},
            Bucket=name,
        )
    )
    if isinstance(answer, NotRead):
        return answer
    return attempt(lambda: [_rule(rule, regions) for rule in answer["Rules"]]) if answer else []


def _rule(rule: Any, regions: dict[str, str | NotRead]) -> ReplicationRule:
    to = rule["Destination"]
    region = regions.get(to["Bucket"].rpartition(":")[2])
    criteria = rule.get("SourceSelectionCriteria", {}).get("SseKmsEncryptedObjects", {})
    return ReplicationRule(
        rule_id=rule.get("ID", ""),
        enabled=rule["Status"] == "Enabled",
        to_bucket=to["Bucket"],
        to_region=None if isinstance(region, NotRead) else region,
        kms_objects=criteria.get("Status") == "Enabled",
        replica_key=to.get("EncryptionConfiguration", {}).get("ReplicaKmsKeyID"),
    )


def _inventories(aws: Reader, name: str) -> Any:
    return attempt(
        lambda: [
            inventory["Id"]
            for inventory in aws.pages(
                "s3",
                "list_bucket_inventory_configurations",
                "InventoryConfigurationList",
                omitted=True,
                Bucket=name,
            )
            if inventory["IsEnabled"] and "EncryptionStatus" in inventory.get("OptionalFields", [])
        ]
    )
