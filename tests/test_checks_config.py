"""Checks on AWS Config: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from test_checks_backup import POINT
from test_checks_dynamodb import TABLE
from test_checks_ec2 import PLAIN, VOLUME
from test_checks_efs import SYSTEM
from test_checks_rds import CLUSTER, INSTANCE
from test_checks_s3 import BUCKET
from test_checks_secretsmanager import SECRET
from tools import CONTEXT, DENIED, HERE, NOW, REGION_ROW, arn, finding, findings, outcome

from wa_kit.evidence.config import ConfigRecorder, ConfigRule
from wa_kit.evidence.ec2 import EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.rds import DbCluster
from wa_kit.model import Inherited

ELSEWHERE = Inherited(account="999988887777", where="the audit account")
INHERITED = replace(CONTEXT, inherited={"config": ELSEWHERE})
RECORDER = ConfigRecorder(
    **HERE,
    arn=arn("config", "configuration-recorder/default"),
    name="default",
    made_by=None,
    recording=True,
    last_status="SUCCESS",
    status_changed=NOW - dt.timedelta(days=9),
    error="",
)
JUST_NOW = NOW - dt.timedelta(minutes=59)
AN_HOUR_AGO = NOW - dt.timedelta(hours=1)


@pytest.mark.parametrize(
    ("recorders", "expected"),
    [
        ([RECORDER], "pass"),
        ([], "fail"),
        ([replace(RECORDER, region="us-east-1")], "fail"),
        ([replace(RECORDER, recording=False)], "fail"),
        ([replace(RECORDER, last_status="FAILURE", error="NoSuchBucket")], "fail"),
        ([replace(RECORDER, last_status="PENDING", status_changed=JUST_NOW)], "pass"),
        ([replace(RECORDER, last_status="PENDING", status_changed=AN_HOUR_AGO)], "fail"),
        ([replace(RECORDER, last_status="PENDING", status_changed=None)], "unknown"),
        ([replace(RECORDER, last_status="")], "unknown"),
        ([replace(RECORDER, made_by="securityhub.amazonaws.com")], "fail"),  # not the customer's
        ([replace(RECORDER, arn="other", made_by="x"), RECORDER], "pass"),
        ([replace(RECORDER, recording=DENIED)], "unknown"),
        ([replace(RECORDER, last_status=DENIED)], "unknown"),
    ],
)
def test_config_recorder_all_regions(recorders, expected):
    assert outcome("config_recorder_all_regions", REGION_ROW, *recorders) == expected


def test_recorders_that_were_denied_are_unknown_not_absent():
    found = finding("config_recorder_all_regions", REGION_ROW, denied=[ConfigRecorder])
    assert (found.outcome.value, found.reason) == ("unknown", "denied")


def test_a_recorder_that_fails_says_with_what_error():
    failing = replace(RECORDER, last_status="FAILURE", error="NoSuchBucket")
    found = finding("config_recorder_all_regions", REGION_ROW, failing)
    assert found.because == (
        "the recorder default is on, but the last recording failed with NoSuchBucket"
    )


@pytest.mark.parametrize(
    "check", ["config_recorder_all_regions", "config_encryption_rules_present"]
)
def test_config_that_another_account_provides_is_no_failure(check):
    found = finding(check, REGION_ROW, VOLUME, context=INHERITED)
    assert found.outcome.value == "not_applicable"
    assert found.because == "provided by account 999988887777: the audit account"


RULE = ConfigRule(
    **HERE,
    arn=arn("config", "config-rule/config-rule-1"),
    name="volumes",
    identifier="ENCRYPTED_VOLUMES",
    state="ACTIVE",
    resource_types=["AWS::EC2::Volume"],
    parameters=False,
    made_by=None,
    compliance="COMPLIANT",
    failing=[],
    failing_more=False,
    remediation="none",
    runbook="",
)
OWN = replace(RULE, arn="own", name="our-rule", identifier="")
MAPPED = replace(CONTEXT, config_rules={"our-rule": "ENCRYPTED_VOLUMES"})
PRESENT = "config_encryption_rules_present"


@pytest.mark.parametrize(
    ("rows", "context", "expected"),
    [
        ([VOLUME, RULE], CONTEXT, "pass"),
        ([VOLUME, replace(RULE, name="securityhub-x", made_by="securityhub")], CONTEXT, "pass"),
        ([VOLUME, replace(RULE, identifier="EC2_EBS_ENCRYPTION_BY_DEFAULT")], CONTEXT, "pass"),
        ([VOLUME, replace(RULE, state="EVALUATING")], CONTEXT, "pass"),
        ([VOLUME, replace(RULE, state="DELETING_RESULTS")], CONTEXT, "pass"),
        ([VOLUME, replace(RULE, state="DELETING")], CONTEXT, "fail"),
        ([VOLUME, replace(RULE, region="us-east-1")], CONTEXT, "fail"),
        ([VOLUME, replace(RULE, identifier="RDS_STORAGE_ENCRYPTED")], CONTEXT, "fail"),
        ([VOLUME], CONTEXT, "fail"),
        ([VOLUME, INSTANCE, RULE], CONTEXT, "fail"),
        ([], CONTEXT, "not_applicable"),
        ([replace(VOLUME, region="us-east-1")], CONTEXT, "not_applicable"),
        ([VOLUME, OWN], CONTEXT, "unknown"),  # nobody has said what it asks
        ([VOLUME, replace(OWN, resource_types=[])], CONTEXT, "unknown"),
        ([VOLUME, replace(OWN, resource_types=["AWS::IAM::User"])], CONTEXT, "fail"),
        ([VOLUME, OWN], MAPPED, "pass"),
    ],
)
def test_config_encryption_rules_present(rows, context, expected):
    assert outcome(PRESENT, REGION_ROW, *rows, context=context) == expected


@pytest.mark.parametrize(
    ("store", "identifier"),
    [
        (BUCKET, "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED"),
        (BUCKET, "S3_DEFAULT_ENCRYPTION_KMS"),
        (INSTANCE, "RDS_STORAGE_ENCRYPTED"),
        (CLUSTER, "RDS_CLUSTER_ENCRYPTED_AT_REST"),
        (TABLE, "DYNAMODB_TABLE_ENCRYPTED_KMS"),
        (SYSTEM, "EFS_ENCRYPTED_CHECK"),
        (SYSTEM, "EFS_FILESYSTEM_CT_ENCRYPTED"),
        (SECRET, "SECRETSMANAGER_USING_CMK"),
        (POINT, "BACKUP_RECOVERY_POINT_ENCRYPTED"),
    ],
)
def test_each_service_is_watched_by_a_rule_of_its_own(store, identifier):
    here = replace(store, region=REGION_ROW.region)
    assert outcome(PRESENT, REGION_ROW, here) == "fail"
    assert outcome(PRESENT, REGION_ROW, here, RULE) == "fail"
    assert outcome(PRESENT, REGION_ROW, here, replace(RULE, identifier=identifier)) == "pass"


def test_a_missing_rule_says_for_which_services_and_an_own_one_asks():
    found = finding(PRESENT, REGION_ROW, VOLUME, INSTANCE, TABLE, RULE)
    assert found.because == "no Config rule watches encryption in DynamoDB and RDS"
    asked = finding(PRESENT, REGION_ROW, VOLUME, OWN)
    assert asked.reason == "no_answer"


def test_what_was_denied_makes_no_pass_and_hides_no_failure():
    assert outcome(PRESENT, REGION_ROW, VOLUME, denied=[ConfigRule]) == "unknown"
    assert outcome(PRESENT, REGION_ROW, VOLUME, RULE, denied=[DbCluster]) == "unknown"
    assert outcome(PRESENT, REGION_ROW, denied=[EbsVolume]) == "unknown"
    assert outcome(PRESENT, REGION_ROW, VOLUME, denied=[DbCluster]) == "fail"
    assert outcome(PRESENT, REGION_ROW, denied=[ConfigRule]) == "not_applicable"


COMPLIANCE = "config_encryption_rules_compliance"
BAD = replace(RULE, compliance="NON_COMPLIANT", failing=["AWS::EC2::Volume vol-1"])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (RULE, "pass"),
        (BAD, "fail"),
        (replace(RULE, compliance="NOT_APPLICABLE"), "not_applicable"),
        (replace(RULE, compliance="INSUFFICIENT_DATA"), "unknown"),
        (replace(RULE, compliance=""), "unknown"),
        (replace(RULE, compliance=DENIED), "unknown"),
        (replace(BAD, failing=DENIED), "unknown"),
        (replace(BAD, failing=[]), "fail"),
        (replace(BAD, state="DELETING"), "not_applicable"),
        (replace(OWN, compliance="NON_COMPLIANT"), "not_applicable"),
    ],
)
def test_config_encryption_rules_compliance(rule, expected):
    assert outcome(COMPLIANCE, rule) == expected


def test_an_own_rule_counts_once_people_say_what_it_asks():
    own = replace(OWN, compliance="NON_COMPLIANT", failing=["AWS::EC2::Volume vol-9"])
    assert outcome(COMPLIANCE, own, context=MAPPED) == "fail"


def test_a_rule_names_what_it_finds_fault_with_but_not_without_end():
    many = [f"AWS::EC2::Volume vol-{n}" for n in range(7)]
    found = finding(COMPLIANCE, replace(BAD, failing=many))
    assert found.because.endswith("vol-0, vol-1, vol-2, vol-3, vol-4 and 2 others")
    assert finding(COMPLIANCE, replace(BAD, failing_more=True)).because.endswith("and others")


OWNED = {"encryption": "owned", "kms_key": None}
CLUSTERS = replace(
    BAD,
    name="clusters",
    identifier="RDS_CLUSTER_ENCRYPTED_AT_REST",
    failing=["AWS::RDS::DBCluster cluster-ABC"],
)
SECRETS = replace(
    BAD,
    identifier="SECRETSMANAGER_USING_CMK",
    failing=[f"AWS::SecretsManager::Secret {SECRET.arn}"],
)
THEIRS = {"encryption": "kms", "kms_key": arn("kms", "key/t", account="999988887777")}


@pytest.mark.parametrize(
    ("rule", "stores", "expected"),
    [
        (BAD, [PLAIN], "fail"),
        (CLUSTERS, [replace(CLUSTER, resource_id="cluster-ABC", **OWNED)], "pass"),  # sse-rds
        (CLUSTERS, [replace(CLUSTER, resource_id="cluster-DEF", **OWNED)], "fail"),
        (CLUSTERS, [replace(CLUSTER, resource_id="cluster-ABC", encryption=DENIED)], "unknown"),
        (SECRETS, [replace(SECRET, **THEIRS)], "pass"),  # wrong_verdicts 14
        (SECRETS, [replace(SECRET, encryption="aws-managed", kms_key=None)], "fail"),
        (replace(SECRETS, parameters=True), [replace(SECRET, **THEIRS)], "fail"),
        (replace(SECRETS, failing_more=True), [replace(SECRET, **THEIRS)], "fail"),
    ],
)
def test_config_does_not_overrule_what_this_review_saw(rule, stores, expected):
    assert outcome(COMPLIANCE, rule, *stores) == expected


def test_a_disagreement_is_reported():
    ours = replace(CLUSTER, resource_id="cluster-ABC", **OWNED)
    found = finding(COMPLIANCE, CLUSTERS, ours)
    assert found.because == (
        "Config finds fault with cluster-ABC alone; this review saw that cluster-ABC is "
        "encrypted as the rule asks"
    )
    both = replace(CLUSTERS, failing=[*CLUSTERS.failing, "AWS::RDS::DBCluster cluster-X"])
    assert finding(COMPLIANCE, both, ours).because == (
        "Config finds fault with cluster-X; this review saw that cluster-ABC is encrypted as "
        "the rule asks"
    )


def test_where_our_own_look_was_denied_config_alone_makes_no_failure():
    assert outcome(COMPLIANCE, CLUSTERS, denied=[DbCluster]) == "unknown"
    under_key = replace(CLUSTER, resource_id="cluster-ABC")
    assert outcome(COMPLIANCE, CLUSTERS, under_key, denied=[KmsKey]) == "unknown"


REMEDIATION = "config_remediation_configured"
KEYS = replace(RULE, identifier="CMK_BACKING_KEY_ROTATION_ENABLED")


@pytest.mark.parametrize(
    ("rule", "context", "expected"),
    [
        (replace(KEYS, remediation="automatic", runbook="Turn"), CONTEXT, "pass"),
        (replace(KEYS, remediation="manual", runbook="Turn"), CONTEXT, "pass"),
        (KEYS, CONTEXT, "fail"),
        (replace(KEYS, identifier="S3_DEFAULT_ENCRYPTION_KMS"), CONTEXT, "fail"),
        (RULE, CONTEXT, "not_applicable"),  # volumes cannot be encrypted in place
        (replace(KEYS, identifier="RDS_STORAGE_ENCRYPTED"), CONTEXT, "not_applicable"),
        (replace(KEYS, identifier="EFS_ENCRYPTED_CHECK"), CONTEXT, "not_applicable"),
        (replace(KEYS, made_by="securityhub.amazonaws.com"), CONTEXT, "not_applicable"),
        (replace(KEYS, state="DELETING"), CONTEXT, "not_applicable"),
        (KEYS, INHERITED, "not_applicable"),
        (OWN, CONTEXT, "not_applicable"),
        (replace(KEYS, remediation=DENIED), CONTEXT, "unknown"),
    ],
)
def test_config_remediation_configured(rule, context, expected):
    assert outcome(REMEDIATION, rule, context=context) == expected


@pytest.mark.parametrize("check", [COMPLIANCE, REMEDIATION])
def test_rules_that_were_denied_are_unknown_not_absent(check):
    found = findings(check, denied=[ConfigRule])
    assert {f.outcome.value for f in found} == {"unknown"}
