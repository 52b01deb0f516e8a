"""YAML that people write: read once, refused with file and line, or turned into typed values.

A file can neither name Python code nor unfold into gigabytes, and an account id stays the text
that stands in the file, whether or not somebody put quotes round it.
Nothing here writes a file, or guesses what a misspelt key was meant to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Generic

from wa_kit.written.build import Build, Place, T
from wa_kit.written.error import WrittenError, did_you_mean, together
from wa_kit.written.redact import without
from wa_kit.written.tree import Tree

__all__ = [
    "Place",
    "Written",
    "WrittenError",
    "did_you_mean",
    "load",
    "parse",
    "read",
    "shipped",
    "together",
    "without",
]

MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Written(Generic[T]):
    """A value read from a file that still knows the line of each of its parts."""

    value: T
    path: Path
    lines: Mapping[Place, int]

    def error(self, at: Place, what: str, todo: str = "") -> WrittenError:
        """The error to raise about what stands at a place, for rules that a type cannot say."""
        known = (at[:end] for end in range(len(at), -1, -1) if at[:end] in self.lines)
        return WrittenError(self.path, self.lines[next(known)], what, todo)


def load(path: Path, kind: type[T]) -> T:
    """The struct that the file describes. Raises WrittenError, whatever the file holds."""
    return read(path, kind).value


def read(path: Path, kind: type[T]) -> Written[T]:
    """Like load, for callers with rules of their own that need line numbers."""
    return parse(path, _text(path), kind)


def parse(path: Path, text: str, kind: type[T]) -> Written[T]:
    """Like read, of text that stands in the file, or is to stand there."""
    tree = Tree(path, text)
    build = Build(path)
    value = build.whole(tree.root(), kind)
    return Written(value, path, build.lines)


def shipped(name: str) -> Path:
    """`notebooks`, `questionnaires` or `templates`: in the installed package, or in the sources."""
    package = Path(__file__).parent.parent
    for folder in (package / "_data" / name, package.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"{name}: this installation of wa-kit lacks it. Install wa-kit again.")


def _text(path: Path) -> str:
    real = path.resolve()
    if not real.is_relative_to(path.parent.resolve()):
        raise WrittenError(
            path, None, "it is a link that leads out of its folder", "Put the file itself here."
        )
    if not real.is_file():
        raise WrittenError(path, None, "there is no such file", "Check the path.")
    try:
        with real.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise WrittenError(path, None, f"it cannot be read ({error.strerror})") from error
    if len(data) > MOST_BYTES:
        raise WrittenError(path, None, f"it is larger than {MOST_BYTES:,} bytes", "Split the file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrittenError(path, line, "this is not UTF-8 text", "Save it as UTF-8.") from error
