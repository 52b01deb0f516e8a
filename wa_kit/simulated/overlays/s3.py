"""S3 as AWS has it: every bucket is encrypted, and listed with its region."""

from __future__ import annotations

from typing import Any

from moto.s3.models import s3_backends

from wa_kit.simulated.overlays.registry import Answer, before, instead_of
from wa_kit.simulated.wire import Call, Refused


@instead_of("s3:ListBuckets")
def _buckets_with_their_region(call: Call) -> Answer:
    """moto leaves out BucketRegion and continuation tokens."""
    prefix, region = call.asked.get("Prefix", ""), call.asked.get("BucketRegion")
    names = sorted(
        name
        for name, bucket in s3_backends[call.account]["aws"].buckets.items()
        if name.startswith(prefix) and region in (None, bucket.region_name)
    )
    names = [name for name in names if name > call.asked.get("ContinuationToken", "")]
    most = call.asked.get("MaxBuckets") or 10_000
    buckets = s3_backends[call.account]["aws"].buckets
    answered: Answer = {
        "Buckets": [
            {
                "Name": name,
                "CreationDate": buckets[name].creation_date,
                "BucketRegion": buckets[name].region_name,
                "BucketArn": f"arn:aws:s3:::{name}",
            }
            for name in names[:most]
        ],
        "Owner": {"ID": call.account},
    }
    if len(names) > most:
        answered["ContinuationToken"] = names[most - 1]
    return answered


@before("s3:PutBucketEncryption")
def _remember_blocked_encryption(call: Call) -> None:
    """moto drops BlockedEncryptionTypes."""
    rules = call.asked["ServerSideEncryptionConfiguration"]["Rules"]
    blocked = rules[0].get("BlockedEncryptionTypes", {}).get("EncryptionType")
    _bucket(call).kit_blocked = blocked


@instead_of("s3:GetBucketEncryption")
def _encryption_of_every_bucket(call: Call) -> Answer:
    """moto has buckets without encryption; AWS has had none since January 2023."""
    bucket = _bucket(call)
    rule: Answer = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    rule["BucketKeyEnabled"] = False
    blocked = getattr(bucket, "kit_blocked", ["SSE-C"])  # what a new bucket blocks since 2026
    if bucket.encryption:
        put = bucket.encryption["Rule"]
        rule["ApplyServerSideEncryptionByDefault"] = put["ApplyServerSideEncryptionByDefault"]
        rule["BucketKeyEnabled"] = str(put.get("BucketKeyEnabled")).lower() == "true"
    if blocked:
        rule["BlockedEncryptionTypes"] = {"EncryptionType": blocked}
    return {"ServerSideEncryptionConfiguration": {"Rules": [rule]}}


@before("s3:PutBucketReplication")
def _remember_the_replication(call: Call) -> None:
    """moto drops SourceSelectionCriteria: which objects a rule leaves out."""
    _bucket(call).kit_replication = call.asked["ReplicationConfiguration"]


@instead_of("s3:GetBucketReplication")
def _replication_as_it_was_put(call: Call) -> Answer:
    bucket = _bucket(call)
    if not getattr(bucket, "replication", None):
        code = "ReplicationConfigurationNotFoundError"
        raise Refused(code, "The replication configuration was not found", 404)
    return {"ReplicationConfiguration": bucket.kit_replication}


@before("s3:ListBucketInventoryConfigurations")
def _inventories_name_their_fields(call: Call) -> None:
    """moto lists the word Field in place of the optional fields."""
    for inventory in _bucket(call).inventory_configs.values():
        if isinstance(inventory.optional_fields, dict):
            said = inventory.optional_fields["Field"]
            inventory.optional_fields = [said] if isinstance(said, str) else said


def _bucket(call: Call) -> Any:
    name = call.asked["Bucket"]
    buckets = s3_backends[call.account]["aws"].buckets
    if name not in buckets:
        raise Refused("NoSuchBucket", "The specified bucket does not exist", 404)
    return buckets[name]
