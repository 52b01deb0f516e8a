"""Answers out to Excel and Word and back: what comes back, and what is refused, with its place."""

from __future__ import annotations

import datetime as dt
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from payloads import PAYLOADS
from samples import QUESTIONS, mixed, run_folder

from wa_kit import answers as said
from wa_kit.answers import changing
from wa_kit.answers.fields import Fields, fields
from wa_kit.exchange import Format, bring_back, export, office, source
from wa_kit.exchange.form import form
from wa_kit.model import KitError

FORMATS: tuple[Format, ...] = ("xlsx", "docx")
ANSWERS = """\
# Ours. Comments stay.
answers:
  key-management:
    status: answered
    practices:
      - sec_protect_data_rest_key_mgmt
    notes: |-
      One rule.

      Two teams.
    evidence:
      - https://wiki.example.com/keys
      - ticket 12
    answered_by: Maren Okafor
    answered_on: 2026-09-14
    valid_until: 2027-09-14
    owner: platform-team
roles:
  responsibilities:
    backup-audit:
      accountable: Tomasz Lindqvist
raci:
  roles:
    data-owner:
      title: Data owner
      held_by:
        - D. Fontaine
  practices:
    sec_protect_data_rest_encrypt:
      responsible:
        - cloud-administrator
      accountable: cloud-security-engineer
artefacts:
  encryption-policy:
    where: https://wiki.example.com/policy
    owner: Maren Okafor
    approved: 2026-06-02
    next_review: 2027-06-02
actions:
  kms_key_tagged:
    owner: platform-team
    due: 2027-01-31
exceptions:
  - check: kms_key_tagged
    resource: "arn:aws:kms:eu-west-1:*:key/*"
    owner: A
    approver: B
    reason: C
    expires: 2027-06-30
  - check: kms_cmk_rotation_enabled
    resource: "*"
    owner: A
    approver: B
    reason: D
    expires: 2027-06-30
disputes:
  - check: kms_key_tagged
    resource: "*"
    says: compensating control
    by: web-team
"""
ACCEPTED = "kms_key_tagged arn:aws:kms:eu-west-1:*:key/*"
OTHER = "kms_cmk_rotation_enabled *"


def review_folder(folder: Path, text: str = ANSWERS) -> Path:
    folder.mkdir(parents=True)
    (folder / "answers.yaml").write_text(text, encoding="utf-8")
    (folder / "workload.yaml").write_text("name: Kestrel\n", encoding="utf-8")
    return folder


def fields_in(folder: Path) -> Fields:
    return fields(said.load(folder / "answers.yaml", QUESTIONS))


def cell_of(folder: Path, question: str, *names: str) -> str:
    """The reference of a question's field."""
    asked = form(source.read(folder, runs=False)).asked
    rows = next(a.table.rows for a in asked if a.question.id == question)
    return next(row.ref for row in rows if row.at[2:] == names)


def xlsx_cell(file: Path, ref: str, heading: str) -> tuple[str, str]:
    """The sheet and the cell under a heading, beside a reference."""
    for sheet in openpyxl.load_workbook(file).worksheets:
        heads: dict[str, str] = {}
        for row in sheet.iter_rows():
            texts = {str(cell.value): cell for cell in row if cell.value is not None}
            if any(text.startswith("Ref ") for text in texts):
                heads = {text: cell.column_letter for text, cell in texts.items()}
            if ref in texts and heading in heads:
                return sheet.title, f"{heads[heading]}{row[0].row}"
    raise LookupError(f"{ref} {heading}")


@pytest.fixture(autouse=True)
def questions_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "load_all", lambda *_, **__: QUESTIONS)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return review_folder(tmp_path / "review")


@pytest.fixture(params=FORMATS)
def sent(request: pytest.FixtureRequest, folder: Path, tmp_path: Path) -> Path:
    return export(folder, request.param, tmp_path / f"sent.{request.param}")


def fill(file: Path, *edits: tuple[str, str, Any]) -> Path:
    """Write into cells: reference, heading, text; ``*E`` is the first free row of E."""
    return (_fill_sheets if file.suffix == ".xlsx" else _fill_pages)(file, edits)


