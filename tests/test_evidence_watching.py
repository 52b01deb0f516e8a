"""Collectors of CloudTrail, GuardDuty and Macie against the simulated company."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter

import pytest
from collecting import collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence import cloudtrail
from wa_kit.evidence.cloudtrail import ChangeEvent, KeyUse, Trail
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


# Use of keys


def uses(evidence):
    return {(use.event, use.by.rpartition("/")[2]): use for use in evidence.of(KeyUse)}


def test_use_of_keys_is_counted_by_key_operation_and_role(estate):
    evidence = collect(estate.endpoint, ACCOUNT, KeyUse, regions=("us-east-1", "eu-central-1"))
    found = uses(evidence)
    assert set(found) == {
        ("Decrypt", "shop-service"),
        ("Decrypt", "us-marketing-admin"),
        ("Decrypt", "intern"),
        ("DescribeKey", "key-administrator"),
        ("ReEncrypt", "backup.amazonaws.com"),
    }
    shop = found["Decrypt", "shop-service"]
    assert (shop.times, shop.denied, shop.region) == (34, 0, "eu-central-1")
    assert shop.by == f"arn:aws:iam::{ACCOUNT}:role/shop-service"  # not its session
    assert shop.key.startswith(f"arn:aws:kms:eu-central-1:{ACCOUNT}:key/")
    assert shop.first < shop.last and shop.since == shop.first and not shop.sampled
    intern = found["Decrypt", "intern"]
    assert (intern.times, intern.denied) == (2, 2)
    assert reasons(evidence, KeyUse) == set()


def test_a_busy_region_is_sampled_which_is_a_fact_and_nothing_left_unread(estate):
    made: list[str] = []
    evidence = collect(estate.endpoint, ACCOUNT, KeyUse, regions=("eu-west-1",), calls=made)
    assert made == ["cloudtrail:LookupEvents"] * cloudtrail.MOST_PAGES
    found = evidence.of(KeyUse)
    assert sum(use.times for use in found) == 50 * cloudtrail.MOST_PAGES
    assert all(use.sampled for use in found)
    assert {use.since for use in found} == {min(use.first for use in found)}
    assert reasons(evidence, KeyUse) == set()


def test_nothing_of_an_event_is_kept_but_who_what_and_when(estate):
    evidence = collect(estate.endpoint, ACCOUNT, KeyUse, regions=REGIONS)
    kept = " ".join(map(repr, evidence.of(KeyUse)))
    for secret in ("203.0.113.7", "kestrel-order-4711", "not authorized", "i-0kestrel"):
        assert secret not in kept


@pytest.mark.parametrize("passed", [0, 1, 3])
def test_events_refused_at_any_page_are_a_refused_look_and_no_short_list(estate, passed):
    with estate.deny("cloudtrail:LookupEvents", after_calls=passed):
        evidence = collect(estate.endpoint, ACCOUNT, KeyUse, regions=("eu-west-1",))
    assert reasons(evidence, KeyUse) == {"denied"}
    assert not evidence.of(KeyUse)


@pytest.mark.parametrize("kind", ["html", "empty", "cut"])
def test_an_answer_that_makes_no_sense_is_no_key_that_nobody_used(estate, kind):
    with estate.garble("cloudtrail:LookupEvents", kind):
        evidence = collect(estate.endpoint, ACCOUNT, KeyUse, regions=("eu-west-1",))
    assert reasons(evidence, KeyUse) == {"malformed"}


def used(number, record, **more):
    when = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    return {
        "EventId": f"20000000-0000-4000-8000-{number:012d}",
        "EventName": "Decrypt",
        "EventSource": "kms.amazonaws.com",
        "EventTime": when,
        "ReadOnly": "true",
        "Username": "session",
        "CloudTrailEvent": record if isinstance(record, str) else json.dumps(record),
    } | more


ISSUED = {"sessionContext": {"sessionIssuer": {"arn": "arn:aws:iam::1:role/r"}}, "arn": "x"}


@pytest.mark.parametrize(
    ("record", "by", "denied"),
    [
        ({"userIdentity": ISSUED}, "arn:aws:iam::1:role/r", 0),
        ({"userIdentity": {"arn": "arn:aws:iam::1:user/u"}}, "arn:aws:iam::1:user/u", 0),
        ({"userIdentity": {"invokedBy": "s3.amazonaws.com"}}, "s3.amazonaws.com", 0),
        ({"userIdentity": {"accountId": "444455556666"}}, "444455556666", 0),
        ({"userIdentity": None}, "session", 0),
        ({"userIdentity": "odd"}, "session", 0),
        ({"userIdentity": {"sessionContext": "odd", "arn": "a"}}, "a", 0),
        ({"userIdentity": {"sessionContext": {"sessionIssuer": "odd"}, "arn": "a"}}, "a", 0),
        ({"userIdentity": {"arn": "a"}, "errorCode": "AccessDenied"}, "a", 1),
        ({"userIdentity": {"arn": "a"}, "errorCode": "AccessDeniedException"}, "a", 1),
        ({"userIdentity": {"arn": "a"}, "errorCode": "DisabledException"}, "a", 0),
        ("{not json", "session", 0),
        ("[]", "session", 0),
    ],
)
def test_who_called_is_told_from_whatever_the_record_says(record, by, denied):
    with simulated.serve("888899990001") as served:
        served.fakes["cloudtrail"].events["eu-west-1"] += [used(1, record)]
        evidence = collect(served.endpoint, "888899990001", KeyUse, regions=("eu-west-1",))
    (found,) = evidence.of(KeyUse)
    assert (found.by, found.denied, found.key) == (by, denied, "")


def test_a_key_is_named_by_its_arn_however_the_event_names_it():
    key = "AWS::KMS::Key"
    other = [{"ResourceType": "AWS::KMS::Alias", "ResourceName": "alias/x"}]
    with simulated.serve("888899990002") as served:
        served.fakes["cloudtrail"].events["eu-west-1"] += [
            used(1, {}, Resources=[{"ResourceType": key, "ResourceName": "1234"}, *other]),
            used(2, {}, Resources=[{"ResourceType": key, "ResourceName": "arn:aws:kms:x"}]),
        ]
        evidence = collect(served.endpoint, "888899990002", KeyUse, regions=("eu-west-1",))
    keys = {use.key for use in evidence.of(KeyUse)}
    assert keys == {"arn:aws:kms:eu-west-1:888899990002:key/1234", "arn:aws:kms:x"}


def test_a_region_without_an_event_holds_no_row():
    with simulated.serve("888899990003") as served:
        evidence = collect(served.endpoint, "888899990003", KeyUse, regions=("eu-west-1",))
    assert not evidence.of(KeyUse) and reasons(evidence, KeyUse) == set()


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
