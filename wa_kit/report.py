"""An executed workbook as one HTML page that opens offline, and as the same page laid out on paper.

It makes no request and runs no script but the two it carries, which its Content-Security-Policy
names by hash; on paper there is none. Nothing here runs a notebook or reads anything but the
notebook given.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Callable, Sequence
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from wa_kit.charts import PLOTLY
from wa_kit.model import KitError
from wa_kit.shown import text as shown
from wa_kit.written import shipped

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)  # for JupyterLab; the page has its own
_BARE = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_CONTENTS = "<!-- contents -->"
Figure = dict[str, Any]  # a chart in plotly's JSON form
Draw = Callable[[Sequence[Figure]], Sequence[bytes]]  # an SVG for each; none where it cannot


class Heading(msgspec.Struct):
    """An entry of the contents."""

    level: int
    id: str
    text: str = ""


def write(notebook: Path, page: Path) -> None:
    """Write the page of an executed ``notebook``. Raises ``KitError`` where it is no notebook."""
    page.write_text(rendered(notebook), encoding="utf-8")


def rendered(notebook: Path) -> str:
    """The page as text."""
    body = _cells(_read(notebook), _live, contents_after="first-page")
    return _page(body, ("parts.css", "page.css"), _scripts())


def on_paper(notebook: Path, draw: Draw) -> str:
    """The page for sheets, its charts drawn by ``draw``, without any script."""
    content = _read(notebook)
    pictures = iter(draw(_figures(content)))
    body = _cells(content, lambda figure: _drawn(figure, next(pictures, None)), "cover")
    return _page(body, ("paper.css",), (), paper=True)


def _page(body: str, styles: Sequence[str], scripts: Sequence[str], paper: bool = False) -> str:
    headings = _Headings()
    headings.feed(body)
    contents = _template("contents.html.j2").render(
        headings=[heading for heading in headings.found if heading.level in (2, 3)], paper=paper
    )
    page: str = _template("page.html.j2").render(
        title=next((h.text for h in headings.found if h.level == 1), "Review"),
        policy=_policy(scripts),
        style="\n".join(map(_text, styles)),
        scripts=scripts,
        body=body.replace(_CONTENTS, contents, 1) if _CONTENTS in body else contents + body,
    )
    return page


def _template(name: str) -> Any:
    import jinja2

    return jinja2.Template(_text(name))


def _text(name: str) -> str:
    return (shipped("templates") / "report" / name).read_text(encoding="utf-8")


def _read(notebook: Path) -> Any:
    import nbformat

    try:
        text = notebook.read_text(encoding="utf-8")
        content = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(content)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise KitError(f"{notebook}: no notebook can be read there. Run it again.", 4) from error
    return content


def _figures(content: Any) -> list[Figure]:
    """The charts, in the order in which the page meets them."""
    outputs = (output for cell in content.cells for output in cell.get("outputs", []))
    return [o.data[PLOTLY] for o in outputs if PLOTLY in o.get("data", {})]


def _cells(content: Any, chart: Callable[[Figure], str], contents_after: str) -> str:
    """The notebook's prose and outputs, by nbconvert with our own template.

    ``chart`` makes a figure markup; the contents will follow the cell tagged ``contents_after``.
    """
    import mistune
    from nbconvert.exporters import TemplateExporter

    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        file_extension=".html",
        template_name="report",
        extra_template_basedirs=[str(shipped("templates"))],
        filters={
            "prose": mistune.create_markdown(escape=True),
            "anchored": _anchored,
            "chart": chart,
            "unstyled": lambda markup: _STYLE.sub("", markup),
        },
    )
    own = {"plotly": PLOTLY, "contents": _CONTENTS, "contents_after": contents_after}
    exporter.environment.globals.update(own)
    body, _ = exporter.from_notebook_node(content)
    return str(body)


def _live(figure: Figure) -> str:
    """A chart that the page's own script draws."""
    words = shown(_alternative(figure))
    data = f'<script type="application/json">{_inert(figure)}</script>'
    wide = " data-wide" if figure.get("layout", {}).get("meta", {}).get("least") else ""
    return f'<div class="chart" role="img" aria-label="{words}"{wide}>\n{data}</div>'


def _drawn(figure: Figure, picture: bytes | None) -> str:
    """A chart that is drawn already; without a picture its table stands alone."""
    if picture is None:
        return ""
    words, source = shown(_alternative(figure)), base64.b64encode(picture).decode()
    return f'<img class="chart" alt="{words}" src="data:image/svg+xml;base64,{source}">'


def _alternative(figure: Figure) -> str:
    """What a chart says, for those who do not see it."""
    layout = figure.get("layout", {})
    return str(layout.get("meta", {}).get("alt") or layout.get("title", {}).get("text") or "Chart")


def _anchored(markup: str) -> str:
    """Prose with an anchor at each heading: ``What AWS says`` becomes ``what-aws-says``."""
    return _BARE.sub(lambda h: f'<h{h[1]} id="{_slug(h[2])}">{h[2]}</h{h[1]}>', markup)


def _slug(words: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", html.unescape(re.sub("<[^>]*>", "", words)).lower()))


def _inert(figure: Figure) -> str:
    """A figure as JSON that cannot end its script element."""
    drawn = {"data": figure.get("data", []), "layout": figure.get("layout", {})}
    return json.dumps(drawn).replace("<", "\\u003c").replace(">", "\\u003e")


def _scripts() -> tuple[str, ...]:
    from plotly.offline import get_plotlyjs

    # plotly.js holds no closing script tag today; a later version must not end the element early.
    return tuple(s.replace("</script", "<\\/script") for s in (get_plotlyjs(), _text("page.js")))


def _policy(scripts: Sequence[str]) -> str:
    """What the page may do: run its own scripts, and ask nobody for anything."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "font-src data:; base-uri 'none'; form-action 'none'"
    )


class _Headings(HTMLParser):
    """The headings of a page that have an anchor."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Heading] = []
        self._open: Heading | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        id_ = dict(attrs).get("id")
        if re.fullmatch("h[123]", tag) and id_:
            self._open = Heading(int(tag[1]), id_)
            self.found.append(self._open)

    def handle_data(self, data: str) -> None:
        if self._open:
            self._open.text += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == f"h{self._open.level}":
            self._open = None
