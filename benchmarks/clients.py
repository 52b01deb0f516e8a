"""The same calls twice, each way in a process of its own: by the kit, and by plain boto3.

``python -m benchmarks.clients kit|plain ENDPOINT FOLDER [no-limits]`` prints what it took.
"""

from __future__ import annotations

import datetime as dt
import json
import pickle
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from wa_kit.model import Row

THREADS = 64  # calls in flight: what the kit's own gate allows


def plain(endpoint: str, folder: Path) -> dict[str, Any]:
    """What anybody would write: one session, a client per service and region, a thread pool."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import ClientError

    asked = pickle.loads((folder / "recording.pickle").read_bytes())["asked"]
    config = Config(max_pool_connections=32, s3={"addressing_style": "path"})
    began, cpu = time.monotonic(), time.process_time()
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    clients = {
        (service, region): session.client(service, region, endpoint_url=endpoint, config=config)
        for service, region in dict.fromkeys((s, r) for s, r, _, _ in asked)
    }

    def call(one: tuple[str, str, str, dict[str, Any]]) -> None:
        service, region, operation, arguments = one
        with suppress(ClientError):
            getattr(clients[service, region], operation)(**arguments)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(call, asked))
    return {
        "wall": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "calls": len(asked),
    }


def tables() -> list[type[Row]]:
    """Every table that any check needs."""
    from wa_kit.checks import CHECKS

    needed = {table for check in CHECKS.values() for table in check.needs}
    return sorted(needed, key=lambda table: table.__name__)


def kit(endpoint: str, folder: Path, limits: bool) -> dict[str, Any]:
    """Collecting by the gate, and judging with all checks."""
    import boto3  # noqa: F401  # not counted, as it is not for plain boto3

    from wa_kit import aws, simulated
    from wa_kit.checks import CHECKS
    from wa_kit.evidence import gather
    from wa_kit.judging import judge
    from wa_kit.model import Context

    if not limits:
        aws.SLOWER.clear()
    began, cpu = time.monotonic(), time.process_time()
    session = aws.open_session("testing", "testing", region_name="us-east-1")
    with aws.Gate(session, endpoint_url=endpoint, max_rate=None if limits else 1e9) as gate:
        evidence = gather(gate, simulated.ACCOUNT, simulated.REGIONS, tables())
    collected, collecting = time.monotonic() - began, time.process_time() - cpu
    context = Context(
        now=dt.datetime.now(dt.UTC), account=simulated.ACCOUNT, regions=simulated.REGIONS
    )
    findings = judge(evidence, list(CHECKS.values()), context)
    return {
        "wall": collected,
        "collecting_cpu": collecting,
        "cpu": time.process_time() - cpu,
        "calls": sum(gate.calls.values()),
        "findings": len(findings),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


if __name__ == "__main__":
    way, where, home = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    if way == "plain":
        print(json.dumps(plain(where, home)))
    else:
        print(json.dumps(kit(where, home, "no-limits" not in sys.argv)))
