"""What it costs to begin: ``wa-kit --help``, and all that comes before the first call to AWS.

``python -m benchmarks.starting kit|boto3`` prints the CPU spent before the first request.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from unittest import mock

from benchmarks.figures import Figure, alternating, child, plain_environment

_KIT = "from wa_kit.cli import main; main()"
_EMPTY = """
import typer
app = typer.Typer()
@app.command()
def nothing() -> None: pass
app()
"""
TIMES = 5


def figures(folder: Path) -> list[Figure]:
    kit_help, empty = alternating(TIMES, lambda: _help(_KIT), lambda: _help(_EMPTY))
    first_call, boto3 = alternating(3, lambda: _cpu("kit", folder), lambda: _cpu("boto3", folder))
    return [
        Figure(
            "wa-kit --help / an empty Typer program",
            kit_help / empty,
            2,
            how=f"{1000 * kit_help:.0f} ms / {1000 * empty:.0f} ms",
        ),
        Figure(
            "CPU before the first call / import boto3 and make a client",
            first_call / boto3,
            2,
            how=f"{first_call:.2f} s / {boto3:.2f} s",
        ),
    ]


def _help(program: str) -> float:
    began = time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", program, "--help"],
        env=plain_environment(),
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.perf_counter() - began


def _cpu(way: str, folder: Path) -> float:
    return float(child("benchmarks.starting", way, str(folder / "first"))["seconds"])


def _stop(*_: Any, **__: Any) -> None:
    """Instead of sending a request: say what was spent until now, and end."""
    print(json.dumps({"seconds": time.process_time()}), flush=True)
    os._exit(0)


def boto3_alone() -> None:
    import boto3

    boto3.client("sts", region_name="eu-west-1")
    _stop()


def kit(out: str) -> None:
    """``wa-kit review``, up to its first request."""
    from botocore.httpsession import URLLib3Session

    from wa_kit.cli import main

    sys.argv = ["wa-kit", "review", "--quiet", "--endpoint-url", "http://127.0.0.1:9", "--out", out]
    with mock.patch.object(URLLib3Session, "send", _stop):
        main()


if __name__ == "__main__":
    if sys.argv[1] == "kit":
        kit(sys.argv[2])
    else:
        boto3_alone()
