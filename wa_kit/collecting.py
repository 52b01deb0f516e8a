"""Collecting from one account: it is opened, tried by a preflight, or read whole.

Which account and which regions are settled before the first row is read. Nothing here judges, and
nothing is written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Sequence

import msgspec

from wa_kit import archive, permissions
from wa_kit.aws import Caller, Gate, Reader, attempt, open_gate
from wa_kit.evidence import COLLECTORS, HOME, gather
from wa_kit.model import (
    Account,
    Evidence,
    KitError,
    Look,
    NotRead,
    Region,
    Row,
    account_arn,
)
from wa_kit.planning import Plan, Request, plan
from wa_kit.wording import plural
from wa_kit.written import did_you_mean

NOBODY = "000000000000"  # the account of a review that has none: the people's half alone


class Progress:
    """Told what happens. The base class keeps quiet."""

    def stage(self, words: str) -> None:
        """A stage begins."""

    def collecting(self, total: int) -> None:
        """So many looks will be taken."""

    def looked(self, look: Look) -> None:
        """One look is done."""


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What was collected, and how: all that judging and archiving need."""

    evidence: Evidence
    account: str
    caller: str
    partition: str
    regions: tuple[str, ...]
    started: dt.datetime
    collected: dt.datetime  # when AWS began to be asked: earlier, if it is judged again
    simulation: bool
    calls: dict[str, int]
    derived_from: archive.Link | None = None  # the run it is judged again from
    supposed: dt.datetime | None = None  # the day it is judged for, where somebody named one


def read_account(request: Request, planned: Plan, progress: Progress) -> Body:
    """Everything the checks need, from AWS, and nothing else."""
    started = dt.datetime.now(dt.UTC)
    progress.stage("Opening the account")
    gate, caller = open_account(request, planned)
    with gate:
        regions = scope(request, planned, gate, caller)
        places = plural(len(regions), "region")
        progress.stage(f"Reading account {caller.account} in {places}")
        evidence = collect(gate, caller, regions, planned.tables, progress)
        return Body(
            evidence=evidence,
            account=caller.account,
            caller=caller.arn,
            partition=caller.partition,
            regions=regions,
            started=started,
            collected=started,
            simulation=gate.simulation,
            calls=dict(sorted(gate.calls.items())),
        )


def open_account(request: Request, planned: Plan) -> tuple[Gate, Caller]:
    """Raises ``KitError`` when the credentials open another account than the one meant."""
    account = request.account
    if account is None and len(planned.workload.accounts) == 1:
        account = planned.workload.accounts[0]
    if account is not None and not re.fullmatch(r"\d{12}", account):
        raise KitError(f"--account {account!r} is no account id: it takes twelve digits")
    gate, caller = open_gate(
        profile=request.profile,
        role=request.role or planned.workload.role or None,
        external_id=request.external_id or planned.workload.external_id or None,
        account=account,
        region=request.regions[0] if request.regions else None,
        endpoint_url=request.endpoint_url,
        max_rate=request.max_rate,
        review=planned.workload.name,
    )
    declared = planned.workload.accounts
    if declared and caller.account not in declared:
        gate.stop()
        raise KitError(
            f"These credentials open account {caller.account}, which {planned.workload_file} does "
            f"not list ({', '.join(declared)}). Nothing was read.",
            4,
        )
    return gate, caller


def scope(request: Request, planned: Plan, gate: Gate, caller: Caller) -> tuple[str, ...]:
    """The regions to look at: those asked for, else the workload's, else every enabled one."""
    home = HOME.get(caller.partition, "us-east-1")
    reader = Reader(gate, caller.account, home, caller.partition)
    listed = attempt(lambda: reader.get("ec2", "describe_regions", "Regions", AllRegions=True))
    asked = request.regions or (() if request.all_regions else planned.workload.regions)
    left_out = {entry.region for entry in planned.workload.out_of_scope}
    if isinstance(listed, NotRead):
        if asked:
            return tuple(dict.fromkeys(asked))
        raise KitError(
            f"The regions of account {caller.account} could not be listed: {listed}. "
            "Name them with --region.",
            4,
        )
    enabled = {r["RegionName"] for r in listed if r.get("OptInStatus") != "not-opted-in"}
    known = {r["RegionName"] for r in listed}
    for region in asked:
        if region not in known:
            hint = did_you_mean(region, known) or f"There are: {', '.join(sorted(known))}."
            raise KitError(f"There is no region {region!r}. {hint}")
        if region not in enabled:
            raise KitError(
                f"Region {region} is not enabled in account {caller.account}. Leave it out; it "
                "holds nothing."
            )
    return tuple(dict.fromkeys(asked)) or tuple(sorted(enabled - left_out))


def collect(
    gate: Gate,
    caller: Caller,
    regions: Sequence[str],
    tables: Collection[type[Row]],
    progress: Progress,
) -> Evidence:
    """Some tables in some regions, with the progress told look by look."""
    places = (len(regions) if COLLECTORS[t].scope == "region" else 1 for t in tables)
    progress.collecting(sum(places))
    return gather(
        gate,
        caller.account,
        regions,
        tables,
        partition=caller.partition,
        on_look=progress.looked,
    )


def nothing_read(account: str, regions: Sequence[str]) -> Evidence:
    """Evidence of an account that nobody looked at."""
    arn = account_arn(account)
    rows: list[Row] = [Account(arn=arn, account=account, region="global")]
    rows += [Region(arn=arn, account=account, region=r, name=r) for r in regions]
    return Evidence(rows)


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What a preflight found."""

    account: str
    caller: str
    regions: tuple[str, ...]
    probes: tuple[permissions.Probe, ...]

    @property
    def missing(self) -> list[tuple[permissions.Probe, NotRead]]:
        """What a review would not be able to read."""
        return [(p, why) for p in self.probes for why in p.not_read if why.reason.not_read]

    @property
    def not_knowable(self) -> list[tuple[permissions.Probe, NotRead]]:
        """What AWS tells nobody."""
        return [(p, why) for p in self.probes for why in p.not_read if not why.reason.not_read]


def preflight(request: Request, progress: Progress | None = None) -> Ready:
    """Whether a review could read what it needs, and how many calls it would take."""
    said = progress or Progress()
    planned = plan(request)
    gate, caller = open_account(request, planned)
    with gate:
        regions = scope(request, planned, gate, caller)
        said.stage(f"Trying account {caller.account} in {plural(len(regions), 'region')}")
        probes = permissions.preflight(
            gate, caller.account, caller.partition, regions, planned.tables
        )
    return Ready(account=caller.account, caller=caller.arn, regions=regions, probes=tuple(probes))
