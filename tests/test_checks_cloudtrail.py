"""Checks on CloudTrail: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import (
    ACCOUNT,
    ACCOUNT_ROW,
    CONTEXT,
    DENIED,
    HERE,
    REGION_ROW,
    arn,
    finding,
    findings,
    outcome,
)

from wa_kit.evidence.cloudtrail import (
    KMS,
    ChangeEvent,
    Trail,
    _leaves_out_kms,
    _management,
    recorded,
)
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Inherited

from test_judging import KEY  # isort: skip

TRAIL = Trail(
    **HERE,
    arn=arn("cloudtrail", "trail/all"),
    name="all",
    encryption="kms",
    kms_key=KEY.arn,
    home_region="eu-west-1",
    bucket="logs",
    log_group=None,
    multi_region=True,
    organization=False,
    log_validation=True,
    logging=True,
    records_management_events="All",
    excludes_kms=False,
)
BLIND = replace(TRAIL, excludes_kms=True)
OTHER = replace(TRAIL, arn=arn("cloudtrail", "trail/other"), name="other")
ELSEWHERE = replace(
    CONTEXT, inherited={"trail": Inherited(account="999988887777", where="the log archive")}
)


@pytest.mark.parametrize(
    ("trails", "expected"),
    [
        ([TRAIL], "pass"),
        ([], "fail"),
        ([replace(TRAIL, multi_region=False)], "fail"),
        ([replace(TRAIL, logging=False)], "fail"),
        ([replace(TRAIL, records_management_events="WriteOnly")], "fail"),
        ([replace(TRAIL, records_management_events="none")], "fail"),
        ([replace(TRAIL, logging=DENIED)], "unknown"),  # an organization's trail, seen by a member
        ([replace(TRAIL, records_management_events=DENIED)], "unknown"),
        ([replace(TRAIL, logging=DENIED), OTHER], "pass"),
        ([replace(TRAIL, logging=DENIED), replace(OTHER, multi_region=False)], "unknown"),
    ],
)
def test_cloudtrail_multi_region(trails, expected):
    assert outcome("cloudtrail_multi_region", ACCOUNT_ROW, *trails) == expected


def test_a_trail_that_qualifies_settles_it_though_a_region_was_denied():
    assert outcome("cloudtrail_multi_region", ACCOUNT_ROW, TRAIL, denied=[Trail]) == "pass"


def test_no_trail_among_denied_ones_is_unknown_not_absent():
    assert outcome("cloudtrail_multi_region", ACCOUNT_ROW, denied=[Trail]) == "unknown"


def test_a_trail_of_another_account_is_inherited_as_the_workload_says():
    found = finding("cloudtrail_multi_region", ACCOUNT_ROW, context=ELSEWHERE)
    assert (found.outcome, found.because) == (
        "not_applicable",
        "provided by account 999988887777: the log archive",
    )


def test_an_inherited_trail_settles_what_the_member_may_not_read():
    hidden = replace(TRAIL, logging=DENIED)
    found = outcome("cloudtrail_multi_region", ACCOUNT_ROW, hidden, context=ELSEWHERE)
    assert found == "not_applicable"
    blind = outcome("cloudtrail_kms_events_not_excluded", BLIND, context=ELSEWHERE)
    assert blind == "not_applicable"


@pytest.mark.parametrize(
    ("selectors", "left_out"),
    [
        ([({"read", "write"}, {})], False),
        ([({"write"}, {})], False),
        ([({"read", "write"}, {"NotEquals": [KMS]})], True),
        ([({"read", "write"}, {"NotEquals": [KMS]}), ({"write"}, {"Equals": [KMS]})], True),
    ],
)
def test_a_trail_that_keeps_only_changes_to_kms_leaves_kms_out(selectors, left_out):
    assert _leaves_out_kms([(frozenset(kinds), test) for kinds, test in selectors]) == left_out


@pytest.mark.parametrize(
    ("trail", "keys", "expected"),
    [
        (TRAIL, [KEY], ("pass", "customer")),
        (replace(TRAIL, encryption="owned", kms_key=None), [], ("fail", "owned")),
        (TRAIL, [replace(KEY, state="Disabled")], ("fail", "unusable")),
        (TRAIL, [replace(KEY, manager="AWS")], ("fail", "aws-managed")),
        (
            replace(TRAIL, kms_key=arn("kms", "key/9", account="999988887777")),
            [],
            ("pass", "customer"),
        ),
        (TRAIL, [replace(KEY, state=DENIED)], ("unknown", None)),
    ],
)
def test_cloudtrail_kms_encrypted(trail, keys, expected):
    found = finding("cloudtrail_kms_encrypted", trail, *keys)
    assert (found.outcome.value, found.level) == expected


def test_a_workload_may_leave_the_trail_to_s3():
    relaxed = replace(CONTEXT, trail_kms_required=False)
    plain = replace(TRAIL, encryption="owned", kms_key=None)
    assert outcome("cloudtrail_kms_encrypted", plain, context=relaxed) == "pass"


def test_the_key_of_a_trail_is_unknown_while_keys_are_denied():
    assert outcome("cloudtrail_kms_encrypted", TRAIL, denied=[KmsKey]) == "unknown"


@pytest.mark.parametrize(
    ("trail", "expected"),
    [
        (TRAIL, "pass"),
        (replace(TRAIL, log_validation=False), "fail"),
        (replace(TRAIL, log_validation=DENIED), "unknown"),
    ],
)
def test_cloudtrail_log_validation(trail, expected):
    assert outcome("cloudtrail_log_validation", trail) == expected


@pytest.mark.parametrize(
    ("trail", "others", "expected"),
    [
        (TRAIL, [], "pass"),
        (BLIND, [], "fail"),
        (BLIND, [OTHER], "pass"),
        (BLIND, [replace(OTHER, excludes_kms=True)], "fail"),
        (BLIND, [replace(OTHER, multi_region=False)], "fail"),
        (BLIND, [replace(OTHER, excludes_kms=DENIED)], "unknown"),
        (replace(BLIND, records_management_events="WriteOnly"), [], "not_applicable"),
        (replace(BLIND, logging=False), [], "not_applicable"),
        (replace(BLIND, multi_region=False), [], "not_applicable"),
        (replace(TRAIL, excludes_kms=DENIED), [], "unknown"),
    ],
)
def test_cloudtrail_kms_events_not_excluded(trail, others, expected):
    assert outcome("cloudtrail_kms_events_not_excluded", trail, *others) == expected


EVENT = ChangeEvent(
    **HERE,
    arn=arn("cloudtrail", "event/1"),
    name="DisableKey",
    event_id="1",
    event="DisableKey",
    source=KMS,
    at=dt.datetime(2026, 10, 1, tzinfo=dt.UTC),
    user="mallory",
    resources=["key/1"],
)
REVIEWED = replace(CONTEXT, reviewed_events=("1",))


@pytest.mark.parametrize(
    ("events", "context", "denied", "expected"),
    [
        ([], CONTEXT, [], "pass"),
        ([EVENT], CONTEXT, [], "fail"),
        ([EVENT], REVIEWED, [], "pass"),
        ([replace(EVENT, region="us-east-1")], CONTEXT, [], "pass"),
        ([], CONTEXT, [ChangeEvent], "unknown"),
        ([EVENT], CONTEXT, [ChangeEvent], "fail"),  # what was read is enough to fail
        ([EVENT], REVIEWED, [ChangeEvent], "unknown"),
    ],
)
def test_cloudtrail_encryption_change_events(events, context, denied, expected):
    check = "cloudtrail_encryption_change_events"
    assert outcome(check, REGION_ROW, *events, context=context, denied=denied) == expected


def test_changes_are_told_newest_first_and_the_rest_counted():
    events = [
        replace(EVENT, event_id=str(day), at=EVENT.at.replace(day=day), arn=f"{EVENT.arn}{day}")
        for day in range(1, 6)
    ]
    said = finding("cloudtrail_encryption_change_events", REGION_ROW, *events).because
    assert said.startswith("5 changes that nobody has said to have reviewed: DisableKey by mallory")
    assert said.index("2026-10-05") < said.index("2026-10-04") < said.index("2026-10-03")
    assert said.endswith("; and 2 more")


def basic(**fields):
    return {"EventSelectors": [{"IncludeManagementEvents": True, **fields}]}


def advanced(*selectors, category="Management"):
    made = [
        [{"Field": "eventCategory", "Equals": [category]}]
        + [{"Field": name, **test} for name, test in fields.items()]
        for fields in selectors
    ]
    return {"AdvancedEventSelectors": [{"FieldSelectors": fields} for fields in made]}


NOT_KMS = {"eventSource": {"NotEquals": [KMS]}}
ONLY_KMS = {"eventSource": {"Equals": [KMS]}}
READS = {"readOnly": {"Equals": ["true"]}}
WRITES = {"readOnly": {"Equals": ["false"]}}


@pytest.mark.parametrize(
    ("selectors", "anything", "of_kms"),
    [
        (basic(), "All", "All"),
        (basic(ReadWriteType="WriteOnly"), "WriteOnly", "WriteOnly"),
        (basic(IncludeManagementEvents=False), "none", "none"),
        (basic(ExcludeManagementEventSources=[KMS]), "All", "none"),
        (basic(ExcludeManagementEventSources=["rdsdata.amazonaws.com"]), "All", "All"),
        (advanced({}), "All", "All"),
        (advanced(WRITES), "WriteOnly", "WriteOnly"),
        (advanced(NOT_KMS), "All", "none"),
        (advanced({"eventSource": {"NotStartsWith": ["kms."]}}), "All", "none"),
        (advanced(ONLY_KMS), "none", "All"),
        (advanced(NOT_KMS, ONLY_KMS | READS), "All", "ReadOnly"),
        (advanced({"eventName": {"Equals": ["CreateBucket"]}}), "none", "none"),
        (advanced({}, category="Data"), "none", "none"),
        ({}, "none", "none"),
    ],
)
def test_what_selectors_record(selectors, anything, of_kms):
    management = _management(selectors)
    assert (recorded(management), recorded(management, KMS)) == (anything, of_kms)


def test_denied_trails_are_unknown_region_by_region():
    found = findings("cloudtrail_log_validation", TRAIL, denied=[Trail])
    assert [f.outcome for f in found if f.resource == f"AWS::::Account:{ACCOUNT}#Trail"] == [
        "unknown",
        "unknown",
    ]
