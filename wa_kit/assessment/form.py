"""A part as a form: what stands beside it, its fields, and a button that saves them.

What another hand changed meanwhile comes in with a save; what both changed is shown field by field,
for a person to decide. Nothing that was typed is lost when a save is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from typing import Any

from wa_kit.answers.changing import Saved
from wa_kit.answers.fields import Conflict, Fields, Place, Value, by_kit
from wa_kit.assessment.book import Book
from wa_kit.assessment.controls import control, read_all
from wa_kit.assessment.parts import Adding, Part
from wa_kit.model import KitError
from wa_kit.shown import el

Told = Callable[[], None]
Removed = Callable[[Fields], None]


class Form:
    """One part, on the screen.

    ``told`` is called after each change of the file, ``removed`` with an entry that was taken out.
    """

    def __init__(self, part: Part, book: Book, told: Told, removed: Removed) -> None:
        self.part = part
        self._book = book
        self._told = told
        self._removed = removed
        self._undecided: tuple[Conflict, ...] = ()
        self._base: Fields = {}
        self._controls = [control(field) for field in part.fields]
        self._beside: Any = None
        self._message = message()
        self._open = _box("wa-conflicts")
        self.widget = self._made()
        self._refresh(book.fields())
        self._today_when_answered()

    def _made(self) -> Any:
        import ipywidgets

        save = button("Save", self.save, f"Save: {self.part.title}")
        buttons = [save]
        if self.part.entry:
            buttons.append(button("Remove", self.remove, f"Remove: {self.part.title}", ""))
        foot = ipywidgets.HBox([*buttons, self._message])
        foot.add_class("wa-foot")
        fields = _box("wa-fields", *(one.widget for one in self._controls))
        form = ipywidgets.VBox([fields, self._open, foot])
        if not self.part.beside:
            return form
        self._beside = ipywidgets.HTML()
        return _box("wa-columns", self._beside, form)

    def _refresh(self, now: Fields, undecided: Collection[Place] = ()) -> None:
        """Show what the file says now, but for what is still to be decided."""
        mine = read_all(self._controls)
        shown = self.part.of(now)
        for place in undecided:
            shown.pop(place, None)
            if place in mine:
                shown[place] = mine[place]
        self._show(shown)
        old = {place: self._base[place] for place in undecided if place in self._base}
        self._base = {p: v for p, v in self._own(now).items() if p not in undecided} | old
        if self._beside:
            self._beside.value = self.part.beside(now) if self.part.beside else ""

    def _own(self, fields: Fields) -> Fields:
        """All that this form may change."""
        if self.part.entry:
            return {p: v for p, v in fields.items() if p[:2] == self.part.entry}
        stamps = {p: v for p, v in fields.items() if p in self.part.stamped}
        return self.part.of(fields) | stamps

    def _show(self, fields: Fields) -> None:
        for one in self._controls:
            one.show(fields)

    def adopt(self, other: Form) -> None:
        """Go on where another form of the same part stands: saved or not."""
        self._base = other._base
        self._show(read_all(other._controls))

    def save(self, insist: Collection[Place] = ()) -> None:
        """Bring what stands in the form into the file, and say what became of it."""
        try:
            saved = self._book.save(self._base, self._mine(), {*insist, *self.part.stamped})
        except KitError as error:
            why = str(error)
            self._say(f"Not saved. {why[:1].upper()}{why[1:]}", "wa-refused")
            return
        self._refresh(saved.now, [conflict.place for conflict in saved.conflicts])
        self._show_conflicts(saved.conflicts)
        self._say(*_outcome(saved))
        self._told()

    def _mine(self) -> Fields:
        mine = read_all(self._controls)
        fixed = ("check", "resource") if self.part.entry else ()
        mine |= {p: v for p, v in self._base.items() if p[-1] in fixed}
        answered = any(place[-1] == "status" for place in mine)
        kept = {p: v for p, v in self._base.items() if p in self.part.stamped}
        return mine | (self.part.stamped if answered else kept)

    def remove(self) -> None:
        """Take an exception or a dispute out of the file."""
        try:
            saved = self._book.save(self._base, {})
        except KitError as error:
            self._say("Not removed. " + str(error), "wa-refused")
            return
        if saved.conflicts:
            self._refresh(saved.now)
            self._say("Not removed: somebody changed it meanwhile. Look at it again.", "wa-refused")
            return
        self._removed(self._base)
        self._told()

    def _show_conflicts(self, conflicts: Collection[Conflict]) -> None:
        self._undecided = tuple(conflicts)
        self._open.children = tuple(self._conflict(one) for one in conflicts)

    def _conflict(self, conflict: Conflict) -> Any:
        import ipywidgets

        label = self.part.label_of(conflict.place)

        def keep() -> None:
            self._base = _with(self._base, conflict.place, conflict.theirs)
            self._show(_with(read_all(self._controls), conflict.place, conflict.theirs))
            self._show_conflicts([one for one in self._undecided if one is not conflict])
            self._say(f"Kept theirs: {label}.", "wa-saved")

        def take() -> None:
            self.save(insist=[conflict.place])

        words = el(
            "div",
            el("p", el("b", f"! {label}"), " was changed by somebody else meanwhile."),
            el("p", "Theirs, in the file: ", el("q", _in_words(conflict.theirs))),
            el("p", "Mine: ", el("q", _in_words(conflict.mine))),
        )
        choices = ipywidgets.HBox(
            [
                button("Keep theirs", keep, f"Keep theirs: {label}", ""),
                button("Take mine", take, f"Take mine: {label}", ""),
            ]
        )
        return _box("wa-conflict", ipywidgets.HTML(words), choices)

    def _say(self, words: str, kind: str) -> None:
        self._message.value = el("div", words, class_=kind, role="status")

    def _today_when_answered(self) -> None:
        """Who sets an answer to answered, answers it today, until they say otherwise."""
        both = zip(self.part.fields, self._controls, strict=True)
        named = {field.place[-1]: one.widget for field, one in both if field.place}
        if "answered_on" not in named:
            return

        def fill(change: Any) -> None:
            if change["new"] == "answered" and named["answered_on"].value is None:
                named["answered_on"].value = self._book.today

        named["status"].observe(fill, names="value")


def _with(fields: Fields, place: Place, value: Value | None) -> Fields:
    rest = {p: v for p, v in fields.items() if p != place}
    return rest if value is None else rest | {place: value}


def _outcome(saved: Saved) -> tuple[str, str]:
    people = [place for place in saved.written if not by_kit(place)]
    if saved.conflicts:
        rest = "The rest is saved. " if saved.written else ""
        return f"{rest}Decide what somebody else changed too.", "wa-refused"
    if not people:
        words = "Saved: looked at again." if saved.written else "There was nothing to save."
        return words, "wa-saved"
    at = dt.datetime.now().strftime("%H:%M:%S")
    return f"Saved at {at}.", "wa-saved"


def _in_words(value: Value | None) -> str:
    if value is None:
        return "empty"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def message() -> Any:
    import ipywidgets

    made = ipywidgets.HTML()
    made.add_class("wa-message")
    return made


def button(words: str, does: Callable[[], None], told: str, style: str = "primary") -> Any:
    import ipywidgets

    made = ipywidgets.Button(description=words, button_style=style, tooltip=told)
    made.on_click(lambda _: does())
    return made


def _box(kind: str, *children: Any) -> Any:
    import ipywidgets

    made = ipywidgets.Box(list(children))
    made.add_class(kind)
    return made


class AddingForm:
    """The form for something new. It is emptied once it is in the file."""

    def __init__(self, adding: Adding, book: Book, told: Told) -> None:
        import ipywidgets

        self._adding = adding
        self._book = book
        self._told = told
        self._controls = [control(field) for field in adding.fields]
        self._suggest()
        self._message = message()
        add = button(adding.button, self.add, adding.button)
        foot = ipywidgets.HBox([add, self._message])
        foot.add_class("wa-foot")
        fields = _box("wa-fields", *(one.widget for one in self._controls))
        self.widget = ipywidgets.VBox([ipywidgets.HTML(el("h3", adding.title)), fields, foot])
        self.widget.add_class("wa-adding")

    def add(self) -> None:
        """Write it, or say why not; what was typed then stays."""
        made = self._adding.make(read_all(self._controls))
        if isinstance(made, str):
            self._say("Not added. " + made, "wa-refused")
            return
        try:
            self._book.save({}, made)
        except KitError as error:
            self._say("Not added. " + str(error), "wa-refused")
            return
        self.fill({})
        self._say("Added.", "wa-saved")
        self._told()

    def _suggest(self) -> None:
        """Offer the resources of the check that is chosen."""
        suggests = self._adding.suggests
        if suggests is None:
            return
        both = zip(self._adding.fields, self._controls, strict=True)
        named = {field.place[0]: one.widget for field, one in both}

        def offer(change: Any) -> None:
            named["resource"].options = suggests(change["new"])

        named["check"].observe(offer, names="value")

    def fill(self, fields: Fields) -> None:
        """Show these in it: of what was just removed, so that it can be added again."""
        for one in self._controls:
            one.show(fields)

    def _say(self, words: str, kind: str) -> None:
        self._message.value = el("div", words, class_=kind, role="status")
