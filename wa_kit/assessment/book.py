"""What lies on the table: the review folder's answers and questions, and the run beside them.

It reads both and never AWS. Writing goes through ``wa_kit.answers.changing``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from wa_kit import archive
from wa_kit.actions import PlannedAction, planned
from wa_kit.answers import Answer, Answers, load
from wa_kit.answers.changing import Saved, save
from wa_kit.answers.fields import Fields, Place, fields
from wa_kit.archive import Manifest
from wa_kit.checks import CHECKS
from wa_kit.model import Evidence, Finding, KitError, Outcome
from wa_kit.questionnaire import Questionnaire, load_all
from wa_kit.suggestions import Suggestion, Summary


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """The run whose evidence is shown."""

    folder: Path
    manifest: Manifest
    summary: Summary
    findings: tuple[Finding, ...]
    read_at: dt.datetime  # when AWS was asked


class Book:
    """The answers of a review folder, its questions, and a run, where there is one."""

    def __init__(
        self,
        path: Path,
        questions: Sequence[Questionnaire],
        run: Run | None,
        today: dt.date,
    ) -> None:
        self.path = path
        self.questions = questions
        self.run = run
        self.today = today
        self._suggested: Mapping[str, Suggestion] = (
            {s.id: s for s in run.summary.questions} if run else {}
        )

    @classmethod
    def open(cls, folder: Path, run: str = "", today: dt.date | None = None) -> Book:
        """Raises ``KitError`` where there is no folder, no such run, or a file that is wrong."""
        if not folder.is_dir():
            raise KitError(f"{folder}: there is no such folder. Make one: wa-kit init {folder}")
        own = folder / "questionnaires"
        questions = load_all(own if own.is_dir() else None, known_checks=CHECKS)
        path = folder / "answers.yaml"
        if path.is_file():
            load(path, questions)
        chosen = Path(run) if run else _newest(folder / "runs")
        return cls(path, questions, _open(chosen) if chosen else None, today or dt.date.today())

    def said(self) -> Answers:
        """What answers.yaml says now; nothing where there is none."""
        return load(self.path) if self.path.is_file() else Answers()

    def fields(self) -> Fields:
        return fields(self.said())

    def save(self, base: Fields, mine: Fields, insist: Collection[Place] = ()) -> Saved:
        """Raises ``KitError`` where it is refused; the file then stands as it was."""
        return save(self.path, base, mine, self.questions, insist)

    @property
    def account(self) -> str:
        return self.run.manifest.account if self.run else ""

    def suggestion(self, question: str) -> Suggestion | None:
        return self._suggested.get(question)

    def outdated(self, question: str, answer: Answer) -> tuple[str, ...]:
        """Why an answer no longer holds: its day has passed, or the evidence got worse."""
        if answer.status == "unanswered":
            return ()
        if answer.valid_until and answer.valid_until < self.today:
            return (f"It held until {answer.valid_until}.",)
        suggestion = self.suggestion(question)
        if not suggestion or not suggestion.stale or not suggestion.seen:
            return ()
        if answer.seen.get(self.account) == suggestion.seen:  # looked at again since
            return ()
        return suggestion.stale_because or ("The evidence got worse since it was given.",)

    @cached_property
    def failures(self) -> dict[str, list[Finding]]:
        """Check -> what it fails, accepted or not."""
        groups: dict[str, list[Finding]] = {}
        for finding in self.run.findings if self.run else ():
            if finding.outcome is Outcome.FAIL:
                groups.setdefault(finding.check, []).append(finding)
        return dict(sorted(groups.items()))

    @cached_property
    def actions(self) -> list[PlannedAction]:
        """The action plan of the run, without what people have decided since."""
        if not self.run:
            return []
        owners = {trouble.resource: trouble.owner for trouble in self.run.summary.worst}
        day = self.run.manifest.as_of.date()
        return planned(self.run.findings, Answers(), owners, day)


def _newest(home: Path) -> Path | None:
    """The newest judged run of any account."""
    accounts = [folder for folder in home.iterdir() if folder.is_dir()] if home.is_dir() else []
    found = [run for account in accounts if (run := archive.newest_judged(account))]
    return max(found, key=lambda run: (run.name, run.parent.name), default=None)


def _open(folder: Path) -> Run:
    manifest = archive.load_manifest(folder)
    return Run(
        folder=folder,
        manifest=manifest,
        summary=archive.load_json(folder, "summary.json", Summary),
        findings=tuple(archive.load_findings(folder)),
        read_at=Evidence(looks=archive.load_looks(folder)).read_at or manifest.as_of,
    )
