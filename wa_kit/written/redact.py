"""A file that people wrote, less one value that must not be copied anywhere."""

from __future__ import annotations

from ruamel.yaml import YAML
from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent, NodeEvent, ScalarEvent


def without(text: str, key: str) -> str:
    """``text`` with the value of a top-level ``key`` emptied; all else stands, comments too.

    For a file that was read and found good.
    """
    depth, nodes = 0, []
    for event in YAML(typ="safe", pure=True).parse(text):
        if isinstance(event, CollectionEndEvent):
            depth -= 1
        elif isinstance(event, NodeEvent):
            if depth == 1:
                nodes.append(event)
            depth += isinstance(event, CollectionStartEvent)
    for name, value in zip(nodes[::2], nodes[1::2], strict=True):
        if isinstance(name, ScalarEvent) and name.value == key:
            start, end = value.start_mark.index, value.end_mark.index
            rest = "\n" if text[start:end].endswith("\n") else ""
            return f'{text[:start]}""{rest}{text[end:]}'
    return text
