"""What raises an alert when something happens: EventBridge rules; metric filters with alarms. Pure.

Whether anybody reads the alert is not known here, and no alarm of another account is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

import msgspec

from wa_kit.event_patterns import Event, PatternError, filter_matches, rule_matches
from wa_kit.evidence.cloudtrail import KMS, Trail
from wa_kit.evidence.cloudwatch import Alarm
from wa_kit.evidence.events import EventRule
from wa_kit.evidence.logs import MetricFilter
from wa_kit.model import NotRead, R, Reason, Rows, Unread
from wa_kit.protection import View

T = TypeVar("T")


class Call(msgspec.Struct, frozen=True):
    """A call that somebody makes, and that CloudTrail records."""

    service: str
    name: str

    @property
    def source(self) -> str:
        return f"{self.service}.amazonaws.com"

    def detail(self, account: str, region: str) -> Event:
        """The event as CloudTrail writes it, but for what differs each time."""
        return {
            "eventVersion": "1.11",
            "userIdentity": {
                "type": "AssumedRole",
                "principalId": "AROAEXAMPLE:session",
                "arn": f"arn:aws:sts::{account}:assumed-role/somebody/session",
                "accountId": account,
            },
            "eventSource": self.source,
            "eventName": self.name,
            "awsRegion": region,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "somebody",
            "readOnly": False,
            "eventType": "AwsApiCall",
            "managementEvent": True,
            "recipientAccountId": account,
            "eventCategory": "Management",
        }

    def event(self, account: str, region: str) -> Event:
        """The same, as EventBridge passes it on."""
        detail = self.detail(account, region)
        return _envelope(f"aws.{self.service}", "AWS API Call via CloudTrail", account, detail)


class NonCompliance(msgspec.Struct, frozen=True):
    """A Config rule that finds fault with a resource. Config tells EventBridge by itself."""

    name: str  # of the rule
    resource_type: str

    def event(self, account: str, region: str) -> Event:
        detail = {
            "awsAccountId": account,
            "awsRegion": region,
            "configRuleName": self.name,
            "messageType": "ComplianceChangeNotification",
            "resourceType": self.resource_type,
            "newEvaluationResult": {"complianceType": "NON_COMPLIANT"},
        }
        return _envelope("aws.config", "Config Rules Compliance Change", account, detail)


def _envelope(source: str, kind: str, account: str, detail: Event) -> Event:
    return {
        "version": "0",
        "source": source,
        "detail-type": kind,
        "account": account,
        "region": detail["awsRegion"],
        "resources": [],
        "detail": detail,
    }


class Told(msgspec.Struct, frozen=True):
    """What would be heard of, by what means, what would not, and what could not be told."""

    by: list[str]
    missing: list[str]
    doubt: Unread | None

    @property
    def whole(self) -> bool:
        return not self.missing and not self.doubt


class Alerts(View):
    """What raises an alert, and in which region: rules hear of their own region alone.

    Log groups of a multi-region trail hear of all regions.
    """

    reads = (Trail, MetricFilter, Alarm, EventRule)

    def __init__(
        self,
        trails: Rows[Trail],
        filters: Rows[MetricFilter],
        alarms: Rows[Alarm],
        rules: Rows[EventRule],
    ) -> None:
        self._trails = trails
        self._filters = filters
        self._alarms = alarms
        self._rules = rules

    def told(self, things: Iterable[Call | NonCompliance], account: str, region: str) -> Told:
        """Which of ``things``, happening in ``region``, would raise an alert."""
        by: list[str] = []
        missing: list[str] = []
        doubt: Unread | None = None
        for thing in things:
            try:
                means = self._means(thing, account, region)
            except Unread as unread:
                doubt = doubt or unread
                continue
            if means is None:
                missing.append(thing.name)
            elif means not in by:
                by.append(means)
        return Told(by, missing, doubt)

    def asleep(self, things: Iterable[Call], account: str, region: str) -> list[str]:
        """Why rules that hear of one of ``things`` tell nobody. For words, never for a verdict."""
        events = [thing.event(account, region) for thing in things]
        found: list[str] = []
        for rule in self._rules.seen():
            with suppress(Unread):
                if rule.region == region and any(_hears(rule, event) for event in events):
                    if rule.state == "DISABLED":
                        found.append(f"the rule {rule.name} is disabled")
                    elif not rule.targets:
                        found.append(f"the rule {rule.name} has no target")
        return found

    def _means(self, thing: Call | NonCompliance, account: str, region: str) -> str | None:
        ways: list[Callable[[], str | None]] = [lambda: self._by_rule(thing, account, region)]
        if isinstance(thing, Call):
            ways.append(lambda: self._by_filter(thing, account, region))
        return _first(ways, lambda way: way())

    def _by_rule(self, thing: Call | NonCompliance, account: str, region: str) -> str | None:
        event = thing.event(account, region)

        def tells(rule: EventRule) -> str | None:
            awake = rule.state != "DISABLED" and _hears(rule, event) and rule.targets
            return f"the rule {rule.name}" if awake else None

        found = _first((r for r in self._rules.seen() if r.region == region), tells)
        if not found:
            self._rules.in_region(region)  # "no such rule" is only known of what was read whole
            return None
        return found if isinstance(thing, NonCompliance) or self._passed_on(thing, region) else None

    def _passed_on(self, call: Call, region: str) -> bool:
        """Whether a trail is there for whose sake EventBridge hears of calls at all."""

        def covers(trail: Trail) -> bool:
            here = trail.multi_region or trail.home_region == region
            writes = here and trail.records_management_events in ("All", "WriteOnly")
            return writes and trail.logging

        if self._trails.find(lambda trail: covers(trail) and _keeps(trail, call)):
            return True
        if self._trails.find(covers):
            raise Unread(
                NotRead(
                    Reason.NOT_KNOWABLE,
                    detail="a rule waits for calls to KMS, but every trail leaves them out, and "
                    "AWS does not say whether rules hear of them all the same",
                )
            )
        return False

    def _by_filter(self, call: Call, account: str, region: str) -> str | None:
        event = call.detail(account, region)

        def fed(trail: Trail) -> str | None:
            group = (trail.log_group or "").split(":")
            if len(group) < 7 or group[4] != account:
                return None
            if not trail.live_everywhere or not _keeps(trail, call):
                return None
            return self._counted(group[6], group[3], event)

        found = _first(self._trails.seen(), fed)
        if not found:
            len(self._trails)  # raises where they were not read whole
        return found

    def _counted(self, log_group: str, region: str, event: Event) -> str | None:
        """The alarm on a metric that counts ``event`` in a log group."""

        def counts(found: MetricFilter) -> str | None:
            if found.log_group != log_group or not _counts(found, event):
                return None
            return self._alarmed(set(found.metrics), region)

        return self._search(self._filters, region, counts)

    def _alarmed(self, metrics: set[str], region: str) -> str | None:
        def alarms(alarm: Alarm) -> str | None:
            on = metrics & set(alarm.metrics) and self._acts(alarm, frozenset())
            return f"the alarm {alarm.name}" if on else None

        return self._search(self._alarms, region, alarms)

    def _acts(self, alarm: Alarm, above: frozenset[str]) -> bool:
        """Whether an alarm, or a composite one that rests on it, does anything when it goes off."""
        if alarm.actions_enabled and alarm.actions:
            return True
        names, seen = {alarm.name, alarm.arn}, above | {alarm.arn}

        def acts(other: Alarm) -> str | None:
            rests = other.arn not in seen and names & set(other.rests_on)
            return other.name if rests and self._acts(other, seen) else None

        return self._search(self._alarms, alarm.region, acts) is not None

    def _search(self, table: Rows[R], region: str, tell: Callable[[R], str | None]) -> str | None:
        found = _first((row for row in table.seen() if row.region == region), tell)
        if not found:
            table.in_region(region)  # raises where it was not read whole
        return found


def _first(things: Iterable[T], tell: Callable[[T], str | None]) -> str | None:
    """The first answer. Raises ``Unread`` where there is none, but one might have been."""
    doubt: Unread | None = None
    for thing in things:
        try:
            if found := tell(thing):
                return found
        except Unread as unread:
            doubt = unread
    if doubt:
        raise doubt
    return None


def _keeps(trail: Trail, call: Call) -> bool:
    return call.source != KMS or not trail.excludes_kms


def _hears(rule: EventRule, event: Event) -> bool:
    try:
        return rule_matches(rule.pattern, event)
    except PatternError as error:
        raise Unread(_unclear(f"the rule {rule.name}", error)) from error


def _counts(found: MetricFilter, event: Event) -> bool:
    try:
        return filter_matches(found.pattern, event)
    except PatternError as error:
        raise Unread(_unclear(f"the metric filter {found.name}", error)) from error


def _unclear(what: str, error: PatternError) -> NotRead:
    return NotRead(Reason.NOT_KNOWABLE, detail=f"the pattern of {what} is beyond the kit: {error}")
