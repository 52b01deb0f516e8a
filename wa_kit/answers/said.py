"""What people can say in answers.yaml: the types of its parts. Knows no file and no rule."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct, field

Text = Annotated[str, Meta(pattern=r"\S", description="some text")]
Status = Literal["unanswered", "answered", "not applicable"]
Objection = Literal["wrong", "compensating control", "fixed, look again"]
Progress = Literal["open", "in progress", "done"]


class Answer(Struct, frozen=True, kw_only=True):
    """What a person answered to one question, and until when it holds."""

    status: Status = "unanswered"
    practices: tuple[str, ...] = ()  # choice ids of the practices that are followed
    notes: str = ""
    answered_by: str = ""
    answered_on: dt.date | None = None
    valid_until: dt.date | None = None
    owner: str = ""
    due: dt.date | None = None
    evidence: tuple[str, ...] = ()
    seen: dict[str, str] = {}  # account -> digest of the findings it rests on


class Duty(Struct, frozen=True, kw_only=True):
    accountable: str = ""
    deputy: str = ""


class Role(Struct, frozen=True, kw_only=True):
    """A role of the responsibility matrix: what it is called, who holds it, and as whom in IAM."""

    title: str = ""
    held_by: tuple[Text, ...] = ()
    principals: tuple[Text, ...] = ()  # the users and roles they act as, by name or ARN with * ?


class Involved(Struct, frozen=True, kw_only=True):
    """One line of the responsibility matrix: which roles do it, answer for it, and are told."""

    responsible: tuple[Text, ...] = ()
    accountable: str = ""
    consulted: tuple[Text, ...] = ()
    informed: tuple[Text, ...] = ()


class Matrix(Struct, frozen=True, kw_only=True):
    """The responsibility matrix (RACI): per practice, by its choice id, and per artefact."""

    roles: dict[str, Role] = {}
    practices: dict[str, Involved] = {}
    artefacts: dict[str, Involved] = {}


class Document(Struct, frozen=True, kw_only=True):
    """An artefact: what it is, where it lies, who keeps it, and how fresh it is."""

    title: str = ""  # makes it one of the team's own, which no question names
    where: str = ""
    owner: str = ""
    version: str = ""
    approved: dt.date | None = None
    updated: dt.date | None = None
    next_review: dt.date | None = None
    details: dict[str, Any] = {}


class Action(Struct, frozen=True, kw_only=True):
    """What people decided on one action of the plan: who does it, until when, how far it is."""

    owner: str = ""
    due: dt.date | None = None
    status: Progress = "open"
    note: str = ""


class AcceptedRisk(Struct, frozen=True, kw_only=True):
    """An exception: a failure somebody accepts, for a reason and for a time."""

    check: Text
    resource: Text  # an ARN, with * and ?
    owner: Text
    approver: Text
    reason: Text
    expires: dt.date

    def holds_on(self, day: dt.date) -> bool:
        """Whether it covers anything: on the day it expires, the failure is back."""
        return day < self.expires


class Dispute(Struct, frozen=True, kw_only=True):
    """A finding that somebody does not accept as it stands."""

    check: Text
    resource: Text
    says: Objection
    by: Text
    note: str = ""


class Answers(Struct, frozen=True, kw_only=True):
    """The whole of answers.yaml. Every key may be left out."""

    answers: dict[str, Answer] = {}
    roles: dict[str, dict[str, Duty]] = {}
    raci: Matrix = field(default_factory=Matrix)
    artefacts: dict[str, Document] = {}
    actions: dict[str, Action] = {}  # check -> what was decided on repairing what it finds
    exceptions: tuple[AcceptedRisk, ...] = ()
    disputes: tuple[Dispute, ...] = ()
