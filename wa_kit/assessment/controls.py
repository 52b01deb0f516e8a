"""The widgets for one field: made from what answers.yaml says, and read back as fields of it.

What nobody touched is read back exactly as it stood in the file, however a widget would write it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from wa_kit.answers.fields import Fields, Place, Value
from wa_kit.assessment.parts import Field, Option
from wa_kit.shown import el, visible


class Control(Protocol):
    """What stands for a field on the screen."""

    widget: Any

    def show(self, fields: Fields) -> None: ...

    def read(self) -> Fields: ...


def control(field: Field) -> Control:
    """The control for a field. Imports ipywidgets."""
    if field.kind == "heading":
        return Heading(field)
    if field.kind == "ticks":
        return Ticks(field)
    if field.kind == "named":
        return Named(field)
    if field.kind == "involved":
        return Involved(field)
    return Single(field)


def _labelled(kind: Any, label: str, **more: Any) -> Any:
    """A widget under its label, which is text and never markup."""
    made = kind(description=visible(label), description_allow_html=False, **more)
    made.add_class("wa-field")
    return made


class Heading:
    """Words over the fields that follow."""

    def __init__(self, field: Field) -> None:
        import ipywidgets

        self.widget = ipywidgets.HTML(el("p", el("b", field.label), class_="wa-line"))
        self.widget.add_class("wa-wide")

    def show(self, fields: Fields) -> None:
        pass

    def read(self) -> Fields:
        return {}


class Single:
    """A field with one widget: a line, prose, lines, a date or a choice."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self.widget = _single(field)
        self._was: Value | None = None
        self._shown: Any = self.widget.value

    def show(self, fields: Fields) -> None:
        self._was = fields.get(self._field.place)
        self.widget.value = self._as_shown(self._was)
        self._shown = self.widget.value

    def read(self) -> Fields:
        untouched = self.widget.value == self._shown
        value = self._was if untouched else self._as_said(self.widget.value)
        return {} if value is None else {self._field.place: value}

    def _as_shown(self, value: Value | None) -> Any:
        kind = self._field.kind
        if kind == "date":
            return value if isinstance(value, dt.date) else None
        if kind == "lines":
            return "\n".join(value) if isinstance(value, tuple) else ""
        if kind == "choice":
            return str(value) if value is not None else self._field.options[0].value
        return "" if value is None else str(value)

    def _as_said(self, value: Any) -> Value | None:
        kind = self._field.kind
        if kind == "date":
            return value if isinstance(value, dt.date) else None
        if kind == "lines":
            return tuple(_lines(value)) or None
        if kind == "choice":
            return None if value == self._field.options[0].value else str(value)
        return "\n".join(line.rstrip() for line in value.strip().splitlines()) or None


def _single(field: Field) -> Any:
    import ipywidgets

    kinds = {
        "prose": ipywidgets.Textarea,
        "lines": ipywidgets.Textarea,
        "date": ipywidgets.DatePicker,
        "choice": ipywidgets.Dropdown,
        "among": ipywidgets.Combobox,
        "line": ipywidgets.Text,
    }
    more: dict[str, Any] = {}
    if field.kind == "choice":
        more["options"] = [(visible(option.label), option.value) for option in field.options]
    elif field.hint:
        more["placeholder"] = field.hint
    if field.kind in ("prose", "lines"):
        more["rows"] = 5 if field.kind == "prose" else 3
    made = _labelled(kinds[field.kind], field.label, **more)
    if field.kind in ("prose", "lines") or field.place[-1] in ("check", "resource", "where"):
        made.add_class("wa-wide")
    return made


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Ticks:
    """A box to tick for each option, with what the evidence says under it."""

    def __init__(self, field: Field) -> None:
        import ipywidgets

        self._field = field
        self._boxes = {option.value: _box(option) for option in field.options}
        said = {option.value: option.said for option in field.options}
        rows: list[Any] = [ipywidgets.HTML(el("h3", field.label))]
        for value, box in self._boxes.items():
            rows.append(box)
            if said[value]:
                rows.append(ipywidgets.HTML(el("p", said[value], class_="aside wa-said")))
        self.widget = ipywidgets.VBox(rows)
        self.widget.add_class("wa-wide")
        self._was: Value | None = None

    def show(self, fields: Fields) -> None:
        self._was = fields.get(self._field.place)
        ticked = self._was if isinstance(self._was, tuple) else ()
        for value, box in self._boxes.items():
            box.value = value in ticked

    def read(self) -> Fields:
        was = self._was if isinstance(self._was, tuple) else ()
        ticked = {value for value, box in self._boxes.items() if box.value}
        if ticked == set(was):
            return {self._field.place: was} if was else {}
        now = tuple(value for value in self._boxes if value in ticked)
        return {self._field.place: now} if now else {}


