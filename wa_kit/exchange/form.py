"""A review folder as tables to fill in: a form for each question, and a table for each list.

Knows no file format.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from wa_kit.answers.fields import Fields, Place, Value, entry_name, fields, items
from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.exchange import tables
from wa_kit.exchange.carried import carry
from wa_kit.exchange.source import Seen, Source
from wa_kit.exchange.tables import Column, Row, Spec, Table, columns_of, place_of
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import Suggestion, plural

Said = Iterable[tuple[Place, tuple[str, ...]]]


class Asked(Struct, frozen=True, kw_only=True):
    """One question: what a reviewer brings to asking it, and the form for its answer."""

    question: Questionnaire
    standings: tuple[tuple[Seen, Suggestion], ...]  # newest first
    table: Table


class Form(Struct, frozen=True, kw_only=True):
    """The whole document, whatever its format."""

    name: str
    seen: tuple[Seen, ...]
    asked: tuple[Asked, ...]
    lists: tuple[Table, ...]
    status: dict[str, str]  # question -> what stands in answers.yaml
    carried: str


def form(source: Source) -> Form:
    """Everything a document shows, and what it carries."""
    known = fields(source.answers)
    asked = tuple(
        Asked(
            question=question,
            standings=tuple((seen, said) for seen in source.seen if (said := seen.of(question.id))),
            table=_table(tables.question_spec(number, question.title), _fields_of(question), known),
        )
        for number, question in enumerate(source.questions, 1)
    )
    rows_of = (_duties, _roles, _matrix, _artefacts, _actions, _exceptions, _disputes)
    lists = tuple(
        _table(spec, said(source), known) for spec, said in zip(tables.LISTS, rows_of, strict=True)
    )
    shown = [row for table in (*(a.table for a in asked), *lists) for row in table.rows if row.ref]
    return Form(
        name=source.name,
        seen=source.seen,
        asked=asked,
        lists=lists,
        status={
            q.id: str(known.get(("answers", q.id, "status"), "unanswered"))
            for q in source.questions
        },
        carried=carry(
            source.name,
            {row.ref: row.at for row in shown},
            _base(shown, known),
            {one.question.id: _digests(one) for one in asked},
        ),
    )


def _digests(asked: Asked) -> dict[str, str]:
    """Account -> digest of the findings whose standing is shown beside the question."""
    return {seen.account: said.seen for seen, said in asked.standings if said.seen}


def _base(rows: Iterable[Row], known: Fields) -> Fields:
    places = {
        place[:3] if place[0] == "answers" else place
        for row in rows
        for place in (place_of(row.at, column) for column in row.columns)
    }
    return {place: known[place] for place in places if place in known}


def _table(spec: Spec, said: Said, known: Fields) -> Table:
    rows = [_row(spec, number, at, words, known) for number, (at, words) in enumerate(said, 1)]
    blank = tuple("" for _ in spec.said)
    nothing = tuple(None for _ in spec.columns)
    free = Row(ref="", at=(), said=blank, values=nothing, columns=spec.columns)
    return Table(spec=spec, rows=(*rows, *([free] * spec.free)))


def _row(spec: Spec, number: int, at: Place, said: tuple[str, ...], known: Fields) -> Row:
    columns = columns_of(spec, at)
    return Row(
        ref=f"{spec.code}-{number:02}",
        at=at,
        said=said,
        values=tuple(_value(at, column, known) for column in columns),
        columns=columns,
    )


def _value(at: Place, column: Column, known: Fields) -> Value | None:
    if column.kind == "tick":
        return "yes" if at[3] in items(known.get(at[:3])) else "no"
    return known.get(place_of(at, column))


def _fields_of(question: Questionnaire) -> Iterator[tuple[Place, tuple[str, ...]]]:
    at: Place = ("answers", question.id)
    first, *others = tables.ANSWER
    yield (*at, first.field), (first.title, first.hint)
    for practice in question.practices:
        hint = f"{practice.practice}: yes or no"
        yield (*at, "practices", practice.choice), (practice.title, hint)
    for column in others:
        yield (*at, column.field), (column.title, column.hint)


def _duties(source: Source) -> Iterator[tuple[Place, tuple[str, ...]]]:
    at = tables.DUTIES.part
    known = {name: (duty.text, duty.role) for name, duty in RESPONSIBILITIES.items()}
    for question in source.questions:
        for role in question.roles:
            for duty in role.responsibilities:
                known.setdefault(duty.id, (duty.text, role.title))
    named = source.answers.roles.get("responsibilities", {})
    for name in (*known, *(name for name in named if name not in known)):
        yield (*at, name), known.get(name, (name, ""))


def _roles(source: Source) -> Iterator[tuple[Place, tuple[str, ...]]]:
    for name, title in roles(source).items():
        yield (*tables.ROLES.part, name), (_named(name, title),)


def _named(name: str, title: str) -> str:
    """A role as the matrix calls it, and what it is called where that is more."""
    return name if title in ("", name) else f"{name}\n{title}"


def roles(source: Source) -> dict[str, str]:
    """Name -> title of each role of the questions, and of the team's own."""
    asked = {role.id: role.title for q in source.questions for role in q.roles}
    own = {name: role.title or name for name, role in source.answers.raci.roles.items()}
    return own | asked


