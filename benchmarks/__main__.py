"""``python -m benchmarks``: every figure, its limit, and whether it holds. It fails on none."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from benchmarks import account, exporting, judging, notebooks, starting
from benchmarks.figures import child, table


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="wa-kit-bench-") as name:
        folder = Path(name)
        _say(f"Recording an account of {account.RESOURCES:,} resources and the demo's own")
        recorded = child("benchmarks.recording", name, str(account.RESOURCES))
        _say(f"Reading it again, {1000 * account.LATENCY:.0f} ms a call")
        figures = account.figures(folder, recorded)
        _say("Judging many rows")
        figures += judging.figures(folder)
        _say("Executing the workbook")
        figures += notebooks.figures(folder, recorded["demo"])
        _say("Exporting")
        figures += exporting.figures(folder, recorded["demo"])
        _say("Starting")
        figures += starting.figures(folder)
    print(table(figures))
    print(f"\nOther work on this machine: {_others():.1f} of {os.cpu_count()} processors")


def _others() -> float:
    """How many processes ran at once in the last minute, without the benchmark's own two."""
    return max(os.getloadavg()[0] - 2, 0)


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
