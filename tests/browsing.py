"""A browser for tests, and a page in it that remembers every request and every word it said."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
SCREEN = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}


def found_browser() -> str | None:
    named = os.environ.get("WA_KIT_CHROMIUM")
    return next((path for name in (named, *NAMES) if name and (path := shutil.which(name))), None)


def lacking(words: str) -> NoReturn:
    """A program that a test drives is not here: skips, and fails with WA_KIT_BROWSER=required."""
    if os.environ.get("WA_KIT_BROWSER") == "required":
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def chromium() -> Iterator[Any]:
    """Skips without a browser; fails with WA_KIT_BROWSER=required."""
    path = found_browser() or lacking(
        f"no browser: set WA_KIT_CHROMIUM, or install one of {', '.join(NAMES)}"
    )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


class Opened:
    """A page without a network."""

    def __init__(self, browser: Any, path: Path, size: dict[str, int]) -> None:
        self.requests: list[str] = []
        self.said: list[str] = []
        self.page = browser.new_page(viewport=size)
        self.page.route("http*://**", lambda route: route.abort())
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("dialog", lambda dialog: (self.said.append("dialog"), dialog.dismiss()))
        self.page.goto(path.as_uri())
        frame = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        self.page.evaluate(frame)  # the policy forbids to wait for an expression

    @property
    def outside(self) -> list[str]:
        """Requests that went, or would have gone, anywhere but into the page itself."""
        return [url for url in self.requests[1:] if not url.startswith("data:")]

    def unfold(self) -> None:
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")


DRAWN = """[...document.querySelectorAll('.chart')].map(
    chart => [chart.querySelectorAll('.point path').length, chart._fullData.length])"""


def axe(page: Any, within: str = "html") -> list[tuple[str, str]]:
    """What axe finds wrong within what a selector names, with an example of each."""
    import axe_core_python

    page.evaluate((Path(axe_core_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    found = page.evaluate("within => axe.run(within, {resultTypes: ['violations']})", within)[
        "violations"
    ]
    return [(v["id"], v["nodes"][0]["html"][:200]) for v in found]
