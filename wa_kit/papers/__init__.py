"""The papers of a run: the answer sheet, and drafts of five documents, as Markdown to edit.

They put what the evidence shows beside what people said, each marked as what it is. They never
answer, approve or date anything for people, and a name from AWS stays inert words in them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from wa_kit.answers import Answers
from wa_kit.archive import Manifest
from wa_kit.model import Evidence, Finding
from wa_kit.papers import audit, backups, exceptions, inventory, policy, sheet
from wa_kit.papers.sources import Sources
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import Summary
from wa_kit.workload import Workload
from wa_kit.written import shipped

if TYPE_CHECKING:
    from jinja2 import Environment

_PAPERS = {
    "answers.md": sheet.told,
    "artefacts/encryption-policy.md": policy.told,
    "artefacts/audit-report.md": audit.told,
    "artefacts/backup-encryption-report.md": backups.told,
    "artefacts/key-inventory.md": inventory.told,
    "artefacts/exceptions-register.md": exceptions.told,
}


def write(
    questions: Sequence[Questionnaire],
    answers: Answers,
    workload: Workload,
    summary: Summary,
    findings: Sequence[Finding],
    evidence: Evidence,
    manifest: Manifest,
) -> dict[str, str]:
    """Name of a file in the run folder -> its text."""
    sources = Sources(questions, answers, workload, summary, findings, evidence, manifest)
    return {name: _rendered(name, sources, told(sources)) for name, told in _PAPERS.items()}


def _rendered(name: str, sources: Sources, told: dict[str, Any]) -> str:
    text = _environment().get_template(f"{name}.j2").render(run=sources, **told)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    """Every value that a template prints is escaped, but for the Markdown that was made here."""
    import jinja2

    from wa_kit import markdown as m
    from wa_kit.suggestions import listing, plural

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(shipped("templates")),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        finalize=m.md,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(
        block=m.block,
        bold=m.bold,
        bullets=m.bullets,
        code=m.code,
        link=m.link,
        listing=listing,
        plural=plural,
        prose=m.prose,
        quoted=m.quoted,
        table=m.table,
    )
    return made


__all__ = ["write"]
