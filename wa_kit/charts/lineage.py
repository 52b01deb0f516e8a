"""The way of each backup: what it saves, which plan made it, where it lies, which key opens it.

It says what AWS answered. What was not read, and what no answer of AWS tells, has words of its own.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping

import msgspec

from wa_kit.charts.figure import (
    NO_KEY,
    NO_USE,
    NOBODY,
    NOT_READ,
    OTHERS_KEY,
    UNTOLD,
)
from wa_kit.charts.flows import Flows
from wa_kit.charts.placing import Flow, Stop
from wa_kit.charts.told import bare, joined
from wa_kit.evidence.backup import BackupPlan, BackupVault, RecoveryPoint
from wa_kit.evidence.ec2 import EbsSnapshot, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.rds import AutomatedBackup, DbCluster, DbInstance, RdsSnapshot
from wa_kit.judging import guarded
from wa_kit.model import Encrypted, Evidence, NotRead, Unread
from wa_kit.protection import KeyRing, foreign_account
from wa_kit.shown import Table
from wa_kit.wording import listing

COLUMNS = ("What is saved", "Plan", "Vault", "Key", "Copy of it")
_GONE = ("EXPIRED", "DELETING")
_MOST_NAMED = 8  # sources that are drawn by name; more are drawn by their kind
_MOST_ROWS = 2_500
_BY_HAND = {"manual": Stop("made by hand", NOBODY), "automated": Stop("by RDS itself, every day")}


class Backup(msgspec.Struct, frozen=True):
    """One backup on its way, or several that nobody could read one by one."""

    service: str
    source: str  # what it saves, by name
    plan: Stop
    place: Stop
    region: str
    key: Stop
    copy: Stop
    made: dt.datetime | None = None
    number: int = 1


def backups(evidence: Evidence) -> list[Backup]:
    """Every backup that was seen: recovery points, snapshots and automated backups."""
    reading = _Reading(evidence)
    points = [p for p in evidence.of(RecoveryPoint) if not _left_out(p)]
    known = {point.arn for point in points}  # a recovery point of EBS or RDS is a snapshot too
    return [
        *map(reading.point, points),
        *(reading.ebs(s) for s in evidence.of(EbsSnapshot) if s.arn not in known),
        *(reading.rds(s) for s in evidence.of(RdsSnapshot) if s.arn not in known),
        *map(reading.automated, evidence.of(AutomatedBackup)),
    ]


def _left_out(point: RecoveryPoint) -> bool:
    """What is on its way out, and what only groups other points."""
    return point.status in _GONE or point.composite is True


def lineage(evidence: Evidence) -> Flows:
    """Backups by what they save, plan, place, key and copy."""
    found = backups(evidence)
    named = len({(b.service, b.source) for b in found}) <= _MOST_NAMED
    counts: Counter[Flow] = Counter()
    for backup in found:
        counts[_flow(backup, named)] += backup.number
    title = "Backups by what they save, plan, vault, key and copy"
    return Flows(title, "backups", COLUMNS, counts, _table(title, found))


def _flow(backup: Backup, named: bool) -> Flow:
    source = Stop(f"{backup.service} {backup.source}" if named else backup.service)
    if backup.service == NOT_READ:
        source = Stop("not read", NOT_READ)
    return (source, backup.plan, backup.place, backup.key, backup.copy)


def _table(chart: str, found: list[Backup]) -> Table:
    groups: dict[tuple[str, ...], list[Backup]] = {}
    for b in found:
        way = (b.service, b.source, b.plan.name, b.place.name, b.region, b.key.name, b.copy.name)
        groups.setdefault(way, []).append(b)
    shown = sorted(groups.items())[:_MOST_ROWS]
    title = f"{chart}: the figures"
    if len(shown) < len(groups):
        title += f" (the first {len(shown):,} of {len(groups):,} ways; all backups in evidence/)"
    rows = (
        (
            f"{service} {source}",
            plan,
            f"{place}, {region}",
            key,
            copy,
            sum(b.number for b in some),
            _newest(some),
        )
        for (service, source, plan, place, region, key, copy), some in shown
    )
    columns = (*COLUMNS, "Backups", "Newest")
    return Table(title, columns, rows, numbers=["Backups"], fold_over=12, kind="lineage")


def _newest(found: list[Backup]) -> str:
    made = [backup.made for backup in found if backup.made]
    return max(made).date().isoformat() if made else ""


class _Reading:
    """What one body of evidence tells about backups."""

    def __init__(self, evidence: Evidence) -> None:
        self._keys = joined(evidence, KmsKey)
        self._ring = KeyRing(self._keys)
        self._key_names = {key.arn: bare(key.name or key.arn) for key in evidence.of(KmsKey)}
        self._plans = {plan.arn: plan.name for plan in evidence.of(BackupPlan)}
        self._volumes = {v.volume_id: v.name for v in evidence.of(EbsVolume)}
        self._sources = {row.arn: row.name for row in _databases(evidence)}
        self._copies = _copies(evidence)
        self._blind = _blind(evidence)
        self._held = {
            (v.region, v.name): v.recovery_points
            for v in evidence.of(BackupVault)
            if isinstance(v.recovery_points, int)
        }
        self._seen = Counter(
            (p.region, p.vault)
            for p in evidence.of(RecoveryPoint)
            if not isinstance(p.source, NotRead)
        )
        self._replicas = {
            (b.resource_id, b.source_region): b.region
            for b in evidence.of(AutomatedBackup)
            if b.region != b.source_region
        }

    def point(self, point: RecoveryPoint) -> Backup:
        place = Stop(point.vault)
        if isinstance(point.source, NotRead):
            dark = Stop("not read", NOT_READ)
            number = self._unread_in(point)
            return Backup(NOT_READ, "", dark, place, point.region, dark, dark, number=number)
        return Backup(
            point.source_type,
            self._called(point.source),
            self._plan(point),
            place,
            point.region,
            self._key(point, point.encrypted is None),
            self._copy(point),
            point.created,
        )

    def _unread_in(self, point: RecoveryPoint) -> int:
        """How many backups one row stands for that was refused: the vault says how many it has."""
        where = (point.region, point.vault)
        return max(self._held.get(where, 0) - self._seen[where], 1)

    def _called(self, source: str | None) -> str:
        if not source:
            return "unnamed"
        arn = source.split(":", 5)
        name = arn[-1].rpartition("/")[2] if "/" in arn[-1] else arn[-1].rpartition(":")[2]
        return self._sources.get(source) or self._volumes.get(name) or name

    def _plan(self, point: RecoveryPoint) -> Stop:
        if isinstance(point.plan, NotRead):
            return Stop("not read", NOT_READ)
        if point.plan is None:
            return Stop("none named", NOBODY)
        return Stop(self._plans.get(point.plan) or point.plan.rpartition(":")[2])

    def _copy(self, point: RecoveryPoint) -> Stop:
        if isinstance(point.copied_from, NotRead):
            return Stop("not read", NOT_READ)
        if point.copied_from:
            return Stop(f"is a copy, from {_vault(point.copied_from, point.account)}")
        vault = (point.region, point.vault, point.source or "")
        if copies := self._copies.get(vault):
            return Stop(f"in {listing(sorted(copies))}")
        if self._blind:
            return Stop(f"none seen; {listing(self._blind)} not read", NOT_READ)
        return Stop("none seen", NOBODY)

    def ebs(self, snapshot: EbsSnapshot) -> Backup:
        volume = snapshot.volume_id
        if isinstance(volume, NotRead):
            volume = "unnamed"
        plan = Stop("AWS does not say", UNTOLD)
        return self._snapshot(snapshot, "EBS", self._volumes.get(volume, volume), plan)

    def rds(self, snapshot: RdsSnapshot) -> Backup:
        made_by, source = snapshot.made_by, snapshot.source
        if isinstance(made_by, NotRead) or isinstance(source, NotRead):
            return self._snapshot(snapshot, "RDS", snapshot.name, Stop("not read", NOT_READ))
        plan = _BY_HAND.get(made_by, Stop("AWS Backup, by a plan not read", NOT_READ))
        return self._snapshot(snapshot, "RDS", source, plan)

    def _snapshot(
        self, snapshot: EbsSnapshot | RdsSnapshot, service: str, source: str, plan: Stop
    ) -> Backup:
        return Backup(
            service,
            source,
            plan,
            Stop(f"none: {service} snapshot", NOBODY),
            snapshot.region,
            self._key(snapshot),
            Stop("AWS does not say", UNTOLD),
        )

    def automated(self, backup: AutomatedBackup) -> Backup:
        replica = self._replicas.get((backup.resource_id, backup.region))
        copy = Stop(f"in {replica}") if replica else Stop("none seen", NOBODY)
        if backup.source_region != backup.region:
            copy = Stop(f"is a copy, from {backup.source_region}")
        return Backup(
            "RDS",
            backup.name,
            _BY_HAND["automated"],
            Stop("none: RDS automated backup", NOBODY),
            backup.region,
            self._key(backup),
            copy,
        )

    def _key(self, thing: Encrypted, untold: bool = False) -> Stop:
        if untold:
            return Stop("AWS does not say", UNTOLD)
        try:
            level = self._ring.level(guarded(thing))
        except Unread:
            return Stop("not read", NOT_READ)
        if level.name == "none":
            return Stop("not encrypted", NO_KEY)
        if level.name == "owned":
            return Stop("a key that AWS owns")
        if level.name == "unusable":
            because = level.because.removeprefix("encrypted with ").replace(", which is", ",")
            return Stop(bare(because), NO_USE)
        if level.key and (owner := foreign_account(level.key, thing.account)):
            return Stop(f"a key of account {owner}", OTHERS_KEY)
        if level.name == "aws-managed":
            return Stop(self._key_names.get(level.key or "", "the AWS managed key"))
        return Stop(self._key_names.get(level.key or "", level.key or ""))


def _databases(evidence: Evidence) -> Iterator[DbInstance | DbCluster]:
    yield from evidence.of(DbInstance)
    yield from evidence.of(DbCluster)


def _copies(evidence: Evidence) -> Mapping[tuple[str, str, str], set[str]]:
    """Where copies lie: region and vault they were copied from, and what they save."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for point in evidence.of(RecoveryPoint):
        if isinstance(point.copied_from, str) and not _left_out(point):
            arn = point.copied_from.split(":")
            key = (arn[3], arn[-1], point.source or "")
            found.setdefault(key, set()).add(f"{point.vault}, {point.region}")
    return found


def _vault(arn: str, account: str) -> str:
    parts = arn.split(":")
    owner = f", account {parts[4]}" if parts[4] != account else ""
    return f"{parts[-1]}, {parts[3]}{owner}"


def _blind(evidence: Evidence) -> list[str]:
    """Regions whose recovery points were not read, so that a copy may lie there."""
    looks = evidence.looks_at(RecoveryPoint)
    refused = {look.region for look in looks if look.not_read}
    return sorted(refused | {p.region for p in evidence.of(RecoveryPoint) if "source" in p.unread})
