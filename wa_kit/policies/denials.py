"""Whom a policy keeps from an action. A Deny that hangs on anything else than who is no promise."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from wa_kit.policies.document import Policy
from wa_kit.policies.principals import Principal
from wa_kit.policies.statements import Condition, Statement

_EXCEPTING = ("stringnotequals", "stringnotequalsignorecase", "stringnotlike", "arnnotequals",
              "arnnotlike")  # fmt: skip
_NAMING_KEYS = ("aws:principalarn", "aws:userid")
_UNIQUE_ID = re.compile(r"A[A-Z]{3}[A-Z0-9]{12,}(:.*)?")


class Denial(msgspec.Struct, frozen=True):
    """How far a policy denies an action.

    ``some``: there is a Deny, but for some principals only, or on conditions that may not hold.
    """

    reach: Literal["everyone", "all but named", "some", "nobody"]
    excepted: tuple[str, ...] = ()  # ARNs, patterns of them or unique ids, as written

    @property
    def binding(self) -> bool:
        """Whether nobody can act but named principals."""
        return self.reach in ("everyone", "all but named")


def denies(policy: Policy, action: str, resource: str = "*", account: str | None = None) -> Denial:
    """How far ``policy`` denies ``action`` on all of ``resource``.

    With ``account``, a Deny for that whole account is as good as one for everyone: right where
    nobody else is let in.
    """
    reaching = [one for one in policy.denies if one.covers_action(action)]
    covering = [one for one in reaching if one.covers_resource(resource)]
    excepted = [names for one in covering if (names := _excepted(one, account)) is not None]
    if excepted:  # who is excepted from one Deny may be caught by the next
        fewest = min(excepted, key=lambda names: (len(names), names))
        return Denial("all but named" if fewest else "everyone", fewest)
    touching = any(
        one.touches_action(action) and one.touches_resource(resource) for one in policy.denies
    )
    return Denial("some" if touching else "nobody")


def _excepted(deny: Statement, account: str | None) -> tuple[str, ...] | None:
    """Whom a Deny leaves out by name; ``None`` when it leaves out others too."""
    if deny.not_principals:
        anybody = any(who.kind == "everyone" for who in deny.not_principals)
        if deny.conditions or anybody:
            return None
        return tuple(sorted(who.text for who in deny.not_principals))
    if not deny.for_everyone and not _names_account(deny, account):
        return None
    if not all(map(_excepts_by_name, deny.conditions)):
        return None
    return tuple(sorted({value for one in deny.conditions for value in one.values}))


def _names_account(deny: Statement, account: str | None) -> bool:
    return account is not None and deny.names(Principal("account", account, account))


def _excepts_by_name(condition: Condition) -> bool:
    return (
        condition.key in _NAMING_KEYS
        and condition.operator in _EXCEPTING
        and condition.quantifier != "any"
        and bool(condition.values)
        and all(map(_names_somebody, condition.values))
    )


def _names_somebody(value: str) -> bool:
    """``arn:aws:iam::*:role/BackupAdmin`` does, ``arn:aws:iam::111122223333:role/*`` does not."""
    if _UNIQUE_ID.fullmatch(value) or value.endswith(":root"):
        return True
    _, slash, name = value.rpartition("/")
    return bool(slash and name.strip("*?"))
