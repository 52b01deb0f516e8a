"""Collectors of RDS: does each AWS answer become the right row?"""

from __future__ import annotations

import pytest
from collecting import REGION, collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence.rds import (
    DbCluster,
    DbClusterBackup,
    DbClusterSnapshot,
    DbInstance,
    DbInstanceBackup,
    DbSnapshot,
    _encryption,
)
from wa_kit.model import NotRead, Reason

ACCOUNT = "222211110004"
ARN = f"arn:aws:rds:{REGION}:{ACCOUNT}"
TABLES = (DbInstance, DbCluster, DbSnapshot, DbClusterSnapshot, DbInstanceBackup, DbClusterBackup)
SMALL = {
    "DBInstanceClass": "db.t3.micro",
    "AllocatedStorage": 20,
    "MasterUsername": "admin",
    "MasterUserPassword": "not-a-secret",
}
LOGIN = {"MasterUsername": "admin", "MasterUserPassword": "not-a-secret"}


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        rds = served.client("rds", REGION)
        key = served.client("kms", REGION).create_key()["KeyMetadata"]["Arn"]
        tags = [{"Key": "Owner", "Value": "shop"}]
        for name, engine, more in [
            ("shop", "postgres", {"StorageEncrypted": True, "KmsKeyId": key, "Tags": tags}),
            ("old", "mysql", {}),
        ]:
            rds.create_db_instance(DBInstanceIdentifier=name, Engine=engine, **SMALL, **more)
        for name, engine, more in [
            ("till", "aurora-postgresql", {}),
            ("older", "aurora-mysql", {"StorageEncrypted": False}),
            ("graph", "neptune", {}),
        ]:
            rds.create_db_cluster(DBClusterIdentifier=name, Engine=engine, **LOGIN, **more)
        rds.create_db_instance(
            DBInstanceIdentifier="till-1",
            DBClusterIdentifier="till",
            DBInstanceClass="db.r6g.large",
            Engine="aurora-postgresql",
        )
        for name in ("shop", "old"):
            rds.create_db_snapshot(DBInstanceIdentifier=name, DBSnapshotIdentifier=f"{name}-copy")
        for name in ("till", "older"):
            rds.create_db_cluster_snapshot(
                DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-copy"
            )
        everybody = {"AttributeName": "restore", "ValuesToAdd": ["all"]}
        rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="old-copy", **everybody)
        rds.modify_db_cluster_snapshot_attribute(
            DBClusterSnapshotIdentifier="older-copy", **everybody
        )
        served.fakes["rds"].retained_clusters[REGION].append(
            {
                "Engine": "aurora-postgresql",
                "DBClusterAutomatedBackupsArn": f"{ARN}:cluster-auto-backup:1",
                "DBClusterIdentifier": "gone",
                "DbClusterResourceId": "cluster-GONE",
                "Region": "us-east-1",
                "Status": "retained",
                "StorageEncrypted": False,
                "StorageEncryptionType": "sse-rds",
                "DBClusterArn": f"{ARN}:cluster:gone",
            }
        )
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    estate.calls.clear()
    return collect(estate.endpoint, ACCOUNT, *TABLES, regions=[REGION])


def test_instances_are_read_whole(evidence):
    shop, old = row(evidence, DbInstance, "shop"), row(evidence, DbInstance, "old")
    assert shop.arn == f"{ARN}:db:shop"
    assert (shop.encryption, shop.gib, shop.tags) == ("kms", 20, {"Owner": "shop"})
    assert shop.kms_key.startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert (old.encryption, old.kms_key, old.cluster) == ("none", None, None)
    assert row(evidence, DbInstance, "till-1").cluster == "till"


def test_a_cluster_under_a_key_that_aws_owns_is_not_plain(estate, evidence):
    (said,) = estate.client("rds", REGION).describe_db_clusters(DBClusterIdentifier="till")[
        "DBClusters"
    ]
    assert said["StorageEncrypted"] is False
    assert row(evidence, DbCluster, "till").encryption == "owned"
    assert row(evidence, DbCluster, "older").encryption == "none"


def test_neptune_answers_too_and_is_no_rds_cluster(estate, evidence):
    said = estate.client("rds", REGION).describe_db_clusters()["DBClusters"]
    assert "graph" in {cluster["DBClusterIdentifier"] for cluster in said}
    assert {cluster.name for cluster in evidence.of(DbCluster)} == {"till", "older"}


