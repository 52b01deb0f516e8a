"""The review as one Markdown document, to paste, diff and keep beside code.

It links only to AWS's documentation and within itself; whatever comes from AWS or from people is
inert words in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from wa_kit.actions import HORIZONS, TITLED, PlannedAction
from wa_kit.exports.values import called
from wa_kit.markdown import Md, bold, bullets, code, link, md, prose, quoted, table
from wa_kit.questionnaire import Questionnaire
from wa_kit.review import Review
from wa_kit.review.glance import verdict
from wa_kit.review.material import Material
from wa_kit.review.words import REASONS, place, sentence
from wa_kit.suggestions import Suggestion, listing, plural

_WORST = 10
_NAMED = 10  # resources that one action names


def write(run: Path, file: Path) -> None:
    material = Review.open(run).material
    text = "\n\n".join(part for part in _parts(material) if part.strip())
    file.write_text(text + "\n", encoding="utf-8")


def _parts(material: Material) -> Iterator[str]:
    yield from _front(material)
    yield from _questions(material)
    yield from _plan(material)
    yield from _unseen(material)
    yield from _accepted(material)
    yield from _people(material)
    yield "## About this review"
    yield _about(material)


def _front(material: Material) -> Iterator[str]:
    narrative, manifest = material.narrative, material.manifest
    yield f"# {md(narrative.title or 'Well-Architected review: protection of data')}"
    if manifest.simulation:
        yield bold("Simulation. The evidence comes from a simulated estate, not from AWS.")
    if manifest.parameters.get("redacted"):
        yield bold("Redacted. Accounts, resources and people go by aliases.")
    facts = (
        ("Customer", narrative.customer),
        ("Prepared by", narrative.prepared_by),
        ("Prepared for", narrative.prepared_for),
        ("Status", narrative.status if narrative.title or narrative.customer else ""),
        ("Version", narrative.version),
        ("Confidentiality", narrative.confidentiality),
        ("Workload", manifest.parameters.get("workload", "")),
        ("AWS account", manifest.account),
        ("Regions", listing(manifest.regions) if manifest.regions else "none"),
        ("Evidence of", material.read_on("%Y-%m-%d %H:%M")),
    )
    yield bullets(Md(f"{bold(term)}: {md(value)}") for term, value in facts if value)
    yield "## The verdict"
    yield md(verdict(material))
    yield bullets(_figures(material))
    for heading, words in (
        ("Executive summary", narrative.executive_summary),
        ("Limitations", narrative.limitations),
    ):
        if words.strip():
            yield f"## {heading}"
            yield prose(words)


def _figures(material: Material) -> Iterator[str]:
    summary, stores = material.summary, material.summary.stores
    yield f"{stores.assessed:,} of {stores.seen:,} data stores were assessed whole."
    yield f"{stores.classified:,} of {stores.seen:,} data stores have a known classification."
    yield f"{plural(len(summary.open), 'thing')} fail at least one check."
    yield f"{plural(summary.accepted, 'failure')} accepted under an exception."
    if changes := summary.changes:
        yield (
            f"Since run {changes.since}: {plural(changes.new_failures, 'new failure')}, "
            f"{changes.resolved:,} resolved, {changes.no_longer_seen:,} no longer assessed."
        )


def _questions(material: Material) -> Iterator[str]:
    yield "## The questions"
    rows = (
        (s.title, s.standing.in_words, sentence(s.because), f"{s.assessed:,}")
        for s in material.summary.questions
    )
    yield table(("Question", "Standing", "Because", "Resources assessed"), rows)
    for suggestion, question in material.asked:
        yield from _question(material, suggestion, question)


def _question(
    material: Material, suggestion: Suggestion, question: Questionnaire | None
) -> Iterator[str]:
    yield f"### {md(suggestion.title)}"
    yield md(suggestion.question)
    yield bullets(
        (
            Md(f"{bold('Standing')}: {md(suggestion.standing.in_words)}. {md(suggestion.because)}"),
            Md(f"{bold('Estimated risk')}: {md(suggestion.estimated_risk)}"),
        )
    )
    yield "#### The team's answer"
    yield from _answer(material, suggestion, question)
    yield "#### Draft answer, from the evidence"
    yield prose(suggestion.draft)
    if suggestion.open:
        yield f"#### {suggestion.heading(_WORST)}"
        rows = (
            (
                t.name or t.resource,
                t.severity,
                listing(list(map(place, t.regions))),
                sentence(t.because),
                t.owner or "nobody named",
            )
            for t in suggestion.open[:_WORST]
        )
        yield table(("Resource", "Severity", "Where", "What was found", "Owner"), rows)


def _answer(
    material: Material, suggestion: Suggestion, question: Questionnaire | None
) -> Iterator[str]:
    answer = material.answers.answers.get(suggestion.id)
    if answer is None or answer.status == "unanswered":
        yield "Nobody has answered this question yet."
        return
    if suggestion.stale:
        yield bold("This answer is out of date.")
        if suggestion.stale_because:
            yield bullets(suggestion.stale_because)
    if answer.notes.strip():
        yield quoted(answer.notes)
    titles = {p.choice: p.title for p in question.practices} if question else {}
    facts = (
        ("Answer", answer.status),
        ("Practices followed", listing([titles.get(p, p) for p in answer.practices])),
        ("Given by", answer.answered_by or "nobody named"),
        ("On", answer.answered_on or "no date"),
        ("Holds until", answer.valid_until or "no date"),
        ("Owner", answer.owner or "nobody named"),
        ("Due", answer.due or ""),
        ("Evidence", listing(list(answer.evidence))),
    )
    yield bullets(Md(f"{bold(term)}: {md(value)}") for term, value in facts if value)


def _plan(material: Material) -> Iterator[str]:
    yield "## The action plan"
    if not material.actions:
        yield md(material.nothing_fails)
        return
    yield "Owner, day and status are from answers.yaml; where it names none, they are proposals."
    for horizon in HORIZONS:
        actions = [action for action in material.actions if action.horizon == horizon]
        if actions:
            yield f"### Within {horizon} days"
            yield table(
                (
                    TITLED,
                    "Severity",
                    "Impact",
                    "Effort",
                    "Resources",
                    "Owner",
                    "Due",
                    "Status",
                ),
                map(_action, actions),
            )
    yield "### What to do"
    yield "Each heading says what should hold, and does not."
    for action in material.actions:
        yield f"#### {md(action.title)}"
        yield from _remedy(action)


def _action(action: PlannedAction) -> tuple[object, ...]:
    return (
        action.title,
        action.severity,
        action.impact,
        action.effort,
        f"{action.resources:,}",
        action.owner or "nobody named",
        f"{action.due}{', overdue' if action.overdue else ''}",
        action.status,
    )


def _remedy(action: PlannedAction) -> Iterator[str]:
    yield md(action.remedy or "No remedy is on record for this check.")
    if action.note.strip():
        yield quoted(action.note)
    named = list(dict.fromkeys(f"{called(f)} ({place(f.region)})" for f in action.findings))
    more = len(named) - _NAMED
    rest = [f"and {more:,} more"] if more > 0 else []
    docs = [Md(link("What AWS says of it", action.docs))] if action.docs else []
    yield bullets([*named[:_NAMED], *rest, *docs])


def _unseen(material: Material) -> Iterator[str]:
    yield "## What was not seen"
    unread = material.manifest.not_read
    if unread:
        rows = (
            (e.table, place(e.region), REASONS[e.reason], code(e.operation), code(e.action))
            for e in unread
        )
        yield table(("What", "Where", "Why", "Operation", "Permission for it"), rows)
    else:
        yield "Everything in scope could be read."
    reasons = material.summary.reasons
    yield bullets(
        (
            f"{plural(reasons.get('not_knowable', 0), 'finding')} that AWS cannot tell.",
            f"{plural(reasons.get('no_answer', 0), 'finding')} that wait for people to answer.",
        )
    )


def _accepted(material: Material) -> Iterator[str]:
    answers, today = material.answers, material.today
    yield "## Exceptions and disputes"
    if not answers.exceptions and not answers.disputes:
        yield "There are no exceptions and no disputes."
    if answers.exceptions:
        rows = (
            (
                material.title(e.check),
                e.resource,
                e.owner,
                e.approver,
                e.reason,
                f"{e.expires}{'' if e.holds_on(today) else ' (run out: it covers nothing)'}",
            )
            for e in answers.exceptions
        )
        yield table(("Check", "Resource", "Owner", "Approver", "Reason", "Expires"), rows)
    if answers.disputes:
        disputes = (
            (material.title(d.check), d.resource, d.says, d.by, d.note) for d in answers.disputes
        )
        yield table(("Check", "Resource", "Says", "By", "Note"), disputes)


def _people(material: Material) -> Iterator[str]:
    columns = ("Responsibility", "Role", "Accountable", "Deputy")
    yield "## Roles"
    yield table(columns, material.duties(material.questions))
    documents = {a.id: a.title for question in material.questions for a in question.artefacts}
    yield "## Documents"
    own = {name: d.title or name for name, d in material.answers.artefacts.items()}
    yield table(
        ("Document", "Where it lies", "Owner", "Version", "Updated", "Next review"),
        (_document(material, name, title) for name, title in sorted({**own, **documents}.items())),
    )


def _document(material: Material, name: str, title: str) -> tuple[object, ...]:
    document = material.answers.artefacts.get(name)
    if document is None:
        return (title, "not given", "nobody named", "", "no date", "no date")
    return (
        title,
        document.where or "not given",
        document.owner or "nobody named",
        document.version,
        document.updated or document.approved or "no date",
        document.next_review or "no date",
    )


def _about(material: Material) -> str:
    manifest = material.manifest
    calls = sum(manifest.calls.values())
    return bullets(
        (
            f"Made by wa-kit {manifest.kit_version} with {calls:,} read-only calls, as "
            f"{manifest.caller or 'nobody: AWS was not asked'}.",
            "What could not be read is unknown, and never counts as a pass.",
            "Drafts are what the evidence suggests. The answers are the team's.",
            Md(f"Digest of the evidence: {code(manifest.evidence_digest)}"),
        )
    )
