"""Kestrel's buckets: which key, who may override it, what lies in them from before, replicas."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wa_kit.simulated.company.site import (
    FRANKFURT,
    IRELAND,
    PARTNER,
    VIRGINIA,
    Site,
    Tags,
    pairs,
    tags,
)
from wa_kit.simulated.overlays.kms import aws_key

Statement = dict[str, Any]


@dataclass
class Bucket:
    """``key``: a name of ours, ``aws`` for alias/aws/s3, an ARN, or None for SSE-S3."""

    name: str
    tags: Tags
    region: str = IRELAND
    key: str | None = None
    guard: str | None = None  # which policy stands on it, see ``_policy``
    counts: dict[str, int] | None = None  # what Macie counted, by encryption
    blocks: str = "SSE-C"
    algorithm: str = "aws:kms"


_FOREIGN = f"arn:aws:kms:{IRELAND}:{PARTNER}:key/5a0c7f0e-91f3-4c8e-9d55-0c1d2e3f4a5b"
_BUCKETS = [
    # as it should be
    Bucket("orders", tags("pci", "payments-team", "orders"), key="payments", guard="both",
           counts={"kmsManaged": 48_211}, algorithm="aws:kms:dsse"),
    Bucket("orders-replica", tags("pci", "payments-team", "orders"), FRANKFURT, "german-shop",
           "both", {"kmsManaged": 48_211}),
    Bucket("audit-trail", tags("restricted", "security-team", "audit"), key="audit", guard="both",
           counts={"kmsManaged": 902_144}),
    Bucket("product-images", tags("public", "web-team", "webshop"), counts={"s3Managed": 18_020}),
    Bucket("recipes", tags("confidential", "roastery-team", "roasting"), key="shop"),
    Bucket("empty-exports", tags("internal", "platform-team", "backup"), counts={}),
    Bucket("partner-drop", tags("confidential", "partner-team", "partners"), key=_FOREIGN),
    # logs, which cannot have every key
    Bucket("access-logs", tags("internal", "platform-team", "logs"),
           guard="logging.s3.amazonaws.com", counts={"s3Managed": 310_442}),
    Bucket("alb-logs", tags("internal", "platform-team", "logs"),
           guard="logdelivery.elasticloadbalancing.amazonaws.com", counts={"s3Managed": 1_204_101}),
    # with gaps
    Bucket("customers", tags("pii", "crm-team", "customers"), key="customers", guard="prefix",
           counts={"kmsManaged": 20_118, "s3Managed": 7_402}),
    Bucket("invoices", tags("restricted", "finance-team", "invoices"), key="aws", guard="null",
           counts={"kmsManaged": 88_310}),
    Bucket("loyalty-cards", tags("pii", "loyalty-team", "loyalty"), key="loyalty-2019",
           guard="both", counts={"kmsManaged": 5_210}),
    Bucket("contracts", tags("restricted", "finance-team", "contracts"), guard="algorithm",
           counts={"s3Managed": 1_902, "unencrypted": 31}),
    Bucket("tasting-notes", tags("Vertraulich", "roastery-team", "roasting"), key="shop"),
    Bucket("scratch", tags(None, "data-team", "analytics", "dev"), counts={"s3Managed": 77}),
    Bucket("terraform-state", {"Owner": "platform-team", "Sensitivity": "confidential"},
           key="aws", blocks="NONE"),
    Bucket("german-orders", tags("pii", "shop-team", "orders"), FRANKFURT, "german-shop", "almost",
           {"kmsManaged": 9_310}),
    Bucket("german-newsletter", tags("pii", "marketing-team", "newsletter"), FRANKFURT,
           counts={"s3Managed": 650}),
    # nobody looked here for years
    Bucket("hr-archive", {"data-classification": "Restricted", "Owner": "hr-team"}, VIRGINIA),
    Bucket("us-campaigns", {"Owner": "marketing-team"}, VIRGINIA, "us-marketing"),
    Bucket("us-web-2016", {}, VIRGINIA),
    Bucket("config-history", tags("internal", "security-team", "audit"), VIRGINIA),
]  # fmt: skip


def make_buckets(site: Site) -> None:
    for bucket in _BUCKETS:
        _make(site, bucket)
    replicate(site, "orders", "orders-replica", sealed=True)
    replicate(site, "customers", "german-orders", sealed=False)
    s3 = site.client("s3")
    for logged in ("orders", "customers"):
        target = {"TargetBucket": name(site, "access-logs"), "TargetPrefix": f"{logged}/"}
        s3.put_bucket_logging(
            Bucket=name(site, logged), BucketLoggingStatus={"LoggingEnabled": target}
        )
    s3.put_bucket_inventory_configuration(
        Bucket=name(site, "recipes"),
        Id="weekly",
        InventoryConfiguration={
            "Id": "weekly",
            "IsEnabled": True,
            "IncludedObjectVersions": "All",
            "OptionalFields": ["EncryptionStatus"],
            "Schedule": {"Frequency": "Weekly"},
            "Destination": {
                "S3BucketDestination": {
                    "Bucket": f"arn:aws:s3:::{name(site, 'scratch')}",
                    "Format": "CSV",
                }
            },
        },
    )


def name(site: Site, short: str) -> str:
    """Bucket names are shared by the whole world, so the account is part of them."""
    return f"kestrel-{short}-{site.account}"


def _make(site: Site, bucket: Bucket) -> None:
    s3, full = site.client("s3", bucket.region), name(site, bucket.name)
    where = {"CreateBucketConfiguration": {"LocationConstraint": bucket.region}}
    s3.create_bucket(Bucket=full, **({} if bucket.region == VIRGINIA else where))
    s3.put_bucket_versioning(Bucket=full, VersioningConfiguration={"Status": "Enabled"})
    if bucket.tags:
        s3.put_bucket_tagging(Bucket=full, Tagging={"TagSet": pairs(bucket.tags)})
    if bucket.key == "aws":
        aws_key(site.account, bucket.region, "s3")
    if bucket.key or bucket.blocks != "SSE-C":
        s3.put_bucket_encryption(
            Bucket=full, ServerSideEncryptionConfiguration={"Rules": [_rule(site, bucket)]}
        )
    if bucket.guard:
        policy = {"Version": "2012-10-17", "Statement": _policy(site, bucket)}
        s3.put_bucket_policy(Bucket=full, Policy=json.dumps(policy))
    if bucket.counts is not None:
        site.fake("macie2").add_bucket(bucket.region, full, **bucket.counts)
    site.note(f"arn:aws:s3:::{full}", "s3:bucket", bucket.region)


def _rule(site: Site, bucket: Bucket) -> dict[str, Any]:
    default = {"SSEAlgorithm": bucket.algorithm}
    if bucket.key and bucket.key != "aws":
        default["KMSMasterKeyID"] = site.keys.get(bucket.key, bucket.key)
    return {
        "ApplyServerSideEncryptionByDefault": default,
        "BucketKeyEnabled": bucket.algorithm == "aws:kms",
        "BlockedEncryptionTypes": {"EncryptionType": [bucket.blocks]},
    }


def _policy(site: Site, bucket: Bucket) -> list[Statement]:
    """Lets a log service in, or refuses other encryption: wholly, or with a known gap."""
    arn = f"arn:aws:s3:::{name(site, bucket.name)}"
    if bucket.guard and bucket.guard.endswith(".amazonaws.com"):
        logs = {"Effect": "Allow", "Principal": {"Service": bucket.guard}, "Action": "s3:PutObject"}
        return [logs | {"Resource": f"{arn}/*"}]
    header = "s3:x-amz-server-side-encryption"
    key_header = f"{header}-aws-kms-key-id"
    key = site.keys.get(bucket.key or "", "")
    algorithm = {"StringNotEquals": {header: bucket.algorithm}, "Null": {header: "false"}}
    other_key = {"StringNotEqualsIfExists": {key_header: key}}
    whole = [
        _deny("*", ["s3:PutObject"], f"{arn}/*", algorithm),
        _deny({"AWS": "*"}, "s3:Put*", f"{arn}/*", other_key),
    ]
    if bucket.guard == "both":
        return whole
    if bucket.guard == "prefix":
        return [statement | {"Resource": f"{arn}/imports/*"} for statement in whole]
    if bucket.guard == "null":  # refuses only what the default would have encrypted anyway
        return [_deny("*", "s3:PutObject", f"{arn}/*", {"Null": {header: "true"}})]
    if bucket.guard == "algorithm":
        return whole[:1]
    spared = {"NotPrincipal": {"AWS": site.role("shop-service")}}
    return [{k: v for k, v in s.items() if k != "Principal"} | spared for s in whole]


def _deny(principal: Any, action: Any, resource: str, condition: Any) -> Statement:
    return {
        "Effect": "Deny",
        "Principal": principal,
        "Action": action,
        "Resource": resource,
        "Condition": condition,
    }


def replicate(site: Site, source: str, target: str, *, sealed: bool) -> None:
    """Replicate one bucket to another; objects under KMS keys only when ``sealed``."""
    destination: dict[str, Any] = {"Bucket": f"arn:aws:s3:::{name(site, target)}"}
    rule: dict[str, Any] = {
        "ID": "to-frankfurt",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": destination,
    }
    if sealed:
        destination["EncryptionConfiguration"] = {"ReplicaKmsKeyID": site.keys["german-shop"]}
        rule["SourceSelectionCriteria"] = {"SseKmsEncryptedObjects": {"Status": "Enabled"}}
    site.client("s3").put_bucket_replication(
        Bucket=name(site, source),
        ReplicationConfiguration={"Role": site.role("replication"), "Rules": [rule]},
    )
