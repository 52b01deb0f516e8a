"""Over all questions: what summary.json holds, and who owns what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wa_kit.answers import Answers
from wa_kit.model import Context, DataStore, Evidence, Finding, NotRead, Outcome
from wa_kit.policies.wildcards import matches
from wa_kit.protection import classify
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import counting
from wa_kit.suggestions.one import suggest
from wa_kit.suggestions.parts import Changes, Stores, Suggestion, Summary
from wa_kit.suggestions.staleness import Before, why_stale
from wa_kit.suggestions.troubles import blind_spots, troubles


def summarise(
    questions: Sequence[Questionnaire],
    findings: Sequence[Finding],
    evidence: Evidence,
    context: Context,
    answers: Answers,
    *,
    owners: Mapping[str, str] | None = None,
    before: Sequence[Finding] | None = None,
    since: str = "",
    seen: Before = lambda question, digest: None,
) -> Summary:
    """What summary.json holds. ``before`` are the findings of the run named ``since``.

    ``seen`` finds what an earlier run told of a question, for answers that rest on it.
    """
    owned = owners or {}

    def one(question: Questionnaire) -> Suggestion:
        ours = [f for f in findings if f.check in question.checks]
        answer, today = answers.answers.get(question.id), context.now.date()
        why = why_stale(answer, question.id, context.account, ours, seen, today)
        return suggest(question, ours, owners=owned, stale_because=why)

    suggestions = [one(question) for question in questions]
    failed = [f for f in findings if f.outcome is Outcome.FAIL and not f.exception]
    return Summary(
        questions=tuple(suggestions),
        findings=counting.outcomes(findings),
        reasons=counting.reasons(findings),
        resources=counting.by_resource([f for f in findings if counting.counts(f)]),
        failed_at_or_above=counting.at_or_above(failed),
        accepted=sum(1 for f in findings if f.exception),
        stale_answers=tuple(s.id for s in suggestions if s.stale),
        worst=tuple(troubles(findings, owned)),
        not_seen=tuple(blind_spots(findings)),
        stores=_stores(evidence, findings, context),
        changes=_changes(findings, before, since) if before is not None else None,
    )


def _stores(evidence: Evidence, findings: Sequence[Finding], context: Context) -> Stores:
    stores = evidence.of(DataStore)
    readable = [store for store in stores if not isinstance(store.tags, NotRead)]
    values = [classify(store, context) for store in readable]
    assessed = _assessed(findings)
    return Stores(
        seen=len(stores),
        assessed=sum(1 for store in stores if store.arn in assessed),
        classified=sum(1 for data in values if data.value and data.required),
        unmapped=tuple(sorted({data.value for data in values if data.required is None})),
    )


def _assessed(findings: Sequence[Finding]) -> set[str]:
    """Resources with at least one verdict, of which nothing was left unread."""
    judged = {
        f.resource for f in findings if f.outcome is not Outcome.UNKNOWN and counting.counts(f)
    }
    return judged - {f.resource for f in findings if f.reason and f.reason.not_read}


def _changes(findings: Sequence[Finding], before: Sequence[Finding], since: str) -> Changes:
    now = {f.finding: f.outcome for f in findings}
    then = {f.finding: f.outcome for f in before}
    failing = {f for f, outcome in now.items() if outcome is Outcome.FAIL}
    failed = {f for f, outcome in then.items() if outcome is Outcome.FAIL}
    return Changes(
        since=since,
        new_failures=len(failing - failed),
        resolved=sum(1 for f in failed if now.get(f) in (Outcome.PASS, Outcome.NOT_APPLICABLE)),
        no_longer_seen=sum(
            1
            for f, outcome in then.items()
            if outcome is not Outcome.UNKNOWN and now.get(f) in (None, Outcome.UNKNOWN)
        ),
    )


def owners_of(evidence: Evidence, context: Context, rules: Mapping[str, str]) -> dict[str, str]:
    """ARN -> owner, from workload.yaml's rules, else from the owner tags."""
    found: dict[str, str] = {}
    for row in evidence.rows:
        ruled = next((owner for pattern, owner in rules.items() if matches(pattern, row.arn)), "")
        owner = ruled or _tagged(row, context)
        if owner:
            found[row.arn] = owner
    return found


def _tagged(row: object, context: Context) -> str:
    tags = getattr(row, "tags", None)
    if not isinstance(tags, dict):
        return ""
    named = {name.lower(): value for name, value in tags.items()}
    return next((named[tag] for tag in context.owner_tags if named.get(tag)), "")
