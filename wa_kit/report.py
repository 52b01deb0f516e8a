"""An executed workbook as one HTML page that opens offline and can be printed.

It makes no request and runs no script but the two it carries, which its Content-Security-Policy
names by hash. Nothing here runs a notebook or reads anything but the notebook given.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec

from wa_kit.charts import PLOTLY
from wa_kit.model import KitError
from wa_kit.written import shipped

_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)  # for JupyterLab; the page has its own
_BARE = re.compile(r"<h([1-6])>(.*?)</h\1>", re.DOTALL)
_CONTENTS = "<!-- contents -->"


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
    body, headings = _cells(notebook), _Headings()
    headings.feed(body)
    scripts = _scripts()
    contents = _template("contents.html.j2").render(
        headings=[heading for heading in headings.found if heading.level in (2, 3)]
    )
    page: str = _template("page.html.j2").render(
        title=next((h.text for h in headings.found if h.level == 1), "Review"),
        policy=_policy(scripts),
        style="\n".join(_text(name) for name in ("parts.css", "page.css")),
        scripts=scripts,
        body=body.replace(_CONTENTS, contents, 1) if _CONTENTS in body else contents + body,
    )
    return page


def _template(name: str) -> Any:
    import jinja2

    return jinja2.Template(_text(name))


def _text(name: str) -> str:
    return (shipped("templates") / "report" / name).read_text(encoding="utf-8")


def _cells(notebook: Path) -> str:
    """The notebook's prose and outputs, by nbconvert with our own template."""
    import mistune
    import nbformat
    from nbconvert.exporters import TemplateExporter

    try:
        text = notebook.read_text(encoding="utf-8")
        content = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        nbformat.validate(content)
    except (OSError, ValueError, AttributeError, nbformat.ValidationError) as error:
        raise KitError(f"{notebook}: no notebook can be read there. Run it again.", 4) from error
    exporter = TemplateExporter(  # type: ignore[no-untyped-call]
        file_extension=".html",
        template_name="report",
        extra_template_basedirs=[str(shipped("templates"))],
        filters={
            "prose": mistune.create_markdown(escape=True),
            "anchored": _anchored,
            "alternative": _alternative,
            "inert": _inert,
            "unstyled": lambda markup: _STYLE.sub("", markup),
        },
    )
    exporter.environment.globals.update(plotly=PLOTLY, contents=_CONTENTS)
    body, _ = exporter.from_notebook_node(content)
    return str(body)


def _alternative(figure: dict[str, Any]) -> str:
    """What a chart says, for those who do not see it."""
    layout = figure.get("layout", {})
    return str(layout.get("meta", {}).get("alt") or layout.get("title", {}).get("text") or "Chart")


def _anchored(markup: str) -> str:
    """Prose with an anchor at each heading: ``What AWS says`` becomes ``what-aws-says``."""
    return _BARE.sub(lambda h: f'<h{h[1]} id="{_slug(h[2])}">{h[2]}</h{h[1]}>', markup)


def _slug(words: str) -> str:
    return "-".join(re.findall("[a-z0-9]+", html.unescape(re.sub("<[^>]*>", "", words)).lower()))


def _inert(figure: dict[str, Any]) -> str:
    """A figure as JSON that cannot end its script element."""
    drawn = {"data": figure.get("data", []), "layout": figure.get("layout", {})}
    return json.dumps(drawn).replace("<", "\\u003c").replace(">", "\\u003e")


def _scripts() -> tuple[str, ...]:
    from plotly.offline import get_plotlyjs

    # plotly.js holds no closing script tag today; a later version must not end the element early.
    return tuple(s.replace("</script", "<\\/script") for s in (get_plotlyjs(), _text("page.js")))


def _policy(scripts: tuple[str, ...]) -> str:
    """What the page may do: run its own scripts, and ask nobody for anything."""
    digests = (base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
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
