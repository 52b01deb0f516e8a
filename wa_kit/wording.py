"""Counts and lists as a sentence has them. Knows nothing of what it counts."""

from __future__ import annotations

from collections.abc import Sequence


def plural(number: int, noun: str, many: str = "") -> str:
    return f"{number} {noun if number == 1 else many or noun + 's'}"


def listing(items: Sequence[object], joint: str = "and") -> str:
    """``a, b and c``."""
    *most, last = [*map(str, items)] or [""]
    return f"{', '.join(most)} {joint} {last}" if most else last
