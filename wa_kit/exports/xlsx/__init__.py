"""The review as an Excel workbook, to filter, sort and plan with.

A summary to read, and a table a sheet: action plan, findings, data stores, keys, what was not read,
answers, exceptions and disputes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from wa_kit.exports.xlsx import sheets
from wa_kit.exports.xlsx.book import MOST_ROWS, Book, Page
from wa_kit.review import Review
from wa_kit.review.glance import verdict
from wa_kit.review.material import Material
from wa_kit.suggestions import listing, plural

_TABLES = (
    ("Action plan", sheets.ACTIONS, sheets.actions),
    ("Findings", sheets.FINDINGS, sheets.findings),
    ("Data stores", sheets.STORES, sheets.stores),
    ("Keys", sheets.KEYS, sheets.keys),
    ("Not read", sheets.UNREAD, sheets.unread),
    ("Answers", sheets.ANSWERS, sheets.answers),
    ("Exceptions", sheets.EXCEPTIONS, sheets.exceptions),
)
_NOTES = (
    ("Outcome", "Pass, Fail, Not applicable; what has no verdict says why: Not read, Not answered, "
     "AWS cannot tell. What was not read never counts as a pass."),
    ("Action plan", "One action for each check that fails. Owner, day and status are those of "
     "answers.yaml; where it names none they are proposals. Accepted failures ask for no action."),
    ("Data stores", "Level is what protects the data at rest, required level what its "
     "classification asks for where a check compared them. Worst outcome is over all checks on "
     "the store, accepted failures too."),
    ("Long texts", "A cell holds 32,767 characters. A longer text is cut, and says so at its end."),
    ("Odd characters", "Control characters and marks that nobody sees are written out, as in "
     "⟨U+202E⟩. Text that looks like a formula is text."),
    ("Paper", "Sheets print across, fitted to the width of a page; columns far to the right are "
     "for the screen."),
)  # fmt: skip


def write(run: Path, file: Path, most: int = MOST_ROWS) -> None:
    """Raises ``KitError`` where XlsxWriter is missing. ``most`` is the most rows of a sheet."""
    material = Review.open(run).material
    book = Book(file, _properties(material), _footer(material))
    page = book.page("Summary", [column.width for column in sheets.QUESTIONS])
    left = {}
    _summary(page, material)
    for name, columns, rows in _TABLES:
        left[name] = book.table(name, columns, rows(material), most)
    _about(book, left)
    book.close()


def _title(material: Material) -> str:
    return material.narrative.title or "Well-Architected review: protection of data"


def _properties(material: Material) -> dict[str, str]:
    narrative, manifest = material.narrative, material.manifest
    return {
        "title": _title(material),
        "subject": f"AWS account {manifest.account}, {material.read_at:%Y-%m-%d}",
        "author": narrative.prepared_by,
        "company": narrative.customer,
        "category": narrative.confidentiality,
        "comments": f"Made by wa-kit {manifest.kit_version}",
        "status": narrative.status,
    }


def _footer(material: Material) -> str:
    narrative, manifest = material.narrative, material.manifest
    parts = (narrative.confidentiality, *_marks(material), f"AWS account {manifest.account}")
    return " · ".join(part for part in parts if part)


def _marks(material: Material) -> list[str]:
    marks = []
    if material.manifest.simulation:
        marks.append("Simulation, not AWS")
    if material.narrative != type(material.narrative)() and material.narrative.status == "draft":
        marks.append("Draft")
    if material.manifest.parameters.get("redacted"):
        marks.append("Redacted: names are aliases")
    return marks


def _summary(page: Page, material: Material) -> None:
    narrative, manifest, summary = material.narrative, material.manifest, material.summary
    page.line(_title(material), "title")
    for mark in _marks(material):
        page.line(mark, "mark")
    page.gap()
    facts = (
        ("Customer", narrative.customer),
        ("Prepared by", narrative.prepared_by),
        ("Prepared for", narrative.prepared_for),
        ("Confidentiality", narrative.confidentiality),
        ("Workload", str(manifest.parameters.get("workload", ""))),
        ("AWS account", manifest.account),
        ("Regions", listing(manifest.regions) if manifest.regions else "none"),
        ("Evidence of", material.read_on("%Y-%m-%d %H:%M")),
    )
    for term, value in facts:
        if value:
            page.fact(term, value)
    page.gap()
    stores = summary.stores
    page.fact("Verdict", verdict(material))
    page.fact("Data stores", f"{stores.assessed:,} of {stores.seen:,} assessed whole")
    page.fact("Classified", f"{stores.classified:,} of {stores.seen:,} have a known classification")
    page.fact("Failing", f"{plural(len(summary.open), 'thing')} fail at least one check")
    page.fact("Accepted", plural(summary.accepted, "failure"))
    page.fact("Not read", _blind(material))
    page.gap()
    page.line("Questions", "heading")
    page.table(sheets.QUESTIONS, sheets.questions(material))
    page.line("Failing resources, by the worst failure of each", "heading")
    page.table(sheets.SEVERITIES, sheets.severities(material))
    for heading, words in (
        ("Executive summary", narrative.executive_summary),
        ("Limitations", narrative.limitations),
    ):
        if words.strip():
            page.line(heading, "heading")
            page.line(words.strip())
            page.gap()


def _blind(material: Material) -> str:
    blind = material.summary.not_seen
    if not blind:
        return "Nothing in scope was left unread"
    return f"{plural(len(blind), 'blind spot')}: see the sheet Not read"


def _about(book: Book, left: Mapping[str, int]) -> None:
    page = book.page("About", [30, 120])
    page.line("About this file", "title")
    for name, words in _NOTES:
        page.fact(name, words)
    for name, rows in left.items():
        if rows:
            page.fact(f"Left out of {name}", f"{rows:,} rows that a sheet has no room for", "mark")
