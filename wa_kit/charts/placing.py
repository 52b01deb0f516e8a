"""Where the stops and bands of a flow chart lie, in pixels. Knows no colours and no words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import msgspec

from wa_kit.charts.figure import SEEN

_BODY = 240  # pixels that all things take together
_GAP = 12
_SHORTEST = 3


class Stop(NamedTuple):
    """Where a flow comes through: a name, and the state it is in, as the legend has it."""

    name: str
    mark: str = SEEN


Flow = tuple[Stop, ...]  # a stop for each column
Span = tuple[float, float]  # from where to where


class Node(msgspec.Struct):
    """A stop: its slot from ``top`` on has room for its words, its bar stands in the middle."""

    stop: Stop
    column: int
    weight: int
    height: float
    slot: float
    top: float = 0
    taken: list[float] = msgspec.field(default_factory=lambda: [0.0, 0.0])  # on the way in, out

    @property
    def bar(self) -> float:
        return self.top + (self.slot - self.height) / 2


class Band(msgspec.Struct, frozen=True):
    """What goes from one stop to the next, as the path of its outline."""

    mark: str
    path: str


def placed(ways: Mapping[Flow, int], room: Callable[[Stop], int]) -> list[list[Node]]:
    """The stops of each column from top to bottom. ``room`` is what the words of a stop need."""
    scale = _BODY / sum(ways.values())
    columns = [
        [_node(stop, at, weight, scale, room(stop)) for stop, weight in weights(ways, at).items()]
        for at in range(len(next(iter(ways))))
    ]
    _untangle(columns, ways)
    most = max(map(_height, columns))
    for column in columns:
        top = (most - _height(column)) / 2
        for node in column:
            node.top = top
            top += node.slot + _GAP
    return columns


def height(columns: Sequence[Sequence[Node]]) -> float:
    return max(map(_height, columns))


def weights(ways: Mapping[Flow, int], column: int) -> Counter[Stop]:
    """How many come through each stop of a column."""
    found: Counter[Stop] = Counter()
    for way, number in ways.items():
        found[way[column]] += number
    return found


def _node(stop: Stop, column: int, weight: int, scale: float, room: int) -> Node:
    tall = max(weight * scale, _SHORTEST)
    return Node(stop, column, weight, tall, max(tall, room))


def _height(column: Sequence[Node]) -> float:
    return sum(node.slot for node in column) + _GAP * (len(column) - 1)


def _untangle(columns: list[list[Node]], ways: Mapping[Flow, int]) -> None:
    """Order each column by where its neighbours lie, there and back: few bands cross then."""
    for column in columns:
        column.sort(key=lambda node: (-node.weight, node.stop))
    last = len(columns) - 1
    there = [(at, at - 1) for at in range(1, last + 1)]
    back = [(at, at + 1) for at in range(last - 1, -1, -1)]
    for at, beside in (*there, *back, *there):
        places = {node.stop: place for place, node in enumerate(columns[beside])}
        pulled: Counter[Stop] = Counter()
        for way, number in ways.items():
            pulled[way[at]] += number * places[way[beside]]
        columns[at].sort(key=lambda node: pulled[node.stop] / node.weight)


def bands(
    columns: Sequence[Sequence[Node]],
    ways: Mapping[Flow, int],
    mark: Callable[[Flow, int], str],
    bar: float,
) -> list[Band]:
    """The bands between neighbouring columns.

    ``mark`` says how a way looks after a column; ``bar`` is the width of a stop, in columns.
    """
    between: Counter[tuple[int, int, int, str]] = Counter()
    places = [{node.stop: place for place, node in enumerate(column)} for column in columns]
    for way, number in ways.items():
        for at, (one, then) in enumerate(pairwise(way)):
            between[at, places[at][one], places[at + 1][then], mark(way, at)] += number
    by_end = sorted(between, key=lambda band: (band[0], band[2], band[1], band[3]))
    starts = {band: _take(columns[band[0]][band[1]], 1, between[band]) for band in sorted(between)}
    ends = {band: _take(columns[band[0] + 1][band[2]], 0, between[band]) for band in by_end}
    return [
        Band(band[3], _outline(band[0] + bar, band[0] + 1, starts[band], ends[band]))
        for band in sorted(between)
    ]


def _take(node: Node, side: int, number: int) -> Span:
    """The next free part of a bar's side: from where to where."""
    begin = node.bar + node.taken[side]
    node.taken[side] += node.height * number / node.weight
    return begin, node.bar + node.taken[side]


def _outline(left: float, right: float, start: Span, end: Span) -> str:
    middle = (left + right) / 2
    return (
        f"M{left:.3f},{start[0]:.1f} "
        f"C{middle:.3f},{start[0]:.1f} {middle:.3f},{end[0]:.1f} {right},{end[0]:.1f} "
        f"L{right},{end[1]:.1f} "
        f"C{middle:.3f},{end[1]:.1f} {middle:.3f},{start[1]:.1f} {left:.3f},{start[1]:.1f} Z"
    )
