"""The questions of a review, for a Word template: where each stands, why, and what people say."""

from __future__ import annotations

from typing import Any

from wa_kit.answers import Answer
from wa_kit.exports.docx import people
from wa_kit.exports.docx.cells import paragraphs, standing, trouble
from wa_kit.model import Reason
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.material import Material
from wa_kit.review.words import REASONS, RISKS, place, sentence
from wa_kit.suggestions import Blind, Suggestion, plural, why_unknown

_WORST = 10


def overview(material: Material) -> list[dict[str, Any]]:
    """A line for each question."""
    return [_line(s) for s, _ in material.asked]


def _line(s: Suggestion) -> dict[str, Any]:
    open_ = s.without_verdict
    return {
        "title": s.title,
        **standing(s.standing),
        "because": sentence(s.because.partition(";")[0]),
        "assessed": s.assessed,
        "not_read": open_.get("not_read", 0),
        "for_people": open_.get("no_answer", 0),
        "not_knowable": open_.get("not_knowable", 0),
    }


def pages(material: Material) -> list[dict[str, Any]]:
    """Everything on each question."""
    return [_page(material, s, question) for s, question in material.asked]


def _page(material: Material, s: Suggestion, question: Questionnaire | None) -> dict[str, Any]:
    answer = material.answers.answers.get(s.id)
    asked = [question] if question else []
    return {
        "title": s.title,
        "question": s.question,
        "why": paragraphs(question.why) if question else [],
        **standing(s.standing),
        "because": sentence(s.because),
        "assessed": _assessed(s),
        "no_verdict": why_unknown(s.without_verdict, "resource") or "none: every one has a verdict",
        "risk": RISKS[s.estimated_risk],
        "draft": paragraphs(s.draft),
        "answer": _answer(answer, s),
        "worst": [trouble(one) for one in s.open[:_WORST]],
        "worst_title": s.heading(_WORST),
        "worst_left_out": max(len(s.open) - _WORST, 0),
        "not_seen": [_blind(spot) for spot in s.not_seen],
        "practices": _practices(question, answer) if question else [],
        "responsibilities": people.duties(material, asked),
        "documents": people.register(material, asked),
        "as_of": f"{question.lens_as_of}" if question else "",
    }


def _assessed(s: Suggestion) -> str:
    r = s.resources
    return (
        f"{plural(s.assessed, 'resource')}: {r['pass']} pass, {r['fail']} fail, "
        f"{r['not_applicable']} outside the rules"
    )


def _answer(answer: Answer | None, s: Suggestion) -> dict[str, Any] | None:
    if answer is None or answer.status == "unanswered":
        return None
    return {
        "status": answer.status,
        "stale": s.stale,
        "stale_because": list(s.stale_because),
        "notes": paragraphs(answer.notes),
        "given_by": answer.answered_by or "nobody named",
        "given_on": str(answer.answered_on or "no date"),
        "holds_until": str(answer.valid_until or "no date"),
        "owner": answer.owner or "nobody named",
        "due": str(answer.due or "no date"),
        "evidence": list(answer.evidence),
    }


def _practices(question: Questionnaire, answer: Answer | None) -> list[dict[str, str]]:
    answered = answer is not None and answer.status != "unanswered"
    followed = set(answer.practices) if answer else set()
    return [
        {
            "practice": p.practice,
            "title": p.title,
            "followed": ("yes" if p.choice in followed else "no") if answered else "not answered",
        }
        for p in question.practices
    ]


def _blind(spot: Blind) -> dict[str, Any]:
    return {
        "what": spot.what,
        "where": place(spot.region),
        "why": REASONS[Reason(spot.reason)],
        "permission": spot.action or spot.operation,
        "findings": spot.findings,
    }
