"""Findings counted: by outcome, by reason, and as resources.

A resource counts once, by the weightiest finding on it. What was not read outweighs a pass; what
AWS cannot tell or nobody has said does not, and is counted beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wa_kit.checks import CHECKS
from wa_kit.model import SEVERITIES, Finding, Outcome

Place = tuple[str, str]


def counts(finding: Finding) -> bool:
    """A check that cannot fail is shown, and its pass supports nothing."""
    known = CHECKS.get(finding.check)
    return finding.outcome is not Outcome.PASS or known is None or known.can_fail


def outcomes(findings: Sequence[Finding]) -> dict[str, int]:
    return _by_outcome(f.outcome for f in findings)


def reasons(findings: Sequence[Finding]) -> dict[str, int]:
    return dict(sorted(Counter(f.reason.value for f in findings if f.reason).items()))


def by_resource(findings: Sequence[Finding]) -> dict[str, int]:
    """Outcome -> resources."""
    return _by_outcome(f.outcome for f in weightiest(findings).values())


def without_verdict(findings: Sequence[Finding]) -> dict[str, int]:
    """Why it has no verdict -> resources: it could not be read, people or AWS have not said."""
    numbers = Counter(_kind(f) for f in weightiest(findings).values() if f.reason)
    return {kind: numbers[kind] for kind in ("not_read", "no_answer", "not_knowable")}


def _kind(finding: Finding) -> str:
    return "not_read" if finding.reason and finding.reason.not_read else str(finding.reason)


def partly(findings: Sequence[Finding]) -> int:
    """Resources with a verdict, of which something else is open: not for want of reading."""
    judged = {
        place
        for place, finding in weightiest(findings).items()
        if finding.outcome in (Outcome.PASS, Outcome.FAIL)
    }
    return len(judged & {place(f) for f in findings if f.reason and not f.reason.not_read})


def weightiest(findings: Sequence[Finding]) -> dict[Place, Finding]:
    """The finding that decides how each resource counts."""
    decides: dict[Place, Finding] = {}
    for finding in findings:
        where = place(finding)
        if where not in decides or _weight(finding) > _weight(decides[where]):
            decides[where] = finding
    return decides


def at_or_above(failed: Sequence[Finding]) -> dict[str, int]:
    """Severity -> failures of it or worse."""
    rank = Counter(SEVERITIES.index(f.severity) for f in failed)
    return {
        severity: sum(number for place, number in rank.items() if place <= position)
        for position, severity in enumerate(SEVERITIES)
    }


def place(finding: Finding) -> Place:
    """What counts as one resource.

    Account-wide findings are told apart by what they are about, a table that was not read by its
    region alone: however many checks wanted it, it is one thing that was not seen.
    """
    resource, _, table = finding.resource.partition("#")
    if not resource.startswith("AWS::::Account:"):
        return (finding.resource, "")
    return (finding.resource, finding.region if table else f"{finding.region} {finding.check}")


def is_account_wide(finding: Finding) -> bool:
    return finding.resource.startswith("AWS::::Account:")


def _weight(finding: Finding) -> int:
    if finding.outcome is Outcome.UNKNOWN:
        return {"not_read": 4, "no_answer": 2}.get(_kind(finding), 1)
    return {Outcome.FAIL: 5, Outcome.PASS: 3}.get(finding.outcome, 0)


def _by_outcome(found: Iterable[Outcome]) -> dict[str, int]:
    numbers = Counter(found)
    return {outcome.value: numbers[outcome] for outcome in Outcome}
