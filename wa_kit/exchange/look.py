"""How a sheet looks: formats by what they are for, paper, and rows as high as their words need.

Knows no answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

_INK, _PALE, _FILL, _LINE, _GREY = "#1F3A5F", "#E8EDF3", "#FFF8E1", "#B8C2CC", "#6B7280"


class Look:
    """The formats of the workbook, by what they are for."""

    def __init__(self, book: Any) -> None:
        base = {"font_name": "Arial", "font_size": 10, "valign": "top", "text_wrap": True}
        box = base | {"border": 1, "border_color": _LINE, "align": "left", "indent": 1}
        self.book = book
        self.title = book.add_format(base | {"font_size": 18, "bold": True, "font_color": _INK})
        self.lead = book.add_format(base | {"font_size": 12, "font_color": _INK})
        self.label = book.add_format(base | {"bold": True, "font_color": _INK})
        self.text = book.add_format(base)
        self.link = book.add_format(base | {"font_color": "#0B5394", "underline": 1})
        self.part = book.add_format(
            base | {"bold": True, "font_size": 12, "font_color": _INK, "bottom": 2}
        )
        self.head = book.add_format(
            box | {"bold": True, "font_color": "white", "bg_color": _INK, "valign": "vcenter"}
        )
        self.said = book.add_format(box | {"bg_color": _PALE})
        self.hint = book.add_format(box | {"bg_color": _PALE, "font_color": "#4B5563"})
        self.fill = book.add_format(box | {"bg_color": _FILL, "locked": False, "num_format": "@"})
        self.day = book.add_format(
            box | {"bg_color": _FILL, "locked": False, "num_format": "yyyy-mm-dd", "align": "left"}
        )
        self.ref = book.add_format(base | {"font_size": 8, "font_color": _GREY})


def paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.6, 0.6)
    sheet.set_footer("&L&8&A&R&8&P / &N")
    sheet.hide_gridlines(2)


def merged(sheet: Any, row: int, first: int, last: int, text: str, look: Any, width: float) -> None:
    """A text over several columns, and a row as high as it needs."""
    sheet.merge_range(row, first, row, last, "", look)
    sheet.write_string(row, first, text, look)
    sheet.set_row(row, high([(text, width)]) if look.font_size <= 12 else 28)


def high(texts: Iterable[tuple[str, float]]) -> float:
    """The height of a row with cells of such texts and widths. Not every program works it out."""
    most = max((lines(text, width) for text, width in texts), default=1)
    return min(400, 13 * most + 5)  # Excel's rows end at 409 points


def lines(text: str, width: float) -> int:
    """How many lines a text takes in a cell so many digits wide; most letters are narrower."""
    return sum(max(1, math.ceil(len(line) * 0.95 / width)) for line in text.split("\n"))
