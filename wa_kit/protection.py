"""Levels of protection, the classification of data, and which key a reference means. Pure.

``none < owned < aws-managed < customer``, and ``hsm`` and ``xks`` as customer keys whose material
lies elsewhere. ``unusable`` is a key that can decrypt nothing at present.
"""

from __future__ import annotations

import fnmatch
from contextlib import suppress
from functools import cache
from typing import Any, ClassVar, Protocol

import msgspec

from wa_kit.evidence.kms import KmsKey
from wa_kit.model import (
    Context,
    DataStore,
    Encrypted,
    NotRead,
    Row,
    Rows,
    Unread,
    Verdict,
    fails,
    not_knowable,
    passes,
)

RANK = {
    "unusable": -1,
    "none": 0,
    "sse-c": 1,  # protected, by a key that nobody here can show
    "owned": 1,
    "aws-managed": 2,
    "customer": 3,
    "hsm": 3,
    "xks": 3,
}
REQUIRABLE = ("none", "owned", "aws-managed", "customer")
UNUSABLE_STATES = ("Disabled", "PendingDeletion", "PendingImport", "Unavailable")
_BY_ORIGIN = {"AWS_CLOUDHSM": "hsm", "EXTERNAL_KEY_STORE": "xks"}

IN_WORDS = {
    "none": "not encrypted",
    "owned": "encrypted with a key that AWS owns",
    "aws-managed": "encrypted with an AWS managed key",
    "customer": "encrypted with a customer managed key",
    "hsm": "encrypted with a customer managed key in CloudHSM",
    "xks": "encrypted with a customer managed key held outside AWS",
    "sse-c": "encrypted with keys the customer sends along",
    "unusable": "encrypted with a key that cannot be used",
}


class View:
    """Something made of whole tables, once, for every check that asks for it by its type."""

    reads: ClassVar[tuple[type[Row], ...]] = ()

    def __init__(self, *tables: Rows[Any]) -> None:
        raise NotImplementedError


class Level(msgspec.Struct, frozen=True):
    """How well something is protected, and by which key."""

    name: str
    key: str | None = None  # the key's ARN where it is known, else the reference
    because: str = ""

    @property
    def in_words(self) -> str:
        return self.because or IN_WORDS[self.name]

    def reaches(self, required: str) -> bool:
        return RANK[self.name] >= RANK[required]


class KeyRing(View):
    """Resolves key references: id, ARN, alias name, alias ARN, ``mrk-`` ids."""

    reads = (KmsKey,)

    def __init__(self, keys: Rows[KmsKey]) -> None:
        self._keys = keys

    def find(self, reference: str, account: str, region: str) -> KmsKey | None:
        """The key of this account that ``reference`` means, seen from ``region``.

        ``None`` when there is no such key here, or it is another account's. Raises ``Unread``
        when that cannot be told.
        """
        parts = reference.split(":", 5)
        if len(parts) == 6:
            owner, place, name = parts[4], parts[3], parts[5]
            if owner != account:
                return None
        else:
            place, name = region, reference
        if name.startswith("alias/"):
            return self._by_alias(place, name)
        key_id = name.removeprefix("key/")
        for key in self._keys.once(_by_place).get((place, key_id), ()):
            return key
        self._keys.in_region(place)  # "no such key" is only known of a table that was read
        return None

    def _by_alias(self, region: str, alias: str) -> KmsKey | None:
        found = self._keys.once(_aliases).get((region, alias))
        if found is None:  # only sure where every key, and the aliases of every key, were read
            for key in self._keys.in_region(region):
                key.aliases  # noqa: B018  raises where they were not
        return found

    def level(self, thing: Encrypted) -> Level:
        """How well ``thing`` is protected. Raises ``Unread`` where that hangs on what was refused.

        A key of another account is a customer key: AWS managed keys cannot be shared.
        """
        if thing.encryption != "kms":
            return Level(thing.encryption)
        if thing.kms_key is None:
            return Level("aws-managed")
        return self.key_level(thing.kms_key, thing.account, thing.region)

    def key_level(self, reference: str, account: str, region: str) -> Level:
        """The level a key reference gives, seen from ``account`` and ``region``."""
        if "alias/aws/" in reference:
            return Level("aws-managed", reference)
        owner = foreign_account(reference, account)
        if owner:
            because = f"encrypted with a customer managed key of account {owner}"
            return Level("customer", reference, because)
        key = self.find(reference, account, region)
        if key is None:
            return Level("unusable", reference, f"encrypted with {reference}, which is gone")
        if key.customer_managed and key.state in UNUSABLE_STATES:
            because = f"encrypted with {key.name or key.arn}, which is {key.state}"
            return Level("unusable", key.arn, because)
        if not key.customer_managed:
            return Level("aws-managed", key.arn)
        return Level(_BY_ORIGIN.get(key.origin, "customer"), key.arn)


