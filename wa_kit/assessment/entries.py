"""Exceptions and disputes: those there are, and the form for a new one."""

from __future__ import annotations

import datetime as dt
from typing import get_args

from wa_kit.answers.fields import Fields, Place
from wa_kit.answers.said import Objection
from wa_kit.assessment.book import Book
from wa_kit.assessment.evidence import title_of
from wa_kit.assessment.pages import plain_options
from wa_kit.assessment.parts import Adding, Chapter, Field, Option, Part
from wa_kit.checks import CHECKS

_CHOOSE = Option(value="", label="Choose one")
_EXCEPTION = (
    Field(place=("owner",), label="Owner"),
    Field(place=("approver",), label="Approver"),
    Field(place=("reason",), label="Reason", kind="prose"),
    Field(place=("expires",), label="Expires on", kind="date"),
)
_DISPUTE = (
    Field(
        place=("says",),
        label="Says",
        kind="choice",
        options=(_CHOOSE, *plain_options(get_args(Objection))),
    ),
    Field(place=("by",), label="By whom"),
    Field(place=("note",), label="Note", kind="prose"),
)


def exceptions(book: Book, fields: Fields) -> Chapter:
    return _chapter(
        book, fields, "exceptions", _EXCEPTION, "Exceptions", "Nobody has accepted a failure."
    )


def disputes(book: Book, fields: Fields) -> Chapter:
    return _chapter(book, fields, "disputes", _DISPUTE, "Disputes", "Nobody disputes a finding.")


def _chapter(
    book: Book, fields: Fields, part: str, kinds: tuple[Field, ...], title: str, nothing: str
) -> Chapter:
    names = dict.fromkeys(place[1] for place in fields if place[0] == part)
    return Chapter(
        title=title,
        parts=tuple(_entry(book, part, name, kinds) for name in names),
        nothing=nothing,
        adding=_adding(book, part, kinds),
    )


def _entry(book: Book, part: str, name: str, kinds: tuple[Field, ...]) -> Part:
    check, _, resource = name.partition(" ")
    at: Place = (part, name)

    def state(fields: Fields) -> str:
        expires = fields.get((*at, "expires"))
        if not isinstance(expires, dt.date):
            return ""
        return f"until {expires}" if book.today < expires else f"expired on {expires}"

    return Part(
        title=f"{title_of(check)}: {resource}",
        entry=at,
        state=state,
        fields=tuple(_at(field, at) for field in kinds),
    )


def _at(field: Field, at: Place) -> Field:
    return Field(
        place=(*at, *field.place),
        label=field.label,
        kind=field.kind,
        hint=field.hint,
        options=field.options,
    )


def _adding(book: Book, part: str, kinds: tuple[Field, ...]) -> Adding:
    failing = book.failures or CHECKS
    checks = tuple(
        Option(value=check, label=f"{title_of(check)} ({check})") for check in sorted(failing)
    )

    def make(given: Fields) -> Fields | str:
        check, resource = given.get(("check",)), given.get(("resource",))
        if not check or not resource:
            return "Choose a check and name a resource first."
        name = f"{check} {resource}"
        if (part, name, "check") in book.fields():
            return "There is one for this check and resource already; change that one."
        return {(part, name, place[0]): value for place, value in given.items()}

    def resources(check: str) -> tuple[str, ...]:
        return tuple(sorted({finding.resource for finding in book.failures.get(check, ())}))

    what = part.removesuffix("s")
    return Adding(
        title=f"A new {what}",
        button=f"Add the {what}",
        fields=(
            Field(
                place=("check",),
                label="Check that fails" if book.failures else "Check",
                kind="choice",
                options=(_CHOOSE, *checks),
            ),
            Field(
                place=("resource",),
                label="Resource",
                kind="among",
                hint="An ARN; * stands for anything, ? for one character",
            ),
            *kinds,
        ),
        make=make,
        suggests=resources,
    )
