"""Charts as data: plotly draws them, every one shows something, nothing hangs on colour alone."""

from __future__ import annotations

import sys
from collections import Counter

import plotly.graph_objects
import pytest
import samples

from wa_kit import charts
from wa_kit.charts import PLOTLY, Bars, Chart, Flows, bars
from wa_kit.model import Evidence
from wa_kit.review import Review

ROWS, FINDINGS = samples.mixed()
TITLES = {finding.check: finding.check for finding in FINDINGS}
CHARTS = {
    "outcomes": charts.outcomes(FINDINGS, TITLES),
    "coverage": charts.coverage(FINDINGS),
    "levels": charts.levels(Evidence(ROWS, samples.looks())),
    "key ages": charts.key_ages([r for r in ROWS if isinstance(r, samples.KmsKey)], samples.NOW),
    "lineage": charts.lineage(Evidence(ROWS, samples.looks())),
    "key map": charts.key_map(Evidence(ROWS, samples.looks())),
}
BARS = {name: chart for name, chart in CHARTS.items() if isinstance(chart, Bars)}
FLOWS = {name: chart for name, chart in CHARTS.items() if isinstance(chart, Flows)}


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_chart_is_a_figure_that_plotly_accepts(chart: Chart) -> None:
    figure = chart.figure
    plotly.graph_objects.Figure(data=figure["data"], layout=figure["layout"])


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_every_trace_of_a_chart_draws_something(chart: Chart) -> None:
    assert chart.figure["data"]
    for trace in chart.figure["data"]:
        upright = trace.get("orientation") != "h"
        assert all(length >= 0 for length in trace["y" if upright else "x"])
        assert sum(trace["y" if upright else "x"]) > 0


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_the_parts_of_a_chart_differ_by_more_than_colour(chart: Chart) -> None:
    marks = [(t["marker"]["pattern"]["shape"], t["marker"]["color"]) for t in chart.figure["data"]]
    assert len(set(marks)) == len(marks)
    assert all(trace["name"] for trace in chart.figure["data"])


@pytest.mark.parametrize("chart", BARS.values(), ids=BARS)
def test_the_table_beside_bars_has_the_same_figures(chart: Bars) -> None:
    drawn = sum(sum(trace["x"]) for trace in chart.figure["data"])
    assert sum(row[-1] for row in chart.table.rows) == drawn


@pytest.mark.parametrize("chart", FLOWS.values(), ids=FLOWS)
def test_the_table_beside_flows_has_the_same_figures(chart: Flows) -> None:
    counted = [n for row in chart.table.rows for n in row if isinstance(n, int)]
    first = [
        text
        for trace in chart.figure["data"]
        for x, text in zip(trace["x"], trace["customdata"], strict=True)
        if x < 0.1
    ]
    assert sum(counted) == sum(int(text.rpartition(": ")[2]) for text in first)


@pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS)
def test_a_chart_says_in_words_what_it_shows(chart: Chart) -> None:
    bundle = chart._repr_mimebundle_()
    assert bundle["text/plain"] == bundle[PLOTLY]["layout"]["meta"]["alt"]
    assert chart.title in bundle["text/plain"]


def test_where_there_is_nothing_to_draw_there_is_a_sentence() -> None:
    chart = charts.outcomes([], {})
    assert not chart
    (shown,) = chart.shown("There is nothing to judge.").parts
    assert "There is nothing to judge." in shown


def test_months_as_categories_stay_categories() -> None:
    chart = Bars("By month", "findings", {"2026-03": Counter({"Pass": 1})}, ["Pass"])
    assert chart.figure["layout"]["yaxis"]["type"] == "category"


def test_a_store_whose_key_was_not_read_is_not_read() -> None:
    chart = CHARTS["levels"]
    (row,) = chart.table.rows
    assert dict(zip(chart.table.columns[1:], row[1:], strict=True)) == {
        "Customer managed key": 1,
        "AWS managed key": 1,
        "Key that cannot be used": 1,
        "Not encrypted": 2,
        "Not read": 1,
        "All": 6,
    }


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("<b>bold</b>", "&lt;b&gt;bold&lt;/b&gt;"),
        ("a & b", "a &amp; b"),
        ("x\u202ey", "x\u27e8U+202E\u27e9y"),
        ("w" * 50, "w" * 36 + "<br>" + "w" * 14),
        ("", ""),
        ("$x$", "&#36;x&#36;"),
        ("w" * 200, "w" * 36 + "<br>" + "w" * 35 + "\u2026"),
    ],
)
def test_a_label_is_inert_and_whole(name: str, shown: str) -> None:
    assert charts.label(name) == shown


@pytest.mark.parametrize(
    ("most", "step"), [(1, 1), (6, 1), (7, 2), (12, 2), (13, 5), (31, 10), (2000, 500), (0, 1)]
)
def test_axis_marks_are_whole_numbers(most: int, step: int) -> None:
    assert bars._step(most) == step


def test_a_review_is_made_without_the_heavy_libraries() -> None:
    import subprocess

    assert Review
    heavy = "pandas, plotly, nbformat, boto3, botocore, jinja2, nbconvert"
    code = (
        f"import sys, wa_kit.review; print([m for m in '{heavy}'.split(', ') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
