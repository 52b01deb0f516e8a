"""Macie: whether it is on, and what it counted in each bucket.

All of the session is here, because moto has Macie on in every region from the start.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.wire import Refused


class Macie(Fake):
    """``sessions``: {region: ENABLED or PAUSED}; ``buckets`` by region."""

    paging = ("maxResults", "nextToken")
    most = 50

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.sessions: dict[str, str] = {}
        self.buckets: defaultdict[str, list[Item]] = defaultdict(list)

    def enable_macie(self, region: str, asked: Item) -> Item:
        self.sessions[region] = asked.get("status", "ENABLED")
        return {}

    def disable_macie(self, region: str, asked: Item) -> Item:
        self.sessions.pop(region, None)
        return {}

    def get_macie_session(self, region: str, asked: Item) -> Item:
        self._on(region)
        began = self.now - dt.timedelta(days=200)
        role = "aws-service-role/macie.amazonaws.com/AWSServiceRoleForAmazonMacie"
        return {
            "createdAt": began,
            "updatedAt": began,
            "findingPublishingFrequency": "FIFTEEN_MINUTES",
            "serviceRole": f"arn:aws:iam::{self.account}:role/{role}",
            "status": self.sessions[region],
        }

    def describe_buckets(self, region: str, asked: Item) -> Item:
        self._on(region)
        wanted = asked.get("criteria", {}).get("bucketName", {}).get("eq")
        buckets = self.buckets[region]
        if wanted is not None:
            buckets = [bucket for bucket in buckets if bucket["bucketName"] in wanted]
        return self.page("buckets", buckets, asked)

    def add_bucket(self, region: str, name: str, **counts: int) -> None:
        """A bucket's objects by encryption: unencrypted, s3Managed, kmsManaged, unknown, ..."""
        all_counts = dict.fromkeys(
            ("customerManaged", "kmsManaged", "s3Managed", "unencrypted", "unknown"), 0
        )
        self.buckets[region].append(
            {
                "accountId": self.account,
                "bucketArn": f"arn:aws:s3:::{name}",
                "bucketName": name,
                "region": region,
                "lastUpdated": self.now - dt.timedelta(hours=20),
                "objectCount": sum(counts.values()),
                "objectCountByEncryptionType": all_counts | counts,
            }
        )

    def _on(self, region: str) -> None:
        if region not in self.sessions:
            raise Refused("AccessDeniedException", "Macie is not enabled.")
