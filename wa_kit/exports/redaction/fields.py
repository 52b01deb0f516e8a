"""Which fields of a run may hold names, and every text in a value. Knows no name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import msgspec

# Fields that hold words of AWS or of the kit, never a name. What has a closed type is left alone
# anyway.
CLOSED = frozenset({
    "action", "actions_enabled", "algorithm", "at", "blocked", "calls", "check", "classification",
    "compliance", "ebs_encryption", "engine", "event", "evidence_digest", "fail_on", "files",
    "home_region", "identifier", "kind", "kinds", "kit_version", "last_status", "level", "manager",
    "multi_region", "operation", "operations", "origin", "partition", "practices",
    "primary_region", "questionnaires", "questions", "reason", "region", "regions", "remediation",
    "replica_regions", "required_level", "resource_type", "resource_types", "run", "service",
    "severity", "sha256", "source_region", "source_type", "spec", "standards", "state", "status",
    "table", "template", "to_region", "unmapped", "usage", "levels", "routing",
})  # fmt: skip
KEYED = frozenset({"tags", "seen", "keys", "inventory_reports", "config_rules"})  # keys are names
PROSE = frozenset({
    "description", "detail", "document", "error", "inline", "pattern", "policy", "source", "trust",
})  # fmt: skip


@cache
def fields_of(kind: type[Any]) -> tuple[Any, ...]:
    """The fields of a struct; msgspec works them out anew each time."""
    return msgspec.structs.fields(kind)


def holds_names(field: Any) -> bool:
    """Whether a field of a struct may hold a name: it is text, and not of a closed list."""
    return field.name not in CLOSED and takes_text(field.type)


@cache
def takes_text(kind: Any) -> bool:
    """Whether a type leaves room for free text, however deep."""
    if kind is str or kind is Any:
        return True
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return True
    return any(takes_text(inner) for inner in getattr(kind, "__args__", ()))


def strings(value: Any) -> Iterator[str]:
    """Every text in a value, and in the JSON that a text holds."""
    if isinstance(value, str):
        document = parsed(value)
        if document is None:
            yield value
        else:
            yield from strings(document)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from strings(getattr(value, name))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from strings(inner)


def parsed(text: str) -> dict[str, Any] | None:
    """A policy or pattern kept as JSON text."""
    if not text.startswith("{"):
        return None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
