"""Writing what a person said into answers.yaml: field by field, whole or not at all.

Comments, order and everything that was not changed stay. Another hand's change that came in
between is kept, and what both changed is left to a person.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import io
import os
import re
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import LiteralScalarString

from wa_kit.answers.fields import ENTRIES, Conflict, Fields, Place, Value, fields, merge
from wa_kit.answers.reading import load, refuse_contradictions
from wa_kit.answers.said import Answers
from wa_kit.model import KitError
from wa_kit.questionnaire import Questionnaire
from wa_kit.whole import put
from wa_kit.written import WrittenError, parse

_BEGINS = {("answers", "status"): "unanswered", ("actions", "status"): "open"}


class Saved(Struct, frozen=True, kw_only=True):
    """What was written, what was left to a person, and the file as it stands now."""

    written: tuple[Place, ...]
    conflicts: tuple[Conflict, ...]
    now: Fields


def save(
    path: Path,
    base: Fields,
    mine: Fields,
    questions: Sequence[Questionnaire],
    insist: Collection[Place] = (),
    whole: bool = False,
) -> Saved:
    """Bring ``mine``, which was ``base`` when I began, into the file.

    The file is made where there is none. ``whole`` writes nothing where there is a conflict.
    Raises ``WrittenError`` where it is refused as it stands, and ``KitError`` where what it would
    become is, or it cannot be written; it then stands as it was.
    """
    with _alone(path):
        theirs = fields(load(path)) if path.is_file() else {}
        merged = merge(base, mine, theirs, insist)
        if whole and merged.conflicts:
            merged = msgspec.structs.replace(merged, changes={})
        if merged.changes:
            text = path.read_text(encoding="utf-8-sig") if path.is_file() else ""
            text = changed(text, merged.changes)
            _refuse_wrong(path, text, questions)
            _replace(path, text)
        now = fields(load(path)) if path.is_file() else {}
    return Saved(written=tuple(merged.changes), conflicts=merged.conflicts, now=now)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other writer of the kit changes the folder's answers meanwhile."""
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError as error:
        raise KitError(f"{path.parent}: {error.strerror}. Choose another folder.") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def _refuse_wrong(path: Path, text: str, questions: Sequence[Questionnaire]) -> None:
    try:
        refuse_contradictions(parse(path, text, Answers), questions)
    except WrittenError as error:  # its lines are those of a text that nobody sees
        raise KitError(" ".join(one.said for one in error.each)) from error


def _replace(path: Path, text: str) -> None:
    try:
        put(path, text)
    except OSError as error:
        raise KitError(
            f"{path}: cannot be written ({error.strerror}); it stands as it was."
        ) from error


def changed(text: str, changes: dict[Place, Value | None]) -> str:
    """The YAML ``text`` with some fields changed; ``None`` empties one.

    An exception or dispute whose check is emptied goes as a whole.
    """
    yaml = _yaml()
    root = (yaml.load(text) if text.strip() else None) or CommentedMap()
    gone = {place[:2] for place, value in changes.items() if _ends_entry(place, value)}
    for part, name in sorted(gone):
        _drop(root, part, name)
    for place, value in changes.items():
        if place[:2] not in gone:
            _put(root, place, value)
    made = io.StringIO()
    yaml.dump(root, made)
    return made.getvalue()


def _yaml() -> YAML:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.ignore_aliases = lambda _: True  # one date in two places is two dates
    yaml.representer.add_representer(type(None), _blank)
    return yaml


def _blank(representer: Any, _: None) -> Any:
    return representer.represent_scalar("tag:yaml.org,2002:null", "")


def _ends_entry(place: Place, value: Value | None) -> bool:
    return place[0] in ENTRIES and place[2] == "check" and value is None


def _put(root: CommentedMap, place: Place, value: Value | None) -> None:
    *way, last = place
    owner = root
    if way[0] in ENTRIES:
        owner, way = _entry(root, way[0], way[1]), way[2:]
    for name in way:
        if not isinstance(owner.get(name), CommentedMap):
            _set(owner, name, CommentedMap())
        owner = owner[name]
    if value is not None:
        _set(owner, last, _as_yaml(value))
    elif last in owner:
        _set(owner, last, _BEGINS.get((place[0], last), _emptied(owner[last])))


def _entry(root: CommentedMap, part: str, name: str) -> CommentedMap:
    """The exception or dispute of that name, made where there is none."""
    if not isinstance(root.get(part), CommentedSeq):
        _set(root, part, CommentedSeq())
    entries = root[part]
    for entry in entries:
        if _called(entry) == name:
            return entry  # type: ignore[no-any-return]
    after = _take_comment(entries)
    check, _, resource = name.partition(" ")
    entries.append(CommentedMap(check=check, resource=resource))
    _leave_comment(root, part, after)
    return entries[-1]  # type: ignore[no-any-return]


def _drop(root: CommentedMap, part: str, name: str) -> None:
    entries = root.get(part)
    for position, entry in enumerate(entries or ()):
        if _called(entry) == name:
            after = _take_comment(entry) if position == len(entries) - 1 else None
            del entries[position]
            if not entries:
                root[part] = None
            _leave_comment(root, part, after)
            return


def _called(entry: Any) -> str:
    return f"{entry.get('check')} {entry.get('resource')}"


def _set(owner: CommentedMap, name: str, value: Any) -> None:
    """Set a key, keeping the comment that follows it.

    A new key goes before the last one where a comment follows that: it belongs to what comes next.
    """
    if name in owner:
        after = _take_comment(owner[name]) or _take_at(owner, name)
        owner[name] = value
        _leave_comment(owner, name, after)
    elif owner and (after := _take_comment(owner)) is not None:
        last = next(reversed(owner))
        _leave_comment(owner, last, after)
        owner.insert(len(owner) - 1, name, value)
    else:
        owner[name] = value


def _take_comment(node: Any) -> Any:
    """The comment after the last thing in a block, taken from it; ``None`` where there is none."""
    while isinstance(node, (CommentedMap, CommentedSeq)) and node:
        last = _last(node)
        if (found := _take_at(node, last)) is not None:
            return found
        node = node[last]
    return None


def _take_at(node: Any, name: Any) -> Any:
    kept = node.ca.items.get(name)
    if not kept or kept[_slot(node)] is None:
        return None
    found, kept[_slot(node)] = kept[_slot(node)], None
    return found


def _last(node: Any) -> Any:
    return next(reversed(node)) if isinstance(node, CommentedMap) else len(node) - 1


def _slot(node: Any) -> int:
    """Where ruamel.yaml keeps the comment after an item."""
    return 2 if isinstance(node, CommentedMap) else 0


def _leave_comment(owner: CommentedMap, name: str, comment: Any) -> None:
    """Put a comment after the last thing in the block that stands under a key."""
    if comment is None:
        return
    node: Any = owner
    last: Any = name
    while isinstance(node[last], (CommentedMap, CommentedSeq)) and node[last]:
        node = node[last]
        last = _last(node)
    kept = node.ca.items.setdefault(last, [None, None, None, None])
    kept[_slot(node)] = comment


def _emptied(value: Any) -> Any:
    return None if isinstance(value, (CommentedSeq, dt.date)) else ""


def _as_yaml(value: Value) -> Any:
    if isinstance(value, tuple):
        return CommentedSeq(map(_text, value))
    return _text(value) if isinstance(value, str) else value


def _text(value: str) -> str:
    """Several lines stand as a block, as a person would write it, where it can hold them."""
    block = "\n" in value and re.sub(r"[\n\t]", "", value).isprintable()
    return LiteralScalarString(value) if block else value
