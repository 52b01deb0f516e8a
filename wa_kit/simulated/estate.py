"""One simulated AWS: its address, what it holds beside moto, its faults, its log of calls.

It lives in this process, on loopback, until it is closed; nothing of it stays.
"""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any, ClassVar, Self, TypeVar
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from moto.core.base_backend import BackendDict
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from wa_kit.simulated import fakes
from wa_kit.simulated.faults import Denied, Fault, Garbage, Garbled, Slow, Throttled, Where
from wa_kit.simulated.front import Front
from wa_kit.simulated.wire import Call

F = TypeVar("F", bound=Fault)


class Estate:
    """What ``simulated.serve`` gives. The package's docstring shows its use."""

    _open: ClassVar[set[str]] = set()

    def __init__(self, account: str, *, now: dt.datetime, seed: int) -> None:
        self.account, self.now, self.seed = account, now, seed
        self.calls: list[tuple[str, str, str]] = []
        self.faults: tuple[Fault, ...] = ()
        self.page_size: int | None = None
        self.endpoint = ""
        self._fakes: dict[str, dict[str, fakes.Fake]] = {}
        self._clients: dict[tuple[str, str], Any] = {}
        self._session = boto3.Session("testing", "testing", region_name="us-east-1")
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        if self.account in self._open:
            raise RuntimeError(
                f"an estate of account {self.account} is open in this process; "
                "close it, or serve() another account"
            )
        self._open.add(self.account)
        mock_random.seed(self.seed)
        self._front = Front(self)
        self._front.start()
        self.endpoint = f"http://127.0.0.1:{self._front.port}"
        return self

    def __exit__(self, *_: object) -> None:
        self._front.stop()
        for account in {self.account, *self._fakes}:
            _forget(account)
        self._open.discard(self.account)

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client that may write. It cannot be pointed anywhere but at loopback."""
        with self._lock:
            if (service, region) not in self._clients:
                self._clients[service, region] = writer(
                    self._session, service, region, self.endpoint
                )
            return self._clients[service, region]

    @property
    def fakes(self) -> dict[str, Any]:
        """What the fakes of the estate's own account hold, by boto3's service name."""
        return self.fakes_of(self.account)

    def fakes_of(self, account: str) -> dict[str, Any]:
        with self._lock:
            if account not in self._fakes:
                self._fakes[account] = fakes.all_of(account, self.now)
            return self._fakes[account]

    def fake_answer(self, call: Call) -> dict[str, Any] | None:
        """A fake's answer, or None where moto is asked. Raises ``Refused``."""
        fake = self.fakes_of(call.account).get(call.service)
        return fake.answer(call, self.page_size) if fake else None

    def deny(
        self,
        target: str,
        *,
        region: str | None = None,
        where: Where | None = None,
        code: str = "AccessDeniedException",
        after_calls: int = 0,
        every: int = 1,
    ) -> Denied:
        """Refuse ``service:Operation`` (``*`` stands for any) with an error code.

        ``where`` sees the parameters. ``after_calls`` lets that many pass first; ``every`` refuses
        only each n-th. Any code will do: ``ExpiredToken``, ``InvalidClientTokenId``, ...
        """
        return self._add(
            Denied(target, region, where, code=code, after_calls=after_calls, every=every)
        )

    def garble(
        self, target: str, kind: Garbage, *, region: str | None = None, where: Where | None = None
    ) -> Garbled:
        """Answer with status 200 and something that is no answer."""
        return self._add(Garbled(target, region, where, kind=kind))

    def throttle(self, per_second: float, target: str = "*:*") -> Throttled:
        return self._add(Throttled(target, per_second=per_second))

    def latency(self, seconds: float, target: str = "*:*") -> Slow:
        return self._add(Slow(target, seconds=seconds))

    def _add(self, fault: F) -> F:
        fault.lift = lambda: self._drop(fault)
        with self._lock:
            self.faults = (*self.faults, fault)
        return fault

    def _drop(self, fault: Fault) -> None:
        with self._lock:
            self.faults = tuple(kept for kept in self.faults if kept is not fault)


def writer(session: Any, service: str, region: str, endpoint: str) -> Any:
    """A boto3 client for seeding. Refuses any host that is not loopback."""
    if urlsplit(endpoint).hostname not in ("127.0.0.1", "::1", "localhost"):
        raise RuntimeError(f"the simulated estate writes to loopback only, not to {endpoint}")
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"}
    )
    return session.client(service, region_name=region, endpoint_url=endpoint, config=config)


def _moto_state() -> list[Any]:
    """Everything that moto has begun to hold, service by service."""
    kept: Any = BackendDict
    return list(kept._instances)


def _forget(account: str) -> None:
    """Drop all that moto holds of one account; other estates keep theirs."""
    for backends in _moto_state():
        if account in backends:
            backends[account].reset()
            del backends[account]
    owners = s3_backends.bucket_accounts
    for bucket in [name for name, (_, owner) in owners.items() if owner == account]:
        del owners[bucket]
