"""What every chart is: plain data in plotly's JSON form, its words, and the table beside it.

plotly itself is never imported: the viewer draws. No meaning hangs on colour alone, and where
there is nothing to draw there is no chart but a sentence.
"""

from __future__ import annotations

import html
from collections.abc import Iterator
from typing import Any

from wa_kit.shown import Parts, Table, el, visible

PLOTLY = "application/vnd.plotly.v1+json"
NOT_READ = "Not read"
OTHERS_KEY = "Key of another account"
OPEN_KEY = "Key open to anybody"
NO_KEY = "Not encrypted"
NO_USE = "Key that cannot be used"
NOBODY = "None seen"
SEEN = "Seen"
UNTOLD = "AWS cannot tell"

# Okabe and Ito's colours, which people with any colour vision can tell apart; a pattern each.
INK = {
    "Pass": ("#0072B2", ""),
    "Fail": ("#D55E00", "x"),
    "Not applicable": ("#C9D6DF", ""),
    UNTOLD: ("#CC79A7", "\\"),
    "Not answered": ("#F0E442", "-"),
    NOT_READ: ("#767676", "."),
    "Verdict given": ("#0072B2", ""),
    "Customer managed key": ("#0072B2", ""),
    "AWS managed key": ("#56B4E9", "/"),
    "Key that AWS owns": ("#009E73", "\\"),
    "Key sent by the customer": ("#CC79A7", "-"),
    OTHERS_KEY: ("#CC79A7", "|"),
    OPEN_KEY: ("#D55E00", "x"),
    NO_USE: ("#E69F00", "+"),
    NO_KEY: ("#D55E00", "x"),
    SEEN: ("#0072B2", ""),
    NOBODY: ("#C9D6DF", "/"),
    "What it protects": ("#009E73", ""),
    "Rotation on": ("#0072B2", ""),
    "Rotation off": ("#D55E00", "x"),
    "KMS cannot rotate it": ("#CC79A7", "\\"),
}
TEXT = "#1d2733"
PAGE: dict[str, Any] = {
    "font": {"family": "system-ui, sans-serif", "size": 13, "color": TEXT},
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
}


class Chart:
    """A title that says what is counted, a figure, and a table that has the same figures."""

    title: str

    def __bool__(self) -> bool:
        """Whether there is something to draw."""
        raise NotImplementedError

    @property
    def table(self) -> Table:
        raise NotImplementedError

    def in_words(self) -> str:
        """What a person hears who cannot see the chart."""
        raise NotImplementedError

    def _data(self) -> list[dict[str, Any]]:
        raise NotImplementedError

    def _layout(self) -> dict[str, Any]:
        raise NotImplementedError

    @property
    def figure(self) -> dict[str, Any]:
        layout = PAGE | self._layout()
        return {
            "data": self._data(),
            "layout": layout | {"meta": layout.get("meta", {}) | {"alt": self.in_words()}},
            "config": {"displayModeBar": False, "displaylogo": False, "responsive": True},
        }

    def shown(self, otherwise: str, level: int = 4) -> Parts:
        """The chart with its table, or a sentence where there is nothing to draw."""
        if not self:
            return Parts(el("p", otherwise, class_="nothing"))
        return Parts(el(f"h{level}", self.title), self, self.table)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {PLOTLY: self.figure, "text/plain": self.in_words()}


def marker(colour: str, pattern: str) -> dict[str, Any]:
    """A field in its colour and pattern, with a white edge."""
    return {
        "color": colour,
        "line": {"color": "#ffffff", "width": 1},
        "pattern": {
            "shape": pattern,
            "bgcolor": colour,
            "fgcolor": readable_on(colour),
            "fgopacity": 0.3,
            "size": 7,
        },
    }


def label(category: str, width: int = 36, most: int = 2) -> str:
    """A category as plotly draws it: in short lines, its small markup and formulas made inert."""
    lines, line = [], ""
    for word in category.split():
        for piece in _pieces(word, width):
            if line and len(line) + len(piece) >= width:
                lines.append(line)
                line = ""
            line = f"{line} {piece}".strip()
    lines.append(line)
    if len(lines) > most:  # the table below has it whole
        lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}\N{HORIZONTAL ELLIPSIS}"]
    inert = (html.escape(visible(part), quote=False).replace("$", "&#36;") for part in lines)
    return "<br>".join(inert)


def _pieces(word: str, width: int) -> Iterator[str]:
    """A long word in parts that fit, cut behind a hyphen or a stroke where there is one."""
    while len(word) > width:
        mark = max(word.rfind(mark, 0, width) for mark in "-/.:_")
        at = mark + 1 if mark > width // 3 else width
        yield word[:at]
        word = word[at:]
    yield word


def readable_on(colour: str) -> str:
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return TEXT if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"
