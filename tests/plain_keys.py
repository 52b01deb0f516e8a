"""The keys of the harbour, an invented account: their kinds, states, tags and policies."""

from __future__ import annotations

import json
from typing import Any

from plain_moto import EU, US, Estate, tags

HARBOUR = "204060801357"
PARTNER = "500600700800"  # workload.yaml trusts it
STRANGER = "999000111222"
ORGANIZATION = "o-harbour001"
FOREIGN_KEY = f"arn:aws:kms:{EU}:{PARTNER}:key/0f0f0f0f-1111-2222-3333-444455556666"

CRYPTO = ["kms:Decrypt", "kms:GenerateDataKey*"]
ADMIN = ["kms:Put*", "kms:Create*", "kms:Revoke*", "kms:Disable*", "kms:ScheduleKeyDeletion"]
GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


def role(name: str, account: str = HARBOUR) -> dict[str, str]:
    return {"AWS": f"arn:aws:iam::{account}:role/{name}"}


def allow(principal: Any, action: Any, **condition: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": "*"}
    return statement | ({"Condition": condition} if condition else {})


def _anyone(**condition: Any) -> list[dict[str, Any]]:
    return [allow({"AWS": "*"}, CRYPTO, **condition)]


FOR_AWS = {"kms:GrantIsForAWSResource": "true"}
VIA_S3 = {"kms:ViaService": f"s3.{US}.amazonaws.com"}
NOT_SKIPPER = {"Effect": "Allow", "NotPrincipal": role("skipper"), "Action": CRYPTO}
ALL_BUT_ONE = {"Effect": "Allow", "Principal": role("bosun"), "NotAction": "kms:ReplicateKey"}
NO_DELETION = {"Effect": "Deny", "Principal": "*", "Action": "kms:ScheduleKeyDeletion"}

# What each policy says beside handing the decision to IAM through the account's root.
POLICIES: dict[str, list[dict[str, Any]]] = {
    "open-pier": [allow("*", "kms:DescribeKey")],
    "pinned-caller": _anyone(StringEquals={"KMS:CALLERACCOUNT": HARBOUR}),
    "pinned-source": _anyone(StringEquals={"aws:sourceaccount": HARBOUR}),
    "pinned-org": _anyone(StringEquals={"aws:PrincipalOrgID": ORGANIZATION}),
    "pinned-twice": _anyone(StringEquals={"kms:CallerAccount": HARBOUR} | VIA_S3),
    "caller-list": _anyone(StringEquals={"kms:CallerAccount": [HARBOUR, PARTNER]}),
    "caller-stranger": _anyone(StringEquals={"kms:CallerAccount": STRANGER}),
    "via-service": _anyone(StringEquals=VIA_S3),
    "like-star": _anyone(StringLike={"aws:PrincipalOrgID": "*"}),
    "if-exists": _anyone(StringEqualsIfExists={"aws:SourceAccount": HARBOUR}),
    "null-test": _anyone(Null={"aws:PrincipalOrgID": "false"}),
    "not-equals": _anyone(StringNotEquals={"kms:CallerAccount": STRANGER}),
    "not-principal": [NOT_SKIPPER | {"Resource": "*"}],
    "partner": [allow({"AWS": f"arn:aws:iam::{PARTNER}:root"}, CRYPTO)],
    "stranger": [allow({"AWS": STRANGER}, CRYPTO)],
    "stranger-role": [allow(role("ferryman", STRANGER), "kms:*")],
    "harbourmaster": [allow(role("harbourmaster"), "kms:*")],
    "shouted": [allow(role("harbourmaster"), ["KMS:*"])],
    "star-service": [allow({"Service": "logs.amazonaws.com"}, "*")],
    "two-hats": [allow(role("bosun"), ADMIN), allow(role("bosun"), "kms:Decrypt")],
    "all-but-one": [ALL_BUT_ONE | {"Resource": "*"}],
    "console-made": [
        allow(role("warden"), ADMIN),
        allow(role("bosun"), CRYPTO),
        allow(role("bosun"), GRANTS, Bool=FOR_AWS),
    ],
    "free-grants": [allow(role("bosun"), CRYPTO), allow(role("bosun"), GRANTS)],
    "lookout": [allow(role("lookout"), ["kms:Describe*", "kms:Get*", "kms:List*"])],
    "warden-only": [allow(role("warden"), ADMIN)],
    "no-deletion": [NO_DELETION | {"Resource": "*"}],
}


def keys(estate: Estate) -> None:
    full = {"Owner": "quay office", "Environment": "production", "DataClassification": "pii"}
    _key(estate, "anchor", rotates=True, tags=tags("TagKey", "TagValue", **full))
    other = {"team": "quay office", "ENV": "staging", "sensitivity": "internal"}
    _key(estate, "labelled", rotates=True, tags=tags("TagKey", "TagValue", **other))
    half = {"Owner": "quay office", "Environment": "production"}
    _key(estate, "half-labelled", rotates=True, tags=tags("TagKey", "TagValue", **half))
    typo = full | {"Environment": "prodd"}
    _key(estate, "mislabelled", rotates=True, tags=tags("TagKey", "TagValue", **typo))
    for name in ("rusty", "sunk", "sinking", "asleep", "idle", "buoy"):
        _key(estate, name)
    _key(estate, "seal", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    _key(estate, "digest", KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    _key(estate, "imported", Origin="EXTERNAL")
    _beacon(estate)
    for name, more in POLICIES.items():
        _key(estate, name, US, rotates=True, policy=more)


def switch_off(estate: Estate) -> None:
    """Last of all: a key that is off refuses what the rest of the estate needs it for."""
    kms = estate.at("kms")
    for name in ("sunk", "sinking"):  # by id: by ARN, moto breaks down
        kms.schedule_key_deletion(KeyId=key_id(estate, name), PendingWindowInDays=20)
    for name in ("asleep", "idle"):
        kms.disable_key(KeyId=key_id(estate, name))


def key_id(estate: Estate, name: str) -> str:
    return estate[name].rpartition("/")[2]


def _key(
    estate: Estate,
    name: str,
    region: str = EU,
    *,
    rotates: bool = False,
    policy: list[dict[str, Any]] | None = None,
    **settings: Any,
) -> None:
    kms = estate.at("kms", region)
    root = allow({"AWS": f"arn:aws:iam::{estate.account}:root"}, "kms:*")
    text = json.dumps({"Version": "2012-10-17", "Statement": [root, *(policy or [])]})
    made = kms.create_key(Policy=text, **{k[0].upper() + k[1:]: v for k, v in settings.items()})
    arn, made_id = made["KeyMetadata"]["Arn"], made["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=made_id)
    if rotates:
        kms.enable_key_rotation(KeyId=made_id)
    estate.remember(name, arn, region)


def _beacon(estate: Estate) -> None:
    """One multi-Region key, and its replica."""
    _key(estate, "beacon", rotates=True, multiRegion=True)
    replica = estate.at("kms").replicate_key(KeyId=key_id(estate, "beacon"), ReplicaRegion=US)
    estate.remember("beacon-replica", replica["ReplicaKeyMetadata"]["Arn"], US)


def aws_managed(estate: Estate, *regions: str) -> None:
    """Names the keys that AWS's services took for themselves: ``aws/ebs@eu-west-1``."""
    for region in regions:
        kms = estate.at("kms", region)
        made = {key["KeyId"]: key["KeyArn"] for key in kms.list_keys()["Keys"]}
        for alias in kms.list_aliases()["Aliases"]:
            if alias["AliasName"].startswith("alias/aws/") and alias["TargetKeyId"] in made:
                name = f"{alias['AliasName'].removeprefix('alias/')}@{region}"
                estate.remember(name, made[alias["TargetKeyId"]], region)
