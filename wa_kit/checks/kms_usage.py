"""The check on who used a key. It goes by the newest events, and says how far back they reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from wa_kit.checks import check
from wa_kit.evidence.cloudtrail import KeyUse
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Rows, Verdict, fails, not_applicable, not_knowable, passes
from wa_kit.wording import listing

DECRYPTS = ("Decrypt", "ReEncrypt")
MANY = 3  # refused attempts of one caller: fewer are a slip, or a deployment that came too early
_SHOWN = 3


@check(
    severity="medium",
    effort="small",
    remedy=(
        "Ask whoever runs the caller why it tries: let it in by the key policy if it should read "
        "the data, and take the attempt for an alarm if it should not."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/logging-using-cloudtrail.html",
    see=(
        "aws cloudtrail lookup-events --region {region} "
        "--lookup-attributes AttributeKey=ResourceName,AttributeValue={arn}"
    ),
)
def kms_key_usage_evidence(key: KmsKey, uses: Rows[KeyUse]) -> Verdict:
    """Key usage and administration events (who used which key).

    A key policy says who may; only the record says who did, and who tried in vain. Somebody refused
    again and again is either a broken application or a person where they should not be.
    """
    here = uses.in_region(key.region)
    ours = uses.once(_by_key).get(key.arn, [])
    if tried := _tried_in_vain(ours):
        return fails(f"refused Decrypt to {_counted(tried)}; {_reach(ours)}")
    if here and here[0].sampled:
        seen = _told(ours) if ours else "none on this key"
        return not_knowable(
            f"there are more events than were read; of the newest, since {_since(here)}: {seen}"
        )
    if not ours:
        return not_applicable("nobody called it in the last 90 days")
    return passes(f"in the last 90 days: {_told(ours)}")


def _by_key(uses: Rows[KeyUse]) -> dict[str, list[KeyUse]]:
    found: dict[str, list[KeyUse]] = {}
    for use in uses.seen():
        found.setdefault(use.key, []).append(use)
    return found


def _tried_in_vain(uses: Iterable[KeyUse]) -> Counter[str]:
    """Caller -> refused Decrypts, of those refused more than by a slip. Services try for others."""
    refused: Counter[str] = Counter()
    for use in uses:
        if use.event in DECRYPTS and use.denied and not use.by.endswith(".amazonaws.com"):
            refused[use.by] += use.denied
    return Counter({who: times for who, times in refused.items() if times >= MANY})


def _told(uses: Sequence[KeyUse]) -> str:
    """Who called most, what was called most, and how often somebody was refused."""
    callers: Counter[str] = Counter()
    operations: Counter[str] = Counter()
    for use in uses:
        callers[use.by] += use.times
        operations[use.event] += use.times
    denied = sum(use.denied for use in uses)
    refused = f"; {denied} of {callers.total()} refused" if denied else ""
    return f"{_counted(operations)} by {_counted(callers)}{refused}"


def _counted(numbers: Counter[str]) -> str:
    """``shop (40), ops (2) and 3 more``, the most frequent first."""
    ranked = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{_short(name)} ({number})" for name, number in ranked[:_SHOWN]]
    left = len(ranked) - len(shown)
    return listing([*shown, f"{left} more"] if left else shown)


def _short(name: str) -> str:
    """An ARN without its service and account."""
    return (name.split(":", 5)[-1] if name.startswith("arn:") else name) or "somebody unnamed"


def _reach(uses: Sequence[KeyUse]) -> str:
    return f"of the newest events, since {_since(uses)}" if uses[0].sampled else "in 90 days"


def _since(uses: Sequence[KeyUse]) -> str:
    return f"{uses[0].since:%Y-%m-%d %H:%M}"
