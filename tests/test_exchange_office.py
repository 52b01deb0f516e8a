"""Answers go out, are edited by LibreOffice, come back, and nothing else has changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from office import Office, libreoffice
from test_exchange import FORMATS, cell_of, fields_in, review_folder, xlsx_cell

from wa_kit.exchange import Format, bring_back, export

ODD = """\
answers:
  key-management:
    status: answered
    practices:
      - sec_protect_data_rest_key_mgmt
    notes: |-
      =1+1 stands first,

        "curly" \u201cquotes\u201d, a tab\there, \u00fcml\u00e4ut, \u65e5\u672c\u8a9e, \U0001f510

      and a last line  with two blanks
    evidence:
      - "012345678901"
      - "+49 30 1234"
      - "@here"
      - "-1"
    answered_by: "=cmd|' /C calc'!A0"
    answered_on: 2026-09-14
    valid_until: 2027-09-14
    owner: "0012"
roles:
  responsibilities:
    backup-audit:
      accountable: "TRUE"
      deputy: "1e5"
artefacts:
  encryption-policy:
    where: "https://wiki.example.com/a?b=1&c=<2>"
    version: "3.10"
    approved: 2026-06-02
  own-one:
    title: Our own \u2013 one
    version: 1/2
exceptions:
  - check: kms_key_tagged
    resource: "arn:aws:kms:eu-west-1:012345678901:key/*"
    owner: A
    approver: B
    reason: _x0041_ and _x000D_
    expires: 2027-06-30
disputes:
  - check: kms_key_tagged
    resource: "*"
    says: "fixed, look again"
    by: C
    note: "hard\u00a0space"
"""


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    with libreoffice() as found:
        yield found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return review_folder(tmp_path / "review", ODD)


@pytest.mark.parametrize("format", FORMATS)
def test_opened_and_saved_without_an_edit_nothing_changes(
    office: Office, folder: Path, tmp_path: Path, format: Format
) -> None:
    before = (folder / "answers.yaml").read_bytes()
    sent = export(folder, format, tmp_path / f"sent.{format}")
    again = office.edit(office.edit(sent, tmp_path / f"a.{format}"), tmp_path / f"b.{format}")
    assert bring_back(again, folder).changes == ()
    assert (folder / "answers.yaml").read_bytes() == before


def test_cells_edited_in_calc_change_their_fields_and_no_other(
    office: Office, folder: Path, tmp_path: Path
) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    before = fields_in(folder)

    def at(ref: str, heading: str) -> list[str]:
        return list(xlsx_cell(sent, ref, heading))

    free = _free_row(sent, "Exceptions")
    came = office.edit(
        sent,
        tmp_path / "came.xlsx",
        [*at(cell_of(folder, "monitoring", "status"), "Answer"), "answered"],
        [*at(cell_of(folder, "monitoring", "answered_by"), "Answer"), "Ines Caldeira"],
        [*at(cell_of(folder, "monitoring", "answered_on"), "Answer"), "day 2026-10-01"],
        [*at(cell_of(folder, "monitoring", "notes"), "Answer"), "First line\nand =a second"],
        [*at(cell_of(folder, "key-management", "owner"), "Answer"), "000123456789"],
        [*at(cell_of(folder, "key-management", "valid_until"), "Answer"), None],
        [*at("D-01", "Deputy"), "T. Lindqvist"],
        ["Exceptions", f"A{free}", "kms_cmk_rotation_enabled"],
        ["Exceptions", f"B{free}", "arn:aws:kms:*:*:key/*"],
        ["Exceptions", f"C{free}", "A"],
        ["Exceptions", f"D{free}", "B"],
        ["Exceptions", f"E{free}", "-C"],
        ["Exceptions", f"F{free}", "day 2027-01-31"],
    )
    bring_back(came, folder)
    new = "kms_cmk_rotation_enabled arn:aws:kms:*:*:key/*"
    expected = before | {
        ("answers", "monitoring", "status"): "answered",
        ("answers", "monitoring", "answered_by"): "Ines Caldeira",
        ("answers", "monitoring", "answered_on"): dt.date(2026, 10, 1),
        ("answers", "monitoring", "notes"): "First line\nand =a second",
        ("answers", "key-management", "owner"): "000123456789",
        ("roles", "responsibilities", _duty(folder), "deputy"): "T. Lindqvist",
        ("exceptions", new, "check"): "kms_cmk_rotation_enabled",
        ("exceptions", new, "resource"): "arn:aws:kms:*:*:key/*",
        ("exceptions", new, "owner"): "A",
        ("exceptions", new, "approver"): "B",
        ("exceptions", new, "reason"): "-C",
        ("exceptions", new, "expires"): dt.date(2027, 1, 31),
    }
    del expected["answers", "key-management", "valid_until"]
    assert fields_in(folder) == expected


def test_cells_edited_in_writer_change_their_fields_and_no_other(
    office: Office, folder: Path, tmp_path: Path
) -> None:
    sent = export(folder, "docx", tmp_path / "sent.docx")
    before = fields_in(folder)
    came = office.edit(
        sent,
        tmp_path / "came.docx",
        [cell_of(folder, "monitoring", "status"), "Answer", "answered"],
        [cell_of(folder, "monitoring", "answered_by"), "Answer", "Ines Caldeira"],
        [cell_of(folder, "monitoring", "answered_on"), "Answer", "2026-10-01"],
        [cell_of(folder, "monitoring", "notes"), "Answer", "First line\nand a second"],
        ["D-01", "Deputy", "T. Lindqvist"],
        ["E-01", "Expires", "2027-07-31"],
    )
    bring_back(came, folder)
    accepted = "kms_key_tagged arn:aws:kms:eu-west-1:012345678901:key/*"
    assert fields_in(folder) == before | {
        ("answers", "monitoring", "status"): "answered",
        ("answers", "monitoring", "answered_by"): "Ines Caldeira",
        ("answers", "monitoring", "answered_on"): dt.date(2026, 10, 1),
        ("answers", "monitoring", "notes"): "First line\nand a second",
        ("roles", "responsibilities", _duty(folder), "deputy"): "T. Lindqvist",
        ("exceptions", accepted, "expires"): dt.date(2027, 7, 31),
    }


def _free_row(file: Path, sheet: str) -> int:
    rows = openpyxl.load_workbook(file)[sheet].iter_rows(min_row=4)
    return next(row[0].row for row in rows if not row[0].value)


def _duty(folder: Path) -> str:
    from wa_kit.checks.people import RESPONSIBILITIES

    return next(iter(RESPONSIBILITIES))
