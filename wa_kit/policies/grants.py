"""Whom a resource's policy lets in: every principal of every Allow, and what holds it back.

A **circle** is a set of principals that a condition keeps a grant to: own account, an
organization, a named role. Every condition of a statement must hold, so a grant reaches no
further than any one of its circles; ``Trust`` says which principals are one's own.

Only these make a circle: a positive operator on a key that names accounts, organizations,
principals or networks, with values that are sure of them. These do not: a wildcard in the place
of the account; ``...IfExists`` and ``ForAllValues``, which hold when the key is absent, unless a
``Null`` test demands the key; negated operators; ``Null`` alone; ``kms:ViaService``, which any
account can meet. A Deny for everyone outside a circle makes that circle just as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from wa_kit.policies.document import Policy
from wa_kit.policies.principals import (
    EVERYONE,
    Principal,
    by_account,
    by_arn,
    by_network,
    by_organization,
    by_unique_id,
)
from wa_kit.policies.statements import Condition, Statement

Circle = tuple[Principal, ...]  # empty: nobody

_POSITIVE = ("stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike")
_NEGATIVE = tuple(
    name.replace("string", "stringnot").replace("arn", "arnnot") for name in _POSITIVE
)
_READERS: dict[str, Callable[[str], Principal | None]] = {
    "aws:principalaccount": by_account,
    "aws:sourceaccount": by_account,
    "aws:vpceaccount": by_account,
    "kms:calleraccount": by_account,
    "s3:dataaccesspointaccount": by_account,
    "aws:principalorgid": by_organization,
    "aws:principalorgpaths": by_organization,
    "aws:sourceorgid": by_organization,
    "aws:sourceorgpaths": by_organization,
    "aws:vpceorgid": by_organization,
    "aws:vpceorgpaths": by_organization,
    "aws:principalarn": by_arn,
    "aws:sourcearn": by_arn,
    "aws:userid": by_unique_id,
    "aws:sourcevpc": by_network,
    "aws:sourcevpce": by_network,
}


class Trust(msgspec.Struct, frozen=True):
    """Which principals are not outsiders: those of one's account, and those listed."""

    account: str
    accounts: frozenset[str] = frozenset()
    organizations: frozenset[str] = frozenset()
    partition: str = "aws"

    def is_outside(self, who: Principal) -> bool:
        """Whether ``who`` is foreign, or cannot be told from somebody foreign.

        Services, networks and unique ids show no account and are not; nor are orphans, whom
        nobody can be any more.
        """
        if who.account is not None:
            known = who.account == self.account or who.account in self.accounts
            return not known or who.partition not in (None, self.partition)
        if who.kind == "organization":
            return who.text not in self.organizations
        return who.kind in ("everyone", "canonical")


class Grant(msgspec.Struct, frozen=True):
    """One principal that one Allow names, and the circles it is kept to."""

    who: Principal
    statement: Statement
    circles: tuple[Circle, ...] = ()

    @property
    def public(self) -> bool:
        """Whether anybody with an AWS account can use it, or anybody at all."""
        return self.who.kind == "everyone" and not self.circles

    def outsiders(self, trust: Trust) -> Circle:
        """The principals outside ``trust`` that it may let in: the fewest that can be shown."""
        bounds = [*self.circles]
        if self.who != EVERYONE or not bounds:
            bounds.insert(0, (self.who,))
        return min((tuple(filter(trust.is_outside, bound)) for bound in bounds), key=len)


def grants(policy: Policy) -> list[Grant]:
    """Every principal that an Allow of the policy names. ``NotPrincipal`` lets everyone in."""
    found = []
    for allow in policy.allows:
        denies = [deny for deny in policy.denies if deny.covers_all_of(allow)]
        left_in = [left for deny in denies if (left := _left_in(deny)) is not None]
        circles = tuple(sorted({*_own_circles(allow), *left_in}, key=_in_order))
        named = allow.principals if allow.not_principals is None else (EVERYONE,)
        found += [
            Grant(who, allow, circles)
            for who in dict.fromkeys(named or ())
            if not any(deny.names(who) and not deny.conditions for deny in denies)
        ]
    return found


def outsiders(policy: Policy, trust: Trust) -> list[Principal]:
    """Everybody outside ``trust`` that the policy may let in, each once."""
    found = {who for grant in grants(policy) for who in grant.outsiders(trust)}
    return sorted(found, key=lambda who: (who.text, who.kind))


def _in_order(circle: Circle) -> tuple[str, ...]:
    return tuple(who.text for who in circle)


def _own_circles(allow: Statement) -> Iterable[Circle]:
    """The circles that an Allow's own conditions keep it to."""
    demanded = {
        one.key
        for one in allow.conditions
        if one.operator == "null" and set(one.values) == {"false"}
    }
    for one in allow.conditions:
        may_be_absent = one.if_exists or one.quantifier == "all"
        if one.operator in _POSITIVE and (not may_be_absent or one.key in demanded):
            circle = _circle(one)
            if circle:
                yield circle


def _left_in(deny: Statement) -> Circle | None:
    """Whom a Deny leaves alone; ``None`` where that cannot be said."""
    if deny.not_principals:
        sure = not deny.conditions and EVERYONE not in deny.not_principals
        return deny.not_principals if sure else None
    if not deny.for_everyone:
        return None
    left: set[Principal] = set()
    for one in deny.conditions:  # all hold for the denied, so each of them leaves some in
        circle = one.operator in _NEGATIVE and one.quantifier != "any" and _circle(one)
        if not circle:
            return None
        left.update(circle)
    return tuple(sorted(left, key=lambda who: who.text))


def _circle(condition: Condition) -> Circle | None:
    """Those whom the values of a condition name; ``None`` when one of them is not sure."""
    reader = _READERS.get(condition.key)
    found = set()
    for value in condition.values:
        who = reader(value) if reader and not _spans(condition, value) else None
        if who is None:
            return None
        found.add(who)
    return tuple(sorted(found, key=lambda who: who.text)) or None


def _spans(condition: Condition, value: str) -> bool:
    """Whether a wildcard before the account could swallow another account.

    ``StringLike`` lets ``*`` run over colons, and paths of roles may hold colons; the operators
    for ARNs match part by part.
    """
    before = ":".join(value.split(":")[:4]) if value.startswith("arn:") else ""
    return condition.operator in ("stringlike", "stringnotlike") and bool(set("*?") & set(before))
