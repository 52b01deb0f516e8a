"""Checks on S3 buckets: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, CONTEXT, DENIED, HERE, REGION, arn, finding, outcome

from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.macie2 import MacieBucket
from wa_kit.evidence.s3 import ReplicationRule, S3Bucket
from wa_kit.model import Inherited, InventoryReport, NotRead, Reason

OURS = KmsKey(
    **HERE,
    arn=arn("kms", "key/ours"),
    name="alias/data",
    aliases=["alias/data"],
    manager="CUSTOMER",
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    usage="ENCRYPT_DECRYPT",
    origin="AWS_KMS",
    multi_region=None,
    primary_region=None,
    replica_regions=[],
    created=dt.datetime(2025, 1, 1, tzinfo=dt.UTC),
    deletion_date=None,
    rotates=True,
    rotation_days=365,
    next_rotation=None,
    policy="{}",
    tags={},
)
AWSS = replace(
    OURS, arn=arn("kms", "key/awss"), name="alias/aws/s3", aliases=["alias/aws/s3"], manager="AWS"
)
FOREIGN = arn("kms", "key/theirs", account="999988887777")
BUCKET = S3Bucket(
    **HERE,
    arn="arn:aws:s3:::beans",
    name="beans",
    tags={"DataClassification": "pii"},
    encryption="kms",
    kms_key=OURS.arn,
    algorithm="aws:kms",
    bucket_key=True,
    blocked=["SSE-C"],
    policy=None,
    replication=[],
    inventories=[],
)
PLAIN_S3 = replace(BUCKET, encryption="owned", kms_key=None, algorithm="AES256")
NO_NAME = replace(BUCKET, encryption="aws-managed", kms_key=None)
NO_DEFAULT = replace(
    PLAIN_S3, algorithm=None, encryption=NotRead(Reason.NOT_KNOWABLE, "s3:GetBucketEncryption")
)
UNTAGGED = {"tags": {}}
CONFIDENTIAL = {"tags": {"Classification": "Confidential"}}
STRANGE = {"tags": {"Sensitivity": "C3"}}


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(principal: object) -> str:
    return policy(
        {
            "Effect": "Allow",
            "Principal": principal,
            "Action": "s3:PutObject",
            "Resource": "arn:aws:s3:::beans/logs/*",
        }
    )


# --- the default ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (PLAIN_S3, ("pass", "owned")),
        (NO_NAME, ("pass", "aws-managed")),
        (replace(BUCKET, algorithm="aws:kms:dsse"), ("pass", "customer")),
        (replace(BUCKET, kms_key=AWSS.arn), ("pass", "aws-managed")),
        (replace(BUCKET, kms_key="alias/data"), ("pass", "customer")),
        (replace(BUCKET, kms_key=FOREIGN), ("pass", "customer")),
        (NO_DEFAULT, ("unknown", None)),  # never a fail: AWS gives no such answer any more
        (replace(BUCKET, algorithm=DENIED, encryption=DENIED), ("unknown", None)),  # wrong 7
    ],
)
def test_s3_bucket_default_encryption(bucket, expected):
    found = finding("s3_bucket_default_encryption", bucket, OURS, AWSS)
    assert (found.outcome.value, found.level) == expected


def test_a_default_that_s3_does_not_name_is_nothing_that_a_permission_cures():
    assert finding("s3_bucket_default_encryption", NO_DEFAULT).reason is Reason.NOT_KNOWABLE


def test_the_default_under_a_key_of_a_denied_key_table_is_unknown():
    found = finding("s3_bucket_default_encryption", BUCKET, denied=[KmsKey])
    assert (found.outcome.value, found.action) == ("unknown", DENIED.action)


# --- its key --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (BUCKET, "pass"),
        (replace(BUCKET, algorithm="aws:kms:dsse"), "pass"),
        (replace(BUCKET, kms_key=FOREIGN), "pass"),
        (replace(BUCKET, kms_key=AWSS.arn), "fail"),  # wrong_verdicts 7: KMS, yet AWS's own key
        (replace(BUCKET, kms_key="alias/aws/s3"), "fail"),
        (NO_NAME, "fail"),
        (PLAIN_S3, "fail"),
        (replace(BUCKET, kms_key=arn("kms", "key/gone")), "fail"),
        (replace(PLAIN_S3, **UNTAGGED), "not_applicable"),
        (replace(PLAIN_S3, **CONFIDENTIAL), "fail"),
        (replace(NO_NAME, **CONFIDENTIAL), "pass"),
        (replace(BUCKET, **STRANGE), "unknown"),
        (NO_DEFAULT, "unknown"),
        (replace(BUCKET, encryption=DENIED, kms_key=DENIED, algorithm=DENIED), "unknown"),
        (replace(BUCKET, tags=DENIED), "unknown"),
    ],
)
def test_s3_bucket_sse_kms_cmk(bucket, expected):
    assert outcome("s3_bucket_sse_kms_cmk", bucket, OURS, AWSS) == expected


def test_a_key_that_is_disabled_is_no_customer_key_in_force():
    disabled = replace(OURS, state="Disabled")
    assert outcome("s3_bucket_sse_kms_cmk", BUCKET, disabled) == "fail"


@pytest.mark.parametrize(
    ("key", "denied"),
    [(KmsKey.hidden(DENIED, arn=OURS.arn, **HERE), []), (AWSS, [KmsKey])],
    ids=["its key", "all keys"],
)
def test_a_bucket_whose_key_was_denied_is_unknown(key, denied):
    assert outcome("s3_bucket_sse_kms_cmk", BUCKET, key, denied=denied) == "unknown"


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ({"Service": "logging.s3.amazonaws.com"}, "not_applicable"),
        ({"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "not_applicable"),
        ({"AWS": "arn:aws:iam::156460612806:root"}, "not_applicable"),  # load balancers of Ireland
        ({"Service": "delivery.logs.amazonaws.com"}, "fail"),  # network ones do take a key
        ({"AWS": "arn:aws:iam::999988887777:root"}, "fail"),
    ],
)
def test_buckets_that_take_logs_which_no_kms_key_may_protect(principal, expected):
    bucket = replace(PLAIN_S3, policy=allow(principal))
    assert outcome("s3_bucket_sse_kms_cmk", bucket) == expected


def test_whether_a_bucket_takes_logs_is_unknown_without_its_policy():
    assert outcome("s3_bucket_sse_kms_cmk", replace(PLAIN_S3, policy=DENIED)) == "unknown"
    assert outcome("s3_bucket_sse_kms_cmk", replace(BUCKET, policy=DENIED), OURS) == "pass"


def test_a_policy_that_nobody_understands_excuses_nothing():
    assert outcome("s3_bucket_sse_kms_cmk", replace(PLAIN_S3, policy='{"a": 1}')) == "fail"


# --- what may override it -------------------------------------------------------------------

ALGORITHM = "s3:x-amz-server-side-encryption"
KEY = "s3:x-amz-server-side-encryption-aws-kms-key-id"


def deny(condition: dict[str, object] | None, **other: object) -> dict[str, object]:
    statement: dict[str, object] = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::beans/*",
    }
    return statement | ({"Condition": condition} if condition else {}) | other


WRONG_ALGORITHM = deny({"StringNotEquals": {ALGORITHM: "aws:kms"}})
WRONG_KEY = deny({"StringNotEquals": {KEY: OURS.arn}})
WRONG_KMS_KEY = deny({"StringNotEquals": {KEY: OURS.arn}, "StringLike": {ALGORITHM: "aws:kms*"}})
FRIENDLY = deny({"StringNotEquals": {ALGORITHM: "aws:kms"}, "Null": {ALGORITHM: "false"}})
CHECK = "s3_bucket_denies_unencrypted_or_wrong_key_put"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([WRONG_ALGORITHM, WRONG_KEY], "pass"),
        ([FRIENDLY, WRONG_KEY], "pass"),
        ([WRONG_ALGORITHM, WRONG_KMS_KEY], "pass"),
        ([WRONG_KEY], "pass"),  # a put of SSE-S3 names no key, and so not ours
        ([deny(None)], "pass"),  # nobody may put anything
        (
            [
                deny({"StringNotEquals": {ALGORITHM.upper(): ["aws:kms"]}}, Action=["S3:put*"]),
                deny({"StringNotEqualsIfExists": {KEY.upper(): OURS.arn}}, Action="*"),
            ],
            "pass",
        ),
        ([], "fail"),
        ([WRONG_KMS_KEY], "fail"),  # lets SSE-S3 through
        ([FRIENDLY, deny({"StringNotEquals": {KEY: OURS.arn}, "Null": {KEY: "false"}})], "fail"),
        ([WRONG_ALGORITHM], "fail"),  # says nothing of the key
        ([WRONG_KMS_KEY, deny({"Null": {ALGORITHM: "true"}})], "fail"),  # only asks for the header
        ([deny({"Null": {ALGORITHM: "true"}})], "fail"),
        (
            [FRIENDLY | {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:role/app"}}, WRONG_KMS_KEY],
            "fail",
        ),
        ([WRONG_ALGORITHM | {"Resource": "arn:aws:s3:::beans/in/*"}, WRONG_KMS_KEY], "fail"),
        (
            [
                {k: v for k, v in WRONG_ALGORITHM.items() if k != "Principal"}
                | {"NotPrincipal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
                WRONG_KMS_KEY,
            ],
            "fail",
        ),
        (
            [
                {k: v for k, v in WRONG_ALGORITHM.items() if k != "Action"}
                | {"NotAction": "s3:Put*"},
                WRONG_KMS_KEY,
            ],
            "fail",
        ),
        ([WRONG_ALGORITHM, deny({"StringNotEquals": {KEY: AWSS.arn}})], "fail"),  # AWS's own key
    ],
)
def test_s3_bucket_denies_puts_that_override(statements, expected):
    bucket = replace(BUCKET, policy=policy(*statements) if statements else None)
    assert outcome(CHECK, bucket, OURS, AWSS) == expected


@pytest.mark.parametrize(
    ("principal", "bucket", "expected"),
    [
        ("logging.s3.amazonaws.com", PLAIN_S3, "not_applicable"),  # the Deny would end the logs
        ("logging.s3.amazonaws.com", BUCKET, "fail"),  # under KMS, no logs arrive anyway
        ("delivery.logs.amazonaws.com", PLAIN_S3, "fail"),  # these do take a key
        ("logging.s3.amazonaws.com", replace(PLAIN_S3, encryption=DENIED), "unknown"),
    ],
)
def test_puts_of_logs_that_no_kms_key_may_protect_need_no_deny(principal, bucket, expected):
    taking = replace(bucket, policy=allow({"Service": principal}))
    assert outcome(CHECK, taking, OURS) == expected


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (replace(BUCKET, **UNTAGGED), "not_applicable"),  # nothing can go below SSE-S3
        (replace(BUCKET, **STRANGE), "unknown"),
        (replace(BUCKET, policy=DENIED), "unknown"),
        (replace(BUCKET, tags=DENIED), "unknown"),
        (replace(BUCKET, policy='{"Statement": 5}'), "unknown"),
        (replace(BUCKET, **CONFIDENTIAL, policy=policy(WRONG_ALGORITHM)), "pass"),  # any KMS key
        (replace(BUCKET, **CONFIDENTIAL), "fail"),
    ],
)
def test_what_the_classification_asks_of_a_bucket_policy(bucket, expected):
    assert outcome(CHECK, bucket) == expected


def test_a_policy_that_names_a_key_nobody_could_read_is_unknown():
    bucket = replace(BUCKET, policy=policy(WRONG_ALGORITHM, WRONG_KEY))
    assert outcome(CHECK, bucket, denied=[KmsKey]) == "unknown"


def test_a_guardrail_of_the_organization_stands_in_for_the_bucket_policy():
    given = Inherited(account="999988887777", where="SCP deny-other-encryption")
    context = replace(CONTEXT, inherited={"guardrails": given})
    found = finding(CHECK, BUCKET, context=context)
    assert found.outcome.value == "not_applicable"
    assert found.because == "provided by account 999988887777: SCP deny-other-encryption"
    own = replace(BUCKET, policy=policy(WRONG_ALGORITHM, WRONG_KEY))
    assert outcome(CHECK, own, OURS, context=context) == "pass"


def test_an_open_bucket_policy_says_what_a_put_may_ask_for():
    assert finding(CHECK, BUCKET).because == (
        "it has no policy, which lets a put ask for SSE-S3 and for another key"
    )


# --- replicas -------------------------------------------------------------------------------

RULE = ReplicationRule(
    rule_id="all",
    enabled=True,
    to_bucket="arn:aws:s3:::beans-copy",
    to_region="us-east-1",
    kms_objects=True,
    replica_key=arn("kms", "key/copy", "us-east-1"),
)


@pytest.mark.parametrize(
    ("changes", "rules", "expected"),
    [
        ({}, [RULE], "pass"),
        ({}, [], "not_applicable"),
        ({}, [replace(RULE, enabled=False, kms_objects=False)], "not_applicable"),
        ({}, [replace(RULE, kms_objects=False)], "fail"),  # silently not replicated
        ({}, [replace(RULE, replica_key=None)], "fail"),
        ({}, [RULE, replace(RULE, rule_id="some", kms_objects=False)], "fail"),
        ({}, [replace(RULE, replica_key=arn("kms", "key/copy"))], "fail"),  # another Region
        ({}, [replace(RULE, replica_key=arn("kms", "key/mrk-1"))], "fail"),  # still by ARN there
        ({}, [replace(RULE, replica_key="mrk-1")], "fail"),
        ({}, [replace(RULE, replica_key=arn("kms", "alias/copy", "us-east-1"))], "pass"),
        ({}, [replace(RULE, to_region=None)], "unknown"),  # a bucket that is not ours
        ({}, [replace(RULE, to_region=None), replace(RULE, kms_objects=False)], "fail"),
        ({"encryption": "owned", "kms_key": None, **UNTAGGED}, [RULE], "not_applicable"),
        ({"encryption": "owned", "kms_key": None, **STRANGE}, [RULE], "unknown"),
        ({"encryption": "owned", "kms_key": None}, [replace(RULE, replica_key=None)], "fail"),
        ({"encryption": "aws-managed", "kms_key": None, **UNTAGGED}, [RULE], "pass"),
        ({"encryption": DENIED}, [RULE], "unknown"),
    ],
)
def test_s3_replication_destination_kms(changes, rules, expected):
    bucket = replace(BUCKET, replication=rules, **changes)
    assert outcome("s3_replication_destination_kms", bucket) == expected


def test_a_denied_replication_is_not_no_replication():
    bucket = replace(BUCKET, replication=DENIED)
    assert outcome("s3_replication_destination_kms", bucket) == "unknown"


# --- the objects that lie there -------------------------------------------------------------

COUNTED = MacieBucket(
    **HERE,
    arn=BUCKET.arn,
    name="beans",
    as_of=dt.datetime(2026, 10, 31, 8, tzinfo=dt.UTC),
    error=None,
    objects=10,
    unencrypted=0,
    unknown=0,
    s3_managed=0,
    kms=10,
    customer_provided=0,
)
OBJECTS = "s3_existing_objects_encryption"


@pytest.mark.parametrize(
    ("changes", "counted", "expected"),
    [
        ({}, COUNTED, "pass"),
        ({}, replace(COUNTED, unencrypted=3, kms=7), "fail"),
        ({}, replace(COUNTED, s3_managed=3, kms=7), "fail"),  # below what pii asks for
        ({}, replace(COUNTED, customer_provided=1, kms=9), "fail"),  # SSE-C
        (UNTAGGED, replace(COUNTED, s3_managed=10, kms=0), "pass"),
        (STRANGE, replace(COUNTED, s3_managed=10, kms=0), "unknown"),
        (STRANGE, COUNTED, "pass"),
        ({}, replace(COUNTED, unknown=2, kms=8), "unknown"),
        ({}, replace(COUNTED, unknown=2, unencrypted=1, kms=7), "fail"),
        ({}, replace(COUNTED, objects=0, kms=0), "not_applicable"),
        ({}, replace(COUNTED, error="ACCESS_DENIED", objects=None, unencrypted=None), "unknown"),
        ({"tags": DENIED}, replace(COUNTED, unencrypted=1), "fail"),
        ({"tags": DENIED}, replace(COUNTED, s3_managed=1), "unknown"),
    ],
)
def test_s3_existing_objects_encryption(changes, counted, expected):
    assert outcome(OBJECTS, replace(BUCKET, **changes), counted) == expected


def test_a_count_is_dated_and_does_not_claim_to_know_the_key():
    assert finding(OBJECTS, BUCKET, COUNTED).because == (
        "all 10 objects are encrypted, as Macie counted on 2026-10-31; "
        "which KMS key each is under, Macie does not say"
    )


def test_without_macie_or_inventory_nobody_can_know_and_the_finding_says_what_would_help():
    found = finding(OBJECTS, BUCKET)
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NOT_KNOWABLE)
    assert "EncryptionStatus" in found.because
    listed = finding(OBJECTS, replace(BUCKET, inventories=["weekly"]))
    assert (listed.reason, "weekly" in listed.because) == (Reason.NOT_KNOWABLE, True)


def test_a_denied_macie_is_a_missing_permission_and_not_a_missing_macie():
    found = finding(OBJECTS, BUCKET, denied=[MacieBucket])
    assert (found.reason, found.action) == (Reason.DENIED, DENIED.action)
    assert outcome(OBJECTS, BUCKET, COUNTED, denied=[MacieBucket]) == "pass"  # it was seen


@pytest.mark.parametrize(
    ("report", "others", "expected"),
    [
        (InventoryReport(as_of=dt.date(2026, 10, 1), unencrypted=0), [], "pass"),
        (InventoryReport(as_of=dt.date(2026, 10, 1), unencrypted=4), [], "fail"),
        (InventoryReport(as_of=dt.date(2026, 10, 1), unencrypted=0, below_level=2), [], "fail"),
        (
            InventoryReport(as_of=dt.date(2026, 10, 1), unencrypted=0),
            [replace(COUNTED, unknown=10, kms=0)],
            "pass",
        ),
        (
            InventoryReport(as_of=dt.date(2026, 10, 1), unencrypted=0),
            [replace(COUNTED, unencrypted=1)],
            "fail",
        ),
    ],
)
def test_what_people_read_in_an_inventory_counts_where_macie_cannot_tell(report, others, expected):
    context = replace(CONTEXT, inventory_reports={"beans": report})
    assert outcome(OBJECTS, BUCKET, *others, context=context) == expected


def test_the_line_that_shows_macies_count_is_one_that_a_shell_understands():
    assert finding(OBJECTS, BUCKET, COUNTED).see == (
        f"aws macie2 describe-buckets --region {REGION} "
        """--criteria '{"bucketName":{"eq":["'beans'"]}}'"""
    )


def test_a_bucket_of_unknown_region_is_unknown_everywhere():
    bucket = S3Bucket.hidden(DENIED, arn=BUCKET.arn, account=ACCOUNT, region="global", name="beans")
    checks = ("s3_bucket_default_encryption", "s3_bucket_sse_kms_cmk", CHECK, OBJECTS)
    for check in (*checks, "s3_replication_destination_kms"):
        found = finding(check, bucket, OURS)
        assert (found.outcome.value, found.action) == ("unknown", DENIED.action), check
