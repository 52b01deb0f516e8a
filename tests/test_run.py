"""A whole review, from AWS to the page, of a company, of nothing, and of what nobody may see."""

from __future__ import annotations

import csv
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wa_kit import archive, run, simulated
from wa_kit.model import KitError
from wa_kit.planning import Request
from wa_kit.workbook import execute, parameters

COMPANY, NOTHING = "333344445555", "333344446666"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
CONTRACT = {
    "manifest.json",
    "findings.jsonl",
    "findings.csv",
    "summary.json",
    "answers.md",
    "artefacts/encryption-policy.md",
    "artefacts/audit-report.md",
    "artefacts/backup-encryption-report.md",
    "artefacts/key-inventory.md",
    "artefacts/exceptions-register.md",
    "workbook.ipynb",
    "report.html",
}


@pytest.fixture(scope="module")
def credentials():
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing-secret-canary")
    yield
    patch.undo()


@pytest.fixture(scope="module")
def reviewed(credentials, tmp_path_factory):
    """The company's review, and the estate it was made of."""
    with simulated.serve(COMPANY) as estate:
        simulated.found(estate)
        out = tmp_path_factory.mktemp("company")
        request = Request(endpoint_url=estate.endpoint, regions=REGIONS, out=out)
        yield run.review(request), estate


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_folder_holds_what_the_contract_says(reviewed):
    result, _ = reviewed
    assert files(result.run) >= CONTRACT
    assert archive.verify(result.run).whole
    assert not [path for path in result.run.parent.iterdir() if path.name.startswith(".")]


def test_what_was_denied_makes_the_run_incomplete_and_nothing_else_does(reviewed):
    result, _ = reviewed
    assert (result.exit_code, result.manifest.status) == (3, "incomplete")
    assert {entry.action for entry in result.manifest.not_read} == {
        "backup:ListRecoveryPointsByBackupVault",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
    }


def test_every_question_has_a_standing_and_a_draft_that_fits_the_tool(reviewed):
    result, _ = reviewed
    assert len(result.summary.questions) == 7
    for question in result.summary.questions:
        assert question.draft
        assert 0 < len(question.short) <= 2084


def test_the_calls_of_the_manifest_are_those_the_estate_saw(reviewed):
    result, estate = reviewed
    seen: dict[str, int] = {}
    for service, operation, _ in estate.calls:
        if not operation.startswith(("Create", "Put", "Tag", "Enable", "Start", "Update")):
            seen[f"{service}:{operation}"] = seen.get(f"{service}:{operation}", 0) + 1
    for operation, count in result.manifest.calls.items():
        assert seen[operation] >= count, operation


def test_ids_in_the_spreadsheet_are_text_with_every_digit(reviewed):
    result, _ = reviewed
    with (result.run / "findings.csv").open(newline="") as lines:
        assert {row["account"] for row in csv.DictReader(lines)} == {COMPANY}


def test_no_secret_of_the_runner_is_in_the_run(reviewed):
    result, _ = reviewed
    for path in result.run.rglob("*"):
        if path.is_file():
            assert b"testing-secret-canary" not in path.read_bytes(), path


def test_nobody_else_can_read_the_run(reviewed):
    result, _ = reviewed
    for path in result.run.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_workbook_was_executed_to_its_end_in_a_kernel_without_credentials(reviewed, tmp_path):
    result, _ = reviewed
    cells = json.loads((result.run / "workbook.ipynb").read_text())["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert all(cell["execution_count"] for cell in code)
    assert not [o for cell in code for o in cell["outputs"] if o["output_type"] == "error"]


def test_the_archived_workbook_runs_again_where_it_was_moved_to(reviewed, tmp_path):
    result, _ = reviewed
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for name in files(result.run) - {"workbook.ipynb", "report.html"}:
        (moved / name).parent.mkdir(exist_ok=True)
        (moved / name).write_bytes((result.run / name).read_bytes())
    assert execute(moved, {"run": ".", "account": COMPANY}).is_file()


def test_the_notebook_passes_nbval_in_a_run_folder(reviewed, tmp_path):
    result, _ = reviewed
    folder = tmp_path / "run"
    folder.mkdir()
    for name in files(result.run) - {"workbook.ipynb", "report.html"}:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes((result.run / name).read_bytes())
    notebook = Path(__file__).parent.parent / "notebooks" / "review.ipynb"
    (folder / "review.ipynb").write_bytes(notebook.read_bytes())
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q",
         "-p", "no:cacheprovider", "-p", "no:xdist", "review.ipynb"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:]


