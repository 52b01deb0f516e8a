"""What the papers are written from, and the questions that several of them put to it."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from wa_kit.answers import Answers, Document
from wa_kit.archive import Manifest
from wa_kit.checks import CHECKS
from wa_kit.evidence.kms import KmsKey
from wa_kit.markdown import Md, code, md, table
from wa_kit.model import Evidence, Finding, NotRead, Outcome, Reason, Row
from wa_kit.questionnaire import Questionnaire
from wa_kit.review.words import REASONS, place, sentence
from wa_kit.suggestions import Blind, Suggestion, Summary, Trouble, listing, troubles
from wa_kit.workload import Workload

Seen = tuple[str, str, str, str]
_WORST = 25
_ACRONYMS = frozenset({"Db", "Drs", "Ebs", "Kms", "Rds"})


class Sources:
    """One run: evidence, findings and what people wrote."""

    def __init__(
        self,
        questions: Sequence[Questionnaire],
        answers: Answers,
        workload: Workload,
        summary: Summary,
        findings: Sequence[Finding],
        evidence: Evidence,
        manifest: Manifest,
    ) -> None:
        self.questions = questions
        self.answers = answers
        self.workload = workload
        self.summary = summary
        self.findings = findings
        self.evidence = evidence
        self.manifest = manifest
        self.context = workload.context(
            now=manifest.as_of,
            account=manifest.account,
            partition=manifest.partition,
            regions=manifest.regions,
        )

    @property
    def day(self) -> str:
        """When AWS was asked."""
        return f"{self.evidence.read_at or self.manifest.as_of:%Y-%m-%d}"

    @property
    def as_of(self) -> dt.date:
        """The day for which it was judged."""
        return self.manifest.as_of.date()

    @property
    def asked_aws(self) -> bool:
        return bool(self.manifest.calls)

    def asking(self, artefact: str) -> list[Questionnaire]:
        """The questions that expect this document."""
        return [q for q in self.questions if any(a.id == artefact for a in q.artefacts)]

    def standings(self, artefact: str) -> list[Suggestion]:
        """Where those questions stand; what the people alone answer is no matter of evidence."""
        ids = {q.id for q in self.asking(artefact) if not _of_people(q)}
        return [s for s in self.summary.questions if s.id in ids]

    def checks(self, artefact: str) -> list[str]:
        """What is judged for this document, in the order of the questions."""
        named = [check for q in self.asking(artefact) for check in q.checks if check in CHECKS]
        subjects = (None, f"artefacts/{artefact}")
        return list(dict.fromkeys(c for c in named if CHECKS[c].about in subjects))

    def findings_of(self, checks: Collection[str]) -> list[Finding]:
        return [f for f in self.findings if f.check in checks]

    def document(self, artefact: str) -> Document:
        """What people say of the document that exists already."""
        return self.answers.artefacts.get(artefact, Document())

    @cached_property
    def owners(self) -> dict[str, str]:
        return {t.resource: t.owner for t in self.summary.worst}

    @cached_property
    def key_names(self) -> dict[str, str]:
        return {key.arn: key.name for key in self.evidence.of(KmsKey) if key.name}

    def unread(self, tables: Iterable[type[Row]]) -> list[Seen]:
        """Table, region, reason and permission of what is missing; also of what nobody tried."""
        found = []
        for kind in tables:
            if not self.evidence.looks_at(kind):
                found.append((words_for(kind), "all regions", REASONS[Reason.NOT_COLLECTED], ""))
            found += [
                (words_for(kind), place(e.region), REASONS[e.reason], e.action or e.operation)
                for e in self.manifest.not_read
                if e.table == kind.__name__
            ]
        return found


def _of_people(question: Questionnaire) -> bool:
    return all(CHECKS[c].about for c in question.checks if c in CHECKS)


# Words


def words_for(kind: type[Row]) -> str:
    """``DbSnapshot`` as people say it: DB snapshots."""
    first, *others = re.findall(r"[A-Z][a-z0-9]*", kind.__name__)
    first = first.upper() if first in _ACRONYMS else first
    name = " ".join([first, *(word.lower() for word in others)])
    return name if name.endswith("s") else f"{name}s"


def tally(findings: Iterable[Finding]) -> str:
    """``12 pass, 3 fail``, or that nothing was judged."""
    counts = Counter(f.outcome for f in findings)
    words = {
        Outcome.PASS: ("passes", "pass"),
        Outcome.FAIL: ("fails", "fail"),
        Outcome.UNKNOWN: ("has no verdict", "have no verdict"),
        Outcome.NOT_APPLICABLE: ("is outside the rule", "are outside the rule"),
    }
    said = [f"{counts[o]} {one if counts[o] == 1 else many}" for o, (one, many) in words.items()]
    return ", ".join(s for s in said if not s.startswith("0 ")) or "nothing was judged"


def value(of: object) -> str:
    """A field of a row in words."""
    if isinstance(of, NotRead):
        return f"not read ({of.action or REASONS[of.reason]})"
    if isinstance(of, bool):
        return "yes" if of else "no"
    if isinstance(of, (list, tuple)):
        more = f" and {len(of) - 5} more" if len(of) > 5 else ""
        return ", ".join(map(str, of[:5])) + more
    text = f"{of:%Y-%m-%d}" if hasattr(of, "strftime") else "" if of is None else str(of)
    return text if len(text) <= 120 else f"{text[:120]}..."


def settings(row: Row, fields: Iterable[str]) -> str:
    """``log validation: yes; bucket: audit``, of the fields that say anything."""
    said = [(name.replace("_", " "), getattr(row, name)) for name in fields]
    parts = [f"{name}: {value(of)}" for name, of in said if type(of) is not NotRead and value(of)]
    unread: dict[str, list[str]] = {}
    for name, of in said:
        if type(of) is NotRead:
            unread.setdefault(value(of), []).append(name)
    return "; ".join([*parts, *(f"{', '.join(names)}: {why}" for why, names in unread.items())])


# Tables that several papers hold


def judged_table(sources: Sources, checks: Iterable[str]) -> Md:
    """Each rule, and how many things meet it today."""
    rows = (
        (CHECKS[c].title.rstrip("."), CHECKS[c].severity, tally(sources.findings_of({c})), code(c))
        for c in checks
        if CHECKS[c].can_fail
    )
    return table(("Rule", "Weight", "Today", "Check"), rows)


def troubles_of(sources: Sources, checks: Iterable[str]) -> list[Trouble]:
    return troubles(sources.findings_of(set(checks)), sources.owners)


def troubles_table(found: Sequence[Trouble], most: int = _WORST) -> Md:
    rows = (
        (
            t.name or t.resource,
            listing([place(region) for region in t.regions]),
            f"{t.severity}, accepted" if t.accepted else t.severity,
            sentence(t.because),
            t.owner or "nobody named",
        )
        for t in found[:most]
    )
    made = table(("Resource", "Where", "Severity", "What was found", "Owner"), rows)
    left = len(found) - most
    return Md(f"{made}\n\nAnd {left} more in findings.csv.") if left > 0 else made


def unread_table(gaps: Iterable[Seen]) -> Md:
    rows = ((what, where, why, code(need) if need else "") for what, where, why, need in gaps)
    return table(("What", "Where", "Why", "Permission"), rows)


def blind_table(spots: Iterable[Blind]) -> Md:
    rows = (
        (s.what, place(s.region), REASONS[Reason(s.reason)], _needs(s), s.findings) for s in spots
    )
    return table(("Service", "Where", "Why", "Permission", "Findings"), rows)


def _needs(spot: Blind) -> Md:
    return code(spot.action or spot.operation) if spot.action or spot.operation else md("")
