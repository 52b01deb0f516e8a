"""Checks on secrets: every branch of each rule, on literal rows."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from test_checks_kms import AWS_KEY, KEY
from tools import ACCOUNT, DENIED, HERE, NOW, REGION, arn, finding, outcome

from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.secretsmanager import Secret

OTHER = "999988887777"
AWS_ALIAS = "alias/aws/secretsmanager"
SECRET = Secret(
    **HERE,
    arn=arn("secretsmanager", "secret:db-AbCdEf"),
    name="db",
    tags={},
    encryption="kms",
    kms_key=AWS_ALIAS,
    owner="",
    primary_region=None,
    deleted=None,
    rotates=True,
    rotation_days=30,
    last_rotated=NOW,
    policy=None,
)
PII = replace(SECRET, tags={"DataClassification": "pii"})


def shared_with(principal, **condition):
    statement = {"Effect": "Allow", "Principal": principal, "Resource": "*"}
    statement |= {"Action": "secretsmanager:GetSecretValue"}
    statement |= {"Condition": condition} if condition else {}
    return replace(SECRET, policy=json.dumps({"Statement": [statement]}))


@pytest.mark.parametrize(
    ("secret", "keys", "expected", "level"),
    [
        (SECRET, [], "pass", "aws-managed"),  # no key named is not "unencrypted"
        (replace(SECRET, kms_key=KEY.arn), [KEY], "pass", "customer"),
        (replace(SECRET, kms_key=AWS_KEY.arn), [AWS_KEY], "pass", "aws-managed"),
        (PII, [], "fail", "aws-managed"),
        (replace(PII, kms_key=KEY.arn), [KEY], "pass", "customer"),
        # wrong_verdicts 14
        (replace(PII, kms_key=arn("kms", "key/x", account=OTHER)), [], "pass", "customer"),
        (replace(PII, kms_key=KEY.arn), [replace(KEY, state="Disabled")], "fail", "unusable"),
        (replace(SECRET, tags={"Classification": "C3"}), [], "unknown", "aws-managed"),
        (replace(PII, owner="rds"), [], "not_applicable", "aws-managed"),
        (replace(PII, owner="rds", kms_key=KEY.arn), [KEY], "not_applicable", "customer"),
        (shared_with({"AWS": OTHER}), [], "fail", "aws-managed"),
        (shared_with("*"), [], "fail", "aws-managed"),
        (
            replace(shared_with({"AWS": OTHER}), tags={"Classification": "C3"}),
            [],
            "fail",
            "aws-managed",
        ),
        (replace(shared_with({"AWS": OTHER}), kms_key=KEY.arn), [KEY], "pass", "customer"),
        (shared_with({"AWS": f"arn:aws:iam::{ACCOUNT}:role/App"}), [], "pass", "aws-managed"),
        (
            shared_with("*", StringEquals={"aws:PrincipalAccount": ACCOUNT}),
            [],
            "pass",
            "aws-managed",
        ),
        (replace(SECRET, policy=DENIED), [], "unknown", None),
        (replace(SECRET, policy="?"), [], "unknown", None),
        (replace(PII, policy=DENIED), [], "fail", "aws-managed"),
        (replace(SECRET, tags=DENIED), [], "unknown", None),
        (replace(SECRET, kms_key=DENIED), [], "unknown", None),
        (replace(SECRET, kms_key=KEY.arn), [KmsKey.hidden(DENIED, **HERE, arn=KEY.arn)],
         "unknown", None),
    ],
)  # fmt: skip
def test_secretsmanager_secret_key_level(secret, keys, expected, level):
    found = finding("secretsmanager_secret_key_level", secret, *keys)
    assert (found.outcome.value, found.level) == (expected, level)


def test_a_secret_under_a_key_of_a_denied_table_is_unknown():
    secret = replace(SECRET, kms_key=KEY.arn)
    assert outcome("secretsmanager_secret_key_level", secret, denied=[KmsKey]) == "unknown"


def test_a_useless_sharing_is_explained():
    found = finding("secretsmanager_secret_key_level", shared_with({"AWS": OTHER}))
    assert found.because == (
        f"its policy lets in account {OTHER}, but other accounts can never use the AWS managed key "
        "it is encrypted with"
    )


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        (SECRET, "pass"),
        (replace(SECRET, rotation_days=None, last_rotated=None), "pass"),
        (replace(SECRET, rotates=False), "fail"),
        (replace(SECRET, rotates=False, owner="rds"), "not_applicable"),
        (replace(SECRET, rotates=False, deleted=NOW), "not_applicable"),
        (replace(SECRET, rotates=False, primary_region="us-east-1"), "not_applicable"),
        (replace(SECRET, rotates=False, primary_region=REGION), "fail"),
        (replace(SECRET, rotates=DENIED), "unknown"),
        (replace(SECRET, owner=DENIED), "unknown"),
    ],
)
def test_secretsmanager_rotation_enabled(secret, expected):
    assert outcome("secretsmanager_rotation_enabled", secret) == expected


def test_a_rotation_is_quoted():
    found = finding("secretsmanager_rotation_enabled", SECRET)
    assert found.because == "it rotates every 30 days, last on 2026-11-01"