def _box(option: Option) -> Any:
    import ipywidgets

    made = ipywidgets.Checkbox(
        description=visible(option.label), description_allow_html=False, indent=False
    )
    made.add_class("wa-tick")
    return made


class Named:
    """Names with a value each, a line for each: ``name: value``."""

    def __init__(self, field: Field) -> None:
        import ipywidgets

        self._field = field
        self.widget = _labelled(ipywidgets.Textarea, field.label, rows=3, placeholder=field.hint)
        self.widget.add_class("wa-wide")
        self._was: Fields = {}
        self._shown = ""

    def show(self, fields: Fields) -> None:
        self._was = {p: v for p, v in fields.items() if self._field.owns(p)}
        self.widget.value = "\n".join(f"{p[-1]}: {_flat(v)}" for p, v in self._was.items())
        self._shown = self.widget.value

    def read(self) -> Fields:
        if self.widget.value == self._shown:
            return dict(self._was)
        pairs = (line.partition(":") for line in _lines(self.widget.value))
        return {
            (*self._field.place, name.strip()): value.strip() or "yes" for name, _, value in pairs
        }


def _flat(value: Value) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


_LETTERS = {"responsible": "R", "accountable": "A", "consulted": "C", "informed": "I"}
_CELLS = {
    "": "\N{EN DASH}",
    "R": "Responsible",
    "A": "Accountable",
    "RA": "Responsible and accountable",
    "C": "Consulted",
    "I": "Informed",
}


class Involved:
    """A line of the responsibility matrix: what each role has to do with one thing."""

    def __init__(self, field: Field) -> None:
        import ipywidgets

        self._field = field
        self._cells = {option.value: _cell(option) for option in field.options}
        heading = ipywidgets.HTML(el("p", el("b", field.label), class_="wa-line"))
        cells = ipywidgets.Box(list(self._cells.values()))
        cells.add_class("wa-fields")
        cells.add_class("wa-involved")
        self.widget = ipywidgets.VBox([heading, cells])
        self.widget.add_class("wa-wide")
        self._was: Fields = {}

    def show(self, fields: Fields) -> None:
        self._was = {p: v for p, v in fields.items() if self._field.owns(p)}
        for role, cell in self._cells.items():
            letters = "".join(
                letter for name, letter in _LETTERS.items() if role in self._named(name)
            )
            if letters not in dict(cell.options).values():
                words = " and ".join(_CELLS[letter].lower() for letter in letters).capitalize()
                cell.options = (*cell.options, (words, letters))
            cell.value = letters

    def _named(self, name: str) -> tuple[str, ...]:
        value = self._was.get((*self._field.place, name), ())
        return value if isinstance(value, tuple) else (str(value),)

    def read(self) -> Fields:
        found: Fields = {}
        for name, letter in _LETTERS.items():
            place: Place = (*self._field.place, name)
            roles = [role for role, cell in self._cells.items() if letter in cell.value]
            was = self._named(name)
            kept = [role for role in was if role not in self._cells]
            if set(roles) | set(kept) == set(was):
                found |= {place: self._was[place]} if place in self._was else {}
            elif name == "accountable":
                found |= {place: " and ".join(roles)} if roles else {}
            elif now := (*kept, *roles):
                found[place] = now
        return found


def _cell(option: Option) -> Any:
    import ipywidgets

    return _labelled(
        ipywidgets.Dropdown, option.label, options=[(words, v) for v, words in _CELLS.items()]
    )


def read_all(controls: Sequence[Control]) -> Fields:
    found: Fields = {}
    for one in controls:
        found |= one.read()
    return found
