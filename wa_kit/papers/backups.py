"""The draft of a backup report: every vault, recovery point and snapshot with its protection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from wa_kit.evidence import tables_for
from wa_kit.evidence.backup import BackupVault, RecoveryPoint
from wa_kit.evidence.drs import DrsReplication
from wa_kit.evidence.ec2 import EbsSnapshot
from wa_kit.evidence.rds import AutomatedBackup, RdsSnapshot
from wa_kit.markdown import Md, md, table
from wa_kit.model import Encrypted, Finding, NotRead, Outcome
from wa_kit.papers.sources import (
    Sources,
    judged_table,
    settings,
    troubles_of,
    troubles_table,
    unread_table,
    value,
)
from wa_kit.protection import IN_WORDS
from wa_kit.review.words import place
from wa_kit.suggestions import plural

ARTEFACT = "backup-encryption-report"
_ROWS = 500
_KINDS: tuple[tuple[str, str, type[Encrypted], tuple[str, ...]], ...] = (
    ("Backup vaults", "vault", BackupVault, ("kind", "recovery_points", "locked", "lock_date")),
    (
        "Recovery points",
        "recovery point",
        RecoveryPoint,
        ("vault", "source_type", "created", "status"),
    ),
    ("EBS snapshots", "snapshot", EbsSnapshot, ("volume_id", "gib", "public", "image")),
    (
        "RDS and Aurora snapshots",
        "snapshot",
        RdsSnapshot,
        ("source", "engine", "made_by", "public"),
    ),
    (
        "Automated backups of RDS and Aurora",
        "backup",
        AutomatedBackup,
        ("engine", "status", "source_region"),
    ),
    ("Elastic Disaster Recovery", "setting", DrsReplication, ("ebs_encryption", "routing")),
)
_ORDER = (Outcome.FAIL, Outcome.UNKNOWN, Outcome.PASS, Outcome.NOT_APPLICABLE)


def told(sources: Sources) -> dict[str, Any]:
    checks = sources.checks(ARTEFACT)
    by_resource: dict[tuple[str, str], list[Finding]] = {}
    for finding in sources.findings_of(set(checks)):
        by_resource.setdefault((finding.resource, finding.region), []).append(finding)
    failing = troubles_of(sources, checks)
    gaps = sources.unread(tables_for(kind for _, _, kind, _ in _KINDS))
    return {
        "standings": sources.standings(ARTEFACT),
        "document": sources.document(ARTEFACT),
        "kinds": [_section(sources, by_resource, *kind) for kind in _KINDS],
        "checks": judged_table(sources, checks) if checks else "",
        "failing": troubles_table(failing) if failing else "",
        "gaps": unread_table(gaps) if gaps else "",
    }


def _section(
    sources: Sources,
    by_resource: dict[tuple[str, str], list[Finding]],
    title: str,
    noun: str,
    kind: type[Encrypted],
    fields: Sequence[str],
) -> dict[str, Any]:
    rows = [(row, by_resource.get((row.arn, row.region), [])) for row in sources.evidence.of(kind)]
    rows.sort(key=lambda pair: (_rank(pair[1]), pair[0].region, pair[0].name, pair[0].arn))
    lines = [_line(sources, row, found, fields) for row, found in rows[:_ROWS]]
    made = table(("Name", "Where", "About it", "Protection", "Key", "Verdict"), lines)
    left = len(rows) - _ROWS
    more = f"\n\nAnd {left:,} more, none worse than these, in evidence/." if left > 0 else ""
    return {
        "title": title,
        "found": _found(noun, [found for _, found in rows]),
        "rows": Md(made + more) if rows else md(""),
        "looked": any(sources.evidence.looks_at(t) for t in tables_for([kind])),
        "gaps": sources.unread(tables_for([kind])),
    }


def _found(noun: str, findings: list[list[Finding]]) -> str:
    counts = Counter(_ORDER[_rank(found)] for found in findings if found)
    return (
        f"{plural(len(findings), noun)} seen: {counts[Outcome.FAIL]} failing, "
        f"{counts[Outcome.PASS]} passing, {counts[Outcome.UNKNOWN]} without a verdict"
    )


def _rank(findings: Sequence[Finding]) -> int:
    """0 for what fails; what has no finding at all is as little known as what has no verdict."""
    ranks = [_ORDER.index(f.outcome) for f in findings]
    return min(ranks, default=_ORDER.index(Outcome.UNKNOWN))


def _line(
    sources: Sources, row: Encrypted, findings: list[Finding], fields: Sequence[str]
) -> tuple[str, ...]:
    return (
        row.name or row.arn,
        place(row.region),
        settings(row, fields),
        _protection(row, findings),
        _key(sources, row),
        _verdict(findings),
    )


def _protection(row: Encrypted, findings: list[Finding]) -> str:
    level = next((f.level for f in findings if f.level), None)
    if level:
        return IN_WORDS.get(level, level)
    if isinstance(row.encryption, NotRead):
        return value(row.encryption)
    if getattr(row, "encrypted", True) is None:
        return "AWS does not say"
    return IN_WORDS.get(row.encryption, "encrypted with a KMS key")


def _key(sources: Sources, row: Encrypted) -> str:
    if isinstance(row.kms_key, NotRead) or row.kms_key is None:
        return value(row.kms_key)
    return sources.key_names.get(row.kms_key, row.kms_key)


def _verdict(findings: list[Finding]) -> str:
    if not findings:
        return "not judged"
    decided = _ORDER[_rank(findings)]
    why = "; ".join(dict.fromkeys(f.because for f in findings if f.outcome is decided))
    if decided is Outcome.FAIL:
        accepted = all(f.exception for f in findings if f.outcome is Outcome.FAIL)
        return f"fails{', accepted' if accepted else ''}: {why}"
    if decided is Outcome.UNKNOWN:
        return f"no verdict: {why}"
    return "passes" if decided is Outcome.PASS else f"outside the rules: {why}"
