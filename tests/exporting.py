"""Runs to export: one full of hostile texts, and what a test looks for in what was made of them."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import msgspec
from payloads import PAYLOADS, hostile_rows
from samples import ACCOUNT, QUESTIONS, REGIONS, manifest

from wa_kit import archive, run
from wa_kit.answers import AcceptedRisk, Action, Answer, Answers, Dispute, Document, Duty
from wa_kit.evidence import COLLECTORS
from wa_kit.model import Evidence, Look
from wa_kit.planning import Request

KEPT = Path(__file__).parent / "archives" / "1" / ACCOUNT
TEXTS = tuple(payload.encode("utf-8", "replace").decode() for payload in PAYLOADS)


def kept_run() -> Path:
    """The run of schema 1 that is kept for ever."""
    return next(path for path in KEPT.iterdir() if (path / "manifest.json").is_file())


def hostile_run(out: Path) -> Path:
    """A judged run with each of the sixty payloads in names, tags, answers and narrative."""
    looks = [
        Look(table=kind.__name__, account=ACCOUNT, region=region)
        for kind in COLLECTORS
        for region in REGIONS
    ]
    with archive.staged(out / "read", ACCOUNT, manifest().started) as staging:
        archive.save_evidence(Evidence(list(hostile_rows(ACCOUNT, REGIONS)), looks), staging)
        staging.write("answers.yaml", msgspec.yaml.encode(_answers()))
        staging.write("narrative.yaml", msgspec.yaml.encode(_narrative()))
        made = staging.finish(manifest(caller=""))
    return run.judge_again(made, Request(out=out / "judged", workbook=False)).run


def _answers() -> Answers:
    one, *_ = TEXTS
    return Answers(
        answers={
            question.id: Answer(
                status="answered",
                notes="\n\n".join(TEXTS[place::7]),
                answered_by=TEXTS[place],
                owner=TEXTS[place + 7],
                evidence=tuple(TEXTS[place + 14 : place + 20]),
            )
            for place, question in enumerate(QUESTIONS)
        },
        roles={
            "responsibilities": {
                duty.id: Duty(accountable=TEXTS[place % 60], deputy=TEXTS[-place % 60])
                for question in QUESTIONS
                for role in question.roles
                for place, duty in enumerate(role.responsibilities)
            }
        },
        artefacts={
            "encryption-policy": Document(where=TEXTS[30], owner=TEXTS[31], version=TEXTS[32])
        },
        actions={
            name: Action(owner=TEXTS[place % 60], note=TEXTS[-place % 60], due=_day())
            for place, name in enumerate(sorted({c for q in QUESTIONS for c in q.checks}))
        },
        exceptions=tuple(
            AcceptedRisk(
                check="kms_key_tagged",
                resource=text,
                owner=text,
                approver=text,
                reason=text,
                expires=_day(),
            )
            for text in TEXTS
        ),
        disputes=(
            Dispute(check="kms_key_tagged", resource="*", says="wrong", by=one, note=TEXTS[40]),
        ),
    )


def _day() -> dt.date:
    return dt.date(2026, 12, 1)  # anew each time: one date twice would become an anchor in YAML


def _narrative() -> dict[str, str]:
    lines = [text.replace("\n", " ").replace("\r", " ") for text in TEXTS]
    names = ("title", "customer", "prepared_by", "prepared_for", "version", "confidentiality")
    front = {name: lines[3 * place][:200] for place, name in enumerate(names)}
    return front | {"executive_summary": "\n\n".join(TEXTS), "limitations": TEXTS[5]}


def raw(made: Path) -> bytes:
    """Everything in a file, or in the files of a folder, unzipped; of a PDF, all that it says."""
    if made.is_dir():
        return b"\n".join(raw(path) for path in sorted(made.rglob("*")) if path.is_file())
    if zipfile.is_zipfile(made):
        with zipfile.ZipFile(made) as parts:
            return b"\n".join(parts.read(name) for name in parts.namelist())
    if made.suffix == ".pdf":
        from pypdf import PdfReader

        reader = PdfReader(made)
        words = [str(reader.metadata), *(page.extract_text() for page in reader.pages)]
        return "\n".join(words).encode()
    return made.read_bytes()
