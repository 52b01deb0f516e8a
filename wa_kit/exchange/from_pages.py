"""A Word document that came back, as lines. Tracked changes count as accepted."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from wa_kit.exchange.carried import NAMESPACE
from wa_kit.exchange.lines import Came, Cell, Line, of_grid
from wa_kit.exchange.opened import Package
from wa_kit.exchange.tables import HEADING, QUESTION, spec_of

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_INTO = {f"{_W}{n}" for n in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")}
_PASSED = {
    f"{_W}{n}"
    for n in ("del", "moveFrom", "tbl", "pPr", "rPr", "sdtPr", "drawing", "pict", "instrText")
}
_MARKS = {
    f"{_W}tab": "\t",
    f"{_W}br": "\n",
    f"{_W}cr": "\n",
    f"{_W}noBreakHyphen": "\u2011",
    f"{_W}softHyphen": "\u00ad",
}


def read(package: Package) -> Came:
    """Every table of the document that has the headings of one to fill in."""
    root = ElementTree.fromstring(package.read("word/document.xml"))
    lines: list[Line] = []
    for table in root.iter(f"{_W}tbl"):
        lines += of_grid(_rows(table))
    return Came(lines=tuple(lines), carried=_carried(package))


def _carried(package: Package) -> str:
    for name in package.names:
        if name.startswith("customXml/") and name.endswith(".xml"):
            root = ElementTree.fromstring(package.read(name))
            if root.tag == f"{{{NAMESPACE}}}answers":
                return root.text or ""
    return ""


def _rows(table: Element) -> Iterator[tuple[str, list[Cell]]]:
    name, heads = "", [""]
    for number, row in enumerate(_children(table, f"{_W}tr"), 1):
        if row.find(f"{_W}trPr/{_W}del") is not None:  # a deletion that is tracked
            continue
        texts = list(_texts(row))
        if code := next((found[1] for text in texts if (found := HEADING.fullmatch(text))), ""):
            name, heads = _name(code), texts
        where = f"table {name or 'without headings'}, row {number}"
        yield (
            where,
            [
                Cell(raw=text, where=f"{where}, {_under(heads, place)}")
                for place, text in enumerate(texts)
            ],
        )


def _name(code: str) -> str:
    spec = spec_of(code)
    return code if spec is None or code.startswith(QUESTION) else repr(spec.title)


def _under(heads: list[str], place: int) -> str:
    return f"{heads[place]!r}" if place < len(heads) and heads[place] else f"cell {place + 1}"


def _texts(row: Element) -> Iterator[str]:
    """The text of each column; a cell that spans several stands in the first of them."""
    for cell in _children(row, f"{_W}tc"):
        yield "\n".join(_text(paragraph) for paragraph in _children(cell, f"{_W}p"))
        span = cell.find(f"{_W}tcPr/{_W}gridSpan")
        wide = span.get(f"{_W}val", "1") if span is not None else "1"
        for _ in range(min(int(wide), 60) - 1):
            yield ""


def _children(parent: Element, tag: str) -> Iterator[Element]:
    """Those of one kind, also where a content control or a tracked insertion lies between."""
    for child in parent:
        if child.tag == tag:
            yield child
        elif child.tag in _INTO:
            yield from _children(child, tag)


def _text(parent: Element) -> str:
    return "".join(_words(parent))


def _words(parent: Element) -> Iterator[str]:
    if parent.find(f"{_W}sdtPr/{_W}showingPlcHdr") is not None:
        return  # "Choose an item." is nobody's answer
    for child in parent:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in _MARKS:
            yield _MARKS[child.tag]
        elif child.tag not in _PASSED:
            yield from _words(child)
