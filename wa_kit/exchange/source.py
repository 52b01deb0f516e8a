"""What a document is made of: what people wrote in a review folder, and its newest runs.

Reads a folder; writes nothing, and judges nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from wa_kit import answers, archive, workload
from wa_kit.actions import PlannedAction, planned
from wa_kit.answers import Answers
from wa_kit.checks import CHECKS
from wa_kit.model import KitError
from wa_kit.questionnaire import Questionnaire, load_all
from wa_kit.suggestions import Suggestion, Summary
from wa_kit.written import shipped


class Seen(Struct, frozen=True, kw_only=True):
    """The newest judged run of one account."""

    account: str
    day: dt.date
    simulation: bool
    summary: Summary
    actions: tuple[PlannedAction, ...]

    def of(self, question: str) -> Suggestion | None:
        return next((s for s in self.summary.questions if s.id == question), None)


class Source(Struct, frozen=True, kw_only=True):
    """A review folder as it stands."""

    folder: Path
    name: str
    questions: tuple[Questionnaire, ...]
    answers: Answers
    seen: tuple[Seen, ...]  # newest first

    @property
    def answers_file(self) -> Path:
        return self.folder / "answers.yaml"


def read(folder: Path, runs: bool = True) -> Source:
    """Raises ``KitError`` for a folder that is none, and ``WrittenError`` for what is in it."""
    if not folder.is_dir():
        raise KitError(f"{folder}: there is no such folder. Name the folder of the review.")
    questions = load_all(questions_folder(folder), known_checks=CHECKS)
    file, scope = folder / "answers.yaml", folder / "workload.yaml"
    said = answers.load(file, questions) if file.is_file() else Answers()
    return Source(
        folder=folder,
        name=(workload.load(scope) if scope.is_file() else workload.Workload()).name,
        questions=questions,
        answers=said,
        seen=tuple(_seen(folder / "runs", said)) if runs else (),
    )


def questions_folder(folder: Path) -> Path:
    """Where the questions of a review folder are: its own, else the kit's."""
    own = folder / "questionnaires"
    return own if own.is_dir() else shipped("questionnaires")


def _seen(runs: Path, said: Answers) -> Iterator[Seen]:
    homes = [home for home in runs.iterdir() if home.is_dir()] if runs.is_dir() else []
    newest = [run for home in homes if (run := archive.newest_judged(home))]
    undecided = replace(said, actions={})  # what the kit proposes stands beside what was decided
    for run in sorted(newest, key=lambda run: (run.name, run.parent.name), reverse=True):
        manifest = archive.load_manifest(run)
        summary = archive.load_json(run, "summary.json", Summary)
        owners = {trouble.resource: trouble.owner for trouble in summary.worst}
        day = manifest.as_of.date()
        yield Seen(
            account=manifest.account,
            day=day,
            simulation=manifest.simulation,
            summary=summary,
            actions=tuple(planned(archive.load_findings(run), undecided, owners, day)),
        )
