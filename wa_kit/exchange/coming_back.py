"""A filled-in document back into answers.yaml: three-way, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from wa_kit.answers.changing import changed, save
from wa_kit.answers.fields import (
    ENTRIES,
    Conflict,
    Fields,
    Merged,
    Place,
    Value,
    entry_name,
    fields,
    items,
    merge,
)
from wa_kit.answers.reading import wrong
from wa_kit.answers.said import Answers
from wa_kit.exchange import office, returned, source
from wa_kit.exchange.carried import Carried, uncarry
from wa_kit.exchange.form import artefacts, roles
from wa_kit.exchange.lines import Came
from wa_kit.exchange.opened import Format, opened
from wa_kit.exchange.returned import Said
from wa_kit.exchange.source import Source
from wa_kit.model import KitError
from wa_kit.shown import clamped
from wa_kit.written import parse

Prefer = Literal["document", "file"]
_READERS: dict[Format, str] = {"xlsx": "from_sheets", "docx": "from_pages"}


class Change(Struct, frozen=True, kw_only=True):
    """One field that an import changes in answers.yaml. ``None`` is a field left empty."""

    place: Place
    before: Value | None
    after: Value | None


class Imported(Struct, frozen=True, kw_only=True):
    """What an import did, or with ``dry_run`` would do."""

    changes: tuple[Change, ...]
    left: tuple[Conflict, ...]  # conflicts in which answers.yaml was preferred
    already: int = 0  # fields edited in the document, and the same in answers.yaml by now


class _Sides(Struct, frozen=True, kw_only=True):
    """The document's fields when it was exported, as it says them now, and answers.yaml's."""

    base: Fields
    mine: Fields
    theirs: Fields
    edited: frozenset[Place]  # in the document, since it was exported


def bring_back(
    file: Path, folder: Path, prefer: Prefer | None = None, dry_run: bool = False
) -> Imported:
    """Bring what was edited in a document into the folder's answers.yaml.

    Raises ``KitError`` with every reason, each with its place, where the document cannot be taken;
    answers.yaml then stands as it was. ``prefer`` settles all conflicts.
    """
    here = source.read(folder, runs=False)
    came = _read(file)
    carried = uncarry(came.carried, str(file))
    if carried.workload != here.name:
        raise KitError(
            f"{file}: it was exported for {carried.workload!r}, and {folder} reviews "
            f"{here.name!r}. Import it where it came from; if that is here, give workload.yaml "
            "that name while you do. Nothing was changed."
        )
    said = returned.said(
        came.lines, carried.rows, carried.fields, roles(here), _taken(here, carried)
    )
    theirs = fields(here.answers)
    sides = _resting(_sides(said, carried.fields, theirs), carried.seen)
    insist = set(sides.base | sides.mine) if prefer == "document" else set()
    merged = merge(sides.base, sides.mine, theirs, insist)
    problems = [*said.problems, *_refused(here, merged, said)]
    if prefer is None:
        problems += [_conflict(conflict, said.where) for conflict in merged.conflicts]
    _refuse(file, problems)
    if merged.changes and not dry_run:
        saved = save(
            here.answers_file, sides.base, sides.mine, here.questions, insist, whole=prefer is None
        )
        if prefer is None:  # somebody changed the file while this was read
            _refuse(file, [_conflict(conflict, said.where) for conflict in saved.conflicts])
    changes = [
        Change(place=place, before=theirs.get(place), after=value)
        for place, value in merged.changes.items()
    ]
    open_ = {conflict.place for conflict in merged.conflicts}
    already = sides.edited - merged.changes.keys() - open_
    return Imported(changes=tuple(changes), left=merged.conflicts, already=len(already))


def _read(file: Path) -> Came:
    with opened(file) as package:
        came: Came = office.module(_READERS[package.format]).read(package)
    return came


def _taken(here: Source, carried: Carried) -> set[Place]:
    """The roles and documents there are: a row without a reference is none of them."""
    known = {("raci", "roles", name) for name in roles(here)}
    return {*known, *(("artefacts", name) for name in artefacts(here)), *carried.rows.values()}


def _sides(said: Said, base: Fields, theirs: Fields) -> _Sides:
    """What the document changes, field by field; practices one by one."""
    mine = {**base, **said.fields}
    base = dict(base)
    edited = {place for place in mine if (mine[place] or None) != (base.get(place) or None)}
    for place, ticks in said.ticks.items():
        was, has = items(base.get(place)), items(theirs.get(place))
        turned = {
            choice: follows for choice, follows in ticks.items() if follows != (choice in was)
        }
        if turned:  # as if it had been exported now: two people may tick different practices
            edited.add(place)
            base[place] = has
            kept = tuple(choice for choice in has if turned.get(choice, True))
            mine[place] = kept + tuple(c for c in ticks if turned.get(c) and c not in kept)
    return _Sides(base=_telling(base), mine=_telling(mine), theirs=theirs, edited=frozenset(edited))


def _resting(sides: _Sides, seen: Mapping[str, Mapping[str, str]]) -> _Sides:
    """An answer that the document changes rests on the findings that stood beside it there."""
    changes = merge(sides.base, sides.mine, sides.theirs).changes
    base, mine = dict(sides.base), dict(sides.mine)
    for question in {place[1] for place in changes if place[0] == "answers"}:
        for account, digest in seen.get(question, {}).items():
            place = ("answers", question, "seen", account)
            mine[place] = digest
            base.pop(place, None)
            if now := sides.theirs.get(place):  # the newer look counts, whoever looked
                base[place] = now
    return replace(sides, base=base, mine=mine)


def _telling(known: Mapping[Place, Value | None]) -> Fields:
    """Without the fields that say nothing."""
    return {place: value for place, value in known.items() if value}


def _refused(here: Source, merged: Merged, said: Said) -> Iterator[str]:
    """What answers.yaml may not say, with the cell that would make it say so."""
    if not merged.changes:
        return
    path = here.answers_file
    text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
    answers = parse(path, changed(text, merged.changes), Answers).value
    for at, what, todo in wrong(answers, here.questions):
        place = _field(at, answers)
        if not any(place[: len(row)] == row for row in said.doubtful):
            yield f"{_cell(place, said.where) or path}: {what}. {todo}"


def _field(at: tuple[str | int, ...], answers: Answers) -> Place:
    """The field of a place in the file, where entries are counted and lists have items."""
    if at[0] in ENTRIES and len(at) > 1:
        entry = getattr(answers, str(at[0]))[int(at[1])]
        return (str(at[0]), entry_name(entry), *map(str, at[2:]))
    return tuple(str(part) for part in at if isinstance(part, str))


def _cell(place: Place, where: Mapping[Place, str]) -> str:
    """The cell of a field, else one of the same entry."""
    if place in where:
        return where[place]
    return next((cell for other, cell in where.items() if other[: len(place)] == place), "")


def _conflict(conflict: Conflict, where: Mapping[Place, str]) -> str:
    return (
        f"{_cell(conflict.place, where)}: changed here and in answers.yaml "
        f"({in_words(conflict.place)}). Exported: {value_in_words(conflict.base)}; this document: "
        f"{value_in_words(conflict.mine)}; answers.yaml now: {value_in_words(conflict.theirs)}. "
        "Make them equal, or choose for all conflicts: --prefer document, or --prefer file."
    )


def _refuse(file: Path, problems: list[str]) -> None:
    if problems:
        number = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        listed = "".join(f"\n  {problem}" for problem in problems)
        raise KitError(f"{file}: {number}, so nothing was changed.{listed}")


def in_words(place: Place) -> str:
    """A field's place for a person: ``answers / key-management / owner``."""
    return " / ".join(place)


def value_in_words(value: Value | None) -> str:
    """A field's value in short, on one line."""
    if value is None:
        return "nothing"
    text = ", ".join(value) if isinstance(value, tuple) else str(value)
    return repr(clamped(" ".join(text.split()), 120))
