"""Statements and conditions of a policy, and what each of them reaches."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import msgspec

from wa_kit.policies.principals import EVERYONE, Principal
from wa_kit.policies.wildcards import matches, overlaps

_VARIABLE = re.compile(r"\$\{[^}]*\}")


class Condition(msgspec.Struct, frozen=True):
    """One operator on one key. Its values are alternatives; conditions of a statement all hold."""

    operator: str  # lower case, without what follows
    key: str  # lower case
    values: tuple[str, ...]
    quantifier: Literal["", "any", "all"] = ""  # ForAnyValue:, ForAllValues:
    if_exists: bool = False

    @property
    def negated(self) -> bool:
        return "not" in self.operator

    def holds(self, value: str | None) -> bool | None:
        """Whether a request with this value (``None``: without the key) meets the condition.

        ``None`` for operators on numbers, dates and addresses, which nothing here needs.
        """
        if self.operator == "null":
            return any((said.lower() == "true") == (value is None) for said in self.values)
        if not self.operator.startswith(("string", "arn")):
            return None
        if value is None:
            absent = self.negated or self.quantifier == "all"
            return self.if_exists or (absent and self.quantifier != "any")
        return self.negated != any(self._same(said, value) for said in self.values)

    def _same(self, said: str, value: str) -> bool:
        if self.operator.endswith("ignorecase"):
            return said.casefold() == value.casefold()
        if self.operator.startswith("arn") or self.operator.endswith("like"):
            return matches(said, value)
        return said == value


class Statement(msgspec.Struct, frozen=True):
    """One statement. ``place`` is its position, from 1: a Sid may be missing or given twice.

    ``principals`` is ``None`` in policies of identities and organizations, which have no such
    element. With ``not_actions``, and the like, the positive counterpart is empty.
    """

    place: int
    sid: str
    effect: Literal["Allow", "Deny"]
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] | None = None
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] | None = None
    principals: tuple[Principal, ...] | None = None
    not_principals: tuple[Principal, ...] | None = None
    conditions: tuple[Condition, ...] = ()

    @property
    def for_everyone(self) -> bool:
        """Whether no principal is outside it, conditions aside."""
        if self.not_principals is not None:
            return not self.not_principals
        return self.principals is None or self.names(EVERYONE)

    def names(self, who: Principal) -> bool:
        """Whether its Principal element means ``who``, or a whole that ``who`` belongs to."""
        return any(one.includes(who) for one in self.principals or ())

    def covers_action(self, action: str) -> bool:
        """Whether it reaches ``action``, or all that a pattern such as ``kms:*`` stands for."""
        return _covers(self.actions, self.not_actions, action.lower())

    def touches_action(self, action: str) -> bool:
        """Whether it reaches ``action``, or some of what a pattern stands for."""
        return _touches(self.actions, self.not_actions, action.lower())

    def covers_resource(self, arn: str) -> bool:
        """Whether it reaches the resource, or all that a pattern of ARNs stands for."""
        return _covers(self.resources, self.not_resources, arn)

    def touches_resource(self, arn: str) -> bool:
        """Whether it reaches the resource or some of a pattern; variables may be anything."""
        return _touches(map(loosened, self.resources), self.not_resources, arn)

    def covers_all_of(self, other: Statement) -> bool:
        """Whether it reaches every action on every resource that ``other`` reaches."""
        actions = other.actions if other.not_actions is None else ("*",)
        resources = other.resources if other.not_resources is None else ("*",)
        return all(map(self.covers_action, actions)) and all(map(self.covers_resource, resources))


def loosened(pattern: str) -> str:
    """The pattern with policy variables, such as ``${aws:username}``, as wildcards."""
    return _VARIABLE.sub("*", pattern)


def _covers(chosen: Iterable[str], left_out: Iterable[str] | None, asked: str) -> bool:
    if left_out is not None:
        return not any(overlaps(pattern, asked) for pattern in left_out)
    return any(matches(pattern, asked) for pattern in chosen)


def _touches(chosen: Iterable[str], left_out: Iterable[str] | None, asked: str) -> bool:
    if left_out is not None:
        return not any(matches(pattern, asked) for pattern in left_out)
    return any(overlaps(pattern, asked) for pattern in chosen)
