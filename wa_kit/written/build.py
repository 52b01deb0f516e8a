"""Nodes of text into the types a caller asks for.

The type says how a scalar is read, never the look of the text: where text is asked for,
012345678901 stays the twelve characters that stand in the file.
"""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeVar, Union, cast, get_args, get_origin

import msgspec
from msgspec import Struct

from wa_kit.written.error import WrittenError, did_you_mean, nearest, shown, together
from wa_kit.written.tree import Node

T = TypeVar("T", bound=Struct)
Place = tuple[str | int, ...]
"""Where a value stands in its file: keys, and positions in lists counted from 0."""


@dataclass
class Build:
    """Nodes into values of the types asked for, with the line of each place."""

    path: Path
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[WrittenError] = field(default_factory=list)

    def whole(self, root: Node, kind: type[T]) -> T:
        """The struct that a file describes. Raises ``WrittenError`` with all its faults."""
        found = self._part(root, kind, ())
        if self.faults:
            raise together(self.faults)
        return cast(T, found)

    def _part(self, node: Node, kind: Any, at: Place) -> Any:
        """A value within another; where it is refused, the rest is looked at all the same."""
        try:
            return self.value(node, kind, at)
        except WrittenError as fault:
            self.faults.append(fault)
            return None

    def value(self, node: Node, kind: Any, at: Place) -> Any:
        self.lines[at] = node.line
        written = node.value
        if node.plain and written == "" and (empty := _empty(kind)) is not None:
            return self._constrained(node, kind, empty, at)
        if isinstance(written, str):
            return self._scalar(node, written, kind, at)
        before = len(self.faults)
        for member in _members(kind):
            shape, bare = _shape(member), _bare(member)
            if isinstance(written, dict) and shape is Struct:
                return self._struct(node, bare, at)
            if isinstance(written, list) and shape in (list, Any):
                made: Any = self._list(written, bare, at)
            elif isinstance(written, dict) and shape in (dict, Any):
                made = self._dict(written, bare, at)
            else:
                continue
            sound = len(self.faults) == before
            return self._constrained(node, member, made, at) if sound else None
        self._refuse_kind(node, kind, at)

    def _struct(self, node: Node, kind: type[T], at: Place) -> T | None:
        self.lines[at] = node.line
        if not isinstance(node.value, dict):
            self._refuse_kind(node, kind, at)
        before = len(self.faults)
        fields = {f.encode_name: f for f in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        meant: set[str] = set()
        for key, (line, inner) in node.value.items():
            if key not in fields:
                meant.add(nearest(key, fields))
                todo = did_you_mean(key, fields) or f"The keys here are: {', '.join(fields)}."
                self._note(line, f"there is no key {shown(key)} here", todo)
                continue
            values[fields[key].name] = self._part(inner, fields[key].type, (*at, key))
            self.lines[*at, key] = line
        told = node.value.keys() | meant
        for name, info in fields.items():
            if info.required and name not in told:
                within = f" in {_label(at)}" if at else ""
                self._note(node.line, f"{name!r} is missing{within}", f"Add '{name}: ...'.")
        if len(self.faults) > before:
            return None
        try:
            return kind(**values)
        except ValueError as error:  # from a rule in the struct's __post_init__
            raise WrittenError(self.path, node.line, str(error).rstrip(".")) from error

    def _list(self, nodes: list[Node], kind: Any, at: Place) -> Any:
        item_kind, *_ = get_args(kind) or (Any,)
        items = [self._part(node, item_kind, (*at, i)) for i, node in enumerate(nodes)]
        return _COLLECTIONS.get(get_origin(kind) or kind, list)(items)

    def _dict(self, nodes: dict[str, tuple[int, Node]], kind: Any, at: Place) -> dict[Any, Any]:
        key_kind, value_kind = get_args(kind) or (str, Any)
        pairs = {}
        for key, (line, node) in nodes.items():
            name = self._scalar(Node(line, key), key, key_kind, (*at, key))
            pairs[name] = self._part(node, value_kind, (*at, key))
            self.lines[*at, key] = line
        return pairs

    def _constrained(self, node: Node, kind: Any, value: Any, at: Place) -> Any:
        """Lengths and the like, which an Annotated type adds to a collection."""
        if get_origin(kind) is Annotated:
            try:
                return msgspec.convert(value, kind)
            except msgspec.ValidationError as error:
                self._refuse(node.line, f"{_label(at)} does not fit: {error}")
        return value

    def _scalar(self, node: Node, text: str, kind: Any, at: Place) -> Any:
        meaning = _core(text) if node.plain else text
        members = _members(kind)
        if meaning is None and (type(None) in members or Any in members):
            return None
        if node.plain and text == "":
            self._refuse(node.line, f"{_label(at)} has no value", f"It should be {_words(kind)}.")
        if Any in members:
            return meaning
        for candidate in (text, meaning):
            try:
                return msgspec.convert(candidate, kind)
            except msgspec.ValidationError:
                continue
        self._refuse_kind(node, kind, at)

    def _refuse_kind(self, node: Node, kind: Any, at: Place) -> NoReturn:
        found = {dict: "a block of keys", list: "a list"}.get(type(node.value))
        found = found or shown(str(node.value))
        todo = did_you_mean(node.value, _choices(kind)) if isinstance(node.value, str) else ""
        what = f"{_label(at)} should be {_words(kind)}, and is {found}"
        self._refuse(node.line, what, todo)

    def _note(self, line: int, what: str, todo: str) -> None:
        self.faults.append(WrittenError(self.path, line, what, todo))

    def _refuse(self, line: int, what: str, todo: str = "") -> NoReturn:
        raise WrittenError(self.path, line, what, todo)


_COLLECTIONS: dict[Any, Any] = {tuple: tuple, set: set, frozenset: frozenset}
_WORDS: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    date: "a date such as 2026-05-31",
    type(None): "nothing",
    dict: "a block of keys",
    Struct: "a block of keys",
    list: "a list",
}