def _fill_sheets(file: Path, edits: tuple[tuple[str, str, Any], ...]) -> Path:
    book = openpyxl.load_workbook(file)
    free: dict[str, int] = {}
    for ref, heading, value in edits:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                heads = {str(cell.value): cell for cell in row if cell.value}
                mark = f"Ref {ref[1:] if ref[0] == '*' else ref.partition('-')[0]}"
                if mark not in heads:
                    continue
                column, refs = heads[heading].column, heads[mark].column
                if ref[0] == "*":
                    end = free.setdefault(ref, _first_free(sheet, row[0].row + 1, refs))
                    sheet.cell(end, column, value)
                    continue
                for at in range(row[0].row + 1, sheet.max_row + 1):
                    if sheet.cell(at, refs).value == ref:
                        sheet.cell(at, column).value = value
    book.save(file)
    return file


def _first_free(sheet: Any, row: int, refs: int) -> int:
    while sheet.cell(row, refs).value:
        row += 1
    return row


def _fill_pages(file: Path, edits: tuple[tuple[str, str, Any], ...]) -> Path:
    paper = docx.Document(str(file))
    for ref, heading, value in edits:
        for table in paper.tables:
            heads = [cell.text for cell in table.rows[0].cells]
            mark = f"Ref {ref[1:] if ref[0] == '*' else ref.partition('-')[0]}"
            if mark not in heads:
                continue
            wanted = "" if ref[0] == "*" else ref
            row = next(
                r
                for r in table.rows[1:]
                if r.cells[-1].text == wanted and (wanted or not r.cells[heads.index(heading)].text)
            )
            cell = row.cells[heads.index(heading)]
            for child in list(cell.paragraphs[0]._p):
                if not child.tag.endswith("}pPr"):
                    cell.paragraphs[0]._p.remove(child)
            cell.text = "" if value is None else str(value)
    paper.save(str(file))
    return file


def refusal(file: Path, folder: Path) -> str:
    """What an import is refused with; answers.yaml stays as it was."""
    before = (folder / "answers.yaml").read_bytes()
    with pytest.raises(KitError) as refused:
        bring_back(file, folder)
    assert refused.value.exit_code == 2
    assert (folder / "answers.yaml").read_bytes() == before
    return str(refused.value)


# What comes back


def test_a_document_nobody_edited_changes_nothing(sent: Path, folder: Path) -> None:
    before = (folder / "answers.yaml").read_bytes()
    done = bring_back(sent, folder)
    assert (done.changes, done.left, done.already) == ((), (), 0)
    assert (folder / "answers.yaml").read_bytes() == before


def test_every_kind_of_cell_comes_back_as_its_field(sent: Path, folder: Path) -> None:
    before = fields_in(folder)
    fill(
        sent,
        (cell_of(folder, "key-management", "owner"), "Answer", "web-team"),
        (cell_of(folder, "key-management", "due"), "Answer", "2027-02-28"),
        (cell_of(folder, "key-management", "evidence"), "Answer", "one\n\n two "),
        (cell_of(folder, "monitoring", "status"), "Answer", "Not applicable"),
        ("D-01", "Accountable", "Ines"),
        ("A-02", "Next review", "2027-01-01"),
        ("X-01", "Status", "done"),
        ("E-01", "Reason", "another"),
        ("O-01", "Says", "fixed, look again"),
    )
    bring_back(sent, folder)
    after = fields_in(folder)
    assert {place for place in after if after[place] != before.get(place)} == {
        ("answers", "key-management", "owner"),
        ("answers", "key-management", "due"),
        ("answers", "key-management", "evidence"),
        ("answers", "monitoring", "status"),
        ("roles", "responsibilities", "encryption-everywhere", "accountable"),
        ("artefacts", "backup-encryption-report", "next_review"),
        ("actions", "kms_key_tagged", "status"),
        ("exceptions", ACCEPTED, "reason"),
        ("disputes", "kms_key_tagged *", "says"),
    }
    assert before.keys() <= after.keys()
    assert after["answers", "key-management", "evidence"] == ("one", "two")
    assert after["answers", "monitoring", "status"] == "not applicable"
    assert after["answers", "key-management", "due"] == dt.date(2027, 2, 28)
    assert "# Ours. Comments stay." in (folder / "answers.yaml").read_text(encoding="utf-8")


