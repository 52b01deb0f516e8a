"""Reading for a second look: a few regions first, and evidence that says so.

Whatever a check wants to know of the regions that were not read is unknown, never "nothing
there"; then they are read too.
"""

from __future__ import annotations

from msgspec.structs import replace

from wa_kit import collecting
from wa_kit.aws import Caller, Gate
from wa_kit.checks import Check
from wa_kit.collecting import Progress
from wa_kit.evidence import COLLECTORS, row_order
from wa_kit.looking.parts import Asked, Seen
from wa_kit.looking.places import joined
from wa_kit.model import Encrypted, Evidence, Look, NotRead, Reason, Row

ELSEWHERE = "elsewhere"  # stands for the regions that were not read


def narrowed(check: Check, evidence: Evidence, regions: tuple[str, ...]) -> Evidence:
    """The evidence of a few regions that says so: whoever needs the others is told."""
    partial = {table.__name__ for table in COLLECTORS if _regional(table)}
    wanted = {table.__name__ for table in joined(check)} & partial
    looks: list[Look] = []
    for one in evidence.looks:
        here = regions if one.region == "global" and one.table in partial else (one.region,)
        looks += [replace(one, region=region) for region in here]
    account = evidence.looks[0].account if evidence.looks else ""
    not_here = NotRead(Reason.NOT_COLLECTED, detail="the other regions were not read")
    looks += [
        Look(table=name, account=account, region=ELSEWHERE, not_read=not_here)
        for name in sorted(wanted)
    ]
    return Evidence(evidence.rows, looks)


def _regional(table: type[Row]) -> bool:
    """Buckets lie in regions too, though one list names them all."""
    return COLLECTORS[table].scope == "region" or issubclass(table, Encrypted)


def widened(asked: Asked, seen: Seen, gate: Gate, caller: Caller, progress: Progress) -> Seen:
    """With the other regions, and every table that the check can need."""
    others = [region for region in seen.scope if region not in seen.regions]
    more = [table for table in asked.check.needs if table not in seen.tables]
    progress.stage(f"The verdict needs more: reading {', '.join(others or seen.regions)} too")
    rest = [table for table in seen.tables if _regional(table)]
    parts = [seen.evidence]
    if others and rest:
        parts.append(collecting.collect(gate, caller, others, rest, progress))
    if more:
        parts.append(collecting.collect(gate, caller, seen.scope, more, progress))
    rows = {row_order(row): row for part in parts for row in part.rows}
    looks = [look for part in parts for look in part.looks if look.region != ELSEWHERE]
    return replace(
        seen,
        evidence=Evidence([rows[place] for place in sorted(rows)], looks),
        regions=seen.scope,
        tables=tuple(asked.check.needs),
    )
