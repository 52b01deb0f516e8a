"""The Excel file: what stands in it, that nothing in it lives, and that LibreOffice opens it."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import samples
from browsing import lacking
from exporting import TEXTS, hostile_run

from wa_kit import archive
from wa_kit.exports import xlsx
from wa_kit.exports.xlsx.book import MOST_CHARACTERS, cut
from wa_kit.model import KitError
from wa_kit.shown import visible

SHEETS = [
    *("Summary", "Action plan", "Findings", "Data stores", "Keys", "Not read", "Answers"),
    *("Exceptions", "About"),
]


def opened(run: Path, out: Path, **more: int) -> Any:
    xlsx.write(run, out / "made.xlsx", **more)
    return openpyxl.load_workbook(out / "made.xlsx")


def rows(book: Any, sheet: str) -> list[dict[str, Any]]:
    head, *body = book[sheet].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


def words(book: Any) -> str:
    cells = (c.value for sheet in book for row in sheet.iter_rows() for c in row)
    return "\n".join(str(value) for value in cells if value is not None)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.run_folder(tmp_path_factory.mktemp("mixed"), *samples.mixed())


@pytest.fixture(scope="module")
def book(mixed: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    return opened(mixed, tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile")
    xlsx.write(hostile_run(out), out / "made.xlsx")
    return out / "made.xlsx"


def test_the_sheets_stand_in_the_order_of_reading_with_filter_and_frozen_header(book: Any) -> None:
    assert book.sheetnames == SHEETS
    for name in SHEETS[1:-1]:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref.startswith("A1:")
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.page_setup.orientation == "landscape"


def test_every_finding_is_a_row_with_numbers_days_and_text_of_their_own_kind(
    mixed: Path, book: Any
) -> None:
    found = {row["Finding"]: row for row in rows(book, "Findings")}
    assert set(found) == {f.finding for f in archive.load_findings(mixed)}
    row = next(r for r in found.values() if r["Resource"] == "till-prod-data")
    assert (row["Outcome"], row["Severity"], row["Account"]) == ("Fail", "High", "111122223333")
    assert row["Read at (UTC)"] == dt.datetime(2026, 11, 1, 12)
    assert row["What was found"] == "100 GiB lie unencrypted"
    assert row["Read"] == "encryption: none; gib: 100"


def test_an_account_id_keeps_its_leading_zero(tmp_path: Path) -> None:
    found = samples.finding("ec2_ebs_volume_encrypted", samples.volume(1))
    run = samples.run_folder(tmp_path, [], [samples.msgspec.structs.replace(found, account="0123")])
    (row,) = rows(opened(run, tmp_path), "Findings")
    assert row["Account"] == "0123"


def test_what_was_not_read_is_said_and_is_no_pass(book: Any) -> None:
    outcomes = {row["Outcome"] for row in rows(book, "Findings")}
    assert {"Not read", "Not answered", "AWS cannot tell", "Pass", "Fail"} <= outcomes
    (entry,) = rows(book, "Not read")
    assert entry["Permission for it"] == "backup:ListRecoveryPointsByBackupVault"
    unread = next(row for row in rows(book, "Keys") if row["Key"] == "another-teams")
    assert (unread["State"], unread["Created"]) == ("not read", "not read")
    used = {row["Key"]: row["Known users"] for row in rows(book, "Keys")}
    assert (used["alias/orders"], used["alias/payroll"]) == (3, 0)


def test_the_action_plan_has_an_action_for_each_check_that_fails_with_a_day(book: Any) -> None:
    plan = {row["Check"]: row for row in rows(book, "Action plan")}
    assert plan.keys() >= {"ec2_ebs_volume_encrypted", "kms_key_pending_deletion"}
    urgent = plan["kms_key_pending_deletion"]
    assert urgent["Due"] == dt.datetime(2026, 12, 1)
    assert (urgent["Impact"], urgent["Within days"], urgent["Resources"]) == ("High", 30, 1)


def test_data_stores_say_their_level_and_exceptions_what_they_cover(book: Any) -> None:
    stores = {row["Data store"]: row for row in rows(book, "Data stores")}
    open_ = stores["till-prod-data"]
    assert (open_["Level"], open_["Worst outcome"], open_["Failing checks"]) == ("none", "Fail", 1)
    levels = {row["Data store"][-1]: row["Level"] for row in stores.values()}
    assert levels == {
        **{"1": "aws-managed", "a": "none", "s": "none"},
        **{"4": "customer", "5": "unusable", "6": "not read"},
    }
    exception, dispute = rows(book, "Exceptions")
    assert (exception["Approver"], exception["Covers now"]) == ("B. Osei", 1)
    assert (dispute["Kind"], dispute["Owner or by"]) == ("Dispute", "C. Lindqvist")


def test_the_summary_gives_the_verdict_and_marks_a_simulation(book: Any) -> None:
    said = words(book)
    assert "Of 7 questions" in said
    assert "Simulation, not AWS" in said
    assert book.properties.title == "Well-Architected review: protection of data"


def test_an_empty_run_makes_a_whole_file(tmp_path: Path) -> None:
    made = opened(samples.run_folder(tmp_path, [], [], samples.Answers()), tmp_path)
    assert made.sheetnames == SHEETS
    assert rows(made, "Findings") == []


def test_of_sixty_hostile_texts_none_is_a_formula_or_a_link(hostile: Path) -> None:
    made = openpyxl.load_workbook(hostile)
    cells = [cell for sheet in made for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d", "inlineStr"}
    assert [cell.coordinate for cell in cells if cell.hyperlink] == []
    with zipfile.ZipFile(hostile) as parts:
        for name in parts.namelist():
            text = parts.read(name).decode()
            assert "<f>" not in text and "<hyperlink" not in text, name
            assert 'TargetMode="External"' not in text, name
            assert not re.search("macro|vba|externalLink|connection", name), name


def test_every_hostile_text_can_be_read_and_nothing_in_it_is_invisible(hostile: Path) -> None:
    said = words(openpyxl.load_workbook(hostile))
    for text in TEXTS:
        assert visible(text).strip() in said, text
    assert said.replace("\n", "").replace("\t", "").isprintable()


def test_text_that_looks_like_a_formula_stays_text_when_it_is_edited(hostile: Path) -> None:
    made = openpyxl.load_workbook(hostile)
    looks = [
        cell
        for name in SHEETS[1:-1]
        for row in made[name].iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value[:1] in tuple("=+-@")
    ]
    assert looks and all(cell.quotePrefix for cell in looks)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    made = cut("x" * 40_000)
    assert len(made) == MOST_CHARACTERS
    assert made.endswith("[cut here: 40,000 characters; the whole stands in the run folder]")
    assert cut("x" * MOST_CHARACTERS) == "x" * MOST_CHARACTERS


def test_rows_that_a_sheet_has_no_room_for_are_counted(mixed: Path, tmp_path: Path) -> None:
    made = opened(mixed, tmp_path, most=5)
    assert len(rows(made, "Findings")) == 4
    left = len(archive.load_findings(mixed)) - 4
    assert f"{left} rows that a sheet has no room for" in words(made)


def test_without_xlsxwriter_the_error_names_the_command(
    mixed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[office\]'"):
        xlsx.write(mixed, tmp_path / "made.xlsx")


def test_libreoffice_opens_it_and_computes_nothing(hostile: Path, tmp_path: Path) -> None:
    soffice = shutil.which("soffice") or lacking("soffice is not installed")
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    again = ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path)]
    done = subprocess.run(
        [soffice, home, "--headless", *again, str(hostile)], capture_output=True, timeout=300
    )
    assert done.returncode == 0
    made = openpyxl.load_workbook(tmp_path / "made.xlsx")
    assert made.sheetnames == SHEETS
    kinds = {cell.data_type for sheet in made for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert len(rows(made, "Findings")) == len(rows(openpyxl.load_workbook(hostile), "Findings"))
