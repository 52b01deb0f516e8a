"""Collectors: the code that turns AWS answers into rows.

One file per AWS service, named as boto3 names it. Each holds its row types and the generators
that fill them. Nothing here judges.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, Literal

import msgspec

from wa_kit.aws import Gate, Reader, Stopped
from wa_kit.model import (
    Account,
    Evidence,
    Look,
    NotRead,
    R,
    Reason,
    Region,
    Row,
    Unread,
    account_arn,
)

Scope = Literal["region", "global"]
Fetch = Callable[[Reader], Iterator[Row]]
HOME = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
_TABLES_AT_ONCE = 32


class Collector(msgspec.Struct, frozen=True):
    """How one table is filled, and the IAM actions this takes."""

    table: type[Row]
    scope: Scope
    actions: tuple[str, ...]
    fetch: Fetch


COLLECTORS: dict[type[Row], Collector] = {}


def collects(
    table: type[R], *actions: str, scope: Scope = "region"
) -> Callable[[Callable[[Reader], Iterator[R]]], Callable[[Reader], Iterator[R]]]:
    """Register a generator as the way to fill ``table``.

    ``actions`` are the IAM actions it needs, all of them: no other call goes out, and
    ``wa-kit policy`` prints them. A ``global`` table is filled once, not once a region.
    """

    def register(fetch: Callable[[Reader], Iterator[R]]) -> Callable[[Reader], Iterator[R]]:
        COLLECTORS[table] = Collector(table, scope, tuple(sorted(actions)), fetch)
        return fetch

    return register


def tables_for(kinds: Iterable[type[Row]]) -> list[type[Row]]:
    """The collected tables that ``kinds`` mean: a shared base means each of its tables."""
    wanted = tuple(kinds)
    return sorted((t for t in COLLECTORS if issubclass(t, wanted)), key=lambda t: t.__name__)


def gather(
    gate: Gate,
    account: str,
    regions: Sequence[str],
    tables: Collection[type[Row]],
    *,
    partition: str = "aws",
    on_look: Callable[[Look], None] = lambda look: None,
) -> Evidence:
    """Fill ``tables`` in every region, at once. A refusal is a look with its reason.

    Stops the gate and raises on Ctrl-C.
    """
    rows: list[Row] = [Account(arn=account_arn(account), account=account, region="global")]
    rows += [Region(arn=account_arn(account), account=account, region=r, name=r) for r in regions]
    looks: list[Look] = []
    pool = ThreadPoolExecutor(_TABLES_AT_ONCE, thread_name_prefix="table")
    futures: list[Future[tuple[list[Row], Look]]] = []
    try:
        longest_first = sorted(tables, key=lambda table: COLLECTORS[table].scope != "global")
        for collector in (COLLECTORS[table] for table in longest_first):
            for region in regions if collector.scope == "region" else ["global"]:
                where = HOME.get(partition, "us-east-1") if region == "global" else region
                reader = Reader(
                    gate, account, where, partition, collector.actions, regions=frozenset(regions)
                )
                futures.append(pool.submit(_fill, collector, reader, region))
        for future in as_completed(futures):
            found, look = future.result()
            rows += found
            looks.append(look)
            on_look(look)
    except BaseException:
        gate.stop()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
    return Evidence(sorted(rows, key=row_order), sorted(looks, key=look_order))


def row_order(row: Row) -> tuple[str, ...]:
    return (type(row).__name__, row.arn, row.region)


def look_order(look: Look) -> tuple[str, ...]:
    return (look.table, look.region)


def _fill(collector: Collector, reader: Reader, region: str) -> tuple[list[Row], Look]:
    """The rows of one table in one region. Keeps what came before a refusal."""
    rows: list[Row] = []
    refusal: NotRead | None = None
    at = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    try:
        for row in collector.fetch(reader):
            if reader.covers(row.region) or row.region == "global":
                rows.append(valid(row))
    except Unread as unread:
        refusal = unread.not_read
    except Stopped:
        refusal = NotRead(Reason.NOT_COLLECTED, detail="the run was stopped")
    look = Look(
        table=collector.table.__name__,
        account=reader.account,
        region=region,
        at=at,
        found=len(rows),
        operations=tuple(sorted(reader.operations)),
        not_read=refusal,
    )
    return rows, look


def valid(row: R) -> R:
    """``row`` as its types say; a value of another kind becomes a ``NotRead``."""
    if not row.unread:
        try:
            return msgspec.json.decode(msgspec.json.encode(row), type=type(row))
        except msgspec.ValidationError:
            pass
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(type(row)):
        value = getattr(row, field.name)
        if type(value) is not NotRead:
            try:
                value = msgspec.convert(msgspec.to_builtins(value), field.type, strict=False)
            except msgspec.ValidationError as error:
                value = NotRead(Reason.MALFORMED, detail=f"{field.name}: {error}")
        fields[field.name] = value
    return type(row)(**fields)


for _module in iter_modules(__path__, f"{__name__}."):
    import_module(_module.name)  # importing a collector registers it
