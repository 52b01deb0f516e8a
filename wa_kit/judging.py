"""Judging: evidence and checks -> findings. Pure; the clock is the context's.

A check gets guarded rows, the judged one and every joined one: a field that was not read raises,
and the finding is ``unknown`` with the operation and the permission that was missing.
"""

from __future__ import annotations

import gc
import shlex
import string
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import attrgetter
from types import FunctionType, MethodType
from typing import Any, Literal, TypeVar

import msgspec

from wa_kit.checks import Check
from wa_kit.evidence import tables_for
from wa_kit.model import (
    Attestation,
    Context,
    Encrypted,
    Evidence,
    Finding,
    Look,
    NotRead,
    Outcome,
    R,
    Reason,
    Row,
    Rows,
    Unread,
    Verdict,
    account_arn,
    finding_id,
)
from wa_kit.protection import View
from wa_kit.wording import plural

V = TypeVar("V", bound=View)
_LONGEST_READ = 300  # characters of a value quoted in a finding; the whole lies in evidence/


class Guarded:
    """A row whose unread fields raise ``Unread``, also inside its own properties and methods.

    What was read of the thing itself is noted in ``_noted``, field by field.
    """

    __slots__ = ("_noted", "_row")

    def __init__(self, row: Row, noted: dict[str, Any]) -> None:
        self._row = row
        self._noted = noted

    def __getattr__(self, name: str) -> Any:
        row = self._row
        member = getattr(type(row), name)
        if isinstance(member, property) and member.fget:
            return member.fget(self)
        return MethodType(member, self) if isinstance(member, FunctionType) else member

    @property  # type: ignore[misc]  # isinstance() sees the row: a check may ask which store it has
    def __class__(self) -> Any:
        return type(self._row)


@cache
def _guard_of(kind: type[Row]) -> type[Guarded]:
    """``Guarded`` with the fields of one table as properties: checks read millions of them."""
    fields = {name: _guarded_field(name) for name in kind.__struct_fields__}
    fields |= {name: property(attrgetter(f"_row.{name}")) for name in Row.__struct_fields__}
    return type(f"Guarded{kind.__name__}", (Guarded,), {"__slots__": (), **fields})


def _guarded_field(name: str) -> property:
    whose = attrgetter(name)

    def read(guarded: Guarded) -> Any:
        value = whose(guarded._row)
        if type(value) is NotRead:
            raise Unread(value)
        guarded._noted[name] = value
        return value

    return property(read)


def guarded(row: Row) -> Any:
    """``row`` itself where all of it was read, else behind a guard."""
    return _guard_of(type(row))(row, {}) if row.unread else row


def judge(
    evidence: Evidence,
    checks: Collection[Check],
    context: Context,
    questions: Mapping[str, Sequence[str]] | None = None,
) -> list[Finding]:
    """Every check's verdict on every row it judges, and ``unknown`` where we could not look.

    ``questions`` maps a check's id to the questions it supports. The order is stable.
    """
    judging = _Judging(evidence, context, questions or {})
    by_id = sorted(checks, key=attrgetter("id"))
    with _no_cycles_sought():
        return [finding for check in by_id for finding in judging.by(check)]


def joined(evidence: Evidence, kind: type[R]) -> Rows[R]:
    """A table, or all of a shared base, as checks get it: guarded, and silent on nothing."""
    tables = tables_for([kind])
    failed = {
        _blinded(kind, table, look): look.not_read
        for table in tables
        for look in _failed(evidence, table)
        if look.not_read
    }
    looked = {look.region for table in tables for look in evidence.looks_at(table)}
    rows = [guarded(row) for row in evidence.of(kind)]
    return Rows(rows, failed, looked if tables else None)


def viewed(evidence: Evidence, kind: type[V]) -> V:
    """A view as checks get it: its rows are guarded, and it knows what was not read."""
    return kind(*(joined(evidence, table) for table in kind.reads))


def _failed(evidence: Evidence, table: type[Row]) -> list[Look]:
    """Looks at a table that ended early; a table nobody looked at counts as one, of no account."""
    looks = evidence.looks_at(table)
    if not looks:
        never = NotRead(Reason.NOT_COLLECTED)
        return [Look(table=table.__name__, account="", region="global", not_read=never)]
    return [look for look in looks if look.not_read]


