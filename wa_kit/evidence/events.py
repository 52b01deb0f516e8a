"""What Amazon EventBridge tells us: rules that may hear of changes to encryption."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.model import Row

SOURCES = {"aws.kms", "aws.s3", "aws.ec2", "aws.config"}


class EventRule(Row, frozen=True, kw_only=True):
    """One rule of the default bus that KMS, S3, EC2 or Config may set off."""

    resource_type = "AWS::Events::Rule"
    service = "EventBridge"
    see = "aws events describe-rule --region {region} --name {name}"

    pattern: str
    state: str
    targets: list[str]  # ARNs


@collects(EventRule, "events:ListRules", "events:ListTargetsByRule")
def event_rules(aws: Reader) -> Iterator[EventRule]:
    """Events of AWS arrive on the default bus, which is the one that a plain listing shows."""
    rules = aws.pages("events", "list_rules", "Rules")
    ours = (rule for rule in rules if _may_concern(rule.get("EventPattern")))
    yield from aws.each(ours, lambda rule: _rule(aws, rule))


def _may_concern(pattern: str | None) -> bool:
    """False only where the pattern names its sources, and none is ours: that saves the call."""
    if not pattern:
        return False  # it runs by the clock
    try:
        sources = json.loads(pattern).get("source")
    except (ValueError, AttributeError):
        return True
    plain = isinstance(sources, list) and all(isinstance(source, str) for source in sources)
    return not plain or bool(SOURCES & set(sources))


def _rule(aws: Reader, rule: Any) -> EventRule:
    return EventRule(
        arn=rule["Arn"],
        account=aws.account,
        region=aws.region,
        name=rule["Name"],
        pattern=rule["EventPattern"],
        state=rule["State"],
        targets=attempt(lambda: _targets(aws, rule["Name"])),  # type: ignore[arg-type]
    )


def _targets(aws: Reader, rule: str) -> list[str]:
    return sorted(
        t["Arn"] for t in aws.pages("events", "list_targets_by_rule", "Targets", Rule=rule)
    )
