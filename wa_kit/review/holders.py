"""Whom each customer managed key lets decrypt, administer and in from outside, by its policy alone.

IAM policies are not read here: where a key policy hands the decision to IAM, that is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wa_kit.charts import customer_managed
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import NotRead
from wa_kit.policies import Grant, Policy, PolicyError, Principal, Trust, grants, outsiders
from wa_kit.policies.kms import is_own_root
from wa_kit.review.material import Material
from wa_kit.review.words import named, region
from wa_kit.shown import Child, Html, Parts, Table, bullets, el
from wa_kit.suggestions import plural

DECRYPT = ("kms:Decrypt", "kms:ReEncryptFrom")
RULE = ("kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:PutKeyPolicy")
BY_IAM = "IAM policies decide"
ON_CONDITIONS = ", on conditions"
_UNNAMED = ("nobody", "not read", "the policy makes no sense")


def holders(material: Material) -> Parts:
    """A key a row."""
    keys = [key for key in material.keys if customer_managed(key) is not False]
    if not keys:
        return Parts(el("p", "No customer managed key was seen.", class_="nothing"))
    shown = keys[: material.extent.keys]
    title = "Customer managed keys, and whom their policies let in"
    if len(shown) < len(keys):
        title += f" (the first {len(shown):,} of {len(keys):,})"
    columns = (
        "Key",
        "Region",
        "Can decrypt",
        "Can administer, disable or delete it",
        "Outside the account",
    )
    others = len(material.keys) - len(keys)
    return Parts(
        Table(title, columns, map(_key, shown), fold_over=30, kind="holders"),
        el("p", f"Not shown: {plural(others, 'key')} that AWS manages and wrote the policy of.")
        if others
        else None,
    )


def _key(key: KmsKey) -> tuple[Child, ...]:
    return (named(key.name, key.arn), region(key.region), *map(_listed, let_in(key)))


def let_in(key: KmsKey) -> tuple[list[str], list[str], list[str]]:
    """Who can decrypt; who can administer, disable or delete; who of them is outside."""
    if isinstance(key.policy, NotRead) or key.policy is None:
        return (["not read"], ["not read"], ["not read"])
    try:
        policy = Policy.parse(key.policy)
    except PolicyError:
        return (["the policy makes no sense"],) * 3
    partition = key.arn.split(":")[1] if key.arn.startswith("arn:") else "aws"
    outside = outsiders(policy, Trust(key.account, partition=partition))
    return (
        _each(_able(policy, DECRYPT, key.account)),
        _each(_able(policy, RULE, key.account)),
        _each(map(_name, outside)),
    )


def whom(key: KmsKey, actions: Sequence[str]) -> list[str] | str:
    """Whom a key's policy allows one of the actions; in words where that is not known."""
    if isinstance(key.policy, NotRead) or key.policy is None:
        return "not read"
    try:
        return list(dict.fromkeys(_able(Policy.parse(key.policy), actions, key.account)))
    except PolicyError:
        return "the policy makes no sense"


def _able(policy: Policy, actions: Sequence[str], account: str) -> Iterator[str]:
    """Whom the policy allows one of the actions, in the order of its statements."""
    for grant in grants(policy):
        if any(_allowed(policy, grant, action) for action in actions):
            yield _who(grant, account)


def _allowed(policy: Policy, grant: Grant, action: str) -> bool:
    """Conditions of a Deny may not hold, so only one without any takes away."""
    denies = (one for one in policy.denies if one.names(grant.who) and not one.conditions)
    return grant.statement.covers_action(action) and not any(
        deny.covers_action(action) for deny in denies
    )


def _who(grant: Grant, account: str) -> str:
    who = grant.who
    if is_own_root(who, account):
        return BY_IAM
    if who.kind == "everyone" and grant.circles:
        narrowest = min(grant.circles, key=len)
        return f"anybody of {' or '.join(map(_name, narrowest))}"
    name = _name(who).removeprefix(f"{account}:")
    return f"{name}{ON_CONDITIONS}" if grant.statement.conditions else name


def _name(who: Principal) -> str:
    if who.kind == "account":
        return f"account {who.account}"
    if who.kind == "orphan":
        return f"{who.text}, who was deleted"
    return "anybody" if who.kind == "everyone" else who.identity


def _each(names: Iterator[str]) -> list[str]:
    return list(dict.fromkeys(names)) or ["nobody"]


def _listed(names: Sequence[str]) -> Html | str:
    return names[0] if names[0] in _UNNAMED else bullets(el("bdi", name) for name in names)
