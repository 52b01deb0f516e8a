"""What somebody asked for, and what people wrote: read and checked before AWS is asked anything."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec

from wa_kit import answers, narrative, workload
from wa_kit.checks import CHECKS, Check
from wa_kit.formats import Format
from wa_kit.model import Row, Severity
from wa_kit.questionnaire import Questionnaire, load_all
from wa_kit.written import shipped


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked for. Every field may be left out."""

    workload: Path | None = None
    home: Path | None = None  # where workload.yaml and answers.yaml lie, if not named or here
    profile: str | None = None
    role: str | None = None
    external_id: str | None = None
    account: str | None = None
    regions: tuple[str, ...] = ()
    all_regions: bool = False
    questionnaires: tuple[str, ...] = ()
    endpoint_url: str | None = None
    out: Path | None = None
    max_rate: float | None = None
    fail_on: Severity | None = None
    workbook: bool = True
    deliverables: tuple[Format, ...] = ()  # formats to make of the run, in its own folder
    no_aws: bool = False


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What people wrote, read and checked before AWS is asked anything."""

    workload: workload.Workload
    workload_file: Path | None
    answers: answers.Answers
    answers_file: Path | None
    narrative: narrative.Narrative
    narrative_file: Path | None
    questions: tuple[Questionnaire, ...]
    question_hashes: dict[str, str]
    out: Path

    @property
    def checks(self) -> list[Check]:
        named = {name for question in self.questions for name in question.checks}
        return [CHECKS[name] for name in sorted(named)]

    @property
    def tables(self) -> list[type[Row]]:
        needed = {table for check in self.checks for table in check.needs}
        return sorted(needed, key=lambda table: table.__name__)

    @property
    def questions_of(self) -> dict[str, tuple[str, ...]]:
        """Check id -> the questions it supports."""
        return {
            check.id: tuple(q.id for q in self.questions if check.id in q.checks)
            for check in self.checks
        }


def plan(request: Request) -> Plan:
    """Read and check what people wrote. Raises ``KitError`` or ``WrittenError``."""
    home = request.workload.parent if request.workload else request.home or Path()
    file: Path | None = request.workload or home / "workload.yaml"
    if not request.workload and not (home / "workload.yaml").is_file():
        file = None
    own = home / "questionnaires"
    folder = own if file and own.is_dir() else shipped("questionnaires")
    questions = load_all(folder, request.questionnaires or None, known_checks=CHECKS)
    answers_file = home / "answers.yaml"
    said = answers.load(answers_file, load_all(folder)) if answers_file.is_file() else None
    told = home / "narrative.yaml"
    return Plan(
        workload=workload.load(file) if file else workload.Workload(),
        workload_file=file,
        answers=said or answers.Answers(),
        answers_file=answers_file if said else None,
        narrative=narrative.load(told) if told.is_file() else narrative.Narrative(),
        narrative_file=told if told.is_file() else None,
        questions=questions,
        question_hashes={q.id: _sha256(folder / f"{q.id}.yaml") for q in questions},
        out=request.out or home / "runs",
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
