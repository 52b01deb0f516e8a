"""answers.yaml as flat fields, and two people's changes to it brought together field by field.

A field that says nothing (empty text, no date, an empty list) is not there, so leaving a field out
and emptying it are the same. Reads and writes no file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from wa_kit.answers.said import Answers

Place = tuple[str, ...]
"""Where a field stands: ``("answers", "key-management", "owner")``. An exception or dispute is
named by its check and resource: ``("exceptions", "kms_key_tagged arn:aws:...", "owner")``."""
Value = str | dt.date | tuple[str, ...]
Fields = dict[Place, Value]
ENTRIES = ("exceptions", "disputes")


def by_kit(place: Place) -> bool:
    """Whether the kit keeps the field beside an answer, and no person fills it in."""
    return place[2:3] == ("seen",)


class Conflict(Struct, frozen=True, kw_only=True):
    """A field that two people changed, each to something else. ``None`` is a field left empty."""

    place: Place
    base: Value | None
    mine: Value | None
    theirs: Value | None


class Merged(Struct, frozen=True, kw_only=True):
    """What to change in theirs so that mine is in it too, and where only a person can decide."""

    changes: dict[Place, Value | None]
    conflicts: tuple[Conflict, ...]


def fields(answers: Answers) -> Fields:
    """Every field that says something."""
    found: Fields = {}
    for name in Answers.__struct_fields__:
        part = getattr(answers, name)
        if name in ENTRIES:
            for entry in part:
                found |= _of_struct(entry, (name, entry_name(entry)))
        else:
            found |= dict(_walk(part, (name,)))
    return found


def entry_name(entry: Any) -> str:
    """What names an exception or a dispute."""
    return f"{entry.check} {entry.resource}"


def _of_struct(value: Struct, at: Place) -> Fields:
    return dict(_walk(value, at))


def _walk(value: Any, at: Place) -> Iterator[tuple[Place, Value]]:
    if isinstance(value, Struct):
        defaults = {f.name: f.default for f in msgspec.structs.fields(value)}
        for name in value.__struct_fields__:
            inner = getattr(value, name)
            if inner != defaults[name]:
                yield from _walk(inner, (*at, name))
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _walk(inner, (*at, str(name)))
    elif isinstance(value, (list, tuple)):
        if value:
            yield at, tuple(map(str, value))
    elif value not in (None, ""):
        yield at, value if isinstance(value, dt.date) else str(value)


def items(value: Value | None) -> tuple[str, ...]:
    """The items of a field that holds a list; none where it is not there."""
    return value if isinstance(value, tuple) else ()


def merge(base: Fields, mine: Fields, theirs: Fields, insist: Collection[Place] = ()) -> Merged:
    """Three-way: what I changed since ``base``, into what stands there now.

    A field that others changed too, to another value, is a conflict and stays as they left it,
    unless it is among those I ``insist`` on.
    """
    changes: dict[Place, Value | None] = {}
    conflicts = []
    for place in sorted(base.keys() | mine.keys()):
        was, want, now = base.get(place), mine.get(place), theirs.get(place)
        if want in (was, now):
            continue
        if now == was or place in insist:
            changes[place] = want
        else:
            conflicts.append(Conflict(place=place, base=was, mine=want, theirs=now))
    return Merged(changes=changes, conflicts=tuple(conflicts))
