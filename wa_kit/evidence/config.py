"""What AWS Config tells us: recorders, its rules on encryption, what they found, what mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.model import NotRead, Reason, Row


class ConfigRecorder(Row, frozen=True, kw_only=True):
    """One recorder; a region has at most one of the customer's own."""

    resource_type = "AWS::Config::ConfigurationRecorder"
    service = "Config"
    see = "aws configservice describe-configuration-recorder-status --region {region}"

    made_by: str | None  # the AWS service whose own recorder it is
    recording: bool
    last_status: str  # SUCCESS, PENDING, FAILURE; empty where AWS gives none
    status_changed: dt.datetime | None
    error: str


_STATUS = "config:DescribeConfigurationRecorderStatus"


@collects(ConfigRecorder, "config:DescribeConfigurationRecorders", _STATUS)
def config_recorders(aws: Reader) -> Iterator[ConfigRecorder]:
    listed = list(aws.pages("config", "describe_configuration_recorders", "ConfigurationRecorders"))
    statuses = attempt(lambda: _statuses(aws)) if listed else {}
    for recorder in listed:
        name = recorder["name"]
        yield ConfigRecorder(
            arn=recorder.get("arn") or aws.arn("config", f"configuration-recorder/{name}"),
            account=aws.account,
            region=aws.region,
            name=name,
            made_by=recorder.get("servicePrincipal"),
            **_state(statuses, name),
        )


def _statuses(aws: Reader) -> dict[str, Any]:
    listed = aws.pages(
        "config", "describe_configuration_recorder_status", "ConfigurationRecordersStatus"
    )
    return {status["name"]: status for status in listed}


def _state(statuses: dict[str, Any] | NotRead, name: str) -> dict[str, Any]:
    if not isinstance(statuses, NotRead) and name not in statuses:
        statuses = NotRead(Reason.MALFORMED, _STATUS, _STATUS, f"it says nothing of {name}")
    if isinstance(statuses, NotRead):
        return dict.fromkeys(("recording", "last_status", "status_changed", "error"), statuses)
    status = statuses[name]
    return {
        "recording": status["recording"],
        "last_status": status.get("lastStatus", "").upper(),
        "status_changed": status.get("lastStatusChangeTime"),
        "error": status.get("lastErrorCode", ""),
    }


class ManagedRule(msgspec.Struct, frozen=True):
    """What one of AWS's managed rules looks at.

    ``asks`` is the level of protection it asks for, empty where it is about something else;
    ``in_place`` whether what it finds can be changed where it is, without a new copy.
    """

    looks_at: str  # CloudFormation type
    asks: Literal["", "owned", "aws-managed", "customer"] = ""
    in_place: bool = True


