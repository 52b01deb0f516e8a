"""Pages that cut across the questions: can data be lost, and who holds the keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wa_kit import charts
from wa_kit.model import Finding, Outcome
from wa_kit.review.holders import holders
from wa_kit.review.material import Material
from wa_kit.review.words import (
    PARTS,
    heading,
    link,
    named,
    outcome,
    region,
    said,
    sentence,
)
from wa_kit.shown import Parts, Table, el

_MOST = 200
LOSS = (
    "kms_key_pending_deletion",
    "kms_disabled_key_in_use",
    "backup_plan_exists",
    "backup_recovery_point_encrypted",
    "backup_vault_key_level",
    "dynamodb_pitr_enabled",
    "s3_replication_destination_kms",
    "drs_replication_encryption",
    "kms_multi_region_key_usage",
)
DECRYPT = (
    "kms_key_policy_not_public",
    "kms_key_policy_external_accounts",
    "kms_key_policy_wildcard_actions",
    "kms_key_policy_admin_user_separation",
    "ec2_ebs_snapshot_public",
    "rds_snapshot_public",
)
DESTROY = (
    "backup_delete_permissions",
    "backup_role_separation",
    "backup_vault_access_policy_denies_delete",
    "monitoring_kms_disable_delete",
)


def can_data_be_lost(material: Material) -> Parts:
    """Keys that are going away, and backups that may not be there when needed."""
    none = "No backup was seen, so there is nothing to draw."
    return Parts(
        _topic(material, LOSS, "Keys and backups"),
        heading(3, "Where the backups go", id="backup-lineage"),
        el(
            "p",
            "What each backup saves, which plan made it, where it lies, which key opens it, and "
            "where copies of that source lie. AWS does not tell of which backup a copy was made, "
            "and copies in other accounts cannot be seen from here.",
        ),
        charts.lineage(material.evidence).shown(none),
    )


def who_holds_the_keys(material: Material) -> Parts:
    """Who can decrypt, who can destroy."""
    return Parts(
        heading(3, "Key by key", id="key-by-key"),
        holders(material),
        heading(3, "What each key protects", id="key-map"),
        el(
            "p",
            "What uses which key now, from what was read. Older objects and copies may hang on "
            "earlier keys. What AWS encrypts with keys of its own, which it does not name, is "
            "not here.",
        ),
        charts.key_map(material.evidence, _public_keys(material)).shown(
            "Nothing was seen that names its key, so there is nothing to draw."
        ),
        heading(3, "Who can decrypt", id="who-can-decrypt"),
        _topic(material, DECRYPT, "Who can decrypt"),
        heading(3, "Who can destroy", id="who-can-destroy"),
        _topic(material, DESTROY, "Who can destroy"),
    )


def _public_keys(material: Material) -> frozenset[str]:
    found = material.by_check.get("kms_key_policy_not_public", [])
    return frozenset(f.resource for f in found if f.outcome is Outcome.FAIL)


def _topic(material: Material, checks: Sequence[str], title: str) -> Parts:
    findings = material.of(checks)
    if not findings:
        return Parts(el("p", "There is nothing here to judge.", class_="nothing"))
    open_ = [f for f in findings if f.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]
    return Parts(_tally(material, checks, title), _open(material, open_, title) if open_ else None)


def _tally(material: Material, checks: Sequence[str], title: str) -> Table:
    rows = []
    for check in checks:
        found = material.by_check.get(check, [])
        counts = Counter(said(f) for f in found)
        if found:
            row = (counts[part] for part in PARTS)
            rows.append((link(f"check-{check}", material.title(check)), *row))
    columns = ("Asked", *PARTS)
    return Table(f"{title}: what was asked", columns, rows, numbers=columns[1:], kind="counted")


def _open(material: Material, findings: Sequence[Finding], title: str) -> Table:
    shown = findings[:_MOST]
    caption = f"{title}: what fails or is not known"
    if len(shown) < len(findings):
        caption += f" (the first {_MOST} of {len(findings):,}; the rest stands in annex A)"
    rows = (
        (
            link(material.leads_to(f.finding, f.check), named(f.name, f.resource)),
            region(f.region),
            outcome(f, material.dispute(f)),
            sentence(f.because),
        )
        for f in shown
    )
    columns = ("Resource", "Region", "Outcome", "What was found")
    return Table(caption, columns, rows, kind="judged")
