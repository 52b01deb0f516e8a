"""The form as a Word document: a chapter for each question and for each list.

Text is text: nothing of it is read as markup, field or link. A custom XML part carries what the
import needs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wa_kit.checks import CHECKS
from wa_kit.exchange.carried import NAMESPACE
from wa_kit.exchange.cells import written
from wa_kit.exchange.form import Asked, Form, runs_in_words, standing
from wa_kit.exchange.tables import Column, Row, Table
from wa_kit.exchange.words import HOW_TO, TITLE
from wa_kit.shown import clamped, visible

_INK, _PALE, _FILL, _LINE, _GREY = "1F3A5F", "E8EDF3", "FFF8E1", "B8C2CC", "6B7280"
_WIDE = 26.7  # centimetres between the margins
_REF = 1.6
_CUSTOM_XML = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/customXml"


def write(form: Form, path: Path) -> None:
    """Write the document to ``path``."""
    import docx

    paper = docx.Document()
    _page(paper, _shown(form.name, 200))
    _start(paper, form)
    for number, asked in enumerate(form.asked, 1):
        _question(paper, number, asked)
    for table in form.lists:
        _heading(paper, table.spec.title)
        paper.add_paragraph(table.spec.intro)
        _table(paper, table)
    _checks(paper)
    _carry(paper, form.carried)
    paper.save(str(path))


def _shown(text: str, most: int = 20_000) -> str:
    return clamped(visible(text), most)


def _page(paper: Any, name: str) -> None:
    """A4 on its side, one typeface, and a footer with the page's number."""
    from docx.enum.section import WD_ORIENT
    from docx.shared import Cm, Pt, RGBColor

    section = paper.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    section.left_margin = section.right_margin = Cm(1.5)
    section.top_margin = section.bottom_margin = Cm(1.6)
    for style, size in (("Normal", 10), ("Title", 24), ("Heading 1", 17), ("Heading 2", 12)):
        font = paper.styles[style].font
        font.name, font.size = "Arial", Pt(size)
        _typeface(paper.styles[style].element)
        if style != "Normal":
            font.color.rgb = RGBColor.from_string(_INK)
    paper.styles["Normal"].paragraph_format.space_after = Pt(4)
    paper.core_properties.title = f"{TITLE}: {name}"
    paper.core_properties.author = ""
    paper.core_properties.comments = ""
    footer = section.footer.paragraphs[0]
    _small(footer.add_run(f"{TITLE}: {name}, page "))
    _small(_page_number(footer))


def _typeface(style: Any) -> None:
    """The template's headings name a theme's typeface, which would win."""
    from docx.oxml.ns import qn

    fonts = style.rPr.rFonts
    for name in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{name}"), None)


def _page_number(paragraph: Any) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    return run


def _small(run: Any) -> None:
    from docx.shared import Pt, RGBColor

    run.font.size, run.font.color.rgb = Pt(8), RGBColor.from_string(_GREY)


def _start(paper: Any, form: Form) -> None:
    paper.add_paragraph(TITLE, style="Title")
    paper.add_paragraph(_shown(form.name, 200), style="Heading 2")
    paper.add_paragraph(_shown(runs_in_words(form.seen)))
    for words in HOW_TO:
        paper.add_paragraph(words, style="List Bullet")
    rows = [
        (
            f"{number}. {_shown(asked.question.title)}",
            form.status[asked.question.id],
            _shown("\n".join(standing(said) for _, said in asked.standings[:3])),
        )
        for number, asked in enumerate(form.asked, 1)
    ]
    heads = ("Question", "Answer so far", "How it stands by the evidence")
    _grid(paper, heads, rows, (8, 4, _WIDE - 12))


def _heading(paper: Any, title: str) -> None:
    heading = paper.add_paragraph(title, style="Heading 1")
    heading.paragraph_format.page_break_before = True


def _question(paper: Any, number: int, asked: Asked) -> None:
    question = asked.question
    _heading(paper, f"{number}. {_shown(question.title)}")
    paper.add_paragraph().add_run(_shown(question.question)).bold = True
    paper.add_paragraph(_shown(question.why))
    for label, text in _standings(asked):
        paragraph = paper.add_paragraph()
        paragraph.add_run(f"{label}: ").bold = True
        paragraph.add_run(_shown(text))
    prompts = [(_shown(p.ask), _shown(p.good_answer)) for p in question.prompts]
    _grid(paper, ("To ask", "A good answer"), prompts, (_WIDE * 0.4, _WIDE * 0.6))
    paper.add_paragraph("Your answer", style="Heading 2").paragraph_format.keep_with_next = True
    _table(paper, asked.table)


