"""The operations that moto lacks, each answered from plain Python state that the seed fills.

One class a service; a method's name is its operation's, in snake case. What a method is asked and
what it answers are both held against botocore's model on the way.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from wa_kit.simulated.fakes.backup import Backup
from wa_kit.simulated.fakes.base import Fake
from wa_kit.simulated.fakes.cloudtrail import CloudTrail
from wa_kit.simulated.fakes.config import Config
from wa_kit.simulated.fakes.drs import Drs
from wa_kit.simulated.fakes.explorer import ResourceExplorer
from wa_kit.simulated.fakes.macie import Macie
from wa_kit.simulated.fakes.rds import Rds

__all__ = ["Fake", "all_of"]

_ALL: dict[str, type[Fake]] = {
    "backup": Backup,
    "cloudtrail": CloudTrail,
    "config": Config,
    "drs": Drs,
    "macie2": Macie,
    "rds": Rds,
    "resource-explorer-2": ResourceExplorer,
}


def all_of(account: str, now: dt.datetime) -> dict[str, Any]:
    """Empty fakes of one account."""
    return {service: fake(account, now) for service, fake in _ALL.items()}
