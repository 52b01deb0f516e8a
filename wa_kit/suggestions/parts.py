"""The parts of summary.json: what is said of one question, and over all of them. Counts nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from wa_kit.model import Severity
from wa_kit.wording import listing

WA_TOOL_LIMIT = 2084  # characters of a question's notes in the Well-Architected Tool
Risk = Literal["high", "medium", "none", "unknown"]


class Standing(StrEnum):
    SUPPORTED = "supported"
    GAPS = "gaps"
    CANNOT_TELL = "cannot_tell"
    NOTHING_HERE = "nothing_here"
    ASK = "ask"

    @property
    def in_words(self) -> str:
        return {
            Standing.SUPPORTED: "Supported by the evidence",
            Standing.GAPS: "Gaps found",
            Standing.CANNOT_TELL: "Cannot be told",
            Standing.NOTHING_HERE: "Nothing of this kind here",
            Standing.ASK: "For people to answer",
        }[self]


class Trouble(Struct, frozen=True, kw_only=True):
    """One thing that is wrong, counted as a resource however many findings speak of it."""

    name: str
    resource: str
    regions: tuple[str, ...]
    service: str
    severity: Severity
    because: str
    owner: str
    check: str
    findings: tuple[str, ...]
    accepted: bool = False


def _unaccepted(worst: tuple[Trouble, ...]) -> tuple[Trouble, ...]:
    return tuple(trouble for trouble in worst if not trouble.accepted)


class Blind(Struct, frozen=True, kw_only=True):
    """Something that was not read, and the permission it takes."""

    what: str
    reason: str
    operation: str
    action: str
    region: str
    findings: int


class Suggestion(Struct, frozen=True, kw_only=True):
    """The machine's half of one question's answer, as summary.json keeps it."""

    id: str
    title: str
    question: str
    standing: Standing
    because: str
    findings: dict[str, int]  # outcome -> findings
    reasons: dict[str, int]  # reason of unknown -> findings
    resources: dict[str, int]  # outcome -> resources, the worst finding of each
    assessed: int
    not_assessed: int
    without_verdict: dict[str, int] = {}  # of them: not_read, no_answer, not_knowable
    partly: int = 0  # of those with a verdict: where AWS cannot tell, or nobody says, all of it
    estimated_risk: Risk
    stale: bool
    stale_because: tuple[str, ...] = ()
    seen: str = ""  # a digest of the findings, for an answer to say what it rests on
    draft: str
    short: str
    worst: tuple[Trouble, ...]
    not_seen: tuple[Blind, ...]

    @property
    def open(self) -> tuple[Trouble, ...]:
        """What fails and nobody has accepted, worst first."""
        return _unaccepted(self.worst)

    def heading(self, most: int) -> str:
        """What stands over the first ``most`` of ``open``, and how it is counted."""
        accepted = len(self.worst) - len(self.open)
        some = f", the worst {most} of {len(self.open)}" if len(self.open) > most else ""
        shared = any(len(trouble.regions) > 1 for trouble in self.open)
        notes = [
            *(["a line for all Regions that share a failure"] if shared else []),
            *([f"{accepted} accepted not among them"] if accepted else []),
        ]
        return f"What fails{some}{f' ({listing(notes)})' if notes else ''}"


class Stores(Struct, frozen=True, kw_only=True):
    """The data stores of the account: how many were seen, judged, and classified."""

    seen: int
    assessed: int
    classified: int
    unmapped: tuple[str, ...]  # classification values that no rule knows


class Changes(Struct, frozen=True, kw_only=True):
    """Against the run before: findings by what became of them."""

    since: str
    new_failures: int
    resolved: int
    no_longer_seen: int


class Summary(Struct, frozen=True, kw_only=True):
    """What summary.json holds. Over all, a finding counts once."""

    questions: tuple[Suggestion, ...]
    findings: dict[str, int]
    reasons: dict[str, int]
    resources: dict[str, int]
    failed_at_or_above: dict[str, int]  # severity -> failures of it or worse, exceptions apart
    accepted: int
    stale_answers: tuple[str, ...]
    worst: tuple[Trouble, ...]
    not_seen: tuple[Blind, ...]
    stores: Stores
    changes: Changes | None = None

    @property
    def open(self) -> tuple[Trouble, ...]:
        """What fails and nobody has accepted, worst first."""
        return _unaccepted(self.worst)
