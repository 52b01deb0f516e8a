"""How far the self-assessment has come, counted from answers.yaml as it stands."""

from __future__ import annotations

from msgspec import Struct

from wa_kit.answers import Document, Role
from wa_kit.assessment.book import Book
from wa_kit.assessment.pages import documents_of, roles_of
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.shown import Html, Table, el, join
from wa_kit.suggestions import plural


class Step(Struct, frozen=True, kw_only=True):
    """One thing that is counted: so many done, of so many."""

    what: str
    done: int
    of: int


def steps(book: Book) -> list[Step]:
    said = book.said()
    answers = [said.answers.get(q.id) for q in book.questions]
    duties = {d.id for q in book.questions for r in q.roles for d in r.responsibilities}
    duties |= set(RESPONSIBILITIES)
    named = {n for duty in said.roles.values() for n, who in duty.items() if who.accountable}
    practices = {p.choice for q in book.questions for p in q.practices}
    ticked = {choice for answer in answers if answer for choice in answer.practices}
    roles, documents = roles_of(book, said), documents_of(book, said)
    held = [name for name in roles if said.raci.roles.get(name, Role()).held_by]
    registered = [n for n in documents if said.artefacts.get(n, Document()) != Document()]
    planned = {action.check for action in book.actions}
    owned = [check for check in planned & said.actions.keys() if said.actions[check].owner]
    return [
        Step(what="questions answered", done=sum(map(_given, answers)), of=len(answers)),
        Step(what="practices ticked", done=len(ticked & practices), of=len(practices)),
        Step(what="responsibilities with a name", done=len(named & duties), of=len(duties)),
        Step(what="roles that somebody holds", done=len(held), of=len(roles)),
        Step(what="documents registered", done=len(registered), of=len(documents)),
        Step(what="actions with an owner", done=len(owned), of=len(planned)),
    ]


def _given(answer: object) -> bool:
    return getattr(answer, "status", "unanswered") != "unanswered"


def outdated(book: Book) -> list[str]:
    """The titles of the questions whose answers no longer hold."""
    said = book.said().answers
    return [q.title for q in book.questions if q.id in said and book.outdated(q.id, said[q.id])]


def shown(book: Book) -> Html:
    """What lies on the table, and how far it has come."""
    rows = [(s.what.capitalize(), f"{s.done} of {s.of}", _bar(s)) for s in steps(book)]
    return join(
        el("p", _sources(book)),
        Table("Progress", ("What", "Done", "How far"), rows, kind="wa-progress").html(),
        _remarks(book),
    )


def _sources(book: Book) -> str:
    if not book.run:
        return "There is no run beside these answers yet: `wa-kit review` makes one."
    manifest = book.run.manifest
    simulated = " of a simulated estate" if manifest.simulation else ""
    return (
        f"Evidence: account {manifest.account}{simulated}, read on "
        f"{book.run.read_at:%Y-%m-%d %H:%M} UTC. Answers: {book.path.name}."
    )


def _bar(step: Step) -> Html:
    part = 100 * step.done // step.of if step.of else 0
    inner = el("span", style=f"width:{part}%")
    return el("span", inner, class_="wa-bar", aria_hidden="true")


def _remarks(book: Book) -> Html:
    said, late = book.said(), outdated(book)
    words = f"{plural(len(said.exceptions), 'exception')}, {plural(len(said.disputes), 'dispute')}."
    stale = el("p", f"! Out of date: {'; '.join(late)}.", class_="stale") if late else None
    return join(stale, el("p", words, class_="aside"))
