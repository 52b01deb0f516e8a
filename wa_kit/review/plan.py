"""The action plan: what fails, by what repairs it, with an owner and a day, most urgent first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wa_kit.actions import HORIZONS, TITLED, Horizon, Impact, PlannedAction
from wa_kit.model import EFFORTS, SEVERITIES, Effort, Finding, Outcome
from wa_kit.review.material import Material, grouped, known
from wa_kit.review.words import (
    chip,
    disputed,
    heading,
    link,
    named,
    region,
    sentence,
    severity,
    short,
)
from wa_kit.shown import Child, Html, Parts, Table, el, join
from wa_kit.suggestions import plural

_MOST_IN_FIELD = 4
_IMPACTS: tuple[Impact, ...] = ("high", "medium", "low")
_EFFORTS: dict[Effort, str] = {
    "small": "Small effort: a setting",
    "medium": "Medium effort: some work",
    "large": "Large effort: data has to be copied",
}
_NOBODY = "nobody named"


def action_plan(material: Material) -> Parts:
    """One action for each check that fails, with the resources it concerns."""
    actions = material.actions
    if not actions:
        return Parts(el("p", material.nothing_fails, class_="nothing"))
    return Parts(
        el(
            "p",
            "Impact is how serious the worst failure is, effort what the repair takes. Both set "
            "the day, counted from the review, and the owner is who owns most of what fails. "
            "What the team wrote under actions in answers.yaml goes before that.",
        ),
        _grid(actions),
        _overview(actions),
        *(part for horizon in HORIZONS for part in _until(horizon, material)),
    )


def _grid(actions: Sequence[PlannedAction]) -> Table:
    """Actions by impact and effort: what is done first stands at the top left."""
    rows = (
        (
            f"{impact.capitalize()} impact",
            *(
                _field([a for a in actions if (a.impact, a.effort) == (impact, effort)])
                for effort in EFFORTS
            ),
        )
        for impact in _IMPACTS
    )
    columns = ("Impact", *(_EFFORTS[effort] for effort in EFFORTS))
    return Table("Actions by impact and effort", columns, rows, kind="grid")


def _field(actions: Sequence[PlannedAction]) -> Html:
    if not actions:
        return el("span", "no action", class_="field none")
    shown = actions if len(actions) <= _MOST_IN_FIELD + 1 else actions[:_MOST_IN_FIELD]
    more = len(actions) - len(shown)
    return el(
        "div",
        el("b", plural(len(actions), "action")),
        f", {plural(sum(a.resources for a in actions), 'failing resource')}",
        el(
            "ul",
            *(el("li", link(f"plan-{a.check}", a.title)) for a in shown),
            el("li", f"and {more} more in the list below") if more else None,
        ),
        class_=f"field {actions[0].impact}-impact",
    )


def _overview(actions: Sequence[PlannedAction]) -> Table:
    rows = (
        (
            link(f"plan-{action.check}", action.title),
            severity(action.severity),
            action.effort,
            el("bdi", action.owner or _NOBODY),
            _due(action),
            _status(action),
            action.resources,
        )
        for action in actions
    )
    columns = (TITLED, "Severity", "Effort", "Owner", "Due", "Status", "Resources")
    title = "Actions, the most urgent first"
    return Table(title, columns, rows, numbers=["Resources"], fold_over=60, kind="actions")


def _due(action: PlannedAction) -> Html:
    overdue = join(" ", chip("fail", "Overdue")) if action.overdue else None
    return join(short(action.due.isoformat()), overdue)


def _status(action: PlannedAction) -> str:
    return "done, and still failing" if action.status == "done" else action.status


def _until(horizon: Horizon, material: Material) -> Iterator[Html | Table]:
    """The part of the plan that is due within so many days."""
    actions = [action for action in material.actions if action.horizon == horizon]
    if not actions:
        return
    words = "Within 180 days and later" if horizon == HORIZONS[-1] else f"Within {horizon} days"
    yield heading(3, words, id=f"plan-{horizon}")
    for action in actions:
        yield _action(action)
        yield failing(action.findings, material)


def _action(action: PlannedAction) -> Html:
    check = known(action.check)
    docs = el("a", "What AWS says of it", href=action.docs, rel="noreferrer")
    note = el("p", el("b", "Note. "), action.note) if action.note else None
    return join(
        heading(4, action.title, id=f"plan-{action.check}"),
        el("p", *_facts(action), class_="planned"),
        el(
            "div",
            el("p", el("b", "Why. "), first(check.why)) if check else None,
            el("p", el("b", "Remedy. "), remedy(action), " ", docs if action.docs else None),
            note,
            class_="action",
        ),
    )


def _facts(action: PlannedAction) -> Iterator[Child]:
    """Severity, effort, who and until when, in one line."""
    yield severity(action.severity)
    facts = (
        ("Fails for", plural(action.resources, "resource")),
        ("Impact", action.impact),
        ("Effort", action.effort),
        ("Owner", el("bdi", action.owner or _NOBODY)),
        ("Due", _due(action)),
        ("Status", _status(action)),
    )
    for name, fact in facts:
        yield join(" ", el("span", f"{name} ", el("b", fact)))


def remedy(action: PlannedAction) -> str:
    return action.remedy or "No remedy is on record for this check."


def first(prose: str) -> str:
    """The first paragraph."""
    return " ".join(prose.split("\n\n")[0].split())


def failing(findings: Sequence[Finding], material: Material) -> Table:
    """What fails, a resource a row."""
    check = findings[0].check
    decided = material.answers.actions.get(check)
    nobody = decided.owner if decided and decided.owner else _NOBODY
    extent = material.extent
    shown = findings if len(material.failures) <= extent.failures else findings[: extent.each]
    title = material.cut(f"Failing: {material.title(check)}", len(shown), len(findings))
    rows = (
        (
            link(material.leads_to(f.finding, f.check), named(f.name, f.resource)),
            region(f.region),
            _found(f, material),
            el("bdi", material.owners.get(f.resource) or nobody),
        )
        for f in shown
    )
    columns = ("Resource", "Region", "What was found", "Owner")
    return Table(title, columns, rows, fold_over=8, kind="failing")


def _found(finding: Finding, material: Material) -> Html:
    dispute = material.dispute(finding)
    return join(sentence(finding.because), dispute and join(" ", disputed(dispute)))


def remedies(findings: Sequence[Finding], material: Material) -> Html | None:
    """The actions that concern some findings, each a line that leads to its remedy in the plan."""
    open_ = [f for f in findings if f.outcome is Outcome.FAIL and not f.exception]
    actions = sorted(grouped(open_).values(), key=_urgency)
    if not actions:
        return None
    lines = (
        el(
            "li",
            severity(SEVERITIES[_urgency(group)[0]]),
            " ",
            link(f"plan-{group[0].check}", material.title(group[0].check)),
            f", {plural(_places(group), 'resource')}",
        )
        for group in actions
    )
    return el("ol", *lines, class_="remedies")


def _urgency(findings: Sequence[Finding]) -> tuple[int, int, str]:
    worst = min(SEVERITIES.index(finding.severity) for finding in findings)
    return (worst, -_places(findings), findings[0].check)


def _places(findings: Sequence[Finding]) -> int:
    return len({(finding.resource, finding.region) for finding in findings})
