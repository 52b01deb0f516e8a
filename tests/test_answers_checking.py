"""``wa-kit answers``: the commands, and what people wrote checked for CI."""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from samples import QUESTIONS
from test_exchange import fields_in, fill, review_folder

from wa_kit import cli
from wa_kit.answers.checking import Ending, check
from wa_kit.model import KitError
from wa_kit.planning import Request, plan
from wa_kit.written import shipped

TODAY = dt.date(2026, 11, 1)
HOLDS = """\
answers:
  key-management:
    status: answered
    answered_by: A
    valid_until: 2026-11-01
roles:
  responsibilities:
"""
DUTIES = (
    "encryption-everywhere",
    "kms-across-organization",
    "monitoring-and-audit",
    "storage-encryption",
    "config-rules",
    "backup-audit",
)
HELD = "".join(f"    {duty}:\n      accountable: A\n      deputy: B\n" for duty in DUTIES)
Run = Callable[..., tuple[int, str, str]]


def exception(expires: str) -> str:
    return (
        "exceptions:\n  - check: kms_key_tagged\n    resource: '*'\n    owner: A\n"
        f"    approver: B\n    reason: C\n    expires: {expires}\n"
    )


@pytest.fixture
def wa_kit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit code, what it printed, and what it said on stderr."""
    monkeypatch.setenv("COLUMNS", "200")

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wa-kit", "answers", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    return run


def test_what_holds_on_its_last_day_is_valid(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", HOLDS + HELD + exception("2026-12-02"))
    found = check(folder, TODAY)
    assert found.exit_code == 0
    assert found.answered == ("key-management",)
    assert len(found.questions) == len(QUESTIONS)
    assert (found.out_of_date, found.run_out, found.running_out, found.unheld) == ({}, (), (), {})


def test_an_answer_past_its_day_is_out_of_date(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", HOLDS + HELD)
    found = check(folder, TODAY + dt.timedelta(days=1))
    assert found.exit_code == 1
    assert found.out_of_date == {"key-management": TODAY}


@pytest.mark.parametrize(
    ("expires", "code", "part"),
    [
        ("2026-11-01", 1, "run_out"),
        ("2026-11-02", 0, "running_out"),
        ("2026-12-01", 0, "running_out"),
    ],
)
def test_an_exception_has_run_out_on_the_day_it_expires(
    tmp_path: Path, expires: str, code: int, part: str
) -> None:
    found = check(review_folder(tmp_path / "r", HOLDS + HELD + exception(expires)), TODAY)
    ending = Ending(check="kms_key_tagged", resource="*", expires=dt.date.fromisoformat(expires))
    assert found.exit_code == code
    assert getattr(found, part) == (ending,)


def test_an_answer_that_will_soon_be_out_of_date_is_told_in_advance(
    wa_kit: Run, tmp_path: Path
) -> None:
    folder = review_folder(tmp_path / "r", HOLDS + HELD)
    early, late = TODAY - dt.timedelta(days=30), TODAY - dt.timedelta(days=31)
    assert check(folder, early).soon_out_of_date == {"key-management": TODAY}
    assert check(folder, TODAY).soon_out_of_date == {"key-management": TODAY}
    assert not check(folder, late).soon_out_of_date
    code, printed, _ = wa_kit("check", folder, "--as-of", str(early))
    assert (code, f"Holds until {TODAY}: key-management" in printed) == (0, True)


def test_every_fault_of_a_file_is_told_with_its_line(wa_kit: Run, tmp_path: Path) -> None:
    text = (
        "answers:\n"
        "  key-management:\n    status: answred\n    ownr: A\n"
        "  monitoring:\n    status: yes\n    due: soon\n"
        "exceptions:\n  - check: kms_key_tagged\n    owner: A\n"
    )
    code, _, told = wa_kit("check", review_folder(tmp_path / "r", text))
    assert code == 2
    assert [int(at) for at in re.findall(r"answers\.yaml: line (\d+)", told)] == (
        [3, 4, 6, 7, 9, 9, 9, 9]
    )


def test_every_name_that_nobody_knows_is_told_before_a_review_begins(tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", "answers:\n  monitorin:\n  key-managemnt:\n")
    with pytest.raises(KitError) as caught:
        plan(Request(workload=folder / "workload.yaml"))
    assert [int(at) for at in re.findall(r"line (\d+)", str(caught.value))] == [2, 3]


def test_a_responsibility_that_nobody_holds_is_named(tmp_path: Path) -> None:
    held = HELD.replace(
        "config-rules:\n      accountable: A", "config-rules:\n      accountable: ' '"
    )
    found = check(review_folder(tmp_path / "r", HOLDS + held), TODAY)
    assert found.unheld == {"config-rules": ("accountable",)}
    assert found.exit_code == 0


def test_every_error_of_every_file_is_told_with_its_line(wa_kit: Run, tmp_path: Path) -> None:
    folder = review_folder(
        tmp_path / "r",
        "answers:\n  key-managment:\n    status: answered\n"
        "  monitoring:\n    practices: [x]\n"
        "actions:\n  kms_key_taged:\n    due: 2027-01-01\n",
    )
    (folder / "workload.yaml").write_text("name: K\nregions: [nowhere]\n", encoding="utf-8")
    (folder / "narrative.yaml").write_text("status: finished\n", encoding="utf-8")
    code, _, told = wa_kit("check", folder)
    assert code == 2
    for place in (
        "workload.yaml: line 2: ",
        "narrative.yaml: line 1: ",
        "answers.yaml: line 2: there is no question 'key-managment'. Did you mean",
        "answers.yaml: line 5: there is no practice 'x'",
        "answers.yaml: line 7: there is no check 'kms_key_taged'. Did you mean",
        "answers.yaml: line 2: 'key-managment' is answered, and nobody gave the answer",
        "answers.yaml: line 8: something is due on 2027-01-01, and nobody owns it",
    ):
        assert place in told
    assert len(told.splitlines()) == 7


def test_each_questionnaire_that_is_wrong_is_told(wa_kit: Run, tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", "answers:\n")
    own = folder / "questionnaires"
    own.mkdir()
    for name in ("monitoring", "key-management", "access-control"):
        text = (shipped("questionnaires") / f"{name}.yaml").read_text(encoding="utf-8")
        bad = text.replace("order:", "ordre:") if name != "access-control" else text
        (own / f"{name}.yaml").write_text(bad, encoding="utf-8")
    code, _, told = wa_kit("check", folder)
    assert code == 2
    assert "monitoring.yaml: line" in told and "key-management.yaml: line" in told
    assert len(told.splitlines()) == 2


def test_check_prints_what_it_found_and_json_the_same(wa_kit: Run, tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", HOLDS + exception("2026-01-31"))
    code, printed, _ = wa_kit("check", folder, "--as-of", "2026-11-02")
    assert code == 1
    assert f"Answered: 1 of {len(QUESTIONS)} questions" in printed
    assert "Out of date, held until 2026-11-01: key-management" in printed
    assert "Exception ran out on 2026-01-31: kms_key_tagged on *" in printed
    assert "Nobody is accountable or deputy: config-rules" in printed
    code, printed, _ = wa_kit("check", folder, "--as-of", "2026-11-02", "--json")
    found = json.loads(printed)
    assert (code, found["exit_code"], found["answered"]) == (1, 1, ["key-management"])
    assert found["run_out"] == [
        {"check": "kms_key_tagged", "resource": "*", "expires": "2026-01-31"}
    ]


def test_the_answers_go_out_and_come_back_by_command(wa_kit: Run, tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", HOLDS)
    file = tmp_path / "made.xlsx"
    code, printed, _ = wa_kit("export", folder, "--format", "xlsx", "--out", file)
    assert (code, printed) == (0, f"Wrote {file}\n")
    _, printed, _ = wa_kit("import", file, folder)
    assert printed == "Nothing was edited in this document: answers.yaml stays as it is.\n"
    fill(file, ("D-01", "Deputy", "Joel [bold]"))
    line = "roles / responsibilities / encryption-everywhere / deputy: nothing -> 'Joel [bold]'\n"
    _, printed, _ = wa_kit("import", file, folder, "--dry-run")
    assert printed == f"{line}1 field would change.\n"
    _, printed, _ = wa_kit("import", file, folder)
    assert printed == f"{line}1 field changed.\n"
    assert "Joel [bold]" in fields_in(folder).values()
    _, printed, _ = wa_kit("import", file, folder)
    assert printed == "1 field edited there, and the same in answers.yaml already.\n"


def test_a_refused_import_lists_its_problems_and_returns_2(wa_kit: Run, tmp_path: Path) -> None:
    folder = review_folder(tmp_path / "r", HOLDS)
    file = tmp_path / "made.xlsx"
    wa_kit("export", folder, "-f", "xlsx", "--out", file)
    fill(file, ("D-01", "Ref D", "D-99"), ("A-01", "Approved", "2026-02-30"))
    code, printed, told = wa_kit("import", file, folder)
    assert (code, printed) == (2, "")
    assert told.splitlines() == [
        f"wa-kit: {file}: 2 problems, so nothing was changed.",
        "  sheet 'Responsibilities', row 4: nobody knows a row 'D-99' here. Give it the reference "
        "it had, or empty the row.",
        "  sheet 'Documents', cell F4: there is no day 2026-02-30. Write one that is.",
    ]


def test_a_folder_that_is_none_is_refused(wa_kit: Run, tmp_path: Path) -> None:
    for words in (("check",), ("export", "-f", "docx")):
        code, _, told = wa_kit(*words, tmp_path / "none")
        assert code == 2
        assert "there is no such folder. Name the folder of the review." in told


def test_a_folder_that_holds_no_review_is_refused_so_that_a_wrong_path_cannot_pass(
    wa_kit: Run, tmp_path: Path
) -> None:
    code, _, told = wa_kit("check", tmp_path)
    assert code == 2
    assert "this is no review folder" in told and f"wa-kit init {tmp_path}" in told
