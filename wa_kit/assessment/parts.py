"""What the self-assessment is made of, as data: fields of answers.yaml, in parts, in chapters.

A part is saved as one, and shown as a form or as text. Knows no widget and reads no file.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from wa_kit.answers.fields import Fields, Place
from wa_kit.shown import Html

Kind = Literal[
    "heading", "line", "prose", "lines", "date", "choice", "among", "ticks", "named", "involved"
]


class Option(Struct, frozen=True, kw_only=True):
    """Something that can be chosen or ticked, and what the evidence says of it."""

    value: str
    label: str
    said: str = ""


class Field(Struct, frozen=True, kw_only=True):
    """One thing to fill in.

    ``place`` is where it stands in answers.yaml; of the kinds ``named`` (names with a value each)
    and ``involved`` (a line of the responsibility matrix) it is what their fields stand under. A
    heading has none. ``among`` is a line for which something is suggested, and of
    a ``choice`` the first option is what a missing field means.
    """

    place: Place
    label: str
    kind: Kind = "line"
    hint: str = ""
    about: str = ""  # what it is said of, where the label alone does not tell
    options: tuple[Option, ...] = ()

    def owns(self, place: Place) -> bool:
        """Whether the field at ``place`` is shown here."""
        within = place[:-1] if self.kind in ("named", "involved") else place
        return bool(self.place) and within == self.place

    def label_of(self, place: Place) -> str:
        if place != self.place:
            return f"{self.label}: {place[-1]}"
        return f"{self.about}: {self.label}" if self.about else self.label


class Part(Struct, frozen=True, kw_only=True):
    """Fields that are saved together, and what stands beside them."""

    title: str
    fields: tuple[Field, ...]
    beside: Callable[[Fields], Html] | None = None  # by what answers.yaml says now
    stamped: Fields = {}  # what is noted beside an answer when a person gives it
    state: Callable[[Fields], str] = lambda _: ""  # a word or two for a closed part's heading
    entry: Place = ()  # of an exception or a dispute: it can be removed as a whole

    def of(self, fields: Fields) -> Fields:
        """Those of some fields that are shown in this part."""
        return {p: v for p, v in fields.items() if any(field.owns(p) for field in self.fields)}

    def label_of(self, place: Place) -> str:
        owner = next((field for field in self.fields if field.owns(place)), None)
        return owner.label_of(place) if owner else place[-1]


class Adding(Struct, frozen=True, kw_only=True):
    """A form for something new. ``make`` gives what it puts into answers.yaml.

    Its fields' places have one name each. ``make`` returns the new fields, or the words that say
    what is missing.
    """

    title: str
    button: str
    fields: tuple[Field, ...]
    make: Callable[[Fields], Fields | str]
    suggests: Callable[[str], tuple[str, ...]] | None = None  # resources of the chosen check


class Chapter(Struct, frozen=True, kw_only=True):
    """One cell of the notebook. ``folded`` shows one part at a time."""

    title: str
    parts: tuple[Part, ...]
    folded: bool = True
    adding: Adding | None = None
    nothing: str = ""  # what to say where there is no part
