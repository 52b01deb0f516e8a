"""A run that is judged again is as old as its evidence, and says both days wherever it says one."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import msgspec
import pytest
from exporting import kept_run, raw

from wa_kit import archive, run, terminal
from wa_kit.assessment.book import Book
from wa_kit.assessment.progress import shown
from wa_kit.exports import Format, export
from wa_kit.model import Evidence, KitError, Look
from wa_kit.planning import Request

READ = dt.datetime(2026, 11, 21, 11, 58, tzinfo=dt.UTC)  # of the run that is kept
OTHER = dt.datetime(2028, 1, 31, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review folder whose run was judged again, and that run once more for another day."""
    home, kept = tmp_path_factory.mktemp("review"), kept_run()
    for name in ("answers.yaml", "workload.yaml"):
        shutil.copyfile(kept / name, home / name)
    first = home / "runs" / kept.parent.name / kept.name
    shutil.copytree(kept, first)
    again = run.judge_again(first, Request()).run
    run.judge_again(again, Request(workbook=False), OTHER)
    return home


@pytest.fixture
def runs(folder: Path) -> list[Path]:
    return archive.runs(next((folder / "runs").iterdir()))


def paper(folder: Path, name: str) -> str:
    return (folder / "artefacts" / f"{name}.md").read_text().replace("\\", "")


def test_the_manifest_says_for_which_moment_it_was_judged(runs: list[Path]) -> None:
    first, again, other = map(archive.load_manifest, runs)
    assert not first.judged_again and again.judged_again
    assert first.as_of == again.as_of == first.started < again.started
    assert (other.as_of, other.supposed, other.collected) == (OTHER, OTHER, first.started)
    assert first.supposed is None and again.supposed is None


def test_judging_once_more_moves_no_clock(runs: list[Path], tmp_path: Path) -> None:
    once = run.judge_again(runs[1], Request(workbook=False, out=tmp_path)).run
    assert archive.load_manifest(once).as_of == archive.load_manifest(runs[0]).started


def test_a_run_judged_for_another_day_says_which(
    runs: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = export(runs[2], Format.markdown, tmp_path / "made.md").read_text()
    assert "as if it were 31 January 2028" in said
    terminal.print_result(run.judge_again(runs[2], Request(workbook=False, out=tmp_path)))
    assert "Judged as if it were 2028-01-31" in capsys.readouterr().out


def test_the_same_evidence_judged_again_keeps_what_it_was_compared_with(
    folder: Path, tmp_path: Path
) -> None:
    """A report made after the workshop still says what changed since the last review."""
    shutil.copytree(folder / "runs", tmp_path / "runs")
    home = next((tmp_path / "runs").iterdir())
    first = archive.runs(home)[0]
    assert archive.baseline(home, archive.load_manifest(first).started) is None
    later = msgspec.structs.replace(
        archive.load_manifest(first), started=OTHER, evidence_digest="of a later night"
    )
    with archive.staged(tmp_path / "runs", home.name, OTHER) as staging:
        for path in sorted(first.rglob("*")):
            if path.is_file() and path.name != "manifest.json":
                staging.write(path.relative_to(first).as_posix(), path.read_bytes())
        night = staging.finish(later)
    for _ in range(2):
        summary = run.judge_again(night, Request(workbook=False)).summary
        assert summary.changes is not None
        assert archive.load_manifest(home / summary.changes.since).collected < OTHER
        assert archive.load_manifest(home / summary.changes.since).supposed is None


def test_the_page_says_when_aws_was_asked(runs: list[Path]) -> None:
    day = archive.load_manifest(runs[1]).started
    page = re.sub("<script>.*?</script>", "", (runs[1] / "report.html").read_text(), flags=re.S)
    assert f"evidence of {READ:%d %B %Y, %H:%M} UTC, judged again on {day:%d %B %Y}" in page


@pytest.mark.parametrize("name", ["audit-report", "backup-encryption-report", "key-inventory"])
def test_a_paper_says_when_aws_was_asked_whatever_day_it_was_judged_for(
    runs: list[Path], name: str
) -> None:
    for made in runs[1:]:
        assert f"| Evidence read | {READ:%Y-%m-%d}, by" in paper(made, name)


@pytest.mark.parametrize("format", [Format.docx, Format.xlsx, Format.markdown])
def test_every_document_says_when_aws_was_asked(
    runs: list[Path], tmp_path: Path, format: Format
) -> None:
    made = export(runs[1], format, tmp_path / f"made{format.ending}")
    words = re.sub("<[^>]*>", "", raw(made).decode("utf-8", "replace")).replace("\\", "")
    form = "%d %B %Y, %H:%M" if format is Format.docx else "%Y-%m-%d %H:%M"
    assert f"{READ:{form}} UTC, judged again on" in words


def test_the_form_says_when_aws_was_asked(folder: Path) -> None:
    assert f"read on {READ:%Y-%m-%d %H:%M} UTC" in shown(Book.open(folder))


def test_dates_are_held_against_the_moment_that_was_judged_for(runs: list[Path]) -> None:
    covered = [{f.finding for f in archive.load_findings(made) if f.exception} for made in runs]
    assert covered[0] == covered[1] != set() == covered[2]
    assert f"| As of | {READ:%Y-%m-%d} |" in paper(runs[1], "exceptions-register")
    assert f"| As of | {OTHER:%Y-%m-%d} |" in paper(runs[2], "exceptions-register")


@pytest.mark.parametrize("at", ["", "soon"])
def test_a_look_that_does_not_say_when_is_no_moment(at: str) -> None:
    look = Look(table="KmsKey", account="111122223333", region="eu-west-1", at=at)
    assert Evidence(looks=[look]).read_at is None
    assert Evidence().read_at is None


def test_a_moment_that_is_none_is_refused(runs: list[Path], tmp_path: Path) -> None:
    text = (runs[1] / "manifest.json").read_text()
    spoilt = re.sub(r'"as_of": "[^"]*"', '"as_of": "soon"', text)
    assert spoilt != text
    (tmp_path / "manifest.json").write_text(spoilt)
    with pytest.raises(KitError, match="The file was damaged"):
        archive.load_manifest(tmp_path)
