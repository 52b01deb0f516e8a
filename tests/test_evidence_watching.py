"""Collectors of CloudTrail, GuardDuty and Macie against the simulated company."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest
from collecting import collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence import cloudtrail
from wa_kit.evidence.cloudtrail import ChangeEvent, Trail
from wa_kit.evidence.guardduty import Detector
from wa_kit.evidence.macie2 import MacieSession

ACCOUNT = "777788889999"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        simulated.found(served)
        yield served


def test_a_trail_is_one_row_however_many_regions_show_it(estate):
    trails = collect(estate.endpoint, ACCOUNT, Trail, regions=REGIONS).of(Trail)
    assert sorted(trail.name for trail in trails) == ["kestrel-all-regions", "us-cheap"]


def test_a_trail_whose_home_is_out_of_scope_is_still_seen_once(estate):
    evidence = collect(estate.endpoint, ACCOUNT, Trail, regions=("us-east-1", "eu-central-1"))
    found = row(evidence, Trail, "kestrel-all-regions")
    assert (found.home_region, found.region) == ("eu-west-1", "eu-central-1")


def test_a_trail_says_what_it_records(estate):
    evidence = collect(estate.endpoint, ACCOUNT, Trail, regions=REGIONS)
    good, cheap = (row(evidence, Trail, name) for name in ("kestrel-all-regions", "us-cheap"))
    assert good.qualifies
    assert (good.log_validation, good.encryption, good.excludes_kms) == (True, "kms", False)
    assert (cheap.records_management_events, cheap.excludes_kms) == ("WriteOnly", True)
    assert (cheap.encryption, cheap.kms_key, cheap.live_everywhere) == ("owned", None, False)


@pytest.mark.parametrize(
    ("operation", "unread"),
    [
        ("cloudtrail:GetTrailStatus", {"logging"}),
        ("cloudtrail:GetEventSelectors", {"records_management_events", "excludes_kms"}),
    ],
)
def test_a_denied_detail_leaves_the_trail_standing(estate, operation, unread):
    with estate.deny(operation):
        trails = collect(estate.endpoint, ACCOUNT, Trail, regions=REGIONS).of(Trail)
    assert len(trails) == 2
    assert all(set(trail.unread) == unread for trail in trails)


def test_changes_of_the_last_90_days_are_read_and_older_ones_are_not(estate):
    events = collect(estate.endpoint, ACCOUNT, ChangeEvent, regions=REGIONS).of(ChangeEvent)
    assert len(events) == 8
    told = {(event.event, event.user) for event in events if event.region == "us-east-1"}
    assert ("DisableEbsEncryptionByDefault", "us-marketing-admin") in told


def change(number, name, **detail):
    when = dt.datetime.now(dt.UTC) - dt.timedelta(days=1)
    return {
        "EventId": f"10000000-0000-4000-8000-{number:012d}",
        "EventName": name,
        "EventSource": "kms.amazonaws.com",
        "EventTime": when,
        "ReadOnly": "false",
        "Username": "mallory",
        "CloudTrailEvent": json.dumps({"eventVersion": "1.11", "eventName": name, **detail}),
    }


@pytest.fixture
def busy():
    with simulated.serve("888899990000") as served:
        recorded = served.fakes["cloudtrail"].events["eu-west-1"]
        recorded += [change(number, "DisableKey") for number in range(60)]
        recorded += [change(100, "StopLogging"), change(101, "PutKeyPolicy", errorCode="Denied")]
        yield served


def test_a_busy_region_is_asked_for_each_kind_of_change(busy):
    evidence = collect(busy.endpoint, "888899990000", ChangeEvent, regions=("eu-west-1",))
    told = Counter(event.event for event in evidence.of(ChangeEvent))
    assert told == {"DisableKey": 60, "StopLogging": 1}  # a refused attempt is no change
    assert reasons(evidence, ChangeEvent) == set()


def test_a_listing_of_changes_that_is_cut_short_says_so_and_keeps_the_rest(busy, monkeypatch):
    monkeypatch.setattr(cloudtrail, "MOST_EVENTS", 20)
    evidence = collect(busy.endpoint, "888899990000", ChangeEvent, regions=("eu-west-1",))
    told = Counter(event.event for event in evidence.of(ChangeEvent))
    assert told == {"DisableKey": 20, "StopLogging": 1}
    assert reasons(evidence, ChangeEvent) == {"limit"}


def test_a_quiet_region_is_asked_once(estate):
    made: list[str] = []
    collect(estate.endpoint, ACCOUNT, ChangeEvent, regions=("eu-west-1",), calls=made)
    assert made == ["cloudtrail:LookupEvents"]


def test_detectors_and_sessions_tell_on_from_off_and_never(estate):
    evidence = collect(estate.endpoint, ACCOUNT, Detector, MacieSession, regions=REGIONS)
    assert {d.region: d.status for d in evidence.of(Detector)} == {
        "eu-west-1": "ENABLED",
        "eu-central-1": "DISABLED",
    }
    assert {s.region: s.status for s in evidence.of(MacieSession)} == {
        "eu-west-1": "ENABLED",
        "eu-central-1": "PAUSED",
    }
    assert reasons(evidence, MacieSession) == set()


def test_a_denied_macie_is_no_macie_that_is_off(estate):
    with estate.deny("macie2:GetMacieSession"):
        evidence = collect(estate.endpoint, ACCOUNT, MacieSession, regions=REGIONS)
    assert reasons(evidence, MacieSession) == {"denied"}
