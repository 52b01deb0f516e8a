"""Holds a value against a botocore shape: what is required, unknown, mistyped or out of range.

Pure. It never repairs a value; it says where each breach is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Any

_PYTHON: dict[str, Any] = {
    "structure": dict,
    "map": dict,
    "list": (list, tuple),
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str, dt.datetime),
    "blob": (bytes, str),
}


def breaches(shape: Any, value: Any, *, wire: bool = False, path: str = "$") -> Iterator[str]:
    """Every breach in ``value``, as ``$.path: what``. ``wire``: members carry their wire names."""
    kind = shape.type_name
    number = kind in ("integer", "long", "float", "double")
    if not isinstance(value, _PYTHON[kind]) or (number and isinstance(value, bool)):
        yield f"{path}: a {type(value).__name__}, not a {kind}"
    elif kind == "structure":
        yield from _structure(shape, value, wire, path)
    elif kind == "list":
        yield from _range(shape, len(value), path)
        for index, item in enumerate(value):
            yield from breaches(shape.member, item, wire=wire, path=f"{path}[{index}]")
    elif kind == "map":
        for key, item in value.items():
            yield from breaches(shape.key, key, wire=wire, path=f"{path} key")
            yield from breaches(shape.value, item, wire=wire, path=f"{path}[{key!r}]")
    elif kind == "string":
        yield from _string(shape, value, path)
    elif number:
        yield from _range(shape, value, path)


def _structure(shape: Any, value: dict[str, Any], wire: bool, path: str) -> Iterator[str]:
    members = {
        member.serialization.get("name", name) if wire else name: (name, member)
        for name, member in shape.members.items()
        if not (wire and "location" in member.serialization)
    }
    for name, item in value.items():
        if name not in members:
            yield f"{path}.{name}: unknown"
        elif item is not None:
            yield from breaches(members[name][1], item, wire=wire, path=f"{path}.{name}")
    for name, (modelled, _) in members.items():
        if modelled in shape.required_members and value.get(name) is None:
            yield f"{path}.{name}: required"


def _string(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield f"{path}: {value!r} is none of {', '.join(shape.enum)}"
    yield from _range(shape, len(value), path)
    pattern = shape.metadata.get("pattern")
    try:
        fits = pattern is None or re.search(pattern, value, re.DOTALL)
    except re.error:  # the models hold Java expressions, a few of which are none in Python
        return
    if not fits:
        yield f"{path}: {value[:60]!r} does not fit {pattern}"


def _range(shape: Any, size: float, path: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path}: {size} is under {least}"
    if most is not None and size > most:
        yield f"{path}: {size} is over {most}"
