"""answers.yaml: what people answer, who is responsible, which documents there are.

A machine never writes into it; what the evidence suggests lies in summary.json and answers.md.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES, SUBJECTS
from wa_kit.model import Attestation, Finding, Outcome
from wa_kit.policies.wildcards import matches
from wa_kit.questionnaire import Questionnaire
from wa_kit.written import Place, did_you_mean, read

Text = Annotated[str, Meta(pattern=r"\S", description="some text")]


class Answer(Struct, frozen=True, kw_only=True):
    """What a person answered to one question, and until when it holds."""

    status: Literal["unanswered", "answered", "not applicable"] = "unanswered"
    practices: tuple[str, ...] = ()  # choice ids of the practices that are followed
    notes: str = ""
    answered_by: str = ""
    answered_on: dt.date | None = None
    valid_until: dt.date | None = None
    owner: str = ""
    due: dt.date | None = None
    evidence: tuple[str, ...] = ()
    seen: dict[str, str] = {}  # account -> digest of the findings it rests on


class Duty(Struct, frozen=True, kw_only=True):
    accountable: str = ""
    deputy: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """An artefact: what it is, where it lies, who keeps it, and how fresh it is."""

    where: str = ""
    owner: str = ""
    version: str = ""
    approved: dt.date | None = None
    updated: dt.date | None = None
    next_review: dt.date | None = None
    details: dict[str, Any] = {}


class AcceptedRisk(Struct, frozen=True, kw_only=True):
    """An exception: a failure somebody accepts, for a reason and for a time."""

    check: Text
    resource: Text  # an ARN, with * and ?
    owner: Text
    approver: Text
    reason: Text
    expires: dt.date


class Dispute(Struct, frozen=True, kw_only=True):
    """A finding that somebody does not accept as it stands."""

    check: Text
    resource: Text
    says: Literal["wrong", "compensating control", "fixed, look again"]
    by: Text
    note: str = ""


class Answers(Struct, frozen=True, kw_only=True):
    """The whole of answers.yaml. Every key may be left out."""

    answers: dict[str, Answer] = {}
    roles: dict[str, dict[str, Duty]] = {}
    artefacts: dict[str, Document] = {}
    exceptions: tuple[AcceptedRisk, ...] = ()
    disputes: tuple[Dispute, ...] = ()

    def attestations(self, account: str) -> list[Attestation]:
        """A row for every subject the checks ask people about, answered or not."""
        return [self._attestation(subject, name, account) for subject, name in SUBJECTS.items()]

    def _attestation(self, subject: str, name: str, account: str) -> Attestation:
        kind, _, key = subject.partition("/")
        if kind == "roles":
            duties = self.roles.get(key, {})
            said: dict[str, Any] = {
                "answered": any(who.accountable or who.deputy for who in duties.values()),
                "details": {duty: msgspec.to_builtins(who) for duty, who in duties.items()},
            }
        else:
            document = self.artefacts.get(key, Document())
            said = {"answered": document != Document(), **msgspec.structs.asdict(document)}
        return Attestation(
            arn=f"answers.yaml#{subject}",
            account=account,
            region="global",
            name=name,
            subject=subject,
            **said,
        )


def load(path: Path, questions: Sequence[Questionnaire] | None = None) -> Answers:
    """Raises ``WrittenError`` with file, line and what to do.

    Names are looked up where ``questions`` are given. A finished run is read without: the kit that
    made it knew questions and checks of its own.
    """
    written = read(path, Answers)
    for at, name, what, known in _names(written.value, questions) if questions is not None else ():
        if name not in known:
            todo = did_you_mean(name, known) or f"There are: {', '.join(sorted(known)) or 'none'}."
            raise written.error(at, f"there is no {what} {name!r}", todo)
    return written.value


def _names(
    answers: Answers, questions: Sequence[Questionnaire]
) -> Iterator[tuple[Place, str, str, Collection[str]]]:
    """Every name that has to be known: its place, itself, what it names, and those there are."""
    choices = {q.id: [practice.choice for practice in q.practices] for q in questions}
    artefacts = {artefact.id for q in questions for artefact in q.artefacts} | _about("artefacts")
    duties = {duty.id for q in questions for role in q.roles for duty in role.responsibilities}
    for name, answer in answers.answers.items():
        yield ("answers", name), name, "question", choices
        for position, choice in enumerate(answer.practices):
            yield ("answers", name, "practices", position), choice, "practice", choices[name]
    for name, named in answers.roles.items():
        yield ("roles", name), name, "subject of roles", _about("roles")
        for duty in named:
            yield ("roles", name, duty), duty, "responsibility", duties | set(RESPONSIBILITIES)
    for name in answers.artefacts:
        yield ("artefacts", name), name, "artefact", artefacts
    for part in ("exceptions", "disputes"):
        for position, entry in enumerate(getattr(answers, part)):
            yield (part, position, "check"), entry.check, "check", CHECKS


def _about(kind: str) -> set[str]:
    """The subjects of one kind that checks ask people about."""
    subjects = (subject.partition("/") for subject in SUBJECTS)
    return {name for of, _, name in subjects if of == kind}


def accept(findings: Sequence[Finding], answers: Answers, today: dt.date) -> list[Finding]:
    """The findings, each failure with the exception that covers it. They stay failures."""
    return [_accepted(finding, answers, today) for finding in findings]


def _accepted(finding: Finding, answers: Answers, today: dt.date) -> Finding:
    if finding.outcome is not Outcome.FAIL:
        return finding
    for entry in answers.exceptions:
        covers = entry.check == finding.check and matches(entry.resource, finding.resource)
        if covers and entry.expires >= today:
            return msgspec.structs.replace(finding, exception=msgspec.to_builtins(entry))
    return finding
