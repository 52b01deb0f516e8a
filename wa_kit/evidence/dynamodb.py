"""What Amazon DynamoDB tells us about tables. Items are never read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_of
from wa_kit.model import DataStore, NotRead


class DynamoTable(DataStore, frozen=True, kw_only=True):
    """One DynamoDB table: its key, and whether it can be set back to any moment."""

    resource_type = "AWS::DynamoDB::Table"
    service = "DynamoDB"
    see = "aws dynamodb describe-table --region {region} --table-name {name}"

    status: str
    point_in_time: bool
    recovery_days: int | None  # how far back; None where DynamoDB does not say


@collects(
    DynamoTable,
    "dynamodb:ListTables",
    "dynamodb:DescribeTable",
    "dynamodb:DescribeContinuousBackups",
    "tag:GetResources",
)
def dynamo_tables(aws: Reader) -> Iterator[DynamoTable]:
    names = aws.pages("dynamodb", "list_tables", "TableNames")
    yield from aws.each(names, lambda name: _table(aws, name))


def _table(aws: Reader, name: str) -> DynamoTable:
    arn = aws.arn("dynamodb", f"table/{name}")
    known: dict[str, Any] = {
        "arn": arn,
        "account": aws.account,
        "region": aws.region,
        "name": name,
        "tags": tags_of(aws, arn),
        **_point_in_time(aws, name),
    }
    table = aws.read("dynamodb", "describe_table", "Table", TableName=name)
    if isinstance(table, NotRead):
        return DynamoTable.hidden(table, **known)
    return DynamoTable(
        **known, **_encryption(table.get("SSEDescription")), status=table["TableStatus"]
    )


def _encryption(said: Any) -> dict[str, Any]:
    """No description is the default: a key that AWS owns. AES256 is an older name for it."""
    in_force = said and said.get("Status") in ("ENABLED", "UPDATING")
    if not in_force or said.get("SSEType") != "KMS":
        return {"encryption": "owned", "kms_key": None}
    key = said.get("KMSMasterKeyArn")
    return {"encryption": "kms" if key else "aws-managed", "kms_key": key}


def _point_in_time(aws: Reader, name: str) -> dict[str, Any]:
    said = attempt(
        lambda: aws.get(
            "dynamodb",
            "describe_continuous_backups",
            "ContinuousBackupsDescription",
            TableName=name,
        )["PointInTimeRecoveryDescription"]
    )
    if isinstance(said, NotRead):
        return {"point_in_time": said, "recovery_days": said}
    return {
        "point_in_time": said.get("PointInTimeRecoveryStatus") == "ENABLED",
        "recovery_days": said.get("RecoveryPeriodInDays"),
    }
