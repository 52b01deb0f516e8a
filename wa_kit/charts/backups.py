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
from wa_kit.charts.placing import Stop
from wa_kit.charts.told import bare
from wa_kit.evidence.backup import BackupPlan, BackupVault, RecoveryPoint
from wa_kit.evidence.ec2 import EbsSnapshot, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.rds import AutomatedBackup, DbCluster, DbInstance, RdsSnapshot
from wa_kit.judging import guarded, joined
from wa_kit.model import Encrypted, Evidence, NotRead, Unread
from wa_kit.protection import KeyRing, foreign_account
from wa_kit.wording import listing

_GONE = ("EXPIRED", "DELETING")
_NEEDED = {"source", "source_type", "vault", "status", "encrypted", "composite", "created"}
UNREAD = Stop("not read", NOT_READ)
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
        points = evidence.of(RecoveryPoint)
        self._seen = Counter((p.region, p.vault) for p in points if "source" not in p.unread)
        self._replicas = {
            (b.resource_id, b.source_region): b.region
            for b in evidence.of(AutomatedBackup)
            if b.region != b.source_region
        }

    def point(self, point: RecoveryPoint) -> Backup:
        if point.unread.keys() & _NEEDED:
            place = UNREAD if isinstance(point.vault, NotRead) else Stop(point.vault)
            number = self._unread_in(point)
            return Backup(NOT_READ, "", UNREAD, place, point.region, UNREAD, UNREAD, number=number)
        return Backup(
            point.source_type,
            self._called(point.source),
            self._plan(point),
            Stop(point.vault),
            point.region,
            self._key(point, point.encrypted is None),
            self._copy(point),
            point.created,
        )

    def _unread_in(self, point: RecoveryPoint) -> int:
        """How many backups a refused row stands for: its vault says how many it has."""
        if not point.arn.endswith("#recovery-points"):
            return 1
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
            return UNREAD
        if point.plan is None:
            return Stop("none named", NOBODY)
        return Stop(self._plans.get(point.plan) or point.plan.rpartition(":")[2])

    def _copy(self, point: RecoveryPoint) -> Stop:
        if isinstance(point.copied_from, NotRead):
            return UNREAD
        if point.copied_from:
            account, region, vault = _vault(point.copied_from)
            there = [vault, region, f"account {account}" if account != point.account else ""]
            return Stop(f"is a copy, from {', '.join(filter(None, there))}")
        if copies := self._copies.get((point.region, point.vault, point.source or "")):
            return Stop(f"copies in {listing(sorted(copies))}")
        if self._blind:
            return Stop(f"none seen; {listing(self._blind)} not read", NOT_READ)
        return Stop("none seen", NOBODY)

    def ebs(self, snapshot: EbsSnapshot) -> Backup:
        volume = snapshot.volume_id
        source = "unnamed" if isinstance(volume, NotRead) else self._volumes.get(volume, volume)
        return self._snapshot(snapshot, "EBS", source, Stop("AWS does not say", UNTOLD))

    def rds(self, snapshot: RdsSnapshot) -> Backup:
        made_by, source = snapshot.made_by, snapshot.source
        if isinstance(made_by, NotRead) or isinstance(source, NotRead):
            return self._snapshot(snapshot, "RDS", snapshot.name, UNREAD)
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
        copy = Stop(f"copies in {replica}") if replica else Stop("none seen", NOBODY)
        if isinstance(backup.source_region, NotRead):
            copy = UNREAD
        elif backup.source_region != backup.region:
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
            return UNREAD
        words, key = bare(level.in_words.removeprefix("encrypted with ")), level.key or ""
        if level.name == "none":
            return Stop(words, NO_KEY)
        if level.name == "unusable":
            return Stop(words.replace(", which is", ","), NO_USE)
        if owner := foreign_account(key, thing.account):
            return Stop(f"a key of account {owner}", OTHERS_KEY)
        return Stop(self._key_names.get(key) or bare(key) or words)


def _databases(evidence: Evidence) -> Iterator[DbInstance | DbCluster]:
    yield from evidence.of(DbInstance)
    yield from evidence.of(DbCluster)


def _copies(evidence: Evidence) -> Mapping[tuple[str, str, str], set[str]]:
    """Where copies lie: region and vault they were copied from, and what they save."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for point in evidence.of(RecoveryPoint):
        if isinstance(point.copied_from, str) and not (
            _left_out(point) or "source" in point.unread
        ):
            _, region, vault = _vault(point.copied_from)
            where = f"{point.vault}, {point.region}"
            found.setdefault((region, vault, point.source or ""), set()).add(where)
    return found


def _vault(arn: str) -> tuple[str, str, str]:
    """The account, the region and the name of a vault."""
    parts = arn.split(":", 6)
    return (parts[4], parts[3], parts[6]) if len(parts) == 7 else ("", "", arn)


def _blind(evidence: Evidence) -> list[str]:
    """Regions whose recovery points were not read, so that a copy may lie there."""
    looks = evidence.looks_at(RecoveryPoint)
    refused = {look.region for look in looks if look.not_read}
    return sorted(refused | {p.region for p in evidence.of(RecoveryPoint) if "source" in p.unread})
