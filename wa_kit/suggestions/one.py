"""What the evidence suggests for one question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wa_kit.model import Finding, Outcome, Reason
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import counting
from wa_kit.suggestions.drafts import draft, shortened, why_unknown
from wa_kit.suggestions.parts import WA_TOOL_LIMIT, Risk, Standing, Suggestion
from wa_kit.suggestions.staleness import digest
from wa_kit.suggestions.troubles import blind_spots, troubles


def suggest(
    question: Questionnaire,
    findings: Sequence[Finding],
    *,
    owners: Mapping[str, str] | None = None,
    stale_because: tuple[str, ...] = (),
) -> Suggestion:
    """One failure outweighs any number of passes, and not having looked is never a pass.

    Where people have yet to answer more of the checks than evidence supports, it is theirs.

    ``stale_because`` is why the people's answer no longer stands; see ``staleness``.
    """
    ours = [f for f in findings if f.check in question.checks]
    counted = [f for f in ours if counting.counts(f)]
    resources, partly = counting.by_resource(counted), counting.partly(counted)
    standing = _standing(question, counted)
    worst, not_seen = troubles(ours, owners or {}), blind_spots(ours)
    open_ = counting.without_verdict(counted)
    text = draft(question, standing, resources, open_, partly, worst, not_seen, ours)
    return Suggestion(
        id=question.id,
        title=question.title,
        question=question.question,
        standing=standing,
        because=_because(standing, resources, open_),
        findings=counting.outcomes(ours),
        reasons=counting.reasons(ours),
        resources=resources,
        assessed=resources["pass"] + resources["fail"] + resources["not_applicable"],
        not_assessed=resources["unknown"],
        without_verdict=open_,
        partly=partly,
        estimated_risk=_risk(standing, ours),
        stale=bool(stale_because),
        stale_because=stale_because,
        seen=digest(ours),
        draft=text,
        short=shortened(text, WA_TOOL_LIMIT),
        worst=tuple(worst),
        not_seen=tuple(not_seen),
    )


def _standing(question: Questionnaire, findings: Sequence[Finding]) -> Standing:
    outcomes = {f.outcome for f in findings}
    if not question.checks:
        return Standing.ASK
    if Outcome.FAIL in outcomes:
        return Standing.GAPS
    if any(f.reason and f.reason.not_read for f in findings):
        return Standing.CANNOT_TELL
    if Outcome.PASS in outcomes:
        return Standing.ASK if _waits(findings) else Standing.SUPPORTED
    return Standing.ASK if Outcome.UNKNOWN in outcomes else Standing.NOTHING_HERE


def _waits(findings: Sequence[Finding]) -> bool:
    passed = {f.check for f in findings if f.outcome is Outcome.PASS}
    waiting = {f.check for f in findings if f.reason is Reason.NO_ANSWER}
    return len(waiting - passed) > len(passed)


def _because(standing: Standing, resources: Mapping[str, int], open_: Mapping[str, int]) -> str:
    judged, failed = resources["pass"] + resources["fail"], resources["fail"]
    also = f"; {why_unknown(open_)}" if resources["unknown"] else ""
    one = judged == 1
    passes = "the one resource judged passes" if one else f"all {judged} resources judged pass"
    some = f"{failed} of {judged} resources judged {'fails' if failed == 1 else 'fail'}"
    return {
        Standing.SUPPORTED: f"{passes}{also}",
        Standing.GAPS: f"{'the one resource judged fails' if one else some}{also}",
        Standing.CANNOT_TELL: why_unknown(open_, "resource"),
        Standing.NOTHING_HERE: "there is no resource to judge",
        Standing.ASK: f"{why_unknown(open_, 'item')}; {passes}"
        if judged
        else "only people can answer this",
    }[standing]


def _risk(standing: Standing, findings: Sequence[Finding]) -> Risk:
    failed = {f.severity for f in findings if f.outcome is Outcome.FAIL}
    if failed & {"critical", "high"}:
        return "high"
    if failed:
        return "medium"
    return "none" if standing is Standing.SUPPORTED else "unknown"
