"""A review folder: what people fill in, with every key explained. A file that is there stays.

It reads what ships with the kit and writes into the folder it was given; it never asks AWS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.model import KitError
from wa_kit.questionnaire import Artefact, Questionnaire, Role, load_all
from wa_kit.written import shipped


def init(folder: Path) -> list[Path]:
    """Make the folder and what is missing in it. Returns what was written.

    Raises ``KitError`` where something is in the way, or nothing may be written.
    """
    written = []
    for name, text in _files():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _write_new(path, text):
                written.append(path)
        except (FileExistsError, NotADirectoryError) as error:
            taken = next((p for p in path.parents if p.exists() and not p.is_dir()), path.parent)
            raise KitError(
                f"{taken}: a file is in the way of a folder. Move it, or choose another."
            ) from error
        except OSError as error:
            raise KitError(
                f"{path}: cannot be written ({error.strerror}). Choose another folder."
            ) from error
    return written


def _files() -> Iterator[tuple[str, str]]:
    templates = shipped("templates") / "folder"
    yield "README.md", _text(templates / "README.md")
    yield "workload.yaml", _text(templates / "workload.yaml")
    yield "answers.yaml", _answers_stub(load_all())
    yield "narrative.yaml", _text(templates / "narrative.yaml")
    yield "notebooks/review.ipynb", _text(shipped("notebooks") / "review.ipynb")
    yield ".gitignore", _text(templates / "gitignore")


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _write_new(path: Path, text: str) -> bool:
    """Whether the file was written: one that is there already, or a link, is left alone."""
    try:
        file = path.open("x", encoding="utf-8", newline="\n")
    except FileExistsError:
        return False
    try:
        with file:
            file.write(text)
    except OSError:  # a part of a file would be taken for the whole next time
        path.unlink()
        raise
    return True


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
