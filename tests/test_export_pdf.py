"""The PDF: what a reader is handed, what a machine reads of it, and what it never asks for.

WeasyPrint lays out each of these for real. Where there is no browser, charts are not tested.
"""

from __future__ import annotations

import html
import http.server
import logging
import re
import stat
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pypdf
import pytest
import samples
from browsing import found_browser
from payloads import PAYLOADS
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject
from typer.testing import CliRunner

from wa_kit import archive, cli, collecting, exports, report, run, workbook
from wa_kit.exports import drawing, pdf
from wa_kit.model import KitError
from wa_kit.planning import Request
from wa_kit.shown import visible

MIXED = (*samples.mixed(), samples.ANSWERS)


def made(folder: Path, source: Path) -> pypdf.PdfReader:
    pdf.write(source, folder / "made.pdf")
    return pypdf.PdfReader(folder / "made.pdf")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of something of everything, with the reviewer's own words."""
    return samples.run_folder(tmp_path_factory.mktemp("told"), *MIXED, samples.NARRATIVE)


@pytest.fixture(scope="module")
def document(told: Path, tmp_path_factory: pytest.TempPathFactory) -> pypdf.PdfReader:
    patch = pytest.MonkeyPatch()
    if path := found_browser():
        patch.setenv("BROWSER_PATH", path)
    reader = made(tmp_path_factory.mktemp("pdf"), told)
    patch.undo()
    return reader


@pytest.fixture(scope="module")
def sheets(document: pypdf.PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in document.pages]


@pytest.fixture
def short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The workbook is a heading and a chart: for what does not depend on what it says."""
    chart = samples.mixed_chart()
    shown = [nbformat.v4.new_output("display_data", data=chart._repr_mimebundle_())]
    shown.append(nbformat.v4.new_output("display_data", data={"text/html": chart.table.html()}))
    cells = [
        nbformat.v4.new_markdown_cell("# A review\n\n## A part"),
        nbformat.v4.new_code_cell("review.anything()", outputs=shown),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "short.ipynb")
    monkeypatch.setattr(workbook, "execute", lambda folder, given: tmp_path / "short.ipynb")


@pytest.fixture
def without_charts(monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser takes seconds, and most tests look at something else."""
    monkeypatch.setattr(pdf, "draw", lambda figures: [])


def objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Everything in a file, each once."""
    met: set[int] = set()
    left: list[Any] = [reader.trailer]
    while left:
        one = left.pop()
        if isinstance(one, IndirectObject):
            if one.idnum in met:
                continue
            met.add(one.idnum)
            one = one.get_object()
        if isinstance(one, DictionaryObject):
            yield one
            left += one.values()
        elif isinstance(one, ArrayObject):
            left += one


def bookmarks(reader: pypdf.PdfReader) -> list[tuple[int, str, int]]:
    """Depth, title and the number of the sheet, of each."""
    found: list[tuple[int, str, int]] = []

    def walk(entries: list[Any], depth: int) -> None:
        for entry in entries:
            if isinstance(entry, list):
                walk(entry, depth + 1)
            else:
                sheet = reader.get_destination_page_number(entry)
                assert sheet is not None
                found.append((depth, str(entry.title), sheet + 1))

    walk(reader.outline, 0)
    return found


# What a reader is handed


def test_the_cover_says_whose_review_it_is_and_of_what(sheets: list[str]) -> None:
    for name in ("title", "customer", "prepared_by", "prepared_for", "version", "confidentiality"):
        assert samples.NARRATIVE[name] in sheets[0]
    for words in ("DRAFT", "30 November 2026", "Simulation", samples.ACCOUNT, "01 November 2026"):
        assert words in sheets[0]


def test_every_further_sheet_says_what_it_is_and_where_one_is_in_it(sheets: list[str]) -> None:
    assert "Page 1 of" not in sheets[0]
    for number, sheet in enumerate(sheets[1:], 2):
        assert f"Page {number} of {len(sheets)}" in sheet
        assert "DRAFT" in sheet and samples.NARRATIVE["confidentiality"] in sheet
        assert samples.NARRATIVE["title"] in sheet and "Simulation" in sheet


def test_the_contents_give_the_sheet_on_which_each_heading_stands(
    document: pypdf.PdfReader, sheets: list[str]
) -> None:
    listed = re.findall(r"([^.]+?)(?: \.)*\.? (\d+)(?= |$)", sheets[1].split("Contents")[1])
    numbers = {title.strip(" ."): int(number) for title, number in listed}
    headings = [(title, sheet) for _, title, sheet in bookmarks(document)[2:]]
    assert len(headings) > 20
    for title, sheet in headings:
        if title in numbers:
            assert numbers[title] == sheet, title
            assert title in sheets[sheet - 1]
    assert {"At a glance", "Executive summary", "Action plan"} <= numbers.keys()
    assert sum(title in numbers for title, _ in headings) > 20


def test_bookmarks_go_with_the_sheets_and_have_two_levels(document: pypdf.PdfReader) -> None:
    found = bookmarks(document)
    assert found[0] == (0, samples.NARRATIVE["title"], 1)
    assert {depth for depth, _, _ in found} == {0, 1}
    assert all(before[2] <= after[2] for before, after in pairwise(found))


def test_the_reviewers_words_come_early_and_the_limits_where_limits_are(sheets: list[str]) -> None:
    assert "Keys and backups need work." in " ".join(sheets[:4])
    (limits,) = (s for s in sheets[2:] if samples.NARRATIVE["limitations"] in s)
    assert "Limits that the reviewer names" in limits


def test_failures_are_listed_and_what_passes_is_counted(sheets: list[str]) -> None:
    annex = " ".join(sheets).split("Annex A: all findings")[-1].split("Annex B")[0]
    assert "till-prod-data" in annex and "alias/archive" in annex
    assert "alias/orders" not in annex


def test_without_a_narrative_the_document_is_about_the_account_and_no_draft(
    tmp_path: Path, without_charts: None
) -> None:
    reader = made(tmp_path, samples.run_folder(tmp_path / "runs", [], [], samples.Answers()))
    text = " ".join(page.extract_text() for page in reader.pages)
    assert "Data protection review" in text and samples.ACCOUNT in text
    assert not re.search("DRAFT|Prepared|Executive summary|Limits that", text)


def test_twenty_thousand_findings_are_a_document_and_not_a_pile(
    tmp_path: Path, without_charts: None
) -> None:
    many = samples.run_folder(tmp_path / "runs", *samples.large(20_000), samples.Answers())
    reader = made(tmp_path, many)
    assert len(reader.pages) < 60
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "Of 20,000 findings, 20,000 fail or are unknown." in text
    assert "19,970 more are in findings.csv." in text


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, list[str]]:
    """A review whose every word is as long as it may be, laid out, and what that complained of."""
    import weasyprint

    folder, said = tmp_path_factory.mktemp("wordy"), []
    parts = (*samples.wordy(), samples.WORDY_ANSWERS, samples.WORDY_NARRATIVE)
    given = {"run": str(samples.run_folder(folder / "runs", *parts)), "paper": True}
    markup = report.on_paper(workbook.execute(folder, given), lambda figures: [])
    log, handler = logging.getLogger("weasyprint"), logging.Handler(logging.WARNING)
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    log.addHandler(handler)
    made = weasyprint.HTML(string=markup).render()
    log.removeHandler(handler)
    return made, said


def test_nothing_runs_over_the_edge_of_a_sheet(wordy: tuple[Any, list[str]]) -> None:
    for number, sheet in enumerate(wordy[0].pages, 1):
        body = sheet._page_box.children[0]  # the others are the running lines, which are clipped
        lines = [box for box in body.descendants() if type(box).__name__ == "TextBox"]
        assert lines
        for line in lines:
            edges = (line.position_x, line.position_x + line.width)
            assert edges[0] >= body.position_x, (number, line.text)
            assert edges[1] <= body.position_x + body.width + 1, (number, line.text)


def test_laying_it_out_is_complained_of_in_nothing(wordy: tuple[Any, list[str]]) -> None:
    assert wordy[1] == []


# What a machine reads of it


def test_it_is_tagged_has_a_language_and_a_title_and_says_that_it_is_for_everybody(
    document: pypdf.PdfReader,
) -> None:
    root = document.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert document.metadata and document.metadata.title == samples.NARRATIVE["title"]
    assert b'pdfuaid:part="1"' in root["/Metadata"].get_data()
    tags = Counter(one.get("/S") for one in objects(document) if one.get("/Type") == "/StructElem")
    assert min(tags[name] for name in ("/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Link")) > 0


def test_charts_are_vectors_and_every_picture_has_its_words(document: pypdf.PdfReader) -> None:
    pictures = [one for one in objects(document) if one.get("/S") == "/Figure"]
    assert [str(one["/Alt"]) for one in pictures if not one.get("/Alt")] == []
    rasters = {one["/Width"] for one in objects(document) if one.get("/Subtype") == "/Image"}
    assert rasters == {1}  # the logo
    if found_browser():
        assert sum("The table below has the figures." in str(p["/Alt"]) for p in pictures) > 5


def test_the_same_run_gives_the_same_file(told: Path, tmp_path: Path, short: None) -> None:
    pdf.write(told, tmp_path / "one.pdf")
    pdf.write(told, tmp_path / "two.pdf")
    assert (tmp_path / "one.pdf").read_bytes() == (tmp_path / "two.pdf").read_bytes()


# What it never asks for


def test_nothing_of_a_hostile_name_is_live(tmp_path: Path, without_charts: None) -> None:
    rows, found = samples.hostile()
    volumes = [samples.volume(n, text) for n, text in enumerate(map(_storable, PAYLOADS), 100)]
    checks = ["ec2_ebs_volume_encrypted", "ec2_ebs_snapshot_public", "rds_snapshot_public"]
    found += [
        samples.finding(check, v, "fail", because=v.name, severity="critical")
        for check, v in zip(checks * len(volumes), volumes, strict=False)
    ]
    source = samples.run_folder(
        tmp_path / "runs",
        [*rows, *volumes],
        found,
        samples.HOSTILE_ANSWERS,
        samples.HOSTILE_NARRATIVE,
    )
    reader = made(tmp_path, source)
    whole = list(objects(reader))
    alive = {"/JS", "/JavaScript", "/OpenAction", "/AA", "/EF", "/EmbeddedFiles", "/AcroForm"}
    assert not [sorted(alive & one.keys()) for one in whole if alive & one.keys()]
    assert {one["/S"] for one in whole if one.get("/Type") == "/Action"} == {"/URI"}
    addresses = {str(one["/URI"]) for one in whole if "/URI" in one}
    assert all(one.startswith("https://docs.aws.amazon.com/") for one in addresses)
    text = "".join("".join(page.extract_text() for page in reader.pages).split())
    for payload in PAYLOADS:
        begins = "".join(visible(_storable(payload)).split())[:20]
        assert begins in text, payload


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def test_not_even_live_markup_makes_it_fetch_anything(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *words: Any) -> None:
            """Keep quiet."""

    secret = tmp_path / "secret.txt"
    secret.write_text("canary")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listening) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        far, near = f"http://127.0.0.1:{server.server_port}", html.escape(secret.as_uri())
        markup = (
            f"<title>x</title><link rel=stylesheet href={far}/s.css><link rel=attachment "
            f"href={near}><style>@import '{far}/i.css'; body {{ background: url({far}/b.png) }} "
            f"@font-face {{ font-family: f; src: url({far}/f) }} p {{ font-family: f }}</style>"
            f"<p>text<img alt=a src={far}/a.png><a rel=attachment href={near}>b</a>"
            f"<object data={far}/o></object><embed src={near}>"
            '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
            f'<image href="{far}/v.png" width="9" height="9"/><use href="{far}/u.svg#a"/></svg>'
        )
        monkeypatch.setattr(report, "on_paper", lambda notebook, draw: markup)
        monkeypatch.setattr(workbook, "execute", lambda folder, given: folder)
        reader = made(tmp_path, told)
        server.shutdown()
    assert asked == []
    assert "text" in reader.pages[0].extract_text()
    assert b"canary" not in (tmp_path / "made.pdf").read_bytes()
    assert not reader.attachments


# What is missing


@pytest.mark.parametrize("lacks", ["kaleido", "browser"])
def test_without_what_draws_charts_their_tables_stand_and_a_line_says_what_adds_them(
    told: Path,
    tmp_path: Path,
    lacks: str,
    short: None,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere")
    if lacks == "kaleido":
        monkeypatch.setitem(sys.modules, "kaleido", None)
    reader = made(tmp_path, told)
    adds = "pip install 'wa-kit[pdf]'" if lacks == "kaleido" else "kaleido_get_chrome"
    (line,) = (r.getMessage() for r in caplog.records if r.name == drawing.__name__)
    assert adds in line and "\n" not in line
    assert "Findings by check and outcome: the figures" in " ".join(
        " ".join(page.extract_text() for page in reader.pages).split()
    )


def test_without_weasyprint_the_command_is_named(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[pdf\]'"):
        exports.export(told, exports.Format.pdf, tmp_path / "review.pdf")
    assert list(tmp_path.iterdir()) == []


def test_without_the_library_that_sets_text_its_package_is_named(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weasyprint.py").write_text("raise OSError('cannot load library')")
    monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(KitError, match=r"libpango-1\.0-0.*brew install pango"):
        pdf.write(told, tmp_path / "review.pdf")


# Inside a run


def test_review_takes_formats_from_the_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Request] = []

    def review(request: Request, progress: collecting.Progress) -> run.Result:
        asked.append(request)
        raise KitError("far enough")

    monkeypatch.setattr(run, "review", review)
    CliRunner().invoke(cli.app, ["review", "--quiet", "--export", "pdf", "--export", "xlsx"])
    assert [request.deliverables for request in asked] == [("pdf", "xlsx")]
    assert CliRunner().invoke(cli.app, ["review", "--export", "html"]).exit_code == 2


def judged(told: Path, out: Path) -> run.Result:
    return run.judge_again(
        told, Request(out=out, workbook=False, deliverables=(exports.Format.pdf,) * 2)
    )


def test_a_deliverable_of_a_review_is_in_the_run_and_under_its_hashes(
    told: Path, tmp_path: Path, short: None, without_charts: None
) -> None:
    result = judged(told, tmp_path)
    file = result.run / "deliverables" / "report.pdf"
    assert file.read_bytes().startswith(b"%PDF")
    assert "deliverables/report.pdf" in result.manifest.files
    assert archive.verify(result.run).whole
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["report.pdf"]


def test_a_deliverable_that_cannot_be_made_is_named_and_costs_nothing_else(
    told: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    result = judged(told, tmp_path)
    again = run.judge_again(told, Request(out=tmp_path / "plain", workbook=False))
    assert result.exit_code == again.exit_code
    assert archive.verify(result.run).whole
    assert not (result.run / "deliverables").exists()
    (line,) = (r.getMessage() for r in caplog.records if r.name == run.__name__)
    assert line.startswith("There is no pdf in this run.") and "wa-kit[pdf]" in line
