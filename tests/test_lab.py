"""``wa-kit lab``: a whole self-assessment in a real JupyterLab, and nothing outside the folder."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from browsing import SCREEN, axe, chromium
from typer.testing import CliRunner

from wa_kit import cli, folder, lab
from wa_kit.answers import load
from wa_kit.answers.changing import save
from wa_kit.model import KitError
from wa_kit.questionnaire import load_all
from wa_kit.written import shipped

ACCOUNT = "111122223333"
ARCHIVE = Path(__file__).parent / "archives" / "1" / ACCOUNT
QUESTIONS = load_all()
SEEN = "5" * 64
KEYS = "2. Managing encryption keys"
VOLUME = f"arn:aws:ec2:*:{ACCOUNT}:volume/*"
LONG = 60_000  # milliseconds: the machine may be busy


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A review folder with a finished run."""
    made = tmp_path / "review"
    folder.init(made)
    shutil.copytree(ARCHIVE, made / "runs" / ACCOUNT)
    (path,) = made.glob("runs/*/*/summary.json")
    summary = json.loads(path.read_text())
    for question in summary["questions"]:
        question["seen"] = SEEN
    path.write_text(json.dumps(summary))
    return made


class Lab:
    """``wa-kit lab``, running, with a home and a temporary folder of its own."""

    def __init__(self, home: Path, *options: str) -> None:
        self.own = home.parent / "home"
        self.temporary = home.parent / "tmp"
        for place in (self.own, self.temporary):
            place.mkdir(exist_ok=True)
        kept = {k: v for k, v in os.environ.items() if not k.startswith("XDG_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "wa_kit.cli", "lab", str(home), "--no-browser", *options],
            stdout=subprocess.PIPE,
            text=True,
            env={
                **kept,
                "HOME": str(self.own),
                "TMPDIR": str(self.temporary),
                "PYTHONPATH": str(shipped("notebooks").parent),
                "AWS_SECRET_ACCESS_KEY": "canary",
            },
        )
        assert self.process.stdout
        first = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\S+", first)
        assert found, first
        self.address = found[0]

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)

    @property
    def processes(self) -> list[Path]:
        """Those of this JupyterLab and of its kernels that are still there."""
        return [
            place
            for place in Path("/proc").glob("[0-9]*")
            if str(self.temporary).encode() in _read(place / "cmdline")
        ]


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has just ended
        return b""


def until(holds: Callable[[], Any], seconds: int = 60) -> Any:
    """Wait for a condition."""
    end = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)
    return found


@pytest.fixture
def running(home: Path) -> Iterator[Lab]:
    made = Lab(home)
    yield made
    if made.process.poll() is None:
        made.stop()


