"""Checks on alerts: every branch of each rule, on literal rows."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from test_checks_cloudtrail import TRAIL
from test_checks_config import RULE as VOLUMES
from test_checks_ec2 import VOLUME
from test_checks_kms import AWS_KEY, KEY
from test_checks_s3 import BUCKET
from tools import CONTEXT, DENIED, HERE, REGION, REGION_ROW, arn, finding, outcome

from wa_kit.evidence.cloudtrail import Trail
from wa_kit.evidence.cloudwatch import Alarm
from wa_kit.evidence.config import ConfigRule
from wa_kit.evidence.events import EventRule
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.logs import MetricFilter
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.model import Inherited

KEYS, CHANGES = "monitoring_kms_disable_delete", "monitoring_encryption_status_changes"
AWAY = "us-east-1"
TOPIC = arn("sns", "security")


def seen(service: str, *names: object) -> str:
    detail = {"eventSource": [f"{service}.amazonaws.com"], "eventName": list(names)}
    kinds = ["AWS API Call via CloudTrail"]
    return json.dumps({"source": [f"aws.{service}"], "detail-type": kinds, "detail": detail})


RULE = EventRule(
    **HERE,
    arn=arn("events", "rule/keys"),
    name="keys",
    pattern=seen("kms", "DisableKey", "ScheduleKeyDeletion"),
    state="ENABLED",
    targets=[TOPIC],
)
DISABLING = replace(RULE, arn="d", name="disabling", pattern=seen("kms", "DisableKey"))
DELETING = replace(RULE, arn="s", name="deleting", pattern=seen("kms", "ScheduleKeyDeletion"))
STATE = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
LOCAL = replace(TRAIL, multi_region=False)
FAR = replace(TRAIL, multi_region=False, home_region=AWAY, region=AWAY)
BLIND = replace(TRAIL, excludes_kms=True)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TRAIL, RULE], "pass"),
        ([TRAIL, replace(RULE, state=STATE)], "pass"),
        ([TRAIL, replace(RULE, pattern=seen("kms", {"prefix": ""}))], "pass"),
        ([TRAIL, replace(RULE, pattern=seen("kms", {"anything-but": "Decrypt"}))], "pass"),
        ([TRAIL, replace(RULE, pattern=seen("kms", {"wildcard": "*Key*"}))], "pass"),
        ([TRAIL, replace(RULE, pattern='{"source": ["aws.kms"]}')], "pass"),
        ([TRAIL, DISABLING, DELETING], "pass"),
        ([LOCAL, RULE], "pass"),
        ([replace(TRAIL, records_management_events="WriteOnly"), RULE], "pass"),
        ([TRAIL], "fail"),
        ([TRAIL, DISABLING], "fail"),
        ([TRAIL, replace(RULE, pattern=seen("s3", "DisableKey", "ScheduleKeyDeletion"))], "fail"),
        ([TRAIL, replace(RULE, state="DISABLED")], "fail"),
        ([TRAIL, replace(RULE, targets=[])], "fail"),
        ([TRAIL, replace(RULE, region=AWAY)], "fail"),
        ([RULE], "fail"),  # EventBridge hears of calls through a trail
        ([replace(TRAIL, logging=False), RULE], "fail"),
        ([replace(TRAIL, records_management_events="ReadOnly"), RULE], "fail"),
        ([FAR, RULE], "fail"),
        ([BLIND, RULE], "unknown"),  # AWS does not say whether rules hear of calls left out
        ([TRAIL, replace(RULE, targets=DENIED)], "unknown"),
        ([TRAIL, replace(DISABLING, targets=DENIED)], "fail"),  # of deletion nobody hears anyway
        ([replace(TRAIL, logging=DENIED), RULE], "unknown"),
        ([TRAIL, replace(RULE, pattern='{"source": [{"rhymes": "kms"}]}')], "unknown"),
    ],
)
def test_a_rule_of_eventbridge_raises_an_alert(rows, expected):
    assert outcome(KEYS, REGION_ROW, KEY, *rows) == expected


CIS = (
    "{($.eventSource = kms.amazonaws.com) && "
    "(($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }"
)
FED = replace(TRAIL, log_group=arn("logs", "log-group:trail:*"))
FILTER = MetricFilter(
    **HERE,
    arn=arn("logs", "log-group:trail:metric-filter:keys"),
    name="keys",
    log_group="trail",
    pattern=CIS,
    metrics=["Security/Keys"],
)
ALARM = Alarm(
    **HERE,
    arn=arn("cloudwatch", "alarm:keys"),
    name="keys",
    metrics=["Security/Keys"],
    rests_on=[],
    actions_enabled=True,
    actions=[TOPIC],
)
SILENT = replace(ALARM, actions=[])
ABOVE = replace(ALARM, arn="above", name="above", metrics=[], rests_on=["keys"])
TOP = replace(ABOVE, arn="top", name="top", rests_on=["above"])


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([FED, FILTER, ALARM], "pass"),
        ([FED, replace(FILTER, pattern=CIS.replace(" ", "")), ALARM], "pass"),
        (
            [
                FED,
                replace(FILTER, pattern='{$.eventName="ScheduleKeyDeletion"||$.eventName="Dis*"}'),
                ALARM,
            ],
            "pass",
        ),
        ([FED, replace(FILTER, pattern="?DisableKey ?ScheduleKeyDeletion"), ALARM], "pass"),
        ([FED, FILTER, SILENT, ABOVE], "pass"),
        ([FED, FILTER, SILENT, replace(ABOVE, rests_on=[ALARM.arn])], "pass"),
        ([FED, FILTER, SILENT, replace(ABOVE, actions=[]), TOP], "pass"),
        ([FED, FILTER, SILENT, replace(ABOVE, actions=[], rests_on=["keys", "above"])], "fail"),
        ([FED, FILTER], "fail"),
        ([FED, FILTER, SILENT], "fail"),
        ([FED, FILTER, replace(ALARM, actions_enabled=False)], "fail"),
        ([FED, FILTER, replace(ALARM, metrics=["Security/Other"])], "fail"),
        ([FED, FILTER, replace(ALARM, region=AWAY)], "fail"),
        ([FED, ALARM], "fail"),
        ([FED, replace(FILTER, log_group="application"), ALARM], "fail"),
        ([FED, replace(FILTER, region=AWAY), ALARM], "fail"),
        ([FED, replace(FILTER, pattern="{ $.eventName = DisableKey }"), ALARM], "fail"),
        ([FED, replace(FILTER, pattern="{ $.userIdentity.type = Root }"), ALARM], "fail"),
        ([TRAIL, FILTER, ALARM], "fail"),
        ([replace(FED, logging=False), FILTER, ALARM], "fail"),
        ([replace(FED, multi_region=False), FILTER, ALARM], "fail"),
        ([replace(FED, excludes_kms=True), FILTER, ALARM], "fail"),
        ([replace(FED, logging=DENIED), FILTER, ALARM], "unknown"),
        ([replace(FED, excludes_kms=DENIED), FILTER, ALARM], "unknown"),
        ([FED, replace(FILTER, pattern="[a, b]"), ALARM], "unknown"),
        ([replace(FED, logging=DENIED), FILTER, ALARM, RULE, replace(TRAIL, arn="2")], "pass"),
        ([FED, FILTER, ALARM, replace(RULE, targets=DENIED)], "pass"),
    ],
)
def test_a_metric_filter_with_an_alarm_raises_an_alert(rows, expected):
    assert outcome(KEYS, REGION_ROW, KEY, *rows) == expected


def test_an_alarm_at_the_trail_hears_of_every_region():
    away = replace(REGION_ROW, region=AWAY, name=AWAY)
    assert outcome(KEYS, away, KEY, FED, FILTER, ALARM) == "pass"
    assert outcome(KEYS, away, KEY, TRAIL, RULE) == "fail"


def test_a_log_group_in_a_region_out_of_scope_is_unknown():
    beyond = arn("logs", "log-group:trail:*", region="eu-north-1")
    assert outcome(KEYS, REGION_ROW, replace(FED, log_group=beyond)) == "unknown"


@pytest.mark.parametrize("denied", [Trail, MetricFilter, Alarm, EventRule])
@pytest.mark.parametrize("check", [KEYS, CHANGES])
def test_a_denied_table_is_never_a_missing_alert(check, denied):
    rows = {Trail: [FILTER, ALARM], MetricFilter: [FED, ALARM], Alarm: [FED, FILTER, WEAKENED]}
    found = finding(check, REGION_ROW, KEY, *rows.get(denied, [TRAIL]), denied=[denied])
    assert (found.outcome.value, found.reason) == ("unknown", "denied")


def test_an_alert_that_is_known_stays_known_whatever_else_was_denied():
    assert outcome(KEYS, REGION_ROW, TRAIL, RULE, denied=[MetricFilter, Alarm, KmsKey]) == "pass"
    assert outcome(KEYS, REGION_ROW, FED, FILTER, ALARM, denied=[EventRule]) == "pass"


def test_a_missing_alert_says_for_what_and_why():
    found = finding(KEYS, REGION_ROW, KEY, TRAIL, replace(RULE, state="DISABLED"))
    assert found.because == (
        "no alert is raised by DisableKey or ScheduleKeyDeletion; the rule keys is disabled"
    )
    found = finding(KEYS, REGION_ROW, KEY, TRAIL, DISABLING, replace(DELETING, targets=[]))
    assert found.because == (
        "no alert is raised by ScheduleKeyDeletion; the rule deleting has no target"
    )
    assert found.see == f"aws events list-rules --region {REGION}"


def test_an_alert_that_is_raised_says_by_what():
    found = finding(KEYS, REGION_ROW, TRAIL, DISABLING, DELETING)
    assert found.because == "an alert is raised by the rule disabling and the rule deleting"
    assert finding(KEYS, REGION_ROW, FED, FILTER, ALARM).because.endswith("by the alarm keys")


@pytest.mark.parametrize(
    ("others", "denied", "severity"),
    [([KEY], [], "high"), ([AWS_KEY], [], "low"), ([], [], "low"), ([], [KmsKey], "high")],
)
def test_where_there_is_no_key_to_lose_a_missing_alert_weighs_little(others, denied, severity):
    found = finding(KEYS, REGION_ROW, TRAIL, *others, denied=denied)
    assert (found.outcome.value, found.severity) == ("fail", severity)


INHERITED = replace(
    CONTEXT, inherited={"alarms": Inherited(account="999988887777", where="the SIEM")}
)
THEIRS = replace(
    TRAIL,
    arn=arn("cloudtrail", "trail/org", account="999988887777"),
    name="org",
    organization=True,
    log_group=arn("logs", "log-group:trail:*", account="999988887777"),
)


@pytest.mark.parametrize("check", [KEYS, CHANGES])
def test_alarms_of_another_account_are_inherited_or_asked_for_never_a_failure(check):
    declared = finding(check, REGION_ROW, KEY, BUCKET, context=INHERITED)
    assert declared.outcome.value == "not_applicable"
    assert declared.because == "provided by account 999988887777: the SIEM"
    asked = finding(check, REGION_ROW, KEY, BUCKET, THEIRS)
    assert (asked.outcome.value, asked.reason) == ("unknown", "no_answer")


def test_the_organizations_trail_feeds_our_rules_but_its_log_group_is_not_ours():
    assert outcome(KEYS, REGION_ROW, THEIRS, RULE) == "pass"
    assert outcome(KEYS, REGION_ROW, THEIRS, FILTER, ALARM) == "unknown"
    assert outcome(KEYS, REGION_ROW, replace(FED, organization=True)) == "fail"


BUCKETS = replace(
    RULE, arn="b", name="b", pattern=seen("s3", "PutBucketEncryption", "DeleteBucketEncryption")
)
DEFAULTS = replace(
    RULE,
    arn="v",
    name="v",
    pattern=seen("ec2", "DisableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId"),
)
COMPLIANCE = {"messageType": ["ComplianceChangeNotification"]}
COMPLIANCE |= {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}}
KIND = {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"]}
BY_CONFIG = replace(RULE, arn="c", name="c", pattern=json.dumps(KIND | {"detail": COMPLIANCE}))
ONE_RULE = replace(
    BY_CONFIG, pattern=json.dumps(KIND | {"detail": COMPLIANCE | {"configRuleName": ["volumes"]}})
)
OTHERS = replace(
    VOLUMES, arn="o", name="rds", identifier="RDS_STORAGE_ENCRYPTED", resource_types=[]
)
TURNING = replace(VOLUMES, arn="t", name="turn", identifier="CMK_BACKING_KEY_ROTATION_ENABLED")
FOUR = "?PutBucketEncryption ?DeleteBucketEncryption "
WEAKENED = replace(
    FILTER, pattern=f"{FOUR} ?DisableEbsEncryptionByDefault ?ModifyEbsDefaultKmsKeyId"
)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([TRAIL, BUCKETS, DEFAULTS], "pass"),
        ([BLIND, BUCKETS, DEFAULTS], "pass"),  # it leaves out KMS, not S3 and EC2
        ([FED, WEAKENED, ALARM], "pass"),
        ([replace(FED, excludes_kms=True), WEAKENED, ALARM], "pass"),
        ([FED, replace(WEAKENED, pattern=FOUR), ALARM, DEFAULTS], "pass"),
        ([BY_CONFIG, VOLUMES], "pass"),  # Config tells EventBridge without any trail
        ([BY_CONFIG, VOLUMES, OTHERS], "pass"),
        ([ONE_RULE, VOLUMES, TURNING], "pass"),
        ([TRAIL, BUCKETS], "fail"),
        ([TRAIL, RULE], "fail"),
        ([], "fail"),
        ([BY_CONFIG], "fail"),  # there is no rule on encryption to hear of
        ([BY_CONFIG, TURNING], "fail"),
        ([BY_CONFIG, replace(VOLUMES, state="DELETING")], "fail"),
        ([BY_CONFIG, replace(VOLUMES, identifier="")], "fail"),
        ([ONE_RULE, VOLUMES, OTHERS], "fail"),
        ([replace(BY_CONFIG, targets=[]), VOLUMES], "fail"),
        ([replace(BY_CONFIG, targets=DENIED), VOLUMES], "unknown"),
        ([TRAIL, BUCKETS, replace(DEFAULTS, targets=DENIED)], "unknown"),
        ([TRAIL, BUCKETS, replace(DEFAULTS, targets=DENIED), BY_CONFIG, VOLUMES], "pass"),
    ],
)
def test_changes_of_encryption_raise_an_alert(rows, expected):
    assert outcome(CHANGES, REGION_ROW, BUCKET, *rows) == expected


def test_denied_config_rules_hide_an_alert_but_not_one_that_is_known():
    assert outcome(CHANGES, REGION_ROW, TRAIL, BY_CONFIG, denied=[ConfigRule]) == "unknown"
    assert outcome(CHANGES, REGION_ROW, TRAIL, BUCKETS, DEFAULTS, denied=[ConfigRule]) == "pass"


@pytest.mark.parametrize(
    ("others", "denied", "severity"),
    [([BUCKET], [], "high"), ([VOLUME], [], "high"), ([], [], "low"), ([], [S3Bucket], "high")],
)
def test_where_nothing_is_stored_a_missing_alert_on_changes_weighs_little(others, denied, severity):
    found = finding(CHANGES, REGION_ROW, TRAIL, *others, denied=denied)
    assert (found.outcome.value, found.severity) == ("fail", severity)
