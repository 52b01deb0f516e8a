"""Elastic Disaster Recovery: templates, source servers, and how each is replicated."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.wire import Refused


class Drs(Fake):
    """``templates`` and ``servers`` by region, ``replication`` by (region, server id).

    A region that is not in ``initialised`` answers as AWS does before the service was set up.
    """

    paging = ("maxResults", "nextToken")

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.initialised: set[str] = set()
        self.templates: defaultdict[str, list[Item]] = defaultdict(list)
        self.servers: defaultdict[str, list[Item]] = defaultdict(list)
        self.replication: dict[tuple[str, str], Item] = {}

    def describe_replication_configuration_templates(self, region: str, asked: Item) -> Item:
        self._set_up(region)
        return self.page("items", self.templates[region], asked)

    def describe_source_servers(self, region: str, asked: Item) -> Item:
        self._set_up(region)
        return self.page("items", self.servers[region], asked)

    def get_replication_configuration(self, region: str, asked: Item) -> Item:
        self._set_up(region)
        server = asked["sourceServerID"]
        if (region, server) not in self.replication:
            raise Refused("ResourceNotFoundException", f"There is no source server {server}")
        return {"sourceServerID": server} | self.replication[region, server]

    def _set_up(self, region: str) -> None:
        if region not in self.initialised:
            raise Refused("UninitializedAccountException", "The account is not initialised", 400)
