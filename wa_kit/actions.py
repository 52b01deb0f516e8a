"""The action plan: what fails, by what repairs it, with an owner and a day for each.

The order, the owner and the day are proposals; what people wrote under ``actions`` in answers.yaml
goes before them. A failure that somebody accepted asks for no action.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec import Struct

from wa_kit.answers.said import Action, Answers, Progress
from wa_kit.checks import CHECKS
from wa_kit.model import EFFORTS, SEVERITIES, Effort, Finding, Outcome, Severity

Impact = Literal["high", "medium", "low"]
Horizon = Literal[30, 90, 180]  # days from the review
TITLED = "Should hold, and does not"  # heads the titles of checks: each says how it should be
HORIZONS: tuple[Horizon, ...] = (30, 90, 180)
_IMPACT: dict[Severity, Impact] = {
    "critical": "high",
    "high": "high",
    "medium": "medium",
    "low": "low",
    "info": "low",
}
_HORIZON: dict[tuple[Impact, Effort], Horizon] = {
    ("high", "small"): 30,
    ("high", "medium"): 90,
    ("high", "large"): 180,
    ("medium", "small"): 90,
}


class PlannedAction(Struct, frozen=True, kw_only=True):
    """One action: the repair of all that one check found."""

    check: str
    title: str
    severity: Severity  # the worst of its failures
    impact: Impact
    effort: Effort
    resources: int
    owner: str  # empty where nobody is known
    horizon: Horizon
    due: dt.date
    overdue: bool
    status: Progress
    note: str
    remedy: str
    docs: str
    findings: tuple[Finding, ...]


def planned(
    findings: Sequence[Finding],
    answers: Answers,
    owners: Mapping[str, str],
    day: dt.date,
) -> list[PlannedAction]:
    """An action for each check that fails, most urgent first. ``owners`` is ARN -> owner."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        if finding.outcome is Outcome.FAIL and not finding.exception:
            groups.setdefault(finding.check, []).append(finding)
    actions = [_action(group, answers, owners, day) for group in groups.values()]
    return sorted(actions, key=_urgency)


def _action(
    findings: list[Finding], answers: Answers, owners: Mapping[str, str], day: dt.date
) -> PlannedAction:
    name = findings[0].check
    check, decided = CHECKS.get(name), answers.actions.get(name, Action())
    worst = min((f.severity for f in findings), key=SEVERITIES.index)
    impact, effort = _IMPACT[worst], check.effort if check else "medium"
    horizon = 30 if worst == "critical" else _HORIZON.get((impact, effort), 180)
    due = decided.due or day + dt.timedelta(days=horizon)
    return PlannedAction(
        check=name,
        title=check.title.rstrip(".") if check else name,
        severity=worst,
        impact=impact,
        effort=effort,
        resources=len({(f.resource, f.region) for f in findings}),
        owner=decided.owner or _most_named(findings, owners),
        horizon=_horizon(due, day),
        due=due,
        overdue=due < day and decided.status != "done",
        status=decided.status,
        note=decided.note,
        remedy=findings[0].remediation,
        docs=check.docs if check else "",
        findings=tuple(findings),
    )


def _horizon(due: dt.date, day: dt.date) -> Horizon:
    """The part of the plan in which a day falls; what is due later stands in the last."""
    days = (due - day).days
    return next((horizon for horizon in HORIZONS if days <= horizon), HORIZONS[-1])


def _most_named(findings: Sequence[Finding], owners: Mapping[str, str]) -> str:
    named = Counter(owner for f in findings if (owner := owners.get(f.resource)))
    return min(named, key=lambda owner: (-named[owner], owner), default="")


def _urgency(action: PlannedAction) -> tuple[object, ...]:
    return (
        SEVERITIES.index(action.severity),
        EFFORTS.index(action.effort),
        -action.resources,
        action.check,
    )
