"""What watches an account: trails, recorders and rules, and what the rules wait for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from plain_keys import HARBOUR
from plain_moto import EU, Estate

LIGHTHOUSE = "310310310310"
BUCKETS = {HARBOUR: "harbour-logbook", LIGHTHOUSE: "lighthouse-trail"}  # for trails and recorders


def pause_macie(estate: Estate, region: str) -> None:
    """moto has Macie on everywhere from the start, and can only start it anew."""
    macie = estate.at("macie2", region)
    macie.disable_macie()
    macie.enable_macie(status="PAUSED")


def trail(
    estate: Estate,
    name: str,
    region: str = EU,
    *,
    multi: bool = False,
    key: str | None = None,
    validated: bool = False,
    logging: bool = True,
    leaves_out: Sequence[str] = (),
    **more: Any,
) -> None:
    """A trail; what it records is said outright, because moto has no default for it."""
    trails = estate.at("cloudtrail", region)
    made = trails.create_trail(
        Name=name,
        S3BucketName=BUCKETS[estate.account],
        IsMultiRegionTrail=multi,
        EnableLogFileValidation=validated,
        **({"KmsKeyId": key} if key else {}),
        **more,
    )
    everything = {"ReadWriteType": "All", "IncludeManagementEvents": True}
    trails.put_event_selectors(
        TrailName=name,
        EventSelectors=[everything | {"ExcludeManagementEventSources": list(leaves_out)}],
    )
    if logging:
        trails.start_logging(Name=name)
    estate.remember(name, made["TrailARN"], region)


def recorder(estate: Estate, region: str, running: bool = True) -> None:
    config = estate.at("config", region)
    role = f"arn:aws:iam::{estate.account}:role/config"
    everything = {"name": "default", "roleARN": role, "recordingGroup": {"allSupported": True}}
    config.put_configuration_recorder(ConfigurationRecorder=everything)
    config.put_delivery_channel(
        DeliveryChannel={"name": "default", "s3BucketName": BUCKETS[estate.account]}
    )
    if running:
        config.start_configuration_recorder(ConfigurationRecorderName="default")


def config_rules(estate: Estate, region: str, *identifiers: str) -> None:
    config = estate.at("config", region)
    for identifier in identifiers:
        source = {"Owner": "AWS", "SourceIdentifier": identifier}
        name = f"rule-{len(identifier)}-{identifier.split('_')[0].lower()}"
        config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": source})
        listed = config.describe_config_rules(ConfigRuleNames=[name])["ConfigRules"]
        estate.remember(f"{identifier}@{region}", listed[0]["ConfigRuleArn"], region)


KEYS_HEARD = {
    "source": ["aws.kms"],
    "detail-type": ["AWS API Call via CloudTrail"],
    "detail": {"eventName": [{"wildcard": "DisableKey"}, {"prefix": "ScheduleKeyDel"}]},
}
CHANGES_HEARD = {
    "source": ["aws.s3", "aws.ec2"],
    "detail": {
        "eventName": [
            "DeleteBucketEncryption",
            "PutBucketEncryption",
            "DisableEbsEncryptionByDefault",
            "ModifyEbsDefaultKmsKeyId",
        ]
    },
}
COMPLIANCE_HEARD = {
    "source": ["aws.config"],
    "detail-type": ["Config Rules Compliance Change"],
    "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}},
}


def event_rule(
    estate: Estate, name: str, region: str, pattern: dict[str, Any], target: str = ""
) -> None:
    events = estate.at("events", region)
    events.put_rule(Name=name, EventPattern=json.dumps(pattern), State="ENABLED")
    if target:
        to = {"Id": "1", "Arn": estate.arn("sns", target, region)}
        events.put_targets(Rule=name, Targets=[to])
