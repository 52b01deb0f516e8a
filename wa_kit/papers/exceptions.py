"""The draft of an exceptions register: what somebody accepted, until when, and what it covers now.

An exception that ran out covers nothing. Disputes stand beside, and turn no failure into a pass.
"""

from __future__ import annotations

from typing import Any

import msgspec

from wa_kit.answers import AcceptedRisk, Dispute
from wa_kit.answers.checking import SOON
from wa_kit.checks import CHECKS
from wa_kit.markdown import Md, code, md, table
from wa_kit.model import Finding, Outcome
from wa_kit.papers.sources import Sources, tally
from wa_kit.policies.wildcards import matches
from wa_kit.review.words import place, sentence
from wa_kit.suggestions import plural

ARTEFACT = "exceptions-register"
_COVERED = 200


def told(sources: Sources) -> dict[str, Any]:
    entries = sorted(sources.answers.exceptions, key=lambda e: (e.expires, e.check, e.resource))
    numbered = list(enumerate(entries, 1))
    disputes = sources.answers.disputes
    return {
        "document": sources.document(ARTEFACT),
        "in_force": sum(e.holds_on(sources.as_of) for e in entries),
        "ran_out": sum(not e.holds_on(sources.as_of) for e in entries),
        "register": _register(sources, numbered) if entries else "",
        "covered": _covered(sources, numbered),
        "disputes": _disputes(sources, disputes) if disputes else "",
    }


def _register(sources: Sources, numbered: list[tuple[int, AcceptedRisk]]) -> Md:
    rows = (
        (
            number,
            _title(e.check),
            code(e.resource),
            _covers(sources, e),
            e.owner,
            e.approver,
            e.reason,
            e.expires,
            _state(sources, e),
        )
        for number, e in numbered
    )
    columns = ("No.", "Check", "Resources", "Covers now", "Owner", "Approved by", "Reason")
    return table((*columns, "Until", "State"), rows)


def _title(check: str) -> str:
    return CHECKS[check].title.rstrip(".") if check in CHECKS else check


def _covers(sources: Sources, entry: AcceptedRisk) -> str:
    covered = plural(len(_accepted(sources, entry)), "failure")
    if entry.holds_on(sources.as_of):
        return covered
    again = [f for f in _named(sources, entry) if f.outcome is Outcome.FAIL and not f.exception]
    return f"nothing; {plural(len(again), 'failure')} without it" if again else "nothing"


def _accepted(sources: Sources, entry: AcceptedRisk) -> list[Finding]:
    """The failures that this entry, and no other, was found to cover."""
    said = msgspec.to_builtins(entry)
    return [f for f in sources.findings_of({entry.check}) if f.exception == said]


def _named(sources: Sources, entry: AcceptedRisk | Dispute) -> list[Finding]:
    found = sources.findings_of({entry.check})
    return [f for f in found if matches(entry.resource, f.resource)]


def _state(sources: Sources, entry: AcceptedRisk) -> str:
    days = (entry.expires - sources.as_of).days
    if not entry.holds_on(sources.as_of):
        return f"ran out {plural(-days, 'day')} ago" if days else "ran out today"
    return f"in force, {plural(days, 'day')} left" if days <= SOON else "in force"


def _covered(sources: Sources, numbered: list[tuple[int, AcceptedRisk]]) -> Md:
    rows = [
        (number, f.name or f.resource, place(f.region), f.severity, sentence(f.because))
        for number, entry in numbered
        for f in _accepted(sources, entry)
    ]
    if not rows:
        return md("")
    made = table(("No.", "Resource", "Where", "Severity", "What is accepted"), rows[:_COVERED])
    left = len(rows) - _COVERED
    return Md(f"{made}\n\nAnd {left:,} more in findings.csv.") if left > 0 else made


def _disputes(sources: Sources, disputes: tuple[Dispute, ...]) -> Md:
    rows = (
        (_title(d.check), code(d.resource), d.says, d.by, d.note, tally(_named(sources, d)))
        for d in disputes
    )
    return table(("Check", "Resources", "Says", "By", "Note", "Today"), rows)
