"""What a notebook cell shows: text made safe, elements, tables, and parts in a row.

Everything that is not ``Html`` is escaped, so a name or tag can neither run nor hide: control
characters, direction overrides and invisible marks are written out. Nothing here knows findings.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence
from typing import Any

# Controls, surrogates, line and paragraph separators, direction marks, tag characters. The two
# joiners U+200C and U+200D stay: whole scripts are spelled with them.
_ODD = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_TAGS = re.compile(r"<[^>]*>")
_BLANKS = re.compile(r"[ \t]*\n\s*")
_END_OF_LINE = re.compile(r"</(?:p|tr|li|h\d|caption|summary|dd|div)>")
# JupyterLab sets cells to the right, and keeps no style sheet of a notebook it does not trust.
_LEFT = "text-align:left"
_VOID = frozenset({"br", "hr", "img"})


class Html(str):
    """Markup that was made here, not read anywhere."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:  # IPython lays it beside the markup: twice the page, otherwise
        return f"<{len(self):,} characters of markup>"


Child = Any  # Html goes in as it is, None leaves nothing, everything else is text


def visible(value: object) -> str:
    """``value`` as text in which nothing is invisible."""
    return _ODD.sub(lambda odd: f"\u27e8U+{ord(odd[0]):04X}\u27e9", str(value))


def clamped(words: str, most: int) -> str:
    """``words`` cut at a blank, with a mark that says so, where they are longer than ``most``."""
    if len(words) <= most:
        return words
    kept = words[: most - 1]
    at_a_blank = kept.rpartition(" ")[0] if " " in kept[most // 2 :] else kept
    return at_a_blank.rstrip(" ,;:") + "\N{HORIZONTAL ELLIPSIS}"


def text(value: object) -> str:
    """``value`` as inert markup."""
    return html.escape(visible(value))


def el(tag: str, *inside: Child, **attributes: object) -> Html:
    """One element. ``class_`` and ``for_`` lose their underscore; ``True`` is a bare attribute."""
    given = "".join(
        f" {name.rstrip('_').replace('_', '-')}" + ("" if value is True else f'="{text(value)}"')
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Html(f"<{tag}{given}>")
    return Html(f"<{tag}{given}>{join(*inside)}</{tag}>")


def join(*inside: Child) -> Html:
    return Html(
        "".join(
            child if isinstance(child, Html) else text(child)
            for child in inside
            if child is not None
        )
    )


def paragraphs(prose: str) -> Html:
    """Plain text with its paragraphs kept."""
    return join(*(el("p", part.strip()) for part in prose.split("\n\n") if part.strip()))


def bullets(items: Iterable[Child], **attributes: object) -> Html:
    return el("ul", *(el("li", item) for item in items), **attributes)


def terms(pairs: Iterable[tuple[Child, Child]], **attributes: object) -> Html:
    """A definition list."""
    made = (el("div", el("dt", term), el("dd", said)) for term, said in pairs)
    return el("dl", *made, **attributes)


def folded(summary: Child, *inside: Child, **attributes: object) -> Html:
    """Shown when asked for, and always on paper."""
    return el("details", el("summary", summary), *inside, **attributes)


def plain(markup: str) -> str:
    """The words of markup, for readers that show no HTML."""
    lines = _END_OF_LINE.sub("\n", markup.replace("</td>", "\t").replace("</th>", "\t"))
    return _BLANKS.sub("\n", html.unescape(_TAGS.sub(" ", lines))).strip()


def words(inline: Child) -> str:
    """The words of a piece of inline markup, or of a plain value, on their way to no HTML."""
    return html.unescape(_TAGS.sub("", inline)) if isinstance(inline, Html) else visible(inline)


class Table:
    """Rows under a caption, each cell escaped unless it is ``Html``; whole, however long.

    ``ids`` gives rows an anchor and ``marks`` a class; ``fold_over`` is the length from which it
    is folded.
    """

    def __init__(
        self,
        caption: str,
        columns: Sequence[str],
        rows: Iterable[Sequence[Child]],
        *,
        ids: Sequence[str | None] = (),
        marks: Sequence[str | None] = (),
        numbers: Iterable[str] = (),
        fold_over: int = 25,
        kind: str = "",
    ) -> None:
        self.caption = caption
        self.columns = tuple(columns)
        self.rows = [tuple(row) for row in rows]
        self._ids = ids
        self._marks = marks
        self._numbers = {i for i, name in enumerate(self.columns) if name in set(numbers)}
        self._fold_over = fold_over
        self._kind = kind
        empty = [self._cell(place, name) for place, name in enumerate(self.columns)]
        self._opened = [Html(cell[: cell.rindex("<")]) for cell in empty]
        self._closed = [Html(cell[cell.rindex("<") :]) for cell in empty]

    def html(self) -> Html:
        head = el("tr", *(self._head(i, name) for i, name in enumerate(self.columns)))
        body = (self._row(place, row) for place, row in enumerate(self.rows))
        table = el(
            "table",
            el("caption", self.caption, style=_LEFT),
            el("thead", head),
            el("tbody", *body),
            class_=self._kind or None,
        )
        if len(self.rows) <= self._fold_over:
            return table
        return folded(f"{self.caption} ({len(self.rows):,} rows)", table)

    def _head(self, place: int, name: str) -> Html:
        return el("th", name, scope="col", class_=self._class(place), style=self._side(place))

    def _side(self, place: int) -> str | None:
        return None if place in self._numbers else _LEFT

    def _class(self, place: int) -> str | None:
        return "number" if place in self._numbers else None

    def _row(self, place: int, row: Sequence[Child]) -> Html:
        id_ = self._ids[place] if self._ids else None
        cells = (
            part for cell in zip(self._opened, row, self._closed, strict=True) for part in cell
        )
        return el("tr", *cells, id=id_, class_=self._marks[place] if self._marks else None)

    def _cell(self, place: int, name: str) -> Html:
        """An empty one; on a narrow screen each stands under its column's name."""
        if not place:
            return el("th", scope="row", style=_LEFT)
        return el("td", class_=self._class(place), style=self._side(place), data_label=name)

    def _repr_html_(self) -> str:
        return str(self.html())


class Parts:
    """Several things to show, one after the other."""

    def __init__(self, *parts: Any) -> None:
        self.parts = [part for part in parts if part is not None]

    def _ipython_display_(self) -> None:
        from IPython.display import display

        for part in self._flat():
            display(part)  # type: ignore[no-untyped-call]

    def _flat(self) -> list[Any]:
        """Neighbouring markup becomes one output: a hundred small ones are slow to show."""
        flat: list[Any] = []
        for part in self.parts:
            for one in part._flat() if isinstance(part, Parts) else [part]:
                made = one.html() if isinstance(one, Table) else one
                if isinstance(made, Html) and flat and isinstance(flat[-1], Html):
                    flat[-1] = join(flat[-1], made)
                else:
                    flat.append(made)
        return flat