class Notebook:
    """The self-assessment on a page of JupyterLab, handled as a person would."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_page(viewport=SCREEN)
        self.page.set_default_timeout(LONG)
        self.errors: list[str] = []
        self.hosts: set[str | None] = set()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda asked: self.hosts.add(urlsplit(asked.url).hostname))
        self.page.goto(address)
        self.page.wait_for_selector(".jp-Notebook .jp-Cell")
        self.page.wait_for_selector("text=Python 3 (ipykernel) | Idle")

    def menu(self, name: str, item: str) -> None:
        self.page.click(f'.lm-MenuBar-itemLabel:text-is("{name}")')
        self.page.click(f'.lm-Menu-itemLabel:text-is("{item}")')

    def wait(self) -> None:
        """Until the last cell has run."""
        self.page.wait_for_function(
            """() => {
                const prompts = [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')];
                return prompts.length >= 10 && prompts.every(p => /\\[\\d+\\]/.test(p.textContent));
            }"""
        )
        self.page.wait_for_selector("text=Add the dispute")

    def chapter(self, call: str) -> Chapter:
        return Chapter(self.page, self.page.locator(".jp-CodeCell", has_text=call))


class Chapter:
    """One cell, and in it the part that is open."""

    def __init__(self, page: Any, cell: Any) -> None:
        self.page = page
        self.cell = cell

    def open(self, heading: str) -> Chapter:
        self.cell.locator(".jupyter-widget-Collapse-header", has_text=heading).click()
        part = self.cell.locator(".jupyter-widget-Collapse-open")
        part.locator(".wa-foot").wait_for()
        return Chapter(self.page, part)

    def fill(self, label: str, words: str, place: int = 0) -> None:
        control = self.cell.get_by_label(label, exact=True).nth(place)
        control.fill(words)
        control.press("Tab")  # a text is sent when it is left

    def choose(self, label: str, words: str) -> None:
        self.cell.get_by_label(label, exact=True).first.select_option(label=words)

    def press(self, words: str) -> None:
        self.cell.get_by_role("button", name=words, exact=True).first.click()

    def told(self, words: str) -> None:
        self.cell.get_by_text(words).first.wait_for()

    def value(self, label: str) -> str:
        return str(self.cell.get_by_label(label, exact=True).first.input_value())


ANSWER = {
    "Notes: the answer itself": "Each application has its own key.\nOld ones: # replaced in spring",
    "Answered by": "Ada Moreau",
    "Valid until": "2030-06-30",
    "Owner": "platform team",
    "Due date": "2029-01-31",
    "Links to evidence": "https://wiki.example.com/keys\nTICKET-7",
}


def fill_in_everything(notebook: Notebook) -> None:
    """One question whole, and something in each other part."""
    answer = notebook.chapter("assessment.questions").open(KEYS)
    answer.cell.get_by_label("SEC08-BP01 Implement secure key management").check()
    answer.choose("Status", "Answered")
    for label, words in ANSWER.items():
        answer.fill(label, words)
    answer.press("Save")
    answer.told("Saved at")
    duties = notebook.chapter("assessment.responsibilities")
    duties.fill("Accountable", "Tomasz")
    duties.press("Save")
    duties.told("Saved at")
    roles = notebook.chapter("assessment.roles")
    roles.fill("Held by", "Ada Moreau\nBo Osei")
    roles.press("Save")
    roles.told("Saved at")
    roles.fill("Title", "Data owner")
    roles.press("Add the role")
    roles.told("Added.")
    lines = notebook.chapter("assessment.matrix").open("practices")
    lines.choose("Data owner", "Responsible and accountable")
    lines.press("Save")
    lines.told("Saved at")
    document = notebook.chapter("assessment.documents").open("Encryption policy")
    document.fill("Where it lies", "https://wiki.example.com/policy")
    document.press("Save")
    document.told("Saved at")
    action = notebook.chapter("assessment.actions").open("EBS volume encrypted")
    action.choose("Status", "In progress")
    action.fill("Owner", "disk team")
    action.press("Save")
    action.told("Saved at")


def accept_and_dispute(notebook: Notebook) -> None:
    exception = notebook.chapter("assessment.exceptions")
    exception.choose("Check that fails", "EBS volume encrypted (ec2_ebs_volume_encrypted)")
    for label, words in {
        "Resource": VOLUME,
        "Owner": "maps",
        "Approver": "Bo Osei",
        "Reason": "Public map tiles only.",
    }.items():
        exception.fill(label, words)
    exception.press("Add the exception")
    exception.told("Not added.")  # it does not say until when
    exception.fill("Expires on", "2029-12-31")
    exception.press("Add the exception")
    exception.told("Added.")
    dispute = notebook.chapter("assessment.disputes")
    dispute.choose("Check that fails", "EBS volume encrypted (ec2_ebs_volume_encrypted)")
    dispute.fill("Resource", VOLUME)
    dispute.choose("Says", "Fixed, look again")
    dispute.fill("By whom", "Joan")
    dispute.press("Add the dispute")
    dispute.told("Added.")


def meet_another_hand(notebook: Notebook, path: Path) -> None:
    """What the other changed stays; what both changed is shown, and a person decides."""
    at = ("answers", "key-management")
    before = {(*at, "answered_by"): "Ada Moreau", (*at, "owner"): "platform team"}
    theirs = {(*at, "answered_by"): "Grace Osei", (*at, "owner"): "their team"}
    save(path, before, theirs, QUESTIONS)
    answer = Chapter(
        notebook.page,
        notebook.chapter("assessment.questions").cell.locator(".jupyter-widget-Collapse-open"),
    )
    answer.fill("Owner", "my team")
    answer.press("Save")
    answer.told("was changed by somebody else meanwhile")
    assert answer.value("Answered by") == "Grace Osei"
    assert load(path).answers["key-management"].owner == "their team"
    answer.press("Take mine")
    until(lambda: load(path).answers["key-management"].owner == "my team")


def test_a_whole_self_assessment_in_a_real_jupyterlab(home: Path, running: Lab) -> None:
    path = home / "answers.yaml"
    comments = [line.strip() for line in path.read_text().splitlines() if "#" in line]
    with chromium() as browser:
        notebook = Notebook(browser, running.address)
        notebook.menu("Run", "Run All Cells")
        notebook.wait()
        fill_in_everything(notebook)
        accept_and_dispute(notebook)
        meet_another_hand(notebook, path)
        notebook.menu("Kernel", "Restart Kernel and Run All Cells…")
        notebook.page.click('.jp-Dialog button:has-text("Restart")')
        notebook.page.wait_for_selector(".jupyter-widget-Collapse-open", state="detached")
        notebook.wait()
        assert_everything_is_back(notebook)
        assert axe(notebook.page, ".wa-form") == []
        assert notebook.page.locator(".jp-Dialog, .Toastify__toast").count() == 0
        assert notebook.errors == [] and notebook.hosts <= {"127.0.0.1", None}
    assert_it_is_all_written(path)
    assert [c for c in comments if c not in path.read_text()] == []
    assert running.stop() == 0
    until(lambda: not running.processes)
    assert list(running.own.iterdir()) == [] and list(running.temporary.iterdir()) == []


def assert_everything_is_back(notebook: Notebook) -> None:
    progress = notebook.page.locator("table.wa-progress")
    assert "1 of 7" in progress.text_content()
    answer = notebook.chapter("assessment.questions").open(KEYS)
    assert answer.cell.get_by_label("SEC08-BP01 Implement secure key management").is_checked()
    changed = {"Answered by": "Grace Osei", "Owner": "my team"}
    for label, words in (ANSWER | changed).items():
        assert answer.value(label) == words
    assert notebook.chapter("assessment.responsibilities").value("Accountable") == "Tomasz"
    lines = notebook.chapter("assessment.matrix").open("practices")
    chosen = lines.cell.get_by_label("Data owner", exact=True).first.locator("option:checked")
    assert chosen.text_content().split() == ["Responsible", "and", "accountable"]
    for call in ("assessment.exceptions", "assessment.disputes"):
        notebook.chapter(call).open(VOLUME)


def assert_it_is_all_written(path: Path) -> None:
    said = load(path, QUESTIONS)
    answer = said.answers["key-management"]
    assert (answer.status, answer.answered_by, answer.owner) == (
        "answered",
        "Grace Osei",
        "my team",
    )
    assert answer.notes == ANSWER["Notes: the answer itself"]
    assert answer.practices == ("sec_protect_data_rest_key_mgmt",)
    assert answer.evidence == ("https://wiki.example.com/keys", "TICKET-7")
    assert answer.due == dt.date(2029, 1, 31) and answer.valid_until == dt.date(2030, 6, 30)
    assert answer.seen == {ACCOUNT: SEEN}
    assert said.roles["responsibilities"]["backup-audit"].accountable == "Tomasz"
    assert said.raci.roles["cloud-security-engineer"].held_by == ("Ada Moreau", "Bo Osei")
    (line,) = said.raci.practices.values()
    assert (line.responsible, line.accountable) == (("data-owner",), "data-owner")
    assert said.artefacts["encryption-policy"].where == "https://wiki.example.com/policy"
    assert said.actions["ec2_ebs_volume_encrypted"].owner == "disk team"
    (accepted,), (dispute,) = said.exceptions, said.disputes
    assert (accepted.resource, accepted.expires) == (VOLUME, dt.date(2029, 12, 31))
    assert (dispute.resource, dispute.says) == (VOLUME, "fixed, look again")


def test_the_token_is_fresh_each_time_and_no_credential_comes_in(tmp_path: Path) -> None:
    told = [lab._settings(tmp_path, tmp_path / name, None, False) for name in ("a", "b")]
    tokens = {json.loads(p.read_text())["IdentityProvider"]["token"] for p in told}
    assert len(tokens) == 2 and all(len(token) >= 32 for token in tokens)
    assert all(path.stat().st_mode & 0o077 == 0 for path in told)
    with patch.dict(os.environ, {"AWS_PROFILE": "x", "JUPYTER_TOKEN": "y", "KEPT": "z"}):
        inside = lab._environment(tmp_path)
    assert inside["KEPT"] == "z" and not {"AWS_PROFILE", "JUPYTER_TOKEN"} & inside.keys()


def test_a_folder_that_is_no_review_folder_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(cli.app, ["lab", str(tmp_path)])
    assert isinstance(done.exception, KitError) and done.exception.exit_code == 2
    assert "no review folder; it holds neither workload.yaml" in str(done.exception)
    assert str(done.exception).endswith(f"Make one: wa-kit init {tmp_path}")


def test_a_folder_without_the_form_names_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "workload.yaml").write_text("name: Ours\n")
    monkeypatch.setattr(lab, "serve", lambda *given, ready, **more: ready("http://127.0.0.1"))
    monkeypatch.setenv("COLUMNS", "200")
    bring = f"The self-assessment is not here. Bring it: wa-kit init {tmp_path}"
    assert bring in CliRunner().invoke(cli.app, ["lab", str(tmp_path)]).output
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "self_assessment.ipynb").touch()
    assert bring not in CliRunner().invoke(cli.app, ["lab", str(tmp_path)]).output


def test_without_jupyterlab_the_command_that_installs_it_is_named(home: Path) -> None:
    with (
        patch.object(lab.importlib.util, "find_spec", return_value=None),
        pytest.raises(KitError, match=r"pip install 'wa-kit\[lab\]'"),
    ):
        lab.serve(home, port=None, browser=False, ready=print)


def test_a_port_that_is_taken_is_said_and_nothing_is_left(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(KitError, match=rf"did not start.*{port}"):
            lab.serve(home, port=port, browser=False, ready=print)
