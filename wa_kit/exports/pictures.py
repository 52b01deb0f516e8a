"""A chart as a picture, drawn by plotly itself in a browser without a window (kaleido).

The browser is sent to a proxy that is not there, so nothing that a chart holds can ask for
anything. Without kaleido or a browser there is no picture, and the log says what adds it.
"""

from __future__ import annotations

import logging
from typing import Any

_log = logging.getLogger(__name__)
_NOWHERE = "127.0.0.1:9"
_SECONDS = 90  # for one chart on a busy machine
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def png(figure: dict[str, Any], width: int) -> bytes | None:
    """``figure`` so many CSS pixels wide, at twice the resolution; ``None`` where none is made."""
    try:
        import kaleido
        from kaleido import errors
    except ImportError:
        _without("pip install 'wa-kit[pdf]'")
        return None
    logging.getLogger("choreographer").setLevel(logging.CRITICAL)  # chatter about its own pipe
    layout = figure["layout"] | {"font": figure["layout"].get("font", {}) | {"family": _FONT}}
    size = {"format": "png", "width": width, "height": layout["height"], "scale": 2}
    try:
        drawn = kaleido.calc_fig_sync(
            {"data": figure["data"], "layout": layout},
            opts=size,
            kopts={"mathjax": False, "proxy_server": _NOWHERE, "timeout": _SECONDS},
        )
    except errors.ChromeNotFoundError:
        _without("Chromium, named in BROWSER_PATH where it is not found by itself")
        return None
    except (
        errors.BrowserClosedError,
        errors.BrowserFailedError,
        errors.KaleidoError,
        TimeoutError,
    ) as error:
        _without(f"a browser that starts ({type(error).__name__}), named in BROWSER_PATH")
        return None
    return bytes(drawn)


def _without(adds: str) -> None:
    _log.warning("A chart is left out, and its table stands alone. What adds it: %s", adds)
