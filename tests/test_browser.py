"""The report in a real browser: drawn, readable, accessible, and deaf to hostile names.

Without a browser these tests skip and say so; with WA_KIT_BROWSER=required they fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import samples
from browsing import DRAWN, PHONE, SCREEN, Opened, axe, chromium

from wa_kit import archive, report, run, simulated
from wa_kit.planning import Request

COMPANY = "333344448888"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


STATES = {
    "mixed": (samples.mixed, samples.ANSWERS, None),
    "told": (samples.mixed, samples.ANSWERS, samples.NARRATIVE),
    "empty": (lambda: ([], []), samples.Answers(), None),
    "denied": (samples.denied, samples.Answers(), None),
    "hostile": (samples.hostile, samples.HOSTILE_ANSWERS, samples.HOSTILE_NARRATIVE),
    "large": (lambda: samples.large(2_000), samples.Answers(), None),
    "wordy": (samples.wordy, samples.WORDY_ANSWERS, samples.WORDY_NARRATIVE),
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """State -> its report, made once."""
    made: dict[str, Path] = {}

    def page(state: str) -> Path:
        if state not in made:
            folder = tmp_path_factory.mktemp(state)
            make, answers, narrative = STATES[state]
            run = samples.run_folder(folder / "runs", *make(), answers, narrative)
            samples.execute(run, folder / "workbook.ipynb")
            report.write(folder / "workbook.ipynb", folder / "report.html")
            made[state] = folder / "report.html"
        return made[state]

    return page


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
    assert page.outside == []
    assert page.said == []


@pytest.mark.parametrize("state", ["mixed", "denied", "hostile"])
def test_every_chart_is_drawn_with_bars_to_be_seen(opened: Any, state: str) -> None:
    drawn = opened(state).page.evaluate(DRAWN)
    assert drawn
    assert all(bars >= traces > 0 for bars, traces in drawn)


@pytest.mark.parametrize("state", ["mixed", "denied"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_no_label_of_a_chart_is_cut_off(opened: Any, state: str, size: dict[str, int]) -> None:
    cut = opened(state, size).page.evaluate(
        """[...document.querySelectorAll('.chart')].flatMap(chart => {
            const frame = chart.querySelector('.main-svg').getBoundingClientRect();
            const labels = chart.querySelectorAll(
                '.ytick text, .xtick text, .legendtext, .annotation-text');
            return [...labels].filter(t => {
                const box = t.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.bottom > frame.bottom + 1;
            }).map(t => t.textContent);
        })"""
    )
    assert cut == []


def test_no_label_of_a_flow_chart_lies_over_another(opened: Any) -> None:
    over = opened("mixed").page.evaluate(
        """[...document.querySelectorAll('.chart[data-wide]')].flatMap(chart => {
            const labels = [...chart.querySelectorAll('.annotation-text')];
            const boxes = labels.map(label => label.getBoundingClientRect());
            return labels.filter((one, i) => boxes.some((box, j) => i < j
                && box.left < boxes[i].right - 1 && box.right > boxes[i].left + 1
                && box.top < boxes[i].bottom - 1 && box.bottom > boxes[i].top + 1)
            ).map(label => label.textContent);
        })"""
    )
    assert over == []


def test_a_chart_wider_than_a_telephone_moves_sideways_and_says_so(opened: Any) -> None:
    page = opened("mixed", PHONE).page
    lineage, keys = page.query_selector_all(".chart[data-wide]")
    assert lineage.get_attribute("tabindex") == "0" and keys.get_attribute("tabindex") is None
    wider = "chart => chart.scrollWidth > chart.clientWidth"
    assert lineage.evaluate(wider) and not keys.evaluate(wider)
    words = "chart => getComputedStyle(chart, '::before').content"
    assert "moves sideways" in lineage.evaluate(words)


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


@pytest.mark.parametrize("state", ["mixed", "told", "empty", "denied"])
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(opened: Any, state: str, size: dict[str, int]) -> None:
    page = opened(state, size)
    page.unfold()
    assert axe(page.page) == []


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_nothing_runs_over_the_edge_of_the_screen(
    opened: Any, state: str, size: dict[str, int]
) -> None:
    page = opened(state, size).page
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def bottom(page: Any) -> float:
    """Where the first page ends."""
    edge: float = page.evaluate(
        "document.querySelector('.glance').getBoundingClientRect().bottom + scrollY"
    )
    return edge


@pytest.mark.parametrize("state", STATES)
def test_the_first_screen_holds_the_whole_first_page(opened: Any, state: str) -> None:
    assert bottom(opened(state).page) <= 800


def test_the_reviewers_words_stand_below_the_first_screen_with_the_whole_of_each(
    opened: Any,
) -> None:
    page = opened("told").page
    assert page.locator("img.logo").evaluate("logo => logo.naturalWidth") == 1
    summary = page.locator("#executive-summary")
    assert summary.bounding_box()["y"] >= bottom(page)
    text = page.inner_text("main")
    for name, words in samples.NARRATIVE.items():
        if name not in ("status", "date", "logo"):
            assert all(part in text for part in words.split("\n\n")), name


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
    hidden = """[...document.querySelectorAll('td')].filter(
        t => !t.checkVisibility() && !t.closest('.quiet') && !t.matches('.findings :nth-child(5)')
    ).length"""
    assert page.evaluate(hidden) == 0  # but for what the annex leaves to the page and the CSV
    assert page.locator(".paper-only").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 680
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("document.querySelectorAll('details[open]').length") == 0
    assert len(page.pdf(prefer_css_page_size=True)) > 20_000


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The report of a company, from its estate to the page."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with simulated.serve(COMPANY) as estate:
        simulated.found(estate)
        out = tmp_path_factory.mktemp("company")
        regions = simulated.REGIONS
        made = run.review(Request(endpoint_url=estate.endpoint, regions=regions, out=out))
    patch.undo()
    yield made.run / "report.html"


def test_a_real_company_has_its_first_screen_its_charts_and_no_complaint(
    browser: Any, company: Path
) -> None:
    page = Opened(browser, company, SCREEN)
    assert bottom(page.page) <= 800
    drawn = page.page.evaluate(DRAWN)
    assert len(drawn) > 10
    assert all(bars >= traces > 0 for bars, traces in drawn)
    assert (page.outside, page.said) == ([], [])


def test_every_link_of_a_real_company_leads_somewhere(browser: Any, company: Path) -> None:
    page = Opened(browser, company, SCREEN).page
    lost = page.eval_on_selector_all(
        "a[href^='#']",
        "links => links.map(a => a.hash.slice(1)).filter(id => !document.getElementById(id))",
    )
    assert lost == []
    findings = len(archive.load_findings(company.parent))
    assert page.locator("[id^='f-']").count() == findings


@pytest.mark.parametrize("size", [SCREEN, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_a_real_company(
    browser: Any, company: Path, size: dict[str, int]
) -> None:
    page = Opened(browser, company, size)
    page.unfold()
    assert axe(page.page) == []
    assert page.page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_a_real_company_prints_on_few_sheets_with_its_charts_apart_from_its_tables(
    browser: Any, company: Path
) -> None:
    page = Opened(browser, company, SCREEN).page
    sheets = page.pdf(prefer_css_page_size=True).count(b"/Type /Page\n")
    assert 40 < sheets < 100


def test_the_keyboard_gets_past_the_contents_and_shows_where_it_is(opened: Any) -> None:
    page = opened("mixed").page
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    while not page.locator(".skip:focus").count():
        page.keyboard.press("Tab")
        assert page.evaluate(outline) == "solid"
    assert page.locator(".skip").bounding_box()["width"] > 50
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("!document.activeElement.closest('nav')")
    assert page.evaluate("document.activeElement.hash").startswith("#plan-")
