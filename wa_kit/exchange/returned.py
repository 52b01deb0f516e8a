"""What a document that came back says, as fields, or every reason why it cannot be taken.

It neither reads nor writes answers.yaml.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from wa_kit.answers.fields import Fields, Place, Value, items
from wa_kit.exchange.cells import Odd, back
from wa_kit.exchange.lines import Cell, Line
from wa_kit.exchange.tables import Column, Spec, columns_of, place_of, spec_of


class Said(Struct, frozen=True, kw_only=True):
    """The fields of a document. ``None`` is a field that was emptied."""

    fields: dict[Place, Value | None]
    ticks: dict[Place, dict[str, bool]]  # a question's practices -> choice -> whether followed
    where: dict[Place, str]
    problems: tuple[str, ...]
    doubtful: frozenset[Place]  # rows of which something could not be read


def said(
    lines: Iterable[Line],
    rows: Mapping[str, Place],
    base: Fields,
    roles: Mapping[str, str],
    taken: Collection[Place],
) -> Said:
    """Read every line.

    ``roles`` is name -> title of the roles there are; ``taken`` the places of roles and documents
    that a new row must not name.
    """
    reading = _Reading(rows, base, roles, taken)
    listed = list(lines)
    for line in listed:
        reading.learn_role(line)
    for line in listed:
        reading.line(line)
    return reading.done()


class _Reading:
    """One document while it is read."""

    def __init__(
        self,
        rows: Mapping[str, Place],
        base: Fields,
        roles: Mapping[str, str],
        taken: Collection[Place],
    ) -> None:
        self._rows, self._base, self._taken = rows, base, taken
        self._roles = {title.casefold(): name for name, title in roles.items()}
        self._fields: dict[Place, Value | None] = {}
        self._gone: dict[Place, str] = {}
        self._ticks: dict[Place, dict[str, bool]] = {}
        self._where: dict[Place, str] = {}
        self._problems: dict[str, None] = {}  # in order, each once
        self._doubtful: set[Place] = set()

    def done(self) -> Said:
        for place, where in self._gone.items():
            if place not in self._fields:
                self._fields[place] = None
                self._where[place] = where
        return Said(
            fields=self._fields,
            ticks=self._ticks,
            where=self._where,
            problems=tuple(self._problems),
            doubtful=frozenset(self._doubtful),
        )

    def learn_role(self, line: Line) -> None:
        """A role that the document adds can be named in its matrix."""
        spec = spec_of(line.code)
        if spec and spec.code == "R" and not line.ref:
            title = _name_cell(spec, line).text
            self._roles.setdefault(title.casefold(), slug(title))

    def line(self, line: Line) -> None:
        spec = spec_of(line.code)
        if spec is None:
            if line.code or line.ref in self._rows:
                self._problem(line.where, "it stands under no headings. Put them back above it.")
            return
        for stray in line.strays:
            self._problem(stray.where, "it is beside the table, and would be lost. Move it.")
        missing = [c.title for c in spec.columns if c.title not in line.cells]
        for title in missing:
            self._problem(f"table {spec.code}", f"its column {title!r} is missing. Put it back.")
        if missing:
            return
        at = self._rows.get(line.ref)
        if line.ref and (at is None or line.ref.rpartition("-")[0] != spec.code):
            self._problem(
                line.where,
                f"nobody knows a row {line.ref!r} here. Give it the reference it had, or empty "
                "the row.",
            )
        elif spec.new == "entry":
            self._entry(spec, line, at)
        elif at is not None:
            self._fields_of(columns_of(spec, at), spec, line, at)
        elif any(line.cells[head].text for head in line.cells):
            self._new(spec, line)

    def _fields_of(
        self, columns: Iterable[Column], spec: Spec, line: Line, at: Place
    ) -> dict[str, Value | None]:
        """Read a row's cells into the fields of a place."""
        values = {}
        for column, head in zip(columns, (c.title for c in spec.columns), strict=True):
            place, cell = place_of(at, column), line.cells[head]
            if column.kind == "tick":
                self._tick(column, cell, at)
            elif (found := self._read(column, cell, at, self._base.get(place))) is not _ODD:
                values[column.field] = found
                self._say(place, found, cell.where)
        return values

    def _read(self, column: Column, cell: Cell, at: Place, was: Value | None) -> Value | None:
        try:
            if cell.error:
                raise Odd(f"its formula came to {cell.text}. Write the value itself.")
            return self._named(column, back(column, cell.raw, was))
        except Odd as odd:
            self._problem(cell.where, str(odd))
            self._doubtful.add(at)
            return _ODD

    def _named(self, column: Column, value: Value | None) -> Value | None:
        """Roles by their names, however they were called."""
        if column.kind == "role" and isinstance(value, str):
            return self._roles.get(value.casefold(), value)
        if column.kind == "roles" and isinstance(value, tuple):
            return tuple(self._roles.get(part.casefold(), part) for part in value)
        return value

    def _tick(self, column: Column, cell: Cell, at: Place) -> None:
        place, choice = at[:3], at[3]
        was = "yes" if choice in items(self._base.get(place)) else "no"
        found = self._read(column, cell, place, was)
        if found is _ODD:
            return
        follows = found == "yes"
        if self._ticks.setdefault(place, {}).setdefault(choice, follows) != follows:
            self._twice(at, cell.where)
        self._where.setdefault(at, cell.where)
        if follows != (was == "yes"):
            self._where[place] = cell.where

    def _entry(self, spec: Spec, line: Line, at: Place | None) -> None:
        """An exception or dispute: named by what its own cells say, whole, or gone."""
        cells = [line.cells[column.title] for column in spec.columns]
        if not any(cell.text for cell in cells):
            if at:
                self._drop(at, line.where)
            return
        home, whole = at or (*spec.part, ""), True
        values: dict[str, Value | None] = {}
        for column, cell in zip(spec.columns, cells, strict=True):
            found = self._read(column, cell, home, self._base.get(place_of(home, column)))
            if found is None and column.required:
                self._problem(cell.where, f"{column.title} is empty. Fill it in: it is needed.")
                found = _ODD
            values[column.field] = found
            whole = whole and found is not _ODD
        if not whole:
            self._doubtful.add(home)
            return
        named = (*spec.part, f"{values['check']} {values['resource']}")
        for column, cell in zip(spec.columns, cells, strict=True):
            self._say((*named, column.field), values[column.field], cell.where)
        if at and named != at:
            self._drop(at, line.where)

    def _drop(self, at: Place, where: str) -> None:
        for place in self._base:
            if place[:2] == at:
                self._gone[place] = where

    def _new(self, spec: Spec, line: Line) -> None:
        """A role or document of the team's own, named by its title."""
        if not spec.new:
            self._problem(
                line.where,
                "nobody knows this row: it has no reference. Give it the one it had, or empty it.",
            )
            return
        cell = _name_cell(spec, line)
        at = (*spec.part, slug(cell.text))
        if not cell.text:
            self._problem(line.where, f"{spec.said[0][0]} is empty. Say what this row is.")
        elif at in self._taken:
            self._problem(cell.where, f"{cell.text!r} is there already. Write into its row.")
        else:
            self._say((*at, "title"), cell.text, cell.where)
            self._fields_of(spec.columns, spec, line, at)

    def _say(self, place: Place, value: Value | None, where: str) -> None:
        if self._fields.setdefault(place, value) != value:
            self._twice(place, where)
        self._where.setdefault(place, where)

    def _twice(self, place: Place, where: str) -> None:
        first = self._where[place]
        self._problem(where, f"{first} says something else of the same. Keep one of the two rows.")

    def _problem(self, where: str, what: str) -> None:
        self._problems[f"{where}: {what}"] = None


_ODD: Value = "\0odd"  # no cell can say it


def _name_cell(spec: Spec, line: Line) -> Cell:
    head = spec.said[0][0] if spec.said else ""
    return line.cells.get(head, Cell(raw=None, where=line.where))


def slug(title: str) -> str:
    """A name for what a person called ``title``: lower-case words joined by hyphens."""
    return re.sub(r"[\W_]+", "-", title.casefold()).strip("-")
