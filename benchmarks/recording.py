"""Records every answer of a simulated account once, so that a fast server can give them again.

Run as a process of its own: ``python -m benchmarks.recording FOLDER RESOURCES``. moto takes
longer to answer a call than boto3 to ask it; measured against moto, the kit would be waiting.
"""

from __future__ import annotations

import datetime as dt
import json
import pickle
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import boto3
from botocore.httpsession import URLLib3Session
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from benchmarks.asked import Key, key
from benchmarks.clients import tables
from wa_kit import aws, planning, run, simulated
from wa_kit.evidence import gather
from wa_kit.model import Evidence, Row
from wa_kit.simulated.estate import Estate

Asked = tuple[str, str, str, dict[str, Any]]  # service, region, operation, parameters


class Recorder:
    """Sits in a session's clients, sends what they ask, and keeps what was answered."""

    def __init__(self) -> None:
        self.made = 0
        self.answers: dict[Key, bytes] = {}
        self._http = URLLib3Session(max_pool_connections=100)

    def listen(self, session: Any) -> None:
        session.events.register("before-send", self._send)

    def _send(self, request: Any, **_: Any) -> Any:
        response = self._http.send(request)
        url = urlsplit(request.url)
        target = url.path + (f"?{url.query}" if url.query else "")
        headers = {name.lower(): _text(value) for name, value in request.headers.items()}
        asked = key(request.method, target, headers, _bytes(request.body))
        self.made += 1
        self.answers[asked] = _wire(response)
        return response


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


def _wire(response: Any) -> bytes:
    """A response as it travels, on a connection that stays open."""
    dropped = ("connection", "date", "server", "content-length", "transfer-encoding")
    head = [f"HTTP/1.1 {response.status_code} X"]
    head += [f"{n}: {v}" for n, v in response.headers.items() if n.lower() not in dropped]
    head += [f"Content-Length: {len(response.content)}", "", ""]
    return "\r\n".join(head).encode() + bytes(response.content)


class Noting(aws.Gate):
    """A gate that remembers what went through it."""

    def __init__(self, session: Any, endpoint_url: str) -> None:
        super().__init__(session, endpoint_url=endpoint_url, max_rate=1e9)
        self.asked_for: list[Asked] = []

    def call(self, service: str, region: str, operation: str, arguments: dict[str, Any]) -> Any:
        self.asked_for.append((service, region, operation, dict(arguments)))
        return super().call(service, region, operation, arguments)


def _whole_pages(backend: Any, **asked: Any) -> Any:
    """moto ends a page of tags at a hundred tags; AWS only where it is asked to."""
    return _MOTO_PAGES(backend, **asked | {"tags_per_page": 1_000_000})


_MOTO_PAGES = ResourceGroupsTaggingAPIBackend.get_resources


def record(
    estate: Estate, wanted: Sequence[type[Row]], regions: Sequence[str] = simulated.REGIONS
) -> tuple[Recorder, Noting, Evidence]:
    """One clean collecting through ``estate``, as fast as it answers."""
    recorder = Recorder()
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    recorder.listen(session)
    with (
        mock.patch.dict(aws.SLOWER, clear=True),
        mock.patch.object(ResourceGroupsTaggingAPIBackend, "get_resources", _whole_pages),
        Noting(session, estate.endpoint) as gate,
    ):
        evidence = gather(gate, estate.account, regions, wanted)
    return recorder, gate, evidence


def main(folder: Path, resources: int) -> dict[str, Any]:
    """A demo's run folder, and the answers of an account of ``resources`` and the demo's own."""
    with simulated.serve() as estate:
        simulated.found(estate)
        with mock.patch.dict(aws.SLOWER, clear=True):
            demo = run.review(
                planning.Request(
                    endpoint_url=estate.endpoint,
                    home=Path(simulated.__file__).parent / "company",
                    out=folder / "runs",
                    workbook=False,
                )
            )
        simulated.seed_many(estate, resources)
        _keep_busy(estate, simulated.REGIONS[0])
        recorder, gate, evidence = record(estate, tables())
    kept = {"answers": recorder.answers, "asked": gate.asked_for}
    (folder / "recording.pickle").write_bytes(pickle.dumps(kept))
    (folder / "evidence.pickle").write_bytes(pickle.dumps(evidence))
    refused = sorted({str(look.not_read) for look in evidence.looks if look.not_read})
    return {
        "made": recorder.made,
        "needed": len(recorder.answers),
        "lookups": _most((s, r) for s, r, name, _ in gate.asked_for if name == "lookup_events"),
        "busiest": _most((s, r) for s, r, name, _ in gate.asked_for if name != "lookup_events"),
        "rows": len(evidence.rows),
        "refused": refused,
        "demo": str(demo.run),
    }


def _keep_busy(estate: Estate, region: str) -> None:
    """More changes than one page of LookupEvents holds, so that each kind is asked for."""
    for number in range(60):
        estate.fakes["cloudtrail"].events[region].append(
            {
                "EventId": f"busy-{number}",
                "EventName": "RunInstances",
                "EventSource": "ec2.amazonaws.com",
                "EventTime": estate.now - dt.timedelta(hours=number),
                "ReadOnly": "false",
                "Username": "build",
                "Resources": [],
                "CloudTrailEvent": "{}",
            }
        )


def _most(places: Iterable[tuple[str, str]]) -> int:
    """How often the place that is named most often is named."""
    return max(Counter(places).values(), default=0)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
