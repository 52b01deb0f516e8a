"""What AWS Organizations tells us: the organization, and which accounts are of it.

Every member may ask for the organization; its accounts are listed for the management account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import Row

_NONE = ("AWSOrganizationsNotInUseException",)


class Organization(Row, frozen=True, kw_only=True):
    """The organization that the account under review belongs to. No row where there is none."""

    resource_type = "AWS::Organizations::Organization"
    service = "Organizations"
    see = "aws organizations describe-organization"

    organization: str
    management_account: str

    @property
    def lists_members(self) -> bool:
        """Whether AWS tells this account which others belong to the organization."""
        return self.account == self.management_account


@collects(Organization, "organizations:DescribeOrganization", scope="global")
def organization(aws: Reader) -> Iterator[Organization]:
    described = aws.shared(_described)
    if described:
        yield Organization(
            arn=described["Arn"],
            account=aws.account,
            region="global",
            name=described["Id"],
            organization=described["Id"],
            management_account=described["MasterAccountId"],
        )


def _described(aws: Reader) -> Any:
    return aws.get("organizations", "describe_organization", "Organization", absent=_NONE)


class OrganizationAccount(Row, frozen=True, kw_only=True):
    """One account of the organization. Only the management account gets to see all of them."""

    resource_type = "AWS::Organizations::Account"
    service = "Organizations"
    see = "aws organizations describe-account --account-id {member}"

    member: str


@collects(
    OrganizationAccount,
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    scope="global",
)
def organization_accounts(aws: Reader) -> Iterator[OrganizationAccount]:
    described = aws.shared(_described)
    if not described or described["MasterAccountId"] != aws.account:
        return
    for account in aws.pages("organizations", "list_accounts", "Accounts"):
        yield OrganizationAccount(
            arn=account["Arn"],
            account=aws.account,
            region="global",
            name=account.get("Name", account["Id"]),
            member=account["Id"],
        )
