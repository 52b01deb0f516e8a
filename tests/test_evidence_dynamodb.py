"""The collector of DynamoDB tables: does each AWS answer become the right row?"""

from __future__ import annotations

import pytest
from collecting import ELSEWHERE, REGION, collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence.dynamodb import DynamoTable, _encryption
from wa_kit.model import NotRead, Reason

ACCOUNT = "222211110002"
KEYED = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        key = served.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
        there, elsewhere = served.client("dynamodb", REGION), served.client("dynamodb", ELSEWHERE)
        there.create_table(
            TableName="orders",
            Tags=[{"Key": "DataClassification", "Value": "pii"}],
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
            **KEYED,
        )
        there.create_table(TableName="carts", **KEYED)
        there.update_continuous_backups(
            TableName="orders",
            PointInTimeRecoverySpecification={
                "PointInTimeRecoveryEnabled": True,
                "RecoveryPeriodInDays": 14,
            },
        )
        elsewhere.create_table(TableName="orders", **KEYED)
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, DynamoTable)


def test_a_table_is_read_whole(evidence):
    (table,) = [
        table
        for table in evidence.of(DynamoTable)
        if (table.name, table.region) == ("orders", REGION)
    ]
    assert not table.unread
    assert table.arn == f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/orders"
    assert (table.encryption, table.kms_key.split(":key/")[0]) == (
        "kms",
        f"arn:aws:kms:{REGION}:{ACCOUNT}",
    )
    assert (table.tags, table.status) == ({"DataClassification": "pii"}, "ACTIVE")
    assert (table.point_in_time, table.recovery_days) == (True, 14)


def test_a_table_that_says_nothing_of_encryption_is_under_a_key_that_aws_owns(evidence):
    table = row(evidence, DynamoTable, "carts")
    assert (table.encryption, table.kms_key, table.point_in_time) == ("owned", None, False)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, ("owned", None)),
        ({"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": "k"}, ("kms", "k")),
        ({"Status": "UPDATING", "SSEType": "KMS", "KMSMasterKeyArn": "k"}, ("kms", "k")),
        ({"Status": "ENABLED", "SSEType": "KMS"}, ("aws-managed", None)),
        ({"Status": "ENABLED", "SSEType": "AES256"}, ("owned", None)),  # an older name
        ({"Status": "DISABLED", "SSEType": "KMS"}, ("owned", None)),
        ({"Status": "ENABLING", "SSEType": "KMS", "KMSMasterKeyArn": "k"}, ("owned", None)),
    ],
)
def test_what_a_description_of_encryption_means(said, expected):
    assert tuple(_encryption(said).values()) == expected


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("dynamodb:DescribeTable", {"encryption", "kms_key", "status"}),
        ("dynamodb:DescribeContinuousBackups", {"point_in_time", "recovery_days"}),
        ("resourcegroupstaggingapi:GetResources", {"tags"}),
    ],
)
def test_a_denied_detail_keeps_the_table(estate, operation, fields):
    with estate.deny(operation):
        evidence = collect(estate.endpoint, ACCOUNT, DynamoTable)
    unread = row(evidence, DynamoTable, "carts").unread
    assert set(unread) == fields
    assert {why.reason for why in unread.values()} == {Reason.DENIED}
    assert len(evidence.of(DynamoTable)) == 3


def test_a_denied_listing_is_no_empty_region(estate):
    with estate.deny("dynamodb:ListTables", region=REGION):
        evidence = collect(estate.endpoint, ACCOUNT, DynamoTable)
    assert {table.region for table in evidence.of(DynamoTable)} == {ELSEWHERE}
    refused = [look.not_read for look in evidence.looks_at(DynamoTable) if look.region == REGION]
    assert refused == [NotRead(Reason.DENIED, "dynamodb:ListTables", "dynamodb:ListTables")]
    assert reasons(evidence, DynamoTable) == {"denied"}
