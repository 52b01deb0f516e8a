"""What a file that people wrote can be refused with, and how its words are shown."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path

from wa_kit.model import KitError


class WrittenError(KitError, ValueError):
    """A file that cannot be used. Its text is `file: line N: what is wrong. What to do.`"""

    def __init__(self, path: Path, line: int | None, what: str, todo: str = "") -> None:
        self.path, self.line, self.said = path, line, f"{what}. {todo}".rstrip()
        where = f"{path}: line {line}" if line else f"{path}"
        super().__init__(f"{where}: {self.said}")

    @property
    def each(self) -> tuple[WrittenError, ...]:
        """The faults one by one, where it tells of several."""
        return (self,)


class _Together(WrittenError):
    """Several faults of one file; its text has a line for each."""

    def __init__(self, faults: Sequence[WrittenError]) -> None:
        self.path, self.line = faults[0].path, faults[0].line
        self.said = " ".join(fault.said for fault in faults)
        self._faults = tuple(faults)
        KitError.__init__(self, "\n".join(map(str, faults)))

    @property
    def each(self) -> tuple[WrittenError, ...]:
        return self._faults


def together(faults: Iterable[WrittenError]) -> WrittenError:
    """One error for one or more, in the order of their lines."""
    ordered = sorted(faults, key=lambda fault: fault.line or 0)
    return ordered[0] if len(ordered) == 1 else _Together(ordered)


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that was meant, or nothing when none is near."""
    return next(iter(difflib.get_close_matches(name[:100], known, n=1)), "")


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`Did you mean 'x'?`, or nothing when no known name is near."""
    near = nearest(name, known)
    return f"Did you mean {near!r}?" if near else ""


def shown(text: str) -> str:
    """Quoted, short, and with control characters made visible."""
    return repr(text if len(text) <= 60 else text[:57] + "...")
