"""Where an overlay says which operation it is for, and is found again.

It knows no service and changes nothing itself.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

from werkzeug.wrappers import Response

from wa_kit.simulated.wire import Call

Answer = dict[str, Any]
_INSTEAD: dict[str, Callable[[Call], Answer]] = {}
_MENDS: list[tuple[re.Pattern[str], Callable[[Call], None]]] = []
_REPAIRS: list[tuple[re.Pattern[str], Callable[[Call, str], None]]] = []
lock = threading.RLock()  # moto locks nothing, and two requests may mend one thing at once


def answer_instead(call: Call) -> Answer | None:
    """Our answer, or None when moto shall give it, from a state that was mended."""
    name = f"{call.service}:{call.operation}"
    with lock:
        if name in _INSTEAD:
            return _INSTEAD[name](call)
        for pattern, mend in _MENDS:
            if pattern.fullmatch(name):
                mend(call)
    return None


def repair(call: Call, response: Response) -> None:
    """What is left to put right once moto has answered a write."""
    if response.status_code >= 300:
        return
    for pattern, put_right in _REPAIRS:
        if pattern.fullmatch(f"{call.service}:{call.operation}"):
            with lock:
                put_right(call, response.get_data(as_text=True))


def instead_of(name: str) -> Callable[[Callable[[Call], Answer]], Callable[[Call], Answer]]:
    def register(answer: Callable[[Call], Answer]) -> Callable[[Call], Answer]:
        _INSTEAD[name] = answer
        return answer

    return register


def before(names: str) -> Callable[[Callable[[Call], None]], Callable[[Call], None]]:
    def register(mend: Callable[[Call], None]) -> Callable[[Call], None]:
        _MENDS.append((re.compile(names), mend))
        return mend

    return register


def after(
    names: str,
) -> Callable[[Callable[[Call, str], None]], Callable[[Call, str], None]]:
    """For what makes a key of AWS's own: a key that came with a read would make reads differ."""

    def register(put_right: Callable[[Call, str], None]) -> Callable[[Call, str], None]:
        _REPAIRS.append((re.compile(names), put_right))
        return put_right

    return register
