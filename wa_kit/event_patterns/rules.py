"""The JSON patterns of EventBridge rules."""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from wa_kit.event_patterns.shared import COMPARE, Event, PatternError, like


def rule_matches(pattern: str, event: Event) -> bool:
    """Whether an EventBridge rule with this JSON pattern sees ``event``."""
    try:
        wanted = json.loads(pattern)
        return _object(wanted, event)
    except (ValueError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise PatternError(f"not an event pattern that the kit knows: {error}") from error


def _object(wanted: Any, event: Any) -> bool:
    """Every field of ``wanted`` must be met by ``event``, which may be a list of objects."""
    if isinstance(event, list):
        return any(_object(wanted, item) for item in event)
    held = event if isinstance(event, Mapping) else {}
    return all([_field(name, want, held) for name, want in wanted.items()])


def _field(name: str, want: Any, held: Event) -> bool:
    if name == "$or" and isinstance(want, list) and all(isinstance(w, dict) for w in want):
        return any([_object(choice, held) for choice in want])
    if isinstance(want, dict):
        return _object(want, held.get(name))
    if not isinstance(want, list):
        raise PatternError(f"{name} must be a list")
    value = held.get(name)
    values = value if isinstance(value, list) else [value]
    there = [v for v in values if name in held and not isinstance(v, dict)]
    return any([_leaf(one, there) for one in want])


def _leaf(want: Any, values: Sequence[Any]) -> bool:
    """Whether one alternative of a field is met by any of the event's values."""
    if not isinstance(want, dict):
        return any(_same(want, value) for value in values)
    ((how, than),) = want.items()
    if how == "exists":
        return bool(values) is bool(than)
    if how == "anything-but":
        return any([not _but(than, value) for value in values])
    if how not in _MATCHERS:
        raise PatternError(f"{how!r} is not a comparison that the kit knows")
    return any([_MATCHERS[how](than, value) for value in values])


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _but(than: Any, value: Any) -> bool:
    """Whether ``value`` is among what "anything-but" shuts out."""
    if isinstance(than, dict):
        ((how, texts),) = than.items()
        if how not in _TEXT:
            raise PatternError(f"anything-but {how!r} is not a comparison that the kit knows")
        some = texts if isinstance(texts, list) else [texts]
        return any([_MATCHERS[how](text, value) for text in some])
    return any(_same(one, value) for one in (than if isinstance(than, list) else [than]))


def _prefix(than: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(than, dict):
        return value.lower().startswith(than["equals-ignore-case"].lower())
    return value.startswith(than)


def _suffix(than: Any, value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if isinstance(than, dict):
        return value.lower().endswith(than["equals-ignore-case"].lower())
    return value.endswith(than)


def _ignoring_case(than: str, value: Any) -> bool:
    return isinstance(value, str) and value.lower() == than.lower()


def _wildcard(than: str, value: Any) -> bool:
    """``*`` is any run of characters; a backslash takes the next character as it is."""
    parts = [""]
    for char in re.findall(r"\\.|.", than, re.DOTALL):
        if char == "*":
            parts.append("")
        else:
            parts[-1] += char[-1]
    return isinstance(value, str) and like(parts, value)


def _numeric(than: Sequence[Any], value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    pairs = list(zip(than[::2], than[1::2], strict=True))
    if unknown := [sign for sign, _ in pairs if sign not in COMPARE]:
        raise PatternError(f"{unknown[0]!r} is no comparison of numbers")
    return all([COMPARE[sign](value, number) for sign, number in pairs])


def _cidr(than: str, value: Any) -> bool:
    network = ipaddress.ip_network(than, strict=False)
    try:
        return ipaddress.ip_address(value) in network
    except ValueError:
        return False


_TEXT: dict[str, Callable[[Any, Any], bool]] = {
    "prefix": _prefix,
    "suffix": _suffix,
    "equals-ignore-case": _ignoring_case,
    "wildcard": _wildcard,
}
_MATCHERS = {**_TEXT, "numeric": _numeric, "cidr": _cidr}
