"""What a Word template may print: one run as plain texts, numbers and lists of them.

docs/word-template.md describes each name. Texts are made visible here, so that nothing in them is
a control character; they hold no markup, and paragraphs are lists of texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wa_kit import charts
from wa_kit.exports.docx import people, questions, topics
from wa_kit.exports.docx.cells import paragraphs, trouble
from wa_kit.review import annexes, glance
from wa_kit.review.glossary import GLOSSARY
from wa_kit.review.material import Material
from wa_kit.review.words import place
from wa_kit.shown import Html, visible, words
from wa_kit.suggestions import listing, plural

_WORST = 5
_TITLE = "Well-Architected review: protection of data"
_TERMS = (
    "Alias",
    "AWS managed key",
    "Backup plan",
    "Check",
    "Classification",
    "Customer managed key",
    "Evidence",
    "Exception",
    "Finding",
    "Key policy",
    "Level of protection",
    "Not read",
    "Outcome",
    "Recovery point",
    "Severity",
    "Stale answer",
    "Standing",
    "Unknown",
    "Vault lock",
)


def told(material: Material) -> dict[str, Any]:
    """Name -> what it stands for; pictures excepted, which the template adds."""
    made = {
        **_front(material),
        **_glance(material),
        "overview": questions.overview(material),
        "questions": questions.pages(material),
        "plan": people.plan(material),
        "loss": topics.loss(material),
        "keys": topics.keys(material),
        "exceptions": people.exceptions(material),
        "disputes": people.disputes(material),
        "responsibilities": people.responsibilities(material),
        "matrix": people.matrix(material),
        "documents": people.documents(material),
        "not_seen": topics.not_seen(material),
        "not_knowable": topics.points(material, "not_knowable"),
        "open_points": topics.points(material, "no_answer"),
        "method": list(annexes.how(material)),
        "findings": topics.findings(material),
        "glossary": [{"term": t, "meaning": GLOSSARY[t]} for t in _TERMS if t in GLOSSARY],
    }
    return {name: inert(value) for name, value in made.items()}


def inert(value: Any) -> Any:
    """``value`` with every text in it made visible, and markup turned into words."""
    if isinstance(value, str):
        return words(value) if isinstance(value, Html) else visible(value)
    if isinstance(value, dict):
        return {name: inert(one) for name, one in value.items()}
    return [inert(one) for one in value] if isinstance(value, (list, tuple)) else value


def _front(material: Material) -> dict[str, Any]:
    manifest, said = material.manifest, material.narrative
    regions = [place(region) for region in manifest.regions]
    day = said.date or material.today
    front = {
        "title": said.title or _TITLE,
        "customer": said.customer,
        "account": manifest.account,
        "workload": str(manifest.parameters.get("workload", "")),
        "regions": listing(regions) or "none",
        "evidence_of": material.read_on("%d %B %Y, %H:%M"),
        "date": f"{day:%d %B %Y}",
        "version": said.version,
        "prepared_by": said.prepared_by,
        "prepared_for": said.prepared_for,
        "confidentiality": said.confidentiality,
        "draft": said.status == "draft",
        "simulation": manifest.simulation,
        "kit": f"wa-kit {manifest.kit_version}",
        "executive_summary": paragraphs(said.executive_summary),
        "limitations": paragraphs(said.limitations),
    }
    marks = (
        "SIMULATION" * manifest.simulation,
        "DRAFT" * (said.status == "draft"),
        said.confidentiality,
    )
    return front | {"cover": _cover(front), "marks": " \u00b7 ".join(filter(None, marks))}


def _cover(front: dict[str, Any]) -> list[dict[str, str]]:
    """The facts under the title; those that nobody gave are left out."""
    facts = (
        ("AWS account", front["account"]),
        ("Workload", front["workload"]),
        ("Regions", front["regions"]),
        ("Evidence of", front["evidence_of"]),
        ("Date", front["date"]),
        ("Version", front["version"]),
        ("Prepared by", front["prepared_by"]),
        ("Prepared for", front["prepared_for"]),
        ("Confidentiality", front["confidentiality"]),
    )
    return [{"name": name, "value": value} for name, value in facts if value]


def _glance(material: Material) -> dict[str, Any]:
    return {
        "verdict": glance.verdict(material),
        "how_bad": glance.how_bad(material),
        "facts": _facts(material),
        "worst": [trouble(one) for one in material.summary.open[:_WORST]],
        "decisions": list(glance.decisions(material)),
    }


def _facts(material: Material) -> list[dict[str, str]]:
    summary = material.summary
    stores, accepted, changes = summary.stores, summary.accepted, summary.changes
    blind = len(summary.not_seen)
    facts = [
        ("Data stores assessed", f"{stores.assessed:,} of {stores.seen:,} that were seen"),
        ("Classification known", f"{stores.classified:,} of {stores.seen:,} data stores"),
        ("Could not be seen", plural(blind, "blind spot")),
        ("Findings", _counted(summary.findings)),
        ("Exceptions", f"{plural(accepted, 'failure')} accepted" if accepted else "none"),
    ]
    if changes:
        facts.append(
            (
                "Since the last review",
                f"{plural(changes.new_failures, 'new failure')}, {changes.resolved:,} resolved, "
                f"{changes.no_longer_seen:,} no longer assessed",
            )
        )
    return [{"name": name, "value": value} for name, value in facts]


def _counted(findings: dict[str, int]) -> str:
    order = ("fail", "unknown", "pass", "not_applicable")
    return listing([f"{findings[o]:,} {o.replace('_', ' ')}" for o in order if findings.get(o)])


def drawn(material: Material) -> list[charts.Chart]:
    """The charts of the report that have something to show."""
    now = material.manifest.as_of
    made = (
        charts.coverage(material.findings),
        charts.levels(material.evidence),
        charts.key_ages(material.keys, now),
    )
    return [chart for chart in made if chart]


def figures(chart: charts.Chart) -> dict[str, Any]:
    """A chart's title, what it shows in words, and its figures."""
    table = chart.table
    rows: Sequence[Sequence[Any]] = table.rows
    return {
        "title": inert(chart.title),
        "words": inert(chart.in_words().rpartition(" The table below")[0]),
        "columns": inert([column or "Group" for column in table.columns]),
        "rows": [[inert(str(cell)) for cell in row] for row in rows],
    }
