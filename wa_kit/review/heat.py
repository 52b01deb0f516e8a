"""The heat map: questions by account and region, each cell in words and by its worst."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from wa_kit.charts import NOT_READ, said
from wa_kit.model import SEVERITIES, Finding, Outcome
from wa_kit.review.material import Material
from wa_kit.review.words import heading, place
from wa_kit.shown import Child, Html, Parts, Table, el
from wa_kit.suggestions.counting import counts, weightiest

Place = tuple[str, str]  # account, region
_PASS, _FAIL = "Pass", "Fail"
# How a cell looks -> its sign, and what the legend says of it.
_LOOKS = {
    "critical": ("✕", "fails, the worst critical"),
    "high": ("✕", "fails, the worst high"),
    "fail": ("✕", "fails, nothing critical or high"),
    "unread": ("?", "no failure known, but something not read"),
    "open": ("…", "nothing fails; AWS cannot tell, or people have not said"),
    "pass": ("✓", "all that was assessed passes"),
    "none": ("\N{EN DASH}", "nothing to judge"),
}
_WORDS = {
    _FAIL: "fail",
    NOT_READ: "not read",
    "Not answered": "not answered",
    "AWS cannot tell": "AWS cannot tell",
    _PASS: "pass",
}


def overview(material: Material) -> Parts:
    """The heat map of one run."""
    questions = {s.id: s.title for s in material.summary.questions}
    return Parts(
        heading(3, "Where the gaps are", id="heat-map"), heat_map(material.findings, questions)
    )


def heat_map(findings: Iterable[Finding], questions: Mapping[str, str]) -> Parts:
    """A row for each account and region, a column for each question (id -> title).

    Counted are resources, each by its weightiest finding.
    """
    cells: dict[Place, dict[str, list[Finding]]] = {}
    for finding in findings:
        if counts(finding):
            asked = cells.setdefault((finding.account, finding.region), {})
            for question in finding.questions:
                asked.setdefault(question, []).append(finding)
    if not any(cells.values()):
        return Parts(el("p", "There is nothing to map: nothing was judged.", class_="nothing"))
    several = len({account for account, _ in cells}) > 1
    rows = (
        (_called(where, several), *(_cell(asked.get(question, ())) for question in questions))
        for where, asked in sorted(cells.items(), key=lambda item: _order(item[0]))
    )
    columns = ("Account and region" if several else "Region", *questions.values())
    title = "Resources by question and region: how many, and the worst of them"
    return Parts(Table(title, columns, rows, fold_over=60, kind="heat-map"), _legend())


def _order(where: Place) -> tuple[str, bool, str]:
    return (where[0], where[1] != "global", where[1])


def _called(where: Place, several: bool) -> str:
    account, region = where
    return f"{account}, {place(region)}" if several else place(region)


def _cell(findings: Sequence[Finding]) -> Html:
    decides = list(weightiest(findings).values())
    numbers = Counter(said(finding) for finding in decides)
    parts = [f"{numbers[part]:,} {words}" for part, words in _WORDS.items() if numbers[part]]
    failed = [finding for finding in decides if finding.outcome is Outcome.FAIL]
    if failed:
        worst = SEVERITIES[min(SEVERITIES.index(finding.severity) for finding in failed)]
        accepted = sum(finding.exception is not None for finding in failed)
        parts.insert(1, f"the worst {worst}")
        if accepted:
            parts.insert(1, f"{accepted:,} of them accepted")
        return _field(worst if worst in _LOOKS else "fail", parts)
    return _field(_look(numbers), parts)


def _look(numbers: Mapping[str, int]) -> str:
    if numbers[NOT_READ]:
        return "unread"
    if numbers["Not answered"] or numbers["AWS cannot tell"]:
        return "open"
    return "pass" if numbers[_PASS] else "none"


def _field(look: str, parts: Sequence[str]) -> Html:
    first, *rest = parts or ["nothing to judge"]
    more: Child = el("span", ", ".join(rest), class_="more") if rest else None
    sign = el("span", _LOOKS[look][0], aria_hidden="true")
    return el("span", sign, " ", el("b", first), more, class_=f"heat {look}")


def _legend() -> Html:
    keys = (
        el("li", el("span", sign, class_=f"heat {look}", aria_hidden="true"), " ", words)
        for look, (sign, words) in _LOOKS.items()
    )
    return el("ul", *keys, class_="legend")
