"""What people said as rows, so that checks judge it like what AWS said."""

from __future__ import annotations

from typing import Any

import msgspec

from wa_kit.answers.said import Answers, Document
from wa_kit.checks.people import SUBJECTS
from wa_kit.model import Attestation


def attestations(answers: Answers, account: str) -> list[Attestation]:
    """A row for every subject the checks ask people about, answered or not."""
    return [_attestation(answers, subject, name, account) for subject, name in SUBJECTS.items()]


def _attestation(answers: Answers, subject: str, name: str, account: str) -> Attestation:
    kind, _, key = subject.partition("/")
    if kind == "roles":
        duties = answers.roles.get(key, {})
        said: dict[str, Any] = {
            "answered": any(who.accountable or who.deputy for who in duties.values()),
            "details": {duty: msgspec.to_builtins(who) for duty, who in duties.items()},
        }
    else:
        document = answers.artefacts.get(key, Document())
        said = {"answered": document != Document(), **msgspec.structs.asdict(document)}
        del said["title"]
    return Attestation(
        arn=f"answers.yaml#{subject}",
        account=account,
        region="global",
        name=name,
        subject=subject,
        **said,
    )
