"""What people said as rows, so that checks judge it like what AWS said. Judges nothing itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from wa_kit.answers.said import Answers, Document, Involved, Matrix, Role
from wa_kit.checks.people import SUBJECTS
from wa_kit.model import Attestation
from wa_kit.questionnaire import Questionnaire

Said = tuple[str, str, dict[str, Any]]  # subject, its name, what was said of it


def attestations(
    answers: Answers, account: str, questions: Sequence[Questionnaire] = ()
) -> list[Attestation]:
    """A row for every subject the checks ask people about, answered or not.

    ``questions`` say which practices, documents and roles are asked about beyond ``SUBJECTS``.
    """
    parts = (_documents, _responsibilities, _matrix, _principals)
    return [
        Attestation(
            arn=f"answers.yaml#{subject}",
            account=account,
            region="global",
            name=name,
            subject=subject,
            **said,
        )
        for part in parts
        for subject, name, said in part(answers, questions)
    ]


def documents_expected(answers: Answers, questions: Sequence[Questionnaire]) -> dict[str, str]:
    """Id -> title of every document that the questions expect, and of the team's own."""
    expected = {a.id: a.title for question in questions for a in question.artefacts}
    own = {name: d.title for name, d in answers.artefacts.items() if d.title}
    return own | expected


def _documents(answers: Answers, questions: Sequence[Questionnaire]) -> Iterator[Said]:
    subjects = (subject.partition("/") for subject in SUBJECTS)
    asked = {id_: SUBJECTS[f"{kind}/{id_}"] for kind, _, id_ in subjects if kind == "artefacts"}
    for name, title in (asked | documents_expected(answers, questions)).items():
        document = answers.artefacts.get(name, Document())
        said = msgspec.structs.asdict(document)
        del said["title"]
        yield f"artefacts/{name}", title, {"answered": document != Document(), **said}


def _responsibilities(answers: Answers, _: Sequence[Questionnaire]) -> Iterator[Said]:
    subject = "roles/responsibilities"
    duties = answers.roles.get("responsibilities", {})
    answered = any(who.accountable or who.deputy for who in duties.values())
    details = {duty: msgspec.to_builtins(who) for duty, who in duties.items()}
    yield subject, SUBJECTS[subject], {"answered": answered, "details": details}


def _matrix(answers: Answers, questions: Sequence[Questionnaire]) -> Iterator[Said]:
    """A line each for what the matrix has to cover, once somebody began it; else one for all."""
    matrix = answers.raci
    if not _begun(matrix):
        yield "raci", SUBJECTS["raci"], {}
        return
    expected = {
        "practices": {
            practice.choice: f"{practice.practice} {practice.title}"
            for question in questions
            for practice in question.practices
        },
        "artefacts": documents_expected(answers, questions),
    }
    for part, names in expected.items():
        lines = getattr(matrix, part)
        for name, title in names.items():
            details = _involved(lines.get(name, Involved()), matrix)
            yield f"raci/{part}/{name}", title, {"answered": True, "details": details}


def _begun(matrix: Matrix) -> bool:
    lines = (*matrix.practices.values(), *matrix.artefacts.values())
    return any(line != Involved() for line in lines)


def _involved(line: Involved, matrix: Matrix) -> dict[str, dict[str, list[str]]]:
    """How a role is involved -> each such role with the people who hold it."""
    accountable = (line.accountable,) if line.accountable.strip() else ()
    return {
        "accountable": {role: _holders(matrix, role) for role in accountable},
        "responsible": {role: _holders(matrix, role) for role in line.responsible},
    }


def _holders(matrix: Matrix, role: str) -> list[str]:
    return list(matrix.roles.get(role, Role()).held_by)


def _principals(answers: Answers, questions: Sequence[Questionnaire]) -> Iterator[Said]:
    """Each role of the questions and of the matrix, with the users and roles it acts as in IAM."""
    titles = {role.id: role.title for question in questions for role in question.roles}
    for name, role in answers.raci.roles.items():
        titles[name] = role.title or titles.get(name, name)
    for name, title in titles.items():
        acts_as = list(answers.raci.roles.get(name, Role()).principals)
        said = {"answered": bool(acts_as), "details": {"principals": acts_as}}
        yield f"principals/{name}", title, said
