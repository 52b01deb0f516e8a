"""What people decided or owe, for a Word template: the plan, exceptions, duties and documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wa_kit.actions import HORIZONS, PlannedAction
from wa_kit.answers import Involved
from wa_kit.exports.docx.cells import tint
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.material import Material
from wa_kit.suggestions import listing


def plan(material: Material) -> list[dict[str, Any]]:
    """The three parts of the action plan, each with its actions."""
    return [
        {
            "days": horizon,
            "actions": [_action(a) for a in material.actions if a.horizon == horizon],
        }
        for horizon in HORIZONS
    ]


def _action(action: PlannedAction) -> dict[str, Any]:
    return {
        "title": action.title,
        "severity": action.severity,
        "impact": action.impact,
        "tint": tint(action.impact),
        "effort": action.effort,
        "resources": action.resources,
        "owner": action.owner or "nobody named",
        "due": f"{action.due:%d %b %Y}",
        "overdue": action.overdue,
        "status": action.status,
        "note": action.note,
        "remedy": action.remedy,
        "docs": action.docs,
    }


def exceptions(material: Material) -> list[dict[str, Any]]:
    """Failures that somebody accepted, with how many each covers now."""
    today = material.today
    accepted = [(f.check, (f.exception or {}).get("resource")) for f in material.findings]
    return [
        {
            "resource": e.resource,
            "check": material.title(e.check),
            "owner": e.owner,
            "approver": e.approver,
            "reason": e.reason,
            "until": f"{e.expires:%d %b %Y}",
            "run_out": not e.holds_on(today),
            "covers": accepted.count((e.check, e.resource)),
        }
        for e in material.answers.exceptions
    ]


def disputes(material: Material) -> list[dict[str, str]]:
    """Findings that somebody does not accept as they stand."""
    return [
        {
            "resource": d.resource,
            "check": material.title(d.check),
            "says": d.says,
            "by": d.by,
            "note": d.note,
        }
        for d in material.answers.disputes
    ]


def responsibilities(material: Material) -> list[dict[str, str]]:
    return duties(material, [question for _, question in material.asked if question])


def duties(material: Material, questions: Iterable[Questionnaire]) -> list[dict[str, str]]:
    """Who answers for what the questions expect somebody to do."""
    return [duty._asdict() for duty in material.duties(questions)]


def documents(material: Material) -> list[dict[str, str]]:
    """The documents that questions expect, and those of the team's own."""
    wanted = register(material, [question for _, question in material.asked if question])
    asked = {a.id for _, question in material.asked if question for a in question.artefacts}
    own = (name for name, d in material.answers.artefacts.items() if d.title and name not in asked)
    return wanted + [_document(material, n, material.answers.artefacts[n].title) for n in own]


def register(material: Material, questions: Iterable[Questionnaire]) -> list[dict[str, str]]:
    """What is known of each document that the questions expect."""
    wanted = {a.id: a for question in questions for a in question.artefacts}
    return [_document(material, name, a.title, a.proves) for name, a in sorted(wanted.items())]


def _document(material: Material, name: str, title: str, proves: str = "") -> dict[str, str]:
    said = material.answers.artefacts.get(name)
    return {
        "title": title,
        "proves": proves,
        "where": (said.where if said else "") or "not given",
        "owner": (said.owner if said else "") or "nobody named",
        "updated": str((said.updated or said.approved if said else None) or "no date"),
        "next_review": str((said.next_review if said else None) or "no date"),
    }


def matrix(material: Material) -> list[dict[str, str]]:
    """The responsibility matrix (RACI) as the team filled it in."""
    raci = material.answers.raci
    asked = [question for _, question in material.asked if question]
    practices = {p.choice: f"{p.practice} {p.title}" for q in asked for p in q.practices}
    artefacts = {a.id: a.title for q in asked for a in q.artefacts}
    roles = {role.id: role.title for q in asked for role in q.roles}
    roles |= {name: role.title for name, role in raci.roles.items() if role.title}
    return [
        *_involved(raci.practices, practices, roles),
        *_involved(raci.artefacts, artefacts, roles),
    ]


def _involved(
    lines: dict[str, Involved], titles: dict[str, str], roles: dict[str, str]
) -> Iterator[dict[str, str]]:
    for name, who in lines.items():
        yield {
            "subject": titles.get(name, name),
            "responsible": _named(who.responsible, roles),
            "accountable": roles.get(who.accountable, who.accountable) or "nobody",
            "consulted": _named(who.consulted, roles),
            "informed": _named(who.informed, roles),
        }


def _named(names: Iterable[str], roles: dict[str, str]) -> str:
    return listing([roles.get(name, name) for name in names]) or "nobody"
