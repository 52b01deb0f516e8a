"""What IAM tells us: who is in the account, and the policies that say what they may do.

All of it is one listing. Nothing of passwords and access keys is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import msgspec

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import Row

_ACTION = "iam:GetAccountAuthorizationDetails"


class IamPrincipal(Row, frozen=True, kw_only=True):
    """One user or role, with what its groups give it."""

    resource_type = "AWS::IAM::Principal"
    service = "IAM"
    see = "aws iam get-account-authorization-details --filter User Role Group"

    kind: str  # user or role
    service_linked: bool  # AWS's own role: nobody can change or assume it
    groups: list[str]
    inline: list[str]  # policy documents, JSON; its groups' too
    attached: list[str]  # ARNs of managed policies; its groups' too
    boundary: str | None  # the ARN of the policy that limits it
    trust: str | None  # who may take the role, a policy document; None for users
    last_used: dt.datetime | None  # roles only, of the last 400 days; None: not used in them


class IamPolicy(Row, frozen=True, kw_only=True):
    """One managed policy that somebody may hang on, in the version that is in force."""

    resource_type = "AWS::IAM::ManagedPolicy"
    service = "IAM"
    see = "aws iam get-policy --policy-arn {arn}"

    document: str  # JSON


@collects(IamPrincipal, _ACTION, scope="global")
def iam_principals(aws: Reader) -> Iterator[IamPrincipal]:
    details = aws.shared(_details)
    groups = {group["GroupName"]: group for group in details["GroupDetailList"]}
    for role in details["RoleDetailList"]:
        yield IamPrincipal(
            arn=role["Arn"],
            account=aws.account,
            region="global",
            name=role["RoleName"],
            kind="role",
            service_linked=role["Path"].startswith("/aws-service-role/"),
            groups=[],
            inline=_inline(role.get("RolePolicyList", [])),
            attached=_attached(role),
            boundary=_boundary(role),
            trust=_text(role["AssumeRolePolicyDocument"]),
            last_used=role.get("RoleLastUsed", {}).get("LastUsedDate"),
        )
    for user in details["UserDetailList"]:
        through = [groups[name] for name in user["GroupList"]]
        theirs = [p for group in through for p in group.get("GroupPolicyList", [])]
        yield IamPrincipal(
            arn=user["Arn"],
            account=aws.account,
            region="global",
            name=user["UserName"],
            kind="user",
            service_linked=False,
            groups=sorted(user["GroupList"]),
            inline=_inline([*user.get("UserPolicyList", []), *theirs]),
            attached=sorted({arn for holder in (user, *through) for arn in _attached(holder)}),
            boundary=_boundary(user),
            trust=None,
            last_used=None,
        )


@collects(IamPolicy, _ACTION, scope="global")
def iam_policies(aws: Reader) -> Iterator[IamPolicy]:
    for policy in aws.shared(_details)["Policies"]:
        for version in policy["PolicyVersionList"]:
            if version["IsDefaultVersion"]:
                yield IamPolicy(
                    arn=policy["Arn"],
                    account=aws.account,
                    region="global",
                    name=policy["Arn"].rpartition("/")[2],
                    document=_text(version["Document"]),
                )


def _details(aws: Reader) -> dict[str, list[Any]]:
    """Users, groups, roles and policies: one listing, whose pages hold some of each."""
    found: dict[str, list[Any]] = {
        "UserDetailList": [],
        "GroupDetailList": [],
        "RoleDetailList": [],
        "Policies": [],
    }
    for answer in aws.answers("iam", "get_account_authorization_details"):
        for kind, items in found.items():
            items += answer[kind]
    return found


def _inline(policies: Any) -> list[str]:
    return sorted(_text(policy["PolicyDocument"]) for policy in policies)


def _attached(holder: Any) -> list[str]:
    return sorted(policy["PolicyArn"] for policy in holder["AttachedManagedPolicies"])


def _boundary(holder: Any) -> str | None:
    boundary = holder.get("PermissionsBoundary")
    return boundary["PermissionsBoundaryArn"] if boundary else None


def _text(document: Any) -> str:
    """JSON text of a document, which boto3 has decoded where it could."""
    if isinstance(document, str):
        return document
    return msgspec.json.encode(document, order="sorted").decode()