def test_an_emptied_cell_empties_its_field(sent: Path, folder: Path) -> None:
    fill(sent, (cell_of(folder, "key-management", "valid_until"), "Answer", None))
    done = bring_back(sent, folder)
    assert [(c.place, c.after) for c in done.changes] == [
        (("answers", "key-management", "valid_until"), None)
    ]


def test_a_new_exception_needs_no_reference(sent: Path, folder: Path) -> None:
    new = ("check", "kms_key_tagged"), ("resource", "arn:x"), ("owner", "1"), ("approver", "2")
    fill(
        sent,
        *(("*E", name.title(), value) for name, value in new),
        ("*E", "Reason", "3"),
        ("*E", "Expires", "2027-03-01"),
    ) if sent.suffix == ".xlsx" else _fill_row(
        sent, "E", ["kms_key_tagged", "arn:x", "1", "2", "3", "2027-03-01"]
    )
    bring_back(sent, folder)
    assert fields_in(folder)["exceptions", "kms_key_tagged arn:x", "expires"] == dt.date(2027, 3, 1)


def _fill_row(file: Path, code: str, texts: list[str]) -> Path:
    """Write into the first row of a table of a document that has no reference."""
    paper = docx.Document(str(file))
    table = next(t for t in paper.tables if t.rows[0].cells[-1].text == f"Ref {code}")
    row = next(r for r in table.rows if not r.cells[-1].text)
    for cell, text in zip(row.cells, texts, strict=False):
        cell.text = text
    paper.save(str(file))
    return file


def test_an_exception_whose_cells_are_emptied_ends(sent: Path, folder: Path) -> None:
    heads = ("Check", "Resource", "Owner", "Approver", "Reason", "Expires")
    fill(sent, *(("E-01", head, None) for head in heads))
    bring_back(sent, folder)
    after = fields_in(folder)
    assert not any(place[:2] == ("exceptions", ACCEPTED) for place in after)
    assert after["exceptions", OTHER, "reason"] == "D"


def test_an_exception_may_be_given_another_resource(sent: Path, folder: Path) -> None:
    fill(sent, ("E-01", "Resource", "arn:aws:kms:*:*:key/1"))
    bring_back(sent, folder)
    after = fields_in(folder)
    assert ("exceptions", ACCEPTED, "check") not in after
    assert after["exceptions", "kms_key_tagged arn:aws:kms:*:*:key/1", "reason"] == "C"


def test_a_role_and_a_document_can_be_added_and_used_at_once(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    fill(
        sent,
        ("*R", "Role", "Site Reliability"),
        ("*R", "Held by", "Joel\nInes"),
        ("*A", "Document", "Runbook: keys"),
        ("*A", "Owner", "Joel"),
        ("M-01", "Responsible", "site reliability; Cloud administrator"),
    )
    bring_back(sent, folder)
    after = fields_in(folder)
    assert after["raci", "roles", "site-reliability", "title"] == "Site Reliability"
    assert after["raci", "roles", "site-reliability", "held_by"] == ("Joel", "Ines")
    assert after["artefacts", "runbook-keys", "title"] == "Runbook: keys"
    assert ("site-reliability", "cloud-administrator") in after.values()


def test_rows_sorted_moved_and_deleted_take_their_answers_along(
    folder: Path, tmp_path: Path
) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    before = fields_in(folder)
    book = openpyxl.load_workbook(sent)
    sheet = book["Exceptions"]
    first, second = ([c.value for c in sheet[row]] for row in (4, 5))
    for cell, value in zip(sheet[4], second, strict=True):
        cell.value = value
    for cell, value in zip(sheet[5], first, strict=True):
        cell.value = value
    sheet.insert_rows(5, 3)
    duties = book["Responsibilities"]
    duties.delete_rows(4, 2)
    duties.insert_rows(4)
    book.save(sent)
    assert bring_back(sent, folder).changes == ()
    assert fields_in(folder) == before


def test_rows_of_a_word_table_may_be_moved_and_inserted(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "docx", tmp_path / "sent.docx")
    paper = docx.Document(str(sent))
    table = next(t for t in paper.tables if t.rows[0].cells[-1].text == "Ref E")
    table._tbl.append(table.rows[1]._tr)
    table.add_row()
    paper.save(str(sent))
    assert bring_back(sent, folder).changes == ()


def test_tracked_changes_count_as_accepted(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "docx", tmp_path / "sent.docx")
    owner = "<w:t>platform-team</w:t>"
    tracked = (
        "</w:r><w:del w:id='1' w:author='x'><w:r><w:delText>platform-team</w:delText></w:r></w:del>"
        "<w:ins w:id='2' w:author='x'><w:r><w:t>web-team</w:t></w:r></w:ins><w:r>"
    )
    _rewrite(sent, "word/document.xml", lambda text: text.replace(owner, tracked, 1))
    changes = bring_back(sent, folder).changes
    assert [(c.place[1:], c.after) for c in changes] == [(("key-management", "owner"), "web-team")]


def test_another_hands_changes_stay(sent: Path, folder: Path) -> None:
    file = folder / "answers.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "owner: platform-team\nroles", "owner: new\nroles"
    )
    file.write_text(text.replace("Two teams.", "Three teams."), encoding="utf-8")
    fill(sent, ("D-01", "Deputy", "Joel"))
    bring_back(sent, folder)
    after = fields_in(folder)
    assert after["answers", "key-management", "notes"] == "One rule.\n\nThree teams."
    assert after["roles", "responsibilities", "encryption-everywhere", "deputy"] == "Joel"