def test_snapshots_are_read_whole_and_only_those_that_may_be_public_are_asked(estate, evidence):
    public = {
        snapshot.name: (snapshot.encryption, snapshot.public)
        for table in (DbSnapshot, DbClusterSnapshot)
        for snapshot in evidence.of(table)
        if snapshot.made_by == "manual"
    }
    assert public == {
        "shop-copy": ("kms", False),
        "old-copy": ("none", True),
        "till-copy": ("owned", False),
        "older-copy": ("none", True),
    }
    asked = [operation for _, operation, _ in estate.calls if "Attributes" in operation]
    assert sorted(asked) == [
        "DescribeDBClusterSnapshotAttributes",
        "DescribeDBClusterSnapshotAttributes",
        "DescribeDBSnapshotAttributes",
    ]
    assert row(evidence, DbSnapshot, "old-copy").source == "old"


def test_backups_are_read_whole(evidence):
    gone = row(evidence, DbClusterBackup, "gone")
    assert (gone.name, gone.resource_id, gone.status) == ("gone", "cluster-GONE", "retained")
    assert (gone.encryption, gone.source_region) == ("owned", "us-east-1")
    assert row(evidence, DbClusterBackup, "till").encryption == "owned"
    kept = {backup.name: backup.encryption for backup in evidence.of(DbInstanceBackup)}
    assert kept["shop"] == "kms" and kept["old"] == "none"
    assert len({backup.arn for backup in evidence.of(DbInstanceBackup)}) == len(kept)


def test_every_row_was_read_whole(evidence):
    assert not [found for found in evidence.rows if found.unread]
    assert not [look for look in evidence.looks if look.not_read]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"StorageEncryptionType": "sse-rds", "StorageEncrypted": False}, ("owned", None)),
        ({"StorageEncryptionType": "sse-kms", "KmsKeyId": "k"}, ("kms", "k")),
        ({"StorageEncryptionType": "none", "StorageEncrypted": False}, ("none", None)),
        ({"StorageEncrypted": True, "KmsKeyId": "k"}, ("kms", "k")),
        ({"StorageEncrypted": False, "KmsKeyId": "k"}, ("none", None)),
        ({"Encrypted": True, "KmsKeyId": "k"}, ("kms", "k")),
        ({"Encrypted": False}, ("none", None)),
    ],
)
def test_the_encryption_type_comes_before_the_flags(said, expected):
    assert tuple(_encryption(said).values()) == expected


def test_a_type_that_the_kit_does_not_know_is_no_verdict():
    encryption = _encryption({"StorageEncryptionType": "sse-new", "KmsKeyId": "k"})["encryption"]
    assert isinstance(encryption, NotRead) and encryption.reason is Reason.NOT_KNOWABLE


@pytest.mark.parametrize(
    ("operation", "table", "name"),
    [
        ("rds:DescribeDBSnapshotAttributes", DbSnapshot, "old-copy"),
        ("rds:DescribeDBClusterSnapshotAttributes", DbClusterSnapshot, "older-copy"),
    ],
)
def test_denied_attributes_keep_the_snapshot(estate, operation, table, name):
    with estate.deny(operation, code="AccessDenied"):
        evidence = collect(estate.endpoint, ACCOUNT, table, regions=[REGION])
    snapshot = row(evidence, table, name)
    assert set(snapshot.unread) == {"public"} and snapshot.encryption == "none"


@pytest.mark.parametrize(
    ("operation", "table"),
    [
        ("rds:DescribeDBInstances", DbInstance),
        ("rds:DescribeDBClusters", DbCluster),
        ("rds:DescribeDBSnapshots", DbSnapshot),
        ("rds:DescribeDBClusterSnapshots", DbClusterSnapshot),
        ("rds:DescribeDBInstanceAutomatedBackups", DbInstanceBackup),
        ("rds:DescribeDBClusterAutomatedBackups", DbClusterBackup),
    ],
)
def test_a_denied_listing_is_no_empty_region(estate, operation, table):
    with estate.deny(operation, code="AccessDenied"):
        evidence = collect(estate.endpoint, ACCOUNT, table, regions=[REGION])
    assert not evidence.of(table) and reasons(evidence, table) == {"denied"}
