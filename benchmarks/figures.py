"""Figures, their limits, and the one table they are printed in. Measures nothing."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One measured figure. ``how`` is the arithmetic behind it, in a few words."""

    name: str
    value: float
    limit: float | None  # None: for information, nothing promised
    unit: str = "x"
    how: str = ""

    @property
    def verdict(self) -> str:
        if self.limit is None:
            return ""
        return "ok" if self.value <= self.limit else "over"


def table(figures: Sequence[Figure]) -> str:
    """Ratios first, for they hold on any machine; seconds and megabytes after them."""
    lines = [f"{'':58} {'figure':>9} {'limit':>8}  verdict"]
    for figure in sorted(figures, key=lambda f: (f.limit is None, f.unit != "x")):
        limit = "" if figure.limit is None else f"{figure.limit:g} {figure.unit}"
        value = f"{figure.value:.2f} {figure.unit}"
        lines.append(f"{figure.name:58} {value:>9} {limit:>8}  {figure.verdict:4}  {figure.how}")
    return "\n".join(line.rstrip() for line in lines)


def child(*arguments: str) -> dict[str, Any]:
    """What a module of this package prints as JSON, run as a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        env=plain_environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def plain_environment() -> dict[str, str]:
    """Keys of nobody, no profile, and compiled modules kept, as after any installation."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name != "PYTHONDONTWRITEBYTECODE"
    }
    return kept | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "TMPDIR": tempfile.gettempdir(),
    }


def alternating(times: int, *ways: Callable[[], float]) -> list[float]:
    """The median of each way's measurements, taken in turns: a busy minute hits them all."""
    measured = [[way() for way in ways] for _ in range(times)]
    return [statistics.median(column) for column in zip(*measured, strict=True)]
