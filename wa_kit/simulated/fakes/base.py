"""What every fake shares: finding the method of an operation, and real pages."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Sequence
from typing import Any

from botocore import xform_name

from wa_kit.simulated.wire import Call, Refused

Item = dict[str, Any]


class Fake:
    """One service of one account. Public methods are operations: (region, asked) -> answer."""

    paging: tuple[str, str] = ("MaxResults", "NextToken")
    most = 100  # items a page when the caller does not say

    def __init__(self, account: str, now: dt.datetime) -> None:
        self.account, self.now = account, now
        self._page_size: int | None = None

    def answer(self, call: Call, page_size: int | None) -> Item | None:
        """The answer to a call, or None when this operation is moto's."""
        method = getattr(self, xform_name(call.operation), None) if call.operation else None
        if method is None:
            return None
        self._page_size = page_size
        answered: Item = method(call.region, call.asked)
        return answered

    def page(self, name: str, items: Sequence[Item], asked: Item) -> Item:
        """One page of ``items`` under ``name``, with the token of the next one."""
        size_key, token_key = self.paging
        start = _start(asked[token_key]) if asked.get(token_key) else 0
        size = min(asked.get(size_key) or self.most, self._page_size or self.most)
        answered: Item = {name: list(items[start : start + size])}
        if start + size < len(items):
            answered[token_key] = base64.b64encode(f"from {start + size}".encode()).decode()
        return answered


def _start(token: str) -> int:
    try:
        return int(base64.b64decode(token, validate=True).decode().removeprefix("from "))
    except (binascii.Error, ValueError) as error:
        raise Refused("InvalidNextTokenException", "This token is not one of ours") from error
