"""The forms for what a team adds of its own: a role, a document. Both need a title, and no more."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from wa_kit.answers.fields import Fields, Place
from wa_kit.assessment.parts import Adding, Field

_ID = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def new_role(taken: Mapping[str, str]) -> Adding:
    """``taken`` is name -> title of those there are."""
    return _named("role", "Data owner", taken, lambda name: ("raci", "roles", name, "title"))


def new_document(taken: Mapping[str, str]) -> Adding:
    """``taken`` is name -> title of those there are."""
    return _named(
        "document", "Key ceremony record", taken, lambda name: ("artefacts", name, "title")
    )


def _named(
    what: str, such_as: str, taken: Mapping[str, str], place: Callable[[str], Place]
) -> Adding:
    there = {*taken, *map(_name, taken.values())}

    def make(given: Fields) -> Fields | str:
        title = str(given.get(("title",), ""))
        name = _name(title)
        if not _ID.fullmatch(name):
            return f"Give the {what} a title, with a letter first."
        if name in there:
            return f"There is a {what} of that name already."
        return {place(name): title}

    return Adding(
        title=f"A {what} of your own",
        button=f"Add the {what}",
        fields=(Field(place=("title",), label="Title", hint=f"Such as: {such_as}"),),
        make=make,
    )


def _name(title: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", title.lower()))
