"""What the tests of collectors share: tables filled from a simulated estate, or a plain moto."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boto3

from wa_kit.aws import Gate
from wa_kit.evidence import gather
from wa_kit.model import Evidence, Row

REGION, ELSEWHERE = "eu-west-1", "us-east-1"


def collect(
    endpoint: str,
    account: str,
    *tables: type[Row],
    regions: Sequence[str] = (REGION, ELSEWHERE),
    calls: list[str] | None = None,
) -> Evidence:
    """Everything that ``tables`` hold. ``calls`` receives the operations, once each."""
    session = boto3.Session("testing", "testing", region_name=REGION)
    with Gate(session, endpoint_url=endpoint) as gate:
        evidence = gather(gate, account, regions, tables)
        if calls is not None:
            calls += sorted(gate.calls.elements())
    return evidence


def row(evidence: Evidence, table: type[Row], name: str) -> Any:
    """The one row of ``table`` that people call ``name``."""
    (found,) = [row for row in evidence.of(table) if row.name == name]
    return found


def reasons(evidence: Evidence, table: type[Row]) -> set[str]:
    """Why looks at ``table`` ended early."""
    return {look.not_read.reason.value for look in evidence.looks_at(table) if look.not_read}
