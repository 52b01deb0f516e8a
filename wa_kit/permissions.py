"""The policy a run needs, and whether it is there: ``wa-kit policy`` and ``wa-kit preflight``.

The policy is what the collectors declare, and no more: the call gate refuses any other call.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal, TypeVar

import msgspec

from wa_kit.aws import Answer, Gate, Reader
from wa_kit.evidence import COLLECTORS, HOME
from wa_kit.model import NotRead, Row, Unread

S = TypeVar("S")
T = TypeVar("T")

MANAGED_POLICY_LIMIT = 6144  # characters of a managed policy, white space not counted
ALWAYS = ("ec2:DescribeRegions", "sts:GetCallerIdentity")  # before the first table is filled
Format = Literal["json", "cloudformation", "terraform"]


def actions(tables: Iterable[type[Row]]) -> list[str]:
    """Every IAM action that filling ``tables`` takes."""
    declared = (action for table in tables for action in COLLECTORS[table].actions)
    return sorted({*declared, *ALWAYS})


def documents(needed: Collection[str]) -> list[dict[str, Any]]:
    """``needed`` as policy documents, each short enough for AWS to accept."""
    found: list[dict[str, Any]] = []
    waiting: list[str] = []
    for action in sorted(needed):
        if len(_minified(_document([*waiting, action]))) > MANAGED_POLICY_LIMIT:
            found.append(_document(waiting))
            waiting = []
        waiting.append(action)
    return [*found, _document(waiting)]


def _document(allowed: list[str]) -> dict[str, Any]:
    statement = {"Sid": "WaKitReads", "Effect": "Allow", "Action": allowed, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}


def _minified(document: Any) -> str:
    return json.dumps(document, separators=(",", ":"))


def render(found: list[dict[str, Any]], form: Format) -> str:
    """The documents as text to paste: JSON, a CloudFormation template, or Terraform."""
    if form == "json":
        return json.dumps(found[0] if len(found) == 1 else found, indent=2)
    if form == "cloudformation":
        resources = {
            f"WaKitReads{number}": {
                "Type": "AWS::IAM::ManagedPolicy",
                "Properties": {
                    "Description": "What a wa-kit review reads. It writes nothing.",
                    "PolicyDocument": document,
                },
            }
            for number, document in enumerate(found, 1)
        }
        return json.dumps(
            {"AWSTemplateFormatVersion": "2010-09-09", "Resources": resources}, indent=2
        )
    blocks = (
        f'resource "aws_iam_policy" "wa_kit_reads_{number}" {{\n'
        f'  name        = "wa-kit-reads-{number}"\n'
        f'  description = "What a wa-kit review reads. It writes nothing."\n'
        f"  policy      = <<-POLICY\n{json.dumps(document, indent=2)}\n  POLICY\n}}"
        for number, document in enumerate(found, 1)
    )
    return "\n\n".join(blocks)


class Probe(msgspec.Struct, frozen=True, kw_only=True):
    """One table tried in one region before a run: whole listing, one detail."""

    table: str
    region: str
    calls: int  # that a run will take, from what the listing holds
    not_read: tuple[NotRead, ...]


class Sampling(Reader):
    """A reader that asks for the details of one item only, and counts what the rest would take."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.count = _Count()

    def at(self, region: str) -> Sampling:
        elsewhere = Sampling(self.gate, self.account, region, self.partition, self.declared)
        elsewhere.count, elsewhere.regions = self.count, self.regions
        return elsewhere

    def each(self, items: Iterable[S], ask: Callable[[S], T], clients: int = 1) -> Iterator[T]:
        listed = list(items)
        if listed:
            before = self.count.made
            yield ask(listed[0])
            self.count.more += (self.count.made - before) * (len(listed) - 1)

    def _call(self, service: str, operation: str, arguments: dict[str, Any]) -> Answer:
        self.count.made += 1
        return super()._call(service, operation, arguments)


class _Count:
    made = 0
    more = 0


def preflight(
    gate: Gate,
    account: str,
    partition: str,
    regions: Sequence[str],
    tables: Iterable[type[Row]],
    on_probe: Callable[[], None] = lambda: None,
) -> list[Probe]:
    """Try every table in every region: what is refused, and how many calls a run will take."""
    places = [
        (table, region)
        for table in tables
        for region in (regions if COLLECTORS[table].scope == "region" else ["global"])
    ]

    def probe(place: tuple[type[Row], str]) -> Probe:
        found = _probe(gate, account, partition, regions, *place)
        on_probe()
        return found

    with ThreadPoolExecutor(16, thread_name_prefix="table") as pool:
        return list(pool.map(probe, places))


def _probe(
    gate: Gate,
    account: str,
    partition: str,
    regions: Sequence[str],
    table: type[Row],
    region: str,
) -> Probe:
    where = HOME.get(partition, "us-east-1") if region == "global" else region
    collector = COLLECTORS[table]
    reader = Sampling(gate, account, where, partition, collector.actions)
    reader.regions = tuple(regions)
    refused: set[NotRead] = set()
    try:
        for row in collector.fetch(reader):
            refused.update(row.unread.values())
    except Unread as unread:
        refused.add(unread.not_read)
    return Probe(
        table=table.__name__,
        region=region,
        calls=reader.count.made + reader.count.more,
        not_read=tuple(sorted(refused, key=str)),
    )
