"""answers.md: for each question the machine's draft, and beside it what people answered."""

from __future__ import annotations

from typing import Any

from wa_kit.answers import Answer
from wa_kit.markdown import Md, link, table
from wa_kit.model import Reason
from wa_kit.papers.sources import Sources, blind_table, troubles_table
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.words import REASONS, RISKS
from wa_kit.suggestions import WA_TOOL_LIMIT, Suggestion, listing, plural

_WORST = 10


def told(sources: Sources) -> dict[str, Any]:
    questions = {q.id: q for q in sources.questions}
    sheets = [
        _sheet(s, questions.get(s.id), sources.answers.answers.get(s.id))
        for s in sources.summary.questions
    ]
    return {"sheets": sheets, "limit": f"{WA_TOOL_LIMIT:,}"}


def _sheet(s: Suggestion, question: Questionnaire | None, answer: Answer | None) -> dict[str, Any]:
    answered = answer if answer and answer.status != "unanswered" else None
    return {
        "s": s,
        "question": question,
        "risk": RISKS[s.estimated_risk],
        "assessed": _assessed(s),
        "open": _open(s),
        "length": f"{len(s.short):,}",
        "is_cut": s.short != s.draft,
        "answer": answered,
        "answer_facts": _facts(answered, question) if answered else "",
        "worst": troubles_table(s.worst, _WORST),
        "not_seen": blind_table(s.not_seen),
        "practices": _practices(question) if question else "",
        "seen": s.seen,
    }


def _assessed(s: Suggestion) -> str:
    r = s.resources
    return (
        f"{plural(s.assessed, 'resource')} ({r['pass']} pass, {r['fail']} fail, "
        f"{r['not_applicable']} outside the rules)"
    )


def _open(s: Suggestion) -> str:
    if not s.reasons:
        return "nothing: every finding has a verdict"
    reasons = (f"{n} because {_why(Reason(name))}" for name, n in s.reasons.items())
    return f"{plural(sum(s.reasons.values()), 'finding')} without a verdict: {'; '.join(reasons)}"


def _why(reason: Reason) -> str:
    special = {Reason.DENIED: "permission was denied", Reason.NOT_COLLECTED: "it was not collected"}
    return special.get(reason, REASONS[reason])


def _facts(answer: Answer, question: Questionnaire | None) -> Md:
    titles = {p.choice: f"{p.practice} {p.title}" for p in question.practices} if question else {}
    facts = [
        ("Answer", answer.status),
        ("Given by", answer.answered_by or "nobody named"),
        ("On", answer.answered_on or "no date"),
        ("Holds until", answer.valid_until or "no date"),
        ("Owner", answer.owner or "nobody named"),
        ("Due", answer.due or "no date"),
        ("Practices followed", listing([titles.get(c, c) for c in answer.practices]) or "none"),
        ("Evidence named", listing(answer.evidence) or "none"),
    ]
    return table(("What people say", ""), facts)


def _practices(question: Questionnaire) -> Md:
    rows = ((link(p.practice, p.url), p.title, p.choice) for p in question.practices)
    return table(("Practice", "Title", "Choice"), rows)
