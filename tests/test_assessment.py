"""The self-assessment: what is filled in is saved, what others wrote is kept, nothing is lost."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from samples import ACCOUNT, NOW, hostile, mixed, run_folder

from wa_kit import archive, assessment, folder
from wa_kit.answers import Answers, load
from wa_kit.answers.changing import save
from wa_kit.answers.fields import Fields
from wa_kit.assessment import Assessment
from wa_kit.model import KitError
from wa_kit.questionnaire import load_all
from wa_kit.suggestions import Summary
from wa_kit.written import WrittenError, shipped

QUESTIONS = load_all()
TODAY = NOW.date()
KEYS = "Managing encryption keys"
SEEN = "d" * 64
CHAPTERS = (
    "questions",
    "responsibilities",
    "roles",
    "matrix",
    "documents",
    "actions",
    "exceptions",
    "disputes",
)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A review folder with a run of a mixed estate."""
    folder.init(tmp_path)
    run_folder(tmp_path / "runs", *mixed(), Answers())
    return tmp_path


def opened(home: Path, **more: Any) -> Assessment:
    return Assessment.open(home, interactive=True, today=TODAY, **more)


def said(home: Path) -> Answers:
    return load(home / "answers.yaml", QUESTIONS)


def told(home: Path, **change: Any) -> None:
    """The newest run's summary says something else of the question on keys."""
    run = archive.newest(home / "runs" / ACCOUNT)
    assert run
    summary = archive.load_json(run, "summary.json", Summary)
    questions = tuple(
        msgspec.structs.replace(s, **change) if s.id == "key-management" else s
        for s in summary.questions
    )
    changed = msgspec.structs.replace(summary, questions=questions)
    (run / "summary.json").write_bytes(msgspec.json.encode(changed))


def another_hand(home: Path, mine: Fields) -> None:
    save(home / "answers.yaml", {}, mine, QUESTIONS)