def artefacts(source: Source) -> dict[str, tuple[str, str]]:
    """Name -> title, and what it proves, of each document asked for or added."""
    asked = {a.id: (a.title, a.proves) for q in source.questions for a in q.artefacts}
    own = {name: (d.title or name, "") for name, d in source.answers.artefacts.items()}
    return own | asked


def _matrix(source: Source) -> Iterator[tuple[Place, tuple[str, ...]]]:
    practices = {p.choice: f"{p.practice} {p.title}" for q in source.questions for p in q.practices}
    for name in sorted(practices, key=lambda name: practices[name]):
        yield ("raci", "practices", name), (practices[name], "practice")
    for name, (title, _) in sorted(artefacts(source).items()):
        yield ("raci", "artefacts", name), (title, "document")


def _artefacts(source: Source) -> Iterator[tuple[Place, tuple[str, ...]]]:
    for name, said in sorted(artefacts(source).items()):
        yield ("artefacts", name), said


def _actions(source: Source) -> Iterator[tuple[Place, tuple[str, ...]]]:
    """What fails, most urgent first, each once over all accounts; then what was decided before."""
    failing: Counter[str] = Counter()
    proposed: dict[str, tuple[str, str, str]] = {}
    for seen in source.seen:
        for action in seen.actions:
            failing[action.check] += action.resources
            by = f"{action.owner}\n" if action.owner else ""
            words = (action.title, action.severity, f"{by}by {action.due.isoformat()}")
            proposed.setdefault(action.check, words)
    for check, (title, severity, when) in proposed.items():
        yield ("actions", check), (title, check, severity, str(failing[check]), when)
    for check in sorted(source.answers.actions.keys() - proposed.keys()):
        known = CHECKS.get(check)
        title = known.title.rstrip(".") if known else check
        yield ("actions", check), (title, check, known.severity if known else "", "none", "")


def _exceptions(source: Source) -> Said:
    return [(("exceptions", entry_name(entry)), ()) for entry in source.answers.exceptions]


def _disputes(source: Source) -> Said:
    return [(("disputes", entry_name(entry)), ()) for entry in source.answers.disputes]


def standing(said: Suggestion) -> str:
    """How a question stands, in words, with a mark that needs no colour."""
    return f"{_MARKS[said.standing.value]} {said.standing.in_words}: {said.because}"


def runs_in_words(seen: tuple[Seen, ...]) -> str:
    """Of which runs the standings are."""
    if not seen:
        return "No run was found under runs/: there are no drafts, and nothing is known to fail."
    of = [f"{s.account} ({s.day}{', SIMULATION' if s.simulation else ''})" for s in seen]
    return f"Standings and drafts are those of the newest run of {plural(len(of), 'account')}: " + (
        ", ".join(of[:5]) + (f" and {len(of) - 5} more" if len(of) > 5 else "") + "."
    )


_MARKS = {
    "supported": "\N{CHECK MARK}",
    "gaps": "\N{MULTIPLICATION X}",
    "cannot_tell": "?",
    "nothing_here": "\N{EN DASH}",
    "ask": "\N{BLACK RIGHT-POINTING TRIANGLE}",
}
