"""What AWS KMS tells us: keys, their aliases, tags, policies and rotation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_of
from wa_kit.model import NotRead, Row

BEING_DELETED = ("PendingDeletion", "PendingReplicaDeletion")


class KmsKey(Row, frozen=True, kw_only=True):
    """One KMS key, in any state, whoever manages it."""

    resource_type = "AWS::KMS::Key"
    service = "KMS"
    see = "aws kms describe-key --region {region} --key-id {arn}"

    aliases: list[str]  # with their "alias/"
    manager: str  # CUSTOMER or AWS; names in "alias/aws/" are reserved to AWS's own keys
    state: str
    spec: str
    usage: str
    origin: str  # where the key material is from; KMS rotates only AWS_KMS
    multi_region: str | None  # PRIMARY, REPLICA or None
    primary_region: str | None
    replica_regions: list[str]
    created: dt.datetime
    deletion_date: dt.datetime | None
    rotates: bool | None  # None where KMS cannot rotate the key, or is about to delete it
    rotation_days: int | None
    next_rotation: dt.datetime | None
    policy: str | None  # None for keys that AWS manages: theirs is AWS's own
    tags: dict[str, str]

    @property
    def customer_managed(self) -> bool:
        """Whether the customer decides about the key, and not AWS."""
        return self.manager == "CUSTOMER"

    @property
    def can_rotate(self) -> bool:
        """Whether KMS can rotate it: symmetric encryption keys whose material KMS made."""
        return self.origin == "AWS_KMS" and self.spec == "SYMMETRIC_DEFAULT"


@collects(
    KmsKey,
    "kms:ListKeys",
    "kms:ListAliases",
    "kms:DescribeKey",
    "kms:GetKeyRotationStatus",
    "kms:GetKeyPolicy",
    "tag:GetResources",
)
def kms_keys(aws: Reader) -> Iterator[KmsKey]:
    aliases = attempt(lambda: _aliases(aws))
    yield from aws.each(
        aws.pages("kms", "list_keys", "Keys"), lambda listed: _key(aws, listed, aliases)
    )


def _aliases(aws: Reader) -> dict[str, list[str]]:
    """Key id -> alias names."""
    found: dict[str, list[str]] = {}
    for alias in aws.pages("kms", "list_aliases", "Aliases"):
        if "TargetKeyId" in alias:
            found.setdefault(alias["TargetKeyId"], []).append(alias["AliasName"])
    return {key: sorted(names) for key, names in found.items()}


def _key(aws: Reader, listed: Any, aliases: dict[str, list[str]] | NotRead) -> KmsKey:
    arn, key_id = listed["KeyArn"], listed["KeyId"]
    named = aliases if isinstance(aliases, NotRead) else aliases.get(key_id, [])
    known: dict[str, Any] = {
        "arn": arn,
        "account": aws.account,
        "region": aws.region,
        "name": key_id if isinstance(named, NotRead) or not named else named[0],
        "aliases": named,
        "tags": tags_of(aws, arn),
    }
    if not isinstance(named, NotRead) and any(n.startswith("alias/aws/") for n in named):
        known |= {"manager": "AWS", "policy": None}
    key = aws.read("kms", "describe_key", "KeyMetadata", KeyId=key_id)
    if not isinstance(key, NotRead):
        return _described(aws, key, known)
    if "manager" not in known:  # a key policy may shut out even the account's auditors
        known["policy"] = _policy(aws, key_id)
    return KmsKey.hidden(key, **known)


def _described(aws: Reader, key: Any, known: dict[str, Any]) -> KmsKey:
    known = {"manager": key["KeyManager"], **known}
    if "policy" not in known:
        ours = known["manager"] == "CUSTOMER"
        known["policy"] = _policy(aws, key["KeyId"]) if ours else None
    replicas = key.get("MultiRegionConfiguration", {})
    return KmsKey(
        **known,
        state=key["KeyState"],
        spec=key["KeySpec"],
        usage=key.get("KeyUsage", "ENCRYPT_DECRYPT"),
        origin=key["Origin"],
        multi_region=replicas.get("MultiRegionKeyType"),
        primary_region=replicas.get("PrimaryKey", {}).get("Region"),
        replica_regions=sorted(r["Region"] for r in replicas.get("ReplicaKeys", [])),
        created=key["CreationDate"],
        deletion_date=key.get("DeletionDate"),
        **_rotation(aws, key, known["manager"]),
    )


def _rotation(aws: Reader, key: Any, manager: str) -> dict[str, Any]:
    """Of a key that is to be deleted KMS says "no", whatever was set: that is not asked."""
    turns = key["Origin"] == "AWS_KMS" and key["KeySpec"] == "SYMMETRIC_DEFAULT"
    if manager != "CUSTOMER" or not turns or key["KeyState"] in BEING_DELETED:
        return {"rotates": None, "rotation_days": None, "next_rotation": None}
    status = aws.read("kms", "get_key_rotation_status", None, KeyId=key["KeyId"])
    if isinstance(status, NotRead):
        return {"rotates": status, "rotation_days": status, "next_rotation": status}
    return {
        "rotates": status["KeyRotationEnabled"],
        "rotation_days": status.get("RotationPeriodInDays"),
        "next_rotation": status.get("NextRotationDate"),
    }


def _policy(aws: Reader, key_id: str) -> Any:
    """The key policy; a key has exactly one, and its name is always "default"."""
    return aws.read("kms", "get_key_policy", "Policy", KeyId=key_id, PolicyName="default")