class Screen:
    """What stands in a chapter, found as a person would: by its words."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk

    def open(self, heading: str) -> Screen:
        titles = self.desk._holder.titles
        at = next(i for i, title in enumerate(titles) if heading in title)
        self.desk._holder.selected_index = at
        return Screen(self.desk._holder.children[at])

    @property
    def all(self) -> list[Any]:
        return list(walk(getattr(self.desk, "widget", self.desk)))

    def find(self, words: str, place: int = 0) -> Any:
        named = [w for w in self.all if words in getattr(w, "description", "")]
        assert named, f"nothing is called {words!r}"
        return named[place]

    def set(self, words: str, value: Any, place: int = 0) -> None:
        self.find(words, place).value = value

    def press(self, words: str, place: int = 0) -> None:
        buttons = [w for w in self.all if getattr(w, "description", "") == words]
        buttons[place].click()

    @property
    def words(self) -> str:
        return "\n".join(w.value for w in self.all if type(w).__name__ == "HTML")


def walk(widget: Any) -> Iterator[Any]:
    yield widget
    for child in getattr(widget, "children", ()):
        yield from walk(child)


def test_an_answer_is_saved_whole_with_what_it_rests_on(home: Path) -> None:
    told(home, seen=SEEN)
    before = (home / "answers.yaml").read_text()
    screen = Screen(opened(home).questions()).open(KEYS)
    screen.set("SEC08-BP01", True)
    screen.set("Status", "answered")
    screen.set("Notes", "One key each.\n\nOld ones: replaced # in spring")
    screen.set("Answered by", " Ada ")
    screen.set("Valid until", dt.date(2027, 6, 30))
    screen.set("Owner", "Grace")
    screen.set("Due date", dt.date(2027, 1, 31))
    screen.set("Links", "https://wiki.example/keys\n\nTICKET-7")
    screen.press("Save")
    answer = said(home).answers["key-management"]
    assert msgspec.structs.asdict(answer) == {
        "status": "answered",
        "practices": ("sec_protect_data_rest_key_mgmt",),
        "notes": "One key each.\n\nOld ones: replaced # in spring",
        "answered_by": "Ada",
        "answered_on": TODAY,  # filled in when the status was set, and there to be changed
        "valid_until": dt.date(2027, 6, 30),
        "owner": "Grace",
        "due": dt.date(2027, 1, 31),
        "evidence": ("https://wiki.example/keys", "TICKET-7"),
        "seen": {ACCOUNT: SEEN},
    }
    assert "Saved at" in screen.words
    after = (home / "answers.yaml").read_text()
    assert [line for line in before.splitlines() if "#" in line and line not in after] == []


def test_without_a_digest_of_the_run_nothing_is_said_of_what_was_seen(home: Path) -> None:
    told(home, seen="")
    screen = Screen(opened(home).questions()).open(KEYS)
    screen.set("Status", "not applicable")
    screen.press("Save")
    assert said(home).answers["key-management"].seen == {}


def test_everything_is_back_when_the_notebook_is_run_again(home: Path) -> None:
    screen = Screen(opened(home).questions()).open(KEYS)
    screen.set("SEC03-BP02", True)
    screen.set("Notes", "mine")
    screen.press("Save")
    again = Screen(opened(home).questions()).open(KEYS)
    assert again.find("SEC03-BP02").value and not again.find("SEC08-BP01").value
    assert again.find("Notes").value == "mine"
    again.press("Save")
    assert "There was nothing to save." in again.words


def test_what_is_refused_is_told_beside_the_button_and_stays_in_the_form(home: Path) -> None:
    before = (home / "answers.yaml").read_bytes()
    screen = Screen(opened(home).questions()).open(KEYS)
    screen.set("Due date", dt.date(2027, 1, 31))
    screen.set("Notes", "long thought")
    screen.press("Save")
    assert "Not saved." in screen.words and "nobody owns it. Fill in owner." in screen.words
    assert (home / "answers.yaml").read_bytes() == before
    assert screen.find("Notes").value == "long thought"
    screen.set("Owner", "Grace")
    screen.press("Save")
    assert said(home).answers["key-management"].notes == "long thought"


def test_another_hands_change_comes_in_with_a_save(home: Path) -> None:
    screen = Screen(opened(home).questions()).open(KEYS)
    another_hand(home, {("answers", "key-management", "owner"): "theirs"})
    screen.set("Notes", "mine")
    screen.press("Save")
    answer = said(home).answers["key-management"]
    assert (answer.owner, answer.notes) == ("theirs", "mine")
    assert screen.find("Owner").value == "theirs"


@pytest.mark.parametrize(
    ("choice", "left"), [("Keep theirs", "theirs"), ("Take mine", "mine")], ids=["theirs", "mine"]
)
def test_what_both_changed_is_shown_and_a_person_decides(
    home: Path, choice: str, left: str
) -> None:
    screen = Screen(opened(home).questions()).open(KEYS)
    another_hand(home, {("answers", "key-management", "owner"): "theirs"})
    screen.set("Owner", "mine")
    screen.set("Notes", "mine too")
    screen.press("Save")
    assert "! Owner" in screen.words
    assert "<q>theirs</q>" in screen.words and "<q>mine</q>" in screen.words
    assert said(home).answers["key-management"].owner == "theirs"
    assert screen.find("Owner").value == "mine"
    screen.press(choice)
    assert screen.find("Owner").value == left
    assert said(home).answers["key-management"].owner == left
    assert "<q>" not in screen.words
    screen.press("Save")
    assert said(home).answers["key-management"].notes == "mine too"
    assert said(home).answers["key-management"].owner == left


def test_a_part_that_stood_open_does_not_undo_what_another_part_brought_in(home: Path) -> None:
    desk = opened(home)
    questions = Screen(desk.questions())
    keys, monitoring = questions.open(KEYS), questions.open("Monitoring")
    another_hand(home, {("answers", "key-management", "owner"): "theirs"})
    monitoring.set("Notes", "mine")
    monitoring.press("Save")
    keys.set("Notes", "mine")
    keys.press("Save")
    assert said(home).answers["key-management"].owner == "theirs"


def test_a_stale_answer_says_so_until_somebody_has_looked_again(home: Path) -> None:
    told(home, seen=SEEN, stale=True, stale_because=("<b>2 more</b> keys fail.",))
    place = ("answers", "key-management")
    another_hand(home, {(*place, "status"): "answered", (*place, "answered_by"): "Ada"})
    desk = opened(home)
    progress, questions = desk.progress(), Screen(desk.questions())
    screen = questions.open(KEYS)
    assert any("out of date" in title for title in questions.desk._holder.titles)
    assert "This answer is out of date" in screen.words
    assert "&lt;b&gt;2 more&lt;/b&gt; keys fail." in screen.words
    assert "Out of date: " + KEYS in Screen(progress).words
    screen.press("Save")
    assert "out of date" not in screen.words
    assert "Out of date" not in Screen(progress).words
    assert said(home).answers["key-management"].seen == {ACCOUNT: SEEN}


def test_an_answer_whose_day_has_passed_is_stale_without_any_run(tmp_path: Path) -> None:
    folder.init(tmp_path)
    place = ("answers", "key-management")
    mine: Fields = {(*place, "status"): "answered", (*place, "answered_by"): "Ada"}
    another_hand(tmp_path, {**mine, (*place, "valid_until"): dt.date(2026, 10, 31)})
    screen = Screen(opened(tmp_path).questions()).open(KEYS)
    assert "It held until 2026-10-31." in screen.words
    assert "There is no run yet" in screen.words


def test_a_practice_shows_what_the_evidence_says_wherever_it_is_asked(home: Path) -> None:
    screen = Screen(opened(home).questions()).open(KEYS)
    assert "Here: gaps found (" in screen.words
    assert "Under “Enforcing encryption at rest”: gaps found (" in screen.words


def test_who_is_responsible_is_saved(home: Path) -> None:
    screen = Screen(opened(home).responsibilities())
    screen.set("Accountable", "Ada")
    screen.set("Deputy", "Grace")
    screen.press("Save")
    duties = said(home).roles["responsibilities"]
    assert sum(bool(duty.accountable) for duty in duties.values()) == 1
    assert (duties["backup-audit"].accountable, duties["backup-audit"].deputy) == ("Ada", "Grace")


def test_a_role_of_the_teams_own_joins_the_matrix_and_keeps_what_is_typed(home: Path) -> None:
    desk = opened(home)
    roles, matrix = Screen(desk.roles()), Screen(desk.matrix())
    lines = matrix.open("practices")
    lines.set("Cloud administrator", "R")
    roles.set("Title", "Data owner")
    roles.press("Add the role")
    lines = matrix.open("practices")
    assert lines.find("Cloud administrator").value == "R"
    lines.set("Data owner", "RA")
    lines.press("Save")
    (line,) = said(home).raci.practices.values()
    assert line.responsible == ("cloud-administrator", "data-owner")
    assert line.accountable == "data-owner"
    assert said(home).raci.roles["data-owner"].title == "Data owner"


@pytest.mark.parametrize("title", ["Cloud administrator", "cloud  ADMINISTRATOR!"])
def test_a_role_that_there_is_already_is_not_added_again(home: Path, title: str) -> None:
    before = (home / "answers.yaml").read_bytes()
    roles = Screen(opened(home).roles())
    roles.set("Title", title)
    roles.press("Add the role")
    assert "There is a role of that name already." in roles.words
    assert (home / "answers.yaml").read_bytes() == before


def test_two_who_are_accountable_are_refused(home: Path) -> None:
    lines = Screen(opened(home).matrix()).open("practices")
    lines.set("Cloud administrator", "A")
    lines.set("Cloud security engineer", "RA")
    lines.press("Save")
    assert "Not saved. There is no role" in lines.words
    assert said(home).raci.practices == {}


def test_a_document_is_registered_with_its_details_and_one_of_the_teams_own(home: Path) -> None:
    desk = opened(home)
    documents = Screen(desk.documents())
    screen = documents.open("Mapping to laws")
    screen.set("Where", "https://wiki.example/gdpr")
    screen.set("Details", "GDPR: https://wiki.example/a\nPCI DSS: none yet")
    screen.set("Next review", dt.date(2027, 5, 1))
    screen.press("Save")
    document = said(home).artefacts["compliance-mapping"]
    assert document.details == {"GDPR": "https://wiki.example/a", "PCI DSS": "none yet"}
    assert document.next_review == dt.date(2027, 5, 1)
    documents.set("Title", "Key ceremony record")
    documents.press("Add the document")
    assert said(home).artefacts["key-ceremony-record"].title == "Key ceremony record"
    documents.open("Key ceremony record").set("Where", "safe 3")


def test_a_decision_on_an_action_is_saved(home: Path) -> None:
    actions = Screen(opened(home).actions())
    screen = actions.open("EBS volume encrypted")
    screen.set("Owner", "Grace")
    screen.set("Due", dt.date(2027, 2, 1))
    screen.set("Status", "in progress")
    screen.press("Save")
    action = said(home).actions["ec2_ebs_volume_encrypted"]
    assert (action.owner, action.status) == ("Grace", "in progress")
    assert any("in progress; Grace" in title for title in actions.desk._holder.titles)


def test_an_exception_without_expiry_is_refused_and_nothing_typed_is_lost(home: Path) -> None:
    screen = Screen(opened(home).exceptions())
    screen.set("Check that fails", "ec2_ebs_volume_encrypted")
    offered = screen.find("Resource").options
    assert offered and all(name.startswith("arn:aws:ec2:") for name in offered)
    screen.set("Resource", offered[0])
    for words in ("Owner", "Approver", "Reason"):
        screen.set(words, f"the {words.lower()}")
    screen.press("Add the exception")
    assert "Not added." in screen.words and "expires" in screen.words
    assert screen.find("Reason").value == "the reason" and said(home).exceptions == ()
    screen.set("Expires", dt.date(2027, 3, 31))
    screen.press("Add the exception")
    (accepted,) = said(home).exceptions
    assert (accepted.check, accepted.resource) == ("ec2_ebs_volume_encrypted", offered[0])
    assert accepted.expires == dt.date(2027, 3, 31)
    assert screen.find("Reason").value == ""  # of the form for the next one


def test_an_emptied_owner_of_an_exception_is_refused_beside_the_button(home: Path) -> None:
    entry = "kms_key_tagged arn:x"
    given = {"check": "kms_key_tagged", "resource": "arn:x", "owner": "A", "approver": "B"}
    given |= {"reason": "C"}
    mine: Fields = {("exceptions", entry, name): value for name, value in given.items()}
    another_hand(home, mine | {("exceptions", entry, "expires"): dt.date(2027, 3, 31)})
    line = Screen(opened(home).exceptions()).open("arn:x")
    line.set("Owner", "")
    line.press("Save")
    assert "Not saved." in line.words and "owner" in line.words
    assert said(home).exceptions[0].owner == "A"
    line.set("Owner", "D")
    line.press("Save")
    assert said(home).exceptions[0].owner == "D" and "Not saved." not in line.words


def test_what_is_removed_can_be_added_again(home: Path) -> None:
    screen = Screen(opened(home).disputes())
    screen.set("Check that fails", "ec2_ebs_volume_encrypted")
    screen.set("Resource", "arn:aws:ec2:*:*:volume/*")
    screen.set("Says", "fixed, look again")
    screen.set("By whom", "Joan")
    screen.press("Add the dispute")
    entry = screen.open("EBS volume encrypted")
    entry.set("Note", "Done on Monday")
    entry.press("Save")
    (dispute,) = said(home).disputes
    assert (dispute.says, dispute.note) == ("fixed, look again", "Done on Monday")
    entry.press("Remove")
    assert said(home).disputes == ()
    screen.press("Add the dispute")
    assert said(home).disputes == (dispute,)


def test_a_second_entry_for_the_same_thing_is_refused(home: Path) -> None:
    screen = Screen(opened(home).disputes())
    for words in ("Added.", "There is one for this check and resource already"):
        screen.set("Check that fails", "ec2_ebs_volume_encrypted")
        screen.set("Resource", "arn:*")
        screen.set("Says", "wrong")
        screen.set("By whom", "Joan")
        screen.press("Add the dispute")
        assert words in screen.words
    assert len(said(home).disputes) == 1


def test_progress_counts_what_the_file_says(home: Path) -> None:
    desk = opened(home)
    progress, screen = desk.progress(), Screen(desk.questions()).open(KEYS)
    assert "0 of 7" in Screen(progress).words
    screen.set("Status", "not applicable")
    screen.press("Save")
    assert "1 of 7" in Screen(progress).words


def test_every_control_has_a_label_that_is_text(home: Path) -> None:
    desk = opened(home)
    for name in CHAPTERS:
        screen = Screen(getattr(desk, name)())
        for place in range(len(getattr(screen.desk._holder, "titles", ()))):
            screen.desk._holder.selected_index = place
        for widget in screen.all:
            if hasattr(widget, "value") and type(widget).__name__ != "HTML":
                assert widget.description.strip(), widget
                assert widget.description_allow_html is False


class Elements(HTMLParser):
    """The names of all elements and attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.feed(markup)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.names |= {tag, *(name for name, _ in attributes)}


