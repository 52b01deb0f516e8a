"""A review folder: complete, explained, valid as written, and never written over."""

from __future__ import annotations

import datetime as dt
import json
import re
from pathlib import Path

import pytest

from wa_kit import answers, folder, terminal, workload
from wa_kit.answers import (
    AcceptedRisk,
    Action,
    Answer,
    Answers,
    Dispute,
    Document,
    Duty,
    Involved,
    Matrix,
    Role,
    attestations,
)
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.model import Context, KitError
from wa_kit.questionnaire import load_all
from wa_kit.workload import Workload
from wa_kit.written import shipped

NAMES = (
    "README.md",
    "workload.yaml",
    "answers.yaml",
    "narrative.yaml",
    "notebooks/review.ipynb",
    "notebooks/self_assessment.ipynb",
    ".gitignore",
)
QUESTIONS = load_all()


def with_examples(text: str) -> str:
    """The file with every setting in use that it shows as an example."""
    return re.sub(r"^#(?! \S|$)", "", text, flags=re.MULTILINE)


def did(changes: list[folder.Change]) -> list[tuple[str, Path]]:
    return [(change.did, change.path) for change in changes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "deep" / "review"
    assert did(folder.init(home)) == [("wrote", home / name) for name in NAMES]
    return home


def test_a_new_folder_holds_what_a_review_needs_and_nothing_else(made: Path) -> None:
    found = {str(p.relative_to(made)) for p in made.rglob("*") if p.is_file()}
    assert found == {*NAMES, folder.RECORD}
    assert (made / ".gitignore").read_text().splitlines()[1] == "runs/"
    for name in ("review.ipynb", "self_assessment.ipynb"):
        notebook = shipped("notebooks") / name
        assert json.loads((made / "notebooks" / name).read_text()) == json.loads(
            notebook.read_text()
        )


def test_workload_yaml_as_written_gives_the_defaults(made: Path) -> None:
    assert workload.load(made / "workload.yaml") == Workload()


def test_answers_yaml_as_written_lists_everything_as_unanswered(made: Path) -> None:
    said = answers.load(made / "answers.yaml", QUESTIONS)
    documents = {artefact.id for q in QUESTIONS for artefact in q.artefacts}
    assert said == Answers(
        answers={q.id: Answer() for q in QUESTIONS},
        roles={"responsibilities": {name: Duty() for name in RESPONSIBILITIES}},
        raci=Matrix(
            roles={name: Role() for name in ("cloud-security-engineer", "cloud-administrator")}
        ),
        artefacts={name: Document() for name in documents},
    )
    assert not any(row.answered for row in attestations(said, "111122223333"))


def test_every_example_in_workload_yaml_is_valid_and_every_key_has_one(made: Path) -> None:
    text = with_examples((made / "workload.yaml").read_text())
    (made.parent / "workload.yaml").write_text(text)
    said = workload.load(made.parent / "workload.yaml")
    assert [f for f in Workload.__struct_fields__ if not re.search(rf"^{f}:", text, re.M)] == []
    for part in said.classification, said.multi_region, said.inherited["trail"]:
        assert part is not None
        assert [f for f in part.__struct_fields__ if not re.search(rf"^ +{f}:", text, re.M)] == []


def test_every_rule_of_the_checks_can_be_set(made: Path) -> None:
    """A field of the context that workload.yaml cannot reach is a rule that nobody can use."""
    (made.parent / "all.yaml").write_text(with_examples((made / "workload.yaml").read_text()))
    given = {"account": "111122223333", "partition": "aws", "regions": ["eu-west-1"]}
    now = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    said = workload.load(made.parent / "all.yaml").context(now=now, **given)
    plain = Workload().context(now=now, **given)
    same = {f for f in Context.__struct_fields__ if getattr(said, f) == getattr(plain, f)}
    shown_at_their_default = {"report_cadence_days", "trail_kms_required"}
    assert same == {"now", *given, *shown_at_their_default}


def test_every_example_in_answers_yaml_is_valid_and_every_key_has_one(made: Path) -> None:
    text = with_examples((made / "answers.yaml").read_text())
    (made.parent / "answers.yaml").write_text(text)
    said = answers.load(made.parent / "answers.yaml", QUESTIONS)
    for q in QUESTIONS:
        for practice in q.practices:
            assert f"# - {practice.choice}\n" in text
    assert said.raci.practices and said.actions and said.exceptions and said.disputes
    kinds = (Answers, Answer, Document, Role, Involved, Action, AcceptedRisk, Dispute)
    for kind in kinds:
        named = [f for f in kind.__struct_fields__ if f != "seen"]
        assert [f for f in named if not re.search(rf"^[ -]*{f}:", text, re.M)] == []


@pytest.mark.parametrize("name", ["workload.yaml", "answers.yaml"])
def test_what_people_write_is_in_block_style_and_fits_a_screen(made: Path, name: str) -> None:
    text = (made / name).read_text()
    assert not re.search(r"^[^#\n]*[\[{]", text, re.M)
    assert max(map(len, text.splitlines())) <= 100


def test_every_setting_of_workload_yaml_stands_under_its_explanation(made: Path) -> None:
    _, *parts = (made / "workload.yaml").read_text().split("\n\n")
    assert all(part.startswith("# ") for part in parts)
    keys = re.findall(r"^#?(\w+):", "\n\n".join(parts), re.M)
    assert keys == [*dict.fromkeys(keys)]
    assert set(keys) == set(Workload.__struct_fields__)


def test_every_key_of_an_answer_and_a_document_is_explained(made: Path) -> None:
    explained = re.findall(r"^# - (.*?):", (made / "answers.yaml").read_text(), re.M)
    keys = [key for line in explained for key in line.split(", ")]
    both = {*Answer.__struct_fields__, *Document.__struct_fields__}
    assert set(keys) == both


def test_the_readme_says_what_is_read_and_where_to_read_on(made: Path) -> None:
    text = (made / "README.md").read_text()
    for words in ("Never read:", "Where it lies:", "docs/data-handling.md", "wa-kit preflight"):
        assert words in text


def test_what_is_there_stays_and_what_is_missing_is_added(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("answers:\n  # mine\n")
    (tmp_path / "workload.yaml").symlink_to(tmp_path / "nowhere.yaml")
    changes = folder.init(tmp_path)
    assert [(change.did, change.path.name) for change in changes] == [
        ("wrote", "README.md"),
        ("offered", "answers.new.yaml"),
        ("wrote", "narrative.yaml"),
        ("wrote", "review.ipynb"),
        ("wrote", "self_assessment.ipynb"),
        ("wrote", ".gitignore"),
    ]
    assert (tmp_path / "answers.yaml").read_text() == "answers:\n  # mine\n"
    assert not (tmp_path / "nowhere.yaml").exists()
    assert folder.init(tmp_path) == []
    (tmp_path / "answers.new.yaml").unlink()  # read, and done with
    assert folder.init(tmp_path) == []


class Upgraded:
    """A later kit, whose files are others in some places."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **instead: tuple[str, str]) -> None:
        before = dict(folder._files())
        now = {
            name: text.replace(*instead[key]) if (key := Path(name).stem) in instead else text
            for name, text in before.items()
        }
        assert now != before
        monkeypatch.setattr(folder, "_files", lambda: iter(now.items()))
        self.now = now


def test_after_an_upgrade_what_nobody_edited_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    later = Upgraded(monkeypatch, README=("What to do", "What to do now"))
    assert did(folder.init(tmp_path)) == [("updated", tmp_path / "README.md")]
    assert (tmp_path / "README.md").read_text() == later.now["README.md"]
    assert folder.init(tmp_path) == []


def test_after_an_upgrade_what_was_edited_stays_and_what_is_new_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    mine = (tmp_path / "answers.yaml").read_text().replace('notes: ""', 'notes: "mine"', 1)
    (tmp_path / "answers.yaml").write_text(mine)
    Upgraded(monkeypatch, answers=("\n  monitoring:\n", "\n  monitoring:\n  post-quantum:\n"))
    (change,) = folder.init(tmp_path)
    assert (change.did, change.path.name) == ("offered", "answers.new.yaml")
    assert change.beside == tmp_path / "answers.yaml" and change.new == ("post-quantum",)
    assert (tmp_path / "answers.yaml").read_text() == mine
    assert "post-quantum" in (tmp_path / "answers.new.yaml").read_text()
    assert folder.init(tmp_path) == []


def test_new_settings_are_named_and_values_within_an_example_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    (tmp_path / "workload.yaml").write_text("name: Ours\naccounts:\nregions:\n")
    Upgraded(monkeypatch, workload=("#regions", "#planets"))
    (change,) = folder.init(tmp_path)
    assert set(change.new) <= {*Workload.__struct_fields__, "planets"}
    assert {"planets", "classification", "trusted_accounts"} <= set(change.new)
    assert not {"name", "accounts", "regions"} & set(change.new)


def test_a_folder_is_completed_without_a_touch_on_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "answers.yaml").write_text("answers:\n  # mine\n")
    folder.complete(tmp_path)
    assert {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*") if p.is_file()} == {
        *NAMES,
        folder.RECORD,
    }
    assert (tmp_path / "answers.yaml").read_text() == "answers:\n  # mine\n"
    assert folder.init(tmp_path) == []


def test_an_offered_file_that_somebody_went_on_with_is_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    (tmp_path / "README.md").write_text("mine")
    Upgraded(monkeypatch, README=("What to do", "What to do now"))
    folder.init(tmp_path)
    (tmp_path / "README.new.md").write_text("mine as well")
    Upgraded(monkeypatch, README=("What to do now", "What then"))
    (change,) = folder.init(tmp_path)
    assert change.path.name == "README.new.new.md"
    assert (tmp_path / "README.new.md").read_text() == "mine as well"


def test_a_notebook_that_was_run_counts_as_not_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    path = tmp_path / "notebooks" / "self_assessment.ipynb"
    run = json.loads(path.read_text())
    for cell in run["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = 3
            cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": "x"}]
    path.write_text(json.dumps(run))
    assert folder.init(tmp_path) == []
    Upgraded(monkeypatch, self_assessment=("# Self-assessment", "# The self-assessment"))
    assert did(folder.init(tmp_path)) == [("updated", path)]


def test_a_notebook_whose_parameters_were_set_is_edited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.init(tmp_path)
    path = tmp_path / "notebooks" / "review.ipynb"
    mine = path.read_text().replace('run = \\".\\"', 'run = \\"runs/1\\"')
    assert mine != path.read_text()
    path.write_text(mine)
    Upgraded(monkeypatch, review=("At a glance", "First of all"))
    assert did(folder.init(tmp_path)) == [("offered", path.with_name("review.new.ipynb"))]
    assert path.read_text() == mine


def test_a_folder_whose_record_is_spoilt_loses_nothing(tmp_path: Path) -> None:
    folder.init(tmp_path)
    (tmp_path / folder.RECORD).write_text("{")
    (tmp_path / "README.md").write_text("mine")
    (change,) = folder.init(tmp_path)
    assert change.did == "offered" and (tmp_path / "README.md").read_text() == "mine"


def test_what_init_did_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal.print_init(tmp_path, folder.init(tmp_path))
    assert "wa-kit lab" in capsys.readouterr().out
    (tmp_path / "workload.yaml").write_text("regions:\n")
    Upgraded(
        monkeypatch, workload=("#regions", "#planets"), README=("What to do", "What to do now")
    )
    terminal.print_init(tmp_path, folder.init(tmp_path))
    printed = " ".join(capsys.readouterr().out.split())
    assert "brought up to date" in printed and "which was edited; the new one is" in printed
    assert "new in it: name, accounts, role, external_id, planets," in printed
    terminal.print_init(tmp_path, folder.init(tmp_path))
    assert "nothing was changed" in capsys.readouterr().out


def test_a_file_in_the_way_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    with pytest.raises(KitError, match=r"taken: a file is in the way .* Move it") as caught:
        folder.init(tmp_path / "taken")
    assert caught.value.exit_code == 2
    with pytest.raises(KitError, match=r"taken: a file is in the way"):
        folder.init(tmp_path / "taken" / "deeper")
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_place_where_nothing_may_be_written_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *args: object, **kwargs: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(KitError, match=r"cannot be written \(Permission denied\). Choose another"):
        folder.init(tmp_path / "review")


def test_a_file_that_could_not_be_written_whole_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half an answers.yaml would be kept as it is the next time."""
    real = Path.open

    class Full:
        def __init__(self, path: Path) -> None:
            real(path, "w").close()

        def __enter__(self) -> Full:
            return self

        def __exit__(self, *of: object) -> None:
            return None

        def write(self, text: str) -> None:
            raise OSError(28, "No space left on device")

    def opened(self: Path, mode: str = "r", *args: object, **kwargs: object) -> object:
        return Full(self) if mode == "x" else real(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", opened)
    with pytest.raises(KitError, match="No space left on device"):
        folder.init(tmp_path / "review")
    assert list((tmp_path / "review").iterdir()) == []
