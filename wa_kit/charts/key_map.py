"""Which key protects what: keys, with their trouble in words, and the kinds of resource they open.

It knows what a resource uses now. Older objects and archives may hang on earlier keys.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping

import msgspec

from wa_kit.charts.figure import NO_USE, NOT_READ, OPEN_KEY, OTHERS_KEY
from wa_kit.charts.flows import Flows
from wa_kit.charts.placing import Flow, Stop
from wa_kit.charts.told import bare, customer_managed, kind_of
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import viewed
from wa_kit.model import Encrypted, Evidence, NotRead
from wa_kit.protection import UNUSABLE_STATES, KeyUsers, foreign_account
from wa_kit.shown import Table
from wa_kit.wording import listing

OURS, AWS_KEY, PROTECTS = "Customer managed key", "AWS managed key", "What it protects"
_MOST_ROWS = 1_000
_UNKNOWN = Stop("key not read", NOT_READ)


class Protected(msgspec.Struct, frozen=True):
    """One key, by its ARN or as AWS refers to it, and how many of each kind it protects."""

    key: Stop
    region: str
    services: Counter[str]
    kinds: Counter[str]
    names: tuple[str, ...]


def key_map(evidence: Evidence, public: Collection[str] = ()) -> Flows:
    """Keys and what each protects. ``public`` are the ARNs of keys that anybody may use."""
    found = protected(evidence, public)
    counts: Counter[Flow] = Counter()
    for one in found:
        for service, number in one.services.items():
            counts[one.key, Stop(service, PROTECTS)] += number
    title = "Resources by the key that protects them"
    columns = ("Key", "What it protects")
    return Flows(title, "resources", columns, counts, _table(title, found), most=12)


def protected(evidence: Evidence, public: Collection[str] = ()) -> list[Protected]:
    """Every key that protects something, those in trouble first, then those of most resources."""
    users = viewed(evidence, KeyUsers)
    keys = {key.arn: key for key in evidence.of(KmsKey)}
    found = [
        _protected(_stop(ref, things[0].account, keys, public), _region(ref, things), things)
        for ref, things in users.by_key.items()
    ]
    if unknown := _unread(evidence, users):
        found.append(_protected(_UNKNOWN, "", unknown))
    return sorted(found, key=lambda one: (_rank(one.key), -one.kinds.total(), one.key.name))


def _protected(key: Stop, region: str, things: list[Encrypted]) -> Protected:
    names = tuple(sorted({thing.name or thing.arn for thing in things}))
    services = Counter(thing.service for thing in things)
    return Protected(key, region, services, Counter(map(kind_of, things)), names)


def _rank(key: Stop) -> int:
    order = (NO_USE, OPEN_KEY, NOT_READ, OTHERS_KEY, OURS, AWS_KEY)
    return order.index(key.mark)


def _unread(evidence: Evidence, users: KeyUsers) -> list[Encrypted]:
    """What may be protected by a key that nobody could name."""
    placed = {(thing.arn, thing.region) for things in users.by_key.values() for thing in things}
    return [
        row
        for row in evidence.of(Encrypted)
        if row.kms_key is not None and (row.arn, row.region) not in placed
    ]


def _region(reference: str, things: list[Encrypted]) -> str:
    parts = reference.split(":", 5)
    return parts[3] if len(parts) == 6 else things[0].region


def _stop(
    reference: str, account: str, keys: Mapping[str, KmsKey], public: Collection[str]
) -> Stop:
    """A key by its name, with what is wrong with it."""
    key, owner = keys.get(reference), foreign_account(reference, account)
    if owner:
        return Stop(f"{bare(reference)} of account {owner}", OTHERS_KEY)
    if "alias/aws/" in reference:
        return Stop(bare(reference), AWS_KEY)
    if key is None:
        return Stop(f"{bare(reference)}, not seen", NOT_READ)
    name, ours = bare(key.name or key.arn), customer_managed(key)
    if ours is None or isinstance(key.state, NotRead):
        return Stop(f"{name}, state not read", NOT_READ)
    if ours and key.state in UNUSABLE_STATES:
        return Stop(f"{name}, {key.state}", NO_USE)
    if key.arn in public:
        return Stop(f"{name}, open to anybody", OPEN_KEY)
    return Stop(name, OURS if ours else AWS_KEY)


def _table(chart: str, found: list[Protected]) -> Table:
    title = f"{chart}: the figures"
    if len(found) > _MOST_ROWS:
        title += f" (the first {_MOST_ROWS:,} of {len(found):,} keys)"
    rows = (
        (
            one.key.name,
            one.region,
            one.key.mark,
            "; ".join(f"{kind}: {number:,}" for kind, number in sorted(one.kinds.items())),
            _named(one.names),
            one.kinds.total(),
        )
        for one in found[:_MOST_ROWS]
    )
    columns = ("Key", "Region", "State", "What it protects", "By name", "Resources")
    return Table(title, columns, rows, numbers=["Resources"], fold_over=12, kind="key-map")


def _named(names: tuple[str, ...], most: int = 5) -> str:
    more = len(names) - most
    return f"{', '.join(names[:most])} and {more:,} more" if more > 0 else listing(names)
