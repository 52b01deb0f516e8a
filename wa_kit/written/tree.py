"""YAML text into nested nodes that remember their lines, before any type is asked for.

Every scalar stays the text that stands in the file. Tags, anchors, aliases, duplicate keys and a
second document are refused here; the parser's events are read one by one, so a hostile file is
refused at the first of them and never unfolds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.reader import ReaderError

from wa_kit.written.error import WrittenError, shown

DEEPEST = 32


@dataclass(frozen=True, slots=True)
class Node:
    line: int
    value: str | list[Node] | dict[str, tuple[int, Node]]
    plain: bool = False  # an unquoted scalar: only such a one can be null, a number or a truth


class Tree:
    """The file as nested nodes of text, before any type is asked for."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._line = 1
        self._events = self._parse(text)

    def root(self) -> Node:
        nodes: list[Node] = []
        for event in self._events:
            if isinstance(event, DocumentStartEvent) and nodes:
                self._refuse("a second YAML document starts here", "Keep one, without '---'.")
            if isinstance(event, NodeEvent):
                nodes.append(self._node(event, 0))
        if not nodes:
            self._refuse("there is nothing in this file")
        return nodes[0]

    def _parse(self, text: str) -> Iterator[Event]:
        """The parser's events; each error of the parser leaves as a WrittenError."""
        try:
            for event in YAML(typ="safe", pure=True).parse(text):
                self._line = event.start_mark.line + 1
                yield event
        except MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self._line = mark.line + 1 if mark else self._line
            what = ", ".join(part for part in (error.context, error.problem) if part)
            self._refuse(f"this is not YAML: {what}", "Look at indentation, colons and quotes.")
        except ReaderError as error:
            self._line = text.count("\n", 0, error.position) + 1
            self._refuse("there is a character here that YAML does not allow", "Remove it.")
        except (YAMLError, ValueError, OverflowError, AssertionError) as error:
            # The parser lets slip what chr() says of "\UFFFFFFFF", and asserts on "%YAML 1.9".
            self._refuse(f"this is not YAML ({type(error).__name__})", "Look just below.")

    def _node(self, event: Event, depth: int) -> Node:
        self._check(event, depth)
        line = self._line
        if isinstance(event, ScalarEvent):
            return Node(line, event.value, plain=event.style is None)
        if isinstance(event, MappingStartEvent):
            return Node(line, self._pairs(depth + 1))
        items = []
        while not isinstance(inner := next(self._events), SequenceEndEvent):
            items.append(self._node(inner, depth + 1))
        return Node(line, items)

    def _pairs(self, depth: int) -> dict[str, tuple[int, Node]]:
        pairs: dict[str, tuple[int, Node]] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            key = self._node(event, depth)
            if not isinstance(key.value, str) or not key.value:
                self._line = key.line
                self._refuse("a key must be a word", "Write 'name: value'.")
            if key.value in pairs:
                first = pairs[key.value][0]
                self._line = key.line
                self._refuse(f"{shown(key.value)} stands here again, first on line {first}")
            value = self._node(next(self._events), depth)
            # The parser places a value that was left out on the line where the next thing begins.
            left_out = value.plain and value.value == ""
            pairs[key.value] = key.line, Node(key.line, "", plain=True) if left_out else value
        return pairs

    def _check(self, event: Event, depth: int) -> None:
        if depth > DEEPEST:
            self._refuse(f"this is nested deeper than {DEEPEST} levels")
        if isinstance(event, NodeEvent) and event.anchor:  # an alias names its anchor
            self._refuse("anchors and aliases (& and *) are not allowed", "Write the value out.")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.tag:
            self._refuse("tags (!) are not allowed", "Leave the tag out, or quote the text.")
        if isinstance(event, ScalarEvent) and re.search("[\ud800-\udfff]", event.value):
            self._refuse("this text holds half a character (a surrogate)", "Write it directly.")

    def _refuse(self, what: str, todo: str = "") -> NoReturn:
        raise WrittenError(self._path, self._line, what, todo)
