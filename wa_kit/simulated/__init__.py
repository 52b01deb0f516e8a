"""An AWS that lives on loopback: for ``wa-kit demo``, the examples and the tests.

    from wa_kit import simulated

    with simulated.serve() as estate:                  # account 111122223333, empty
        kms = estate.client("kms", "eu-west-1")        # a writer; refuses any host but loopback
        session.client("kms", endpoint_url=estate.endpoint)  # any boto3 client, testing/testing

One address answers for every service; service and region are read from the signature. moto
answers what it can, in this process; fakes checked against botocore's service models answer what
moto lacks; ``overlays`` mend the places where moto differs from AWS.

What a test may turn (each returns a fault: ``.lift()`` it, or use it in a ``with``)::

    estate.deny("kms:DescribeKey", region="eu-west-1", where=lambda asked: ..., code="AccessDenied")
    estate.garble("ec2:DescribeVolumes", "html")  # empty cut list null text wrong-type
    estate.throttle(20)                           # calls a second, over everything
    estate.latency(0.03)
    estate.calls                                  # [("kms", "DescribeKey", "eu-west-1"), ...]
    estate.page_size = 2                          # small pages from the fakes
    estate.fakes["backup"].recovery_points["eu-west-1", "vault"].append({...})

What to put into it::

    simulated.found(estate)                      # a coffee roaster, good and bad of each kind
    simulated.seed_many(estate, resources=1000)  # many of a few kinds, quickly

Nothing in the library depends on this package: it reads a plain moto, or AWS, just the same.
"""

from __future__ import annotations

import datetime as dt
import os
from typing import TYPE_CHECKING

from wa_kit.model import KitError

if TYPE_CHECKING:
    from wa_kit.simulated.company.site import Site
    from wa_kit.simulated.estate import Estate

ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")


def serve(account: str = ACCOUNT, *, now: dt.datetime | None = None, seed: int = 1) -> Estate:
    """An empty estate, to be used in a ``with``; closing it forgets everything.

    ``now`` is what the fakes' times are relative to. The same ``seed`` gives the same names.
    Several estates may be open in one process when their accounts differ.
    """
    os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"  # else thousands of foreign snapshots
    try:
        from wa_kit.simulated.estate import Estate
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("wa_kit"):
            raise
        raise KitError("The simulated estate needs moto: pip install 'wa-kit[demo]'") from error
    return Estate(account, now=now or dt.datetime.now(dt.UTC), seed=seed)


def found(estate: Estate) -> Site:
    """Fill an empty estate with a company: good and bad of every kind that is judged."""
    from wa_kit.simulated import company

    return company.found(estate)


def seed_many(estate: Estate, resources: int = 1000) -> dict[str, int]:
    """Fill an estate with many resources of a few kinds. Returns how many of each."""
    from wa_kit.simulated import many

    return many.seed_many(estate, resources)
