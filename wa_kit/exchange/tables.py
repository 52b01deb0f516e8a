"""The tables in which people fill in answers: their columns, and which field each cell is.

The same for Excel and Word. A table is known by its code, a row by its reference ``E-03``, a column
by its heading, so that a sorted, moved or inserted row takes its answers along.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from msgspec import Struct

from wa_kit.actions import TITLED
from wa_kit.answers.fields import Place, Value
from wa_kit.answers.said import Objection, Progress, Status

Kind = Literal["text", "lines", "date", "choice", "tick", "role", "roles", "check"]
QUESTION = "Q"
REFERENCE = re.compile(r"[A-Z]\d*-\d+")
HEADING = re.compile(r"Ref ([A-Z]\d*)")  # of the column of references, naming the table's code


class Column(Struct, frozen=True, kw_only=True):
    """What one fills in under a heading. An empty cell of a choice means its ``default``."""

    field: str
    title: str
    kind: Kind = "text"
    choices: tuple[str, ...] = ()
    default: str = ""
    width: int = 24  # characters
    lines: int = 1  # room for so many, at least
    hint: str = ""
    required: bool = False


class Spec(Struct, frozen=True, kw_only=True):
    """One table. ``new`` says how a row without a reference is taken.

    It is refused, or it is a new entry named by its check and resource, or a new line named by
    what stands under the first heading.
    """

    code: str
    title: str
    intro: str
    part: Place
    said: tuple[tuple[str, int], ...]  # headings over what one only reads, and their widths
    columns: tuple[Column, ...]
    new: Literal["", "entry", "named"] = ""
    free: int = 0  # empty rows to write into


class Row(Struct, frozen=True, kw_only=True):
    """A row to fill in. Without ``at`` it is empty, and has no reference."""

    ref: str
    at: Place
    said: tuple[str, ...]
    values: tuple[Value | None, ...]
    columns: tuple[Column, ...] = ()  # where they are not those of the table


class Table(Struct, frozen=True, kw_only=True):
    spec: Spec
    rows: tuple[Row, ...]


def _choice(kind: object) -> tuple[str, ...]:
    return tuple(map(str, get_args(kind)))


ANSWER = (
    Column(
        field="status",
        title="Status",
        kind="choice",
        choices=_choice(Status),
        default="unanswered",
        hint="Choose from the list.",
    ),
    Column(
        field="notes",
        title="Notes",
        lines=6,
        hint="The answer itself, in as many lines as it takes.",
    ),
    Column(
        field="evidence", title="Evidence", kind="lines", lines=3, hint="A link or place a line."
    ),
    Column(field="answered_by", title="Answered by", hint="Who gave the answer."),
    Column(field="answered_on", title="Answered on", kind="date", hint="As 2026-01-31."),
    Column(
        field="valid_until",
        title="Valid until",
        kind="date",
        hint="The last day on which it holds.",
    ),
    Column(field="owner", title="Owner", hint="Who sees to what is still to be done."),
    Column(field="due", title="Due", kind="date", hint="Until when. Needs an owner."),
)
PRACTICE = Column(field="practices", title="Answer", kind="tick", choices=("yes", "no"))
_ANSWER_CELL = Column(field="", title="Answer", width=78)


def question_spec(number: int, title: str) -> Spec:
    """The form of one question: a field a row."""
    return Spec(
        code=f"{QUESTION}{number}",
        title=title,
        intro="",
        part=("answers",),
        said=(("Field", 44), ("How to fill it in", 34)),
        columns=(_ANSWER_CELL,),
    )


def _column(field: str, title: str, kind: Kind = "text", width: int = 24) -> Column:
    return Column(field=field, title=title, kind=kind, width=width)


DUTIES = Spec(
    code="D",
    title="Responsibilities",
    intro="A person for each, and somebody else who stands in.",
    part=("roles", "responsibilities"),
    said=(("Responsibility", 60), ("Role", 26)),
    columns=(
        _column("accountable", "Accountable", width=30),
        _column("deputy", "Deputy", width=30),
    ),
)
ROLES = Spec(
    code="R",
    title="Roles",
    intro="Who holds each role of the matrix, a name a line, and as which IAM users and roles they "
    "act. Add roles of your own in the empty rows.",
    part=("raci", "roles"),
    said=(("Role", 34),),
    columns=(
        _column("held_by", "Held by", "lines", 36),
        _column("principals", "IAM users and roles", "lines", 56),
    ),
    new="named",
    free=3,
)
MATRIX = Spec(
    code="M",
    title="Responsibility matrix",
    intro="Which roles do it (responsible), which one answers for it (accountable), which are "
    "asked (consulted) and told (informed). Roles by the names of the table Roles, one a line.",
    part=("raci",),
    said=(("Practice or document", 52), ("Kind", 12)),
    columns=(
        _column("responsible", "Responsible", "roles"),
        _column("accountable", "Accountable", "role"),
        _column("consulted", "Consulted", "roles"),
        _column("informed", "Informed", "roles"),
    ),
)
ARTEFACTS = Spec(
    code="A",
    title="Documents",
    intro="Where each lies, who keeps it, and how fresh it is. Add documents of your own in the "
    "empty rows.",
    part=("artefacts",),
    said=(("Document", 34), ("What it proves", 40)),
    columns=(
        _column("where", "Where", width=34),
        _column("owner", "Owner", width=20),
        _column("version", "Version", width=13),
        _column("approved", "Approved", "date", 17),
        _column("updated", "Updated", "date", 17),
        _column("next_review", "Next review", "date", 17),
    ),
    new="named",
    free=3,
)
ACTIONS = Spec(
    code="X",
    title="Actions",
    intro="What fails in the newest run, and what is decided on it. A due day needs an owner.",
    part=("actions",),
    said=((TITLED, 40), ("Check", 34), ("Severity", 14), ("Failing", 12), ("Proposed", 20)),
    columns=(
        _column("owner", "Owner", width=20),
        _column("due", "Due", "date", 17),
        Column(
            field="status",
            title="Status",
            kind="choice",
            choices=_choice(Progress),
            default="open",
            width=15,
        ),
        _column("note", "Note", width=30),
    ),
)
EXCEPTIONS = Spec(
    code="E",
    title="Exceptions",
    intro="Failures that somebody accepts, until a day. Every cell of a row is needed; resource is "
    "an ARN with * and ?. To end an exception, empty its cells: a deleted row changes nothing.",
    part=("exceptions",),
    said=(),
    columns=(
        Column(field="check", title="Check", kind="check", width=32, required=True),
        Column(field="resource", title="Resource", width=44, required=True),
        Column(field="owner", title="Owner", width=20, required=True),
        Column(field="approver", title="Approver", width=20, required=True),
        Column(field="reason", title="Reason", width=44, required=True),
        Column(field="expires", title="Expires", kind="date", width=17, required=True),
    ),
    new="entry",
    free=6,
)
DISPUTES = Spec(
    code="O",
    title="Disputes",
    intro="Findings that somebody does not accept as they stand. A note may be left out. To end a "
    "dispute, empty its cells: a deleted row changes nothing.",
    part=("disputes",),
    said=(),
    columns=(
        Column(field="check", title="Check", kind="check", width=32, required=True),
        Column(field="resource", title="Resource", width=44, required=True),
        Column(
            field="says",
            title="Says",
            kind="choice",
            choices=_choice(Objection),
            width=22,
            required=True,
        ),
        Column(field="by", title="By", width=22, required=True),
        Column(field="note", title="Note", width=52),
    ),
    new="entry",
    free=6,
)
LISTS = (DUTIES, ROLES, MATRIX, ARTEFACTS, ACTIONS, EXCEPTIONS, DISPUTES)


def columns_of(spec: Spec, at: Place) -> tuple[Column, ...]:
    """What one fills in beside the reference of a place."""
    if not spec.code.startswith(QUESTION):
        return spec.columns
    column = PRACTICE if len(at) == 4 else next(c for c in ANSWER if c.field == at[2])
    return (column,)


def place_of(at: Place, column: Column) -> Place:
    """The field of a cell. A row of a question is a field itself."""
    return at if at[0] == "answers" else (*at, column.field)


def spec_of(code: str) -> Spec | None:
    """The table of a code; ``None`` for one that nobody knows."""
    if re.fullmatch(rf"{QUESTION}\d+", code):
        return question_spec(int(code[1:]), "")
    return next((spec for spec in LISTS if spec.code == code), None)
