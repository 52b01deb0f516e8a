"""What every part of the company's seeding shares: clients, tags, keys by name, what was made.

It writes through the estate's own clients, which reach loopback only.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from wa_kit.simulated.estate import Estate

IRELAND, FRANKFURT, VIRGINIA = "eu-west-1", "eu-central-1", "us-east-1"
PARTNER = "999988887777"  # another company's account
AUDITOR = "444455556666"  # an account the company trusts
ORGANIZATION = "o-kestrel001"

Tags = dict[str, str]


def tags(classification: str | None, owner: str, application: str, stage: str = "prod") -> Tags:
    """The tags the company asks for. ``None`` is a store nobody has classified."""
    asked = {"Owner": owner, "Environment": stage, "Application": application}
    return asked | ({"DataClassification": classification} if classification else {})


def pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


class Made(NamedTuple):
    """A resource that inventories know of, with Resource Explorer's name for its kind."""

    arn: str
    kind: str
    region: str


@dataclass
class Site:
    """The company while it is being built."""

    estate: Estate
    keys: dict[str, str] = field(default_factory=dict)  # name -> ARN
    made: list[Made] = field(default_factory=list)

    @property
    def account(self) -> str:
        return self.estate.account

    def client(self, service: str, region: str = IRELAND) -> Any:
        return self.estate.client(service, region)

    def fake(self, service: str) -> Any:
        return self.estate.fakes[service]

    def ago(self, **span: float) -> dt.datetime:
        return self.estate.now - dt.timedelta(**span)

    def role(self, name: str) -> str:
        return f"arn:aws:iam::{self.account}:role/{name}"

    def arn(self, service: str, region: str, rest: str) -> str:
        return f"arn:aws:{service}:{region}:{self.account}:{rest}"

    def note(self, arn: str, kind: str, region: str = "") -> None:
        """Inventories know of this one. The ARN of a bucket does not say its region."""
        self.made.append(Made(arn, kind, region or arn.split(":")[3]))
