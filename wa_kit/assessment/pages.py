"""The chapters of the self-assessment: which fields each has, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from wa_kit.actions import PlannedAction
from wa_kit.answers import Answer, Answers
from wa_kit.answers.fields import Fields, Place
from wa_kit.assessment import evidence
from wa_kit.assessment.book import Book
from wa_kit.assessment.own import new_document, new_role
from wa_kit.assessment.parts import Chapter, Field, Option, Part
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.words import severity
from wa_kit.shown import Html, el, join, paragraphs
from wa_kit.suggestions import plural

_STATUS = ("unanswered", "answered", "not applicable")
_PROGRESS = ("open", "in progress", "done")


def plain_options(values: Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(value=value, label=value.capitalize()) for value in values)


def questions(book: Book) -> Chapter:
    parts = tuple(_question(book, number, q) for number, q in enumerate(book.questions, 1))
    return Chapter(title="The questions", parts=parts)


def _question(book: Book, number: int, question: Questionnaire) -> Part:
    at: Place = ("answers", question.id)
    suggestion = book.suggestion(question.id)
    seen = {(*at, "seen", book.account): suggestion.seen} if suggestion and suggestion.seen else {}

    def answer(fields: Fields) -> Answer:
        said = {p[-1]: v for p, v in fields.items() if p[:2] == at and len(p) == 3}
        digests = {p[-1]: str(v) for p, v in fields.items() if p[:3] == (*at, "seen")}
        return Answer(**said, seen=digests)  # type: ignore[arg-type]

    def state(fields: Fields) -> str:
        now = answer(fields)
        stale = ", out of date" if book.outdated(question.id, now) else ""
        found = f"{suggestion.standing.in_words}; " if suggestion else ""
        return f"{found}{now.status}{stale}"

    return Part(
        title=f"{number}. {question.title}",
        fields=tuple(_answer_fields(book, question, at)),
        beside=lambda fields: evidence.beside(book, question, answer(fields)),
        stamped=dict(seen),
        state=state,
    )


def _answer_fields(book: Book, question: Questionnaire, at: Place) -> Iterator[Field]:
    practices = tuple(
        Option(
            value=practice.choice,
            label=f"{practice.practice} {practice.title}",
            said=evidence.of_practice(book, practice.choice, question.id),
        )
        for practice in question.practices
    )
    yield Field(
        place=(*at, "practices"), label="Practices you follow", kind="ticks", options=practices
    )
    yield Field(
        place=(*at, "status"), label="Status", kind="choice", options=plain_options(_STATUS)
    )
    yield Field(place=(*at, "notes"), label="Notes: the answer itself", kind="prose")
    yield Field(place=(*at, "answered_by"), label="Answered by")
    yield Field(place=(*at, "answered_on"), label="Answered on", kind="date")
    yield Field(place=(*at, "valid_until"), label="Valid until", kind="date")
    yield Field(place=(*at, "owner"), label="Owner")
    yield Field(place=(*at, "due"), label="Due date", kind="date")
    yield Field(
        place=(*at, "evidence"),
        label="Links to evidence",
        kind="lines",
        hint="Links, tickets, places of documents: one a line",
    )


def duties(book: Book) -> Chapter:
    asked = {
        duty.id: (role.title, duty.text)
        for question in book.questions
        for role in question.roles
        for duty in role.responsibilities
    }
    asked |= {name: (duty.role, duty.text) for name, duty in RESPONSIBILITIES.items()}
    fields: list[Field] = []
    for name, (role, text) in sorted(asked.items(), key=lambda duty: (duty[1][0], duty[0])):
        at: Place = ("roles", "responsibilities", name)
        fields += [
            Field(place=(), label=f"{role}: {text}", kind="heading"),
            Field(place=(*at, "accountable"), label="Accountable", about=text),
            Field(place=(*at, "deputy"), label="Deputy", about=text),
        ]
    return _one("Who is responsible", fields)


def _one(title: str, fields: list[Field]) -> Chapter:
    """A chapter that is saved as a whole."""
    return Chapter(title=title, parts=(Part(title=title, fields=tuple(fields)),), folded=False)


def roles_of(book: Book, said: Answers) -> dict[str, str]:
    """Role -> title: those the questions name, and those the team added."""
    named = {role.id: role.title for q in book.questions for role in q.roles}
    own = {name: role.title or name for name, role in said.raci.roles.items()}
    return named | {name: title for name, title in own.items() if name not in named}


def roles(book: Book, said: Answers) -> Chapter:
    fields: list[Field] = []
    for name, title in roles_of(book, said).items():
        at: Place = ("raci", "roles", name)
        fields += [
            Field(place=(), label=title, kind="heading"),
            Field(
                place=(*at, "held_by"),
                label="Held by",
                kind="lines",
                about=title,
                hint="People or teams: one a line",
            ),
            Field(
                place=(*at, "principals"),
                label="Acts in IAM as",
                kind="lines",
                about=title,
                hint="Users and roles, by name or ARN, with * and ?: one a line",
            ),
        ]
    return msgspec.structs.replace(_one("The roles", fields), adding=new_role(roles_of(book, said)))


def matrix(book: Book, said: Answers) -> Chapter:
    options = tuple(Option(value=name, label=title) for name, title in roles_of(book, said).items())
    practices = {p.choice: f"{p.practice} {p.title}" for q in book.questions for p in q.practices}
    artefacts = {name: title for name, (title, _) in documents_of(book, said).items()}
    parts = tuple(
        Part(
            title=title,
            fields=tuple(
                Field(place=("raci", kind, name), label=label, kind="involved", options=options)
                for name, label in sorted(names.items(), key=lambda named: named[1])
            ),
        )
        for kind, title, names in (
            ("practices", "Who does what: practices", practices),
            ("artefacts", "Who does what: documents", artefacts),
        )
    )
    return Chapter(title="The responsibility matrix", parts=parts)


def documents_of(book: Book, said: Answers) -> dict[str, tuple[str, str]]:
    """Artefact -> title and what it proves; the team's own come last."""
    named = {a.id: (a.title, a.proves) for q in book.questions for a in q.artefacts}
    own = {name: (doc.title or name, "") for name, doc in said.artefacts.items()}
    return dict(sorted(named.items())) | {n: own[n] for n in sorted(own) if n not in named}


