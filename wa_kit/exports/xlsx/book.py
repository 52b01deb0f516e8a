"""A workbook of plain tables: filters, a header that stays, inert cells. Knows no review.

Nothing that is written can become a formula or a link, and nothing in it stays invisible.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from wa_kit.model import KitError
from wa_kit.shown import visible

MOST_ROWS = 1_048_576  # of a sheet, its header among them
MOST_CHARACTERS = 32_767  # of a cell
_LINE = 13.5  # points
_MOST_LINES = 24  # what is longer can be read in the formula bar
_PAPER_WIDTH = 250  # characters, on a page laid across
_INK, _PAPER = "#12324A", "#FFFFFF"
_GENERAL: dict[str, Any] = {"valign": "top", "font_size": 10, "font_name": "Calibri"}
_RULED = {"bottom": 1, "bottom_color": "#D5DCE2"}
_FORMATS: dict[str, dict[str, Any]] = {
    "empty": {},
    "row": _RULED,
    "text": {"text_wrap": True, **_RULED},
    "code": {"num_format": "@", "font_name": "Consolas", "font_size": 9, **_RULED},
    "number": {"num_format": "#,##0", "align": "right", "indent": 1, **_RULED},
    "date": {"num_format": "yyyy-mm-dd", "align": "left", **_RULED},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "align": "left", **_RULED},
    "formula-like": {"text_wrap": True, "quote_prefix": True, **_RULED},
    "head": {
        "bold": True,
        "bg_color": _INK,
        "font_color": _PAPER,
        "text_wrap": True,
        "valign": "vcenter",
    },
    "title": {"bold": True, "font_size": 16, "font_color": _INK},
    "heading": {"bold": True, "font_size": 12, "font_color": _INK},
    "strong": {"bold": True, "text_wrap": True, **_RULED},
    "mark": {"bold": True, "bg_color": "#F0E442", "text_wrap": True},
}
# Okabe and Ito's colours, made light enough for black words; the word itself says the same.
_COLOURS = {
    "Fail": "#F7C9AE",
    "Gaps found": "#F7C9AE",
    "Pass": "#BFD9EE",
    "Supported by the evidence": "#BFD9EE",
    "Not read": "#D0D0D0",
    "Cannot be told": "#D0D0D0",
    "AWS cannot tell": "#EBD0DF",
    "Not answered": "#FAF6B0",
    "For people to answer": "#FAF6B0",
    "Critical": "#F7C9AE",
    "High": "#FBE3D3",
    "Overdue": "#F7C9AE",
}

Kind = Literal["text", "code", "number", "date", "time"]


class Column(NamedTuple):
    """A column: its name, its width in characters, and what stands in it.

    ``code`` is an identifier: text that never wraps and keeps its leading zeros.
    """

    name: str
    width: int
    kind: Kind = "text"
    coloured: bool = False


class Book:
    """A workbook that is being written, sheet by sheet and row by row."""

    def __init__(self, file: Path, properties: Mapping[str, str], footer: str) -> None:
        """Raises ``KitError`` where XlsxWriter is missing."""
        try:
            import xlsxwriter
        except ImportError as error:
            raise KitError(
                "An Excel file needs XlsxWriter: pip install 'wa-kit[office]'"
            ) from error
        inert = {
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(str(file), {**inert, "constant_memory": True})
        self._book.set_properties({name: visible(text) for name, text in properties.items()})
        self._formats = {
            name: self._book.add_format({**_GENERAL, **look}) for name, look in _FORMATS.items()
        }
        self._colours = {
            word: self._book.add_format({"bg_color": colour}) for word, colour in _COLOURS.items()
        }
        self._footer = f"&L{visible(footer).replace('&', '&&')[:200]}&RPage &P of &N"

    def close(self) -> None:
        self._book.close()

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        most: int = MOST_ROWS,
    ) -> int:
        """A sheet that is one table. Returns how many of the rows did not fit."""
        sheet = self._sheet(name, [column.width for column in columns])
        last, left = self.rows(sheet, 0, columns, rows, most)
        sheet.freeze_panes(1, 1)
        sheet.repeat_rows(0)
        sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{MOST_ROWS}"})
        sheet.print_area(0, 0, max(last, 1), _printed(columns) - 1)
        self.coloured(sheet, 0, last, columns)
        return left

    def page(self, name: str, widths: Sequence[int]) -> Page:
        """A sheet to read from above to below."""
        return Page(self, self._sheet(name, widths), widths)

    def look(self, kind: str) -> Any:
        return self._formats[kind]

    def _sheet(self, name: str, widths: Sequence[int]) -> Any:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.set_footer(self._footer)
        sheet.hide_gridlines(1)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width, self._formats["empty"])
        return sheet

    def rows(
        self,
        sheet: Any,
        top: int,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        most: int = MOST_ROWS,
    ) -> tuple[int, int]:
        """Write a header and rows; the last row they took, and how many did not fit."""
        sheet.set_row(top, 2 * _LINE)
        for at, column in enumerate(columns):
            self.cell(sheet, top, at, column.name, "head")
        place, left = top, 0
        for row in rows:
            if place + 1 >= most:
                left += 1
                continue
            place += 1
            sheet.set_row(place, _height(columns, row), self._formats["row"])
            for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                self.cell(sheet, place, at, value, column.kind)
        return place, left

    def cell(self, sheet: Any, row: int, column: int, value: Any, kind: str) -> None:
        """Write one value as inert text, a number or a day."""
        look = self._formats[kind]
        if value is None or value == "":
            return
        if kind == "number" and isinstance(value, int):
            sheet.write_number(row, column, value, look)
        elif kind in ("date", "time") and isinstance(value, dt.date):
            if isinstance(value, dt.datetime):
                value = value.astimezone(dt.UTC).replace(tzinfo=None)
            sheet.write_datetime(row, column, value, look)
        else:
            text = cut(visible(value))
            if text[0] in "=+-@" and kind in ("text", "code"):
                look = self._formats["formula-like"]  # stays text when somebody edits it
            sheet.write_string(row, column, text, look)

    def coloured(self, sheet: Any, top: int, last: int, columns: Sequence[Column]) -> None:
        """Give the words of some columns, under their header at ``top``, a colour each."""
        for place, column in enumerate(columns):
            for word, look in self._colours.items() if column.coloured and last > top else ():
                rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": look}
                sheet.conditional_format(top + 1, place, last, place, rule)


class Page:
    """A sheet that is read from above to below: lines, facts and small tables."""

    def __init__(self, book: Book, sheet: Any, widths: Sequence[int]) -> None:
        self._book = book
        self._sheet = sheet
        self._widths = widths
        self._next = 0

    def line(self, text: str, kind: str = "text") -> None:
        """A line over the whole width."""
        self._across(0, text, kind)

    def fact(self, term: str, value: Any, kind: str = "text") -> None:
        """A term and, over the rest of the width, what is said of it."""
        self._book.cell(self._sheet, self._next, 0, term, "strong")
        self._across(1, value, kind)

    def gap(self) -> None:
        self._next += 1

    def table(self, columns: Sequence[Column], rows: Iterable[Sequence[Any]]) -> None:
        last = self._book.rows(self._sheet, self._next, columns, rows)[0]
        self._book.coloured(self._sheet, self._next, last, columns)
        self._next = last + 2

    def _across(self, first: int, value: Any, kind: str) -> None:
        """Joined cells do not grow with their text by themselves."""
        room = sum(self._widths[first:])
        lines = 2 if kind == "title" else min(_lines(str(value), room), _MOST_LINES)
        self._sheet.set_row(self._next, lines * _LINE)
        look, row, last = self._book.look(kind), self._next, len(self._widths) - 1
        if last > first:
            self._sheet.merge_range(row, first, row, last, "", look)
        self._book.cell(self._sheet, row, first, value, kind)
        self._next += 1


def _height(columns: Sequence[Column], row: Sequence[Any]) -> float:
    """Points that a row needs: not every program finds that out by itself."""
    texts = (
        _lines(value, column.width)
        for column, value in zip(columns[: _printed(columns)], row, strict=False)
        if column.kind == "text" and isinstance(value, str) and len(value) > column.width - 3
    )
    return _LINE * min(max(texts, default=1), _MOST_LINES)


def _lines(text: str, width: int) -> int:
    """Lines that a text takes, broken at blanks, so each is a little shorter than the column."""
    return sum(1 + len(line) // width for line in text.split("\n"))


def _printed(columns: Sequence[Column]) -> int:
    """How many columns go on paper: as many as can still be read there."""
    widths = 0
    for place, column in enumerate(columns):
        widths += column.width
        if widths > _PAPER_WIDTH:
            return place
    return len(columns)


def cut(text: str) -> str:
    """``text`` as long as a cell may be, with a mark that says how much there was."""
    if len(text) <= MOST_CHARACTERS:
        return text
    mark = f" … [cut here: {len(text):,} characters; the whole stands in the run folder]"
    return text[: MOST_CHARACTERS - len(mark)] + mark
