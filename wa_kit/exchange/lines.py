"""The rows of a document that came back: each with its table, its reference and its cells.

The same from Excel and Word. What a cell means is not asked here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from wa_kit.exchange.cells import Raw
from wa_kit.exchange.tables import HEADING, REFERENCE


class Cell(Struct, frozen=True, kw_only=True):
    """What stands in a cell, and where it is, as a person would look for it."""

    raw: Raw
    where: str
    error: bool = False  # a formula that came to nothing

    @property
    def text(self) -> str:
        return "" if self.raw is None else str(self.raw).strip()


class Line(Struct, frozen=True, kw_only=True):
    """A row that holds something. ``code`` is empty where it stands under no headings."""

    code: str
    ref: str
    where: str
    cells: Mapping[str, Cell]  # heading -> cell
    strays: tuple[Cell, ...]  # beside the table, under no heading


class Came(Struct, frozen=True, kw_only=True):
    """All of a document: its rows, and what it carries."""

    lines: tuple[Line, ...]
    carried: str


def of_grid(rows: Iterable[tuple[str, Sequence[Cell]]]) -> Iterator[Line]:
    """The lines of one sheet or table; each row with the words for where it is."""
    heads: dict[int, str] = {}
    code, of_refs = "", -1
    for where, cells in rows:
        texts = {place: cell.text for place, cell in enumerate(cells) if cell.text}
        begins = next((p for p, text in texts.items() if HEADING.fullmatch(text)), None)
        if begins is not None:
            code, of_refs = texts.pop(begins).removeprefix("Ref "), begins
            heads = texts
        elif not code:
            found = next((text for text in texts.values() if REFERENCE.fullmatch(text)), "")
            if found:
                yield Line(code="", ref=found, where=where, cells={}, strays=())
        elif texts:
            yield _line(code, where, cells, heads, of_refs)


def _line(
    code: str, where: str, cells: Sequence[Cell], heads: Mapping[int, str], of_refs: int
) -> Line:
    nothing = Cell(raw=None, where=where)
    at = dict(enumerate(cells))
    known = {*heads, of_refs}
    return Line(
        code=code,
        ref=at.get(of_refs, nothing).text,
        where=where,
        cells={
            head: at.get(place, Cell(raw=None, where=f"{where}, {head}"))
            for place, head in heads.items()
        },
        strays=tuple(cell for place, cell in at.items() if place not in known and cell.text),
    )
