"""A loopback server that gives recorded answers again, each after a while.

Run as a process of its own: ``python -m benchmarks.replay RECORDING SECONDS``. It prints its port,
serves until its standard input ends, and then prints what it did and the CPU this took. It knows
nothing of AWS: a request that was not recorded is refused, and counted.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.asked import Key, key
from benchmarks.figures import plain_environment

_UNKNOWN = b"HTTP/1.1 501 X\r\nContent-Length: 0\r\n\r\n"


class Replay(asyncio.Protocol):
    """One connection: a request at a time, as HTTP/1.1 clients ask."""

    def __init__(self, answers: dict[Key, bytes], seconds: float, served: dict[str, Any]) -> None:
        self._answers, self._seconds, self._served = answers, seconds, served
        self._loop = asyncio.get_running_loop()
        self._got = b""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, ended, rest = self._got.partition(b"\r\n\r\n")
        if not ended:
            return
        first, *lines = head.decode().split("\r\n")
        headers = {name.lower(): value for name, _, value in (x.partition(": ") for x in lines)}
        if len(rest) < int(headers.get("content-length", 0)):
            return
        self._got = b""
        method, target, _ = first.split(" ")
        asked = key(method, target, headers, rest)
        answer = self._answers.get(asked)
        self._served["calls"] += 1
        if answer is None:
            self._served["unknown"].append(b" ".join(asked).decode(errors="replace"))
        self._loop.call_later(self._seconds, self._transport.write, answer or _UNKNOWN)


async def serve(recording: Path, seconds: float) -> None:
    answers = pickle.loads(recording.read_bytes())["answers"]
    served: dict[str, Any] = {"calls": 0, "unknown": []}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Replay(answers, seconds, served), "127.0.0.1", 0, backlog=200
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    began = time.process_time()
    await loop.run_in_executor(None, sys.stdin.read)
    print(json.dumps(served | {"cpu": time.process_time() - began}))


@contextmanager
def replayed(recording: Path, seconds: float) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its address, and a dictionary that holds what it did once the block has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.replay", str(recording), str(seconds)],
        env=plain_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    did: dict[str, Any] = {}
    with process:
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}", did
        finally:
            process.stdin.close()
            did |= json.loads(process.stdout.read())


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), float(sys.argv[2])))
