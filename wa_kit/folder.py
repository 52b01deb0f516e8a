"""A review folder: what people fill in, with every key explained. What somebody edited stays.

It reads what ships with the kit and writes into the folder it was given; it never asks AWS. What
it wrote is noted in the folder, so that a later kit knows which files are still its own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from wa_kit import __version__
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.model import KitError
from wa_kit.questionnaire import Artefact, Questionnaire, Role, load_all
from wa_kit.whole import put
from wa_kit.written import shipped

RECORD = ".wa-kit.json"
_NAMED = re.compile(r"^[ #-]*([\w-]+):", re.MULTILINE)
_SETTING = re.compile(r"^(?:#| *)([\w-]+):", re.MULTILINE)  # not what is within an example
Did = Literal["wrote", "updated", "offered"]


class Record(Struct, frozen=True, kw_only=True):
    """What the kit wrote into the folder: by it we know a file that nobody has edited."""

    kit: str = ""
    wrote: dict[str, str] = {}  # name -> digest


class Change(Struct, frozen=True, kw_only=True):
    """What was done about one file: written, brought up to date, or the new one laid beside."""

    did: Did
    path: Path
    beside: Path | None = None  # the file of a person's own that stays as it is
    new: tuple[str, ...] = ()  # what can be said in the new one, and the own one does not name


def init(folder: Path) -> list[Change]:
    """Make the folder and what is missing in it; after an upgrade, bring it up to date.

    A file that somebody edited stays, and where the kit's own has changed since, that is laid
    beside it. Raises ``KitError`` where something is in the way, or nothing may be written.
    """
    record = _load_record(folder / RECORD)
    wrote = dict(record.wrote)
    changes = [c for name, text in _files() if (c := _bring(folder, name, text, wrote))]
    if wrote != record.wrote:
        _replace(folder / RECORD, _encoded(Record(kit=__version__, wrote=wrote)))
    return changes


def complete(folder: Path) -> None:
    """Write what is missing in the folder, and touch nothing that is there, now or later.

    An ``init`` by the same kit finds nothing to do in it. Raises ``KitError`` where something is
    in the way, or nothing may be written.
    """
    told = _load_record(folder / RECORD).wrote
    for name, text in _files():
        _write_new(folder / name, text)
        told.setdefault(name, _digest(name, text.encode()))
    _replace(folder / RECORD, _encoded(Record(kit=__version__, wrote=told)))


def _files() -> Iterator[tuple[str, str]]:
    templates, notebooks = shipped("templates") / "folder", shipped("notebooks")
    yield "README.md", _text(templates / "README.md")
    yield "workload.yaml", _text(templates / "workload.yaml")
    yield "answers.yaml", _answers_stub(load_all())
    yield "narrative.yaml", _text(templates / "narrative.yaml")
    for name in ("review.ipynb", "self_assessment.ipynb"):
        yield f"notebooks/{name}", _text(notebooks / name)
    yield ".gitignore", _text(templates / "gitignore")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _bring(folder: Path, name: str, text: str, wrote: dict[str, str]) -> Change | None:
    """See to one file, and note in ``wrote`` what the kit put there."""
    path, now, then = folder / name, _digest(name, text.encode()), wrote.get(name)
    if _write_new(path, text):
        wrote[name] = now
        return Change(did="wrote", path=path)
    if path.is_symlink() or not path.is_file():
        return None
    there = _digest(name, path.read_bytes())
    if there == now:
        wrote[name] = now
        return None
    if there == then:
        _replace(path, text)
        wrote[name] = now
        return Change(did="updated", path=path)
    beside = f"{path.stem}.new{path.suffix}"
    offered = str(Path(name).with_name(beside))
    if now in (then, wrote.get(offered)):  # nothing new in it, or told before
        return None
    laid = _bring(folder, offered, text, wrote)
    if laid is None:
        return None
    new = _new_names(text, _text_of_people(path)) if path.suffix == ".yaml" else ()
    return Change(did="offered", path=laid.path, beside=path, new=new)


def _digest(name: str, content: bytes) -> str:
    """Of what a person can edit: running a notebook is no edit."""
    if name.endswith(".ipynb"):
        try:
            cells = json.loads(content)["cells"]
            content = repr([(c["cell_type"], "".join(c["source"])) for c in cells]).encode()
        except (ValueError, KeyError, TypeError):
            pass  # no notebook any more: its bytes are what it is
    return hashlib.sha256(content).hexdigest()


def _new_names(kit: str, theirs: str) -> tuple[str, ...]:
    """The settings and entries of the kit's file that the other never names, nor as a comment."""
    known = set(_NAMED.findall(theirs))
    return tuple(dict.fromkeys(name for name in _SETTING.findall(kit) if name not in known))


def _text_of_people(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def _load_record(path: Path) -> Record:
    """Of a folder whose record is gone or spoilt, every file counts as edited."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record)
    except (OSError, msgspec.DecodeError):
        return Record()


def _encoded(record: Record) -> str:
    encoded = msgspec.json.encode(record, order="deterministic")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


def _write_new(path: Path, text: str) -> bool:
    """Whether the file was written: one that is there already, or a link, is left alone."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("x", encoding="utf-8", newline="\n")
    except (FileExistsError, NotADirectoryError) as error:
        if path.parent.is_dir():
            return False
        taken = next((p for p in path.parents if p.exists() and not p.is_dir()), path.parent)
        raise KitError(
            f"{taken}: a file is in the way of a folder. Move it, or choose another."
        ) from error
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with file:
            file.write(text)
    except OSError as error:  # a part of a file would be taken for the whole next time
        path.unlink()
        raise _unwritable(path, error) from error
    return True


def _replace(path: Path, text: str) -> None:
    try:
        put(path, text)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> KitError:
    return KitError(f"{path}: cannot be written ({error.strerror}). Choose another folder.")


def _answers_stub(questions: Sequence[Questionnaire]) -> str:
    """An answers.yaml in which nobody has answered anything yet."""
    import jinja2

    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
    )
    template = environment.from_string(_text(shipped("templates") / "folder" / "answers.yaml.j2"))
    return (
        template.render(
            questions=questions,
            duties=sorted(RESPONSIBILITIES.items(), key=lambda duty: (duty[1].role, duty[0])),
            roles=_roles(questions),
            artefacts=_artefacts(questions),
        )
        + "\n"
    )


def _roles(questions: Sequence[Questionnaire]) -> list[Role]:
    """Each role that any question names, once."""
    found = {role.id: role for q in questions for role in q.roles}
    return [found[name] for name in sorted(found, reverse=True)]


def _artefacts(questions: Sequence[Questionnaire]) -> list[Artefact]:
    """Each document that any question expects, once."""
    found = {artefact.id: artefact for q in questions for artefact in q.artefacts}
    return [found[name] for name in sorted(found)]
