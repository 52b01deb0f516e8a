"""What several tables of the Word report have in common: marks, paragraphs, and things that fail.

A mark is a word with a sign and a tint to lie behind it; the tint only repeats what the word says.
"""

from __future__ import annotations

from typing import Any

from wa_kit.charts import said
from wa_kit.model import Finding, Outcome
from wa_kit.review.words import called, place, sentence, signed
from wa_kit.suggestions import Standing, Trouble, listing

# Okabe and Ito's colours, thinned until black letters stand out on them.
_TINTS = {
    "critical": "F2C4AC",
    "high": "F9E1D2",
    "medium": "FBF6CF",
    "low": "E4F1F9",
    "info": "EFF2F5",
    "gaps": "F9E1D2",
    "supported": "D3E6F2",
    "cannot_tell": "DEDEDE",
    "nothing_here": "EFF2F5",
    "ask": "FBF6CF",
    "fail": "F9E1D2",
    "unknown": "DEDEDE",
    "pass": "D3E6F2",
    "not_applicable": "EFF2F5",
}


def tint(word: str) -> str:
    """What may lie behind a severity, an impact, a standing or an outcome, as RGB."""
    return _TINTS[word]


def severity(name: str) -> dict[str, str]:
    return {"severity": name.capitalize(), "tint": tint(name)}


def standing(of: Standing) -> dict[str, str]:
    return {"standing": signed(of.value, of.in_words), "tint": tint(of.value)}


def outcome(finding: Finding) -> dict[str, str]:
    """What a finding says; of a failure, how serious it is and whether it is accepted."""
    words = signed(finding.outcome.value, said(finding))
    if finding.outcome is not Outcome.FAIL:
        return {"outcome": words, "tint": tint(finding.outcome.value)}
    accepted = ", accepted" if finding.exception else ""
    return {"outcome": f"{words}, {finding.severity}{accepted}", "tint": tint(finding.severity)}


def paragraphs(prose: str) -> list[str]:
    """The paragraphs of plain text; the lines within each are kept."""
    return [part.strip("\n") for part in prose.split("\n\n") if part.strip()]


def trouble(of: Trouble) -> dict[str, Any]:
    """One thing that fails."""
    return {
        "resource": called(of.name.rstrip("."), of.resource),
        "service": of.service,
        "where": places(of.regions),
        **severity(of.severity),
        "because": sentence(of.because),
        "owner": of.owner or "nobody named",
    }


def judged(finding: Finding, title: str) -> dict[str, Any]:
    """One finding, under its check's title."""
    return {
        "check": title,
        "resource": called(finding.name, finding.resource),
        "where": place(finding.region),
        **outcome(finding),
        "because": sentence(finding.because),
    }


def places(regions: tuple[str, ...]) -> str:
    return listing([place(region) for region in regions])