def test_two_people_may_tick_different_practices(sent: Path, folder: Path) -> None:
    file = folder / "answers.yaml"
    rotate, mine = "sec_protect_data_rest_key_mgmt", "sec_protect_data_rest_encrypt"
    secrets = next(
        p.choice
        for q in QUESTIONS
        if q.id == "key-management"
        for p in q.practices
        if p.choice not in (rotate, mine)
    )
    text = file.read_text(encoding="utf-8").replace(
        f"- {rotate}\n", f"- {rotate}\n      - {secrets}\n", 1
    )
    file.write_text(text, encoding="utf-8")
    ref = cell_of(folder, "key-management", "practices", mine)
    bring_back(fill(sent, (ref, "Answer", "YES")), folder)
    assert fields_in(folder)["answers", "key-management", "practices"] == (rotate, secrets, mine)


def test_a_dry_run_says_what_would_change_and_changes_nothing(sent: Path, folder: Path) -> None:
    before = (folder / "answers.yaml").read_bytes()
    fill(sent, ("D-01", "Deputy", "Joel"))
    assert len(bring_back(sent, folder, dry_run=True).changes) == 1
    assert (folder / "answers.yaml").read_bytes() == before


# What is refused

Q = "sheet '2 Managing encryption keys', cell"


def where(sent: Path, ref: str, heading: str) -> str:
    """How a refusal names a cell."""
    if sent.suffix == ".xlsx":
        sheet, cell = xlsx_cell(sent, ref, heading)
        return f"sheet '{sheet}', cell {cell}"
    for table in docx.Document(str(sent)).tables:
        for number, row in enumerate(table.rows, 1):
            if row.cells[-1].text == ref:
                code = table.rows[0].cells[-1].text.removeprefix("Ref ")
                names = {"D": "Responsibilities", "E": "Exceptions", "O": "Disputes"}
                name = repr(names[code]) if code in names else code
                return f"table {name}, row {number}, '{heading}'"
    raise LookupError(ref)


