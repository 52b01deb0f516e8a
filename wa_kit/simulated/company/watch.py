"""Who watches Kestrel: trails, Config, alarms, GuardDuty, Macie, and what they have seen."""

from __future__ import annotations

import json
from typing import Any

from wa_kit.simulated.company.buckets import name
from wa_kit.simulated.company.events import make_events
from wa_kit.simulated.company.site import FRANKFURT, IRELAND, VIRGINIA, Site

_SEEN = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"


def make_watch(site: Site) -> None:
    _trails(site)
    make_events(site)
    _recorders(site)
    _rules(site)
    _alerts(site)
    site.client("guardduty", IRELAND).create_detector(Enable=True)
    site.client("guardduty", FRANKFURT).create_detector(Enable=False)
    site.client("macie2", IRELAND).enable_macie()
    site.client("macie2", FRANKFURT).enable_macie(status="PAUSED")


def _trails(site: Site) -> None:
    trail = site.client("cloudtrail", IRELAND)
    site.client("logs", IRELAND).create_log_group(logGroupName="kestrel-trail")
    trail.create_trail(
        Name="kestrel-all-regions",
        S3BucketName=name(site, "audit-trail"),
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        KmsKeyId=site.keys["audit"],
        CloudWatchLogsLogGroupArn=site.arn("logs", IRELAND, "log-group:kestrel-trail:*"),
        CloudWatchLogsRoleArn=site.role("trail-to-logs"),
    )
    trail.put_event_selectors(
        TrailName="kestrel-all-regions",
        EventSelectors=[{"ReadWriteType": "All", "IncludeManagementEvents": True}],
    )
    trail.start_logging(Name="kestrel-all-regions")
    old = site.client("cloudtrail", VIRGINIA)
    old.create_trail(Name="us-cheap", S3BucketName=name(site, "us-web-2016"))
    old.put_event_selectors(
        TrailName="us-cheap",
        EventSelectors=[
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": True,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
            }
        ],
    )
    old.start_logging(Name="us-cheap")


def _recorders(site: Site) -> None:
    """Recording in Ireland, stopped in Frankfurt, never set up in Virginia."""
    for region in (IRELAND, FRANKFURT):
        config = site.client("config", region)
        config.put_configuration_recorder(
            ConfigurationRecorder={"name": "default", "roleARN": site.role("config")}
        )
        config.put_delivery_channel(
            DeliveryChannel={"name": "default", "s3BucketName": name(site, "config-history")}
        )
        config.start_configuration_recorder(ConfigurationRecorderName="default")
    site.client("config", FRANKFURT).stop_configuration_recorder(
        ConfigurationRecorderName="default"
    )


# rule, AWS's identifier, compliance, remediation (None: there is none), resources that fail it
_RULES: list[tuple[str, str, str, bool | None, list[tuple[str, str]]]] = [
    ("volumes-sealed", "ENCRYPTED_VOLUMES", "COMPLIANT", None, []),
    ("databases-sealed", "RDS_STORAGE_ENCRYPTED", "NON_COMPLIANT", None,
     [("AWS::RDS::DBInstance", "kestrel-wholesale-erp")]),
    ("clusters-sealed", "RDS_CLUSTER_ENCRYPTED_AT_REST", "NON_COMPLIANT", None,
     [("AWS::RDS::DBCluster", "kestrel-loyalty")]),  # wrong: RDS owns the key of this one
    ("buckets-on-kms", "S3_DEFAULT_ENCRYPTION_KMS", "NON_COMPLIANT", True,
     [("AWS::S3::Bucket", "kestrel-contracts"), ("AWS::S3::Bucket", "kestrel-access-logs")]),
    ("keys-turn", "CMK_BACKING_KEY_ROTATION_ENABLED", "NON_COMPLIANT", False,
     [("AWS::KMS::Key", "legacy-orders")]),
    ("trail-sealed", "CLOUD_TRAIL_ENCRYPTION_ENABLED", "COMPLIANT", None, []),
    ("files-sealed", "EFS_ENCRYPTED_CHECK", "INSUFFICIENT_DATA", None, []),
    ("keys-not-leaving", "KMS_CMK_NOT_SCHEDULED_FOR_DELETION", "NON_COMPLIANT", None,
     [("AWS::KMS::Key", "loyalty-2019")]),
]  # fmt: skip


def _rules(site: Site) -> None:
    config, fake = site.client("config", IRELAND), site.fake("config")
    for rule, identifier, compliance, automatic, failing in _RULES:
        source = {"Owner": "AWS", "SourceIdentifier": identifier}
        config.put_config_rule(ConfigRule={"ConfigRuleName": rule, "Source": source})
        fake.compliance[IRELAND, rule] = compliance
        for kind, resource in failing:
            fake.add_detail(IRELAND, rule, kind, resource, "NON_COMPLIANT")
        if automatic is not None:
            fake.remediations[IRELAND].append(_remediation(site, rule, automatic))


def _remediation(site: Site, rule: str, automatic: bool) -> dict[str, Any]:
    made: dict[str, Any] = {
        "ConfigRuleName": rule,
        "TargetType": "SSM_DOCUMENT",
        "TargetId": "AWS-EnableS3BucketEncryption" if automatic else "Kestrel-RotateKey",
        "Automatic": automatic,
        "Arn": site.arn("config", IRELAND, f"remediation-configuration/{rule}"),
    }
    return made | ({"MaximumAutomaticAttempts": 5, "RetryAttemptSeconds": 60} if automatic else {})


def _alerts(site: Site) -> None:
    topic = site.client("sns", IRELAND).create_topic(Name="kestrel-security")["TopicArn"]
    site.note(topic, "sns:topic")
    deletion = _pattern("aws.kms", "kms", ["DisableKey", "ScheduleKeyDeletion"])
    _rule(site, IRELAND, "keys-in-danger", deletion, topic, state=_SEEN)
    _rule(site, FRANKFURT, "keys-in-danger", deletion, topic, state="DISABLED")
    backups = _pattern("aws.backup", "backup", [{"prefix": "Delete"}])
    _rule(site, FRANKFURT, "backups-in-danger", backups, None)
    logs = site.client("logs", IRELAND)
    logs.put_metric_filter(
        logGroupName="kestrel-trail",
        filterName="encryption-changes",
        filterPattern="{ (($.eventSource = s3.amazonaws.com) && "
        "(($.eventName = PutBucketEncryption) || ($.eventName = DeleteBucketEncryption))) || "
        "(($.eventSource = ec2.amazonaws.com) && "
        "(($.eventName = DisableEbs*) || ($.eventName = ModifyEbsDefault*))) }",
        metricTransformations=[
            {"metricName": "EncryptionChanges", "metricNamespace": "Kestrel", "metricValue": "1"}
        ],
    )
    site.client("cloudwatch", IRELAND).put_metric_alarm(
        AlarmName="encryption-changes",
        MetricName="EncryptionChanges",
        Namespace="Kestrel",
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        ActionsEnabled=True,
        AlarmActions=[topic],
    )


def _pattern(source: str, service: str, names: list[Any]) -> str:
    detail = {"eventSource": [f"{service}.amazonaws.com"], "eventName": names}
    return json.dumps(
        {"source": [source], "detail-type": ["AWS API Call via CloudTrail"], "detail": detail}
    )


def _rule(
    site: Site, region: str, rule: str, pattern: str, target: str | None, state: str = "ENABLED"
) -> None:
    events = site.client("events", region)
    events.put_rule(Name=rule, EventPattern=pattern, State=state)
    if target:
        events.put_targets(Rule=rule, Targets=[{"Id": "security", "Arn": target}])
