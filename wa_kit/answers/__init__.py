"""answers.yaml: what people answer, who is responsible, which documents there are.

A review never writes into it; what the evidence suggests lies in summary.json and answers.md.
``changing`` writes what a person said, field by field, and never over another person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from wa_kit.answers.attested import attestations, documents_expected
from wa_kit.answers.reading import load, refuse_contradictions
from wa_kit.answers.said import (
    AcceptedRisk,
    Action,
    Answer,
    Answers,
    Dispute,
    Document,
    Duty,
    Involved,
    Matrix,
    Role,
)
from wa_kit.model import Finding, Outcome
from wa_kit.policies.wildcards import matches


def accept(findings: Sequence[Finding], answers: Answers, today: dt.date) -> list[Finding]:
    """The findings, each failure with the exception that covers it. They stay failures."""
    return [_accepted(finding, answers, today) for finding in findings]


def _accepted(finding: Finding, answers: Answers, today: dt.date) -> Finding:
    if finding.outcome is not Outcome.FAIL:
        return finding
    for entry in answers.exceptions:
        covers = entry.check == finding.check and matches(entry.resource, finding.resource)
        if covers and entry.holds_on(today):
            return msgspec.structs.replace(finding, exception=msgspec.to_builtins(entry))
    return finding


def disputed(finding: Finding, answers: Answers) -> Dispute | None:
    """What somebody holds against a finding; the first of several."""
    for entry in answers.disputes:
        if entry.check == finding.check and matches(entry.resource, finding.resource):
            return entry
    return None


__all__ = [
    "AcceptedRisk",
    "Action",
    "Answer",
    "Answers",
    "Dispute",
    "Document",
    "Duty",
    "Involved",
    "Matrix",
    "Role",
    "accept",
    "attestations",
    "disputed",
    "documents_expected",
    "load",
    "refuse_contradictions",
]