@pytest.mark.parametrize(
    ("question", "field", "text", "words"),
    [
        ("key-management", "due", "2027-02-30", "there is no day 2027-02-30"),
        ("key-management", "due", "31.12.2026", "'31.12.2026' is no date such as 2026-05-31"),
        ("key-management", "due", "soon", "'soon' is no date such as 2026-05-31"),
        ("key-management", "status", "answerd", "there is no status 'answerd'"),
        ("monitoring", "due", "2027-01-01", "something is due on 2027-01-01, and nobody owns it"),
        ("key-management", "valid_until", "2026-01-01", "valid_until is 2026-01-01, before"),
        ("monitoring", "status", "answered", "is answered, and nobody gave the answer"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_its_cell(
    sent: Path, folder: Path, question: str, field: str, text: str, words: str
) -> None:
    ref = cell_of(folder, question, field)
    place = where(sent, ref, "Answer")
    refused = refusal(fill(sent, (ref, "Answer", text)), folder)
    assert words in refused
    assert "1 problem, so nothing was changed" in refused
    if field != "status" or text == "answerd":
        assert f"{place}: " in refused


@pytest.mark.parametrize(
    ("ref", "heading", "text", "words"),
    [
        ("E-01", "Expires", None, "Expires is empty. Fill it in: it is needed."),
        ("E-01", "Owner", None, "Owner is empty."),
        (
            "E-01",
            "Check",
            "kms_key_taged",
            "there is no check 'kms_key_taged'. Did you mean 'kms_k",
        ),
        ("O-01", "Says", "rubbish", "there is no says 'rubbish'"),
    ],
)
def test_an_exception_or_dispute_that_cannot_be_is_refused_with_its_cell(
    sent: Path, folder: Path, ref: str, heading: str, text: str | None, words: str
) -> None:
    place = where(sent, ref, heading)
    refused = refusal(fill(sent, (ref, heading, text)), folder)
    assert f"{place}: {words}" in refused


def test_an_unknown_role_is_refused_with_its_cell(sent: Path, folder: Path) -> None:
    refused = refusal(fill(sent, ("M-01", "Accountable", "cloud-administrtor")), folder)
    assert "there is no role 'cloud-administrtor'. Did you mean 'cloud-administrator'?" in refused


def test_an_unknown_practice_is_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    choice = "sec_protect_data_rest_encrypt"
    ref = cell_of(folder, "key-management", "practices", choice)
    book = openpyxl.load_workbook(sent)
    hidden = book["wa-kit"]
    hidden["A1"] = hidden["A1"].value.replace(f'"{choice}"]', '"sec_gone"]')
    book.save(sent)
    place = where(sent, ref, "Answer")
    refused = refusal(fill(sent, (ref, "Answer", "yes")), folder)
    assert f"{place}: there is no practice 'sec_gone'" in refused


def test_a_row_that_nobody_knows_is_refused_with_its_place(sent: Path, folder: Path) -> None:
    place = where(sent, "D-02", "Deputy").rpartition(",")[0]
    fill(sent, ("D-02", "Ref D", "D-77"))
    assert "nobody knows a row 'D-77' here" in (refused := refusal(sent, folder))
    assert place in refused


def test_a_row_without_a_reference_is_refused_where_none_can_be_added(
    sent: Path, folder: Path
) -> None:
    fill(sent, ("D-02", "Ref D", None))
    assert "nobody knows this row: it has no reference" in refusal(sent, folder)


def test_a_row_moved_to_another_table_is_refused(sent: Path, folder: Path) -> None:
    assert "nobody knows a row 'E-01' here" in refusal(
        fill(sent, ("D-02", "Ref D", "E-01")), folder
    )


def test_two_rows_of_the_same_that_differ_are_refused(sent: Path, folder: Path) -> None:
    fill(sent, ("D-02", "Deputy", "Joel"), ("D-02", "Ref D", "D-01"))
    assert "says something else of the same. Keep one of the two rows." in refusal(sent, folder)


def test_a_copied_exception_with_another_resource_is_a_new_one(
    folder: Path, tmp_path: Path
) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    for cell, copied in zip(book["Exceptions"][6], book["Exceptions"][4], strict=True):
        cell.value = copied.value
    book["Exceptions"]["B6"] = "arn:aws:kms:eu-central-1:*:key/*"
    book.save(sent)
    before = fields_in(folder)
    assert {change.before for change in bring_back(sent, folder).changes} == {None}
    assert before.items() <= fields_in(folder).items()


def test_words_beside_a_table_are_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    book["Exceptions"]["J5"] = "important"
    book.save(sent)
    assert "sheet 'Exceptions', cell J5: it is beside the table" in refusal(sent, folder)


def test_a_column_that_is_gone_is_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    book["Exceptions"].delete_cols(3)
    book.save(sent)
    assert "table E: its column 'Owner' is missing" in refusal(sent, folder)


def test_a_table_without_its_headings_is_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    book["Exceptions"].delete_rows(3)
    book.save(sent)
    assert "sheet 'Exceptions', row 3: it stands under no headings" in refusal(sent, folder)


def test_a_formula_that_came_to_nothing_is_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    sheet, cell = xlsx_cell(sent, "D-01", "Deputy")
    book[sheet][cell].value = "#NAME?"
    assert book[sheet][cell].data_type == "e"
    book.save(sent)
    assert f"cell {cell}: its formula came to #NAME?" in refusal(sent, folder)


def test_all_problems_are_told_at_once(sent: Path, folder: Path) -> None:
    fill(
        sent,
        (cell_of(folder, "key-management", "due"), "Answer", "soon"),
        (cell_of(folder, "monitoring", "status"), "Answer", "maybe"),
        ("E-01", "Expires", None),
        ("E-02", "Check", "nothing_known"),
        ("D-02", "Ref D", "D-99"),
    )
    refused = refusal(sent, folder)
    assert "5 problems, so nothing was changed" in refused
    assert len(refused.splitlines()) == 6


# Conflicts


@pytest.fixture
def conflict(sent: Path, folder: Path) -> Path:
    file = folder / "answers.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "owner: platform-team\nroles", "owner: ops\nroles"
    )
    file.write_text(text, encoding="utf-8")
    owner = cell_of(folder, "key-management", "owner")
    return fill(sent, (owner, "Answer", "web-team"), ("D-01", "Deputy", "Joel"))


def test_a_field_that_both_changed_is_refused_with_its_cell(conflict: Path, folder: Path) -> None:
    place = where(conflict, cell_of(folder, "key-management", "owner"), "Answer")
    refused = refusal(conflict, folder)
    assert f"{place}: changed here and in answers.yaml" in refused
    assert "'platform-team'; this document: 'web-team'; answers.yaml now: 'ops'" in refused


@pytest.mark.parametrize(("prefer", "owner"), [("document", "web-team"), ("file", "ops")])
def test_a_conflict_is_settled_when_somebody_says_how(
    conflict: Path, folder: Path, prefer: Any, owner: str
) -> None:
    bring_back(conflict, folder, prefer)
    after = fields_in(folder)
    assert after["answers", "key-management", "owner"] == owner
    assert after["roles", "responsibilities", "encryption-everywhere", "deputy"] == "Joel"


def test_a_change_that_comes_in_between_is_refused_too(
    sent: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(sent, (cell_of(folder, "key-management", "owner"), "Answer", "web-team"))
    file, save = folder / "answers.yaml", changing.save

    def late(*given: Any, **more: Any) -> changing.Saved:
        text = file.read_text(encoding="utf-8").replace("platform-team\nroles", "ops\nroles")
        file.write_text(text, encoding="utf-8")
        return save(*given, **more)

    monkeypatch.setattr("wa_kit.exchange.coming_back.save", late)
    with pytest.raises(KitError, match=r"answers\.yaml now: 'ops'"):
        bring_back(sent, folder)
    assert fields_in(folder)["answers", "key-management", "owner"] == "ops"


def test_a_document_of_another_review_is_refused(sent: Path, tmp_path: Path) -> None:
    other = review_folder(tmp_path / "other")
    (other / "workload.yaml").write_text("name: Someone else\n", encoding="utf-8")
    assert "it was exported for 'Kestrel'" in refusal(sent, other)


# Files that are none


def _rewrite(file: Path, name: str, change: Callable[[str], str]) -> None:
    """Change one part of a document."""
    with zipfile.ZipFile(file) as inside:
        parts = {part: inside.read(part) for part in inside.namelist()}
    parts[name] = change(parts.get(name, b"").decode()).encode()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as inside:
        for part, content in parts.items():
            inside.writestr(part, content)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no Excel workbook or Word document"),
        (b"answers: {}\n", "no Excel workbook or Word document"),
        (b"PK\x03\x04 and nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "it has a password, or is of the older"),
    ],
)
def test_a_file_that_is_no_document_is_refused(
    folder: Path, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "came.xlsx"
    file.write_bytes(content)
    assert words in refusal(file, folder)


def test_a_file_that_is_not_there_is_refused(folder: Path, tmp_path: Path) -> None:
    assert "cannot be read" in refusal(tmp_path / "none.xlsx", folder)


def test_macros_are_refused(sent: Path, folder: Path) -> None:
    _rewrite(sent, "xl/vbaProject.bin", lambda _: "x")
    assert "it holds macros" in refusal(sent, folder)


def test_an_open_document_is_refused(sent: Path, folder: Path) -> None:
    _rewrite(sent, "mimetype", lambda _: "application/vnd.oasis.opendocument.text")
    assert "OpenDocument" in refusal(sent, folder)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]>',
        '<?xml version="1.0"?><!DOCTYPE a SYSTEM "file:///etc/passwd">',
        '<?xml version="1.0" encoding="cp037"?>',
    ],
)
def test_declarations_and_other_encodings_are_refused(sent: Path, folder: Path, head: str) -> None:
    _rewrite(sent, "docProps/core.xml", lambda text: head + text)
    assert "docProps/core.xml in it" in refusal(sent, folder)


