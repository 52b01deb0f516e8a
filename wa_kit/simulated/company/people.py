"""Who may do what at Kestrel: roles that hold data and backups apart, and some that do not."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends

from wa_kit.simulated.company.site import Site

DELETE_BACKUPS = [
    "backup:DeleteRecoveryPoint",
    "backup:DeleteBackupVault",
    "ec2:DeleteSnapshot",
    "rds:DeleteDBSnapshot",
    "rds:DeleteDBClusterSnapshot",
]
WRITE_DATA = [
    "s3:PutObject",
    "s3:DeleteObject",
    "dynamodb:PutItem",
    "dynamodb:DeleteItem",
    "rds:DeleteDBInstance",
    "ec2:DeleteVolume",
]
_OPERATOR = "platform-operator"

# role -> (allowed actions, why it is here)
_ROLES: dict[str, list[str]] = {
    "key-administrator": ["kms:List*", "kms:Describe*"],
    "shop-service": ["s3:GetObject", "s3:PutObject", "dynamodb:*Item"],
    "payments-service": ["dynamodb:GetItem", "dynamodb:PutItem"],
    "crm-service": ["s3:GetObject", "rds-data:ExecuteStatement"],
    "backup-operator": [*DELETE_BACKUPS, "backup:StartRestoreJob"],
    "data-engineer": WRITE_DATA,
    _OPERATOR: [*WRITE_DATA, *DELETE_BACKUPS],  # both at once: what separation is about
    "us-marketing-admin": ["s3:*", "rds:*", "ec2:*"],
    "replication": ["s3:ReplicateObject"],
    "reviewer": ["kms:Describe*"],
}
# role -> days since somebody used it; of the others AWS knows of no use
_USED = {
    "key-administrator": 2,
    "shop-service": 0,
    "payments-service": 0,
    "crm-service": 1,
    "backup-operator": 140,
    "data-engineer": 6,
    _OPERATOR: 1,
    "us-marketing-admin": 40,
    "replication": 0,
}


def make_people(site: Site) -> None:
    iam = site.client("iam")
    for role, actions in _ROLES.items():
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(_trust(site)))
        iam.put_role_policy(RoleName=role, PolicyName="duties", PolicyDocument=_allow(actions))
    _break_glass(site)
    _held_back_by_a_boundary(site)
    iam.create_service_linked_role(AWSServiceName="backup.amazonaws.com")
    iam.create_user(UserName="legacy-backup-script")
    policy = iam.create_policy(PolicyName="nightly-cleanup", PolicyDocument=_not_iam())
    iam.attach_user_policy(UserName="legacy-backup-script", PolicyArn=policy["Policy"]["Arn"])
    _last_used(site)


def _last_used(site: Site) -> None:
    """No call of AWS's sets it: using a role does."""
    for role in iam_backends[site.account]["aws"].roles.values():
        if role.name in _USED:
            role.last_used = site.ago(days=_USED[role.name])


def _break_glass(site: Site) -> None:
    iam = site.client("iam")
    iam.create_role(RoleName="break-glass", AssumeRolePolicyDocument=json.dumps(_trust(site)))
    everything = iam.create_policy(PolicyName="everything", PolicyDocument=_allow(["*"]))
    iam.attach_role_policy(RoleName="break-glass", PolicyArn=everything["Policy"]["Arn"])


def _held_back_by_a_boundary(site: Site) -> None:
    """Allowed to delete snapshots by its own policy, and kept from it by its boundary."""
    iam = site.client("iam")
    fence = iam.create_policy(PolicyName="readers-only", PolicyDocument=_allow(["s3:Get*"]))
    iam.create_role(
        RoleName="intern",
        AssumeRolePolicyDocument=json.dumps(_trust(site)),
        PermissionsBoundary=fence["Policy"]["Arn"],
    )
    iam.put_role_policy(
        RoleName="intern", PolicyName="duties", PolicyDocument=_allow(DELETE_BACKUPS)
    )


def _trust(site: Site) -> dict[str, Any]:
    root = {"AWS": f"arn:aws:iam::{site.account}:root"}
    statement = {"Effect": "Allow", "Principal": root, "Action": "sts:AssumeRole"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _allow(actions: list[str]) -> str:
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _not_iam() -> str:
    """Everything but IAM: how deletion of backups is given away without being named."""
    statement = {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": statement})
