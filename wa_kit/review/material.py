"""What a review is made of, and the few questions that several of its pages put to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from wa_kit.actions import PlannedAction, planned
from wa_kit.answers import Answers, Dispute, Duty, disputed
from wa_kit.archive import Manifest
from wa_kit.checks import CHECKS, Check
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import SEVERITIES, Evidence, Finding, Outcome
from wa_kit.narrative import Narrative
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import Suggestion, Summary, Trouble


class Extent(NamedTuple):
    """How many rows stand where there are very many; most serious first, the rest is counted."""

    whole: int  # findings up to which annex A lists those too that pass or do not apply
    listed: int  # findings in annex A
    of_a_check: int  # of them
    read: int  # of them, those with what was read
    failures: int  # up to which the action plan names every failing resource
    each: int  # resources that an action names, where there are more failures
    topic: int  # findings of a page that cuts across the questions
    keys: int


# A page stays usable, and under ten megabytes, however large the account; paper, under a hundred
# sheets or so. What is not listed stands in findings.csv.
_SCREEN = Extent(2_500, 6_000, 6_000, 1_000, 2_500, 50, 200, 2_500)
_PAPER = Extent(0, 450, 30, 0, 400, 10, 25, 50)
_WEIGHT = {Outcome.FAIL: 0, Outcome.UNKNOWN: 1, Outcome.PASS: 2, Outcome.NOT_APPLICABLE: 3}


class HeldDuty(NamedTuple):
    """Something that somebody has to be accountable for, and who says so."""

    responsibility: str
    role: str
    accountable: str
    deputy: str


NOBODY = "nobody named"


class Material:
    """One run as it lies in its folder, and the questions it answers."""

    def __init__(
        self,
        manifest: Manifest,
        summary: Summary,
        findings: Sequence[Finding],
        questions: Sequence[Questionnaire],
        evidence: Evidence,
        answers: Answers,
        narrative: Narrative,
        logo: bytes,
        paper: bool,
    ) -> None:
        self.manifest = manifest
        self.summary = summary
        self.findings = sorted(findings, key=_seriousness)
        self.evidence = evidence
        self.answers = answers
        self.narrative = narrative
        self.logo = logo
        self.paper = paper
        self.extent = _PAPER if paper else _SCREEN
        self._questions = {question.id: question for question in questions}

    @property
    def asked(self) -> list[tuple[Suggestion, Questionnaire | None]]:
        """Each question's standing, with the questionnaire where it is at hand."""
        return [(s, self._questions.get(s.id)) for s in self.summary.questions]

    @cached_property
    def failures(self) -> list[Finding]:
        """What fails and nobody has accepted, most serious first."""
        return [f for f in self.findings if f.outcome is Outcome.FAIL and not f.exception]

    @property
    def nothing_fails(self) -> str:
        """What to say where no failure is known, which is not yet good news."""
        judged = self.summary.findings["pass"] + self.summary.findings["fail"]
        unknown = self.summary.findings["unknown"]
        if judged:
            return f"Nothing that was assessed fails; {unknown:,} findings have no verdict."
        if unknown:
            return f"Nothing could be assessed: {unknown:,} findings have no verdict."
        return "There was nothing to assess."

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """ARN -> owner, of what fails."""
        return {trouble.resource: trouble.owner for trouble in self.summary.worst}

    @cached_property
    def actions(self) -> list[PlannedAction]:
        """What to do, most urgent first."""
        return planned(self.findings, self.answers, self.owners, self.today)

    def dispute(self, finding: Finding) -> Dispute | None:
        """What somebody holds against a finding."""
        return disputed(finding, self.answers) if self.answers.disputes else None

    @cached_property
    def titles(self) -> Mapping[str, str]:
        return {name: check.title.rstrip(".") for name, check in CHECKS.items()}

    @cached_property
    def by_check(self) -> Mapping[str, list[Finding]]:
        return grouped(self.findings)

    @property
    def keys(self) -> list[KmsKey]:
        return sorted(self.evidence.of(KmsKey), key=lambda key: (key.region, key.name, key.arn))

    def of(self, checks: Iterable[str]) -> list[Finding]:
        """The findings of some checks, most serious first."""
        wanted = frozenset(checks)
        return [finding for finding in self.findings if finding.check in wanted]

    @cached_property
    def listed(self) -> frozenset[str]:
        """The findings that stand in annex A, each under its anchor."""
        if len(self.findings) <= self.extent.whole:
            return frozenset(finding.finding for finding in self.findings)
        some = (found[: self.extent.of_a_check] for found in grouped(self.open).values())
        most = sorted(chain.from_iterable(some), key=_seriousness)
        return frozenset(finding.finding for finding in most[: self.extent.listed])

    @cached_property
    def read(self) -> frozenset[str]:
        """Those of them that are shown with what was read."""
        if len(self.findings) <= self.extent.whole:
            return self.listed
        return frozenset(finding.finding for finding in self.open[: self.extent.read])

    @cached_property
    def open(self) -> list[Finding]:
        """What fails or is unknown, most serious first."""
        return [f for f in self.findings if f.outcome in (Outcome.FAIL, Outcome.UNKNOWN)]

    @property
    def rest(self) -> str:
        """Where to look for what a page leaves out."""
        return "findings.csv" if self.paper else "annex A"

    def duties(self, questions: Iterable[Questionnaire]) -> list[HeldDuty]:
        """Who answers for what these questions expect somebody to do."""
        said = {duty: who for role in self.answers.roles.values() for duty, who in role.items()}
        held = {}
        for question in questions:
            for role in question.roles:
                for duty in role.responsibilities:
                    who = said.get(duty.id, Duty())
                    named = who.accountable or NOBODY, who.deputy or NOBODY
                    held[role.id, duty.id] = HeldDuty(duty.text, role.title, *named)
        return [held[key] for key in sorted(held)]

    @property
    def questions(self) -> list[Questionnaire]:
        """The questionnaires that are at hand, in the order of the review."""
        return [question for _, question in self.asked if question]

    @property
    def today(self) -> dt.date:
        """The day for which it was judged: that of the reading, unless somebody named another."""
        return self.manifest.as_of.date()

    @property
    def read_at(self) -> dt.datetime:
        """When AWS was asked; what is judged again is as old as its evidence."""
        return self.evidence.read_at or self.manifest.as_of

    def read_on(self, form: str) -> str:
        """When AWS was asked, and that it was judged again later where it was."""
        again = f", judged again on {self.manifest.started:%d %B %Y}"
        if self.manifest.supposed:
            again += f" as if it were {self.today:%d %B %Y}"
        return f"{self.read_at:{form}} UTC{again if self.manifest.judged_again else ''}"

    def cut(self, title: str, shown: int, total: int) -> str:
        """A title that says so where fewer are shown than there are."""
        if shown == total:
            return title
        return f"{title} (the first {shown} of {total:,}; the rest stands in {self.rest})"

    def leads_to(self, finding: str, check: str) -> str:
        """The anchor of a finding; that of its check where annex A does not list it."""
        return f"f-{finding[:16]}" if finding in self.listed else f"check-{check}"

    def told_by(self, trouble: Trouble) -> str:
        """The anchor of the finding that a trouble is told by."""
        told = (f for f in trouble.findings if self._checks.get(f) == trouble.check)
        return self.leads_to(next(told, trouble.findings[0]), trouble.check)

    @cached_property
    def _checks(self) -> Mapping[str, str]:
        return {finding.finding: finding.check for finding in self.findings}

    def title(self, check: str) -> str:
        return self.titles.get(check, check)


def known(check: str) -> Check | None:
    """A check of this kit; an archive may name one that it no longer has."""
    return CHECKS.get(check)


def grouped(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """Check -> its findings, in the order in which each is first met."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.check, []).append(finding)
    return groups


def _seriousness(finding: Finding) -> tuple[object, ...]:
    severity = SEVERITIES.index(finding.severity)
    return (_WEIGHT[finding.outcome], severity, finding.check, finding.region, finding.resource)
