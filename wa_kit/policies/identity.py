"""What one user or role may do, **up to**: the most its own policies allow.

Conditions, service control policies, session policies and resources' own policies may take from
it or, the last, add to it. None of them is read here, so the words for it are always "up to".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from wa_kit.policies.document import Policy
from wa_kit.policies.statements import Statement, loosened
from wa_kit.policies.wildcards import matches, overlaps


class IdentityPolicies(msgspec.Struct, frozen=True):
    """Attached, inline and group policies of one principal, and its permissions boundary."""

    policies: tuple[Policy, ...]
    boundary: Policy | None = None

    @classmethod
    def parse(
        cls,
        documents: Iterable[str | Mapping[str, Any]],
        boundary: str | Mapping[str, Any] | None = None,
    ) -> IdentityPolicies:
        """From policy documents. Raises ``PolicyError`` when any of them is none."""
        limit = None if boundary is None else Policy.parse(boundary)
        return cls(tuple(map(Policy.parse, documents)), limit)

    def allowed(self, actions: Iterable[str], resource: str = "*") -> list[str]:
        """Those of ``actions`` that the principal may take, up to, on any of ``resource``."""
        return [action for action in actions if self.may(action, resource)]

    def may(self, action: str, resource: str = "*") -> bool:
        """Whether it may take the action, up to, on something that ``resource`` stands for."""
        every = [*self.policies, *([self.boundary] if self.boundary else [])]
        denies = [one for policy in every for one in policy.denies if not one.conditions]
        denies = [one for one in denies if one.covers_action(action)]
        if any(one.covers_resource(resource) for one in denies):
            return False
        return any(
            self._within_boundary(action, scope)
            and not any(one.covers_resource(scope) for one in denies)
            for policy in self.policies
            for allow in policy.allows
            if allow.touches_action(action)
            for scope in _scopes(allow, resource)
        )

    def _within_boundary(self, action: str, scope: str) -> bool:
        return self.boundary is None or any(
            one.touches_action(action) and one.touches_resource(scope)
            for one in self.boundary.allows
        )


def _scopes(allow: Statement, asked: str) -> list[str]:
    """What of ``asked`` an Allow reaches, as patterns: the narrower of the two, each time.

    A Deny that covers the whole of such a pattern takes that part of the Allow away.
    """
    if allow.not_resources is not None:
        return [asked] if allow.touches_resource(asked) else []
    reached = [one for one in map(loosened, allow.resources) if overlaps(one, asked)]
    return [asked if matches(one, asked) else one for one in reached]
