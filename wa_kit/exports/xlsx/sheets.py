"""The rows of the Excel file: what of a review goes into which column. Formats nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from wa_kit.actions import TITLED
from wa_kit.charts import NOT_READ, customer_managed, rotation, said
from wa_kit.evidence.kms import KmsKey
from wa_kit.exports.values import called, day, reading, shown
from wa_kit.exports.xlsx.book import Column
from wa_kit.judging import guarded, joined, viewed
from wa_kit.model import SEVERITIES as ALL_SEVERITIES
from wa_kit.model import DataStore, Finding, Outcome, Unread
from wa_kit.protection import KeyRing, KeyUsers
from wa_kit.review.material import Material
from wa_kit.review.words import REASONS, place, sentence

Row = tuple[Any, ...]

ACTIONS = (
    Column(TITLED, 38),
    Column("Impact", 9),
    Column("Effort", 9),
    Column("Severity", 10, coloured=True),
    Column("Resources", 10, "number"),
    Column("Owner", 18),
    Column("Due", 12, "date"),
    Column("Within days", 9, "number"),
    Column("Status", 12),
    Column("Overdue", 10, coloured=True),
    Column("Remedy", 60),
    Column("Note", 30),
    Column("Resources concerned", 50),
    Column("Documentation", 40, "code"),
    Column("Check", 34, "code"),
)
_NAMED = 20  # resources of one action that its row names


def actions(material: Material) -> Iterator[Row]:
    for action in material.actions:
        places = {(f.resource, f.region): called(f) for f in action.findings}
        names = list(places.values())
        more = f", and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
        yield (
            action.title,
            action.impact.capitalize(),
            action.effort.capitalize(),
            action.severity.capitalize(),
            action.resources,
            action.owner or "nobody named",
            action.due,
            action.horizon,
            action.status.capitalize(),
            "Overdue" if action.overdue else "",
            action.remedy,
            action.note,
            ", ".join(names[:_NAMED]) + more,
            action.docs,
            action.check,
        )


FINDINGS = (
    Column("Outcome", 15, coloured=True),
    Column("Severity", 10, coloured=True),
    Column("Check", 36),
    Column("Resource", 30),
    Column("Region", 14),
    Column("Service", 14),
    Column("What was found", 50),
    Column("Remedy", 50),
    Column("Level", 12),
    Column("Required level", 12),
    Column("Classification", 14),
    Column("Key", 30, "code"),
    Column("Why unknown", 18),
    Column("Permission", 28, "code"),
    Column("Accepted until", 14),
    Column("Read", 40),
    Column("Read at (UTC)", 17, "time"),
    Column("See it yourself", 40, "code"),
    Column("Questions", 28),
    Column("Source", 12),
    Column("Account", 15, "code"),
    Column("Resource type", 24, "code"),
    Column("ARN", 50, "code"),
    Column("Check id", 34, "code"),
    Column("Finding", 20, "code"),
)


def findings(material: Material) -> Iterator[Row]:
    for f in material.findings:
        read, at = reading(f)
        yield (
            said(f),
            f.severity.capitalize(),
            material.title(f.check),
            called(f),
            place(f.region),
            f.service,
            sentence(f.because),
            f.remediation,
            f.level,
            f.required_level,
            f.classification,
            f.key,
            REASONS[f.reason] if f.reason else "",
            f.action or f.operation,
            (f.exception or {}).get("expires", ""),
            read,
            at,
            f.see,
            ", ".join(f.questions),
            f.source,
            f.account,
            f.resource_type,
            f.resource,
            f.check,
            f.finding,
        )


STORES = (
    Column("Data store", 34),
    Column("Service", 14),
    Column("Region", 14),
    Column("Level", 14),
    Column("Required level", 14),
    Column("Classification", 15),
    Column("Worst outcome", 17, coloured=True),
    Column("Key", 34, "code"),
    Column("Owner", 20),
    Column("Failing checks", 10, "number"),
    Column("Unknown", 10, "number"),
    Column("Tags", 40),
    Column("Resource type", 24, "code"),
    Column("ARN", 50, "code"),
)


_WORST_FIRST = ("Fail", NOT_READ, "Not answered", "AWS cannot tell", "Pass", "Not applicable")


def stores(material: Material) -> Iterator[Row]:
    """A data store a row: what protects it, what its data asks for, and how it fares."""
    ring = KeyRing(joined(material.evidence, KmsKey))
    judged: dict[tuple[str, str], list[Finding]] = {}
    for f in material.findings:
        judged.setdefault((f.resource, f.region), []).append(f)
    rows = sorted(material.evidence.of(DataStore), key=lambda r: (r.service, r.region, r.name))
    for store in rows:
        found = judged.get((store.arn, store.region), [])
        asked = next((f for f in found if f.level), None)
        outcomes = Counter(said(f) for f in found)
        yield (
            store.name or store.arn,
            store.service,
            place(store.region),
            _level(store, ring),
            asked.required_level if asked else "",
            asked.classification if asked else "",
            next((words for words in _WORST_FIRST if outcomes[words]), "Not judged"),
            asked.key if asked and asked.key else shown(store.kms_key),
            material.owners.get(store.arn, ""),
            outcomes["Fail"],
            sum(1 for f in found if f.outcome is Outcome.UNKNOWN),
            shown(store.tags),
            store.resource_type,
            store.arn,
        )


def _level(store: DataStore, ring: KeyRing) -> str:
    try:
        return ring.level(guarded(store)).name
    except Unread:
        return "not read"


KEYS = (
    Column("Key", 34),
    Column("Region", 14),
    Column("Managed by", 13),
    Column("State", 16),
    Column("Rotation", 20),
    Column("Next rotation", 14, "date"),
    Column("Created", 12, "date"),
    Column("Deleted on", 12, "date"),
    Column("Spec", 20),
    Column("Usage", 18),
    Column("Origin", 14),
    Column("Aliases", 34),
    Column("Known users", 10, "number"),
    Column("Tags", 40),
    Column("ARN", 60, "code"),
)


def keys(material: Material) -> Iterator[Row]:
    users = viewed(material.evidence, KeyUsers)
    for key in material.keys:
        ours = customer_managed(key)
        yield (
            key.name or key.arn,
            key.region,
            "not read" if ours is None else "the customer" if ours else "AWS",
            shown(key.state),
            rotation(key) if ours is not False else "Every year, by AWS",
            day(key.next_rotation),
            day(key.created),
            day(key.deletion_date),
            shown(key.spec),
            shown(key.usage),
            shown(key.origin),
            shown(key.aliases),
            len(users.known(key)),
            shown(key.tags),
            key.arn,
        )


UNREAD = (
    Column("What", 26),
    Column("Region", 16),
    Column("Why it was not read", 30),
    Column("Operation", 50, "code"),
    Column("Permission for it", 50, "code"),
)


def unread(material: Material) -> Iterator[Row]:
    for entry in material.manifest.not_read:
        reason = REASONS[entry.reason]
        yield (entry.table, place(entry.region), reason, entry.operation, entry.action)


ANSWERS = (
    Column("Question", 28),
    Column("Asked", 40),
    Column("Standing", 20, coloured=True),
    Column("Answer", 14),
    Column("Out of date", 10),
    Column("Notes", 50),
    Column("Draft, from the evidence", 80),
    Column("Answered by", 20),
    Column("Answered on", 12, "date"),
    Column("Valid until", 12, "date"),
    Column("Owner", 18),
    Column("Due", 12, "date"),
    Column("Practices followed", 40),
    Column("Evidence", 40),
    Column("Question id", 24, "code"),
)


def answers(material: Material) -> Iterator[Row]:
    for suggestion in material.summary.questions:
        a = material.answers.answers.get(suggestion.id)
        yield (
            suggestion.title,
            suggestion.question,
            suggestion.standing.in_words,
            a.status.capitalize() if a else "Unanswered",
            "Yes" if suggestion.stale else "",
            a.notes if a else "",
            suggestion.draft,
            a.answered_by if a else "",
            a.answered_on if a else None,
            a.valid_until if a else None,
            a.owner if a else "",
            a.due if a else None,
            "\n".join(a.practices) if a else "",
            "\n".join(a.evidence) if a else "",
            suggestion.id,
        )


EXCEPTIONS = (
    Column("Kind", 12),
    Column("Check", 40),
    Column("Resource", 50),
    Column("Owner or by", 20),
    Column("Approver", 20),
    Column("Says", 20),
    Column("Reason or note", 60),
    Column("Expires", 12, "date"),
    Column("Covers now", 10, "number"),
)


def exceptions(material: Material) -> Iterator[Row]:
    today = material.today
    covered = Counter(
        (f.check, (f.exception or {}).get("resource")) for f in material.findings if f.exception
    )
    for e in material.answers.exceptions:
        says = "accepted" if e.holds_on(today) else "run out: fails again"
        covers = covered[e.check, e.resource]
        title = material.title(e.check)
        yield (
            *("Exception", title, e.resource, e.owner, e.approver, says),
            *(e.reason, e.expires, covers),
        )
    for d in material.answers.disputes:
        title = material.title(d.check)
        yield ("Dispute", title, d.resource, d.by, "", d.says, d.note, None, None)


QUESTIONS = (
    Column("Question", 34),
    Column("Standing", 26, coloured=True),
    Column("Because", 60),
    Column("Assessed", 10, "number"),
    Column("Pass", 8, "number"),
    Column("Fail", 8, "number"),
    Column("Not applicable", 11, "number"),
    Column("Not read", 9, "number"),
    Column("For people", 9, "number"),
    Column("AWS cannot tell", 9, "number"),
    Column("Estimated risk", 12),
    Column("Answer", 14),
)


def questions(material: Material) -> Iterator[Row]:
    for s in material.summary.questions:
        answer = material.answers.answers.get(s.id)
        status = answer.status if answer else "unanswered"
        yield (
            s.title,
            s.standing.in_words,
            sentence(s.because),
            s.assessed,
            s.resources.get("pass", 0),
            s.resources.get("fail", 0),
            s.resources.get("not_applicable", 0),
            s.without_verdict.get("not_read", 0),
            s.without_verdict.get("no_answer", 0),
            s.without_verdict.get("not_knowable", 0),
            s.estimated_risk.capitalize(),
            f"{status}, out of date" if s.stale else status,
        )


SEVERITIES = (
    Column("Severity", 34, coloured=True),
    Column("Resources", 26, "number"),
)


def severities(material: Material) -> Iterator[Row]:
    open_ = Counter(trouble.severity for trouble in material.summary.open)
    for name in ALL_SEVERITIES:
        yield (name.capitalize(), open_[name])
