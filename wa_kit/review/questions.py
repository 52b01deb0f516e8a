"""A question's pages: what the evidence suggests, why, what people say, and how to go on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wa_kit import charts
from wa_kit.answers import Answer
from wa_kit.model import Finding, Outcome, Reason
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.material import Material
from wa_kit.review.plan import remedies
from wa_kit.review.words import (
    REASONS,
    RISKS,
    heading,
    link,
    named,
    plural,
    region,
    sentence,
    severity,
    standing,
)
from wa_kit.shown import Html, Parts, Table, bullets, el, folded, join, paragraphs, terms
from wa_kit.suggestions import Suggestion, listing, why_unknown

_WORST = 10
_OPEN = {
    "not_read": "Not read",
    "no_answer": "For people",
    "not_knowable": "AWS cannot tell",
}


def overview(material: Material) -> Table:
    """All questions with their standings."""
    rows = (
        (
            link(f"question-{s.id}", s.title),
            standing(s.standing),
            sentence(s.because.partition(";")[0]),
            s.assessed,
            *(s.without_verdict.get(kind, 0) for kind in _OPEN),
        )
        for s in material.summary.questions
    )
    columns = ("Question", "Standing", "Because", "Resources assessed", *_OPEN.values())
    title = "The questions and where each stands"
    return Table(title, columns, rows, numbers=columns[3:], kind="standings")


def pages(material: Material) -> Parts:
    return Parts(*(page(material, s, q) for s, q in material.asked))


def page(material: Material, suggestion: Suggestion, question: Questionnaire | None) -> Parts:
    """Everything on one question."""
    checks = question.checks if question else ()
    findings = material.of(checks) if question else _by_question(material, suggestion.id)
    return Parts(
        heading(3, suggestion.title, id=f"question-{suggestion.id}", class_="question"),
        el("p", suggestion.question, class_="asked"),
        _stands(suggestion),
        _answer(material.answers.answers.get(suggestion.id), suggestion),
        _worst(material, suggestion),
        _not_seen(suggestion),
        *_charts(material, findings),
        *_repair(material, findings),
        *(_for_people(question) if question else [_unknown_question()]),
    )


def _by_question(material: Material, question: str) -> list[Finding]:
    return [finding for finding in material.findings if question in finding.questions]


def _unknown_question() -> Html:
    return el("p", "The questionnaire itself is not at hand, so its prompts are not shown here.")


def _stands(suggestion: Suggestion) -> Html:
    resources = suggestion.resources
    open_ = why_unknown(suggestion.without_verdict, "resource")
    facts: list[tuple[str, object]] = [
        ("Standing", join(standing(suggestion.standing), " ", suggestion.because)),
        (
            "Assessed",
            f"{plural(suggestion.assessed, 'resource')}: {resources['pass']} pass, "
            f"{resources['fail']} fail, {resources['not_applicable']} outside the rules",
        ),
        ("No verdict", open_ or "none: every resource has one"),
        *([("Partly open", _partly(suggestion))] if suggestion.partly else []),
        ("Estimated risk", RISKS[suggestion.estimated_risk]),
    ]
    return terms(facts, class_="facts")


def _partly(suggestion: Suggestion) -> str:
    return (
        f"{plural(suggestion.partly, 'resource')} with a verdict, of which AWS or people leave "
        "something else open"
    )


def _answer(answer: Answer | None, suggestion: Suggestion) -> Html:
    draft = el(
        "div",
        el("h4", "Draft answer, from the evidence"),
        paragraphs(suggestion.draft),
        class_="draft",
    )
    if answer is None or answer.status == "unanswered":
        return join(draft, el("p", "Nobody has answered this question yet.", class_="aside"))
    facts = [
        ("Answer", answer.status),
        ("Given by", answer.answered_by or "nobody named"),
        ("On", answer.answered_on or "no date"),
        ("Holds until", answer.valid_until or "no date"),
        ("Owner", answer.owner or "nobody named"),
    ]
    stale = _out_of_date(suggestion) if suggestion.stale else None
    said = el(
        "div",
        el("h4", "The team's answer"),
        stale,
        paragraphs(answer.notes),
        terms(facts, class_="facts"),
        class_="answer",
    )
    return join(said, draft)


def _out_of_date(suggestion: Suggestion) -> Html:
    reasons = suggestion.stale_because
    words = el("p", "This answer is out of date", ": " if reasons else ".", class_="stale")
    return join(words, bullets(map(sentence, reasons)) if reasons else None)


def _worst(material: Material, suggestion: Suggestion) -> Table | None:
    if not suggestion.open:
        return None
    rows = (
        (
            link(material.told_by(t), named(t.name.rstrip("."), t.resource)),
            severity(t.severity),
            join(*(join(region(name), " ") for name in t.regions)),
            sentence(t.because),
            el("bdi", t.owner or "nobody named"),
        )
        for t in suggestion.open[:_WORST]
    )
    columns = ("Resource", "Severity", "Where", "What was found", "Owner")
    title = f"{suggestion.heading(_WORST)}: {suggestion.title}"
    return Table(title, columns, rows, kind="worst-first")


def _not_seen(suggestion: Suggestion) -> Table | None:
    if not suggestion.not_seen:
        return None
    rows = (
        (
            spot.what,
            region(spot.region),
            REASONS[Reason(spot.reason)],
            el("code", spot.action or spot.operation) if spot.action or spot.operation else "",
            spot.findings,
        )
        for spot in suggestion.not_seen
    )
    columns = ("Service", "Where", "Why", "Permission", "Findings")
    return Table(f"What was not read: {suggestion.title}", columns, rows, numbers=["Findings"])


def _charts(material: Material, findings: list[Finding]) -> Iterator[Parts]:
    checks = {finding.check for finding in findings}
    resources = {finding.resource for finding in findings}
    none = "There is nothing here to judge, so there is no chart."
    yield charts.outcomes(findings, material.titles).shown(none)
    if levels := charts.levels(material.evidence, resources):
        yield levels.shown("")
    if "kms_cmk_rotation_enabled" in checks:
        ages = charts.key_ages(material.keys, material.manifest.as_of)
        yield ages.shown("No customer managed key was found, so there is no chart of key ages.")
    if any(finding.outcome is Outcome.UNKNOWN for finding in findings):
        yield charts.coverage(findings).shown("")


def _repair(material: Material, findings: list[Finding]) -> Iterator[Html]:
    found = remedies(findings, material)
    if found:
        yield el("h4", "What repairs it")
        yield el("p", "Each line leads to its remedy in the action plan.", class_="aside")
        yield found


def _for_people(question: Questionnaire) -> Iterator[Html | Table]:
    """The conversation that no reading of AWS replaces."""
    yield el("h4", "Why it matters")
    yield paragraphs(question.why)
    yield el("h4", "Ask the team")
    asked = (join(el("b", p.ask), el("p", p.good_answer)) for p in question.prompts)
    yield bullets(asked, class_="prompts")
    if question.decisions:
        rows = (
            (d.option, d.key_manager, d.rotation, d.trail, d.choose_when)
            for d in question.decisions
        )
        columns = (
            "Option",
            "Who manages the key",
            "Rotation",
            "Trail of its use",
            "Choose it when",
        )
        yield Table("Ways to encrypt, and what each choice means", columns, rows)
    yield from _expected(question)
    yield Table(
        f"Practices of the framework: {question.title}",
        ("Practice", "Title", "Choice"),
        (
            (el("a", p.practice, href=p.url, rel="noreferrer"), p.title, el("code", p.choice))
            for p in question.practices
        ),
        kind="practices",
    )
    yield el("p", f"Practice numbers as of {question.lens_as_of}.", class_="aside")
    yield from _examples(question)


def _expected(question: Questionnaire) -> Iterator[Html | Table]:
    if question.roles:
        yield Table(
            f"Roles: {question.title}",
            ("Role", "Is responsible for"),
            (
                (role.title, bullets(r.text for r in role.responsibilities))
                for role in question.roles
            ),
        )
    if question.artefacts:
        yield Table(
            f"Documents expected: {question.title}",
            ("Document", "What it proves"),
            ((artefact.title, artefact.proves) for artefact in question.artefacts),
        )
    if question.services:
        yield el("p", el("b", "AWS services concerned: "), listing(question.services), ".")


def _examples(question: Questionnaire) -> Iterable[Html]:
    for example in question.examples:
        story = [
            ("Situation", example.situation),
            ("Action", example.action),
            ("Result", example.result),
        ]
        yield folded(f"Worked example: {example.title}", terms(story, class_="story"))
