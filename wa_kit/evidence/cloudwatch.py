"""What Amazon CloudWatch tells us: alarms on metrics of one's own. Never a measured value."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import Row

_NAMED = re.compile(r"""\b(?:ALARM|OK|INSUFFICIENT_DATA)\s*\(\s*["']?([^"')]+?)["']?\s*\)""")


class Alarm(Row, frozen=True, kw_only=True):
    """One alarm on a metric that is no service's own, or on other alarms."""

    resource_type = "AWS::CloudWatch::Alarm"
    service = "CloudWatch"
    see = (
        "aws cloudwatch describe-alarms --region {region} --alarm-names {name} "
        "--alarm-types MetricAlarm CompositeAlarm"
    )

    metrics: list[str]  # as ``metric`` names them
    rests_on: list[str]  # names or ARNs of the alarms that a composite one is made of
    actions_enabled: bool
    actions: list[str]  # what it does when it goes off: ARNs


@collects(Alarm, "cloudwatch:DescribeAlarms")
def alarms(aws: Reader) -> Iterator[Alarm]:
    kinds = ["MetricAlarm", "CompositeAlarm"]
    for answer in aws.answers("cloudwatch", "describe_alarms", AlarmTypes=kinds):
        for alarm in answer["MetricAlarms"]:
            if watched := _watched(alarm):
                yield _alarm(aws, alarm, metrics=watched, rests_on=[])
        for alarm in answer["CompositeAlarms"]:
            named = sorted(set(_NAMED.findall(alarm["AlarmRule"])))
            yield _alarm(aws, alarm, metrics=[], rests_on=named)


def _alarm(aws: Reader, alarm: Any, **more: Any) -> Alarm:
    return Alarm(
        arn=alarm["AlarmArn"],
        account=aws.account,
        region=aws.region,
        name=alarm["AlarmName"],
        actions_enabled=alarm["ActionsEnabled"],
        actions=sorted(alarm.get("AlarmActions", [])),
        **more,
    )


def _watched(alarm: Any) -> list[str]:
    """The metrics it looks at, but for those of AWS's own services."""
    looked_at = [alarm] if "MetricName" in alarm else []
    for part in alarm.get("Metrics", []):
        if "MetricStat" in part:
            looked_at.append(part["MetricStat"]["Metric"])
    return sorted(
        {
            metric(m["Namespace"], m["MetricName"], [d["Name"] for d in m.get("Dimensions", [])])
            for m in looked_at
            if not m["Namespace"].startswith("AWS/")
        }
    )


def metric(namespace: str, name: str, dimensions: Iterable[str] = ()) -> str:
    """A metric by one name. An alarm without a dimension does not see a metric that has it."""
    told = ",".join(sorted(dimensions))
    return f"{namespace}/{name}" + (f"[{told}]" if told else "")
