"""A chapter on the screen: its parts as forms, one at a time where they are many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wa_kit.answers.fields import Fields, Place
from wa_kit.assessment.book import Book
from wa_kit.assessment.form import AddingForm, Form, Told
from wa_kit.assessment.parts import Chapter, Part
from wa_kit.shown import Html, el, join, visible
from wa_kit.written import shipped


class Desk:
    """One chapter. ``make`` says anew what it consists of, for it can grow.

    A folded part gets its widgets when it is opened: there are hundreds in all.
    """

    def __init__(self, make: Callable[[], Chapter], book: Book, told: Told) -> None:
        import ipywidgets

        self._make = make
        self._book = book
        self._told = told
        self._forms: dict[Place, Form] = {}
        self._places: dict[Place, Any] = {}
        chapter = make()
        self._adding = AddingForm(chapter.adding, book, told) if chapter.adding else None
        self._parts: tuple[Part, ...] = ()
        self._nothing = ipywidgets.HTML()
        self._holder = ipywidgets.Accordion() if chapter.folded else ipywidgets.VBox()
        added = [self._adding.widget] if self._adding else []
        self.widget = ipywidgets.VBox(
            [ipywidgets.HTML(style()), self._nothing, self._holder, *added]
        )
        self.widget.add_class("wa-form")
        self.refresh()
        if chapter.folded:
            self._holder.observe(self._opened, names="selected_index")

    def refresh(self) -> None:
        """Show the parts there are now; what is typed in them stays."""
        chapter = self._make()
        kept = {key(part) for part in chapter.parts}
        self._forms = {at: form for at, form in self._forms.items() if at in kept}
        self._parts = chapter.parts
        self._nothing.value = el("p", chapter.nothing, class_="nothing") if not kept else ""
        for part in chapter.parts:
            self._renew(part)
        self._lay(chapter)

    def _lay(self, chapter: Chapter) -> None:
        import ipywidgets

        places = {
            key(part): self._places.get(key(part), ipywidgets.VBox()) for part in chapter.parts
        }
        if list(places) != list(self._places):
            if chapter.folded:
                self._holder.selected_index = None
            self._places = places
            self._holder.children = tuple(places.values())
        if chapter.folded:
            fields = self._book.fields()
            self._holder.titles = tuple(_heading(part, fields) for part in chapter.parts)
        else:
            for part in chapter.parts:
                self._form(part)

    def _renew(self, part: Part) -> None:
        """A form whose fields are others now makes way for one that goes on where it stands."""
        old = self._forms.get(key(part))
        if old is None or old.part.fields == part.fields:
            return
        del self._forms[key(part)]
        self._form(part).adopt(old)

    def _form(self, part: Part) -> Form:
        at = key(part)
        if at not in self._forms:
            self._forms[at] = Form(part, self._book, self._told, self._removed)
            if at in self._places:
                self._places[at].children = (self._forms[at].widget,)
        return self._forms[at]

    def _opened(self, change: Any) -> None:
        if change["new"] is not None:
            self._form(self._parts[change["new"]])

    def _removed(self, entry: Fields) -> None:
        if self._adding:
            self._adding.fill({place[2:]: value for place, value in entry.items()})

    def _repr_mimebundle_(self, **asked: Any) -> Any:
        return self.widget._repr_mimebundle_(**asked)


def key(part: Part) -> Place:
    """What tells the parts of a chapter apart, however they grow."""
    return part.entry or next(field.place for field in part.fields if field.place)


def _heading(part: Part, fields: Fields) -> str:
    state = part.state(fields)
    return visible(f"{part.title} \N{EN DASH} {state}" if state else part.title)


def style() -> Html:
    """The look of the review, and of the form. A cell may be shown without the others."""
    templates = shipped("templates")
    sheets = (templates / "report" / "parts.css", templates / "assessment" / "form.css")
    return join(*(el("style", Html(sheet.read_text(encoding="utf-8"))) for sheet in sheets))
