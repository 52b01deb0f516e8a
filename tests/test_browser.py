"""The report in a real browser: drawn, readable, accessible, and deaf to hostile names.

Without a browser these tests skip and say so; with WA_KIT_BROWSER=required they fail.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import samples

from wa_kit import report

NAMES = ("chromium", "chromium-browser", "google-chrome")
SCREEN = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def found_browser() -> str | None:
    named = os.environ.get("WA_KIT_CHROMIUM")
    return next((path for name in (named, *NAMES) if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = found_browser()
    if path is None:
        words = f"no browser: set WA_KIT_CHROMIUM, or install one of {', '.join(NAMES)}"
        if os.environ.get("WA_KIT_BROWSER") == "required":
            pytest.fail(words)
        pytest.skip(words)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


STATES = {
    "mixed": (samples.mixed, samples.ANSWERS),
    "empty": (lambda: ([], []), samples.Answers()),
    "denied": (samples.denied, samples.Answers()),
    "hostile": (samples.hostile, samples.HOSTILE_ANSWERS),
    "large": (lambda: samples.large(2_000), samples.Answers()),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """State -> its report, made once."""
    made: dict[str, Path] = {}

    def page(state: str) -> Path:
        if state not in made:
            folder = tmp_path_factory.mktemp(state)
            make, answers = STATES[state]
            run = samples.run_folder(folder / "runs", *make(), answers)
            samples.execute(run, folder / "workbook.ipynb")
            report.write(folder / "workbook.ipynb", folder / "report.html")
            made[state] = folder / "report.html"
        return made[state]

    return page


class Opened:
    """A page, with every request it made and every word it said to the console."""

    def __init__(self, browser: Any, path: Path, size: dict[str, int]) -> None:
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page = browser.new_page(viewport=size)
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())
        frame = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(frame)  # the policy forbids to wait for an expression


@pytest.fixture
def opened(browser: Any, pages: Any) -> Iterator[Any]:
    made: list[Opened] = []

    def open_(state: str, size: dict[str, int] = SCREEN) -> Opened:
        made.append(Opened(browser, pages(state), size))
        return made[-1]

    yield open_
    for one in made:
        one.page.close()


@pytest.mark.parametrize("state", STATES)
def test_the_page_asks_nobody_for_anything_and_has_nothing_to_complain_of(
    opened: Any, state: str
) -> None:
    page = opened(state)
    assert [url for url in page.requests if not url.startswith(("file:", "data:"))] == []
    assert len([url for url in page.requests if url.startswith("file:")]) == 1
    assert page.said == []


@pytest.mark.parametrize("state", ["mixed", "denied", "hostile"])
def test_every_chart_is_drawn_with_bars_to_be_seen(opened: Any, state: str) -> None:
    drawn = opened(state).page.evaluate(
        """[...document.querySelectorAll('.chart')].map(
            chart => [chart.querySelectorAll('.point path').length, chart._fullData.length])"""
    )
    assert drawn
    assert all(bars >= traces > 0 for bars, traces in drawn)


@pytest.mark.parametrize("state", ["mixed", "denied"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_no_label_of_a_chart_is_cut_off(opened: Any, state: str, size: dict[str, int]) -> None:
    cut = opened(state, size).page.evaluate(
        """[...document.querySelectorAll('.chart')].flatMap(chart => {
            const frame = chart.getBoundingClientRect();
            const labels = chart.querySelectorAll('.ytick text, .xtick text, .legendtext');
            return [...labels].filter(t => {
                const box = t.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.bottom > frame.bottom + 1;
            }).map(t => t.textContent);
        })"""
    )
    assert cut == []


def test_nothing_of_a_hostile_name_runs_and_its_text_is_readable(opened: Any) -> None:
    page = opened("hostile").page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("window.ran") is None
    text = page.inner_text("main")
    assert "<script>window.ran=1</script>" in text
    assert "\u27e8U+202E\u27e9" in text and "\u27e8U+0007\u27e9" in text
    assert "{{7*7}}" in text and "49" not in text.split("{{7*7}}")[1][:20]
    hrefs = page.eval_on_selector_all("a", "links => links.map(a => a.getAttribute('href'))")
    assert all(href.startswith(("#", "https://docs.aws.amazon.com/")) for href in hrefs)


@pytest.mark.parametrize("state", ["mixed", "empty", "denied"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(opened: Any, state: str, size: dict[str, int]) -> None:
    import axe_core_python

    page = opened(state, size).page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    page.evaluate((Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("axe.run({resultTypes: ['violations']})")["violations"]
    assert [(v["id"], v["nodes"][0]["html"][:200]) for v in found] == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_nothing_runs_over_the_edge_of_the_screen(
    opened: Any, state: str, size: dict[str, int]
) -> None:
    page = opened(state, size).page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.parametrize("state", ["mixed", "empty", "denied", "large"])
def test_the_first_screen_holds_the_whole_first_page(opened: Any, state: str) -> None:
    page = opened(state).page
    assert page.evaluate("document.querySelector('.glance').getBoundingClientRect().bottom") <= 800


def test_a_link_opens_the_folded_part_it_leads_into(opened: Any) -> None:
    page = opened("mixed").page
    page.click(".worst a >> nth=0")
    target = page.evaluate("location.hash.slice(1)")
    page.locator(f"[id='{target}']").wait_for(state="visible")
    box = page.locator(f"[id='{target}']").bounding_box()
    assert 0 <= box["y"] < 800


def test_every_link_of_the_contents_leads_somewhere(opened: Any) -> None:
    page = opened("mixed").page
    lost = page.eval_on_selector_all(
        "a[href^='#']",
        "links => links.map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))",
    )
    assert lost == []


def test_on_paper_everything_is_unfolded_and_nothing_is_wider_than_the_sheet(opened: Any) -> None:
    page = opened("mixed").page
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 680, "height": 960})
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    hidden = page.evaluate(
        "[...document.querySelectorAll('td')].filter(t => !t.checkVisibility()).length"
    )
    assert hidden == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    assert len(page.pdf(prefer_css_page_size=True)) > 20_000
