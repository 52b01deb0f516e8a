"""Excel of a run with many findings, in a process of its own.

``python -m benchmarks.exporting FOLDER FINDINGS`` prints the time it took. The run is judged from
the recorded account, its data stores and keys copied until there are enough findings.
"""

from __future__ import annotations

import json
import pickle
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.figures import Figure, alternating, child
from benchmarks.judging import enlarged
from wa_kit import archive, run
from wa_kit.exports import Format, export
from wa_kit.planning import Request
from wa_kit.simulated import ACCOUNT

FINDINGS = 20_000
_A_ROW = 3.5  # findings of a row, at the least


def figures(folder: Path, demo: str) -> list[Figure]:
    def took() -> dict[str, Any]:
        return child("benchmarks.exporting", str(folder), str(FINDINGS), demo)

    (seconds,) = alternating(1, lambda: float(took()["seconds"]))
    return [Figure(f"Excel of {FINDINGS:,} findings and more", seconds, 10, "s")]


def main(folder: Path, findings: int, demo: Path) -> dict[str, Any]:
    evidence = pickle.loads((folder / "evidence.pickle").read_bytes())
    manifest = archive.load_manifest(demo)
    with tempfile.TemporaryDirectory(prefix="wa-kit-bench-") as name:
        home = Path(name)
        with archive.staged(home / "read", ACCOUNT, manifest.started) as staging:
            archive.save_evidence(enlarged(evidence, int(findings / _A_ROW)), staging)
            read = staging.finish(manifest)
        judged = run.judge_again(read, Request(out=home / "judged", workbook=False)).run
        began = time.perf_counter()
        export(judged, Format.xlsx, home / "review.xlsx")
        seconds = time.perf_counter() - began
        number = len(archive.load_findings(judged))
    if number < findings:
        raise SystemExit(f"only {number} findings were judged, {findings} are wanted")
    return {"seconds": seconds, "findings": number}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3]))))
