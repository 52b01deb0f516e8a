"""What charts and pages say of findings, keys and resources, in the same words."""

from __future__ import annotations

import re

from wa_kit.charts.figure import NOT_READ, UNTOLD
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import guarded
from wa_kit.model import Finding, Outcome, Row, Unread

_WORDS = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]*|[^A-Z]+")


def said(finding: Finding) -> str:
    """The outcome in words; an unknown by its reason."""
    if finding.outcome is not Outcome.UNKNOWN or finding.reason is None:
        return finding.outcome.value.replace("_", " ").capitalize()
    if finding.reason.not_read:
        return NOT_READ
    return UNTOLD if finding.reason == "not_knowable" else "Not answered"


def kind_of(row: Row) -> str:
    """``AWS::EC2::Volume`` of the service EBS -> ``EBS volume``."""
    parts = _WORDS.findall(row.resource_type.rpartition("::")[2])
    words = [part if part.isupper() else part.lower() for part in parts]
    if words[:1] == [row.service.lower()]:  # AWS::Backup::BackupVault
        words = words[1:]
    return " ".join([row.service, *words])


def bare(name: str) -> str:
    """A key by its alias or id alone."""
    return name.split(":", 5)[-1].removeprefix("key/").removeprefix("alias/")


def customer_managed(key: KmsKey) -> bool | None:
    """``None`` where that was not read."""
    try:
        return bool(guarded(key).customer_managed)
    except Unread:
        return None


def rotation(key: KmsKey) -> str:
    if "rotates" in key.unread:
        return NOT_READ
    if key.rotates is None:
        return "KMS cannot rotate it"
    return "Rotation on" if key.rotates else "Rotation off"
