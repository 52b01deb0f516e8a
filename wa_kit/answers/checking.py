"""Whether what people wrote in a review folder is valid and still holds: for CI.

It reads every file and reports all of them; it judges no account and changes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from wa_kit import narrative, workload
from wa_kit.answers.reading import wrong
from wa_kit.answers.said import AcceptedRisk, Answers
from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.model import KitError
from wa_kit.questionnaire import Questionnaire, load_all
from wa_kit.written import WrittenError, read, shipped

SOON = 30  # days before an answer or an exception runs out
T = TypeVar("T")


class Ending(Struct, frozen=True, kw_only=True):
    """An exception that has run out, or soon will."""

    check: str
    resource: str
    expires: dt.date


class Checked(Struct, frozen=True, kw_only=True):
    """What was found in a review folder."""

    errors: tuple[str, ...]  # file, line, what is wrong and what to do
    questions: tuple[str, ...] = ()
    answered: tuple[str, ...] = ()
    out_of_date: dict[str, dt.date] = {}  # question -> the last day on which its answer held
    soon_out_of_date: dict[str, dt.date] = {}  # the same, of those that hold for the time being
    run_out: tuple[Ending, ...] = ()
    running_out: tuple[Ending, ...] = ()
    unheld: dict[str, tuple[str, ...]] = {}  # responsibility -> who is missing

    @property
    def exit_code(self) -> int:
        """2 something is wrong; 1 something is past its day; else 0."""
        return 2 if self.errors else 1 if self.out_of_date or self.run_out else 0


def check(folder: Path, today: dt.date) -> Checked:
    """Raises ``KitError`` for a folder that is none."""
    if not folder.is_dir():
        raise KitError(f"{folder}: there is no such folder. Name the folder of the review.")
    workload.refuse_no_review(folder)
    errors: list[str] = []
    questions = _questions(folder, errors)
    known = not errors
    for name, loads in (("workload.yaml", workload.load), ("narrative.yaml", narrative.load)):
        if (folder / name).is_file():
            _tried(loads, folder / name, errors)
    answers = _answers(folder / "answers.yaml", questions if known else None, errors)
    if errors:
        return Checked(errors=tuple(errors))
    return _standing(answers, questions, today)


def _tried(reads: Callable[[Path], T], path: Path, errors: list[str]) -> T | None:
    try:
        return reads(path)
    except WrittenError as error:
        errors += map(str, error.each)
        return None


def _questions(folder: Path, errors: list[str]) -> list[Questionnaire]:
    own = folder / "questionnaires"
    home = own if own.is_dir() else shipped("questionnaires")
    found: list[Questionnaire] = []
    _tried(lambda path: load_all(path, (), known_checks=CHECKS), home, errors)
    for path in sorted(home.glob("*.yaml")):
        one = _tried(lambda p: load_all(home, (p.stem,), known_checks=CHECKS), path, errors)
        found += one or ()
    return sorted(found, key=lambda q: (q.order, q.id))


def _answers(path: Path, questions: Sequence[Questionnaire] | None, errors: list[str]) -> Answers:
    """Its names are looked up only where all ``questions`` could be read."""
    if not path.is_file():
        return Answers()
    written = _tried(lambda p: read(p, Answers), path, errors)
    if written is None:
        return Answers()
    if questions is not None:
        found = wrong(written.value, questions)
        errors += [str(written.error(at, what, todo)) for at, what, todo in found]
    return written.value


def _standing(answers: Answers, questions: Sequence[Questionnaire], today: dt.date) -> Checked:
    given = {q.id: answers.answers[q.id] for q in questions if q.id in answers.answers}
    settled = {name: said for name, said in given.items() if said.status != "unanswered"}
    ends = sorted(
        answers.exceptions, key=lambda entry: (entry.expires, entry.check, entry.resource)
    )
    soon = today + dt.timedelta(days=SOON)
    return Checked(
        errors=(),
        questions=tuple(q.id for q in questions),
        answered=tuple(settled),
        out_of_date={
            name: said.valid_until
            for name, said in settled.items()
            if said.valid_until and said.valid_until < today
        },
        run_out=tuple(_ending(entry) for entry in ends if not entry.holds_on(today)),
        running_out=tuple(
            _ending(entry) for entry in ends if entry.holds_on(today) and entry.expires <= soon
        ),
        soon_out_of_date={
            name: said.valid_until
            for name, said in settled.items()
            if said.valid_until and today <= said.valid_until <= soon
        },
        unheld=dict(_unheld(answers)),
    )


def _ending(entry: AcceptedRisk) -> Ending:
    return Ending(check=entry.check, resource=entry.resource, expires=entry.expires)


def _unheld(answers: Answers) -> Iterator[tuple[str, tuple[str, ...]]]:
    duties: dict[str, Any] = dict(answers.roles.get("responsibilities", {}))
    for name in RESPONSIBILITIES:
        said = duties.get(name)
        missing = [who for who in ("accountable", "deputy") if not getattr(said, who, "").strip()]
        if missing:
            yield name, tuple(missing)
