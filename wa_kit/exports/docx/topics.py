"""What cuts across the questions, for a Word template: loss, keys, blind spots, and findings.

Long lists are cut, with the number that was left out; the whole stands in the Excel export.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from wa_kit.charts import customer_managed, said
from wa_kit.exports.docx.cells import judged
from wa_kit.model import Finding, Reason
from wa_kit.review.holders import let_in
from wa_kit.review.keys_and_backups import LOSS
from wa_kit.review.material import Material, grouped
from wa_kit.review.words import OPEN, REASONS, called, place
from wa_kit.suggestions import listing

_MOST_KEYS = 40
_MOST_OPEN = 25  # of what stands under a topic
_MOST_FINDINGS = 250


def loss(material: Material) -> dict[str, Any]:
    """Keys that are going away, and backups that may not be there when needed."""
    findings = material.of(LOSS)
    open_ = [f for f in findings if said(f) in OPEN]
    return {
        "asked": [_tally(material, check, found) for check, found in grouped(findings).items()],
        "open": [judged(f, material.title(f.check)) for f in open_[:_MOST_OPEN]],
        "left_out": max(len(open_) - _MOST_OPEN, 0),
    }


def _tally(material: Material, check: str, found: list[Finding]) -> dict[str, Any]:
    counts = Counter(said(finding) for finding in found)
    return {
        "title": material.title(check),
        "fail": counts["Fail"],
        "open": sum(counts[part] for part in OPEN) - counts["Fail"],
        "pass": counts["Pass"],
        "not_applicable": counts["Not applicable"],
    }


def keys(material: Material) -> dict[str, Any]:
    """Whom each customer managed key lets in, by its own policy."""
    ours = [key for key in material.keys if customer_managed(key) is not False]
    rows = []
    for key in ours[:_MOST_KEYS]:
        decrypt, administer, outside = (listing(names) for names in let_in(key))
        rows.append(
            {
                "key": called(key.name, key.arn),
                "where": place(key.region),
                "decrypt": decrypt,
                "administer": administer,
                "outside": outside,
            }
        )
    return {"rows": rows, "left_out": max(len(ours) - _MOST_KEYS, 0)}


def not_seen(material: Material) -> list[dict[str, Any]]:
    """What was not read, by operation and reason."""
    groups: dict[tuple[str, str, str], list[Finding]] = {}
    for f in material.findings:
        if f.reason and f.reason.not_read:
            asked = f.operation or f.service or f.name
            groups.setdefault((asked, f.action or "", str(f.reason)), []).append(f)
    return [
        {
            "operation": operation,
            "permission": action,
            "why": REASONS[Reason(reason)],
            "where": listing(sorted({place(f.region) for f in found})),
            "findings": len(found),
        }
        for (operation, action, reason), found in sorted(groups.items())
    ]


def points(material: Material, reason: str) -> list[dict[str, Any]]:
    """What AWS cannot tell, or people have not said, by check and with an example."""
    groups = grouped(f for f in material.findings if f.reason == reason)
    return [
        {
            "title": material.title(check),
            "findings": len(found),
            "example": f"{called(found[0].name, found[0].resource)}: {found[0].because}",
        }
        for check, found in groups.items()
    ]


def findings(material: Material) -> dict[str, Any]:
    """The annex: what fails or is unknown, most serious first."""
    shown = material.open[:_MOST_FINDINGS]
    return {
        "rows": [judged(f, material.title(f.check)) for f in shown],
        "open": len(material.open),
        "left_out": len(material.open) - len(shown),
        "all": len(material.findings),
    }