MANAGED_RULES = {
    "S3_BUCKET_SERVER_SIDE_ENCRYPTION_ENABLED": ManagedRule("AWS::S3::Bucket", "owned"),
    "S3_DEFAULT_ENCRYPTION_KMS": ManagedRule("AWS::S3::Bucket", "aws-managed"),
    "ENCRYPTED_VOLUMES": ManagedRule("AWS::EC2::Volume", "owned", False),
    "EC2_EBS_ENCRYPTION_BY_DEFAULT": ManagedRule("AWS::EC2::Volume"),
    "RDS_STORAGE_ENCRYPTED": ManagedRule("AWS::RDS::DBInstance", "owned", False),
    "RDS_CLUSTER_ENCRYPTED_AT_REST": ManagedRule("AWS::RDS::DBCluster", "owned", False),
    "RDS_SNAPSHOT_ENCRYPTED": ManagedRule("AWS::RDS::DBSnapshot", "owned", False),
    "AURORA_GLOBAL_DATABASE_ENCRYPTION_AT_REST": ManagedRule(
        "AWS::RDS::GlobalCluster", "owned", False
    ),
    "DOCDB_CLUSTER_ENCRYPTED": ManagedRule("AWS::DocDB::DBCluster", "owned", False),
    "NEPTUNE_CLUSTER_ENCRYPTED": ManagedRule("AWS::Neptune::DBCluster", "owned", False),
    "DYNAMODB_TABLE_ENCRYPTION_ENABLED": ManagedRule("AWS::DynamoDB::Table", "owned"),
    "DYNAMODB_TABLE_ENCRYPTED_KMS": ManagedRule("AWS::DynamoDB::Table", "aws-managed"),
    "DAX_ENCRYPTION_ENABLED": ManagedRule("AWS::DAX::Cluster", "owned", False),
    "EFS_ENCRYPTED_CHECK": ManagedRule("AWS::EFS::FileSystem", "owned", False),
    "EFS_FILESYSTEM_CT_ENCRYPTED": ManagedRule("AWS::EFS::FileSystem", "owned", False),
    "REDSHIFT_CLUSTER_KMS_ENABLED": ManagedRule("AWS::Redshift::Cluster", "aws-managed"),
    "OPENSEARCH_ENCRYPTED_AT_REST": ManagedRule("AWS::OpenSearchService::Domain", "owned"),
    "ELASTICACHE_REPL_GRP_ENCRYPTED_AT_REST": ManagedRule(
        "AWS::ElastiCache::ReplicationGroup", "owned", False
    ),
    "KINESIS_STREAM_ENCRYPTED": ManagedRule("AWS::Kinesis::Stream", "owned"),
    "SNS_ENCRYPTED_KMS": ManagedRule("AWS::SNS::Topic", "aws-managed"),
    "SECRETSMANAGER_USING_CMK": ManagedRule("AWS::SecretsManager::Secret", "customer"),
    "ECR_REPOSITORY_CMK_ENCRYPTION_ENABLED": ManagedRule("AWS::ECR::Repository", "customer", False),
    "CLOUDWATCH_LOG_GROUP_ENCRYPTED": ManagedRule("AWS::Logs::LogGroup", "customer"),
    "EKS_SECRETS_ENCRYPTED": ManagedRule("AWS::EKS::Cluster"),
    "BACKUP_RECOVERY_POINT_ENCRYPTED": ManagedRule("AWS::Backup::RecoveryPoint", "owned", False),
    "CLOUD_TRAIL_ENCRYPTION_ENABLED": ManagedRule("AWS::CloudTrail::Trail", "aws-managed"),
    "CMK_BACKING_KEY_ROTATION_ENABLED": ManagedRule("AWS::KMS::Key"),
    "KMS_CMK_NOT_SCHEDULED_FOR_DELETION": ManagedRule("AWS::KMS::Key"),
    "KMS_KEY_POLICY_NO_PUBLIC_ACCESS": ManagedRule("AWS::KMS::Key"),
}


class ConfigRule(Row, frozen=True, kw_only=True):
    """One rule that AWS has written about encryption or keys, or that is of one's own making.

    Only AWS's rules say by themselves what they are about; of one's own only the frame is read.
    """

    resource_type = "AWS::Config::ConfigRule"
    service = "Config"
    see = (
        "aws configservice describe-compliance-by-config-rule --region {region} "
        "--config-rule-names {name}"
    )

    identifier: str  # AWS's name for what it asks; empty for a rule of one's own
    state: str
    resource_types: list[str]  # what it is set to look at; empty: no such bounds
    parameters: bool  # whether it was told more, such as the key that must be used
    made_by: str | None  # the AWS service that deployed it, and alone may change it
    compliance: str
    failing: list[str]  # "<resource type> <id>", the first hundred
    failing_more: bool
    remediation: Literal["none", "manual", "automatic"]
    runbook: str  # the Systems Manager document that mends

    @property
    def in_force(self) -> bool:
        """It stays in force while it evaluates, or while its old results are cleared."""
        return self.state != "DELETING"


_AT_ONCE = 25  # as many rules as Config takes in one question


