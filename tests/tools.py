"""What tests share: literal rows judged through the real judge."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS
from wa_kit.judging import judge
from wa_kit.model import (
    Account,
    Context,
    Evidence,
    Finding,
    Look,
    NotRead,
    Reason,
    Region,
    Row,
    account_arn,
)

ACCOUNT = "111122223333"
REGION = "eu-west-1"
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
CONTEXT = Context(now=NOW, account=ACCOUNT, regions=(REGION, "us-east-1"))
HERE = {"account": ACCOUNT, "region": REGION}
DENIED = NotRead(Reason.DENIED, "svc:Operation", "svc:Action")
ACCOUNT_ROW = Account(arn=account_arn(ACCOUNT), account=ACCOUNT, region="global")
REGION_ROW = Region(arn=account_arn(ACCOUNT), account=ACCOUNT, region=REGION, name=REGION)


def arn(service: str, resource: str, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


def looks(
    denied: Iterable[type[Row]] = (), regions: Iterable[str] = (REGION, "us-east-1")
) -> list[Look]:
    """A successful look at every table in every region, but for the ``denied`` ones."""
    refused = set(denied)
    return [
        Look(
            table=table.__name__,
            account=ACCOUNT,
            region=region,
            at="2026-11-01T12:00:00+00:00",
            not_read=DENIED if table in refused else None,
        )
        for table, collector in COLLECTORS.items()
        for region in (regions if collector.scope == "region" else ["global"])
    ]


def findings(
    check: str, *rows: Row, context: Context = CONTEXT, denied: Iterable[type[Row]] = ()
) -> list[Finding]:
    """What one check says of ``rows``, which are all there is."""
    return judge(Evidence(rows, looks(denied)), [CHECKS[check]], context)


def finding(
    check: str,
    row: Row,
    *others: Row,
    context: Context = CONTEXT,
    denied: Iterable[type[Row]] = (),
) -> Finding:
    """What one check says of ``row``, beside ``others``."""
    found = findings(check, row, *others, context=context, denied=denied)
    (one,) = [f for f in found if (f.resource, f.region) == (row.arn, row.region)]
    return one


def outcome(check: str, row: Row, *others: Row, **more: object) -> str:
    return finding(check, row, *others, **more).outcome.value  # type: ignore[arg-type]