def test_no_payload_is_live_in_the_form(tmp_path: Path) -> None:
    """Nothing but the kit's own elements stands in it, none of which runs or fetches anything."""
    folder.init(tmp_path)
    run_folder(tmp_path / "runs", *hostile(), Answers())
    place = ("artefacts", "encryption-policy", "owner")
    another_hand(tmp_path, {place: "<img src=x onerror=alert(1)>"})
    desk = opened(tmp_path)
    for name in CHAPTERS:
        screen = Screen(getattr(desk, name)())
        for at in range(len(getattr(screen.desk._holder, "titles", ()))):
            screen.desk._holder.selected_index = at
        assert Elements(screen.words).names <= {
            *("style", "div", "p", "b", "ul", "li", "span", "h3", "bdi", "details", "summary"),
            *("class", "aria-hidden", "role"),
        }


@pytest.mark.parametrize("interactive", [False, None], ids=["told", "found out"])
def test_as_text_it_holds_the_same_and_makes_no_widget(
    home: Path, interactive: bool | None
) -> None:
    import ipywidgets

    another_hand(home, {("answers", "monitoring", "notes"): "we watch\nall of it"})
    with patch.object(ipywidgets.Widget, "__init__", side_effect=AssertionError):
        desk = Assessment.open(home, interactive=interactive, today=TODAY)
        words = "\n".join(str(getattr(desk, name)()) for name in ("progress", *CHAPTERS))
    for expected in (
        "Questions answered",
        "2. Managing encryption keys (Gaps found; unanswered)",
        "[ ] SEC08-BP01 Implement secure key management",
        "Draft answer, from the evidence",
        "Notes: the answer itself: we watch\n    all of it",
        "Who does what: documents",
        "Nobody has accepted a failure.",
    ):
        assert expected in words


