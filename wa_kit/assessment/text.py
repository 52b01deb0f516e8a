"""A chapter of the self-assessment as plain text: for scheduled runs, and without ipywidgets."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.answers.fields import Fields, Value
from wa_kit.assessment.parts import Chapter, Field, Part
from wa_kit.shown import plain, visible


class Words(str):
    """Text that a notebook shows as it is."""

    __slots__ = ()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


def as_text(chapters: list[Chapter], fields: Fields) -> Words:
    """What the form would show, with what answers.yaml says now."""
    lines = [line for chapter in chapters for line in _chapter(chapter, fields)]
    return Words(visible("\n".join(lines).strip()))


def _chapter(chapter: Chapter, fields: Fields) -> Iterator[str]:
    yield from ("", chapter.title, "=" * len(chapter.title))
    if not chapter.parts and chapter.nothing:
        yield chapter.nothing
    for part in chapter.parts:
        if chapter.folded:
            yield from _heading(part, fields)
        yield from _part(part, fields)


def _heading(part: Part, fields: Fields) -> Iterator[str]:
    state = part.state(fields)
    heading = f"{part.title} ({state})" if state else part.title
    yield from ("", heading, "-" * len(heading))


def _part(part: Part, fields: Fields) -> Iterator[str]:
    if part.beside:
        yield from plain(part.beside(fields)).splitlines()
    for field in part.fields:
        yield from _field(field, fields)


def _field(field: Field, fields: Fields) -> Iterator[str]:
    own = {place: value for place, value in fields.items() if field.owns(place)}
    if field.kind == "heading":
        yield field.label
    elif field.kind == "ticks":
        said = own.get(field.place)
        ticked = said if isinstance(said, tuple) else ()
        yield f"{field.label}:"
        for option in field.options:
            yield f"  [{'x' if option.value in ticked else ' '}] {option.label}"
            if option.said:
                yield f"      {option.said}"
    elif field.kind in ("named", "involved"):
        if own or field.kind == "involved":
            yield f"{field.label}:{'' if own else ' nobody'}"
        for place, one in own.items():
            yield f"  {place[-1]}: {_one_line(one)}"
    else:
        value = own.get(field.place)
        begins = field.options[0].value if field.options else "-"
        yield f"{field.label}: {_one_line(value) if value is not None else begins}"


def _one_line(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(value)
    return "\n    ".join(str(value).splitlines())
