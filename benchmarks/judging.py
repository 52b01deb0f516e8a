"""All checks over many rows, in a process of its own.

``python -m benchmarks.judging FOLDER ROWS`` prints the CPU it took. The rows are those of the
recorded account, each table of data stores and keys copied until there are enough.
"""

from __future__ import annotations

import datetime as dt
import json
import pickle
import sys
import time
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.figures import Figure, alternating, child
from wa_kit.checks import CHECKS
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import judge
from wa_kit.model import Context, DataStore, Evidence, Row
from wa_kit.simulated import ACCOUNT, REGIONS

MANY, FEW = 100_000, 10_000


def figures(folder: Path) -> list[Figure]:
    def took(rows: int) -> float:
        return float(child("benchmarks.judging", str(folder), str(rows))["seconds"])

    many, few = alternating(3, lambda: took(MANY), lambda: took(FEW))
    return [
        Figure(
            f"judging {MANY:,} rows / {FEW:,} rows",
            many / few,
            11,
            how=f"{many:.2f} s / {few:.2f} s",
        ),
        Figure(f"judging {MANY:,} rows with all {len(CHECKS)} checks", many, 5, "s"),
    ]


def enlarged(evidence: Evidence, rows: int) -> Evidence:
    """``evidence`` with copies of its data stores and keys, under names of their own."""
    copied = [row for row in evidence.rows if isinstance(row, (DataStore, KmsKey))]
    missing = rows - len(evidence.rows)
    copies = (_copy(row, number) for number in range(1, rows) for row in copied)
    return evidence.plus(list(islice(copies, max(missing, 0))))


def _copy(row: Row, number: int) -> Row:
    """The same thing under another name: its ARN and all fields that say its id follow."""
    own = row.arn.replace("/", ":").rpartition(":")[2]
    if row.unread:
        return msgspec.structs.replace(row, arn=f"{row.arn}-{number}")
    text = msgspec.json.encode(row).decode().replace(own, f"{own}-{number}")
    return msgspec.json.decode(text, type=type(row))


def main(folder: Path, rows: int) -> dict[str, Any]:
    evidence = enlarged(pickle.loads((folder / "evidence.pickle").read_bytes()), rows)
    context = Context(now=dt.datetime.now(dt.UTC), account=ACCOUNT, regions=REGIONS)
    began = time.process_time()
    findings = judge(evidence, list(CHECKS.values()), context)
    seconds = time.process_time() - began
    return {"seconds": seconds, "rows": len(evidence.rows), "findings": len(findings)}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