def test_without_ipywidgets_it_is_text_and_names_the_command(home: Path) -> None:
    with patch.object(assessment.importlib.util, "find_spec", return_value=None):
        desk = opened(home)
    assert "pip install 'wa-kit[lab]'" in desk.progress()
    assert "Managing encryption keys" in desk.questions()


def test_what_is_not_there_is_said(home: Path) -> None:
    with pytest.raises(KitError, match=r"there is no such folder\. Make one: wa-kit init"):
        Assessment.open(home / "none", interactive=False)
    with pytest.raises(KitError, match="none"):
        Assessment.open(home, str(home / "runs" / "none"), interactive=False)
    (home / "answers.yaml").write_text("answers:\n  monitorin:\n    status: answered\n")
    with pytest.raises(WrittenError, match=r"line 2: .* Did you mean 'monitoring'"):
        Assessment.open(home, interactive=False)


def test_a_folder_without_answers_gets_the_file_with_the_first_save(tmp_path: Path) -> None:
    screen = Screen(opened(tmp_path).questions()).open(KEYS)
    screen.set("Notes", "first")
    screen.press("Save")
    assert said(tmp_path).answers["key-management"].notes == "first"


def outputs(notebook: Path) -> list[dict[str, Any]]:
    cells = json.loads(notebook.read_text())["cells"]
    return [output for cell in cells for output in cell.get("outputs", ())]