def documents(book: Book, said: Answers) -> Chapter:
    known = documents_of(book, said)
    return Chapter(
        title="The documents",
        parts=tuple(_document(n, title, proves) for n, (title, proves) in known.items()),
        adding=new_document({name: title for name, (title, _) in known.items()}),
    )


def _document(name: str, title: str, proves: str) -> Part:
    at: Place = ("artefacts", name)

    def state(fields: Fields) -> str:
        where = any(place[:2] == at and place[-1] != "title" for place in fields)
        return "registered" if where else "not registered"

    return Part(
        title=title,
        beside=(lambda _: el("p", proves)) if proves else None,
        state=state,
        fields=(
            Field(place=(*at, "where"), label="Where it lies", hint="A link, a path, a number"),
            Field(place=(*at, "owner"), label="Owner"),
            Field(place=(*at, "version"), label="Version"),
            Field(place=(*at, "approved"), label="Approved on", kind="date"),
            Field(place=(*at, "updated"), label="Last updated on", kind="date"),
            Field(place=(*at, "next_review"), label="Next review on", kind="date"),
            Field(
                place=(*at, "details"),
                label="Details",
                kind="named",
                hint="One a line, such as GDPR: https://wiki.example.com/gdpr",
            ),
        ),
    )


def actions(book: Book) -> Chapter:
    return Chapter(
        title="The action plan",
        parts=tuple(map(_action, book.actions)),
        nothing="No run shows a failure, so there is no action to decide on.",
    )


def _action(action: PlannedAction) -> Part:
    at: Place = ("actions", action.check)

    def beside(_: Fields) -> Html:
        found = plural(action.resources, "resource")
        proposed = f"Proposed: by {action.due}"
        return join(
            el(
                "p",
                severity(action.severity),
                f" {found}. Effort {action.effort}. {proposed}",
                f", {action.owner}." if action.owner else ", and nobody is known as owner.",
            ),
            paragraphs(action.remedy),
        )

    def state(fields: Fields) -> str:
        owner = fields.get((*at, "owner"))
        status = fields.get((*at, "status"), "open")
        return f"{action.severity}; {status}{f'; {owner}' if owner else ''}"

    return Part(
        title=action.title,
        beside=beside,
        state=state,
        fields=(
            Field(place=(*at, "owner"), label="Owner"),
            Field(place=(*at, "due"), label="Due date", kind="date"),
            Field(
                place=(*at, "status"),
                label="Status",
                kind="choice",
                options=plain_options(_PROGRESS),
            ),
            Field(place=(*at, "note"), label="Note", kind="prose"),
        ),
    )
