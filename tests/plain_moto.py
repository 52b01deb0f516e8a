"""A plain moto server in a process of its own, and one whole review of what was put into it.

It speaks to loopback only, with invented credentials; nothing here knows how a check judges.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

EU, US, AP = "eu-west-1", "us-east-1", "ap-southeast-2"

_SERVER = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print(server.get_host_and_port()[1], flush=True)
sys.stdin.read()
server.stop()
"""


def _surroundings(**more: str) -> dict[str, str]:
    """The environment without anything of AWS's that this machine may have set."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    return kept | {
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        **more,
    }


@contextmanager
def moto(account: str) -> Iterator[str]:
    """The address of a moto server that takes every caller for ``account``."""
    environment = _surroundings(MOTO_ACCOUNT_ID=account, MOTO_EC2_LOAD_DEFAULT_AMIS="false")
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdin and server.stdout
        try:
            yield f"http://127.0.0.1:{server.stdout.readline().strip()}"
        finally:
            server.stdin.close()  # it ends when nobody holds the other end


class Estate:
    """What was put into one account. ``places``: our name for a thing -> its ARN and region."""

    def __init__(self, endpoint: str, account: str) -> None:
        self.endpoint, self.account = endpoint, account
        self.places: dict[str, tuple[str, str]] = {}
        self._session = boto3.Session("testing", "testing", region_name=EU)
        self._clients: dict[tuple[str, str], Any] = {}

    def at(self, service: str, region: str = EU) -> Any:
        """A client. It does not repeat a call: what fails here should be seen at once."""
        if (service, region) not in self._clients:
            once = Config(retries={"total_max_attempts": 1})
            self._clients[service, region] = self._session.client(
                service, region_name=region, endpoint_url=self.endpoint, config=once
            )
        return self._clients[service, region]

    def arn(self, service: str, resource: str, region: str = EU) -> str:
        return f"arn:aws:{service}:{region}:{self.account}:{resource}"

    def remember(self, name: str, arn: str, region: str = EU) -> str:
        assert name not in self.places, name
        self.places[name] = (arn, region)
        return arn

    def __getitem__(self, name: str) -> str:
        return self.places[name][0]

    def place(self, name: str) -> tuple[str, str]:
        """ARN and region of ``name``; ``account@eu-west-1`` and ``#Table@eu-west-1`` count too."""
        if name in self.places:
            return self.places[name]
        what, _, region = name.partition("@")
        table = what.removeprefix("account")
        assert table == "" or table.startswith("#"), f"nothing is called {name!r}"
        return f"AWS::::Account:{self.account}{table}", region or "global"


def tags(key: str = "Key", value: str = "Value", **said: str) -> list[dict[str, str]]:
    return [{key: name, value: text} for name, text in said.items()]


def review(estate: Estate, folder: Path, *regions: str) -> list[dict[str, Any]]:
    """The findings of ``wa-kit review``, run in ``folder`` as a person would run it."""
    asked = [word for region in regions for word in ("--region", region)]
    command = [sys.executable, "-m", "wa_kit.cli", "review", "--endpoint-url", estate.endpoint]
    told = subprocess.run(
        [*command, *asked, "--out", str(folder / "runs"), "--no-workbook", "--json"],
        cwd=folder,
        env=_surroundings(PYTHONPATH=str(Path(__file__).parents[1])),
        capture_output=True,
        text=True,
    )
    assert told.returncode in (0, 3), told.stderr
    (found,) = (folder / "runs" / estate.account).glob("*/findings.jsonl")
    return [json.loads(line) for line in found.read_text().splitlines()]
