"""The draft of an answer: a question's own template, filled in.

A questionnaire may come from a stranger, so its template runs in a sandbox and sees plain values.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec

from wa_kit.model import Finding, KitError, Outcome
from wa_kit.questionnaire import Questionnaire
from wa_kit.shown import visible
from wa_kit.suggestions.parts import Blind, Standing, Trouble
from wa_kit.wording import listing, plural

if TYPE_CHECKING:
    from jinja2 import Template
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_OPEN = {
    "not_read": ("{} could not be read", "{} could not be read"),
    "no_answer": ("{} waits for an answer", "{} wait for an answer"),
    "not_knowable": ("for {} AWS cannot tell", "for {} AWS cannot tell"),
}
EXPRESSION_FAULTS = (  # what {{ 1 / 0 }} or {{ worst | sum }} of a stranger's template ends in
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_NOTE = " (Shortened; the whole draft is in the review.)"


def draft(
    question: Questionnaire,
    standing: Standing,
    resources: Mapping[str, int],
    open_: Mapping[str, int],
    partly: int,
    worst: Sequence[Trouble],
    not_seen: Sequence[Blind],
    findings: Sequence[Finding],
) -> str:
    """Plain text. Raises ``KitError`` that names the questionnaire whose template does not work."""
    by_check: dict[str, Counter[str]] = {check: Counter() for check in question.checks}
    for f in findings:
        by_check[f.check][f.outcome.value] += 1
    text = _rendered(
        question,
        standing=standing.value,
        passed=resources["pass"],
        failed=resources["fail"],
        unknown=resources["unknown"],
        not_applicable=resources["not_applicable"],
        assessed=resources["pass"] + resources["fail"],
        partly=partly,
        why_unknown=why_unknown(open_),
        worst=[_on_one_line(t) for t in worst],
        not_seen=[_on_one_line(b) for b in not_seen],
        by_check={c: {o.value: n[o.value] for o in Outcome} for c, n in by_check.items()},
    )
    return "\n".join(line.strip() for line in text.strip().splitlines())


def _rendered(question: Questionnaire, **known: Any) -> str:
    import jinja2

    try:
        return _template(question.answer).render(known)
    except (jinja2.TemplateError, *EXPRESSION_FAULTS) as error:
        raise KitError(
            f"Questionnaire {question.id}: its `answer` cannot be filled in "
            f"({type(error).__name__}: {error}). Mend the template in {question.id}.yaml."
        ) from error


@lru_cache(maxsize=256)
def _template(source: str) -> Template:
    return _environment().from_string(source)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    import jinja2
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    made = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
    made.globals.update(plural=plural, listing=listing)
    return made


def _on_one_line(part: Trouble | Blind) -> dict[str, Any]:
    """The fields of a part; names that others chose can neither hide nor begin a line."""
    return {
        name: " ".join(visible(value).split()) if isinstance(value, str) else value
        for name, value in msgspec.structs.asdict(part).items()
    }


def why_unknown(open_: Mapping[str, int], noun: str = "") -> str:
    """``2 could not be read, 52 wait for an answer and for 1 AWS cannot tell``.

    The first number gets the ``noun``, when there is one.
    """
    said: list[str] = []
    for kind, words in _OPEN.items():
        if number := open_.get(kind, 0):
            many = plural(number, noun) if noun and not said else str(number)
            said.append(words[number != 1].format(many))
    return listing(said)


def shortened(text: str, limit: int) -> str:
    """``text`` cut after a whole sentence where it is longer than ``limit`` characters.

    ``limit`` has to leave room for the note that says so.
    """
    if len(text) <= limit:
        return text
    kept = text[: limit - len(_NOTE)]
    end = max(kept.rfind(stop) for stop in (". ", ".\n", "\n"))
    return kept[: end + 1].rstrip() + _NOTE if end > 0 else kept + _NOTE