def _by_place(keys: Rows[KmsKey]) -> dict[tuple[str, str], list[KmsKey]]:
    found: dict[tuple[str, str], list[KmsKey]] = {}
    for key in keys.seen():
        found.setdefault((key.region, key.arn.rpartition("/")[2]), []).append(key)
    return found


def _aliases(keys: Rows[KmsKey]) -> dict[tuple[str, str], KmsKey]:
    found: dict[tuple[str, str], KmsKey] = {}
    for key in keys.seen():
        with suppress(Unread):  # refused in a region that nobody has asked about yet
            found |= {(key.region, alias): key for alias in key.aliases}
    return found


def foreign_account(reference: str, account: str) -> str | None:
    """The other account that a key ARN belongs to, or ``None``."""
    parts = reference.split(":", 5)
    owner = parts[4] if len(parts) == 6 else account
    return owner if owner != account else None


class KeyUsers(View):
    """The key-to-resource map, from what was collected anyway: no call of its own.

    It knows what a store uses now. Older objects and archives may hang on earlier keys.
    """

    reads = (Encrypted, KmsKey)

    def __init__(self, things: Rows[Encrypted], keys: Rows[KmsKey]) -> None:
        ring = KeyRing(keys)
        self._blind: dict[str, NotRead] = dict(things.failed)  # region -> why, or "global"
        self.by_key: dict[str, list[Encrypted]] = {}  # key ARN, else the reference -> its users
        for thing in things.seen():
            try:
                if thing.kms_key is not None:
                    self.by_key.setdefault(_named(thing, ring), []).append(thing)
            except Unread as unread:
                where = "global" if thing.key_may_be_elsewhere else thing.region
                self._blind.setdefault(where, unread.not_read)

    def not_read(self, key: KmsKey) -> NotRead | None:
        """Why there may be more users of ``key`` than are known; ``None`` where there are not.

        A store and its key share a region, but for the few whose class says otherwise.
        """
        return self._blind.get("global") or self._blind.get(key.region)

    def known(self, key: KmsKey) -> list[Encrypted]:
        """What was read to use ``key``. There may be more where ``not_read`` says why."""
        return self.by_key.get(key.arn, [])

    def all(self, key: KmsKey) -> list[Encrypted]:
        """What uses ``key``. Raises ``Unread`` where that was not read whole."""
        known = self.known(key)
        if why := self.not_read(key):
            parts = (why.detail, f"known to use this key so far: {len(known)}")
            raise Unread(msgspec.structs.replace(why, detail="; ".join(filter(None, parts))))
        return known


def _named(thing: Encrypted, ring: KeyRing) -> str:
    """The ARN of the key that protects ``thing``; the reference where the key is not here."""
    reference = str(thing.kms_key)
    if ":key/" in reference:  # an ARN says which key it is, even of one that was not read
        return reference
    key = ring.find(reference, thing.account, thing.region)
    return key.arn if key else reference


class Classification(msgspec.Struct, frozen=True):
    """What people say a data store holds, and the level this asks for.

    ``value`` is empty where nobody said; ``required`` is ``None`` for a value no rule knows.
    """

    value: str
    required: str | None


class Tagged(Protocol):
    """What a classification can be said of."""

    @property
    def arn(self) -> str: ...
    @property
    def tags(self) -> dict[str, str]: ...


def classify(store: Tagged, context: Context) -> Classification:
    """From workload.yaml, else from the first classification tag found, in any case."""
    value = ""
    for pattern, said in context.classifications.items():
        if fnmatch.fnmatchcase(store.arn, pattern):
            value = said
            break
    else:
        tags = {name.lower(): text for name, text in store.tags.items()}
        for name in _lowered(context.classification_tags):
            if found := tags.get(name, "").strip():
                value = found
                break
    return Classification(value, context.required_levels.get(value.lower()))


@cache
def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in names)


def judge_level(store: DataStore, keys: KeyRing, context: Context) -> Verdict:
    """Whether ``store`` is protected as its classification requires: one rule for all stores."""
    level = keys.level(store)
    data = classify(store, context)
    said = {
        "level": level.name,
        "required_level": data.required,
        "classification": data.value or None,
        "key": level.key,
    }
    if data.required is None:
        return not_knowable(
            f"it is {level.in_words}; what {data.value!r} requires is not said in workload.yaml",
            **said,
        )
    asks = f"{data.value!r} data asks for" if data.value else "unclassified data asks for"
    wants = f"{asks} the level {data.required}"
    if level.reaches(data.required):
        return passes(f"it is {level.in_words}; {wants}", **said)
    return fails(f"it is {level.in_words}, but {wants}", **said)
