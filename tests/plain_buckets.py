"""The buckets of the harbour: defaults, policies, replication. Nothing is put into them."""

from __future__ import annotations

import json
from typing import Any

from plain_keys import FOREIGN_KEY, HARBOUR, key_id
from plain_moto import AP, EU, US, Estate, tags

SSE = "s3:x-amz-server-side-encryption"
KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"
PRESENT = {SSE: "false"}
AES = {"SSEAlgorithm": "AES256"}


def kms(key: str | None = None, algorithm: str = "aws:kms") -> dict[str, str]:
    return {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})


def deny(bucket: str, action: Any = "s3:PutObject", objects: str = "/*", **condition: Any) -> Any:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": f"arn:aws:s3:::{bucket}{objects}",
        "Condition": condition,
    }


def both(bucket: str, key: str, action: Any = "s3:PutObject", objects: str = "/*") -> list[Any]:
    """The two statements that refuse every other encryption, and every other key."""
    return [
        deny(bucket, action, objects, StringNotEquals={SSE: "aws:kms"}),
        deny(bucket, action, objects, StringNotEquals={KEY: key}),
    ]


def _but(statements: list[Any], **changes: Any) -> list[Any]:
    kept = [{k: v for k, v in s.items() if k not in changes} for s in statements]
    return [s | {k: v for k, v in changes.items() if v is not None} for s in kept]


def _narrowed(statements: list[Any], **condition: Any) -> list[Any]:
    return [s | {"Condition": s["Condition"] | condition} for s in statements]


