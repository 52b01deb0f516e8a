"""``Assessment``: what the self-assessment notebook shows, a method for each of its cells.

Where somebody sits in front of it, each is a form that saves into answers.yaml; elsewhere the same
as text. It reads the review folder and a run in it, and never AWS.
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from wa_kit.assessment import entries, pages, progress
from wa_kit.assessment.book import Book
from wa_kit.assessment.parts import Chapter
from wa_kit.assessment.text import Words, as_text
from wa_kit.shown import Html, plain

_LACKING = "There is no form: ipywidgets is not installed. Install it: pip install 'wa-kit[lab]'"


class Assessment:
    """The answers of a review folder, to look at and to fill in."""

    def __init__(self, book: Book, interactive: bool) -> None:
        self._book = book
        self._lacking = interactive and importlib.util.find_spec("ipywidgets") is None
        self._interactive = interactive and not self._lacking
        self._desks: list[Any] = []
        self._progress: list[Any] = []

    @classmethod
    def open(
        cls,
        folder: str | Path,
        run: str = "",
        interactive: bool | None = None,
        today: dt.date | None = None,
    ) -> Self:
        """The answers of a review folder beside a run: the newest, where none is named.

        ``interactive`` is found out where it is None. Raises ``KitError`` for a folder or run that
        is not there, and for a file that is wrong, with its line.
        """
        wanted = _somebody_is_there() if interactive is None else interactive
        return cls(Book.open(Path(folder), run, today), wanted)

    def progress(self) -> Any:
        """What lies on the table, and how far it has come."""
        words = progress.shown(self._book)
        if not self._interactive:
            lacking = f"{_LACKING}\n" if self._lacking else ""
            return Words(lacking + plain(words))
        import ipywidgets

        from wa_kit.assessment.desk import style

        made = ipywidgets.HTML(words)
        self._progress.append(made)
        return ipywidgets.VBox([ipywidgets.HTML(style()), made])

    def questions(self) -> Any:
        """Each question beside its evidence and its draft."""
        return self._chapter(lambda: pages.questions(self._book))

    def responsibilities(self) -> Any:
        """Who is accountable for what, and who stands in."""
        return self._chapter(lambda: pages.duties(self._book))

    def roles(self) -> Any:
        """Who holds which role."""
        return self._chapter(lambda: pages.roles(self._book, self._book.said()))

    def matrix(self) -> Any:
        """Which role does what, answers for it, is asked, is told."""
        return self._chapter(lambda: pages.matrix(self._book, self._book.said()))

    def documents(self) -> Any:
        """The register of documents."""
        return self._chapter(lambda: pages.documents(self._book, self._book.said()))

    def actions(self) -> Any:
        """Who repairs what, until when."""
        return self._chapter(lambda: pages.actions(self._book))

    def exceptions(self) -> Any:
        """Failures that somebody accepts."""
        return self._chapter(lambda: entries.exceptions(self._book, self._book.fields()))

    def disputes(self) -> Any:
        """Findings that somebody does not accept as they stand."""
        return self._chapter(lambda: entries.disputes(self._book, self._book.fields()))

    def _chapter(self, make: Callable[[], Chapter]) -> Any:
        if not self._interactive:
            return as_text([make()], self._book.fields())
        from wa_kit.assessment.desk import Desk

        desk = Desk(make, self._book, self._changed)
        self._desks.append(desk)
        return desk

    def _changed(self) -> None:
        """The file is another now: show that everywhere."""
        words: Html = progress.shown(self._book)
        for made in self._progress:
            made.value = words
        for desk in self._desks:
            desk.refresh()


def _somebody_is_there() -> bool:
    """Whether the cell that runs was sent by a front end, which names it. papermill does not."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    kernel = getattr(shell, "kernel", None)
    if kernel is None:
        return False
    return bool({"cellId", "cell_id"} & kernel.get_parent("shell").get("metadata", {}).keys())


__all__ = ["Assessment"]
