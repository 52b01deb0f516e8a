"""Pages that cut across the questions: can data be lost, who holds the keys, what went unseen."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from wa_kit import charts
from wa_kit.model import Finding, Outcome, Reason
from wa_kit.review.holders import holders
from wa_kit.review.material import Material, grouped
from wa_kit.review.matrix import matrix
from wa_kit.review.words import (
    PARTS,
    REASONS,
    heading,
    link,
    named,
    outcome,
    place,
    plural,
    region,
    said,
    sentence,
)
from wa_kit.shown import Html, Parts, Table, bullets, el, folded, join
from wa_kit.suggestions import listing

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
            "whether a copy of it was seen. Copies in other accounts cannot be seen from here.",
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


# What could not be seen


def not_seen(material: Material) -> Parts:
    """What was not read, the permission for it, what AWS cannot tell, and what people owe."""
    unread = [f for f in material.findings if f.reason and f.reason.not_read]
    return Parts(
        _unread(unread)
        if unread
        else el("p", "Everything in scope could be read.", class_="nothing"),
        _permission(unread),
        heading(3, "What AWS cannot tell", id="not-knowable"),
        *_points(material, Reason.NOT_KNOWABLE, "AWS was asked everything it answers."),
        heading(3, "What people have not said", id="open-points"),
        *_points(material, Reason.NO_ANSWER, "People have answered all they were asked."),
    )


def _unread(findings: Sequence[Finding]) -> Table:
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for f in findings:
        key = (f.operation or f.service or f.name, f.action or "", str(f.reason))
        groups.setdefault(key, []).append(f)
    rows = (
        (
            el("code", operation),
            el("code", action) if action else "",
            REASONS[Reason(reason)],
            listing(sorted({place(f.region) for f in found})),
            len(found),
        )
        for (operation, action, reason), found in sorted(groups.items())
    )
    columns = ("Operation", "Permission for it", "Why it was not read", "Where", "Findings")
    return Table("What was not read", columns, rows, numbers=["Findings"], fold_over=60)


def _permission(findings: Sequence[Finding]) -> Html | None:
    """A statement that somebody can paste into the role's policy."""
    denied = (f.action for f in findings if f.reason is Reason.DENIED)
    actions = sorted({action for action in denied if action})
    if not actions:
        return None
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return join(
        el(
            "p",
            f"This statement would open {plural(len(actions), 'permission')} to the review's role. "
            "A key policy or a rule of the organization may refuse all the same.",
        ),
        el("pre", el("code", json.dumps(statement, indent=2))),
    )


def _points(material: Material, reason: Reason, none: str) -> Iterator[Html | Table]:
    groups = grouped(f for f in material.findings if f.reason is reason)
    if not groups:
        yield el("p", none, class_="nothing")
        return
    rows = (
        (
            link(f"check-{check}", material.title(check)),
            len(found),
            join(named(found[0].name, found[0].resource), ": ", found[0].because),
        )
        for check, found in groups.items()
    )
    title = "AWS cannot tell" if reason is Reason.NOT_KNOWABLE else "Open points for people"
    yield Table(title, ("Asked", "Findings", "For example"), rows, numbers=["Findings"])


# What people decided


def exceptions(material: Material) -> Parts:
    """Failures that somebody accepted, and findings that somebody disputes."""
    answers = material.answers
    accepted = [f for f in material.findings if f.exception]
    none = el("p", "There are no exceptions and no disputes.", class_="nothing")
    if not answers.exceptions and not answers.disputes:
        return Parts(none)
    return Parts(
        Table(
            "Exceptions: failures accepted by name",
            ("Resource", "Check", "Owner", "Approved by", "Reason", "Until", "Covers now"),
            (
                (
                    el("bdi", e.resource),
                    material.title(e.check),
                    e.owner,
                    e.approver,
                    e.reason,
                    _until(material, e.expires.isoformat()),
                    sum(
                        (f.exception or {}).get("resource") == e.resource and f.check == e.check
                        for f in accepted
                    ),
                )
                for e in answers.exceptions
            ),
            numbers=["Covers now"],
        )
        if answers.exceptions
        else None,
        Table(
            "Disputes",
            ("Resource", "Check", "Says", "By", "Note"),
            (
                (el("bdi", d.resource), material.title(d.check), d.says, d.by, d.note)
                for d in answers.disputes
            ),
        )
        if answers.disputes
        else None,
    )


def _until(material: Material, expires: str) -> str:
    today = material.manifest.started.date().isoformat()
    return f"{expires} (run out: it covers nothing any more)" if expires < today else expires


def roles_and_artefacts(material: Material) -> Parts:
    """Who is responsible, and which documents there are."""
    return Parts(
        _roles(material),
        heading(3, "Responsibility matrix", id="responsibility-matrix"),
        matrix(material),
        heading(3, "Documents", id="documents"),
        _artefacts(material),
        _attested(material),
    )


def _roles(material: Material) -> Table:
    said = {duty: who for role in material.answers.roles.values() for duty, who in role.items()}
    rows: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    for _, question in material.asked:
        for role in question.roles if question else ():
            for duty in role.responsibilities:
                who = said.get(duty.id)
                accountable = (who.accountable if who else "") or "nobody named"
                deputy = (who.deputy if who else "") or "nobody named"
                rows[role.id, duty.id] = (duty.text, role.title, accountable, deputy)
    columns = ("Responsibility", "Role", "Accountable", "Deputy")
    return Table("Who is responsible", columns, (rows[key] for key in sorted(rows)))


def _artefacts(material: Material) -> Table:
    wanted = {a.id: a for _, question in material.asked if question for a in question.artefacts}
    rows = []
    for name, artefact in sorted(wanted.items()):
        document = material.answers.artefacts.get(name)
        rows.append(
            (
                artefact.title,
                artefact.proves,
                (document.where if document else "") or "not given",
                (document.owner if document else "") or "nobody named",
                str((document.next_review if document else None) or "no date"),
            )
        )
    columns = ("Document", "What it proves", "Where it lies", "Owner", "Next review")
    return Table("Documents a reviewer expects", columns, rows)


def _attested(material: Material) -> Html | None:
    found = [f for f in material.findings if f.source == "attestation"]
    if not found:
        return None
    lines = (
        join(
            outcome(f, material.dispute(f)),
            " ",
            link(material.leads_to(f.finding, f.check), material.title(f.check)),
            ": ",
            f.because,
        )
        for f in found
    )
    return folded(f"What people attest, judged ({plural(len(found), 'finding')})", bullets(lines))
