"""Kestrel's keys: rotated and not, shared and open, disabled, leaving, imported, replicated."""

from __future__ import annotations

import json
from typing import Any

from wa_kit.simulated.company.site import (
    AUDITOR,
    FRANKFURT,
    IRELAND,
    ORGANIZATION,
    PARTNER,
    VIRGINIA,
    Site,
    Tags,
    tags,
)
from wa_kit.simulated.overlays.kms import import_material

ADMINISTER = [
    "kms:Create*",
    "kms:Describe*",
    "kms:Enable*",
    "kms:List*",
    "kms:Put*",
    "kms:Update*",
    "kms:Revoke*",
    "kms:Disable*",
    "kms:Get*",
    "kms:TagResource",
    "kms:ScheduleKeyDeletion",
    "kms:CancelKeyDeletion",
]
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
GRANT = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]

Statement = dict[str, Any]


def allow(principal: Any, actions: Any, **condition: Any) -> Statement:
    made = {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}
    return made | ({"Condition": condition} if condition else {})


def make_keys(site: Site) -> None:
    _keys_in_order(site)
    _keys_with_open_doors(site)
    _keys_out_of_order(site)
    _keys_of_other_kinds(site)


def _keys_in_order(site: Site) -> None:
    _key(site, "shop", IRELAND, tags("confidential", "shop-team", "webshop"), rotates=365)
    _key(site, "payments", IRELAND, tags("pci", "payments-team", "payments"), rotates=180)
    _key(site, "backups", IRELAND, tags("restricted", "platform-team", "backup"), rotates=365)
    _key(site, "audit", IRELAND, tags("restricted", "security-team", "audit"), rotates=365)
    _key(site, "german-shop", FRANKFURT, tags("pii", "shop-team", "webshop"), rotates=365)
    _key(site, "german-backups", FRANKFURT, tags("restricted", "platform-team", "backup"), 365)
    customers = tags("pii", "crm-team", "customers")
    _key(site, "customers", IRELAND, customers, rotates=365, MultiRegion=True)
    key = site.keys["customers"]
    site.client("kms").replicate_key(KeyId=key.rpartition("/")[2], ReplicaRegion=FRANKFURT)
    site.keys["customers-replica"] = key.replace(IRELAND, FRANKFURT)


def _keys_with_open_doors(site: Site) -> None:
    """Policies that let in too many, and some that only look as if they did."""
    root, anyone = _root(site), {"AWS": "*"}
    partner = {"AWS": [f"arn:aws:iam::{PARTNER}:root", "AIDAKESTRELGONE000001"]}
    auditor = {"AWS": AUDITOR}
    crm, ops = {"AWS": site.role("crm-service")}, {"AWS": site.role("platform-operator")}
    through_s3 = {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}
    ours = {"aws:principalorgid": ORGANIZATION}  # condition keys know no upper and lower case
    for name, owner, statements in [
        ("partner-feed", "partner-team", [root, allow(partner, USE)]),
        ("auditor-extracts", "security-team", [root, allow(auditor, ["kms:Decrypt"])]),
        ("image-pipeline", "web-team", [root, allow(anyone, USE, StringEquals=through_s3)]),
        ("whole-company", "platform-team", [root, allow("*", USE, StringEquals=ours)]),
        ("crm-all-in-one", "crm-team", [root, allow(crm, "kms:*")]),
        ("operators", "platform-team", [root, allow(ops, ADMINISTER), allow(ops, USE)]),
    ]:
        kept = tags("confidential", owner, name)
        _key(site, name, IRELAND, kept, rotates=365, policy=statements)
    console = {"AWS": site.role("shop-service")}
    for_aws = {"kms:GrantIsForAWSResource": "true"}
    admins = {"AWS": site.role("key-administrator")}
    _key(
        site,
        "made-in-console",
        IRELAND,
        tags("internal", "shop-team", "stock"),
        rotates=365,
        policy=[
            root,
            allow(admins, ADMINISTER),
            allow(console, USE),
            allow(console, GRANT, Bool=for_aws),
        ],
    )


def _keys_out_of_order(site: Site) -> None:
    kms = site.client("kms")
    _key(site, "legacy-orders", IRELAND, {"Application": "orders-2017"})
    _key(site, "us-marketing", VIRGINIA, {"Owner": "marketing-team"})
    _key(site, "roastery-sensors", IRELAND, tags("internal", "roastery-team", "sensors"), 365)
    kms.disable_key(KeyId=site.keys["roastery-sensors"].rpartition("/")[2])
    _key(site, "loyalty-2019", IRELAND, tags("pii", "loyalty-team", "loyalty"))
    kms.schedule_key_deletion(
        KeyId=site.keys["loyalty-2019"].rpartition("/")[2], PendingWindowInDays=30
    )
    _key(site, "finance-ledger", IRELAND, tags("restricted", "finance-team", "ledger"), 365)


def _keys_of_other_kinds(site: Site) -> None:
    """Keys that cannot rotate by themselves, so that nobody may ask it of them."""
    signing = tags("internal", "mobile-team", "app-signing")
    _key(site, "signing", IRELAND, signing, KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    tokens = tags("internal", "shop-team", "tokens")
    _key(site, "tokens", IRELAND, tokens, KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
    _key(site, "brought-along", IRELAND, tags("pci", "payments-team", "pin"), Origin="EXTERNAL")
    import_material(site.account, IRELAND, site.keys["brought-along"].rpartition("/")[2])
    _key(site, "never-arrived", FRANKFURT, tags("pci", "payments-team", "pin"), Origin="EXTERNAL")


def _key(
    site: Site,
    name: str,
    region: str,
    tags: Tags,
    rotates: int | None = None,
    policy: list[Statement] | None = None,
    **more: Any,
) -> None:
    kms = site.client("kms", region)
    statements = policy or _administrators_and_users(site, tags)
    document = {"Version": "2012-10-17", "Id": f"kestrel-{name}", "Statement": statements}
    created = kms.create_key(
        Description=f"Kestrel: {name}",
        Policy=json.dumps(document),
        Tags=[{"TagKey": key, "TagValue": value} for key, value in sorted(tags.items())],
        **more,
    )["KeyMetadata"]
    kms.create_alias(AliasName=f"alias/kestrel/{name}", TargetKeyId=created["KeyId"])
    if rotates:
        kms.enable_key_rotation(KeyId=created["KeyId"], RotationPeriodInDays=rotates)
    site.keys[name] = created["Arn"]
    site.note(created["Arn"], "kms:key")


def _administrators_and_users(site: Site, tags: Tags) -> list[Statement]:
    user = site.role(f"{tags.get('Owner', 'shop-team').removesuffix('-team')}-service")
    admin = site.role("key-administrator")
    return [_root(site), allow({"AWS": admin}, ADMINISTER), allow({"AWS": user}, USE)]


def _root(site: Site) -> Statement:
    return allow({"AWS": f"arn:aws:iam::{site.account}:root"}, "kms:*")
