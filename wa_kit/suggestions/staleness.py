"""Whether an answer still stands on what was seen when it was given.

It is stale when its date has passed, when a check it rests on got worse, or when something fails
that did not fail then. It is never stale because rows merely came and went.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence

from wa_kit.answers import Answer
from wa_kit.checks import CHECKS
from wa_kit.model import Finding, Outcome
from wa_kit.wording import listing, plural

Before = Callable[[str, str], Sequence[Finding] | None]
"""Question and digest -> that question's findings in the run with this digest, if there is one."""
_NAMED = 3
_GONE = "the findings changed since, and the run it rests on is not in the archive any more"


def digest(findings: Iterable[Finding]) -> str:
    """What one question's findings say, however often and when they are asked."""
    lines = sorted(f"{f.finding} {f.outcome} {f.level} {f.reason}\n" for f in findings)
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def why_stale(
    answer: Answer | None,
    question: str,
    account: str,
    findings: Sequence[Finding],
    before: Before,
    today: dt.date,
) -> tuple[str, ...]:
    """Each reason in words; none where the answer stands, or nobody gave one."""
    if answer is None or answer.status == "unanswered":
        return ()
    passed = answer.valid_until and answer.valid_until < today
    reasons = [f"it was to hold until {answer.valid_until}"] if passed else []
    seen = answer.seen.get(account)
    if seen and seen != digest(findings):
        then = before(question, seen)
        reasons += [_GONE] if then is None else _worse(then, findings)
    return tuple(reasons)


def _worse(then: Sequence[Finding], now: Sequence[Finding]) -> list[str]:
    """What got worse, of the checks that were asked then."""
    were, are = _by_check(then), _by_check(now)
    told = [_told(check, found, are.get(check, [])) for check, found in sorted(were.items())]
    return [words for words in told if words]


def _told(check: str, then: Sequence[Finding], now: Sequence[Finding]) -> str:
    title = CHECKS[check].title.rstrip(".") if check in CHECKS else check
    failed = {f.finding for f in then if f.outcome is Outcome.FAIL}
    fresh = [f for f in now if f.outcome is Outcome.FAIL and f.finding not in failed]
    if fresh:
        names = [f.name or f.resource for f in fresh[:_NAMED]]
        more = len(fresh) - _NAMED
        shown = listing([*names, f"{more} more"] if more > 0 else names)
        fails = "fails that did not" if len(fresh) == 1 else "fail that did not"
        return f"{title}: {plural(len(fresh), 'resource')} {fails} when it was given: {shown}"
    if any(map(_not_read, now)) and not any(map(_not_read, then)):
        return f"{title}: what could be read when it was given cannot be read now"
    return ""


def _not_read(finding: Finding) -> bool:
    return finding.reason is not None and finding.reason.not_read


def _by_check(findings: Sequence[Finding]) -> Mapping[str, list[Finding]]:
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    return groups
