"""The Word report of a run, filled into a template that a consultant can replace.

The shipped template is templates/report/report.docx; docs/word-template.md says how to make
another, and what each name in it stands for.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from wa_kit.charts import Chart
from wa_kit.exports.docx.context import drawn, figures, told
from wa_kit.exports.drawing import draw
from wa_kit.model import KitError
from wa_kit.review import Review
from wa_kit.shown import visible
from wa_kit.written import shipped


def write(run: Path, file: Path, template: Path | None = None) -> None:
    """Raises ``KitError`` where the ``office`` extra is missing or the template does not work."""
    try:
        from wa_kit.exports.docx import filling
    except ImportError as error:
        raise KitError("Word needs the office extra: pip install 'wa-kit[office]'") from error
    source = template or shipped("templates") / "report" / "report.docx"
    material = Review.open(run).material
    word = filling.Word(source, visible(source.name))
    names = told(material)
    whose = names["prepared_by"] or "the reviewer"
    names["logo"] = word.picture(material.logo, f"Logo of {whose}", filling.LOGO)
    charts = drawn(material)
    pictures = iter(draw([chart.figure for chart in charts], "png"))
    names["charts"] = [_chart(chart, next(pictures, b""), word.picture) for chart in charts]
    word.fill(names, file)


def _chart(chart: Chart, made: bytes, picture: Callable[[bytes, str], Any]) -> dict[str, Any]:
    shown = figures(chart)
    return {**shown, "picture": picture(made, shown["words"])}
