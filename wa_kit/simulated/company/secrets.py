"""Kestrel's secrets and parameters. Their values are words that say they are none.

RDS adds secrets of its own, for the master passwords that it manages.
"""

from __future__ import annotations

import json
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

_VALUE = "not-a-real-secret"

# name, region, key, rotates, tags
_SECRETS: list[tuple[str, str, str | None, bool, Tags]] = [
    ("shop/database", IRELAND, "shop", True, tags("confidential", "shop-team", "webshop")),
    ("payments/acquirer", IRELAND, "payments", True, tags("pci", "payments-team", "payments")),
    ("payments/terminal", IRELAND, None, False, tags("pci", "payments-team", "payments")),
    ("crm/sync", IRELAND, "crm-all-in-one", False, tags("confidential", "crm-team", "customers")),
    ("partner/feed", IRELAND, None, False, tags("confidential", "partner-team", "partners")),
    ("german/shop", FRANKFURT, "german-shop", True, tags("pii", "shop-team", "webshop")),
    ("us/mail", VIRGINIA, None, False, {"Owner": "marketing-team"}),
]
# name, region, type, key
_PARAMETERS: list[tuple[str, str, str, str | None]] = [
    ("/kestrel/shop/db_password", IRELAND, "SecureString", "shop"),
    ("/kestrel/payments/api_key", IRELAND, "SecureString", None),
    ("/kestrel/erp/db_password", IRELAND, "String", None),
    ("/kestrel/assistant/max_tokens", IRELAND, "String", None),
    ("/kestrel/login/token-endpoint", IRELAND, "String", None),
    ("/kestrel/login/public-key", IRELAND, "String", None),
    ("/kestrel/shop/regions", IRELAND, "StringList", None),
    ("/kestrel/german/theme", FRANKFURT, "String", None),
    ("/kestrel/us/mailer/secret_access_key", VIRGINIA, "String", None),
]


def make_secrets(site: Site) -> None:
    for secret in _SECRETS:
        _secret(site, *secret)
    _shared_with_a_partner(site)
    _replicated_and_deleted(site)
    for parameter in _PARAMETERS:
        _parameter(site, *parameter)


def _secret(site: Site, name: str, region: str, key: str | None, rotates: bool, kept: Tags) -> None:
    manager = site.client("secretsmanager", region)
    sealed = {"KmsKeyId": site.keys[key]} if key else {}
    if not key:
        aws_key(site.account, region, "secretsmanager")
    made = manager.create_secret(
        Name=f"kestrel/{name}", SecretString=_VALUE, Tags=pairs(kept), **sealed
    )
    if rotates:
        manager.rotate_secret(  # without a function to turn it: moto would need Docker to run one
            SecretId=made["ARN"],
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
    site.note(made["ARN"], "secretsmanager:secret")


def _shared_with_a_partner(site: Site) -> None:
    """Under the key AWS manages, another account's access can never work."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{PARTNER}:role/feed-reader"},
        "Action": "secretsmanager:GetSecretValue",
        "Resource": "*",
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    site.client("secretsmanager").put_resource_policy(
        SecretId="kestrel/partner/feed", ResourcePolicy=json.dumps(policy)
    )


def _replicated_and_deleted(site: Site) -> None:
    manager = site.client("secretsmanager")
    manager.replicate_secret_to_regions(
        SecretId="kestrel/shop/database", AddReplicaRegions=[{"Region": FRANKFURT}]
    )
    manager.create_secret(Name="kestrel/retired/ftp", SecretString=_VALUE)
    manager.delete_secret(SecretId="kestrel/retired/ftp", RecoveryWindowInDays=30)


def _parameter(site: Site, name: str, region: str, kind: str, key: str | None) -> None:
    sealed: dict[str, Any] = {"KeyId": site.keys[key]} if key else {}
    if kind == "SecureString" and not key:
        aws_key(site.account, region, "ssm")
    site.client("ssm", region).put_parameter(Name=name, Type=kind, Value=_VALUE, **sealed)
    site.note(site.arn("ssm", region, f"parameter{name}"), "ssm:parameter")
