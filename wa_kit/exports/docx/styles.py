"""How the shipped Word template looks: its page, its styles, and the tables that use them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

_WIDTH = 17.0  # centimetres between the margins of A4
_INK, _ACCENT, _QUIET = (RGBColor.from_string(c) for c in ("1D2733", "0B4F7D", "55616D"))
_HEAD = "0B4F7D"
_DAY = dt.datetime(2026, 1, 1)  # the template itself has no date
_FONT = "Arial"
# name, like, points, bold, colour, points before and after
_STYLES: tuple[tuple[str, str, float, bool, Any, float, float], ...] = (
    ("Heading 1", "", 20, True, _ACCENT, 0, 10),
    ("Heading 2", "", 14, True, _ACCENT, 16, 6),
    ("Heading 3", "", 11.5, True, _INK, 12, 4),
    ("Title", "", 30, True, _ACCENT, 60, 6),
    ("Subtitle", "", 18, False, _QUIET, 0, 18),
    ("Caption", "", 9.5, False, _QUIET, 6, 4),
    ("Header", "", 9, False, _QUIET, 0, 0),
    ("Footer", "", 9, False, _QUIET, 0, 0),
    ("List Bullet", "", 10.5, False, _INK, 0, 3),
    ("Contents heading", "Normal", 20, True, _ACCENT, 0, 10),
    ("toc 1", "Normal", 11, True, _INK, 6, 2),
    ("toc 2", "Normal", 10, False, _INK, 0, 1),
    ("Logo", "Normal", 10.5, False, _INK, 0, 0),
    ("Picture", "Normal", 10.5, False, _INK, 4, 0),
    ("Notice", "Normal", 11, True, _INK, 4, 6),
    ("Verdict", "Normal", 14, True, _INK, 8, 6),
    ("Question", "Normal", 11.5, False, _QUIET, 0, 8),
    ("Aside", "Normal", 9.5, False, _QUIET, 4, 6),
    ("Cell", "Normal", 9, False, _INK, 0, 0),
    ("Cell name", "Cell", 9, True, _INK, 0, 0),
    ("Cell heading", "Cell", 9, True, RGBColor(255, 255, 255), 0, 0),
)


def dress(document: Any) -> None:
    """Page and styles of a new document."""
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.4), Cm(2.2)
    normal = document.styles["Normal"]
    normal.font.size, normal.font.color.rgb = Pt(10.5), _INK
    _font(normal)
    normal.paragraph_format.space_after = Pt(6)
    for name, like, points, bold, colour, before, after in _STYLES:
        _style(document, name, like, points, bold, colour, before, after)
    for name in ("toc 1", "toc 2", "Header", "Footer"):
        stops = document.styles[name].paragraph_format.tab_stops
        stops.clear_all()
        stops.add_tab_stop(Cm(_WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    document.styles["toc 2"].paragraph_format.left_indent = Cm(0.6)
    document.styles["Heading 1"].paragraph_format.page_break_before = True
    for name in ("Caption", "Question"):
        document.styles[name].paragraph_format.keep_with_next = True
    document.styles["Question"].font.italic = True
    _shaded(document.styles["Notice"])
    _table_style(document, "Review table", head=True)
    _table_style(document, "Review facts", head=False)


def _style(
    document: Any,
    name: str,
    like: str,
    points: float,
    bold: bool,
    colour: Any,
    before: float,
    after: float,
) -> None:
    styles = document.styles
    if like:
        made = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH, builtin=name.startswith("toc"))
        made.base_style = styles[like]
        made.quick_style = True
    else:
        made = styles[name]
    made.font.size, made.font.bold, made.font.italic = Pt(points), bold, False
    made.font.color.rgb = colour
    _font(made)
    made.paragraph_format.space_before, made.paragraph_format.space_after = Pt(before), Pt(after)
    for border in made.element.iter(qn("w:pBdr")):
        border.getparent().remove(border)


def _font(style: Any) -> None:
    """The same letters for Latin and other scripts; the theme's own are not everywhere."""
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for script in ("ascii", "hAnsi", "cs", "eastAsia"):
        fonts.set(qn(f"w:{script}"), _FONT)


def _shaded(style: Any) -> None:
    shade = parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="FBF6CF"/>')
    style.element.get_or_add_pPr().insert_element_before(shade, "w:tabs", "w:spacing", "w:ind")