@contextmanager
def _no_cycles_sought() -> Iterator[None]:
    """Findings hold no cycles; looking for some took a third of the time of many rows."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.freeze()  # and back: what was made counts as old, and is not looked through at once
            gc.unfreeze()
            gc.enable()


class _Judging:
    """One judging of one body of evidence: the joined tables and views are made once."""

    def __init__(
        self, evidence: Evidence, context: Context, questions: Mapping[str, Sequence[str]]
    ) -> None:
        self._evidence = evidence
        self._context = context
        self._questions = {check: tuple(asked) for check, asked in questions.items()}
        self._in_order: dict[type[Row], list[Row]] = {}
        self._rows: dict[type[Row], Rows[Any]] = {}
        self._views: dict[type[View], View] = {}
        self._lines: dict[str, dict[int, str]] = {}  # template -> row -> line
        self._at: dict[str, dict[str, str]] = {}  # table -> region -> when
        self._counts: dict[type[Row], Counter[str]] = {}  # rows of a table by region
        self._rested: dict[tuple[str, str], dict[str, Any]] = {}  # check, region -> tables
        for look in evidence.looks:
            self._at.setdefault(look.table, {})[look.region] = look.at

    def by(self, check: Check) -> list[Finding]:
        """What ``check`` says, by place and resource: the order in which its rows come anyway."""
        others: dict[str, Any] = {n: self._joined(kind) for n, kind in check.joins.items()}
        others |= {n: self._view(kind) for n, kind in check.views.items()}
        if check.wants_context:
            others[check.wants_context] = self._context
        found = [
            self._verdict(check, row, others)
            for row in self._judged(check.judges)
            if check.about is None or _is_about(check.about, row)
        ]
        not_looked = [
            self._not_looked(check, look, table)
            for table in tables_for([check.judges])
            for look in _failed(self._evidence, table)
        ]
        if not_looked:
            return sorted(found + not_looked, key=attrgetter("account", "region", "resource"))
        return found

    def _judged(self, kind: type[Row]) -> list[Row]:
        """The rows of ``kind`` in the order of findings."""
        if kind not in self._in_order:
            order = attrgetter("account", "region", "arn")
            self._in_order[kind] = sorted(self._evidence.of(kind), key=order)
        return self._in_order[kind]

    def _joined(self, kind: type[Row]) -> Rows[Any]:
        if kind not in self._rows:
            self._rows[kind] = joined(self._evidence, kind)
        return self._rows[kind]

    def _view(self, kind: type[View]) -> View:
        if kind not in self._views:
            self._views[kind] = kind(*(self._joined(table) for table in kind.reads))
        return self._views[kind]

    def _verdict(self, check: Check, row: Row, others: dict[str, Any]) -> Finding:
        noted: dict[str, Any] = {}
        not_read: NotRead | None = None
        try:
            verdict = check.function(_guard_of(type(row))(row, noted), **others)
        except Unread as unread:
            not_read = unread.not_read
            verdict = Verdict(Outcome.UNKNOWN, str(not_read), not_read.reason)
        attested = isinstance(row, Attestation)
        read = self._read(row, noted)
        if not read and not attested and verdict.outcome in (Outcome.PASS, Outcome.FAIL):
            read = self._rests_on(check, row.region)
        kind = "Kit::Role" if isinstance(row, Attestation) and row.is_role else row.resource_type
        return self._finding(
            check,
            verdict,
            not_read,
            row.account,
            row.region,
            row.service,
            kind,
            row.arn,
            row.name,
            read,
            "" if attested else self._see(check.see or row.see, row),
            "attestation" if attested else "evidence",
        )

    def _not_looked(self, check: Check, look: Look, table: type[Row]) -> Finding:
        assert look.not_read
        account = look.account or self._context.account
        verdict = Verdict(
            Outcome.UNKNOWN,
            f"{table.__name__} was not read whole: {look.not_read}",
            look.not_read.reason,
        )
        return self._finding(
            check,
            verdict,
            look.not_read,
            account=account,
            region=look.region,
            service=table.service,
            resource_type="Kit::Table",
            resource=f"{account_arn(account)}#{table.__name__}",
            name=table.__name__,
        )

    def _finding(
        self,
        check: Check,
        verdict: Verdict,
        not_read: NotRead | None,
        account: str,
        region: str,
        service: str,
        resource_type: str,
        resource: str,
        name: str,
        read: dict[str, Any] | None = None,
        see: str = "",
        source: Literal["evidence", "attestation"] = "evidence",
    ) -> Finding:
        return Finding(
            finding=finding_id(check.id, account, region, resource),
            check=check.id,
            questions=self._questions.get(check.id, ()),
            severity=verdict.severity or check.severity,
            outcome=verdict.outcome,
            reason=verdict.reason,
            operation=(not_read.operation or None) if not_read else None,
            action=(not_read.action or None) if not_read else None,
            account=account,
            region=region,
            service=service,
            resource_type=resource_type,
            resource=resource,
            name=name,
            level=verdict.level,
            required_level=verdict.required_level,
            classification=verdict.classification,
            key=verdict.key,
            read=read or {},
            see=see,
            because=verdict.because,
            remediation=check.remedy if verdict.outcome is Outcome.FAIL else "",
            source=source,
        )

    def _see(self, template: str, row: Row) -> str:
        """Made once for all the checks of a row."""
        lines = self._lines.setdefault(template, {})
        line = lines.get(id(row))
        if line is None:
            line = lines[id(row)] = cli_line(template, row)
        return line

    def _read(self, row: Row, noted: dict[str, Any]) -> dict[str, Any]:
        """What a check read of a row, and when AWS said it."""
        read = {name: _short(value) for name, value in noted.items()}
        if read and (at := self._looked_at(type(row).__name__, row.region)):
            read["at"] = at
        return read

    def _rests_on(self, check: Check, region: str) -> dict[str, Any]:
        """Where a verdict rests on other rows alone: how many of which tables, and as of when."""
        known = self._rested.get((check.id, region))
        if known is None:
            views = (kind for view in check.views.values() for kind in view.reads)
            kinds = dict.fromkeys([*check.joins.values(), *views])
            known = {kind.__name__: self._counted(kind, region) for kind in kinds}
            if at := max((self._looked_at(name, region) for name in known), default=""):
                known["at"] = at
            self._rested[check.id, region] = known
        return known

    def _counted(self, kind: type[Row], region: str) -> str:
        if kind not in self._counts:
            self._counts[kind] = Counter(row.region for row in self._evidence.of(kind))
        counts = self._counts[kind]
        return plural(counts.total() if region == "global" else counts[region], "row")

    def _looked_at(self, table: str, region: str) -> str:
        at = self._at.get(table, {})
        known = at.get(region) or at.get("global")
        return known or (max(at.values(), default="") if region == "global" else "")


def _is_about(about: str, row: Row) -> bool:
    """Whether a row attests the subject, or one below it: ``raci`` has ``raci/practices/...``."""
    return isinstance(row, Attestation) and f"{row.subject}/".startswith(f"{about}/")


def _blinded(kind: type[Row], table: type[Row], look: Look) -> str:
    """The region of which a failed look leaves a join blind."""
    if kind is not table and issubclass(table, Encrypted) and table.key_may_be_elsewhere:
        return "global"
    return look.region


def _short(value: Any) -> Any:
    """``value`` as JSON has it, or its beginning where it is long."""
    if type(value) is str and len(value) <= _LONGEST_READ:
        return value
    if not value or type(value) in (bool, int):
        return value
    plain = msgspec.to_builtins(value)
    if isinstance(plain, (str, list, dict)):
        text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
        if len(text) > _LONGEST_READ:
            return f"{text[:_LONGEST_READ]}... ({len(text)} characters; whole in evidence/)"
    return plain


def cli_line(template: str, row: Row) -> str:
    """The AWS CLI line that shows a row, its values quoted for a shell."""
    values = {name: shlex.quote(str(getattr(row, name))) for name in _names_in(template)}
    return template.format_map(values)


@cache
def _names_in(template: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in string.Formatter().parse(template) if name)
