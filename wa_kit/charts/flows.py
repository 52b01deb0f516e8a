"""Flows from column to column: how many things go which way, each stop with its state in words.

Drawn from plain bars and bands instead of plotly's own flow chart, so that every stop has a
pattern beside its colour, a place in the legend, and a label that is never cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from wa_kit.charts.figure import (
    INK,
    NO_KEY,
    NO_USE,
    NOBODY,
    NOT_READ,
    OPEN_KEY,
    OTHERS_KEY,
    TEXT,
    UNTOLD,
    Chart,
    label,
    marker,
)
from wa_kit.charts.placing import Flow, Node, Stop, bands, height, placed, weights
from wa_kit.shown import Table

_LINE, _ROOM = 15, 8  # pixels of a line of a label, and around it
_HEAD = 30
_BAR = 0.018  # the width of a stop, as a part of the whole
# Worst first. What is wrong colours all that comes through it, and has a sign before its name.
_WRONG = (OPEN_KEY, NO_KEY, NO_USE)
_OPEN = (NOT_READ, OTHERS_KEY, UNTOLD, NOBODY)
_WEIGHT = {mark: place for place, mark in enumerate((*_WRONG, *_OPEN))}
_SIGNS = {OPEN_KEY: "✕ ", NO_KEY: "✕ ", NO_USE: "✕ ", NOT_READ: "? "}


class Flows(Chart):
    """What goes where. ``counts`` says of each way through all columns how many take it."""

    def __init__(
        self,
        title: str,
        of: str,
        columns: Sequence[str],
        counts: Mapping[Flow, int],
        table: Table,
        most: int = 9,
    ) -> None:
        """``of`` says what is counted. Of a column's stops ``most`` are drawn, or little more."""
        self.title = title
        self._of = of
        self._columns = tuple(columns)
        self._counts = fewer(counts, most)
        self._table = table

    def __bool__(self) -> bool:
        return bool(self._counts)

    @property
    def table(self) -> Table:
        return self._table

    def in_words(self) -> str:
        """What a person hears who cannot see the flows."""
        met: Counter[str] = Counter()
        for flow, number in self._counts.items():
            met[_worst(flow)] += number
        wrong = [f"{mark.lower()}: {met[mark]:,}" for mark in _WEIGHT if met[mark]]
        return (
            f"{self.title}. {met.total():,} {self._of}, from {self._columns[0].lower()} to "
            f"{self._columns[-1].lower()}. Of these, by the worst that each comes through, "
            f"{', '.join(wrong) or 'none is in trouble'}. The table below has the figures."
        )

    def _data(self) -> list[dict[str, Any]]:
        nodes = [node for column in self._placed() for node in column]
        marks = sorted({node.stop.mark for node in nodes}, key=_weight, reverse=True)
        return [self._bars(mark, [n for n in nodes if n.stop.mark == mark]) for mark in marks]

    def _bars(self, mark: str, nodes: Sequence[Node]) -> dict[str, Any]:
        return {
            "type": "bar",
            "name": mark,
            "x": [node.column + self._bar / 2 for node in nodes],
            "y": [round(node.height, 1) for node in nodes],
            "base": [round(node.bar, 1) for node in nodes],
            "width": self._bar,
            "marker": marker(*INK[mark]),
            "customdata": [f"{label(node.stop.name)}: {node.weight:,}" for node in nodes],
            "hovertemplate": f"%{{customdata}}<br>{mark}<extra></extra>",
        }

    def _layout(self) -> dict[str, Any]:
        columns, wide = self._placed(), len(self._columns)
        tall = height(columns)
        return {
            "barmode": "overlay",
            "height": round(tall) + _HEAD + 60,
            "margin": {"l": 4, "r": 4, "t": _HEAD, "b": 56},
            "xaxis": {"visible": False, "range": [0, wide], "fixedrange": True},
            "yaxis": {"visible": False, "range": [tall, 0], "fixedrange": True},
            "annotations": [
                *(_heading(at, name) for at, name in enumerate(self._columns)),
                *(self._words(node) for column in columns for node in column),
            ],
            "shapes": [
                {
                    "type": "path",
                    "path": band.path,
                    "fillcolor": INK[band.mark][0],
                    "opacity": 0.35 if band.mark in (*_WRONG, NOBODY) else 0.2,
                    "line": {"width": 0},
                    "layer": "below",
                }
                for band in bands(columns, self._counts, _looks, self._bar)
            ],
            "meta": {"least": 340 if wide == 2 else 140 * wide},  # pixels that the words need
        }

    def _placed(self) -> list[list[Node]]:
        return placed(self._counts, self._room)

    @property
    def _bar(self) -> float:
        return _BAR * len(self._columns)

    def _room(self, stop: Stop) -> int:
        return _LINE * (self._label(stop).count("<br>") + 2) + _ROOM  # a line for the number

    def _label(self, stop: Stop) -> str:
        words = label(stop.name, width=21 if len(self._columns) == 2 else 17, most=3)
        return f"{_SIGNS.get(stop.mark, '')}{words}"

    def _words(self, node: Node) -> dict[str, Any]:
        words = f"{self._label(node.stop)}<br>{node.weight:,}"
        return _text(node.column + self._bar, words) | {"y": node.top + node.slot / 2, "xshift": 5}


def _heading(column: int, name: str) -> dict[str, Any]:
    place = {"yref": "paper", "y": 1, "yanchor": "bottom", "yshift": 8}
    return _text(column, f"<b>{name}</b>") | place


def _text(x: float, words: str) -> dict[str, Any]:
    return {
        "x": x,
        "text": words,
        "showarrow": False,
        "xanchor": "left",
        "align": "left",
        "font": {"size": 12, "color": TEXT},
    }


def _weight(mark: str) -> int:
    return _WEIGHT.get(mark, len(_WEIGHT))


def _worst(stops: Iterable[Stop]) -> str:
    return min((stop.mark for stop in stops), key=_weight)


def _looks(flow: Flow, column: int) -> str:
    """What colours a flow after a column: what is wrong with it anywhere, else what is near."""
    worst = _worst(flow)
    return worst if worst in _WRONG else _worst(flow[column : column + 2])


def fewer(counts: Mapping[Flow, int], most: int) -> dict[Flow, int]:
    """The same flows; of a long column the light stops that are not wrong stand together."""
    flows = dict(counts)
    for at in range(len(next(iter(flows), ()))):
        found = weights(flows, at)
        if len(found) > most:
            order = sorted(found, key=lambda stop: (_rank(stop), -found[stop], stop))
            flows = _gathered(flows, at, order, most - 1)
    return flows


def _rank(stop: Stop) -> int:
    return min(_weight(stop.mark), len(_WRONG))


def _gathered(
    flows: Mapping[Flow, int], at: int, stops: Sequence[Stop], most: int
) -> dict[Flow, int]:
    kept, rest = set(stops[:most]), Counter(stop.mark for stop in stops[most:])
    gathered: Counter[Flow] = Counter()
    for flow, number in flows.items():
        stop = flow[at]
        if stop not in kept and rest[stop.mark] > 1:
            stop = Stop(f"{rest[stop.mark]:,} more", stop.mark)
        gathered[(*flow[:at], stop, *flow[at + 1 :])] += number
    return dict(gathered)
