"""Stacked bars: findings by check and service, data stores by protection, keys by age."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wa_kit.charts.figure import (
    INK,
    NO_KEY,
    NO_USE,
    NOT_READ,
    UNTOLD,
    Chart,
    label,
    marker,
    readable_on,
)
from wa_kit.charts.told import customer_managed, kind_of, rotation, said
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import guarded, joined
from wa_kit.model import DataStore, Evidence, Finding, Outcome, Unread
from wa_kit.protection import KeyRing
from wa_kit.shown import Table

_LEVELS = {
    "customer": "Customer managed key",
    "hsm": "Customer managed key",
    "xks": "Customer managed key",
    "aws-managed": "AWS managed key",
    "owned": "Key that AWS owns",
    "sse-c": "Key sent by the customer",
    "unusable": NO_USE,
    "none": NO_KEY,
}
_AGES = (
    ("under 90 days", 90),
    ("90 days to 1 year", 365),
    ("1 to 2 years", 730),
    ("2 to 3 years", 1095),
    ("3 years and more", None),
)
Counts = Mapping[str, Counter[str]]  # category -> part -> how many


class Bars(Chart):
    """Stacked bars: a category a bar, a part a colour and pattern."""

    def __init__(self, title: str, of: str, counts: Counts, parts: Iterable[str]) -> None:
        """``of`` says what is counted; parts that are nowhere to be found are left out."""
        self.title = title
        self._of = of
        self._counts = {category: parts for category, parts in counts.items() if parts.total()}
        seen = {part for row in self._counts.values() for part, n in row.items() if n}
        self._parts = [part for part in dict.fromkeys(parts) if part in seen]

    def __bool__(self) -> bool:
        return bool(self._parts)

    @property
    def table(self) -> Table:
        rows = [
            (category, *(row[part] for part in self._parts), row.total())
            for category, row in self._counts.items()
        ]
        columns = ("", *self._parts, "All")
        title = f"{self.title}: the figures"
        return Table(title, columns, rows, numbers=columns[1:], kind="small", fold_over=5)

    def in_words(self) -> str:
        """What a person hears who cannot see the bars."""
        totals: Counter[str] = sum(self._counts.values(), Counter())
        said = ", ".join(f"{part}: {totals[part]:,}" for part in self._parts)
        return f"{self.title}. {self._of.capitalize()}, {said}. The table below has the figures."

    def _data(self) -> list[dict[str, Any]]:
        return [self._bars(part) for part in self._parts]

    def _bars(self, part: str) -> dict[str, Any]:
        colour, pattern = INK[part]
        numbers = [row[part] for row in self._counts.values()]
        return {
            "type": "bar",
            "orientation": "h",
            "name": part,
            "y": [label(category) for category in self._counts],
            "x": numbers,
            "text": [f"{n:,}" if n else "" for n in numbers],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "textfont": {"color": readable_on(colour)},
            "marker": marker(colour, pattern),
            "hovertemplate": f"%{{y}}<br>{part}: %{{x:,}}<extra></extra>",
        }

    def _layout(self) -> dict[str, Any]:
        lines = max(label(category).count("<br>") + 1 for category in self._counts)
        return {
            "barmode": "stack",
            "bargap": 0.35,
            "height": (12 + 16 * lines) * len(self._counts) + 130,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 40},
            "uniformtext": {"minsize": 9, "mode": "hide"},
            "xaxis": {
                "title": {"text": self._of, "standoff": 8, "font": {"size": 13}},
                "automargin": True,
                "rangemode": "tozero",
                "tickformat": ",d",
                "dtick": _step(max(row.total() for row in self._counts.values())),
                "gridcolor": "#e4e9ee",
                "zeroline": False,
                "fixedrange": True,
            },
            "yaxis": {  # "2026-03" as a category would otherwise become a date, and vanish
                "type": "category",
                "automargin": True,
                "autorange": "reversed",
                "ticklabelstandoff": 6,
                "tickfont": {"size": 12},
                "fixedrange": True,
            },
        }


def _step(most: int) -> int:
    """The distance of the axis marks: whole numbers, about five of them."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 6 * step:
                return step
        size *= 10


def outcomes(findings: Iterable[Finding], titles: Mapping[str, str]) -> Bars:
    """Findings by check and outcome; the reasons of unknown apart."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        title = titles.get(finding.check, finding.check)
        counts.setdefault(title, Counter())[said(finding)] += 1
    worst_first = dict(sorted(counts.items(), key=lambda item: (-item[1]["Fail"], item[0])))
    parts = ("Fail", NOT_READ, UNTOLD, "Not answered", "Pass", "Not applicable")
    return Bars("Findings by check and outcome", "findings", worst_first, parts)


def coverage(findings: Iterable[Finding]) -> Bars:
    """How far each service was seen. What does not apply is left out."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            known = finding.outcome is not Outcome.UNKNOWN
            part = "Verdict given" if known else said(finding)
            counts.setdefault(finding.service, Counter())[part] += 1
    parts = ("Verdict given", NOT_READ, UNTOLD, "Not answered")
    return Bars("How far we could see", "findings", dict(sorted(counts.items())), parts)


def levels(evidence: Evidence, resources: set[str] | None = None) -> Bars:
    """Data stores by service and by what protects them, whatever is required of them."""
    ring = KeyRing(joined(evidence, KmsKey))
    counts: dict[str, Counter[str]] = {}
    for store in evidence.of(DataStore):
        if resources is None or store.arn in resources:
            row = counts.setdefault(kind_of(store), Counter())
            row[_level(store, ring)] += 1
    parts = (*dict.fromkeys(_LEVELS.values()), NOT_READ)
    by_service = dict(sorted(counts.items()))
    return Bars("Protection at rest by service", "data stores", by_service, parts)


def _level(store: DataStore, ring: KeyRing) -> str:
    try:
        return _LEVELS[ring.level(guarded(store)).name]
    except Unread:
        return NOT_READ


def key_ages(keys: Sequence[KmsKey], now: dt.datetime) -> Bars:
    """Customer managed keys by age, and whether they rotate by themselves."""
    counts: dict[str, Counter[str]] = {band: Counter() for band, _ in _AGES}
    counts["age not read"] = Counter()
    for key in keys:
        if customer_managed(key) is not False:
            counts[_age(key, now)][rotation(key)] += 1
    parts = ("Rotation on", "Rotation off", "KMS cannot rotate it", NOT_READ)
    return Bars("Customer managed keys by age and rotation", "keys", counts, parts)


def _age(key: KmsKey, now: dt.datetime) -> str:
    if "created" in key.unread:
        return "age not read"
    days = (now - key.created).days
    return next(band for band, limit in _AGES if limit is None or days < limit)