def _table_style(document: Any, name: str, head: bool) -> None:
    """On Table Grid: thin lines, room around the words, and a dark head where there is one."""
    made = document.styles.add_style(name, WD_STYLE_TYPE.TABLE)
    made.base_style = document.styles["Table Grid"]
    made.quick_style = True
    lines = "".join(
        f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="C4CDD6"/>'
        for side in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    margins = "".join(
        f'<w:{side} w:w="{width}" w:type="dxa"/>'
        for side, width in (("top", 50), ("left", 90), ("bottom", 50), ("right", 90))
    )
    made.element.append(
        parse_xml(
            f"<w:tblPr {nsdecls('w')}><w:tblBorders>{lines}</w:tblBorders>"
            f"<w:tblCellMar>{margins}</w:tblCellMar></w:tblPr>"
        )
    )
    if head:
        made.element.append(
            parse_xml(
                f'<w:tblStylePr {nsdecls("w")} w:type="firstRow"><w:tcPr>'
                f'<w:shd w:val="clear" w:color="auto" w:fill="{_HEAD}"/></w:tcPr></w:tblStylePr>'
            )
        )


def field(paragraph: Any, code: str, shown: str) -> None:
    """A field of Word, with what stands there until Word fills it."""
    for kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        if kind == "separate":
            words = OxmlElement("w:instrText")
            words.text = code
            words.set(qn("xml:space"), "preserve")
            paragraph.add_run()._r.append(words)
        paragraph.add_run()._r.append(mark)
        if kind == "separate":
            paragraph.add_run(shown)


def table(
    document: Any,
    columns: Sequence[tuple[str, str, float]],
    rows: str,
    *,
    head: bool = True,
    style: str = "Review table",
    more: Sequence[tuple[str, str]] = (),
) -> None:
    """A table with a row for each of ``rows``, the name of a list; with one row where it is empty.

    ``more`` are further rows of two cells. A newline in a cell begins its quieter second line.
    """
    loop = [f"{{%tr for row in {rows} %}}", "", "{%tr endfor %}"] if rows else [""]
    made = document.add_table(rows=int(head) + len(loop) + len(more), cols=len(columns))
    _laid_out(made, style, [width for _, _, width in columns], head)
    if head:
        for cell, (title, _, _) in zip(made.rows[0].cells, columns, strict=True):
            _put(cell, title, "Cell heading")
        _repeats(made.rows[0])
    for row, words in zip(made.rows[int(head) :], loop, strict=False):
        _whole(row)
        if words:
            row.cells[0].paragraphs[0].text = words
            continue
        for place, (cell, (_, printed, _)) in enumerate(zip(row.cells, columns, strict=True)):
            _put(cell, printed, "Cell" if place else "Cell name")
    for row, (name, printed) in zip(made.rows[int(head) + len(loop) :], more, strict=False):
        _put(row.cells[0], name, "Cell name")
        _put(row.cells[1], printed, "Cell")


def wide_table(document: Any, columns: str, rows: str) -> None:
    """A table of which the template does not know how many columns it has; Word shares them out."""
    made = document.add_table(rows=4, cols=4)
    _laid_out(made, "Review table", [5.0, 4.0, 4.0, 4.0], True)
    made.autofit = True
    for width in list(made._tbl.iter(qn("w:tcW"))):
        width.getparent().remove(width)
    whole = made._tbl.tblPr.find(qn("w:tblW"))
    whole.set(qn("w:type"), "pct")
    whole.set(qn("w:w"), "5000")
    _put_each(made.rows[0], "column", columns, "Cell heading", "Cell heading")
    _repeats(made.rows[0])
    made.rows[1].cells[0].paragraphs[0].text = f"{{%tr for row in {rows} %}}"
    _put_each(made.rows[2], "cell", "row", "Cell name", "Cell")
    made.rows[3].cells[0].paragraphs[0].text = "{%tr endfor %}"


def _put_each(row: Any, name: str, of: str, first: str, rest: str) -> None:
    _put(row.cells[0], f"{{{{ {of}[0] }}}}", first)
    row.cells[1].paragraphs[0].text = f"{{%tc for {name} in {of}[1:] %}}"
    _put(row.cells[2], f"{{{{ {name} }}}}", rest)
    row.cells[3].paragraphs[0].text = "{%tc endfor %}"
    _whole(row)


def _laid_out(made: Any, style: str, widths: Sequence[float], head: bool) -> None:
    made.style, made.alignment, made.autofit = style, WD_TABLE_ALIGNMENT.LEFT, False
    look = made._tbl.tblPr.find(qn("w:tblLook"))
    if look is not None:
        look.getparent().remove(look)
    first = int(head)
    made._tbl.tblPr.append(
        parse_xml(
            f'<w:tblLook {nsdecls("w")} w:val="{"0020" if head else "0000"}" '
            f'w:firstRow="{first}" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" '
            f'w:noHBand="1" w:noVBand="1"/>'
        )
    )
    for column, width in zip(made.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _put(cell: Any, printed: str, style: str) -> None:
    """What a cell prints; its tint, if it has one, in a run of its own, as docxtpl wants it."""
    main, _, aside = printed.partition("\n")
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    if main.startswith("{% cellbg"):
        tint, _, main = main.partition("%}")
        paragraph.add_run(f"{tint}%}}")
    paragraph.add_run(main)
    if aside:
        cell.add_paragraph(aside, style="Cell").runs[0].font.color.rgb = _QUIET


def _repeats(row: Any) -> None:
    """On each page that the table reaches."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _whole(row: Any) -> None:
    """Not broken over two pages."""
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def sign(document: Any) -> None:
    """Properties that say what the template is, and never when it was made."""
    properties = document.core_properties
    properties.title, properties.author, properties.comments = "Report of a review", "wa-kit", ""
    properties.created = properties.modified = properties.last_printed = _DAY
    properties.last_modified_by, properties.revision = "wa-kit", 1
    package = document.part.package
    for name, link in list(package.rels.items()):
        if link.reltype.endswith("/thumbnail"):
            del package.rels[name]
