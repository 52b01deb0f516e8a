"""What a document carries, hidden, so that it can come back: the fields as they were exported, and
which place each reference stands for. Text alone; it names no file and runs nothing.
"""

from __future__ import annotations

import datetime as dt
import json

import msgspec
from msgspec import Struct

from wa_kit.answers.fields import Fields, Place, Value
from wa_kit.model import KitError

NAMESPACE = "urn:wa-kit:answers"
SHEET = "wa-kit"
_VERSION = 1


class Field(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """One field as it was exported: a text, a day, or a list."""

    place: tuple[str, ...]
    text: str = ""
    day: dt.date | None = None
    items: tuple[str, ...] = ()

    @property
    def value(self) -> Value:
        return self.day or self.items or self.text


class Carried(Struct, frozen=True, kw_only=True):
    """What an export remembers of itself."""

    workload: str
    rows: dict[str, Place]  # reference -> the field or entry it stands for
    base: tuple[Field, ...]
    seen: dict[str, dict[str, str]] = {}  # question -> account -> digest of what stood beside it
    version: int = _VERSION

    @property
    def fields(self) -> Fields:
        return {field.place: field.value for field in self.base}


def carry(
    workload: str, rows: dict[str, Place], base: Fields, seen: dict[str, dict[str, str]]
) -> str:
    """One line of ASCII, which every program keeps as it is."""
    fields = tuple(_field(place, base[place]) for place in sorted(base))
    made = Carried(workload=workload, rows=rows, base=fields, seen=seen)
    return json.dumps(msgspec.to_builtins(made))


def _field(place: Place, value: Value) -> Field:
    if isinstance(value, dt.date):
        return Field(place=place, day=value)
    return (
        Field(place=place, items=value)
        if isinstance(value, tuple)
        else Field(place=place, text=value)
    )


def uncarry(text: str, where: str) -> Carried:
    """Raises ``KitError`` where ``text`` is not what an export carries."""
    try:
        found = msgspec.json.decode(text, type=Carried)
    except (msgspec.DecodeError, RecursionError, UnicodeEncodeError) as error:
        raise KitError(
            f"{where}: this is no export of answers, or a program has dropped its hidden part. "
            "Export again, and fill in that document."
        ) from error
    if found.version != _VERSION:
        raise KitError(f"{where}: a newer wa-kit exported this. Upgrade wa-kit to import it.")
    return found
