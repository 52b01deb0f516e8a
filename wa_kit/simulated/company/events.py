"""What CloudTrail recorded at Kestrel: changes to encryption, and who used which key."""

from __future__ import annotations

import json
from typing import Any

from wa_kit.simulated.company.site import FRANKFURT, IRELAND, VIRGINIA, Site

# region, key, operation, caller, calls, of them refused: busy applications, and some in vain
_USES = [
    (IRELAND, "shop", "Decrypt", "role/shop-service", 90, 0),
    (IRELAND, "shop", "GenerateDataKey", "role/shop-service", 24, 0),
    (IRELAND, "payments", "Decrypt", "role/payments-service", 46, 0),
    (IRELAND, "payments", "Decrypt", "role/data-engineer", 6, 6),
    (IRELAND, "customers", "Decrypt", "role/crm-service", 20, 0),
    (IRELAND, "customers", "Decrypt", "user/legacy-backup-script", 2, 2),
    (IRELAND, "audit", "GenerateDataKey", "cloudtrail.amazonaws.com", 30, 0),
    (IRELAND, "backups", "CreateGrant", "role/backup-operator", 8, 0),
    (IRELAND, "", "ListKeys", "role/reviewer", 3, 0),
    (FRANKFURT, "german-shop", "Decrypt", "role/shop-service", 34, 0),
    (FRANKFURT, "german-shop", "DescribeKey", "role/key-administrator", 2, 0),
    (FRANKFURT, "german-backups", "ReEncrypt", "backup.amazonaws.com", 4, 0),
    (VIRGINIA, "us-marketing", "Decrypt", "role/us-marketing-admin", 7, 0),
    (VIRGINIA, "us-marketing", "Decrypt", "role/intern", 2, 2),
]


def make_events(site: Site) -> None:
    _changes(site)
    for number, (region, key, event, who, times, refused) in enumerate(_USES):
        for call in range(times):
            site.fake("cloudtrail").events[region].append(
                _use(site, f"{number:04d}-{call:012d}", key, event, who, call < refused)
            )


def _use(site: Site, place: str, key: str, event: str, who: str, refused: bool) -> dict[str, Any]:
    """One call, within the last days; the higher its number, the longer ago."""
    number, _, call = place.partition("-")
    when = site.ago(hours=1 + int(call), minutes=int(number))
    arn = site.keys[key] if key else ""
    record: dict[str, Any] = {
        "eventVersion": "1.11",
        "eventName": event,
        "eventSource": "kms.amazonaws.com",
        "eventTime": when.isoformat(),
        "sourceIPAddress": "203.0.113.7",
        "requestParameters": {"encryptionContext": {"order": "kestrel-order-4711"}},
        "userIdentity": _identity(site, who),
    }
    if refused:
        record |= {"errorCode": "AccessDenied", "errorMessage": "not authorized"}
    named = [{"ResourceType": "AWS::KMS::Key", "ResourceName": arn}] if arn else []
    return {
        "EventId": f"00000000-0000-4000-{place}",
        "EventName": event,
        "EventSource": "kms.amazonaws.com",
        "EventTime": when,
        "ReadOnly": "false" if event == "CreateGrant" else "true",
        "Username": who.rpartition("/")[2],
        "Resources": named,
        "CloudTrailEvent": json.dumps(record),
    }


def _identity(site: Site, who: str) -> dict[str, Any]:
    """As CloudTrail tells it: a service, a user, or a session of a role."""
    kind, _, name = who.partition("/")
    if not name:
        return {"type": "AWSService", "invokedBy": who}
    arn = f"arn:aws:iam::{site.account}:{who}"
    if kind == "user":
        return {"type": "IAMUser", "arn": arn, "userName": name}
    return {
        "type": "AssumedRole",
        "arn": f"arn:aws:sts::{site.account}:assumed-role/{name}/i-0kestrel",
        "sessionContext": {"sessionIssuer": {"type": "Role", "arn": arn, "userName": name}},
    }


def _changes(site: Site) -> None:
    for number, (days, region, source, event, user, resource) in enumerate(
        [
            (2, IRELAND, "kms", "DisableKey", "key-administrator", "roastery-sensors"),
            (5, IRELAND, "kms", "ScheduleKeyDeletion", "key-administrator", "loyalty-2019"),
            (9, IRELAND, "kms", "PutKeyPolicy", "crm-service", "crm-all-in-one"),
            (21, IRELAND, "s3", "PutBucketEncryption", "platform-operator", "terraform-state"),
            (33, FRANKFURT, "config", "StopConfigurationRecorder", "platform-operator", "default"),
            (40, VIRGINIA, "ec2", "ModifySnapshotAttribute", "us-marketing-admin", "us-wordpress"),
            (64, VIRGINIA, "rds", "ModifyDBSnapshotAttribute", "us-marketing-admin", "us-surveys"),
            (80, VIRGINIA, "ec2", "DisableEbsEncryptionByDefault", "us-marketing-admin", "-"),
            (120, IRELAND, "cloudtrail", "StopLogging", "platform-operator", "too old to be told"),
        ]
    ):
        when = site.ago(days=days)
        record = {"eventVersion": "1.11", "eventName": event, "awsRegion": region}
        record |= {"eventSource": f"{source}.amazonaws.com", "eventTime": when.isoformat()}
        site.fake("cloudtrail").events[region].append(
            {
                "EventId": f"00000000-0000-4000-8000-{number:012d}",
                "EventName": event,
                "EventSource": f"{source}.amazonaws.com",
                "EventTime": when,
                "ReadOnly": "false",
                "Username": user,
                "Resources": [{"ResourceType": "AWS::Kestrel", "ResourceName": resource}],
                "CloudTrailEvent": json.dumps(record),
            }
        )
