"""What a second look is made of: what was asked, what was known, what was seen. Asks nobody."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from wa_kit.answers import AcceptedRisk, Dispute
from wa_kit.checks import Check
from wa_kit.model import Evidence, Finding, Row
from wa_kit.planning import Plan, Request
from wa_kit.policies.wildcards import matches

Change = Literal["same", "changed", "new", "gone"]


class Looked(Struct, frozen=True, kw_only=True):
    """One resource, looked at again. ``finding`` is ``None`` where AWS no longer lists it."""

    resource: str
    name: str
    region: str
    finding: Finding | None
    read: dict[str, Any]  # field -> value as it was read, whole
    before: Finding | None
    change: Change
    exceptions: tuple[AcceptedRisk, ...]
    dispute: Dispute | None


class SecondLook(Struct, frozen=True, kw_only=True):
    """What looking again has shown. ``run_before`` is the run that it is compared with."""

    check: str
    title: str
    account: str
    simulation: bool
    at: dt.datetime
    regions: tuple[str, ...]
    calls: dict[str, int]
    run_before: str
    results: tuple[Looked, ...]
    exit_code: int


class Asked(Struct, frozen=True, kw_only=True):
    """One question to AWS, and what is known before it is asked."""

    check: Check
    resource: str
    planned: Plan
    request: Request
    at: dt.datetime

    @property
    def is_pattern(self) -> bool:
        return "*" in self.resource or "?" in self.resource

    def concerns(self, finding: Finding) -> bool:
        return finding.check == self.check.id and matches(self.resource, finding.resource)


class Before(Struct, frozen=True, kw_only=True):
    """The newest run that was judged, as far as it concerns the check."""

    run: Path | None
    regions: tuple[str, ...]
    findings: dict[str, Finding]  # id -> finding


class Seen(Struct, frozen=True, kw_only=True):
    """What AWS has shown."""

    evidence: Evidence
    account: str
    partition: str
    scope: tuple[str, ...]  # the regions of the review
    regions: tuple[str, ...]  # those that were read
    tables: tuple[type[Row], ...]
    simulation: bool = False
    calls: dict[str, int] = {}