def test_under_papermill_it_prints_text_in_a_real_kernel_and_writes_nothing(home: Path) -> None:
    import papermill

    before = (home / "answers.yaml").read_bytes()
    done = home / "done.ipynb"
    with patch.dict(os.environ, {"PYTHONPATH": str(shipped("notebooks").parent)}):
        papermill.execute_notebook(
            str(home / "notebooks" / "self_assessment.ipynb"),
            str(done),
            cwd=str(home / "notebooks"),
            progress_bar=False,
            execution_timeout=180,
        )
    made = [output["data"] for output in outputs(done)]
    assert len(made) == len(CHAPTERS) + 1 and all(set(data) == {"text/plain"} for data in made)
    assert "Managing encryption keys (Gaps found" in "".join(made[1]["text/plain"])
    assert (home / "answers.yaml").read_bytes() == before


def test_the_notebook_passes_nbval_in_a_review_folder(home: Path) -> None:
    shutil.copy(shipped("notebooks") / "self_assessment.ipynb", home / "notebooks")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q",
         "-p", "no:cacheprovider", "-p", "no:xdist", str(home / "notebooks/self_assessment.ipynb")],
        cwd=home / "notebooks",
        env={**os.environ, "PYTHONPATH": str(shipped("notebooks").parent)},
        capture_output=True,
        text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
