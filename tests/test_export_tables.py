"""CSV, Parquet and Markdown: the same facts in each, and nothing in them that lives."""

from __future__ import annotations

import csv as csv_reader
import datetime as dt
import io
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import mistune
import pyarrow as pa
import pytest
import samples
from exporting import TEXTS, hostile_run, kept_run
from pyarrow import parquet as parquet_reader

from wa_kit import archive
from wa_kit.exports import csv, markdown, parquet
from wa_kit.model import Finding, KitError
from wa_kit.shown import visible

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")  # of what a spreadsheet takes for a formula


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.run_folder(tmp_path_factory.mktemp("mixed"), *samples.mixed())


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile_run(tmp_path_factory.mktemp("hostile"))


# CSV


def read(run: Path, out: Path) -> list[dict[str, str]]:
    csv.write(run, out / "made.csv")
    text = (out / "made.csv").read_text("utf-8-sig")
    return list(csv_reader.DictReader(io.StringIO(text, newline="")))


def test_a_csv_has_every_finding_its_title_its_owner_and_its_day(
    mixed: Path, tmp_path: Path
) -> None:
    rows = read(mixed, tmp_path)
    assert [*rows[0]] == [*Finding.__struct_fields__, *csv.MORE]
    assert {r["finding"] for r in rows} == {f.finding for f in archive.load_findings(mixed)}
    row = next(r for r in rows if r["check"] == "kms_key_pending_deletion")
    assert (row["owner"], row["due"], row["account"]) == (
        "platform team",
        "2026-12-01",
        "111122223333",
    )
    assert all(r["due"] == "" for r in rows if r["outcome"] != "fail" or r["exception"])


def test_no_cell_of_a_csv_is_a_formula_and_all_can_be_read(hostile: Path, tmp_path: Path) -> None:
    rows = read(hostile, tmp_path)
    cells = [cell for row in rows for cell in row.values()]
    assert [cell for cell in cells if cell[:1] in STARTS] == []
    names = {finding.name for finding in archive.load_findings(hostile)}
    assert len(names & set(TEXTS)) > 20
    inert = {f"'{name}" if name[:1] in STARTS else name for name in names}
    assert {row["name"] for row in rows} == set(map(visible, inert))


# Parquet


def test_parquet_has_typed_columns_and_null_where_nothing_was_read(
    mixed: Path, tmp_path: Path
) -> None:
    parquet.write(mixed, tmp_path / "made")
    keys = parquet_reader.read_table(tmp_path / "made" / "evidence" / "KmsKey.parquet")
    types = {field.name: field.type for field in keys.schema}
    assert types["created"] == pa.timestamp("us", "UTC")
    assert types["rotation_days"] == pa.int64()
    assert types["rotates"] == pa.bool_()
    assert types["aliases"] == pa.list_(pa.string())
    assert types["tags"] == pa.map_(pa.string(), pa.string())
    hidden = next(row for row in keys.to_pylist() if row["name"] == "another-teams")
    assert hidden["rotates"] is None and hidden["state"] is None
    assert ("state", "kms:DescribeKey was denied; it needs kms:DescribeKey") in hidden["not_read"]
    known = next(row for row in keys.to_pylist() if row["name"] == "alias/orders")
    assert known["not_read"] == [] and known["tags"] == [("Owner", "platform team")]
    assert known["created"] == samples.NOW - dt.timedelta(days=150)


def test_parquet_holds_every_finding_question_and_row(tmp_path: Path) -> None:
    run = kept_run()
    parquet.write(run, tmp_path / "made")
    findings = parquet_reader.read_table(tmp_path / "made" / "findings.parquet").to_pylist()
    assert [f["finding"] for f in findings] == [f.finding for f in archive.load_findings(run)]
    assert {f["account"] for f in findings} == {"111122223333"}
    questions = parquet_reader.read_table(tmp_path / "made" / "questions.parquet").to_pylist()
    assert {q["standing"] for q in questions} <= {"gaps", "ask", "supported", "cannot_tell"}
    for kind, rows in archive.load_evidence(run).tables.items():
        table = parquet_reader.read_table(tmp_path / "made/evidence" / f"{kind.__name__}.parquet")
        assert table.num_rows == len(rows)


def test_a_hostile_run_comes_back_from_parquet_as_it_was(hostile: Path, tmp_path: Path) -> None:
    parquet.write(hostile, tmp_path / "made")
    findings = parquet_reader.read_table(tmp_path / "made" / "findings.parquet").to_pylist()
    assert {f["name"] for f in findings} == {f.name for f in archive.load_findings(hostile)}


def test_without_pyarrow_the_error_names_the_command(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[data\]'"):
        parquet.write(mixed, tmp_path / "made")


# Markdown


class Elements(HTMLParser):
    """The elements of a page, and the addresses they lead to."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.leads: list[str] = []
        self.said: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.leads += [value or "" for name, value in attrs if name in ("href", "src")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def document(run: Path, out: Path) -> str:
    markdown.write(run, out / "made.md")
    return (out / "made.md").read_text("utf-8")


def shown(text: str) -> Elements:
    plugins: list[Any] = ["table", "url", "strikethrough", "footnotes", "math", "task_lists"]
    return Elements(mistune.create_markdown(escape=False, plugins=plugins)(text))


def test_the_document_has_verdict_questions_plan_blind_spots_exceptions_and_people(
    mixed: Path, tmp_path: Path
) -> None:
    text = document(mixed, tmp_path)
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## The verdict",
        "## The questions",
        "## The action plan",
        "## What was not seen",
        "## Exceptions and disputes",
        "## Roles",
        "## Documents",
        "## About this review",
    ]
    assert "Simulation" in text
    assert "### Within 30 days" in text
    assert "`backup:ListRecoveryPointsByBackupVault`" in text
    assert "| A. Moreau | B. Osei | It holds public map tiles only. | 2027-03-31 |" in text
    assert text.index("Within 30 days") < text.index("Within 90 days") < text.index("What to do")


def test_the_reviewers_own_words_stand_in_front(hostile: Path, tmp_path: Path) -> None:
    text = document(hostile, tmp_path)
    assert text.index("## The verdict") < text.index("## Executive summary")
    assert text.index("## Executive summary") < text.index("## The questions")


def test_sixty_hostile_texts_make_no_element_of_their_own(hostile: Path, tmp_path: Path) -> None:
    page = shown(document(hostile, tmp_path))
    assert page.seen <= {
        *("h1", "h2", "h3", "h4", "p", "ul", "li", "strong", "blockquote", "br", "code", "a"),
        *("table", "thead", "tbody", "tr", "th", "td"),
    }
    assert [to for to in page.leads if not to.startswith("https://docs.aws.amazon.com/")] == []


def test_every_hostile_text_can_be_read_in_the_document(hostile: Path, tmp_path: Path) -> None:
    said = " ".join(" ".join(shown(document(hostile, tmp_path)).said).split())
    for text in TEXTS:
        first = visible(text).split("\n")[0]
        assert " ".join(first.split()) in said, text


def test_an_empty_run_makes_a_document_too(tmp_path: Path) -> None:
    text = document(samples.run_folder(tmp_path, [], [], samples.Answers()), tmp_path)
    assert "There was nothing to assess." in text
    assert "There are no exceptions and no disputes." in text
