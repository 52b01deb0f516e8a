"""What only bucket policies ask: can a writer override the bucket's default encryption?

A PUT may name an algorithm and a key of its own. Whether a policy stops that is found by asking
it about every such request, with the conditions as AWS evaluates them: a negated operator holds
when the header is absent. A Deny that hangs on anything but these two headers is not relied on.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from wa_kit.policies.document import Policy
from wa_kit.policies.statements import Condition, Statement

_ALGORITHM = "s3:x-amz-server-side-encryption"
_KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"
_CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"
_HEADERS = {_ALGORITHM, _KEY, _CUSTOMER_KEY}
_PUT = "s3:PutObject"
_KMS = ("aws:kms", "aws:kms:dsse")
# Keys that nobody's policy names. S3 wants the full ARN in policies.
_STRANGE = "00000000-0000-4000-8000-000000000000"
_ELSEWHERE = f"arn:aws:kms:us-east-1:000000000000:key/{_STRANGE}"


class Put(msgspec.Struct, frozen=True):
    """The two headers of a request to write an object."""

    algorithm: str | None = None
    key: str | None = None


class PutGuard(msgspec.Struct, frozen=True):
    """What a bucket's policy does about puts that ask for other encryption than the default."""

    rejects_other_algorithms: bool  # SSE-S3 where KMS is wanted
    rejects_other_keys: bool  # another key, and none: S3 then takes the AWS managed key
    rejects_bare_puts: bool  # also puts without headers, which the default would encrypt
    admits_keys: tuple[str, ...] = ()  # keys the policy names that may be asked for
    gaps: tuple[str, ...] = ()  # why a Deny that was meant to help does not


def put_guard(policy: Policy | None, bucket: str, account: str, region: str) -> PutGuard:
    """Judge the policy of a bucket, whose ARN, account and region follow; ``None``: it has none.

    Keys of the bucket's own account are tried too: a policy that allows a pattern of keys lets
    the account's AWS managed key through.
    """
    if policy is None:
        return PutGuard(False, False, False)
    objects = f"{bucket}/?*"  # every key: an object's key has one character at least
    denies = [one for one in policy.denies if _reaches_all(one, objects)]

    def denied(algorithm: str | None, key: str | None = None) -> bool:
        put = Put(algorithm, key)
        return any(all(_holds(c, put) for c in one.conditions) for one in denies)

    partition = bucket.split(":")[1]
    near = f"arn:{partition}:kms:{region}:{account}:key/{_STRANGE}"
    named = sorted(_named_keys(denies))
    refused = {key: all(denied(one, key) for one in _KMS) for key in (None, near, _ELSEWHERE)}
    gaps = [*_gaps(policy, objects)]
    if not refused[None] and refused[_ELSEWHERE]:
        gaps.append("a put with aws:kms and no key id gets the AWS managed key")
    if not refused[near] and refused[_ELSEWHERE]:
        gaps.append("other keys of the same account are let through")
    algorithms, keys = denied("AES256"), all(refused.values())
    return PutGuard(
        rejects_other_algorithms=algorithms,
        rejects_other_keys=keys,
        rejects_bare_puts=denied(None),
        admits_keys=tuple(key for key in named if not all(denied(one, key) for one in _KMS)),
        gaps=() if algorithms and keys else tuple(gaps),
    )


def _reaches_all(deny: Statement, objects: str) -> bool:
    return deny.for_everyone and deny.covers_action(_PUT) and deny.covers_resource(objects)


def _holds(condition: Condition, put: Put) -> bool:
    """Whether the condition is sure to hold for a put without keys of the customer's own."""
    if condition.key not in _HEADERS:
        return False
    value = {_ALGORITHM: put.algorithm, _KEY: put.key}.get(condition.key)
    return condition.holds(value) is True


def _named_keys(denies: Iterable[Statement]) -> set[str]:
    return {
        value
        for deny in denies
        for one in deny.conditions
        if one.key == _KEY and one.negated
        for value in one.values
        if not set("*?") & set(value)
    }


def _gaps(policy: Policy, objects: str) -> Iterable[str]:
    """What is missing from each Deny that has to do with encryption, as ends of a sentence."""
    for deny in policy.denies:
        keys = {one.key for one in deny.conditions}
        if not keys & {_ALGORITHM, _KEY}:
            continue
        said = f"statement {deny.place} "
        if not deny.covers_action(_PUT):
            yield said + f"does not reach {_PUT}"
        elif not deny.touches_resource(objects):
            continue  # it is about another bucket
        elif not deny.covers_resource(objects):
            yield said + "covers only a part of the bucket"
        elif deny.not_principals:
            yield said + "excepts " + _listed(who.text for who in deny.not_principals)
        elif not deny.for_everyone:
            yield said + "is only for " + _listed(who.text for who in deny.principals or ())
        elif keys - _HEADERS:
            yield said + "also hangs on " + _listed(keys - _HEADERS)
        elif all(one.operator == "null" for one in deny.conditions):
            yield said + "asks only whether a header is there, not what it says"


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(sorted(texts)) or "nobody"
