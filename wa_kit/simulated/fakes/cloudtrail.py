"""CloudTrail: the management events of the last 90 days. Trails are moto's."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.wire import Refused

_FIELD = {name: name for name in ("EventName", "EventSource", "Username", "ReadOnly")}


class CloudTrail(Fake):
    """``events`` by region, in any order; they are answered newest first, as AWS does."""

    most = 50

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.events: defaultdict[str, list[Item]] = defaultdict(list)

    def lookup_events(self, region: str, asked: Item) -> Item:
        attributes = asked.get("LookupAttributes", [])
        if len(attributes) > 1:
            raise Refused("InvalidLookupAttributesException", "One lookup attribute at most")
        start, end = asked.get("StartTime"), asked.get("EndTime")
        if start and end and start > end:
            raise Refused("InvalidTimeRangeException", "The start is after the end")
        events = [
            event
            for event in self.events[region]
            if event["EventTime"] > self.now - dt.timedelta(days=90)
            and (start is None or event["EventTime"] >= _aware(start))
            and (end is None or event["EventTime"] <= _aware(end))
            and all(_is(event, attribute) for attribute in attributes)
        ]
        events.sort(key=lambda event: event["EventTime"], reverse=True)
        return self.page("Events", events, asked)


def _is(event: Item, attribute: Item) -> bool:
    field = _FIELD.get(attribute["AttributeKey"])
    return field is not None and event.get(field) == attribute["AttributeValue"]


def _aware(moment: dt.datetime) -> dt.datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
