"""Pages that cut across the questions: what went unseen, and what people decided."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from wa_kit.answers import AcceptedRisk, Document, documents_expected
from wa_kit.model import Finding, Reason
from wa_kit.review.cover import limitations
from wa_kit.review.duties import who_should_who_can
from wa_kit.review.material import Material, grouped
from wa_kit.review.matrix import matrix
from wa_kit.review.words import (
    REASONS,
    heading,
    link,
    named,
    outcome,
    place,
    plural,
    sentence,
    short,
)
from wa_kit.shown import Html, Parts, Table, bullets, el, folded, join
from wa_kit.suggestions import listing

_OWN = "A document of the team's own."


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
        limitations(material),
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
                    _until(material, e),
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


def _until(material: Material, entry: AcceptedRisk) -> str:
    over = "" if entry.holds_on(material.today) else " (run out: it covers nothing any more)"
    return f"{entry.expires}{over}"


def roles_and_artefacts(material: Material) -> Parts:
    """Who is responsible, and which documents there are."""
    return Parts(
        _roles(material),
        who_should_who_can(material),
        heading(3, "Responsibility matrix", id="responsibility-matrix"),
        matrix(material),
        heading(3, "Documents", id="documents"),
        _artefacts(material),
        _attested(material),
    )


def _roles(material: Material) -> Table:
    columns = ("Responsibility", "Role", "Accountable", "Deputy")
    return Table("Who is responsible", columns, material.duties(material.questions))


def _artefacts(material: Material) -> Table:
    """The register: the documents that the questions expect, then the team's own."""
    questions = [question for _, question in material.asked if question]
    proves = {a.id: a.proves for question in questions for a in question.artefacts}
    expected = documents_expected(material.answers, questions)
    judged = {f.resource: f for f in material.by_check.get("attest_artefact_register", ())}
    rows = []
    for name in sorted(expected, key=lambda name: (name not in proves, name)):
        document = material.answers.artefacts.get(name, Document())
        changed = (document.updated, document.approved)
        finding = judged.get(f"answers.yaml#artefacts/{name}")
        rows.append(
            (
                join(expected[name], el("p", proves.get(name, _OWN), class_="aside")),
                document.where or "not given",
                document.owner or "nobody named",
                document.version or "none given",
                short(str(max(filter(None, changed), default="no date"))),
                short(str(document.next_review or "no date")),
                join(outcome(finding), " ", sentence(finding.because)) if finding else "Not judged",
            )
        )
    columns = (
        "Document, and what it proves",
        "Where it lies",
        "Owner",
        "Version",
        "Last changed",
        "Next review",
        "State",
    )
    return Table("Register of documents", columns, rows, kind="register")


def _attested(material: Material) -> Html | None:
    found = [f for f in material.findings if f.source == "attestation"]
    if not found:
        return None
    shown = [f for f in found if not material.paper or f in material.open]
    lines = (
        join(
            outcome(f, material.dispute(f)),
            " ",
            link(material.leads_to(f.finding, f.check), material.title(f.check)),
            ": ",
            named(f.name, f.resource),
            ": ",
            f.because,
        )
        for f in shown
    )
    title = f"What people attest, judged ({plural(len(found), 'finding')}"
    more = f"; {len(found) - len(shown)} in order are left out" if len(shown) < len(found) else ""
    return folded(f"{title}{more})", bullets(lines))
