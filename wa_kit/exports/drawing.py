"""Charts as pictures, by plotly's own drawing in a browser without a window (kaleido).

The browser is sent to a proxy that is not there, so nothing that a chart holds can ask for
anything. Without kaleido or a browser there are no pictures, and the log says what adds them.
"""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from wa_kit.report import Figure

_log = logging.getLogger(__name__)
_WIDTH = 680  # what A4 leaves, in CSS pixels
_SECONDS = 90  # for one chart on a busy machine
_NOWHERE = "127.0.0.1:9"
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"  # the browser's measures must be paper's
_SCALE = {"svg": 1, "png": 2}  # points are drawn twice as fine as the page is laid out


def draw(figures: Sequence[Figure], kind: Literal["svg", "png"] = "svg") -> list[bytes]:
    """A picture for each figure, as wide as A4; an empty list where they cannot be drawn."""
    if not figures:
        return []
    try:
        import kaleido
        from kaleido.errors import (
            BrowserClosedError,
            BrowserFailedError,
            ChromeNotFoundError,
            KaleidoError,
        )
    except ImportError:
        _without("pip install 'wa-kit[pdf]'")
        return []
    with tempfile.TemporaryDirectory(prefix="wa-kit-charts-") as folder:
        paths = [Path(folder) / f"{number}.{kind}" for number in range(len(figures))]
        try:
            kaleido.write_fig_from_object_sync(
                [_asked(figure, path) for figure, path in zip(figures, paths, strict=True)],
                kopts={"mathjax": False, "proxy_server": _NOWHERE, "timeout": _SECONDS},
                cancel_on_error=True,
            )
        except ChromeNotFoundError:
            _without("kaleido_get_chrome, or installing Chromium and naming it in BROWSER_PATH")
            return []
        except (BrowserClosedError, BrowserFailedError, KaleidoError, TimeoutError) as error:
            _without(f"a browser that starts ({type(error).__name__}), named in BROWSER_PATH")
            return []
        return [path.read_bytes() for path in paths]


def _asked(figure: Figure, path: Path) -> dict[str, object]:
    layout = figure["layout"] | {"font": figure["layout"].get("font", {}) | {"family": _FONT}}
    kind = path.suffix.removeprefix(".")
    size = {"width": _WIDTH, "height": layout["height"], "format": kind, "scale": _SCALE[kind]}
    return {"fig": {"data": figure["data"], "layout": layout}, "path": path, "opts": size}


def _without(adds: str) -> None:
    _log.warning("The charts are left out, and their tables stand alone. What adds them: %s", adds)
