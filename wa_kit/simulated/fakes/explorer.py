"""Resource Explorer: where it has indexes, and what it finds."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.wire import Refused

_MOST_FOUND = 1000  # Search never gives more, whatever there is


class ResourceExplorer(Fake):
    """``indexes``: {region: LOCAL or AGGREGATOR}; ``resources`` by region.

    Search in an aggregator's region finds the resources of every indexed region. The query takes
    ``region:``, ``resourcetype:`` and ``service:``; other words must occur in the ARN.
    """

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.indexes: dict[str, str] = {}
        self.resources: defaultdict[str, list[Item]] = defaultdict(list)

    def list_indexes(self, region: str, asked: Item) -> Item:
        listed = [
            {"Region": where, "Type": kind, "Arn": self._arn(where, "index")}
            for where, kind in sorted(self.indexes.items())
            if asked.get("Type") in (None, kind) and where in (asked.get("Regions") or [where])
        ]
        return self.page("Indexes", listed, asked)

    def search(self, region: str, asked: Item) -> Item:
        if region not in self.indexes:
            raise Refused("UnauthorizedException", "There is no index in this region", 401)
        everywhere = self.indexes[region] == "AGGREGATOR"
        found = [
            resource
            for where in (sorted(self.indexes) if everywhere else [region])
            for resource in self.resources[where]
            if all(_has(resource, term) for term in asked["QueryString"].split())
        ]
        answered = self.page("Resources", found[:_MOST_FOUND], asked)
        whole = len(found) <= _MOST_FOUND
        answered["Count"] = {"TotalResources": min(len(found), _MOST_FOUND), "Complete": whole}
        answered["ViewArn"] = self._arn(region, "view/all")
        return answered

    def add(self, arn: str, resource_type: str, region: str) -> None:
        """A resource, of a type in the explorer's own spelling: ``s3:bucket``."""
        self.resources[region].append(
            {
                "Arn": arn,
                "OwningAccountId": self.account,
                "Region": region,
                "ResourceType": resource_type,
                "Service": resource_type.split(":")[0],
                "LastReportedAt": self.now - dt.timedelta(hours=3),
            }
        )

    def _arn(self, region: str, what: str) -> str:
        unique = "11111111-2222-4333-8444-555555555555"
        return f"arn:aws:resource-explorer-2:{region}:{self.account}:{what}/{unique}"


def _has(resource: Item, term: str) -> bool:
    name, colon, value = term.partition(":")
    fields = {"region": "Region", "resourcetype": "ResourceType", "service": "Service"}
    if colon and name in fields:
        return bool(resource[fields[name]] == value)
    return term == "*" or term in resource["Arn"]
