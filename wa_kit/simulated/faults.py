"""What can go wrong between a client and AWS, on demand.

A fault acts on the calls it matches: it answers in place of the service, spoils the answer, or
holds it up. It never changes what the estate holds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, Literal, Self

from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from wa_kit.simulated.wire import Call, Refused

Garbage = Literal["html", "empty", "cut", "list", "null", "text", "wrong-type"]
Where = Callable[[dict[str, Any]], bool]

_FIXED = {
    "html": b"<html><body>Please log in</body></html>",
    "empty": b"",
    "list": b"[]",
    "null": b"null",
    "text": b'"text"',
}
_TOO_FAST = {"s3": "SlowDown", "ec2": "RequestLimitExceeded"}


@dataclass
class Fault:
    """Matches calls by ``service:Operation`` (``*`` stands for any), region and parameters."""

    target: str
    region: str | None = None
    where: Where | None = None
    lift: Callable[[], None] = field(default=lambda: None, repr=False)

    def __post_init__(self) -> None:
        service, colon, operation = self.target.partition(":")
        if not colon:
            raise ValueError(f"{self.target!r} names no operation: write service:Operation")
        if "*" in service + operation:
            return
        known = get_service_model(service).operation_names
        if operation not in known:
            near = get_close_matches(operation, known, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise ValueError(f"{service} has no operation {operation!r}.{hint}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.lift()

    def matches(self, call: Call) -> bool:
        return (
            fnmatchcase(f"{call.service}:{call.operation}", self.target)
            and self.region in (None, call.region)
            and (self.where is None or self.where(call.asked))
        )

    def before(self, call: Call) -> None:
        """Raises ``Refused`` where the fault stands in for the service."""

    def after(self, call: Call, response: Response) -> Response:
        return response


@dataclass
class Denied(Fault):
    """Refuses every ``every``-th matching call once ``after_calls`` have passed."""

    code: str = "AccessDeniedException"
    after_calls: int = 0
    every: int = 1
    _seen: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def before(self, call: Call) -> None:
        with self._lock:
            self._seen += 1
            over = self._seen - self.after_calls
        if over > 0 and over % self.every == 0:
            who = f"arn:aws:iam::{call.account}:role/reviewer"
            action = f"{call.service}:{call.operation}"
            raise Refused(self.code, f"User: {who} is not authorized to perform: {action}")


@dataclass
class Garbled(Fault):
    """A status of 200 around something that is no answer."""

    kind: Garbage = "html"

    def after(self, call: Call, response: Response) -> Response:
        body = _FIXED.get(self.kind)
        if body is None:
            whole = response.get_data()
            body = whole[: len(whole) // 2] if self.kind == "cut" else self._wrong_type(call)
        kind = "text/html" if self.kind == "html" else response.content_type
        return Response(body, 200, content_type=kind)

    @staticmethod
    def _wrong_type(call: Call) -> bytes:
        """The answer's first list, map or structure, as a word."""
        members = call.model.output_shape.members
        deep = [name for name, shape in members.items() if shape.type_name in _DEEP]
        name = next(iter(deep or members))
        wire = members[name].serialization.get("name", name)
        if "json" in call.protocol:
            return f'{{"{wire}": "oops"}}'.encode()
        return f"<{call.operation}Oops><{wire}>oops</{wire}></{call.operation}Oops>".encode()


_DEEP = ("list", "map", "structure")


@dataclass
class Throttled(Fault):
    """A token bucket: ``per_second`` calls, as many at once, and no more."""

    per_second: float = 20.0
    refused: int = 0
    _tokens: float = field(default=0.0, init=False)
    _last: float = field(default_factory=time.monotonic, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._tokens = self.per_second

    def before(self, call: Call) -> None:
        with self._lock:
            now = time.monotonic()
            gained = (now - self._last) * self.per_second
            self._tokens, self._last = min(self.per_second, self._tokens + gained), now
            if self._tokens >= 1:
                self._tokens -= 1
                return
            self.refused += 1
        code = "Throttling" if call.protocol == "query" else "ThrottlingException"
        raise Refused(_TOO_FAST.get(call.service, code), "Rate exceeded")


@dataclass
class Slow(Fault):
    """Holds each call for a while."""

    seconds: float = 0.03

    def before(self, call: Call) -> None:
        threading.Event().wait(self.seconds)
