"""The supporting questions, one YAML file each, and everything a reviewer brings to asking them.

A question names the checks whose findings bear on it; it never says what a check decides, and
never holds an answer. The answer template is text here, with the shared sentences of
questionnaires/sentences.j2 in front: whoever drafts answers renders it, in a sandbox, for a
questionnaire may come from a stranger.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct
from msgspec.structs import replace

from wa_kit.written import Written, WrittenError, did_you_mean, read, shipped

Id = Annotated[
    str,
    Meta(
        pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$",
        max_length=64,
        description="lower-case words joined by hyphens",
    ),
]
Text = Annotated[str, Meta(pattern=r"\S", description="some text")]


class Prompt(Struct, frozen=True, kw_only=True):
    """Something to ask people, and how a reviewer knows a good answer."""

    ask: Text
    good_answer: Text


class Practice(Struct, frozen=True, kw_only=True):
    """A practice of the framework that the question supports. The choice id is the stable name."""

    practice: Annotated[str, Meta(pattern=r"^[A-Z]+\d\d-BP\d\d$", description="such as SEC08-BP02")]
    title: Text
    choice: Annotated[
        str, Meta(pattern=r"^[a-z]+(_[a-z0-9]+)+$", description="a choice id of the framework")
    ]
    url: Annotated[
        str, Meta(pattern=r"^https://docs\.aws\.amazon\.com/\S+$", description="an AWS page")
    ]


class Responsibility(Struct, frozen=True, kw_only=True):
    id: Id
    text: Text


class Role(Struct, frozen=True, kw_only=True):
    """Who is accountable, and for what as far as this question goes."""

    id: Id
    title: Text
    responsibilities: Annotated[tuple[Responsibility, ...], Meta(min_length=1)]


class Artefact(Struct, frozen=True, kw_only=True):
    """A document a reviewer expects to see."""

    id: Id
    title: Text
    proves: Text


class Example(Struct, frozen=True, kw_only=True):
    title: Text
    situation: Text
    action: Text
    result: Text


class Decision(Struct, frozen=True, kw_only=True):
    """One row of a decision table: a way to encrypt, and what choosing it means."""

    option: Text
    key_manager: Text
    rotation: Text
    trail: Text
    choose_when: Text


class Questionnaire(Struct, frozen=True, kw_only=True):
    """One supporting question, at place `order`; `lens_as_of` dates what it says of practices."""

    id: Id
    order: int
    title: Text
    question: Text
    why: Text
    lens_as_of: Annotated[str, Meta(pattern=r"^\d{4}-\d\d$", description="a month such as 2026-05")]
    practices: Annotated[tuple[Practice, ...], Meta(min_length=1)]
    prompts: Annotated[tuple[Prompt, ...], Meta(min_length=1)]
    answer: Text
    checks: tuple[str, ...] = ()
    roles: tuple[Role, ...] = ()
    artefacts: tuple[Artefact, ...] = ()
    services: tuple[Text, ...] = ()
    examples: tuple[Example, ...] = ()
    decisions: tuple[Decision, ...] = ()


def load_all(
    folder: Path | None = None,
    ids: Sequence[str] | None = None,
    *,
    known_checks: Collection[str] | None = None,
) -> tuple[Questionnaire, ...]:
    """The questions of a folder (default: the kit's own), in the order of the report.

    `ids` picks some of them. With `known_checks`, a check of any other name is refused.
    Raises WrittenError.
    """
    folder = folder or shipped("questionnaires")
    if not folder.is_dir():
        raise WrittenError(folder, None, "there is no such folder", "Check the path.")
    paths = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    _refuse_misnamed(folder)
    for asked in ids or ():
        if asked not in paths:
            todo = did_you_mean(asked, paths) or f"There are: {', '.join(paths) or 'none'}."
            raise WrittenError(folder, None, f"there is no questionnaire {asked!r}", todo)
    wanted = [path for name, path in paths.items() if ids is None or name in ids]
    loaded = [_load(path, known_checks) for path in wanted]
    return tuple(sorted(loaded, key=lambda q: (q.order, q.id)))


def _refuse_misnamed(folder: Path) -> None:
    """A questionnaire that is passed over in silence looks like one without gaps."""
    for path in sorted(folder.glob("*.yml")):
        raise WrittenError(path, None, "this name would be passed over", "Rename it to end .yaml.")


def _load(path: Path, known_checks: Collection[str] | None) -> Questionnaire:
    written = read(path, Questionnaire)
    question = written.value
    if question.id != path.stem:
        raise written.error(
            ("id",), f"the id is {question.id!r} in a file named {path.name!r}", "Make them equal."
        )
    _require_unique(written, "checks", question.checks)
    for part in ("roles", "artefacts"):
        _require_unique(written, part, [entry.id for entry in getattr(question, part)])
    if known_checks is not None:
        _require_known(written, known_checks)
    sentences = (shipped("questionnaires") / "sentences.j2").read_text(encoding="utf-8")
    return replace(question, answer=sentences + question.answer)


def _require_unique(written: Written[Questionnaire], part: str, names: Sequence[str]) -> None:
    for position, name in enumerate(names):
        if name in names[:position]:
            raise written.error((part, position), f"{name!r} is named twice", "Keep one.")


def _require_known(written: Written[Questionnaire], known: Collection[str]) -> None:
    for position, name in enumerate(written.value.checks):
        if name not in known:
            todo = did_you_mean(name, known) or "`wa-kit checks` lists the names."
            raise written.error(("checks", position), f"there is no check {name!r}", todo)
