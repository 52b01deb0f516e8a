"""Checks on keys: their state, rotation and tags, and what hangs on them.

Whom key policies let in is judged in ``kms_policies``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from functools import cache

from wa_kit.checks import check
from wa_kit.evidence.kms import BEING_DELETED, KmsKey
from wa_kit.model import (
    Context,
    DataStore,
    Encrypted,
    Rows,
    Unread,
    Verdict,
    fails,
    no_answer,
    not_applicable,
    not_knowable,
    passes,
)
from wa_kit.protection import UNUSABLE_STATES, KeyRing, KeyUsers, classify, judge_level
from wa_kit.wording import listing, plural

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NAMED = 5  # resources named in a sentence; the rest are counted
_KEY_CHOICE = "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html"


@check(
    severity="info",
    remedy="Let the key policy allow kms:DescribeKey to the role that reviews the account.",
    docs=_KEY_CHOICE,
    can_fail=False,
)
def kms_key_inventory(key: KmsKey) -> Verdict:
    """KMS key inventory by manager, spec, origin, state, Region.

    Nobody can look after a key they do not know of. The list shows who manages each key, what it
    is for, where its material comes from and whether it works.
    """
    whose = "customer managed" if key.customer_managed else "AWS managed"
    scope = f"multi-Region {key.multi_region.lower()}" if key.multi_region else "single-Region"
    aliases = ", ".join(key.aliases) or "no alias"
    return passes(
        f"{whose}, {key.spec}, for {key.usage}, material from {key.origin}, {key.state}, {scope}, "
        f"created {key.created:%Y-%m-%d}, {aliases}"
    )


@check(
    severity="medium",
    effort="small",
    remedy="aws kms enable-key-rotation --key-id KEY --rotation-period-in-days 365",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html",
    see="aws kms get-key-rotation-status --region {region} --key-id {arn}",
)
def kms_cmk_rotation_enabled(key: KmsKey, keys: Rows[KmsKey]) -> Verdict:
    """Automatic rotation on eligible customer managed keys.

    Rotation limits how much data one piece of key material protects. KMS keeps the older material,
    so nothing has to be encrypted again and nothing that uses the key notices.
    """
    barred = _cannot_rotate(key)
    if barred:
        return not_applicable(barred)
    if key.multi_region == "REPLICA":
        return not_applicable(
            f"a replica rotates with its primary key in {key.primary_region}"
            + _rotation_of_primary(key, keys)
        )
    if not key.rotates:
        return fails("KMS could rotate this key by itself, and automatic rotation is off")
    period = f" every {key.rotation_days} days" if key.rotation_days else ""
    return passes(f"KMS rotates it{period}")


def _cannot_rotate(key: KmsKey) -> str:
    """Why automatic rotation is no question for ``key``; empty where it is one."""
    if not key.customer_managed:
        return "AWS manages this key and rotates it every year; that cannot be set"
    if key.spec != "SYMMETRIC_DEFAULT":
        return f"KMS does not rotate {key.spec} keys by itself"
    if key.origin != "AWS_KMS":
        return f"its material comes from {key.origin}: KMS cannot make it new"
    if key.state in BEING_DELETED:
        return f"it is {key.state}, and KMS does not rotate such keys"
    if key.state == "Disabled":
        return "it is Disabled; rotation pauses until it is enabled again"
    return ""


def _rotation_of_primary(key: KmsKey, keys: Rows[KmsKey]) -> str:
    primary = keys.once(_by_place).get((key.primary_region or "", _id(key)))
    with suppress(Unread):  # words only: the primary key has a finding of its own
        if primary:
            return ", where rotation is on" if primary.rotates else ", where rotation is off"
    return ""


def _by_place(keys: Rows[KmsKey]) -> dict[tuple[str, str], KmsKey]:
    """Region and key id -> the key: those of one multi-Region key share the id."""
    return {(key.region, _id(key)): key for key in keys.seen()}


def _id(key: KmsKey) -> str:
    return key.arn.rpartition("/")[2]


@check(
    severity="high",
    effort="small",
    remedy=(
        "aws kms cancel-key-deletion, then aws kms enable-key if it is needed. Where a key should "
        "go, disable it first and watch for a while what fails."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html",
)
def kms_key_pending_deletion(key: KmsKey, users: KeyUsers) -> Verdict:
    """No key is scheduled for deletion unnoticed.

    When a key goes, all that was ever encrypted with it is lost, backups included, and nobody can
    bring it back. Until its date the deletion can be cancelled.
    """
    if not key.customer_managed:
        return not_applicable("AWS manages this key: nobody can schedule its deletion")
    if key.state not in BEING_DELETED:
        return passes(f"it is {key.state}, not scheduled for deletion")
    when = f"on {key.deletion_date:%Y-%m-%d}" if key.deletion_date else "after its last replica"
    fact, using = f"it is to be deleted {when}", users.known(key)
    if using:
        return fails(f"{fact}, and is used by {_listed(using)}", severity="critical")
    whole = (
        ", and not everything was read" if users.not_read(key) else "; older data and archives may"
    )
    return fails(f"{fact}; no resource that was read names it{whole}")


@check(
    severity="critical",
    remedy=(
        "Make the key usable: aws kms enable-key, aws kms cancel-key-deletion, import its material "
        "again, or reconnect its key store. Then re-encrypt what should no longer hang on it."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html",
)
def kms_disabled_key_in_use(key: KmsKey, users: KeyUsers) -> Verdict:
    """No resource depends on a disabled / unusable key.

    Data under a key that cannot be used cannot be read. Often it is noticed only when an instance
    restarts or a backup is restored, which is the worst time.
    """
    using = users.known(key) or users.all(key)
    if not using:
        return not_applicable("no resource names this key now; older data and archives may")
    fact = f"it is {key.state}, and used by {_listed(using)}"
    return fails(fact) if key.state in UNUSABLE_STATES else passes(fact)


@check(
    severity="medium",
    effort="small",
    remedy="aws kms tag-resource --key-id KEY --tags TagKey=Owner,TagValue=TEAM and so on.",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/tagging-keys.html",
    see="aws kms list-resource-tags --region {region} --key-id {arn}",
)
def kms_key_tagged(key: KmsKey, context: Context) -> Verdict:
    """Keys carry required tags (environment, application, sensitivity, owner).

    Tags say whose key it is and what it protects. Without them nobody knows whom to ask before a
    key is changed, and no report can tell sensitive keys from others.
    """
    if not key.customer_managed:
        return not_applicable("AWS manages this key: it cannot be tagged")
    tags = {name.lower(): value.strip() for name, value in key.tags.items() if value.strip()}
    missing, odd = [], []
    for label, names in context.required_key_tags.items():
        value = next((tags[name] for name in names if name in tags), None)
        allowed = context.allowed_key_tag_values.get(label)
        if value is None:
            missing.append(label)
        elif allowed and value.lower() not in {one.lower() for one in allowed}:
            odd.append(f"{label} {value!r}")
    if not missing and not odd:
        return passes(f"it carries a tag for {listing(list(context.required_key_tags))}")
    gaps = [f"no tag says its {listing(missing, 'or')}"] if missing else []
    gaps += [f"{listing(odd)} is no value that workload.yaml allows"] if odd else []
    return fails("; ".join(gaps))


@check(
    severity="medium",
    effort="large",
    remedy=(
        "aws kms replicate-key --key-id KEY --replica-region REGION. A single-Region key cannot be "
        "made multi-Region: make a new one and re-encrypt."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/multi-region-keys-overview.html",
)
def kms_multi_region_key_usage(key: KmsKey, context: Context) -> Verdict:
    """Multi-Region keys where the workload needs several Regions.

    Data that an application encrypts itself can be read in another Region only if the key is there
    too. Most AWS services encrypt again when they copy, and need no such key.
    """
    if not key.customer_managed:
        return not_applicable("AWS manages this key: it is never a multi-Region key")
    needed = _regions_named_for(key, context)
    if needed is None and len(context.regions) < 2:
        return not_applicable("the workload is in one Region")
    if context.multi_region_keys == "re-encrypted":
        return passes("data is encrypted again in each Region, as workload.yaml says")
    if needed is None:
        if context.multi_region_keys:
            return not_applicable("workload.yaml names no other Region for this key")
        return no_answer("workload.yaml does not say how data is kept readable in several Regions")
    if key.multi_region == "REPLICA" and key.primary_region in context.regions:
        return not_applicable(f"judged with its primary key in {key.primary_region}")
    there = {key.region, *key.replica_regions}
    if key.primary_region:
        there.add(key.primary_region)
    lacking = [region for region in needed if region not in there]
    if lacking:
        kind = "multi-Region" if key.multi_region else "single-Region"
        return fails(
            f"its data must be readable in {listing(lacking)}, where this {kind} key is not"
        )
    return passes(f"it is in {listing(sorted(there))}, as its data needs")


def _regions_named_for(key: KmsKey, context: Context) -> Sequence[str] | None:
    """The Regions that workload.yaml wants the key in; ``None`` where it does not name the key."""
    for reference, regions in context.key_regions.items():
        key_id = key.arn.rpartition("/")[2]
        if reference in (key.arn, key_id) or (
            # the alias, or its ARN in any Region: one alias often stands for a key everywhere
            "alias/" in reference and f"alias/{reference.split('alias/')[1]}" in key.aliases
        ):
            return regions or context.regions
    return None


@check(
    severity="info",
    remedy="Let the review read every service that names a key.",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys-determining-usage.html",
    can_fail=False,
)
def kms_key_resource_map(key: KmsKey, users: KeyUsers) -> Verdict:
    """Key -> resource usage map.

    It answers which data goes with a key, before somebody disables it. It knows what a resource
    uses now: older objects and archives may hang on earlier keys.
    """
    using = users.all(key)
    if not using:
        return passes("no resource names this key now; older data and archives may")
    return passes(f"used by {_listed(using)}")


@check(
    severity="high",
    effort="large",
    remedy="Encrypt the data again with a customer managed key; how depends on the service.",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html",
)
def kms_sensitive_data_uses_cmk(store: DataStore, keys: KeyRing, context: Context) -> Verdict:
    """Sensitive-tagged data uses customer managed keys.

    Only with a key of one's own can one decide who decrypts, prove who did, and take the right
    away again. Data that nobody has classified is listed too, so that not tagging is no way out.
    """
    data = classify(store, context)
    if not data.value:
        return no_answer("it carries no classification: nobody has said whether it is sensitive")
    if data.required is None:
        return not_knowable(
            f"workload.yaml does not say what the classification {data.value!r} requires",
            classification=data.value,
        )
    if data.required != "customer":
        return not_applicable(
            f"{data.value!r} data does not ask for a customer managed key",
            required_level=data.required,
            classification=data.value,
        )
    return judge_level(store, keys, context)


def _listed(using: Sequence[Encrypted]) -> str:
    """``2 resources: bucket logs and volume vol-1``."""
    names = sorted(f"{_noun(thing.resource_type)} {thing.name or thing.arn}" for thing in using)
    more = len(names) - _NAMED
    shown = [*names[:_NAMED], f"{more} more"] if more > 0 else names
    return f"{plural(len(names), 'resource')}: {listing(shown)}"


@cache
def _noun(resource_type: str) -> str:
    """``AWS::RDS::DBSnapshot`` -> ``DB snapshot``."""
    words = _WORD.findall(resource_type.rpartition("::")[2])
    return " ".join(word if word.isupper() else word.lower() for word in words)
