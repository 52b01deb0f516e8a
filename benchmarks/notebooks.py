"""The review's workbook against a notebook of one empty cell, both executed by papermill.

``python -m benchmarks.notebooks FOLDER RUN`` runs each three times in turns, in one warm process.
"""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, alternating, child

TIMES = 3
_CELL = {"cell_type": "code", "id": "empty", "metadata": {}, "outputs": [], "source": ""}
EMPTY = {
    "cells": [_CELL | {"execution_count": None}],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 5,
}


def figures(folder: Path, demo: str) -> list[Figure]:
    took = child("benchmarks.notebooks", str(folder), demo)
    return [
        Figure(
            "the workbook / an empty papermill notebook",
            took["workbook"] / took["empty"],
            2,
            how=f"{took['workbook']:.2f} s / {took['empty']:.2f} s",
        )
    ]


def main(folder: Path, demo: Path) -> dict[str, Any]:
    import papermill

    from wa_kit import workbook

    empty, run = folder / "empty.ipynb", folder / "workbook"
    empty.write_text(json.dumps(EMPTY))
    shutil.copytree(demo, run)

    def execute_empty() -> float:
        began = time.perf_counter()
        papermill.execute_notebook(
            str(empty),
            str(folder / "executed.ipynb"),
            kernel_name="python3",
            kernel_manager_class="wa_kit.workbook.OwnKernel",
            progress_bar=False,
            log_output=False,
        )
        return time.perf_counter() - began

    def execute_workbook() -> float:
        began = time.perf_counter()
        workbook.execute(run, {})
        return time.perf_counter() - began

    execute_empty()  # warm: what papermill imports once is no part of either
    whole, nothing = alternating(TIMES, execute_workbook, execute_empty)
    return {"workbook": whole, "empty": nothing}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
