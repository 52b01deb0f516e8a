"""The table of contents of a Word document, filled in with its headings.

Word makes one only when it is asked to; a reader must not meet an empty page. What stands here is
a field all the same: Word adds the page numbers as it opens the document, and keeps it right.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.xmlchemy import BaseOxmlElement

_LEVELS = {"heading 1": 1, "heading 2": 2}
_FIRST_ID = 9_000  # of a bookmark; Word counts its own from 0
_TOC = re.compile(r"^\s*TOC\b")
# What follows w:updateFields in the order that the format prescribes.
_AFTER = ("hdrShapeDefaults", "footnotePr", "endnotePr", "compat", "docVars", "rsids", "mathPr")


def fill(document: Any) -> None:
    """Fill the first contents field of ``document``; without one, leave it as it is."""
    body = document.element.body
    found = next(
        (code for code in body.iter(qn("w:instrText")) if _TOC.match(code.text or "")), None
    )
    if found is None:
        return
    begins = next(found.iterancestors(qn("w:p")))
    entries = list(_entries(document))
    for paragraph in _rest_of_field(begins):
        paragraph.getparent().remove(paragraph)
    _empty(begins)
    _put(begins, entries, found.text, {level: _style(document, level) for level in (1, 2)})
    _ask_to_update(document.settings.element)


Entry = tuple[int, str, str]  # level, words, bookmark


def _entries(document: Any) -> Iterator[Entry]:
    """The headings, each with a bookmark put around it."""
    levels = {
        style.style_id: _LEVELS[style.name.lower()]
        for style in document.styles
        if (style.name or "").lower() in _LEVELS
    }
    for number, paragraph in enumerate(document.element.body.iter(qn("w:p")), _FIRST_ID):
        level = levels.get(paragraph.style)
        words = "".join(text.text or "" for text in paragraph.iter(qn("w:t"))).strip()
        if level and words:
            name = f"_Toc{number:09}"
            start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
            for mark in (start, end):
                mark.set(qn("w:id"), str(number))
            start.set(qn("w:name"), name)
            paragraph.insert(1 if paragraph.pPr is not None else 0, start)
            paragraph.append(end)
            yield level, words, name


def _rest_of_field(begins: BaseOxmlElement) -> list[BaseOxmlElement]:
    """The paragraphs after the first that the field's old content reaches into."""
    open_, rest = _depth(begins), []
    following = begins.itersiblings(qn("w:p"))
    while open_ > 0 and (paragraph := next(following, None)) is not None:
        open_ += _depth(paragraph)
        rest.append(paragraph)
    return rest


def _depth(paragraph: BaseOxmlElement) -> int:
    kinds = [mark.get(qn("w:fldCharType")) for mark in paragraph.iter(qn("w:fldChar"))]
    return kinds.count("begin") - kinds.count("end")


def _empty(paragraph: BaseOxmlElement) -> None:
    for child in list(paragraph):
        if child is not paragraph.pPr:
            paragraph.remove(child)


def _put(
    first: BaseOxmlElement, entries: list[Entry], code: str, styles: dict[int, str | None]
) -> None:
    """The field around an entry each; what begins and ends it stands in the first and last."""
    paragraphs = [first, *(OxmlElement("w:p") for _ in entries[1:])]
    for before, after in pairwise(paragraphs):
        before.addnext(after)
    for paragraph, (level, words, bookmark) in zip(paragraphs, entries, strict=False):
        if style := styles[level]:
            paragraph.style = style
        paragraph.append(_link(words, bookmark))
    at = 1 if first.pPr is not None else 0
    for piece in reversed([_mark("begin"), _code(code), _mark("separate")]):
        first.insert(at, piece)
    paragraphs[-1].append(_mark("end"))


def _link(words: str, bookmark: str) -> BaseOxmlElement:
    link = parse_xml(f'<w:hyperlink {nsdecls("w")} w:anchor="{bookmark}" w:history="1"/>')
    for piece in (
        _text(words),
        _run("w:tab"),
        _mark("begin"),
        _code(f" PAGEREF {bookmark} \\h "),
        _mark("separate"),
        _text(""),
        _mark("end"),
    ):
        link.append(piece)
    return link


def _run(name: str) -> BaseOxmlElement:
    run = OxmlElement("w:r")
    run.append(OxmlElement(name))
    return run


def _text(words: str) -> BaseOxmlElement:
    run = _run("w:t")
    run[0].text = words
    run[0].set(qn("xml:space"), "preserve")
    return run


def _code(words: str) -> BaseOxmlElement:
    run = _run("w:instrText")
    run[0].text = words
    run[0].set(qn("xml:space"), "preserve")
    return run


def _mark(kind: str) -> BaseOxmlElement:
    run = _run("w:fldChar")
    run[0].set(qn("w:fldCharType"), kind)
    return run


def _style(document: Any, level: int) -> str | None:
    name = f"toc {level}"
    return next((s.style_id for s in document.styles if (s.name or "").lower() == name), None)


def _ask_to_update(settings: BaseOxmlElement) -> None:
    """Have Word bring the page numbers up to date as it opens the document."""
    if settings.find(qn("w:updateFields")) is not None:
        return
    update = OxmlElement("w:updateFields")
    update.set(qn("w:val"), "true")
    after = {qn(f"w:{name}") for name in _AFTER} | {qn("m:mathPr")}
    follows = next((child for child in settings if child.tag in after), None)
    if follows is None:
        settings.append(update)
    else:
        follows.addprevious(update)
