"""What the evidence suggests: standings, counts, the worst, drafts, and what changed."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from samples import ACCOUNT, CONTEXT, HOSTILE, QUESTIONS, finding, key, volume

from wa_kit.answers import Answer, Answers
from wa_kit.checks import CHECKS
from wa_kit.model import Evidence, Finding, KitError, NotRead, Outcome, Reason, Row, account_arn
from wa_kit.suggestions import (
    WA_TOOL_LIMIT,
    Standing,
    Suggestion,
    blind_spots,
    listing,
    owners_of,
    plural,
    shortened,
    suggest,
    summarise,
    troubles,
)

VOLUME = "ec2_ebs_volume_encrypted"
ROTATION = "kms_cmk_rotation_enabled"
DEFAULT = "ec2_ebs_default_encryption"
CANNOT_FAIL = "s3_bucket_default_encryption"
ALL = replace(
    QUESTIONS[0],
    checks=(VOLUME, ROTATION, DEFAULT, CANNOT_FAIL),
    answer="{{ standing }}: {{ passed }}/{{ assessed }}",
)


def judged(outcome: str, check: str = VOLUME, place: int = 1, **more: Any) -> Finding:
    """``pass``, ``fail`` and so on, or the reason of an unknown."""
    if outcome in set(Outcome):
        return finding(check, volume(place), outcome, **more)
    return finding(check, volume(place), "unknown", reason=Reason(outcome), **more)


def suggested(*findings: Finding, **more: Any) -> Suggestion:
    return suggest(ALL, findings, **more)


# Standings


@pytest.mark.parametrize(
    ("outcomes", "standing", "because", "risk"),
    [
        ([], "nothing_here", "there is no resource to judge", "unknown"),
        (["not_applicable"], "nothing_here", "there is no resource to judge", "unknown"),
        (["pass"], "supported", "the one resource judged passes", "none"),
        (["pass", "pass", "not_applicable"], "supported", "all 2 resources judged pass", "none"),
        (
            ["pass", "no_answer"],
            "supported",
            "the one resource judged passes; 1 waits for an answer",
            "none",
        ),
        (["fail"], "gaps", "the one resource judged fails", "high"),
        (
            ["fail", "fail", "pass", "denied", "not_knowable"],
            "gaps",
            "2 of 3 resources judged fail; 1 could not be read and for 1 AWS cannot tell",
            "high",
        ),
        (["fail", "pass"], "gaps", "1 of 2 resources judged fails", "high"),
        (["denied"], "cannot_tell", "1 resource could not be read", "unknown"),
        (["pass", "throttled"], "cannot_tell", "1 resource could not be read", "unknown"),
        (
            ["not_collected", "no_answer"],
            "cannot_tell",
            "1 resource could not be read and 1 waits for an answer",
            "unknown",
        ),
        (["no_answer"], "ask", "only people can answer this", "unknown"),
        (["not_knowable", "not_applicable"], "ask", "only people can answer this", "unknown"),
    ],
)
def test_one_failure_outweighs_passes_and_not_having_looked_is_no_pass(
    outcomes: list[str], standing: str, because: str, risk: str
) -> None:
    said = suggested(*(judged(o, place=n) for n, o in enumerate(outcomes)))
    assert (said.standing, said.because, said.estimated_risk) == (standing, because, risk)


def test_where_people_have_most_of_it_to_answer_a_pass_supports_nothing_yet() -> None:
    checks = [name for name in CHECKS if CHECKS[name].can_fail][:4]
    whole = replace(ALL, checks=tuple(checks))
    waiting = [judged("no_answer", name, place=n) for n, name in enumerate(checks[1:])]
    said = suggest(whole, [judged("pass", checks[0], place=9), *waiting])
    assert (said.standing, said.estimated_risk) == (Standing.ASK, "unknown")
    assert said.because == "3 items wait for an answer; the one resource judged passes"
    half = [judged("pass", checks[0], place=9), judged("pass", checks[3], place=8), *waiting]
    assert suggest(whole, half).standing is Standing.SUPPORTED


def test_a_question_without_checks_is_for_people() -> None:
    said = suggest(replace(ALL, checks=()), [judged("fail")])
    assert said.standing is Standing.ASK
    assert said.findings == dict.fromkeys(("pass", "fail", "not_applicable", "unknown"), 0)


def test_a_check_that_cannot_fail_supports_nothing() -> None:
    said = suggested(judged("pass", CANNOT_FAIL))
    assert said.standing is Standing.NOTHING_HERE
    assert said.findings["pass"] == 1
    assert said.assessed == 0
    assert suggested(judged("denied", CANNOT_FAIL)).standing is Standing.CANNOT_TELL


def test_a_failure_below_high_is_a_medium_risk() -> None:
    assert suggested(judged("fail", severity="low")).estimated_risk == "medium"


# Counting


def test_a_resource_counts_once_by_what_weighs_most() -> None:
    pairs = [("pass", "fail"), ("pass", "denied"), ("pass", "not_knowable"), ("no_answer", "pass")]
    pairs += [("denied", "fail"), ("not_applicable", "no_answer"), ("not_applicable", "pass")]
    found = [
        judged(outcome, check, place)
        for place, pair in enumerate(pairs)
        for check, outcome in zip((VOLUME, ROTATION), pair, strict=True)
    ]
    said = suggested(*found)
    assert said.resources == {"pass": 3, "fail": 2, "not_applicable": 0, "unknown": 2}
    assert said.partly == 2  # judged, but AWS or people leave a part of it open
    assert said.not_assessed == 2
    assert said.without_verdict == {"not_read": 1, "no_answer": 1, "not_knowable": 0}
    assert said.reasons == {"denied": 2, "no_answer": 2, "not_knowable": 1}


def test_account_wide_findings_count_for_each_region_and_check() -> None:
    found = [
        finding(check, None, "fail", region=region)
        for check in (DEFAULT, ROTATION)
        for region in ("eu-west-1", "us-east-1")
    ]
    assert suggested(*found).resources["fail"] == 4


def test_a_table_that_was_not_read_counts_once_a_region_however_many_checks_wanted_it() -> None:
    found = [
        finding(
            check,
            None,
            "unknown",
            reason=Reason.DENIED,
            resource=f"{account_arn(ACCOUNT)}#EbsVolume",
            region=region,
        )
        for check in (VOLUME, ROTATION)
        for region in ("eu-west-1", "us-east-1")
    ]
    said = suggested(*found)
    assert said.not_assessed == 2
    assert said.findings["unknown"] == 4


OUTCOMES = st.sampled_from(
    ["pass", "fail", "not_applicable", "denied", "limit", "not_knowable", "no_answer"]
)
FOUND = st.lists(
    st.tuples(OUTCOMES, st.sampled_from((VOLUME, ROTATION, CANNOT_FAIL)), st.integers(0, 4)),
    max_size=12,
    unique_by=lambda entry: entry[1:],
)


@given(FOUND, st.randoms(use_true_random=False))
def test_the_standing_and_the_counts_agree_whatever_was_found(
    found: list[tuple[str, str, int]], dice: random.Random
) -> None:
    findings = [judged(*entry) for entry in found]
    said = suggested(*findings)
    assert sum(said.resources.values()) == said.assessed + said.not_assessed
    assert sum(said.findings.values()) == len(findings)
    assert sum(said.without_verdict.values()) == said.not_assessed
    assert sum(said.reasons.values()) == said.findings["unknown"]
    assert (said.standing is Standing.GAPS) == (said.resources["fail"] > 0)
    if said.standing is Standing.SUPPORTED:
        assert said.resources["pass"]
        assert not said.not_seen
    if said.standing is Standing.CANNOT_TELL:
        assert said.resources["unknown"]
        assert said.not_seen
    dice.shuffle(findings)
    assert suggested(*findings) == said


@given(FOUND, st.integers(0, 4))
def test_one_more_denial_never_makes_the_standing_better(
    found: list[tuple[str, str, int]], place: int
) -> None:
    findings = [judged(*entry) for entry in found]
    worse = suggested(*findings, judged("denied", DEFAULT, place))
    before = suggested(*findings).standing
    assert worse.standing is (Standing.GAPS if before is Standing.GAPS else Standing.CANNOT_TELL)


# The worst, and what was not seen


def test_the_worst_come_first_a_resource_each() -> None:
    found = [
        judged("fail", place=3, severity="medium", name="c"),
        judged("fail", place=1, severity="high", name="a"),
        judged("fail", ROTATION, place=1, severity="critical", name="a", because="it is worse"),
        judged("fail", place=2, severity="high", name="b"),
        judged("fail", place=4, severity="critical", name="d", exception={"reason": "x"}),
        judged("pass", place=5),
    ]
    first, *others = troubles(found, {volume(1).arn: "shop team"})
    assert (first.name, first.severity, first.because) == ("a", "critical", "it is worse")
    assert (first.owner, len(first.findings)) == ("shop team", 2)
    assert [(t.name, t.accepted) for t in others] == [("b", False), ("c", False), ("d", True)]


def test_a_resource_of_which_a_part_is_accepted_is_told_by_the_rest() -> None:
    found = [
        judged("fail", severity="critical", because="accepted", exception={"reason": "x"}),
        judged("fail", ROTATION, severity="low", because="open"),
    ]
    (trouble,) = troubles(found, {})
    assert (trouble.severity, trouble.because, trouble.accepted) == ("low", "open", False)


def test_an_account_wide_failure_is_one_trouble_named_by_its_rule() -> None:
    found = [
        finding(DEFAULT, None, "fail", region=region, because=because, name=region)
        for region, because in (("us-east-1", "off"), ("eu-west-1", "off"), ("ap-x-1", "never on"))
    ]
    (trouble,) = troubles(found, {})
    assert trouble.name == "not met: EBS encryption by default is on in every enabled Region"
    assert trouble.regions == ("ap-x-1", "eu-west-1", "us-east-1")
    assert trouble.because == "never on (ap-x-1); off (eu-west-1, us-east-1)"
    (alike,) = troubles(found[:2], {})
    assert alike.because == "off"


def test_what_regions_fail_differently_is_cut_short() -> None:
    found = [finding(DEFAULT, None, "fail", region=f"r-{n}", because=f"fact {n}") for n in range(6)]
    (trouble,) = troubles(found, {})
    assert trouble.because == "fact 0 (r-0); fact 1 (r-1); fact 2 (r-2); and 3 more"


def test_what_was_not_read_is_told_once_for_each_permission_and_region() -> None:
    denied: dict[str, Any] = {"operation": "kms:ListKeys", "action": "kms:ListKeys"}
    found = [
        judged("denied", VOLUME, 1, **denied),
        judged("denied", ROTATION, 1, **denied),
        judged("throttled", VOLUME, 2, **denied),
        judged("no_answer", VOLUME, 3),
    ]
    told = [(b.what, b.reason, b.action, b.region, b.findings) for b in blind_spots(found)]
    assert told == [
        ("KMS", "denied", "kms:ListKeys", "eu-west-1", 2),
        ("KMS", "throttled", "kms:ListKeys", "eu-west-1", 1),
    ]


# Drafts


def test_a_draft_is_filled_from_the_counts() -> None:
    assert suggested(judged("pass"), judged("fail", place=2)).draft == "gaps: 1/2"


def test_a_draft_gets_every_value_the_questionnaires_use() -> None:
    names = ["passed", "failed", "unknown", "not_applicable", "assessed", "partly"]
    names += ["worst", "not_seen", "by_check"]
    template = " ".join(f"{{{{ {name} }}}}" for name in names)
    assert suggest(replace(ALL, answer=template), []).draft.startswith("0 0 0 0 0 0 [] [] {")


@pytest.mark.parametrize(
    "template",
    [
        "{{ nothing_of_that_name }}",
        "{% if %}",
        "{{ 1 / 0 }}",
        "{{ worst | sum(start='x') + 1 }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ worst.append(1) }}",
        "{{ by_check.update(x=1) }}",
        "{% include '/etc/passwd' %}",
        "{{ plural('x') }}",
    ],
)
def test_a_template_that_does_not_work_names_its_questionnaire(template: str) -> None:
    with pytest.raises(KitError, match=r"Questionnaire encryption-enforcement: .* Mend") as caught:
        suggest(replace(ALL, answer=template), [judged("fail")])
    assert caught.value.exit_code == 2


def test_hostile_names_cannot_begin_a_line_of_a_draft_or_hide_in_it() -> None:
    template = "{{ worst[0].name }}|{{ worst[0].because }}"
    bad = judged("fail", name="a\n# b\u202e", because=f"c\x1b\n{HOSTILE}")
    said = suggest(replace(ALL, answer=template), [bad])
    assert "\n" not in said.draft
    assert said.draft.startswith("a # b⟨U+202E⟩|c⟨U+001B⟩ <script>")


@pytest.mark.parametrize(
    ("number", "words"), [(0, "0 keys"), (1, "1 key"), (2, "2 keys"), (1000, "1000 keys")]
)
def test_plural(number: int, words: str) -> None:
    assert plural(number, "key") == words


@pytest.mark.parametrize(
    ("items", "words"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), ("abc", "a, b and c")]
)
def test_listing(items: list[str], words: str) -> None:
    assert listing(items) == words


def test_a_draft_at_the_limit_is_whole_and_one_over_it_ends_with_a_sentence() -> None:
    whole = ("A sentence of words. " * 200)[:WA_TOOL_LIMIT]
    assert shortened(whole, WA_TOOL_LIMIT) == whole
    cut = shortened(whole + ".", WA_TOOL_LIMIT)
    assert len(cut) <= WA_TOOL_LIMIT
    assert cut.endswith("A sentence of words. (Shortened; the whole draft is in the review.)")


@given(st.text(alphabet="ab.\n ", max_size=300), st.integers(60, 200))
def test_a_shortened_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    cut = shortened(text, limit)
    assert len(cut) <= limit
    if len(text) <= limit:
        assert cut == text
    else:
        assert text.startswith(cut.removesuffix(" (Shortened; the whole draft is in the review.)"))


def test_the_short_form_is_made_for_the_tool() -> None:
    said = suggest(replace(ALL, answer="{% for n in range(400) %}Some words. {% endfor %}"), [])
    assert len(said.draft) > WA_TOOL_LIMIT >= len(said.short)


# Over all


def summary(rows: list[Row], findings: list[Finding], **more: Any) -> Any:
    return summarise([ALL], findings, Evidence(rows), CONTEXT, Answers(), **more)


def test_over_all_a_finding_counts_once() -> None:
    twice = summarise([ALL, ALL], [judged("fail")], Evidence(), CONTEXT, Answers())
    assert twice.findings["fail"] == 1
    assert len(twice.questions) == 2


def test_failures_are_summed_from_the_most_severe_and_without_the_accepted() -> None:
    severities = ("critical", "high", "high", "low", "info")
    found = [judged("fail", place=n, severity=s) for n, s in enumerate(severities)]
    found.append(judged("fail", place=9, severity="critical", exception={"reason": "x"}))
    said = summary([], found)
    assert said.failed_at_or_above == {"critical": 1, "high": 3, "medium": 3, "low": 4, "info": 5}
    assert said.accepted == 1


def test_stores_are_counted_as_seen_judged_and_classified() -> None:
    stores = [
        volume(1),  # internal
        volume(2, tags={"DataClassification": "Vertraulich"}),
        volume(3, tags={}),
        volume(4, tags=NotRead(Reason.DENIED, "tag:GetResources", "tag:GetResources")),
        volume(5, tags={"Classification": "PII"}),
    ]
    found = [
        judged("pass", place=1),
        judged("denied", place=2),
        judged("pass", ROTATION, place=2),  # a verdict, but something of it was not read
        judged("not_applicable", place=3),
        judged("no_answer", ROTATION, place=3),
        judged("not_applicable", place=4),
        judged("denied", ROTATION, place=4),
        judged("pass", CANNOT_FAIL, place=5),
    ]
    said = summary([*stores, key("alias/x", 1)], found).stores
    assert (said.seen, said.assessed, said.classified) == (5, 2, 2)
    assert said.unmapped == ("Vertraulich",)


def test_changes_since_the_run_before() -> None:
    then = ["fail", "fail", "fail", "pass", "pass", "denied", "fail", "not_applicable"]
    now = ["fail", "pass", "not_applicable", "fail", "denied", "fail", None, "pass"]
    before = [judged(o, place=n) for n, o in enumerate(then)]
    after = [judged(o, place=n) for n, o in enumerate(now) if o]
    said = summary([], after, before=before, since="20260801T100000Z").changes
    assert said is not None
    assert said.since == "20260801T100000Z"
    assert said.new_failures == 2  # one that passed, and one that could not be told
    assert said.resolved == 2
    assert said.no_longer_seen == 2  # a pass that is denied now, and a failure that is gone
    assert summary([], after).changes is None


def test_an_answer_past_its_day_is_listed() -> None:
    said = Answers(answers={ALL.id: Answer(status="answered", valid_until=dt.date(2026, 1, 1))})
    assert summarise([ALL], [], Evidence(), CONTEXT, said).stale_answers == (ALL.id,)


@pytest.mark.parametrize(
    ("rules", "tags", "owner"),
    [
        ({}, {"Owner": "tagged"}, "tagged"),
        ({}, {"TEAM": "team"}, "team"),
        ({}, {"Team": "team", "Owner": "owner"}, "owner"),
        ({}, {"Owner": ""}, ""),
        ({"arn:aws:ec2:*": "ruled"}, {"Owner": "tagged"}, "ruled"),
        ({"*:volume/vol-?*": "first", "*": "second"}, {}, "first"),
        ({"arn:aws:s3:*": "ruled"}, {"Owner": "tagged"}, "tagged"),
        ({}, NotRead(Reason.DENIED), ""),
    ],
)
def test_an_owner_is_who_workload_yaml_names_else_who_the_tags_name(
    rules: dict[str, str], tags: Any, owner: str
) -> None:
    row = volume(1, tags=tags)
    assert owners_of(Evidence([row]), CONTEXT, rules).get(row.arn, "") == owner
