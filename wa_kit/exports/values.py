"""Values of a run as a table holds them: text, a number or a day. Formats nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from wa_kit.model import Finding, NotRead
from wa_kit.review.words import called as called_by

NOT_READ = "not read"


def called(finding: Finding) -> str:
    """What the resource of a finding is called."""
    return called_by(finding.name, finding.resource)


def shown(value: Any) -> str:
    """Any value as words: lists joined, tags as ``name: value``, an unread one as such."""
    if isinstance(value, NotRead):
        return NOT_READ
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return "; ".join(f"{name}: {shown(inner)}" for name, inner in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode().strip('"')


def day(value: Any) -> Any:
    """A moment as its day; in words where it was not read."""
    return value.date() if isinstance(value, dt.datetime) else shown(value)


def reading(finding: Finding) -> tuple[str, dt.datetime | str]:
    """What was read for a finding, and when; as words where that is no moment."""
    fields = {name: value for name, value in finding.read.items() if name != "at"}
    at = finding.read.get("at") or ""
    try:
        moment: dt.datetime | str = dt.datetime.fromisoformat(at).astimezone(dt.UTC)
    except (TypeError, ValueError):
        moment = str(at)
    return shown(fields), moment
