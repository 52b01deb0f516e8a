"""The forms for what a team adds of its own: a role, a document. Both need a title, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable

from wa_kit.answers.fields import Fields, Place
from wa_kit.assessment.parts import Adding, Field

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_role() -> Adding:
    return _named("role", "Data owner", lambda name: ("raci", "roles", name, "title"))


def new_document() -> Adding:
    return _named("document", "Key ceremony record", lambda name: ("artefacts", name, "title"))


def _named(what: str, such_as: str, place: Callable[[str], Place]) -> Adding:
    def make(given: Fields) -> Fields | str:
        title = str(given.get(("title",), ""))
        name = "-".join(re.findall(r"[a-z0-9]+", title.lower()))
        if not _ID.fullmatch(name):
            return f"Give the {what} a title, with a letter first."
        return {place(name): title}

    return Adding(
        title=f"A {what} of your own",
        button=f"Add the {what}",
        fields=(Field(place=("title",), label="Title", hint=f"Such as: {such_as}"),),
        make=make,
    )
