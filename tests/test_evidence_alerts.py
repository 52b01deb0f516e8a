"""Collectors of EventBridge, CloudWatch and CloudWatch Logs against a simulated estate."""

from __future__ import annotations

import json

import pytest
from collecting import collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence.cloudwatch import Alarm, alarms, metric
from wa_kit.evidence.events import EventRule
from wa_kit.evidence.logs import MetricFilter

ACCOUNT = "777788889992"
REGION = "eu-west-1"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:security"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        _rules(served.client("events", REGION))
        _alarms(served.client("cloudwatch", REGION))
        _filters(served.client("logs", REGION))
        yield served


def _rules(events):
    for name, pattern in {
        "keys": {"source": ["aws.kms"]},
        "several": {"source": ["aws.backup", "aws.s3"]},
        "prefix": {"source": [{"prefix": "aws."}]},
        "anything": {"account": [ACCOUNT]},
        "backups": {"source": ["aws.backup"]},
    }.items():
        events.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED")
        events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": TOPIC}])
    events.put_rule(Name="clock", ScheduleExpression="rate(1 day)")
    events.put_rule(Name="idle", EventPattern='{"source": ["aws.ec2"]}', State="DISABLED")


def _alarms(cloudwatch):
    often = {"EvaluationPeriods": 1, "Threshold": 1, "ComparisonOperator": "GreaterThanThreshold"}
    one = {"MetricName": "Keys", "Namespace": "Security", "Statistic": "Sum", "Period": 60}
    cloudwatch.put_metric_alarm(AlarmName="keys", AlarmActions=[TOPIC], **one, **often)
    dimensions = [{"Name": "user", "Value": "root"}]
    cloudwatch.put_metric_alarm(AlarmName="root", Dimensions=dimensions, **one, **often)
    cpu = one | {"MetricName": "CPUUtilization", "Namespace": "AWS/EC2"}
    cloudwatch.put_metric_alarm(AlarmName="busy", **cpu, **often)
    stat = {"Metric": {"Namespace": "Security", "MetricName": "Keys"}, "Period": 60, "Stat": "Sum"}
    parts = [
        {"Id": "m1", "MetricStat": stat, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 * 2"},
    ]
    cloudwatch.put_metric_alarm(AlarmName="sum", Metrics=parts, ActionsEnabled=False, **often)


def _filters(logs):
    logs.create_log_group(logGroupName="trail")
    made = {"metricName": "Keys", "metricNamespace": "Security", "metricValue": "1"}
    pattern = "{ $.eventName = DisableKey }"
    logs.put_metric_filter(
        logGroupName="trail",
        filterName="keys",
        filterPattern=pattern,
        metricTransformations=[made],
    )


def test_rules_that_may_hear_of_encryption_are_kept_and_only_they_are_asked_for_targets(estate):
    calls: list[str] = []
    evidence = collect(estate.endpoint, ACCOUNT, EventRule, regions=[REGION], calls=calls)
    found = {rule.name: rule for rule in evidence.of(EventRule)}
    assert sorted(found) == ["anything", "idle", "keys", "prefix", "several"]
    assert calls.count("events:ListTargetsByRule") == 5
    assert found["keys"].targets == [TOPIC]
    assert (found["idle"].state, found["idle"].targets) == ("DISABLED", [])
    assert json.loads(found["keys"].pattern) == {"source": ["aws.kms"]}


def test_denied_targets_leave_the_rule_standing(estate):
    with estate.deny("events:ListTargetsByRule"):
        evidence = collect(estate.endpoint, ACCOUNT, EventRule, regions=[REGION])
    assert set(row(evidence, EventRule, "keys").unread) == {"targets"}
    assert reasons(evidence, EventRule) == set()


def test_alarms_on_metrics_of_ones_own_are_kept(estate):
    evidence = collect(estate.endpoint, ACCOUNT, Alarm, regions=[REGION])
    found = {alarm.name: alarm for alarm in evidence.of(Alarm)}
    assert sorted(found) == ["keys", "root", "sum"]
    assert (found["keys"].metrics, found["keys"].actions) == (["Security/Keys"], [TOPIC])
    assert found["root"].metrics == ["Security/Keys[user]"]
    assert (found["sum"].metrics, found["sum"].actions_enabled) == (["Security/Keys"], False)
    assert all(alarm.rests_on == [] for alarm in found.values())


class Canned:
    """A reader of one answer: moto makes no composite alarms."""

    account, region = ACCOUNT, REGION

    def answers(self, service, operation, **asked):
        assert asked["AlarmTypes"] == ["MetricAlarm", "CompositeAlarm"]
        either = {
            "AlarmArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:either",
            "AlarmName": "either",
            "ActionsEnabled": True,
            "AlarmActions": [TOPIC],
            "AlarmRule": 'ALARM("keys and more") OR (ALARM( root ) AND NOT OK("keys")) OR FALSE',
        }
        yield {"MetricAlarms": [], "CompositeAlarms": [either]}


def test_a_composite_alarm_says_on_which_alarms_it_rests():
    (either,) = alarms(Canned())
    assert (either.rests_on, either.metrics) == (["keys", "keys and more", "root"], [])
    assert (either.actions, either.actions_enabled) == ([TOPIC], True)


def test_a_metric_filter_names_its_metric_as_alarms_do(estate):
    evidence = collect(estate.endpoint, ACCOUNT, MetricFilter, regions=[REGION])
    found = row(evidence, MetricFilter, "keys")
    assert (found.log_group, found.pattern) == ("trail", "{ $.eventName = DisableKey }")
    assert found.metrics == ["Security/Keys"] == [metric("Security", "Keys")]


@pytest.mark.parametrize(
    ("table", "operation"),
    [
        (EventRule, "events:ListRules"),
        (Alarm, "cloudwatch:DescribeAlarms"),
        (MetricFilter, "logs:DescribeMetricFilters"),
    ],
)
def test_a_denied_listing_is_unknown_not_empty(estate, table, operation):
    with estate.deny(operation):
        evidence = collect(estate.endpoint, ACCOUNT, table, regions=[REGION])
    assert reasons(evidence, table) == {"denied"}