def _standings(asked: Asked) -> Iterator[tuple[str, str]]:
    for seen, said in asked.standings:
        yield f"Standing, {seen.account}, {seen.day}", standing(said)
    if asked.standings:
        seen, said = asked.standings[0]
        yield f"Draft, {seen.account}", said.short


def _table(paper: Any, table: Table) -> None:
    spec = table.spec
    heads = [*(title for title, _ in spec.said), *(column.title for column in spec.columns)]
    made = _blank(paper, [*heads, f"Ref {spec.code}"], _widths(table), len(table.rows))
    _write(made.rows[0].cells[-1], f"Ref {spec.code}", grey=True)
    for line, row in zip(made.rows[1:], table.rows, strict=True):
        _row(list(line.cells), row, len(spec.said), named=bool(spec.new))


def _widths(table: Table) -> list[float]:
    """Centimetres, in the proportions of the sheets."""
    spec = table.spec
    asked = [*(width for _, width in spec.said), *(column.width for column in spec.columns)]
    scale = (_WIDE - _REF) / sum(asked)
    return [*(width * scale for width in asked), _REF]


def _row(cells: Sequence[Any], row: Row, first: int, named: bool) -> None:
    for place, words in enumerate(row.said):
        open_ = named and not row.ref and not place  # a new line is given its name here
        _write(cells[place], _shown(words), ground=_FILL if open_ else _PALE)
    for cell, column, value in zip(cells[first:], row.columns, row.values, strict=False):
        text = written(column, value)
        _write(cell, "" if column.choices else text, ground=_FILL)
        if column.choices:
            _offer(cell.paragraphs[0], column, text)
    _write(cells[-1], row.ref, grey=True)


def _offer(paragraph: Any, column: Column, text: str) -> None:
    """A list to choose from, which in a program that knows none is plain text."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    control, about, inside = (OxmlElement(f"w:{n}") for n in ("sdt", "sdtPr", "sdtContent"))
    offered = OxmlElement("w:comboBox")
    for choice in column.choices:
        item = OxmlElement("w:listItem")
        item.set(qn("w:displayText"), choice)
        item.set(qn("w:value"), choice)
        offered.append(item)
    about.append(offered)
    run = paragraph.add_run(text)
    run.font.size = Pt(9)
    paragraph._p.remove(run._r)
    inside.append(run._r)
    control.extend((about, inside))
    paragraph._p.append(control)


def _checks(paper: Any) -> None:
    _heading(paper, "Checks")
    paper.add_paragraph("The names of checks, for exceptions and disputes.")
    rows = [(name, CHECKS[name].title, CHECKS[name].severity) for name in sorted(CHECKS)]
    _grid(paper, ("Check", "What it says", "Severity"), rows, (8.5, _WIDE - 11, 2.5))


def _grid(
    paper: Any, heads: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> None:
    """A table that is only read."""
    made = _blank(paper, heads, widths, len(rows))
    for line, row in zip(made.rows[1:], rows, strict=True):
        for cell, text in zip(line.cells, row, strict=True):
            _write(cell, text)
    paper.add_paragraph()


def _blank(paper: Any, heads: Sequence[str], widths: Sequence[float], rows: int) -> Any:
    """A table with its headings, which stand again on each page; no row is torn in two."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm

    made = paper.add_table(rows + 1, len(heads))
    made.style, made.autofit = "Table Grid", False
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
    for line in made.rows:
        line._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, width in zip(line.cells, widths, strict=True):
            cell.width = Cm(width)
    made.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell, head in zip(made.rows[0].cells, heads, strict=True):
        _write(cell, head, ground=_INK, bold=True)
    _lines(made)
    return made


def _lines(table: Any) -> None:
    """Thin grey lines instead of the style's black ones."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    borders = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)


def _write(cell: Any, text: str, ground: str = "", bold: bool = False, grey: bool = False) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = cell.paragraphs[0]
    for run in list(paragraph.runs):
        paragraph._p.remove(run._r)
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    run.font.size = Pt(7 if grey else 9)
    run.bold = bold or None
    if grey:
        run.font.color.rgb = RGBColor.from_string(_GREY)
    elif bold:
        run.font.color.rgb = RGBColor(255, 255, 255)
    for old in cell._tc.get_or_add_tcPr().findall(qn("w:shd")):
        cell._tc.tcPr.remove(old)
    if ground:
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", ground)):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _carry(paper: Any, carried: str) -> None:
    from docx.opc.packuri import PackURI
    from docx.opc.part import Part

    inside = carried.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><answers xmlns="{NAMESPACE}">{inside}</answers>'
    )
    uri = PackURI("/customXml/item101.xml")
    part = Part(uri, "application/xml", content.encode("ascii"), paper.part.package)
    paper.part.relate_to(part, _CUSTOM_XML)