def test_what_unfolds_too_far_is_refused(sent: Path, folder: Path) -> None:
    _rewrite(sent, "docProps/much.xml", lambda _: " " * 41_000_000)
    assert sent.stat().st_size < 1_000_000
    assert "unpacked it is over 40 MB" in refusal(sent, folder)


def test_a_sheet_of_very_many_rows_is_refused(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    book = openpyxl.load_workbook(sent)
    book["Exceptions"].cell(20_002, 1, "x")
    book.save(sent)
    assert "sheet 'Exceptions' has over 20,000 rows" in refusal(sent, folder)


def test_a_document_that_lost_its_hidden_part_is_refused(sent: Path, folder: Path) -> None:
    name = "customXml/item101.xml" if sent.suffix == ".docx" else "xl/workbook.xml"
    _rewrite(
        sent, name, lambda text: text.replace("urn:wa-kit", "urn:x").replace('"wa-kit"', '"other"')
    )
    assert "a program has dropped its hidden part" in refusal(sent, folder)


@given(cut=st.integers(0, 60_000), by=st.binary(min_size=1, max_size=40))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_damaged_document_is_refused_or_read_and_never_breaks(
    sent: Path, folder: Path, cut: int, by: bytes
) -> None:
    content = bytearray(sent.read_bytes())
    at = cut % len(content)
    content[at : at + len(by)] = by
    file = sent.with_stem("damaged")
    file.write_bytes(content)
    try:
        bring_back(file, folder, dry_run=True)
    except KitError as refused:
        assert str(refused)


# What goes out


def test_an_export_shows_the_newest_run(tmp_path: Path, folder: Path) -> None:
    rows, found = mixed()
    runs = folder / "runs" / "111122223333"
    runs.mkdir(parents=True)
    shutil.copytree(run_folder(tmp_path / "run", rows, found), runs / "20261101T120000Z")
    made = form(source.read(folder))
    assert made.seen[0].account == "111122223333"
    actions = next(table for table in made.lists if table.spec.code == "X")
    failing = {f.check for f in found if f.outcome == "fail" and not f.exception}
    assert failing - {"kms_key_tagged", "kms_cmk_rotation_enabled"} <= {
        r.at[1] for r in actions.rows
    }
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    words = {str(c.value) for row in openpyxl.load_workbook(sent)["Start"].iter_rows() for c in row}
    assert any("Gaps found" in text for text in words)


def test_an_answer_that_changes_rests_on_the_findings_that_stood_beside_it(
    tmp_path: Path, folder: Path
) -> None:
    rows, found = mixed()
    home = folder / "runs" / "111122223333"
    home.mkdir(parents=True)
    shutil.copytree(run_folder(tmp_path / "run", rows, found), home / "20261101T120000Z")
    shown = source.read(folder).seen[0].summary.questions
    digests = {question.id: question.seen for question in shown}
    before = fields_in(folder)
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    bring_back(fill(sent, (cell_of(folder, "monitoring", "owner"), "Answer", "Ada")), folder)
    assert fields_in(folder) == before | {
        ("answers", "monitoring", "owner"): "Ada",
        ("answers", "monitoring", "seen", "111122223333"): digests["monitoring"],
    }
    assert len(digests["monitoring"]) == 64


def test_an_export_is_for_its_owner_alone_and_replaces_nothing(sent: Path, folder: Path) -> None:
    assert sent.stat().st_mode & 0o777 == 0o600
    with pytest.raises(KitError, match=r"it is there already\. Name another with --out"):
        export(folder, "xlsx", sent)


def test_a_folder_without_answers_can_be_filled_in(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    bring_back(fill(sent, ("D-01", "Deputy", "Joel")), folder)
    assert fields_in(folder) == {
        ("roles", "responsibilities", "encryption-everywhere", "deputy"): "Joel"
    }


def test_cells_are_inert_and_only_those_to_fill_in_are_open(folder: Path, tmp_path: Path) -> None:
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    for sheet in openpyxl.load_workbook(sent).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f", cell
                link = cell.hyperlink
                assert link is None or (link.location and not link.target), cell
    sheet = openpyxl.load_workbook(sent)["Exceptions"]
    assert sheet.protection.sheet and not sheet.protection.password
    assert not sheet["A4"].protection.locked and sheet["A3"].protection.locked
    assert sheet["F4"].value == dt.datetime(2027, 6, 30)
    assert sheet.freeze_panes == "B4"


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_stays_text_and_comes_back_unchanged(tmp_path: Path, format: Format) -> None:
    folder = review_folder(tmp_path / "review", "answers:\n")
    usable = [p.encode("utf-8", "ignore").decode().replace("\ufffe", "") for p in PAYLOADS]
    mine: Fields = {
        ("answers", q.id, name): usable[(i * 3 + j) % len(usable)]
        for i, q in enumerate(QUESTIONS)
        for j, name in enumerate(("notes", "owner", "answered_by"))
    }
    for n, payload in enumerate(usable):
        at = ("exceptions", f"kms_key_tagged {payload} {n}")
        mine |= {
            (*at, "check"): "kms_key_tagged",
            (*at, "resource"): f"{payload} {n}",
            (*at, "owner"): payload,
            (*at, "approver"): payload,
            (*at, "reason"): payload,
            (*at, "expires"): dt.date(2027, 1, 1),
        }
    changing.save(folder / "answers.yaml", {}, mine, QUESTIONS)
    before = fields_in(folder)
    sent = export(folder, format, tmp_path / f"sent.{format}")
    assert bring_back(sent, folder).changes == ()
    assert fields_in(folder) == before
    with zipfile.ZipFile(sent) as inside:
        markup = b"".join(inside.read(name) for name in inside.namelist())
    assert b"<script" not in markup and b"<f>" not in markup
    assert b'Target="http://evil' not in markup


def test_a_text_too_long_for_a_cell_is_said_to_be_and_stays(folder: Path, tmp_path: Path) -> None:
    long = "\n".join(f"line {n}" for n in range(9_000))
    notes = ("answers", "monitoring", "notes")
    changing.save(folder / "answers.yaml", {}, {notes: long}, QUESTIONS)
    sent = export(folder, "xlsx", tmp_path / "sent.xlsx")
    assert bring_back(sent, folder).changes == ()
    fill(sent, (cell_of(folder, "monitoring", "notes"), "Answer", "short"))
    assert "it is too long to be changed here" in refusal(sent, folder)


def test_a_missing_extra_names_the_command(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "xlsxwriter", None)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[office\]'"):
        export(folder, "xlsx")
    assert office.module("from_pages")


# Whatever people write

TEXT = st.text(
    st.characters(blacklist_categories=("Cs",), blacklist_characters="\ufffe\uffff\x00"),
    max_size=60,
).filter(lambda text: text.strip())
DAY = st.dates(dt.date(1000, 1, 1), dt.date(9000, 1, 1))


@given(
    texts=st.fixed_dictionaries(
        {}, optional={name: TEXT for name in ("notes", "answered_by", "owner")}
    ),
    evidence=st.lists(TEXT, max_size=3),
    day=DAY,
    edited=st.booleans(),
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@pytest.mark.parametrize("format", FORMATS)
def test_whatever_was_written_comes_back_and_one_edit_changes_one_field(
    tmp_path_factory: pytest.TempPathFactory,
    format: Format,
    texts: dict[str, str],
    evidence: list[str],
    day: dt.date,
    edited: bool,
) -> None:
    home = tmp_path_factory.mktemp("wild")
    folder = review_folder(home / "review", "answers:\n")
    at = ("answers", "monitoring")
    mine: Fields = {(*at, name): text for name, text in texts.items()}
    mine[*at, "answered_on"] = day
    if evidence:
        mine[*at, "evidence"] = tuple(evidence)
    changing.save(folder / "answers.yaml", {}, mine, QUESTIONS)
    before = fields_in(folder)
    sent = export(folder, format, home / f"sent.{format}")
    if not edited:
        assert bring_back(sent, folder).changes == ()
        assert fields_in(folder) == before
    else:
        fill(sent, (cell_of(folder, "monitoring", "valid_until"), "Answer", "9100-01-01"))
        bring_back(sent, folder)
        until = (*at, "valid_until")
        assert fields_in(folder) == before | {until: dt.date(9100, 1, 1)}
