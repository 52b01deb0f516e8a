"""The draft of an audit report: what watches over encryption, and what it has recorded.

Of the record it shows changes to encryption and the use of keys, as far back as was read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS
from wa_kit.evidence.cloudtrail import ChangeEvent, KeyUse
from wa_kit.evidence.kms import KmsKey
from wa_kit.markdown import Md, bullets, md, table
from wa_kit.model import Encrypted, Row
from wa_kit.papers.sources import (
    Sources,
    judged_table,
    settings,
    troubles_of,
    troubles_table,
    unread_table,
    value,
    words_for,
)
from wa_kit.review.usage import callers, reach
from wa_kit.review.words import place

ARTEFACT = "audit-report"
_EVENTS = 200
_ROWS = 100
_NOT_SETTINGS = frozenset({*Row.__struct_fields__, "tags", "policy"})


def told(sources: Sources) -> dict[str, Any]:
    checks = sources.checks(ARTEFACT)
    tables = _tables(checks)
    failing = troubles_of(sources, checks)
    gaps = sources.unread(tables)
    events = sorted(sources.evidence.of(ChangeEvent), key=_newest, reverse=True)
    kinds = Counter(value(e.event) for e in events)
    return {
        "standings": sources.standings(ARTEFACT),
        "document": sources.document(ARTEFACT),
        "events": _events(sources, events) if events else "",
        "events_looked": bool(sources.evidence.looks_at(ChangeEvent)),
        "events_gaps": [g for g in gaps if g[0] == words_for(ChangeEvent)],
        "kinds": table(("Change", "Times"), kinds.most_common()) if kinds else "",
        "uses": _uses(sources),
        "uses_looked": bool(sources.evidence.looks_at(KeyUse)),
        "uses_gaps": [g for g in gaps if g[0] == words_for(KeyUse)],
        "reach": bullets(reach(sources.evidence)),
        "watching": [_watching(sources, t) for t in tables if t not in (ChangeEvent, KeyUse)],
        "checks": judged_table(sources, checks) if checks else "",
        "failing": troubles_table(failing) if failing else "",
        "gaps": unread_table(gaps) if gaps else "",
    }


def _tables(names: list[str]) -> list[type[Row]]:
    """What those checks look at, but for the data and keys that are watched over."""
    checks = [CHECKS[name] for name in names]
    judged = {check.judges for check in checks} - {KmsKey}
    joined = {kind for check in checks for kind in check.joins.values()}
    joined |= {kind for check in checks for view in check.views.values() for kind in view.reads}
    watching = judged | {kind for kind in joined if not issubclass(kind, (Encrypted, KmsKey))}
    return sorted(watching & COLLECTORS.keys(), key=lambda kind: (kind.service, kind.__name__))


def _newest(event: ChangeEvent) -> tuple[str, str]:
    return (str(event.at), event.arn)


def _events(sources: Sources, events: list[ChangeEvent]) -> Md:
    reviewed = set(sources.workload.reviewed_events)
    rows = (
        (
            value(e.at),
            value(e.event),
            value(e.user) or "nobody named",
            value(e.resources),
            place(e.region),
            "yes" if e.event_id in reviewed else "no",
        )
        for e in events[:_EVENTS]
    )
    made = table(("Day", "Change", "By", "On", "Where", "Reviewed"), rows)
    return _and_more(made, len(events) - _EVENTS, ChangeEvent)


def _uses(sources: Sources) -> Md:
    found = callers(sources.evidence)
    rows = (
        (
            sources.key_names.get(one.key, one.key),
            place(one.region),
            one.by,
            one.told,
            one.denied or "none",
            one.last,
        )
        for one in found[:_EVENTS]
    )
    if not found:
        return md("")
    made = table(("Key", "Where", "Who", "Calls", "Refused", "Last on"), rows)
    return _and_more(made, len(found) - _EVENTS, KeyUse)


def _watching(sources: Sources, kind: type[Row]) -> dict[str, Any]:
    found = sorted(sources.evidence.of(kind), key=lambda row: (row.name, row.region, row.arn))
    rows = table(("Name", "Where", "Settings"), _lines(found[:_ROWS])) if found else md("")
    return {
        "title": f"{words_for(kind)} ({kind.service})",
        "rows": _and_more(rows, len(found) - _ROWS, kind),
        "looked": bool(sources.evidence.looks_at(kind)),
        "gaps": sources.unread([kind]),
    }


def _lines(rows: list[Row]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        fields = [name for name in row.__struct_fields__ if name not in _NOT_SETTINGS]
        yield row.name or row.arn, place(row.region), settings(row, fields)


def _and_more(made: Md, more: int, kind: type[Row]) -> Md:
    if more <= 0:
        return made
    return Md(f"{made}\n\nAnd {more:,} more in evidence/{kind.__name__}.jsonl.")
