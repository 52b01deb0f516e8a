"""answers.yaml read, or refused with file, line and what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from wa_kit.answers.said import Answers
from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES, SUBJECTS
from wa_kit.questionnaire import Questionnaire
from wa_kit.written import Place, Written, did_you_mean, read, together

Named = tuple[Place, str, str, Collection[str]]  # place, name, what it names, those there are


def load(path: Path, questions: Sequence[Questionnaire] | None = None) -> Answers:
    """Raises ``WrittenError`` with file, line and what to do.

    Names and contradictions are looked for where ``questions`` are given. A finished run is read
    without: the kit that made it knew questions and checks of its own.
    """
    written = read(path, Answers)
    if questions is not None:
        refuse_contradictions(written, questions)
    return written.value


def refuse_contradictions(written: Written[Answers], questions: Sequence[Questionnaire]) -> None:
    """Raises ``WrittenError`` for a name nobody knows, and for what cannot be true together."""
    faults = [written.error(at, what, todo) for at, what, todo in wrong(written.value, questions)]
    if faults:
        raise together(faults)


def wrong(answers: Answers, questions: Sequence[Questionnaire]) -> Iterator[tuple[Place, str, str]]:
    """Each name nobody knows and each contradiction: its place, what is wrong, what to do."""
    for at, name, what, known in _names(answers, questions):
        if name not in known:
            todo = did_you_mean(name, known) or _where_they_stand(what, known)
            yield at, f"there is no {what} {name!r}", todo
    yield from _contradictions(answers)


def _where_they_stand(what: str, known: Iterable[str]) -> str:
    if what == "check":
        return "`wa-kit checks` lists them."
    return f"There are: {', '.join(sorted(known)) or 'none'}."


def _names(answers: Answers, questions: Sequence[Questionnaire]) -> Iterator[Named]:
    choices = {q.id: [practice.choice for practice in q.practices] for q in questions}
    duties = {duty.id for q in questions for role in q.roles for duty in role.responsibilities}
    for name, answer in answers.answers.items():
        yield ("answers", name), name, "question", choices
        for position, choice in enumerate(answer.practices if name in choices else ()):
            yield ("answers", name, "practices", position), choice, "practice", choices[name]
    for name, named in answers.roles.items():
        yield ("roles", name), name, "subject of roles", _about("roles")
        for duty in named:
            yield ("roles", name, duty), duty, "responsibility", duties | set(RESPONSIBILITIES)
    artefacts = _artefacts(answers, questions)
    for name in answers.artefacts:
        yield ("artefacts", name), name, "artefact", artefacts
    yield from _names_of_matrix(answers, questions, artefacts)
    for name in answers.actions:
        yield ("actions", name), name, "check", CHECKS
    for part in ("exceptions", "disputes"):
        for position, entry in enumerate(getattr(answers, part)):
            yield (part, position, "check"), entry.check, "check", CHECKS


def _names_of_matrix(
    answers: Answers, questions: Sequence[Questionnaire], artefacts: Collection[str]
) -> Iterator[Named]:
    known = {
        "practices": {practice.choice for q in questions for practice in q.practices},
        "artefacts": artefacts,
    }
    roles = {role.id for q in questions for role in q.roles} | set(answers.raci.roles)
    for part, names in known.items():
        for name, who in getattr(answers.raci, part).items():
            at: Place = ("raci", part, name)
            yield at, name, part.removesuffix("s"), names
            if who.accountable:
                yield (*at, "accountable"), who.accountable, "role", roles
            for field in ("responsible", "consulted", "informed"):
                for position, role in enumerate(getattr(who, field)):
                    yield (*at, field, position), role, "role", roles


def _artefacts(answers: Answers, questions: Sequence[Questionnaire]) -> set[str]:
    """Those that questions and checks name, and those of the team's own, which have a title."""
    named = {artefact.id for q in questions for artefact in q.artefacts} | _about("artefacts")
    return named | {name for name, document in answers.artefacts.items() if document.title}


def _about(kind: str) -> set[str]:
    """The subjects of one kind that checks ask people about."""
    subjects = (subject.partition("/") for subject in SUBJECTS)
    return {name for of, _, name in subjects if of == kind}


def _contradictions(answers: Answers) -> Iterator[tuple[Place, str, str]]:
    """What cannot be true together: its place, what is wrong, what to do."""
    for name, answer in answers.answers.items():
        at: Place = ("answers", name)
        if answer.status == "answered" and not answer.answered_by.strip():
            yield at, f"{name!r} is answered, and nobody gave the answer", "Fill in answered_by."
        yield from _dates(at, answer.answered_on, answer.valid_until, "valid_until", "answered_on")
        yield from _nobodys(at, answer.due, answer.owner)
    for name, action in answers.actions.items():
        yield from _nobodys(("actions", name), action.due, action.owner)
    for name, document in answers.artefacts.items():
        at = ("artefacts", name)
        yield from _dates(at, document.approved, document.next_review, "next_review", "approved")


def _dates(
    at: Place, first: dt.date | None, then: dt.date | None, later: str, earlier: str
) -> Iterator[tuple[Place, str, str]]:
    if first and then and then < first:
        yield (*at, later), f"{later} is {then}, before {earlier}, {first}", "Change one of them."


def _nobodys(at: Place, due: dt.date | None, owner: str) -> Iterator[tuple[Place, str, str]]:
    if due and not owner.strip():
        yield (*at, "due"), f"something is due on {due}, and nobody owns it", "Fill in owner."
