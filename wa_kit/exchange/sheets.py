"""The form as an Excel workbook: a sheet for each question and for each list.

Cells are inert, open only where one fills in, and offer what there is to choose. A hidden sheet
carries what the import needs.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wa_kit.answers.fields import Value
from wa_kit.checks import CHECKS
from wa_kit.exchange.carried import SHEET
from wa_kit.exchange.cells import written
from wa_kit.exchange.form import Asked, Form, runs_in_words, standing
from wa_kit.exchange.look import Look, high, merged, paper
from wa_kit.exchange.tables import ANSWER, LISTS, PRACTICE, Column, Row, Table
from wa_kit.exchange.words import HOW_TO, TITLE
from wa_kit.shown import clamped, visible

_NAMED = re.compile(r"[\[\]:*?/\\']")
_CHUNK = 30_000
_DAY_ONE = dt.date(1900, 3, 1)  # before it, Excel counts a day that never was
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_format_properties": {"font_name": "Arial", "font_size": 10},
}
_MAY = {
    name: True
    for name in (
        "format_columns",
        "format_rows",
        "insert_rows",
        "delete_rows",
        "sort",
        "autofilter",
    )
}
_COLUMNS = (*ANSWER, PRACTICE, *(column for spec in LISTS for column in spec.columns))
_CHOICES = tuple(dict.fromkeys(column.choices for column in _COLUMNS if column.choices))
_NEVER = dt.datetime(2000, 1, 1)  # the same answers make the same file


def write(form: Form, path: Path) -> None:
    """Write the workbook to ``path``."""
    import xlsxwriter

    book = xlsxwriter.Workbook(path, _OPTIONS)
    book.set_properties({"title": f"{TITLE}: {_shown(form.name)}", "created": _NEVER})
    look = Look(book)
    names = [_sheet_name(asked.table, n) for n, asked in enumerate(form.asked, 1)]
    sheets = [book.add_worksheet(name) for name in ("Start", *names)]
    _start(sheets[0], look, form, names)
    for sheet, asked in zip(sheets[1:], form.asked, strict=True):
        _question(sheet, look, asked)
    for table in form.lists:
        _list(book.add_worksheet(table.spec.title), look, table)
    _checks(book.add_worksheet("Checks"), look)
    _hidden(book.add_worksheet(SHEET), form.carried)
    book.close()


def _hidden(sheet: Any, carried: str) -> None:
    """What the import needs, in the first column, and beside it what there is to choose."""
    for row in range(math.ceil(len(carried) / _CHUNK)):
        sheet.write_string(row, 0, carried[row * _CHUNK : (row + 1) * _CHUNK])
    for place, choices in enumerate(_CHOICES, 1):
        for row, choice in enumerate(choices):
            sheet.write_string(row, place, choice)
    sheet.very_hidden()


def _shown(text: str, most: int = 4000) -> str:
    return clamped(visible(text), most)


def _sheet_name(table: Table, number: int) -> str:
    """What Excel allows as a name, and no other sheet has."""
    words = " ".join(_NAMED.sub(" ", visible(table.spec.title)).split())
    return clamped(f"{number} {words}", 31)


def _start(sheet: Any, look: Look, form: Form, names: Sequence[str]) -> None:
    paper(sheet)
    sheet.fit_to_pages(1, 1)
    for place, width in enumerate((40, 18, 78)):
        sheet.set_column(place, place, width)
    merged(sheet, 0, 0, 2, TITLE, look.title, 70)
    merged(sheet, 1, 0, 2, _shown(form.name, 200), look.lead, 136)
    merged(sheet, 2, 0, 2, _shown(runs_in_words(form.seen)), look.text, 136)
    at = 4
    for words in HOW_TO:
        merged(sheet, at, 0, 2, f"\N{BULLET} {words}", look.text, 136)
        at += 1
    at += 1
    for place, head in enumerate(("Question", "Answer so far", "How it stands by the evidence")):
        sheet.write_string(at, place, head, look.head)
    for name, asked in zip(names, form.asked, strict=True):
        at += 1
        sheet.write_url(at, 0, f"internal:'{name}'!A1", look.link, _shown(asked.table.spec.title))
        sheet.write_string(at, 1, form.status[asked.question.id], look.said)
        said = "\n".join(standing(s) for _, s in asked.standings[:3])
        sheet.write_string(at, 2, _shown(said), look.said)
        sheet.set_row(at, high([(said, 78)]))
    at += 2
    sheet.write_string(at, 0, "Lists", look.head)
    for table in form.lists:
        at += 1
        title = table.spec.title
        sheet.write_url(at, 0, f"internal:'{title}'!A1", look.link, title)
        merged(sheet, at, 1, 2, table.spec.intro, look.text, 96)
    sheet.protect("", _MAY)
    sheet.activate()


def _question(sheet: Any, look: Look, asked: Asked) -> None:
    paper(sheet)
    widths = [*(width for _, width in asked.table.spec.said), asked.table.spec.columns[0].width, 8]
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    wide = widths[1] + widths[2]
    sheet.merge_range(0, 0, 0, 2, "", look.title)
    sheet.write_string(0, 0, _shown(asked.question.title, 200), look.title)
    sheet.set_row(0, 28)
    at = 1
    for label, text in _context(asked):
        sheet.write_string(at, 0, label, look.label)
        merged(sheet, at, 1, 2, _shown(text), look.text, wide)
        at += 1
    at = _prompts(sheet, look, asked, at + 1, wide)
    sheet.set_h_pagebreaks([at])
    sheet.write_string(at, 0, "Your answer", look.part)
    for place in (1, 2):
        sheet.write_blank(at, place, None, look.part)
    sheet.write_url(1, 3, f"internal:'{sheet.get_name()}'!A{at + 1}", look.link, "answer \u2193")
    _table(sheet, look, asked.table, at + 1)
    sheet.freeze_panes(1, 0)
    sheet.protect("", _MAY)


def _context(asked: Asked) -> Iterator[tuple[str, str]]:
    yield "Question", asked.question.question
    yield "Why it is asked", asked.question.why
    for seen, said in asked.standings:
        yield f"Standing, {seen.account}, {seen.day}", standing(said)
    if asked.standings:
        seen, said = asked.standings[0]
        yield f"Draft, {seen.account}", said.short


def _prompts(sheet: Any, look: Look, asked: Asked, at: int, wide: float) -> int:
    sheet.write_string(at, 0, "To ask", look.part)
    sheet.write_string(at, 1, "A good answer", look.part)
    sheet.write_blank(at, 2, None, look.part)
    for prompt in asked.question.prompts:
        at += 1
        ask, good = _shown(prompt.ask), _shown(prompt.good_answer)
        sheet.write_string(at, 0, ask, look.text)
        merged(sheet, at, 1, 2, good, look.text, wide)
        sheet.set_row(at, high([(ask, 44), (good, wide)]))
    return at + 2


def _list(sheet: Any, look: Look, table: Table) -> None:
    paper(sheet)
    spec = table.spec
    widths = [*(width for _, width in spec.said), *(c.width for c in spec.columns)]
    for place, width in enumerate((*widths, 8)):
        sheet.set_column(place, place, width)
    sheet.merge_range(0, 0, 0, len(widths) - 1, "", look.title)
    sheet.write_string(0, 0, spec.title, look.title)
    sheet.set_row(0, 28)
    merged(sheet, 1, 0, len(widths) - 1, spec.intro, look.text, sum(widths))
    _table(sheet, look, table, 2)
    sheet.freeze_panes(3, 1)
    sheet.repeat_rows(2)
    if table.rows:
        sheet.autofilter(2, 0, 2 + len(table.rows), len(widths) - 1)
    sheet.protect("", _MAY)


def _table(sheet: Any, look: Look, table: Table, at: int) -> None:
    """Headings and rows; the last column holds the references."""
    spec = table.spec
    heads = [*(title for title, _ in spec.said), *(c.title for c in spec.columns)]
    for place, head in enumerate(heads):
        sheet.write_string(at, place, head, look.head)
    sheet.write_string(at, len(heads), f"Ref {spec.code}", look.ref)
    sheet.set_row(at, 22)
    widths = [*(width for _, width in spec.said), *(column.width for column in spec.columns)]
    for number, row in enumerate(table.rows, at + 1):
        _row(sheet, look, row, number, len(spec.said), named=bool(spec.new))
        sheet.set_row(number, _room(row, widths))


def _room(row: Row, widths: Sequence[float]) -> float:
    filled = [written(c, value) for c, value in zip(row.columns, row.values, strict=True)]
    empty = ["\n" * (column.lines - 1) for column in row.columns]
    texts = (*row.said, *filled)
    return max(high(zip(texts, widths, strict=True)), high((text, 1) for text in empty))


def _row(sheet: Any, look: Look, row: Row, at: int, first: int, named: bool) -> None:
    open_ = named and not row.ref  # a new line is given its name here
    for place, words in enumerate(row.said):
        how = look.fill if open_ and not place else look.hint if place else look.said
        sheet.write_string(at, place, _shown(words), how)
    for place, (column, value) in enumerate(zip(row.columns, row.values, strict=True), first):
        _cell(sheet, look, column, value, at, place)
    sheet.write_string(at, first + len(row.columns), row.ref, look.ref)


def _cell(
    sheet: Any, look: Look, column: Column, value: Value | None, row: int, place: int
) -> None:
    if column.kind == "date":
        if isinstance(value, dt.date) and value >= _DAY_ONE:
            sheet.write_datetime(row, place, value, look.day)
        else:
            sheet.write_string(row, place, written(column, value), look.day)
    else:
        sheet.write_string(row, place, written(column, value), look.fill)
    if rule := _rule(column):
        sheet.data_validation(row, place, row, place, rule)


def _rule(column: Column) -> dict[str, Any] | None:
    """What Excel offers, and what it refuses while one types."""
    if column.kind == "date":
        return {
            "validate": "date",
            "criteria": ">=",
            "value": _DAY_ONE,
            "error_title": "No date",
            "error_message": "Write a day as 2026-01-31, or leave the cell empty.",
        }
    if column.kind == "check":
        return {
            "validate": "list",
            "source": f"=Checks!$A$2:$A${len(CHECKS) + 1}",
            "error_title": "No such check",
            "error_message": "The sheet Checks lists the names of checks.",
        }
    if column.choices:
        return {
            "validate": "list",
            "source": _choices(column),
            "error_title": "Not on the list",
            "error_message": "Choose one from the list.",
        }
    return None


def _choices(column: Column) -> str:
    place = "BCDEFGH"[_CHOICES.index(column.choices)]
    return f"='{SHEET}'!${place}$1:${place}${len(column.choices)}"


def _checks(sheet: Any, look: Look) -> None:
    """The names of checks: to choose from, and to read."""
    paper(sheet)
    for place, (head, width) in enumerate((("Check", 44), ("What it says", 84), ("Severity", 12))):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, head, look.head)
    for row, name in enumerate(sorted(CHECKS), 1):
        check = CHECKS[name]
        for place, text in enumerate((name, check.title, check.severity)):
            sheet.write_string(row, place, _shown(text), look.said)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
    sheet.autofilter(0, 0, len(CHECKS), 2)
    sheet.protect("", _MAY)
