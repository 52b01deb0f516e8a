"""Pages that cut across the questions: can data be lost, and who holds the keys."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from wa_kit import charts
from wa_kit.model import Finding, Outcome
from wa_kit.review.holders import holders
from wa_kit.review.material import Material
from wa_kit.review.usage import callers, reach
from wa_kit.review.words import (
    PARTS,
    heading,
    link,
    named,
    outcome,
    region,
    said,
    sentence,
    short,
)
from wa_kit.shown import Parts, Table, el

_MOST_CALLERS = 40
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
        _usage(material),
        heading(3, "Who can decrypt", id="who-can-decrypt"),
        _topic(material, DECRYPT, "Who can decrypt"),
        heading(3, "Who can destroy", id="who-can-destroy"),
        _topic(material, DESTROY, "Who can destroy"),
    )


def _public_keys(material: Material) -> frozenset[str]:
    found = material.by_check.get("kms_key_policy_not_public", [])
    return frozenset(f.resource for f in found if f.outcome is Outcome.FAIL)


def _usage(material: Material) -> Parts | None:
    """Shown where any use was read; what was not read stands with what could not be seen."""
    found = callers(material.evidence)
    if not found:
        return None
    names = {key.arn: key.name for key in material.keys}
    title = "Who used which key lately, those refused first"
    if len(found) > _MOST_CALLERS:
        title += f" (the first {_MOST_CALLERS} of {len(found):,}; all are in evidence/KeyUse.jsonl)"
    rows = (
        (
            named(names.get(one.key, ""), one.key),
            region(one.region),
            el("bdi", one.by),
            one.told,
            f"{one.denied:,}" if one.denied else "none",
            short(one.last),
        )
        for one in found[:_MOST_CALLERS]
    )
    columns = ("Key", "Region", "Who", "Calls", "Refused", "Last on")
    return Parts(
        heading(3, "Who used them lately", id="key-usage"),
        Table(title, columns, rows, numbers=["Refused"], kind="usage"),
        el("p", f"Read were: {'. '.join(reach(material.evidence))}.", class_="aside"),
    )


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
    shown = findings[: material.extent.topic]
    caption = material.cut(f"{title}: what fails or is not known", len(shown), len(findings))
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