def _writes(bucket: str, service: str) -> list[Any]:
    return [
        {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
    ]


def _policies(anchor: str) -> dict[str, list[Any]]:
    """Bucket -> the statements of its policy. All of these hold restricted data."""
    skipper = {"AWS": f"arn:aws:iam::{HARBOUR}:role/skipper"}
    mixed = [["s3:GetObject", "S3:Put*"], "s3:*"]
    loud = {SSE.replace("x-amz", "X-AMZ"): "aws:kms"}
    return {
        "harbour-full": both("harbour-full", anchor),
        "harbour-friendly": _narrowed(both("harbour-friendly", anchor), Null=PRESENT),
        "harbour-spelling": [
            deny("harbour-spelling", mixed[0], StringNotEquals=loud),
            deny("harbour-spelling", mixed[1], StringNotEqualsIfExists={KEY: [anchor]}),
        ],
        "harbour-everything": both("harbour-everything", anchor, "*", "*"),
        "harbour-rope": both("harbour-rope", FOREIGN_KEY),
        "harbour-null-only": [deny("harbour-null-only", Null={SSE: "true"})],
        "harbour-prefix": both("harbour-prefix", anchor, objects="/crew/*"),
        "harbour-not-principal": _but(
            both("harbour-not-principal", anchor), Principal=None, NotPrincipal=skipper
        ),
        "harbour-one-role": _but(both("harbour-one-role", anchor), Principal=skipper),
        "harbour-any-key": [deny("harbour-any-key", StringNotEquals={SSE: "aws:kms"})],
        "harbour-aes-too": [
            deny("harbour-aes-too", StringNotEquals={SSE: ["aws:kms", "AES256"]}),
            *_narrowed(both("harbour-aes-too", anchor)[1:], Null={KEY: "false"}),
        ],
        "harbour-elsewhere": _narrowed(
            both("harbour-elsewhere", anchor), StringEquals={"aws:SourceVpce": "vpce-1"}
        ),
        "harbour-acl": both("harbour-acl", anchor, "s3:PutObjectAcl"),
        "harbour-bucket-only": both("harbour-bucket-only", anchor, objects=""),
        "harbour-allows": _but(both("harbour-allows", anchor), Effect="Allow"),
    }


def buckets(estate: Estate) -> None:
    anchor = estate["anchor"]
    for name, statements in _policies(anchor).items():
        default = kms(FOREIGN_KEY if name == "harbour-rope" else anchor)
        _bucket(estate, name, default, statements, {"DataClassification": "restricted"})
    _bucket(estate, "harbour-logbook", AES)
    _bucket(estate, "harbour-passengers", AES, said={"data-classification": "PII"})
    _bucket(estate, "harbour-crew", kms(), said={"DataClassification": "phi"})
    by_alias = estate.arn("kms", "alias/anchor")
    _bucket(estate, "harbour-cargo", kms(by_alias), said={"Sensitivity": "pci"})
    _bucket(
        estate,
        "harbour-fuel",
        kms(key_id(estate, "anchor"), "aws:kms:dsse"),
        said={"Sensitivity": "pci"},
    )
    customs = [deny("harbour-customs", StringNotEquals={SSE: "aws:kms"})]
    confidential = {"DataClassification": "confidential"}
    _bucket(estate, "harbour-customs", kms("alias/aws/s3"), customs, said=confidential)
    _bucket(estate, "harbour-pilots", AES, said=confidential)
    _bucket(
        estate, "harbour-asleep", kms("alias/asleep"), said={"DataClassification": "restricted"}
    )
    _bucket(estate, "harbour-unset", None)
    _bucket(estate, "harbour-unset-pii", None, said={"DataClassification": "pii"})
    _bucket(estate, "harbour-odd", AES, said={"Classification": "C3"})
    _bucket(estate, "harbour-scanned", AES, region=US)
    _bucket(estate, "harbour-old-plain", AES, region=US)
    _bucket(estate, "harbour-far", AES, region=AP)
    _receivers(estate)
    _replicas(estate)


def _receivers(estate: Estate) -> None:
    """Buckets that AWS writes logs to: some of those services cannot use a key of one's own."""
    for name, service in {
        "harbour-access-logs": "logging.s3.amazonaws.com",
        "harbour-elb-logs": "logdelivery.elasticloadbalancing.amazonaws.com",
        "harbour-nlb-logs": "delivery.logs.amazonaws.com",
    }.items():
        _bucket(estate, name, AES, _writes(name, service), {"DataClassification": "restricted"})


def _replicas(estate: Estate) -> None:
    """What is copied to harbour-scanned, in another region. A bucket has rules or has none."""
    there = estate["beacon-replica"]
    for name, default, settings in (
        ("harbour-mirror", kms(estate["anchor"]), {"key": there}),
        ("harbour-mirror-no-key", kms(estate["anchor"]), {"key": None}),
        ("harbour-mirror-skips", kms(estate["anchor"]), {"key": there, "kms": "Disabled"}),
        ("harbour-mirror-home-key", kms(estate["anchor"]), {"key": estate["anchor"]}),
        ("harbour-mirror-off", kms(estate["anchor"]), {"key": None, "status": "Disabled"}),
        ("harbour-mirror-aes", AES, {"key": None, "kms": None}),
    ):
        _bucket(estate, name, default)
        _replicate(estate, name, **settings)


def _replicate(
    estate: Estate,
    bucket: str,
    *,
    key: str | None,
    kms: str | None = "Enabled",
    status: str = "Enabled",
) -> None:
    to: dict[str, Any] = {"Bucket": "arn:aws:s3:::harbour-scanned"}
    if key:
        to["EncryptionConfiguration"] = {"ReplicaKmsKeyID": key}
    rule: dict[str, Any] = {
        "ID": "to-the-other-shore",
        "Status": status,
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": to,
    }
    if kms:
        rule["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": kms}}
    s3 = estate.at("s3")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    copier = f"arn:aws:iam::{HARBOUR}:role/copier"
    s3.put_bucket_replication(
        Bucket=bucket, ReplicationConfiguration={"Role": copier, "Rules": [rule]}
    )


def _bucket(
    estate: Estate,
    name: str,
    default: dict[str, str] | None,
    policy: list[Any] | None = None,
    said: dict[str, str] | None = None,
    *,
    region: str = EU,
) -> None:
    s3 = estate.at("s3", region)
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **({} if region == US else where))
    if default:
        rules = [{"ApplyServerSideEncryptionByDefault": default}]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    if policy:
        text = json.dumps({"Version": "2012-10-17", "Statement": policy})
        s3.put_bucket_policy(Bucket=name, Policy=text)
    if said:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags(**said)})
    estate.remember(name, f"arn:aws:s3:::{name}", region)
