"""The report: one offline page that loses nothing of the workbook and runs nothing of others."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
import samples

from wa_kit import report
from wa_kit.charts import PLOTLY
from wa_kit.model import KitError
from wa_kit.written import shipped

SOURCE = shipped("notebooks") / "review.ipynb"


def executed(path: Path, *outputs: dict[str, Any], prose: str = "# A review") -> Path:
    """A workbook as it is after its run, with these outputs in one cell."""
    cell = nbformat.v4.new_code_cell("review.anything()", outputs=list(outputs))
    cells = [nbformat.v4.new_markdown_cell(prose), cell]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def output(kind: str = "display_data", **data: Any) -> Any:
    mime = {name.replace("_", "/", 1).replace("_", "-"): value for name, value in data.items()}
    return nbformat.v4.new_output(kind, data=mime)


@pytest.mark.parametrize("kind", ["display_data", "execute_result"])
@pytest.mark.parametrize(
    ("mime", "value", "shown"),
    [
        ("text/html", "<table><tr><td>7</td></tr></table>", "<td>7</td>"),
        ("text/plain", "seven <b>", "seven &lt;b&gt;"),
        ("text/markdown", "**seven** <b>", "<strong>seven</strong> &lt;b&gt;"),
        ("image/png", "aGVsbG8=", "data:image/png;base64,aGVsbG8="),
        ("text/latex", "$7$", "An output that this page cannot show."),
    ],
)
def test_every_output_of_the_workbook_has_its_counterpart(
    tmp_path: Path, kind: str, mime: str, value: str, shown: str
) -> None:
    made = nbformat.v4.new_output(kind, data={mime: value})
    page = report.rendered(executed(tmp_path / "w.ipynb", made))
    assert shown in page
    assert page.count('<div class="output">') == 1


def test_an_error_in_the_workbook_is_said_and_its_traceback_is_not_shown(tmp_path: Path) -> None:
    error = nbformat.v4.new_output("error", ename="KeyError", evalue="x", traceback=["/home/me"])
    page = report.rendered(executed(tmp_path / "w.ipynb", error))
    assert "This part could not be made: KeyError." in page
    assert "/home/me" not in page


def test_code_and_streams_stay_out_of_the_page(tmp_path: Path) -> None:
    stream = nbformat.v4.new_output("stream", name="stderr", text="a warning of no interest")
    page = report.rendered(executed(tmp_path / "w.ipynb", stream))
    assert "review.anything()" not in page
    assert "a warning of no interest" not in page


def test_a_chart_is_data_with_its_words_and_cannot_end_its_element(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script>"
    figure = {"data": [{"type": "bar", "name": evil}], "layout": {"meta": {"alt": 'Words "<b>'}}}
    made = nbformat.v4.new_output("display_data", data={PLOTLY: figure})
    page = report.rendered(executed(tmp_path / "w.ipynb", made))
    assert 'role="img" aria-label="Words &quot;&lt;b&gt;"' in page
    assert evil not in page
    (kept,) = re.findall(r'<script type="application/json">(.*?)</script>', page)
    assert json.loads(kept)["data"] == figure["data"]


def test_the_policy_names_exactly_the_scripts_that_the_page_carries(tmp_path: Path) -> None:
    page = report.rendered(executed(tmp_path / "w.ipynb"))
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none';")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    assert len(scripts) == 2
    assert re.findall("'sha256-([^']*)'", policy) == list(digests)


def test_nothing_in_the_head_asks_for_anything_outside(tmp_path: Path) -> None:
    page = report.rendered(executed(tmp_path / "w.ipynb"))
    frame = re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert not re.findall(r"<(?:link|iframe|script src|img src=.http)", frame)
    assert "url(" not in frame and "@import" not in frame


def test_headings_have_anchors_and_are_all_in_the_contents(tmp_path: Path) -> None:
    page = report.rendered(
        executed(
            tmp_path / "w.ipynb",
            output(text_html='<h3 id="own">A &amp; B</h3>'),
            prose="# A review\n\n## What could not be seen",
        )
    )
    assert '<h2 id="what-could-not-be-seen">' in page
    assert '<a href="#what-could-not-be-seen">What could not be seen</a>' in page
    assert '<a href="#own">A &amp; B</a>' in page
    assert "<title>A review</title>" in page


def test_the_page_is_written_as_utf_8(tmp_path: Path) -> None:
    report.write(executed(tmp_path / "w.ipynb", prose="# Größe"), tmp_path / "report.html")
    assert "Größe" in (tmp_path / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("content", ["", "{}", "[]", "not a notebook"])
def test_what_is_no_notebook_is_refused_in_a_line(tmp_path: Path, content: str) -> None:
    path = tmp_path / "w.ipynb"
    path.write_text(content)
    with pytest.raises(KitError, match="no notebook"):
        report.write(path, tmp_path / "report.html")
    assert not (tmp_path / "report.html").exists()


def test_the_notebook_is_thin_and_holds_no_output() -> None:
    notebook = nbformat.read(SOURCE, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert not cell.outputs and cell.execution_count is None
            assert not re.search(r"\b(def|for|if|while|boto3|pandas|plotly)\b", cell.source)
            assert len(cell.source.splitlines()) <= 4
    (parameters,) = (c for c in notebook.cells if "parameters" in c.metadata.get("tags", []))
    assert parameters.source == 'run = "."\naccount = ""\npaper = False'


def test_every_heading_that_the_review_links_to_stands_in_the_notebook() -> None:
    notebook = nbformat.read(SOURCE, as_version=4)
    prose = "\n".join(c.source for c in notebook.cells if c.cell_type == "markdown")
    for heading in ("## Action plan", "## What could not be seen", "## Exceptions and disputes"):
        assert heading in prose


STATES = {
    "mixed": (samples.mixed, samples.ANSWERS),
    "empty": (lambda: ([], []), samples.Answers()),
    "denied": (samples.denied, samples.Answers()),
    "hostile": (samples.hostile, samples.HOSTILE_ANSWERS),
}


@pytest.mark.parametrize("state", STATES)
def test_the_workbook_runs_in_a_kernel_and_loses_nothing_in_the_report(
    tmp_path: Path, state: str
) -> None:
    make, answers = STATES[state]
    run = samples.run_folder(tmp_path / "runs", *make(), answers)
    notebook = samples.execute(run, tmp_path / "workbook.ipynb")
    outputs = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert not [o for o in outputs if o.output_type == "error"]
    page = report.rendered(tmp_path / "workbook.ipynb")
    shown = [o for o in outputs if o.output_type != "stream"]
    assert page.count('<div class="output">') == len(shown)
    charts = [o for o in shown if PLOTLY in o.data]
    assert page.count('<div class="chart"') == len(charts)
    assert len(page.encode()) < 10_000_000
