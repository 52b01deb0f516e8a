"""Who a policy speaks of. Never looks anybody up: what an ARN does not say is not known."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

Kind = Literal[
    "everyone",  # any AWS principal, and callers who did not sign in
    "account",  # a whole account
    "principal",  # a user, a role or a session of one
    "resource",  # what an AWS service acts for
    "organization",
    "service",
    "federated",  # an identity provider
    "canonical",  # S3's older account ids, which do not show the account
    "orphan",  # what AWS leaves in place of a user or role that was deleted
    "unique_id",  # a user or role named by its id on purpose
    "network",  # a VPC or a VPC endpoint
]

_ACCOUNT = re.compile(r"\d{12}")
_ARN = re.compile(r"arn:(aws[\w-]*):([^:]*):([^:]*):([^:]*):(.+)", re.DOTALL)
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}")  # AIDA: a user, AROA: a role, ...
_ORGANIZATION = re.compile(r"o-[a-z0-9]+")
_NETWORK = re.compile(r"vpce?-[0-9a-f]+")
_PERMISSION_SET = re.compile(r"(AWSReservedSSO_.+)_[0-9a-f]{16}")


class Principal(msgspec.Struct, frozen=True):
    """Somebody, as a policy names them. ``account`` and ``partition`` where the text shows them."""

    kind: Kind
    text: str
    account: str | None = None
    partition: str | None = None

    @property
    def identity(self) -> str:
        """One name for what people hold for one principal.

        A role's sessions and its path fall away, and so does the suffix that IAM Identity Center
        gives the role of a permission set.
        """
        if self.kind == "account":
            return f"{self.account}:root"
        if self.kind != "principal":
            return self.text
        sort, *names = self.text.split(":", 5)[5].split("/")
        if sort not in ("role", "assumed-role"):
            return self.text
        name = names[-1] if sort == "role" else names[0]
        found = _PERMISSION_SET.fullmatch(name)
        return f"{self.account}:role/{found[1] if found else name}"

    def includes(self, other: Principal) -> bool:
        """Whether ``other`` is this principal or belongs to it."""
        if self.kind == "account" and other.kind in ("account", "principal"):
            return self.account == other.account
        return self.kind == "everyone" or self == other


EVERYONE = Principal("everyone", "*")


def named(kind: str, text: str) -> Principal | None:
    """What a Principal element names; ``None`` when it is nothing AWS would accept there."""
    if text == "*":
        return EVERYONE
    if kind == "Service":
        return Principal("service", text)
    if kind == "CanonicalUser":
        return Principal("canonical", text)
    if _ACCOUNT.fullmatch(text):
        return Principal("account", text, text)
    arn = _ARN.fullmatch(text)
    if kind == "Federated":
        return Principal("federated", text, arn[4] or None, arn[1]) if arn else _plain(text)
    if _UNIQUE_ID.fullmatch(text):
        return Principal("orphan", text)
    if not arn:
        return None
    partition, account, resource = arn[1], arn[4], arn[5]
    if not _ACCOUNT.fullmatch(account):
        # CloudFront's origin access identities stand in an account of that name.
        return EVERYONE if set("*?") & set(account) else Principal("service", text)
    return Principal("account" if resource == "root" else "principal", text, account, partition)


def _plain(text: str) -> Principal:
    return Principal("federated", text)


def by_account(value: str) -> Principal | None:
    return Principal("account", value, value) if _ACCOUNT.fullmatch(value) else None


def by_organization(value: str) -> Principal | None:
    """From an organization's id, or from a path in one: ``o-a1b2/r-c3/ou-d4/*``."""
    organization = value.partition("/")[0]
    if not _ORGANIZATION.fullmatch(organization):
        return None
    return Principal("organization", organization)


def by_arn(value: str) -> Principal | None:
    """From the ARN of a user or role, or a pattern of them that is sure of the account."""
    parts = value.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn" or not _ACCOUNT.fullmatch(parts[4]):
        return None
    kind: Kind = "resource"
    if parts[2] in ("iam", "sts"):
        kind = "account" if parts[5] == "root" else "principal"
    return Principal(kind, value, parts[4], None if set("*?") & set(parts[1]) else parts[1])


def by_unique_id(value: str) -> Principal | None:
    """From ``aws:userid``: a user's id, a role's id with a session, or the account's root."""
    owner = value.partition(":")[0]
    if _UNIQUE_ID.fullmatch(owner):
        return Principal("unique_id", value)
    return by_account(owner)


def by_network(value: str) -> Principal | None:
    return Principal("network", value) if _NETWORK.fullmatch(value) else None
