"""One account of a thousand resources, read by the kit and by plain boto3."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchmarks.clients import THREADS
from benchmarks.figures import Figure, child
from benchmarks.replay import replayed
from wa_kit.aws import CALLS_A_SECOND, SLOWER

RESOURCES = 1_200  # seeded, beside those of the demo's company
LATENCY = 0.03  # seconds a call
TIMES = 3  # in turns, plain boto3 and the kit; the median counts


def figures(folder: Path, recorded: dict[str, Any]) -> list[Figure]:
    turns = [(_run(folder, "plain"), _run(folder, "kit", "no-limits")) for _ in range(TIMES)]
    plain, kit = (_median(runs) for runs in zip(*turns, strict=True))
    limited = _run(folder, "kit")
    made, needed = recorded["made"], recorded["needed"]
    plain_call = plain["cpu"] / plain["calls"]
    processor, waiting = kit["calls"] * plain_call, kit["calls"] * LATENCY / THREADS
    lookups = (recorded["lookups"] - 1) / SLOWER["cloudtrail", "lookup_events"]
    politeness = recorded["busiest"] / CALLS_A_SECOND
    floor = max(processor, waiting)
    return [
        Figure("calls made / calls needed", made / needed, 1.05, how=f"{made} / {needed}"),
        Figure(
            "collecting / floor, all limits of rate lifted",
            kit["wall"] / floor,
            1.5,
            how=f"{kit['wall']:.2f} s / max({processor:.2f} s CPU, {waiting:.2f} s waiting)",
        ),
        Figure(
            "collecting / floor, as shipped",
            limited["wall"] / max(floor, politeness, lookups),
            1.5,
            how=f"{limited['wall']:.2f} s / max({floor:.2f} s, {politeness:.2f} s politeness, "
            f"{lookups:.2f} s for {recorded['lookups']} LookupEvents in one region)",
        ),
        Figure(
            "CPU a call, collecting and judging / plain boto3",
            kit["cpu"] / kit["calls"] / plain_call,
            1.4,
            how=f"{1000 * kit['cpu'] / kit['calls']:.2f} ms / {1000 * plain_call:.2f} ms "
            f"(judging {1000 * (kit['cpu'] - kit['collecting_cpu']) / kit['calls']:.2f} ms of it)",
        ),
        Figure("memory at its peak, collecting and judging", kit["peak_mb"], 150, "MB"),
        Figure(
            "the replaying server's CPU / plain boto3's (below 1: it is not waited for)",
            plain["server_cpu"] / plain["cpu"],
            None,
            how=f"plain boto3 took {plain['wall']:.2f} s",
        ),
    ]


def _run(folder: Path, way: str, *options: str) -> dict[str, float]:
    with replayed(folder / "recording.pickle", LATENCY) as (endpoint, server):
        took = child("benchmarks.clients", way, endpoint, str(folder), *options)
    if server["unknown"]:
        raise SystemExit(f"calls of {way} that were never recorded: {server['unknown'][:5]}")
    return took | {"server_cpu": server["cpu"]}


def _median(runs: Iterable[dict[str, float]]) -> dict[str, float]:
    listed = list(runs)
    return {name: statistics.median(run[name] for run in listed) for name in listed[0]}
