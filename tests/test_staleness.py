"""An answer goes out of date when what it rests on got worse, and for no other reason."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from samples import ACCOUNT, finding, volume

from wa_kit import archive, run, terminal
from wa_kit.answers import Answer
from wa_kit.answers.changing import save
from wa_kit.answers.fields import fields
from wa_kit.answers.reading import load
from wa_kit.exports import markdown
from wa_kit.markdown import md
from wa_kit.model import Finding, Outcome, Reason
from wa_kit.planning import Request
from wa_kit.questionnaire import load_all
from wa_kit.run import Result
from wa_kit.suggestions.staleness import digest, why_stale

TODAY = dt.date(2026, 11, 1)
KEPT = next((Path(__file__).parent / "archives" / "1").glob("*/*"))
CHECK, OTHER = "ec2_ebs_volume_encrypted", "kms_sensitive_data_uses_cmk"


def one(place: int, outcome: str = "pass", check: str = CHECK, **more: Any) -> Finding:
    return finding(check, volume(place), outcome, **more)


def refused(place: int) -> Finding:
    return one(place, "unknown", reason=Reason.DENIED)


def why(then: list[Finding], now: list[Finding], **more: Any) -> tuple[str, ...]:
    given: dict[str, Any] = {"status": "answered", "seen": {ACCOUNT: digest(then)}} | more

    def before(question: str, seen: str) -> list[Finding] | None:
        return then if (question, seen) == ("q", digest(then)) else None

    return why_stale(Answer(**given), "q", ACCOUNT, now, before, TODAY)


@pytest.mark.parametrize(
    ("then", "now"),
    [
        ([one(1)], [one(1)]),
        ([one(1), one(2)], [one(2), one(1)]),
        ([one(1)], [one(1), one(2)]),  # one more, which passes
        ([one(1), one(2)], [one(1)]),  # one is gone
        ([one(1, "fail")], [one(1)]),  # it was mended
        ([one(1, "fail"), one(2)], [one(1, "fail")]),
        ([one(1)], [one(1, "not_applicable")]),
        ([refused(1)], [refused(1)]),
        ([refused(1)], [refused(1), refused(2)]),
        ([one(1)], [one(1), one(2, "unknown", reason=Reason.NO_ANSWER)]),
        ([one(1)], [one(1), one(1, "fail", OTHER)]),  # a check that was not asked then
        ([], [one(1, "fail")]),  # as if nothing of this kind had been asked
    ],
)
def test_rows_that_merely_changed_make_nothing_stale(
    then: list[Finding], now: list[Finding]
) -> None:
    assert why(then, now) == ()


@pytest.mark.parametrize(
    ("then", "now", "words"),
    [
        ([one(1)], [one(1, "fail")], "1 resource fails that did not when it was given: vol-"),
        ([one(1)], [one(1), one(2, "fail")], "1 resource fails that did not"),
        ([refused(1)], [one(1, "fail")], "1 resource fails that did not"),
        ([one(1)], [one(n, "fail") for n in range(1, 6)], "5 resources fail .* and 2 more"),
        ([one(1), one(2)], [one(1), refused(2)], "could be read when it was given cannot be"),
    ],
)
def test_what_got_worse_is_named(then: list[Finding], now: list[Finding], words: str) -> None:
    (said,) = why(then, now)
    import re

    assert re.search(rf"^EBS volume encrypted: .*{words}", said)


def test_an_exception_changes_no_outcome_and_so_nothing_here() -> None:
    accepted = one(1, "fail", exception={"expires": "2027-01-01"})
    assert why([accepted], [one(1, "fail")]) == ()


@pytest.mark.parametrize(("until", "stale"), [(TODAY, 0), (TODAY - dt.timedelta(days=1), 1)])
def test_an_answer_holds_until_its_day_is_over(until: dt.date, stale: int) -> None:
    assert len(why([one(1)], [one(1)], valid_until=until)) == stale


def test_an_answer_that_names_no_evidence_is_stale_by_its_day_alone() -> None:
    assert why([one(1)], [one(1, "fail")], seen={}) == ()
    assert why([one(1)], [one(1, "fail")], seen={"444455556666": "0"}) == ()


def test_an_answer_whose_evidence_is_gone_and_differs_is_not_taken_for_fresh() -> None:
    (said,) = why([one(1)], [one(1)], seen={ACCOUNT: "0" * 64})
    assert "not in the archive any more" in said


def test_a_question_that_nobody_answered_has_nothing_to_go_stale() -> None:
    assert why([one(1)], [one(1, "fail")], status="unanswered") == ()


def test_the_digest_is_of_what_was_found_and_not_of_when_or_in_which_order() -> None:
    a, b = one(1), one(2, "fail")
    later = msgspec.structs.replace(a, read={"at": "2027-01-01"}, because="in other words")
    assert digest([a, b]) == digest([b, later])
    assert digest([a]) != digest([one(1, "fail")]) != digest([one(1, level="owned")])


# Whole runs


class Nights:
    """A review folder whose account is read again and again, from one body of evidence."""

    def __init__(self, home: Path) -> None:
        self.home, self.questions = home, load_all()
        for name in ("answers.yaml", "workload.yaml"):
            shutil.copyfile(KEPT / name, home / name)
        self.evidence = home / "runs" / ACCOUNT / KEPT.name
        shutil.copytree(KEPT, self.evidence)

    def night(self, as_of: dt.datetime | None = None) -> Result:
        request = Request(workload=self.home / "workload.yaml", workbook=False)
        return run.judge_again(self.evidence, request, as_of)

    def say(self, **changes: Any) -> None:
        path = self.home / "answers.yaml"
        before = fields(load(path))
        made = {("answers", *name.split("/")): value for name, value in changes.items()}
        save(path, before, before | made, self.questions)

    def rest_on(self, result: Result) -> None:
        """Every answer says that it rests on this run."""
        self.say(**{f"{s.id}/seen/{ACCOUNT}": s.seen for s in result.summary.questions})

    def fail(self, check: str) -> None:
        """One row of the evidence changes, so that something fails that passed."""
        table, old, new = {
            "ec2_ebs_volume_encrypted": ("EbsVolume", '"encryption":"kms"', '"encryption":"none"'),
            "kms_cmk_rotation_enabled": ("KmsKey", '"rotates":true', '"rotates":false'),
        }[check]
        path = self.evidence / "evidence" / f"{table}.jsonl"
        path.write_text(path.read_text().replace(old, new, 1))


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    return Nights(tmp_path)


def test_thirty_nights_of_an_unchanged_estate_make_no_answer_stale(nights: Nights) -> None:
    nights.rest_on(nights.night())
    for _ in range(30):
        assert nights.night().summary.stale_answers == ()


def test_a_failure_that_is_new_makes_the_answers_that_rest_on_it_stale(nights: Nights) -> None:
    nights.rest_on(nights.night())
    nights.fail("kms_cmk_rotation_enabled")
    result = nights.night()
    said = {s.id: s for s in result.summary.questions}
    assert result.summary.stale_answers == ("key-management",)
    assert "Automatic rotation" in said["key-management"].stale_because[0]
    assert "Automatic rotation" in (result.run / "answers.md").read_text()
    markdown.write(result.run, nights.home / "review.md")
    why = said["key-management"].stale_because[0]
    assert (
        f"**This answer is out of date.**\n\n- {md(why)}" in (nights.home / "review.md").read_text()
    )
    nights.rest_on(result)  # people looked again, and say so
    assert nights.night().summary.stale_answers == ()


def test_what_people_say_changes_summary_and_drafts_of_the_next_run(nights: Nights) -> None:
    before = nights.night()
    assert "Nobody has answered" in (before.run / "answers.md").read_text()
    nights.say(
        **{
            "monitoring/status": "answered",
            "monitoring/answered_by": "Ada",
            "monitoring/notes": "A person reads every alarm.",
        }
    )
    after = (nights.night().run / "answers.md").read_text()
    assert "A person reads every alarm." in after and "Ada" in after
    assert after.count("Nobody has answered") == 4


def test_an_exception_covers_until_its_day_and_then_the_failure_is_back(nights: Nights) -> None:
    check = "ec2_ebs_default_encryption"
    failing = next(
        f
        for f in archive.load_findings(KEPT)
        if f.check == check and f.outcome is Outcome.FAIL and not f.exception
    )
    path = nights.home / "answers.yaml"
    before = fields(load(path))
    name = f"{check} {failing.resource}"
    said = {
        "check": check,
        "resource": failing.resource,
        "owner": "A",
        "approver": "B",
        "reason": "C",
        "expires": dt.date(2026, 12, 31),
    }
    entry = {("exceptions", name, field): value for field, value in said.items()}
    save(path, before, before | entry, nights.questions)
    holds, over = (
        nights.night(dt.datetime(*d, tzinfo=dt.UTC)) for d in ((2026, 12, 30), (2026, 12, 31))
    )

    def of(result: Result) -> Finding:
        return next(f for f in archive.load_findings(result.run) if f.finding == failing.finding)

    assert of(holds).outcome is of(over).outcome is Outcome.FAIL
    assert of(holds).exception and not of(over).exception
    assert holds.summary.accepted > over.summary.accepted
    high = holds.summary.failed_at_or_above["high"]
    assert over.summary.failed_at_or_above["high"] > high


def test_judging_by_a_runs_own_answers_says_where_there_are_newer_ones(
    nights: Nights, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    request = Request(workbook=False)
    assert run.judge_again(nights.evidence, request).newer_folder is None
    nights.say(**{"monitoring/notes": "A person reads every alarm."})
    result = run.judge_again(nights.evidence, request)
    assert result.newer_folder == nights.home
    terminal.print_result(result)
    assert f"For those: --workload {nights.home / 'workload.yaml'}" in capsys.readouterr().out
    assert nights.night().newer_folder is None
