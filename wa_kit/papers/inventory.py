"""The draft of a key inventory: every key of the customer's, who holds it, and what it protects.

Whom a key lets in is told by its policy alone; what it protects, by the resources that name it now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from wa_kit.charts import customer_managed, rotation
from wa_kit.evidence import tables_for
from wa_kit.evidence.kms import KmsKey
from wa_kit.judging import viewed
from wa_kit.markdown import Md, code, table
from wa_kit.model import Encrypted, NotRead
from wa_kit.papers.sources import Sources, unread_table, value
from wa_kit.protection import KeyUsers
from wa_kit.review.holders import DECRYPT, RULE, whom
from wa_kit.review.words import place
from wa_kit.suggestions import listing, owners_of

ARTEFACT = "key-inventory"
_KEYS = 500
_USERS = 10


def told(sources: Sources) -> dict[str, Any]:
    keys = sorted(sources.evidence.of(KmsKey), key=lambda key: (key.region, key.name, key.arn))
    ours = [key for key in keys if customer_managed(key) is not False]
    shown, left = ours[:_KEYS], len(ours) - _KEYS
    users = viewed(sources.evidence, KeyUsers)
    gaps = sources.unread([KmsKey, *tables_for([Encrypted])])
    return {
        "document": sources.document(ARTEFACT),
        "looked": bool(sources.evidence.looks_at(KmsKey)) or bool(keys),
        "number": len(ours),
        "by_aws": len(keys) - len(ours),
        "more": f"And {left:,} more in evidence/KmsKey.jsonl." if left > 0 else "",
        "keys": _keys(sources, shown) if ours else "",
        "held": _held(shown) if ours else "",
        "used": _used(shown, users) if ours else "",
        "gaps": unread_table(gaps) if gaps else "",
    }


def _keys(sources: Sources, keys: list[KmsKey]) -> Md:
    rules = {entry.match: entry.owner for entry in sources.workload.owners}
    owners = owners_of(sources.evidence, sources.context, rules)
    rows = (
        (
            *_named(key),
            owners.get(key.arn) or _nobody(key),
            _manager(key),
            value(key.spec),
            value(key.origin),
            rotation(key),
            value(key.state),
        )
        for key in keys
    )
    columns = ("Key", "Where", "Id", "Owner", "Managed by", "Spec", "Origin", "Rotation", "State")
    return table(columns, rows)


def _named(key: KmsKey) -> tuple[str, str, Md]:
    id_ = key.arn.rpartition("/")[2]
    aliases = [] if isinstance(key.aliases, NotRead) else key.aliases
    return listing(aliases) or "no alias seen", place(key.region), code(id_)


def _nobody(key: KmsKey) -> str:
    return "not read" if isinstance(key.tags, NotRead) else "nobody named"


def _manager(key: KmsKey) -> str:
    return "not read" if customer_managed(key) is None else "the customer"


def _held(keys: list[KmsKey]) -> Md:
    rows = ((*_named(key), _who(key, RULE), _who(key, DECRYPT)) for key in keys)
    return table(("Key", "Where", "Id", "Can administer, disable or delete", "Can decrypt"), rows)


def _who(key: KmsKey, actions: tuple[str, ...]) -> str:
    names = whom(key, actions)
    return names if isinstance(names, str) else "; ".join(names) or "nobody"


def _used(keys: list[KmsKey], users: KeyUsers) -> Md:
    rows = ((*_named(key), *_uses(key, users)) for key in keys)
    return table(("Key", "Where", "Id", "Protects", "Namely"), rows)


def _uses(key: KmsKey, users: KeyUsers) -> Iterator[str]:
    """How many of each kind, and their names; where not all could be read, that is said."""
    known = sorted(users.known(key), key=lambda one: (one.service, one.name or one.arn))
    kinds = Counter(one.service for one in known)
    counted = "; ".join(f"{service}: {number}" for service, number in sorted(kinds.items()))
    whole = users.not_read(key) is None
    nothing = "nothing that was read"
    if whole:
        yield counted or nothing
    else:
        yield f"{counted or nothing}; not everything could be read"
    names = [f"{one.name or one.arn} ({place(one.region)})" for one in known]
    left = len(names) - _USERS
    yield "; ".join(names[:_USERS]) + (f"; and {left} more" if left > 0 else "")
