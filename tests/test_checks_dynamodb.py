"""Checks on DynamoDB: every branch of each rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_checks_s3 import AWSS, OURS
from tools import CONTEXT, DENIED, HERE, arn, finding, outcome

from wa_kit.evidence.dynamodb import DynamoTable
from wa_kit.evidence.kms import KmsKey

AWS_KEY = replace(
    AWSS, arn=arn("kms", "key/ddb"), name="alias/aws/dynamodb", aliases=["alias/aws/dynamodb"]
)
TABLE = DynamoTable(
    **HERE,
    arn=arn("dynamodb", "table/orders"),
    name="orders",
    tags={},
    encryption="owned",
    kms_key=None,
    status="ACTIVE",
    point_in_time=True,
    recovery_days=35,
)
PII = {"tags": {"DataClassification": "pii"}}
CONFIDENTIAL = {"tags": {"DataClassification": "confidential"}}
UNDER_AWS_KEY = {"encryption": "kms", "kms_key": AWS_KEY.arn}
UNDER_OURS = {"encryption": "kms", "kms_key": OURS.arn}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("pass", "owned")),  # never "unencrypted"
        (CONFIDENTIAL, ("fail", "owned")),
        (CONFIDENTIAL | UNDER_AWS_KEY, ("pass", "aws-managed")),
        (PII, ("fail", "owned")),
        (PII | UNDER_AWS_KEY, ("fail", "aws-managed")),  # wrong_verdicts 9
        (PII | {"encryption": "aws-managed"}, ("fail", "aws-managed")),
        (PII | UNDER_OURS, ("pass", "customer")),
        ({"tags": {"Sensitivity": "C3"}}, ("unknown", "owned")),
        (PII | {"encryption": DENIED, "kms_key": DENIED}, ("unknown", None)),
        ({"tags": DENIED}, ("unknown", None)),
    ],
)
def test_dynamodb_table_encryption_level(changes, expected):
    table = replace(TABLE, **changes)
    found = finding("dynamodb_table_encryption_level", table, AWS_KEY, OURS)
    assert (found.outcome.value, found.level) == expected


def test_a_table_under_a_key_that_nobody_could_read_is_unknown():
    check, table = "dynamodb_table_encryption_level", replace(TABLE, **PII, **UNDER_OURS)
    assert outcome(check, table, denied=[KmsKey]) == "unknown"
    assert outcome(check, table, KmsKey.hidden(DENIED, arn=OURS.arn, **HERE)) == "unknown"


@pytest.mark.parametrize(
    ("changes", "asked_days", "expected"),
    [
        ({}, 1, "pass"),
        ({"recovery_days": None}, 35, "pass"),
        ({"recovery_days": 7}, 7, "pass"),
        ({"recovery_days": 7}, 14, "fail"),
        ({"point_in_time": False, "recovery_days": None}, 1, "fail"),
        ({"point_in_time": False, "tags": {"Backup": "No"}}, 1, "not_applicable"),
        ({"point_in_time": False, "tags": {"Backup": "daily"}}, 1, "fail"),
        ({"recovery_days": 7, "tags": {"backup": "none"}}, 14, "not_applicable"),
        ({"point_in_time": DENIED, "recovery_days": DENIED}, 1, "unknown"),
        ({"point_in_time": False, "tags": DENIED}, 1, "unknown"),
        ({"tags": DENIED}, 1, "pass"),
        ({"encryption": DENIED, "kms_key": DENIED, "status": DENIED}, 1, "pass"),
    ],
)
def test_dynamodb_pitr_enabled(changes, asked_days, expected):
    context = replace(CONTEXT, pitr_days=asked_days)
    assert outcome("dynamodb_pitr_enabled", replace(TABLE, **changes), context=context) == expected


def test_a_table_that_cannot_be_set_back_far_enough_says_how_far():
    context = replace(CONTEXT, pitr_days=14)
    found = finding("dynamodb_pitr_enabled", replace(TABLE, recovery_days=7), context=context)
    assert found.because == "it can be set back 7 days; the workload asks for 14"
