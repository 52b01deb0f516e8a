"""Who used which key lately, and who was refused: the newest events of each region, counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from wa_kit.evidence.cloudtrail import KeyUse
from wa_kit.model import Evidence
from wa_kit.policies.kms import NEITHER


class Caller(msgspec.Struct, frozen=True):
    """What one caller did with one key."""

    key: str  # its ARN
    region: str
    by: str
    calls: tuple[tuple[str, int], ...]  # operation -> times, the most frequent first
    times: int
    denied: int
    last: str  # a day

    @property
    def told(self) -> str:
        return ", ".join(f"{name} {times}" for name, times in self.calls)


def callers(evidence: Evidence) -> list[Caller]:
    """Of each key, who used or administered it; those refused first, then the most frequent.

    Who only looked at its settings is left out, unless they were refused.
    """
    grouped: dict[tuple[str, str], list[KeyUse]] = {}
    for use in evidence.of(KeyUse):
        if use.key and (use.denied or use.event not in NEITHER):
            grouped.setdefault((use.key, use.by), []).append(use)
    found = [_caller(uses) for uses in grouped.values()]
    return sorted(found, key=lambda one: (-one.denied, -one.times, one.region, one.key, one.by))


def _caller(uses: Sequence[KeyUse]) -> Caller:
    ranked = sorted(((use.event, use.times) for use in uses), key=lambda one: (-one[1], one[0]))
    return Caller(
        key=uses[0].key,
        region=uses[0].region,
        by=called_by(uses[0].by),
        calls=tuple(ranked),
        times=sum(use.times for use in uses),
        denied=sum(use.denied for use in uses),
        last=f"{max(use.last for use in uses):%Y-%m-%d}",
    )


def called_by(name: str) -> str:
    """A caller without the account's part of an ARN."""
    short = name.split(":", 5)[-1] if name.startswith("arn:") else name
    return short or "somebody unnamed"


def reach(evidence: Evidence) -> list[str]:
    """For each region with an event, how far back those that were read go."""
    return [
        f"{region}: the newest events, back to {use.since:%Y-%m-%d %H:%M} UTC; older ones were not "
        "read"
        if use.sampled
        else f"{region}: all of the last 90 days"
        for region, use in sorted(_by_region(evidence.of(KeyUse)).items())
    ]


def _by_region(uses: Iterable[KeyUse]) -> dict[str, KeyUse]:
    return {use.region: use for use in uses}
