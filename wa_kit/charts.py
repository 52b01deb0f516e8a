"""Charts as plain data in plotly's JSON form, each with the table that says the same.

plotly itself is never imported: the viewer draws. No meaning hangs on colour alone, and where
there is nothing to draw there is no chart but a sentence.
"""

from __future__ import annotations

import datetime as dt
import html
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import guarded
from wa_kit.model import DataStore, Evidence, Finding, Outcome, Rows, Unread
from wa_kit.protection import KeyRing
from wa_kit.shown import Parts, Table, el, visible

PLOTLY = "application/vnd.plotly.v1+json"
NOT_READ = "Not read"

# Okabe and Ito's colours, which people with any colour vision can tell apart; a pattern each.
_INK = {
    "Pass": ("#0072B2", ""),
    "Fail": ("#D55E00", "x"),
    "Not applicable": ("#C9D6DF", ""),
    "AWS cannot tell": ("#CC79A7", "\\"),
    "Not answered": ("#F0E442", "-"),
    NOT_READ: ("#767676", "."),
    "Verdict given": ("#0072B2", ""),
    "Customer managed key": ("#0072B2", ""),
    "AWS managed key": ("#56B4E9", "/"),
    "Key that AWS owns": ("#009E73", "\\"),
    "Key sent by the customer": ("#CC79A7", "-"),
    "Key that cannot be used": ("#E69F00", "+"),
    "Not encrypted": ("#D55E00", "x"),
    "Rotation on": ("#0072B2", ""),
    "Rotation off": ("#D55E00", "x"),
    "KMS cannot rotate it": ("#CC79A7", "\\"),
}
_LEVELS = {
    "customer": "Customer managed key",
    "hsm": "Customer managed key",
    "xks": "Customer managed key",
    "aws-managed": "AWS managed key",
    "owned": "Key that AWS owns",
    "sse-c": "Key sent by the customer",
    "unusable": "Key that cannot be used",
    "none": "Not encrypted",
}
_AGES = (
    ("under 90 days", 90),
    ("90 days to 1 year", 365),
    ("1 to 2 years", 730),
    ("2 to 3 years", 1095),
    ("3 years and more", None),
)
_WORDS = re.compile("[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]*|[^A-Z]+")
Counts = Mapping[str, Counter[str]]  # category -> part -> how many


class Chart:
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
    def figure(self) -> dict[str, Any]:
        return {
            "data": [self._bars(part) for part in self._parts],
            "layout": self._layout(),
            "config": {"displayModeBar": False, "displaylogo": False, "responsive": True},
        }

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
        said = ", ".join(f"{part.lower()}: {totals[part]:,}" for part in self._parts)
        return f"{self.title}. {self._of.capitalize()}, {said}. The table below has the figures."

    def shown(self, otherwise: str, level: int = 4) -> Parts:
        """The chart with its table, or a sentence where there is nothing to draw."""
        if not self:
            return Parts(el("p", otherwise, class_="nothing"))
        return Parts(el(f"h{level}", self.title), self, self.table)

    def _bars(self, part: str) -> dict[str, Any]:
        colour, pattern = _INK[part]
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
            "textfont": {"color": _readable_on(colour)},
            "marker": {
                "color": colour,
                "line": {"color": "#ffffff", "width": 1},
                "pattern": {
                    "shape": pattern,
                    "bgcolor": colour,
                    "fgcolor": _readable_on(colour),
                    "fgopacity": 0.3,
                    "size": 7,
                },
            },
            "hovertemplate": f"%{{y}}<br>{part}: %{{x:,}}<extra></extra>",
        }

    def _layout(self) -> dict[str, Any]:
        lines = max(label(category).count("<br>") + 1 for category in self._counts)
        return {
            "barmode": "stack",
            "bargap": 0.35,
            "height": (12 + 16 * lines) * len(self._counts) + 130,
            "margin": {"l": 8, "r": 16, "t": 8, "b": 40},
            "font": {"family": "system-ui, sans-serif", "size": 13, "color": "#1d2733"},
            "paper_bgcolor": "#ffffff",
            "plot_bgcolor": "#ffffff",
            "showlegend": True,
            "legend": {
                "orientation": "h",
                "yref": "container",
                "y": 0,
                "yanchor": "bottom",
                "x": 0,
                "xanchor": "left",
                "traceorder": "normal",
            },
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
            "meta": {"alt": self.in_words()},
        }

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {PLOTLY: self.figure, "text/plain": self.in_words()}


