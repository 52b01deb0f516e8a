"""Checks on GuardDuty and Macie: every branch of each rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_checks_s3 import BUCKET
from tools import CONTEXT, DENIED, HERE, REGION_ROW, arn, outcome

from wa_kit.evidence.guardduty import Detector
from wa_kit.evidence.macie2 import MacieSession
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.model import Inherited

DETECTOR = Detector(**HERE, arn=arn("guardduty", "detector/d"), name="d", status="ENABLED")
SESSION = MacieSession(**HERE, arn=arn("macie2", "session"), status="ENABLED")
ELSEWHERE = Inherited(account="999988887777", where="the security account")


@pytest.mark.parametrize(
    ("detectors", "context", "expected"),
    [
        ([DETECTOR], CONTEXT, "pass"),
        ([], CONTEXT, "fail"),
        ([replace(DETECTOR, status="DISABLED")], CONTEXT, "fail"),
        ([replace(DETECTOR, region="us-east-1")], CONTEXT, "fail"),
        ([replace(DETECTOR, status=DENIED)], CONTEXT, "unknown"),
        ([], replace(CONTEXT, excused={"guardduty": "Ada: costs"}), "not_applicable"),
        ([], replace(CONTEXT, inherited={"guardduty": ELSEWHERE}), "not_applicable"),
    ],
)
def test_guardduty_enabled(detectors, context, expected):
    assert outcome("guardduty_enabled", REGION_ROW, *detectors, context=context) == expected


def test_denied_detectors_are_unknown_not_absent():
    assert outcome("guardduty_enabled", REGION_ROW, denied=[Detector]) == "unknown"


@pytest.mark.parametrize(
    ("rows", "context", "expected"),
    [
        ([SESSION], CONTEXT, "pass"),
        ([BUCKET], CONTEXT, "fail"),
        ([BUCKET, replace(SESSION, status="PAUSED")], CONTEXT, "fail"),
        ([replace(SESSION, status="PAUSED")], CONTEXT, "not_applicable"),
        ([replace(BUCKET, region="us-east-1")], CONTEXT, "not_applicable"),
        ([BUCKET], replace(CONTEXT, excused={"macie": "Ada: no personal data"}), "not_applicable"),
        ([BUCKET], replace(CONTEXT, inherited={"macie": ELSEWHERE}), "not_applicable"),
    ],
)
def test_macie_enabled(rows, context, expected):
    assert outcome("macie_enabled", REGION_ROW, *rows, context=context) == expected


@pytest.mark.parametrize("table", [MacieSession, S3Bucket])
def test_macie_is_unknown_where_it_or_the_buckets_were_denied(table):
    assert outcome("macie_enabled", REGION_ROW, denied=[table]) == "unknown"
