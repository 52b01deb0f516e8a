"""What only key policies ask: who administers a key, who uses it, and who does both."""

from __future__ import annotations

from typing import Literal

import msgspec

from wa_kit.policies.document import Policy
from wa_kit.policies.grants import Grant, grants
from wa_kit.policies.principals import Principal
from wa_kit.policies.statements import Statement

Duty = Literal["administration", "use"]

# TagResource is administration: tags decide access where policies ask for them.
ADMINISTRATION = (
    "CancelKeyDeletion", "ConnectCustomKeyStore", "CreateAlias", "CreateCustomKeyStore",
    "CreateKey", "DeleteAlias", "DeleteCustomKeyStore", "DeleteImportedKeyMaterial", "DisableKey",
    "DisableKeyRotation", "DisconnectCustomKeyStore", "EnableKey", "EnableKeyRotation",
    "ImportKeyMaterial", "PutKeyPolicy", "ReplicateKey", "RotateKeyOnDemand",
    "ScheduleKeyDeletion", "SynchronizeMultiRegionKey", "TagResource", "UntagResource",
    "UpdateAlias", "UpdateCustomKeyStore", "UpdateKeyDescription", "UpdatePrimaryRegion",
)  # fmt: skip
USE = (
    "Decapsulate", "Decrypt", "DeriveSharedSecret", "Encapsulate", "Encrypt", "GenerateDataKey",
    "GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext", "GenerateMac", "ReEncryptFrom", "ReEncryptTo", "Sign",
    "Verify", "VerifyMac",
)  # fmt: skip
GRANTS = ("CreateGrant", "RevokeGrant")  # either, as the condition on them has it
NEITHER = (
    "DescribeCustomKeyStores", "DescribeKey", "GenerateRandom", "GetKeyLastUsage", "GetKeyPolicy",
    "GetKeyRotationStatus", "GetParametersForImport", "GetPublicKey", "ListAliases", "ListGrants",
    "ListKeyPolicies", "ListKeyRotations", "ListKeys", "ListResourceTags", "ListRetirableGrants",
    "RetireGrant",
)  # fmt: skip


class Holder(msgspec.Struct, frozen=True):
    """A principal, by the name that its roles' sessions and permission sets share."""

    identity: str
    duties: frozenset[Duty]

    @property
    def does_both(self) -> bool:
        return len(self.duties) == 2


def duties(statement: Statement) -> frozenset[Duty]:
    """What kind of work a statement's actions are.

    Grants that only an AWS service may make for the principal are use: the console gives them to
    every key user. Other requests lack the key of that condition, so the rest of the statement
    holds for nothing, unless the condition is ``BoolIfExists``.
    """
    return frozenset(_duty(action, statement) for action in _worked(statement))


def _worked(statement: Statement) -> list[str]:
    only_grants = "bool" in _for_services(statement)
    actions = GRANTS if only_grants else (*ADMINISTRATION, *USE, *GRANTS)
    return [action for action in actions if statement.covers_action(f"kms:{action}")]


def _duty(action: str, statement: Statement) -> Duty:
    if action in USE or (action in GRANTS and _for_services(statement)):
        return "use"
    return "administration"


def _for_services(statement: Statement) -> set[str]:
    """``bool`` or ``boolifexists`` where grants are for AWS services only."""
    return {
        "boolifexists" if one.if_exists else "bool"
        for one in statement.conditions
        if (one.operator, one.key) == ("bool", "kms:grantisforawsresource")
        and {value.lower() for value in one.values} == {"true"}
    }


def holders(policy: Policy, account: str) -> list[Holder]:
    """Everybody whom a key policy gives administration or use, but the account's root.

    The root is there to let the account's IAM policies decide, which is judged in IAM.
    """
    found: dict[str, set[Duty]] = {}
    for grant in grants(policy):
        if not is_own_root(grant.who, account):
            given = _left(grant, policy)
            found.setdefault(grant.who.identity, set()).update(given)
    return [Holder(name, frozenset(found[name])) for name in sorted(found) if found[name]]


def _left(grant: Grant, policy: Policy) -> set[Duty]:
    """The duties of a grant that no Deny takes from its principal."""
    denies = [one for one in policy.denies if one.names(grant.who) and not one.conditions]
    return {
        _duty(action, grant.statement)
        for action in _worked(grant.statement)
        if not any(one.covers_action(f"kms:{action}") for one in denies)
    }


def wildcard_grants(policy: Policy, account: str) -> list[Grant]:
    """The grants of ``kms:*``, or of everything but something, to others than the own root."""
    return [
        grant
        for grant in grants(policy)
        if not is_own_root(grant.who, account) and _gives_all(grant.statement)
    ]


def _gives_all(statement: Statement) -> bool:
    if statement.not_actions is not None:
        return statement.touches_action("kms:*")
    return statement.covers_action("kms:*")


def is_own_root(who: Principal, account: str) -> bool:
    """Whether ``who`` is the account itself: the statement that every key starts with."""
    return who.kind == "account" and who.account == account
