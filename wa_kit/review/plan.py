"""The action plan: what fails, by what repairs it, most serious first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from wa_kit.model import SEVERITIES, Finding
from wa_kit.review.material import Material, grouped, known
from wa_kit.review.words import heading, link, named, region, sentence, severity
from wa_kit.shown import Html, Parts, Table, el, join
from wa_kit.suggestions import plural


def action_plan(material: Material) -> Parts:
    """One action for each check that fails, with the resources it concerns."""
    if not material.failures:
        return Parts(el("p", material.nothing_fails, class_="nothing"))
    actions = sorted(grouped(material.failures).values(), key=_urgency)
    return Parts(_overview(actions, material), *_actions(actions, material))


def _urgency(findings: Sequence[Finding]) -> tuple[int, int, str]:
    worst = min(SEVERITIES.index(finding.severity) for finding in findings)
    return (worst, -len(findings), findings[0].check)


def _overview(actions: list[list[Finding]], material: Material) -> Table:
    rows = (
        (
            link(f"plan-{findings[0].check}", material.title(findings[0].check)),
            severity(SEVERITIES[_urgency(findings)[0]]),
            _places(findings),
            ", ".join(sorted({_owner(finding, material) for finding in findings})[:3]),
        )
        for findings in actions
    )
    columns = ("Action on", "Severity", "Resources", "Owners, the first three")
    return Table(
        "Actions by severity", columns, rows, numbers=["Resources"], fold_over=60, kind="actions"
    )


def _places(findings: Sequence[Finding]) -> int:
    return len({(finding.resource, finding.region) for finding in findings})


def _actions(actions: list[list[Finding]], material: Material) -> Iterator[Html | Table]:
    level = ""
    for findings in actions:
        worst = SEVERITIES[_urgency(findings)[0]]
        if worst != level:
            level = worst
            yield heading(3, f"{worst.capitalize()} severity", id=f"plan-{worst}")
        yield _action(findings, material)
        yield failing(findings, material)


def _action(findings: list[Finding], material: Material) -> Html:
    name = findings[0].check
    check = known(name)
    docs = el("a", "What AWS says of it", href=check.docs, rel="noreferrer") if check else None
    return join(
        heading(4, material.title(name), id=f"plan-{name}"),
        el(
            "div",
            el("p", el("b", "Why. "), first(check.why)) if check else None,
            el("p", el("b", "Remedy. "), remedy(findings[0]), " ", docs),
            class_="action",
        ),
    )


def remedy(finding: Finding) -> str:
    return finding.remediation or "No remedy is on record for this check."


def first(prose: str) -> str:
    """The first paragraph."""
    return " ".join(prose.split("\n\n")[0].split())


def failing(findings: Sequence[Finding], material: Material) -> Table:
    """What fails, a resource a row."""
    check = findings[0].check
    extent = material.extent
    shown = findings if len(material.failures) <= extent.failures else findings[: extent.each]
    title = f"Failing: {material.title(check)}"
    if len(shown) < len(findings):
        title += (
            f" (the first {len(shown)} of {len(findings):,}; the rest stands in {material.rest})"
        )
    rows = (
        (
            link(material.leads_to(f.finding, f.check), named(f.name, f.resource)),
            region(f.region),
            sentence(f.because),
            el("bdi", _owner(f, material)),
        )
        for f in shown
    )
    columns = ("Resource", "Region", "What was found", "Owner")
    return Table(title, columns, rows, fold_over=8, kind="failing")


def _owner(finding: Finding, material: Material) -> str:
    return material.owners.get(finding.resource) or "nobody named"


def remedies(findings: Sequence[Finding], material: Material) -> Html | None:
    """The actions that concern some findings, each a line that leads to its remedy in the plan."""
    open_ = [f for f in findings if f.outcome == "fail" and not f.exception]
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
