"""Findings, questions and evidence as Parquet files with typed columns, for those who count.

A folder: findings.parquet, questions.parquet, and evidence/<Table>.parquet for each table of which
something was seen. Names and texts are as AWS and people gave them.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import msgspec

from wa_kit import archive
from wa_kit.model import Finding, KitError, NotRead, Row
from wa_kit.suggestions import Suggestion, Summary


def write(run: Path, file: Path) -> None:
    """Raises ``KitError`` where pyarrow is missing."""
    _pyarrow()
    evidence = archive.load_evidence(run)
    summary = archive.load_json(run, "summary.json", Summary)
    (file / "evidence").mkdir(parents=True)
    _write(file / "findings.parquet", Finding, archive.load_findings(run))
    _write(file / "questions.parquet", Suggestion, summary.questions)
    for kind, rows in evidence.tables.items():
        _write(file / "evidence" / f"{kind.__name__}.parquet", kind, rows)


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ImportError as error:
        raise KitError("A Parquet file needs PyArrow: pip install 'wa-kit[data]'") from error
    return pyarrow


def _write(path: Path, kind: type[msgspec.Struct], rows: Sequence[msgspec.Struct]) -> None:
    """One table. A field that was not read is null, and named in the column ``not_read``."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = {}
    for field in msgspec.structs.fields(kind):
        type_ = _type(field.type)
        values = [_plain(getattr(row, field.name), type_) for row in rows]
        columns[field.name] = pa.array(values, type_)
    if issubclass(kind, Row):
        unread = [[(name, str(why)) for name, why in _unread(row).items()] for row in rows]
        columns["not_read"] = pa.array(unread, pa.map_(pa.string(), pa.string()))
    parquet.write_table(pa.table(columns), path, compression="zstd")


def _unread(row: Any) -> dict[str, NotRead]:
    found: dict[str, NotRead] = row.unread
    return found


def _type(kind: Any) -> Any:
    """The Arrow type of a field; JSON text for what has no simple one."""
    import pyarrow as pa

    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _type(inside[0])
    if origin in (Union, types.UnionType):
        return _type(next(part for part in inside if part is not types.NoneType))
    if origin in (list, tuple) and inside[0] is str:
        return pa.list_(pa.string())
    if origin is dict and inside[1] in (str, int):
        return pa.map_(pa.string(), _type(inside[1]))
    simple = {
        bool: pa.bool_(),
        int: pa.int64(),
        float: pa.float64(),
        dt.datetime: pa.timestamp("us", "UTC"),
        dt.date: pa.date32(),
    }
    return pa.string() if origin is Literal else simple.get(kind, pa.string())


def _plain(value: Any, type_: Any) -> Any:
    """A value as a column of that type takes it."""
    import pyarrow as pa

    if isinstance(value, NotRead):
        return None
    if value is None or isinstance(value, (bool, int, float, dt.date)):
        return value
    if pa.types.is_map(type_):
        return list(value.items())
    if pa.types.is_list(type_):
        return list(value)
    return str(value) if isinstance(value, str) else msgspec.json.encode(value).decode()
