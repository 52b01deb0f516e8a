"""Backup lineage as a chart: from what is saved to plan, vault, key and copy."""

from __future__ import annotations

from collections import Counter

from wa_kit.charts.backups import UNREAD, Backup, backups
from wa_kit.charts.figure import (
    NOT_READ,
)
from wa_kit.charts.flows import Flows
from wa_kit.charts.placing import Flow, Stop
from wa_kit.model import Evidence
from wa_kit.shown import Html, Table, el

COLUMNS = ("What is saved", "Plan", "Vault", "Key", "Copies")
_MOST_NAMED = 8  # sources that are drawn by name; more are drawn by their kind
_MOST_ROWS = 1_000


def lineage(evidence: Evidence) -> Flows:
    """Backups by what they save, plan, place, key and copy."""
    found = backups(evidence)
    named = len({(b.service, b.source) for b in found}) <= _MOST_NAMED
    counts: Counter[Flow] = Counter()
    for backup in found:
        counts[_flow(backup, named)] += backup.number
    title = "Backups by what they save, plan, vault, key and copy"
    return Flows(title, "backups", COLUMNS, counts, _table(title, found))


def _flow(backup: Backup, named: bool) -> Flow:
    source = Stop(f"{backup.service} {backup.source}" if named else backup.service)
    if backup.service == NOT_READ:
        source = UNREAD
    return (source, backup.plan, backup.place, backup.key, backup.copy)


def _table(chart: str, found: list[Backup]) -> Table:
    groups: dict[tuple[str, ...], list[Backup]] = {}
    for b in found:
        way = (b.service, b.source, b.plan.name, b.place.name, b.region, b.key.name, b.copy.name)
        groups.setdefault(way, []).append(b)
    shown = sorted(groups.items())[:_MOST_ROWS]
    title = f"{chart}: the figures"
    if len(shown) < len(groups):
        title += f" (the first {len(shown):,} of {len(groups):,} ways; all backups in evidence/)"
    rows = (
        (
            f"{service} {source}",
            plan,
            f"{place}, {region}",
            key,
            copy,
            sum(b.number for b in some),
            _newest(some),
        )
        for (service, source, plan, place, region, key, copy), some in shown
    )
    columns = (*COLUMNS, "Backups", "Newest")
    return Table(title, columns, rows, numbers=["Backups"], fold_over=12, kind="lineage")


def _newest(found: list[Backup]) -> Html | None:
    made = [backup.made for backup in found if backup.made]
    return el("span", max(made).date().isoformat(), class_="short") if made else None