_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?([0-9]{0,18}\.[0-9]{1,18}|[0-9]{1,18}(?=[eE]))([eE][-+]?[0-9]{1,2})?")


def _core(text: str) -> Any:
    """What a plain scalar means in YAML 1.2's core schema, less what loses something.

    A leading zero or more digits than a number keeps leave it text; so do dates, yes and no.
    """
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if _INT.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _members(kind: Any) -> tuple[Any, ...]:
    """The alternatives of a union, or the type alone."""
    if get_origin(_bare(kind)) in (Union, types.UnionType):
        return get_args(_bare(kind))
    return (kind,)


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _shape(kind: Any) -> Any:
    """Struct, dict, list or Any; None for what only a scalar can fill."""
    bare = get_origin(_bare(kind)) or _bare(kind)
    if bare is Any or not isinstance(bare, type):
        return Any if bare is Any else None
    if issubclass(bare, Struct):
        return Struct
    if issubclass(bare, Mapping):
        return dict
    collection = issubclass(bare, Sequence | set | frozenset) and not issubclass(bare, str | bytes)
    return list if collection else None


def _empty(kind: Any) -> Any:
    """What a list or a block of keys is that was left blank; None for other types."""
    bare = _bare(kind)
    made = {list: _COLLECTIONS.get(get_origin(bare) or bare, list), dict: dict}.get(_shape(kind))
    return made() if made else None


def _choices(kind: Any) -> list[str]:
    """The texts that a Literal or an enumeration allows."""
    found: list[str] = []
    for member in map(_bare, _members(kind)):
        if get_origin(member) is Literal:
            found += map(str, get_args(member))
        elif isinstance(member, type) and issubclass(member, Enum):
            found += [str(choice.value) for choice in member]
    return found


def _words(kind: Any) -> str:
    """The type as a reader who knows no Python would say it."""
    if choices := _choices(kind):
        return "one of " + ", ".join(choices)
    for note in getattr(kind, "__metadata__", ()):
        if isinstance(note, msgspec.Meta) and note.description:
            return note.description
    known = [_WORDS.get(_shape(m) or _bare(m), str(_bare(m))) for m in _members(kind)]
    return " or ".join(known)


def _label(at: Place) -> str:
    if not at:
        return "the file"
    if isinstance(at[-1], int):
        return f"item {at[-1] + 1} of {_label(at[:-1])}"
    return shown(at[-1])
