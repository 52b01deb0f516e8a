"""A field as the text of a cell, and the text of a cell as a field.

Office programs change what nobody edited: line ends, trailing blanks, hard spaces, the type of a
date. So a cell says something new only where it reads differently from what was written into it.
"""

from __future__ import annotations

import datetime as dt
import re

from wa_kit.answers.fields import Value
from wa_kit.exchange.tables import Column
from wa_kit.shown import visible
from wa_kit.written import did_you_mean

Raw = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None
MOST = 32_000  # UTF-16 units in a cell; Excel ends at 32,767
_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ]00:00(?::00)?)?")
_SPACES = re.compile("[\u00a0\u202f]")
_SEPARATED = re.compile(r"[\n;,]")
_YES = {"yes": "yes", "true": "yes", "x": "yes", "no": "no", "false": "no", "": "no"}
_ONE = dt.timedelta(days=1)
_CUT = "\n[Cut here: it is too long for a cell. The whole is in answers.yaml; change it there.]"


class Odd(ValueError):
    """What is wrong with a cell, and what to do."""


def written(column: Column, value: Value | None) -> str:
    """The text of a field's cell; nothing in it is invisible, and Excel can hold it."""
    if value is None:
        return column.default
    if isinstance(value, dt.date):
        return value.isoformat()
    text = visible(normal("\n".join(value) if isinstance(value, tuple) else value))
    return text if _fits(text) else text[: MOST // 4] + _CUT


def _fits(text: str) -> bool:
    return len(text.encode("utf-16-le", "replace")) // 2 <= MOST


def back(column: Column, raw: Raw, was: Value | None) -> Value | None:
    """What a cell says now, which held ``was`` when it was written. Raises ``Odd``."""
    before = written(column, was)
    if isinstance(raw, str) and _same(raw, before):
        return was
    now = read(column, raw)
    if now == read(column, before):
        return was
    if before.endswith(_CUT):
        raise Odd("it is too long to be changed here. Put it back, and change it in answers.yaml.")
    return now


def _same(one: str, other: str) -> bool:
    """Readers of Excel files drop ``x005F_``, which in them protects what looks like an escape."""
    return normal(one).replace("x005F_", "") == normal(other).replace("x005F_", "")


def normal(text: str) -> str:
    """``text`` without what differs between programs and nobody sees."""
    text = _SPACES.sub(" ", text.replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def read(column: Column, raw: Raw) -> Value | None:
    """What a cell says by itself; ``None`` where that is nothing. Raises ``Odd``."""
    if column.kind == "date":
        return _day(raw)
    text = _text(raw)
    if column.kind in ("choice", "tick"):
        return _chosen(column, text)
    if column.kind in ("lines", "roles"):
        between = _SEPARATED if column.kind == "roles" else "\n"
        parts = re.split(between, text)
        return tuple(part.strip() for part in parts if part.strip()) or None
    return text or None


def _text(raw: Raw) -> str:
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    if isinstance(raw, dt.datetime):
        return raw.date().isoformat()
    return normal(str(raw)).strip()


def _chosen(column: Column, text: str) -> str | None:
    if column.kind == "tick":
        text = _YES.get(text.casefold(), text)
    found = next((c for c in column.choices if c.casefold() == text.casefold()), text)
    if found and found not in column.choices:
        hint = did_you_mean(found.lower(), column.choices)
        listed = f"There are: {'; '.join(column.choices)}."
        raise Odd(f"there is no {column.title.lower()} {_quoted(text)}. {hint or listed}")
    return found if found != column.default else None


def _day(raw: Raw) -> dt.date | None:
    if isinstance(raw, dt.datetime):
        return raw.date()
    if isinstance(raw, dt.date):
        return raw
    if isinstance(raw, (int, float)) and not isinstance(raw, bool):
        return _from_serial(raw)
    text = _text(raw)
    if not text:
        return None
    if not (found := _ISO.fullmatch(text)):
        raise Odd(f"{_quoted(text)} is no date such as 2026-05-31.")
    try:
        return dt.date(*map(int, found.groups()))
    except ValueError:
        raise Odd(f"there is no day {text}. Write one that is.") from None


def _from_serial(number: float) -> dt.date:
    """A spreadsheet's count of days, where a cell has lost the look of a date."""
    try:
        return dt.date(1899, 12, 30) + int(number) * _ONE
    except OverflowError:
        raise Odd(f"{number} is no date such as 2026-05-31.") from None


def _quoted(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