@collects(
    ConfigRule,
    "config:DescribeConfigRules",
    "config:DescribeComplianceByConfigRule",
    "config:GetComplianceDetailsByConfigRule",
    "config:DescribeRemediationConfigurations",
)
def config_rules(aws: Reader) -> Iterator[ConfigRule]:
    listed = aws.pages("config", "describe_config_rules", "ConfigRules")
    kept = [rule for rule in listed if _is_ours(rule["Source"])]
    for start in range(0, len(kept), _AT_ONCE):
        yield from _rules(aws, kept[start : start + _AT_ONCE])


def _is_ours(source: Any) -> bool:
    return source["Owner"] != "AWS" or source["SourceIdentifier"] in MANAGED_RULES


def _rules(aws: Reader, rules: Sequence[Any]) -> Iterator[ConfigRule]:
    names = [rule["ConfigRuleName"] for rule in rules]
    compliance = attempt(lambda: _compliance(aws, names))
    mended = attempt(lambda: _remediations(aws, names))
    yield from aws.each(rules, lambda rule: _rule(aws, rule, compliance, mended))


def _rule(
    aws: Reader, rule: Any, compliance: dict[str, str] | NotRead, mended: dict[str, Any] | NotRead
) -> ConfigRule:
    name, source = rule["ConfigRuleName"], rule["Source"]
    found = compliance if isinstance(compliance, NotRead) else compliance.get(name, "")
    return ConfigRule(
        arn=rule["ConfigRuleArn"],
        account=aws.account,
        region=aws.region,
        name=name,
        identifier=source["SourceIdentifier"] if source["Owner"] == "AWS" else "",
        state=rule["ConfigRuleState"],
        resource_types=sorted(rule.get("Scope", {}).get("ComplianceResourceTypes", [])),
        parameters=rule.get("InputParameters", "").strip() not in ("", "{}", "null"),
        made_by=rule.get("CreatedBy"),
        compliance=found,  # type: ignore[arg-type]
        **_failing(aws, name, found),
        **_mending(mended, name),
    )


def _compliance(aws: Reader, names: Sequence[str]) -> dict[str, str]:
    """Rule -> what Config says of it."""
    listed = aws.pages(
        "config",
        "describe_compliance_by_config_rule",
        "ComplianceByConfigRules",
        ConfigRuleNames=names,
    )
    return {found["ConfigRuleName"]: found["Compliance"]["ComplianceType"] for found in listed}


def _failing(aws: Reader, name: str, compliance: str | NotRead) -> dict[str, Any]:
    """The resources that fail a rule: one page, which is enough to act upon."""
    if compliance != "NON_COMPLIANT":
        why = compliance if isinstance(compliance, NotRead) else None
        return {"failing": why or [], "failing_more": why or False}
    answer = aws.read(
        "config",
        "get_compliance_details_by_config_rule",
        None,
        ConfigRuleName=name,
        ComplianceTypes=["NON_COMPLIANT"],
        Limit=100,
    )
    failing = answer if isinstance(answer, NotRead) else attempt(lambda: _resources(answer))
    more = failing if isinstance(failing, NotRead) else bool(answer.get("NextToken"))
    return {"failing": failing, "failing_more": more}


def _resources(answer: Any) -> list[str]:
    named = (
        result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]
        for result in answer["EvaluationResults"]
    )
    return sorted(f"{found['ResourceType']} {found['ResourceId']}" for found in named)


def _remediations(aws: Reader, names: Sequence[str]) -> dict[str, Any]:
    """Rule -> what mends its resources."""
    listed = aws.pages(
        "config",
        "describe_remediation_configurations",
        "RemediationConfigurations",
        ConfigRuleNames=names,
    )
    return {found["ConfigRuleName"]: found for found in listed}


def _mending(mended: dict[str, Any] | NotRead, name: str) -> dict[str, Any]:
    if isinstance(mended, NotRead):
        return {"remediation": mended, "runbook": mended}
    if name not in mended:
        return {"remediation": "none", "runbook": ""}
    how = "automatic" if mended[name].get("Automatic", False) else "manual"
    return {"remediation": how, "runbook": mended[name]["TargetId"]}
