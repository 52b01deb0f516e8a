"""What stands beside a question's form: what the evidence says, in few words, and the draft."""

from __future__ import annotations

from collections.abc import Iterator

from wa_kit.answers import Answer
from wa_kit.assessment.book import Book
from wa_kit.checks import CHECKS
from wa_kit.model import Reason
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.words import REASONS, called, place, sentence, severity, standing
from wa_kit.shown import Html, bullets, el, folded, join, paragraphs
from wa_kit.suggestions import Suggestion, plural

_WORST = 5


def beside(book: Book, question: Questionnaire, answer: Answer) -> Html:
    """The evidence on one question, and whether its answer still holds."""
    suggestion = book.suggestion(question.id)
    return join(
        *_stale(book.outdated(question.id, answer)),
        el("p", question.question, class_="asked"),
        *(_suggested(suggestion) if suggestion else [_nothing(book)]),
        folded("Ask the team", _prompts(question)),
    )


def _nothing(book: Book) -> Html:
    words = (
        f"The run {book.run.folder.name} did not ask this question, so there is no evidence."
        if book.run
        else "There is no run yet, so there is no evidence and no draft."
    )
    return el("p", words, class_="nothing")


def _stale(because: tuple[str, ...]) -> Iterator[Html]:
    if because:
        yield el(
            "div",
            el("p", el("b", "! This answer is out of date.")),
            bullets(because),
            el("p", "Look at the evidence again, change what has to be, and save: it holds anew."),
            class_="wa-stale",
        )


def _suggested(suggestion: Suggestion) -> Iterator[Html]:
    yield el("p", standing(suggestion.standing), " ", sentence(suggestion.because), ".")
    if suggestion.open:
        yield el("h3", suggestion.heading(_WORST))
        yield bullets(
            join(
                severity(t.severity),
                " ",
                el("bdi", called(t.name, t.resource)),
                f" ({', '.join(place(region) for region in t.regions)}): {t.because}",
            )
            for t in suggestion.open[:_WORST]
        )
    if suggestion.not_seen:
        yield el("h3", "What was not read")
        yield bullets(
            f"{blind.what} in {place(blind.region)}: {REASONS[Reason(blind.reason)]}"
            for blind in suggestion.not_seen[:_WORST]
        )
    yield el(
        "div",
        el("h3", "Draft answer, from the evidence"),
        paragraphs(suggestion.draft),
        class_="draft",
    )


def _prompts(question: Questionnaire) -> Html:
    return bullets(join(el("b", p.ask), el("p", p.good_answer)) for p in question.prompts)


def of_practice(book: Book, choice: str, here: str) -> str:
    """What the evidence says of a practice: through every question that names it, this one first.

    No check belongs to one practice alone, so none is refuted or proved by a number here.
    """
    naming = [q for q in book.questions if choice in {p.choice for p in q.practices}]
    naming.sort(key=lambda q: q.id != here)
    said = []
    for question in naming:
        suggestion = book.suggestion(question.id)
        if suggestion:
            where = "Here" if question.id == here else f"Under “{question.title}”"
            said.append(f"{where}: {_numbers(suggestion)}")
    return ". ".join(said)


def _numbers(suggestion: Suggestion) -> str:
    resources = suggestion.resources
    judged = resources["pass"] + resources["fail"]
    failing = f"{resources['fail']} of {plural(judged, 'resource')} fail" if judged else ""
    open_ = f"{resources['unknown']} without a verdict" if resources["unknown"] else ""
    numbers = ", ".join(part for part in (failing, open_) if part)
    return f"{suggestion.standing.in_words.lower()}{f' ({numbers})' if numbers else ''}"


def title_of(check: str) -> str:
    known = CHECKS.get(check)
    return known.title.rstrip(".") if known else check
