"""The collectors of AWS Config against the simulated company."""

from __future__ import annotations

from typing import ClassVar

import pytest
from collecting import collect, reasons, row
from moto.config.models import MANAGED_RULES_CONSTRAINTS

from wa_kit import simulated
from wa_kit.evidence.config import MANAGED_RULES, ConfigRecorder, ConfigRule, config_rules

ACCOUNT = "777788889991"
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        simulated.found(served)
        config = served.client("config", "eu-west-1")
        for number in range(30):  # more than Config takes in one question
            made = {"Owner": "AWS", "SourceIdentifier": "ENCRYPTED_VOLUMES"}
            rule = {"ConfigRuleName": f"volumes-{number}", "Source": made}
            config.put_config_rule(ConfigRule=rule | {"InputParameters": '{"kmsId": "k"}'})
        other = {"Owner": "AWS", "SourceIdentifier": "IAM_PASSWORD_POLICY"}
        config.put_config_rule(ConfigRule={"ConfigRuleName": "passwords", "Source": other})
        yield served


def rules(estate, **more):
    return collect(estate.endpoint, ACCOUNT, ConfigRule, regions=REGIONS, **more)


def test_a_recorder_says_whether_it_records_and_a_region_without_has_no_row(estate):
    found = collect(estate.endpoint, ACCOUNT, ConfigRecorder, regions=REGIONS).of(ConfigRecorder)
    assert {r.region: r.recording for r in found} == {"eu-west-1": True, "eu-central-1": False}
    assert {(r.last_status, r.made_by, r.error) for r in found} == {("SUCCESS", None, "")}
    assert all(r.status_changed for r in found)


def test_a_denied_status_leaves_the_recorder_standing(estate):
    with estate.deny("config:DescribeConfigurationRecorderStatus"):
        evidence = collect(estate.endpoint, ACCOUNT, ConfigRecorder, regions=REGIONS)
    found = evidence.of(ConfigRecorder)
    assert len(found) == 2
    unread = {"recording", "last_status", "status_changed", "error"}
    assert all(set(recorder.unread) == unread for recorder in found)


def test_rules_on_encryption_are_kept_with_what_they_found_and_what_mends_it(estate):
    evidence = rules(estate)
    assert len(evidence.of(ConfigRule)) == 38
    buckets = row(evidence, ConfigRule, "buckets-on-kms")
    assert (buckets.identifier, buckets.compliance) == (
        "S3_DEFAULT_ENCRYPTION_KMS",
        "NON_COMPLIANT",
    )
    assert buckets.failing == [
        "AWS::S3::Bucket kestrel-access-logs",
        "AWS::S3::Bucket kestrel-contracts",
    ]
    assert (buckets.failing_more, buckets.parameters, buckets.in_force) == (False, False, True)
    assert (buckets.remediation, buckets.runbook) == ("automatic", "AWS-EnableS3BucketEncryption")
    assert row(evidence, ConfigRule, "keys-turn").remediation == "manual"
    volumes = row(evidence, ConfigRule, "volumes-29")
    assert (volumes.parameters, volumes.remediation, volumes.failing) == (True, "none", [])


class Canned:
    """A reader of one rule of one's own: moto takes none without a function behind it."""

    account, region = ACCOUNT, "us-east-1"
    rule: ClassVar = {
        "ConfigRuleName": "ours",
        "ConfigRuleArn": "arn:aws:config:us-east-1:777788889991:config-rule/config-rule-1",
        "ConfigRuleState": "ACTIVE",
        "CreatedBy": "config-conforms.amazonaws.com",
        "Source": {"Owner": "CUSTOM_POLICY"},
        "Scope": {"ComplianceResourceTypes": ["AWS::S3::Bucket"]},
    }

    def pages(self, service, operation, key, **asked):
        return iter([self.rule] if key == "ConfigRules" else [])

    def each(self, items, ask):
        return map(ask, items)


def test_a_rule_of_ones_own_is_kept_without_a_guess_at_what_it_asks():
    (ours,) = config_rules(Canned())
    assert (ours.identifier, ours.resource_types) == ("", ["AWS::S3::Bucket"])
    assert (ours.compliance, ours.made_by) == ("", "config-conforms.amazonaws.com")


def test_the_rules_that_are_known_are_those_of_aws():
    assert set(MANAGED_RULES) <= set(MANAGED_RULES_CONSTRAINTS)


def test_only_the_rules_that_found_fault_are_asked_about_it(estate):
    calls: list[str] = []
    rules(estate, calls=calls)
    assert calls.count("config:GetComplianceDetailsByConfigRule") == 5
    assert calls.count("config:DescribeComplianceByConfigRule") == 2
    assert calls.count("config:DescribeRemediationConfigurations") == 2


@pytest.mark.parametrize(
    ("operation", "unread"),
    [
        ("config:DescribeComplianceByConfigRule", {"compliance", "failing", "failing_more"}),
        ("config:GetComplianceDetailsByConfigRule", {"failing", "failing_more"}),
        ("config:DescribeRemediationConfigurations", {"remediation", "runbook"}),
    ],
)
def test_a_denied_detail_leaves_the_rule_standing(estate, operation, unread):
    with estate.deny(operation):
        evidence = rules(estate)
    assert set(row(evidence, ConfigRule, "databases-sealed").unread) == unread
    assert reasons(evidence, ConfigRule) == set()


def test_a_long_list_of_faults_is_cut_and_says_so(estate):
    fake = estate.fakes["config"]
    for number in range(101):
        kind, volume = "AWS::EC2::Volume", f"vol-{number:03d}"
        fake.add_detail("eu-west-1", "volumes-0", kind, volume, "NON_COMPLIANT")
    fake.compliance["eu-west-1", "volumes-0"] = "NON_COMPLIANT"
    many = row(rules(estate), ConfigRule, "volumes-0")
    assert (len(many.failing), many.failing_more) == (100, True)


def test_denied_rules_are_a_look_that_failed(estate):
    with estate.deny("config:DescribeConfigRules"):
        assert reasons(rules(estate), ConfigRule) == {"denied"}


def test_the_rules_that_are_known_ask_for_levels_that_are_known():
    assert {rule.asks for rule in MANAGED_RULES.values()} == {
        "",
        "owned",
        "aws-managed",
        "customer",
    }
