"""``Review``: everything a notebook shows of one run, a method for each thing to look at.

It reads a run folder and never AWS, and writes nothing. The pages are made in this package's
modules; charts come from ``wa_kit.charts``.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from wa_kit import answers as answer_file
from wa_kit import archive, charts, questionnaire
from wa_kit import narrative as narrative_file
from wa_kit.answers import Answers
from wa_kit.archive import Manifest
from wa_kit.model import Evidence, Finding, KitError
from wa_kit.narrative import Narrative
from wa_kit.questionnaire import Questionnaire
from wa_kit.review import annexes, glance, heat, keys_and_backups, plan, questions, topics
from wa_kit.review import cover as front
from wa_kit.review.material import Material
from wa_kit.shown import Html, Parts, el, join
from wa_kit.suggestions import Summary
from wa_kit.written import did_you_mean, shipped


class Review:
    """One run, ready to be looked at."""

    def __init__(
        self,
        manifest: Manifest,
        summary: Summary,
        findings: Sequence[Finding],
        questions: Sequence[Questionnaire],
        evidence: Evidence,
        answers: Answers | None = None,
        narrative: Narrative | None = None,
        logo: bytes = b"",
        paper: bool = False,
    ) -> None:
        """``paper``: for sheets, where less is listed and nothing can be unfolded."""
        self._material = Material(
            manifest,
            summary,
            findings,
            questions,
            evidence,
            answers or Answers(),
            narrative or Narrative(status="final"),  # nobody said that it is a draft
            logo,
            paper,
        )

    @classmethod
    def open(cls, run: str | Path, account: str = "", paper: bool = False) -> Self:
        """The review that lies in a run folder.

        Raises ``KitError`` where there is none, and where it is not of ``account``, if given.
        """
        folder = Path(run)
        manifest = archive.load_manifest(folder)
        if account and account != manifest.account:
            raise KitError(f"{folder}: this run is of account {manifest.account}, not {account}.")
        summary = archive.load_json(folder, "summary.json", Summary)
        said, told = folder / "answers.yaml", folder / "narrative.yaml"
        narrative = narrative_file.load(told) if told.is_file() else None
        return cls(
            manifest,
            summary,
            archive.load_findings(folder),
            _asked(folder, summary),
            archive.load_evidence(folder),
            answer_file.load(said) if said.is_file() else None,
            narrative,
            (folder / narrative.logo).read_bytes() if narrative and narrative.logo else b"",
            paper,
        )

    @property
    def material(self) -> Material:
        """What the review is made of, for what is no notebook."""
        return self._material

    def cover(self) -> Html:
        """What was reviewed, and when. It carries the style that the other pages share."""
        return join(_style(), front.cover(self._material))

    def first_page(self) -> Html:
        """How bad it is, how sure that is, and what to do first."""
        return glance.first_page(self._material)

    def narrative(self) -> Html | None:
        """The reviewer's own summary, and whose review this is; nothing where nobody said it."""
        return front.narrative(self._material)

    def action_plan(self) -> Parts:
        """What fails, by what repairs it, most serious first."""
        return plan.action_plan(self._material)

    def overview(self) -> Parts:
        """All questions with their standings, region by region, and how far each was seen."""
        coverage = charts.coverage(self._material.findings)
        return Parts(
            questions.overview(self._material),
            heat.overview(self._material),
            coverage.shown("Nothing was judged.", level=3),
        )

    def questions(self) -> Parts:
        """Every question, with its standing, its reasons, its answer and its people."""
        return questions.pages(self._material)

    def question(self, id: str) -> Parts:
        """One question by its id. Raises ``KitError`` for an id that the run does not have."""
        asked = {suggestion.id: (suggestion, q) for suggestion, q in self._material.asked}
        if id not in asked:
            todo = did_you_mean(id, asked) or f"There are: {', '.join(asked)}."
            raise KitError(f"This run has no question {id!r}. {todo}")
        return questions.page(self._material, *asked[id])

    def can_data_be_lost(self) -> Parts:
        """Keys that are going away, and backups that may not be there when needed."""
        return keys_and_backups.can_data_be_lost(self._material)

    def who_holds_the_keys(self) -> Parts:
        """Who can decrypt and who can destroy."""
        return keys_and_backups.who_holds_the_keys(self._material)

    def not_seen(self) -> Parts:
        """What could not be seen, and the permission for it."""
        return topics.not_seen(self._material)

    def exceptions(self) -> Parts:
        """Failures that somebody accepted, and findings that somebody disputes."""
        return topics.exceptions(self._material)

    def roles_and_artefacts(self) -> Parts:
        """Who is responsible, and which documents there are."""
        return topics.roles_and_artefacts(self._material)

    def findings(self) -> Parts:
        """Every finding whole, with what was read and the line that shows it."""
        return annexes.all_findings(self._material)

    def keys(self) -> Parts:
        """Every KMS key that was seen."""
        return annexes.key_inventory(self._material)

    def glossary(self) -> Html:
        """The terms of a review, in plain words."""
        return annexes.glossary()

    def method(self) -> Html:
        """How the review was done, and what it cannot say."""
        return annexes.method(self._material)

    def manifest(self) -> Parts:
        """What the run was, in its own record."""
        return annexes.manifest(self._material)


def _asked(folder: Path, summary: Summary) -> tuple[Questionnaire, ...]:
    """The questions as the run asked them; those of the kit where a run holds none."""
    if (folder / "questions.json").is_file():
        return archive.load_json(folder, "questions.json", tuple[Questionnaire, ...])
    ids = [question.id for question in summary.questions]
    kit = shipped("questionnaires")
    return questionnaire.load_all(kit, [i for i in ids if (kit / f"{i}.yaml").is_file()])


def _style() -> Html:
    sheet = (shipped("templates") / "report" / "parts.css").read_text(encoding="utf-8")
    return el("style", Html(sheet))


__all__ = ["Review"]