def label(category: str, width: int = 36, most: int = 2) -> str:
    """A category as plotly draws it: in short lines, its small markup and formulas made inert."""
    lines, line = [], ""
    for word in category.split():
        for piece in (word[at : at + width] for at in range(0, len(word), width)):
            if line and len(line) + len(piece) >= width:
                lines.append(line)
                line = ""
            line = f"{line} {piece}".strip()
    lines.append(line)
    if len(lines) > most:  # the table below has it whole
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}\N{HORIZONTAL ELLIPSIS}"]
    inert = (html.escape(visible(part), quote=False).replace("$", "&#36;") for part in lines)
    return "<br>".join(inert)


def _step(most: int) -> int:
    """The distance of the axis marks: whole numbers, about five of them."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if most <= 6 * step:
                return step
        size *= 10


def _readable_on(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#1d2733" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"


def outcomes(findings: Iterable[Finding], titles: Mapping[str, str]) -> Chart:
    """Findings by check and outcome; the reasons of unknown apart."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        title = titles.get(finding.check, finding.check)
        counts.setdefault(title, Counter())[said(finding)] += 1
    worst_first = dict(sorted(counts.items(), key=lambda item: (-item[1]["Fail"], item[0])))
    parts = ("Fail", NOT_READ, "AWS cannot tell", "Not answered", "Pass", "Not applicable")
    return Chart("Findings by check and outcome", "findings", worst_first, parts)


def coverage(findings: Iterable[Finding]) -> Chart:
    """How far each service was seen. What does not apply is left out."""
    counts: dict[str, Counter[str]] = {}
    for finding in findings:
        if finding.outcome is not Outcome.NOT_APPLICABLE:
            known = finding.outcome is not Outcome.UNKNOWN
            part = "Verdict given" if known else said(finding)
            counts.setdefault(finding.service, Counter())[part] += 1
    parts = ("Verdict given", NOT_READ, "AWS cannot tell", "Not answered")
    return Chart("How far we could see", "findings", dict(sorted(counts.items())), parts)


def said(finding: Finding) -> str:
    """The outcome in words; an unknown by its reason."""
    if finding.outcome is not Outcome.UNKNOWN or finding.reason is None:
        return finding.outcome.value.replace("_", " ").capitalize()
    if finding.reason.not_read:
        return NOT_READ
    return "AWS cannot tell" if finding.reason == "not_knowable" else "Not answered"


def levels(evidence: Evidence, resources: set[str] | None = None) -> Chart:
    """Data stores by service and by what protects them, whatever is required of them."""
    ring = KeyRing(_keys(evidence))
    counts: dict[str, Counter[str]] = {}
    for store in evidence.of(DataStore):
        if resources is None or store.arn in resources:
            row = counts.setdefault(_kind_of(store), Counter())
            row[_level(store, ring)] += 1
    parts = (*dict.fromkeys(_LEVELS.values()), NOT_READ)
    by_service = dict(sorted(counts.items()))
    return Chart("Protection at rest by service", "data stores", by_service, parts)


def _kind_of(store: DataStore) -> str:
    """``AWS::EC2::Volume`` of the service EBS -> ``EBS volume``."""
    parts = _WORDS.findall(store.resource_type.rpartition("::")[2])
    words = [part if part.isupper() else part.lower() for part in parts]
    if words[:1] == [store.service.lower()]:  # AWS::Backup::BackupVault
        words = words[1:]
    return " ".join([store.service, *words])


def _level(store: DataStore, ring: KeyRing) -> str:
    try:
        return _LEVELS[ring.level(guarded(store)).name]
    except Unread:
        return NOT_READ


def _keys(evidence: Evidence) -> Rows[KmsKey]:
    looks = evidence.looks_at(KmsKey)
    failed = {look.region: look.not_read for look in looks if look.not_read}
    rows = [guarded(key) for key in evidence.of(KmsKey)]
    return Rows(rows, failed, {look.region for look in looks})


def key_ages(keys: Sequence[KmsKey], now: dt.datetime) -> Chart:
    """Customer managed keys by age, and whether they rotate by themselves."""
    counts: dict[str, Counter[str]] = {band: Counter() for band, _ in _AGES}
    counts["age not read"] = Counter()
    for key in keys:
        if customer_managed(key) is not False:
            counts[_age(key, now)][rotation(key)] += 1
    parts = ("Rotation on", "Rotation off", "KMS cannot rotate it", NOT_READ)
    return Chart("Customer managed keys by age and rotation", "keys", counts, parts)


def customer_managed(key: KmsKey) -> bool | None:
    """``None`` where that was not read."""
    try:
        return bool(guarded(key).customer_managed)
    except Unread:
        return None


def _age(key: KmsKey, now: dt.datetime) -> str:
    if "created" in key.unread:
        return "age not read"
    days = (now - key.created).days
    return next(band for band, limit in _AGES if limit is None or days < limit)


def rotation(key: KmsKey) -> str:
    if "rotates" in key.unread:
        return NOT_READ
    if key.rotates is None:
        return "KMS cannot rotate it"
    return "Rotation on" if key.rotates else "Rotation off"
