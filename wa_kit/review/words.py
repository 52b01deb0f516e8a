"""The words and small marks that every page of a review shares. Says nothing about any account."""

from __future__ import annotations

import re

from wa_kit.answers import Dispute
from wa_kit.charts import NOT_READ, said
from wa_kit.model import Finding, Outcome, Reason
from wa_kit.shown import Html, el, join
from wa_kit.suggestions import Standing, plural

# A sign beside each word: no meaning hangs on colour alone.
_SIGNS = {
    "pass": "✓",
    "fail": "✕",
    "unknown": "?",
    "not_applicable": "\N{EN DASH}",
    "supported": "✓",
    "gaps": "✕",
    "cannot_tell": "?",
    "nothing_here": "\N{EN DASH}",
    "ask": "…",
}
OPEN = ("Fail", NOT_READ, "Not answered", "AWS cannot tell")
PARTS = (*OPEN, "Pass", "Not applicable")  # what a finding can say: see ``said``
_SHORT = 24
_REGION = re.compile(r"[a-z]{2,4}(?:-[a-z]+)+-\d{1,2}")
REASONS = {
    Reason.DENIED: "permission denied",
    Reason.THROTTLED: "throttled to the end",
    Reason.EXPIRED: "the credentials expired",
    Reason.UNREACHABLE: "no answer came",
    Reason.MALFORMED: "the answer made no sense",
    Reason.LIMIT: "cut off at the kit's own limit",
    Reason.NOT_COLLECTED: "not collected",
    Reason.NOT_KNOWABLE: "AWS cannot tell",
    Reason.NO_ANSWER: "nobody has answered yet",
}
RISKS = {
    "high": "high: something of high or critical severity fails",
    "medium": "medium: something fails, nothing of it high or critical",
    "none": "none found in what was assessed",
    "unknown": "unknown: the evidence does not reach far enough",
}


def within(part: str) -> str:
    """A part of the findings as it stands within a sentence."""
    return part if part.startswith("AWS") else part.lower()


def chip(kind: str, words: str) -> Html:
    """A word in a coloured field, with a sign where the word has one."""
    sign = _SIGNS.get(kind)
    mark = el("span", sign, aria_hidden="true") if sign else None
    return el("span", mark, " " if mark else None, words, class_=f"chip {kind}")


def signed(kind: str, words: str) -> str:
    """The same where there is no markup."""
    return f"{_SIGNS[kind]} {words}" if kind in _SIGNS else words


def severity(name: str) -> Html:
    return chip(f"severity {name}", name.capitalize())


def standing(of: Standing) -> Html:
    return chip(of.value, of.in_words)


def outcome(finding: Finding, dispute: Dispute | None = None) -> Html:
    """The outcome, how serious it is, and what people hold against it."""
    chips = [chip(finding.outcome.value, said(finding))]
    if finding.outcome is Outcome.FAIL:
        chips.append(severity(finding.severity))
    if finding.exception:
        chips.append(chip("accepted", "Accepted"))
    if dispute:
        chips.append(disputed(dispute))
    return join(*(join(one, " ") for one in chips[:-1]), chips[-1])


def disputed(dispute: Dispute) -> Html:
    return chip("accepted", f"Disputed: {dispute.says}")


def named(name: str, resource: str) -> Html:
    """A resource by its name. Isolated, so that right-to-left letters move nothing around it."""
    return el("bdi", called(name, resource), class_="name")


def called(name: str, resource: str) -> str:
    """What a resource is called. The account, its regions and unread tables say what they are."""
    if resource.startswith("AWS::::Account:"):
        _, _, table = resource.partition("#")
        if table:
            return f"{_spaced(table)} (not read)"
        if _REGION.fullmatch(name):
            return f"Region {name}"
        return name or "The account"
    return name or resource.rpartition(":")[2] or resource


def _spaced(table: str) -> str:
    """``RecoveryPoint`` -> ``Recovery point``."""
    return re.sub("(?<=[a-z])(?=[A-Z])", " ", table).capitalize()


def anchor(finding: str) -> str:
    return f"f-{finding[:16]}"


def link(to: str, *words: object) -> Html:
    return el("a", *words, href=f"#{to}")


def heading(level: int, words: object, id: str, **attributes: object) -> Html:
    return el(f"h{level}", words, id=id, **attributes)


def place(region: str) -> str:
    return "all regions" if region == "global" else region


def region(name: str) -> Html:
    """A region in a cell of its own."""
    return short(place(name))


def short(words: str) -> Html:
    """Never broken at its hyphens, unless it is longer than names of this kind are."""
    return el("span", words, class_="short" if len(words) <= _SHORT else None)


def sentence(words: str) -> str:
    """With a capital at its beginning, unless that is a name such as ``kms:ListKeys``."""
    begins = words.partition(" ")[0]
    return words[:1].upper() + words[1:] if begins.rstrip(",:;").isalpha() else words


__all__ = [
    "OPEN",
    "PARTS",
    "REASONS",
    "RISKS",
    "anchor",
    "called",
    "chip",
    "disputed",
    "heading",
    "link",
    "named",
    "outcome",
    "place",
    "plural",
    "region",
    "said",
    "sentence",
    "severity",
    "short",
    "signed",
    "standing",
]