def test_judging_a_run_again_gives_the_same_findings_and_says_where_it_came_from(reviewed):
    result, _ = reviewed
    again = run.judge_again(result.run, Request(workbook=False))
    assert (again.run / "findings.jsonl").read_bytes() == (
        result.run / "findings.jsonl"
    ).read_bytes()
    assert again.manifest.derived_from == archive.link(result.run)
    assert again.manifest.evidence_digest == result.manifest.evidence_digest


def test_a_second_run_of_the_same_estate_changes_nothing_but_the_times(reviewed, tmp_path):
    result, estate = reviewed
    request = Request(endpoint_url=estate.endpoint, regions=REGIONS, out=tmp_path, workbook=False)
    again = run.review(request)
    assert again.manifest.evidence_digest == result.manifest.evidence_digest
    verdicts = [
        [(f.finding, f.outcome, f.level, f.reason) for f in archive.load_findings(folder)]
        for folder in (result.run, again.run)
    ]
    assert verdicts[0] == verdicts[1]


def test_everything_denied_is_a_full_review_that_says_so(reviewed, tmp_path):
    _, estate = reviewed
    services = {service for service, _, _ in estate.calls} - {"sts"}
    faults = [estate.deny(f"{service}:*") for service in services]
    try:
        request = Request(endpoint_url=estate.endpoint, regions=REGIONS, out=tmp_path)
        result = run.review(request)
    finally:
        for fault in faults:
            fault.lift()
    assert result.exit_code == 3
    asked_of_aws = [q for q in result.summary.questions if q.findings["unknown"]]
    assert {q.standing for q in asked_of_aws} <= {"cannot_tell", "ask"}
    assert result.summary.findings["pass"] == result.summary.findings["fail"] == 0
    assert (result.run / "report.html").is_file()


def test_an_empty_account_is_a_full_review_and_complete(credentials, tmp_path):
    with simulated.serve(NOTHING) as estate:
        request = Request(endpoint_url=estate.endpoint, regions=("eu-west-1",), out=tmp_path)
        result = run.review(request)
    assert (result.exit_code, result.manifest.status) == (0, "complete")
    assert result.summary.stores.seen == 0
    assert (result.run / "report.html").is_file()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"runs": "."}, "no parameter 'runs'. Did you mean 'run'?"),
        ({"run": 12345678901}, "a parameter does not fit"),
        ({"account": 12345678901}, "a parameter does not fit"),
        ({"account": "12345"}, "no account id of twelve digits"),
    ],
)
def test_parameters_are_refused_by_name_and_type_before_papermill_sees_them(given, says):
    with pytest.raises(KitError) as raised:
        parameters(given)
    assert says in str(raised.value)


def test_an_account_id_keeps_its_leading_zero():
    assert parameters({"account": "012345678901"}).account == "012345678901"


def test_a_workbook_that_fails_leaves_no_run(credentials, tmp_path, monkeypatch):
    from wa_kit import workbook

    def broken(*_: object, **__: object):
        raise KitError("review.ipynb: cell 3 failed", 4)

    monkeypatch.setattr(workbook, "execute", broken)
    with simulated.serve(NOTHING) as estate, pytest.raises(KitError):
        run.review(
            Request(endpoint_url=estate.endpoint, regions=("eu-west-1",), out=tmp_path / "out")
        )
    assert list((tmp_path / "out" / NOTHING).iterdir()) == []


def test_the_environment_is_as_it_was_after_a_workbook(reviewed):
    assert os.environ["AWS_SECRET_ACCESS_KEY"] == "testing-secret-canary"
