"""Checks on RDS and Aurora: every branch of each rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tools import DENIED, HERE, arn, finding, findings, outcome

from wa_kit.evidence.rds import (
    DbCluster,
    DbClusterBackup,
    DbClusterSnapshot,
    DbInstance,
    DbInstanceBackup,
    DbSnapshot,
)

STORED = {**HERE, "tags": {}, "encryption": "kms", "kms_key": arn("kms", "key/1")}
OWNED = {"encryption": "owned", "kms_key": None}
PLAIN = {"encryption": "none", "kms_key": None}
INSTANCE = DbInstance(
    **STORED, arn=arn("rds", "db:shop"), name="shop", engine="postgres", cluster=None, gib=100
)
CLUSTER = DbCluster(
    **STORED, arn=arn("rds", "cluster:till"), name="till", engine="aurora-postgresql"
)
SNAPSHOT = DbSnapshot(
    **STORED,
    arn=arn("rds", "snapshot:shop-1"),
    name="shop-1",
    source="shop",
    engine="postgres",
    made_by="manual",
    public=False,
)
CLUSTER_SNAPSHOT = DbClusterSnapshot(
    **STORED,
    arn=arn("rds", "cluster-snapshot:till-1"),
    name="till-1",
    source="till",
    engine="aurora-postgresql",
    made_by="manual",
    public=False,
)
BACKUP = DbInstanceBackup(
    **STORED,
    arn=arn("rds", "auto-backup:ab-1"),
    name="shop",
    resource_id="db-1",
    engine="postgres",
    status="active",
    source_region="eu-west-1",
)
CLUSTER_BACKUP = DbClusterBackup(
    **STORED,
    arn=arn("rds", "cluster-auto-backup:ab-2"),
    name="till",
    resource_id="cluster-1",
    engine="aurora-postgresql",
    status="active",
    source_region="eu-west-1",
)
FOREIGN_KEY = {"kms_key": arn("kms", "key/2", account="999988887777")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "pass"),
        (FOREIGN_KEY, "pass"),
        (OWNED, "pass"),
        (PLAIN, "fail"),
        (PLAIN | {"cluster": "till"}, "not_applicable"),  # judged on the cluster
        ({"encryption": DENIED}, "unknown"),
        ({"cluster": DENIED}, "unknown"),
    ],
)
def test_rds_instance_storage_encrypted(changes, expected):
    assert outcome("rds_instance_storage_encrypted", replace(INSTANCE, **changes)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ("pass", None)),
        (OWNED, ("pass", "owned")),  # wrong_verdicts 1: it says StorageEncrypted=false
        (PLAIN, ("fail", "none")),
        ({"encryption": DENIED}, ("unknown", None)),
    ],
)
def test_rds_cluster_storage_encrypted(changes, expected):
    found = finding("rds_cluster_storage_encrypted", replace(CLUSTER, **changes))
    assert (found.outcome.value, found.level) == expected


@pytest.mark.parametrize("snapshot", [SNAPSHOT, CLUSTER_SNAPSHOT], ids=["instance", "cluster"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "pass"),
        (OWNED, "pass"),  # wrong_verdicts 1
        (PLAIN, "fail"),
        (PLAIN | {"made_by": "automated"}, "fail"),
        (PLAIN | {"engine": "docdb"}, "fail"),
        (PLAIN | {"made_by": "awsbackup"}, "not_applicable"),  # judged as a recovery point
        ({"encryption": DENIED}, "unknown"),
        ({"made_by": DENIED}, "unknown"),
    ],
)
def test_rds_snapshot_encrypted(snapshot, changes, expected):
    assert outcome("rds_snapshot_encrypted", replace(snapshot, **changes)) == expected


@pytest.mark.parametrize("snapshot", [SNAPSHOT, CLUSTER_SNAPSHOT], ids=["instance", "cluster"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "pass"),
        (PLAIN, "pass"),
        (OWNED, "pass"),
        (PLAIN | {"public": True}, "fail"),
        (OWNED | {"public": True}, "fail"),
        (PLAIN | {"made_by": "automated"}, "not_applicable"),
        (PLAIN | {"made_by": "automated", "public": DENIED}, "not_applicable"),
        (PLAIN | {"public": DENIED}, "unknown"),
    ],
)
def test_rds_snapshot_public(snapshot, changes, expected):
    assert outcome("rds_snapshot_public", replace(snapshot, **changes)) == expected


@pytest.mark.parametrize("backup", [BACKUP, CLUSTER_BACKUP], ids=["instance", "cluster"])
@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "pass"),
        (OWNED, "pass"),
        ({"source_region": "us-east-1", "kms_key": arn("kms", "key/here")}, "pass"),
        (PLAIN, "fail"),
        (PLAIN | {"status": "retained"}, "fail"),
        ({"encryption": DENIED}, "unknown"),
    ],
)
def test_rds_automated_backup_encrypted(backup, changes, expected):
    assert outcome("rds_automated_backup_encrypted", replace(backup, **changes)) == expected


@pytest.mark.parametrize(
    ("check", "row", "said"),
    [
        ("rds_instance_storage_encrypted", INSTANCE, "100 GiB lie unencrypted"),
        ("rds_cluster_storage_encrypted", CLUSTER, "its storage lies unencrypted"),
        ("rds_snapshot_encrypted", SNAPSHOT, "a copy of shop lies unencrypted"),
        (
            "rds_automated_backup_encrypted",
            replace(BACKUP, status="retained"),
            "the retained backups of shop lie unencrypted",
        ),
    ],
)
def test_what_lies_unencrypted_says_what_it_is(check, row, said):
    assert finding(check, replace(row, **PLAIN)).because == said


@pytest.mark.parametrize(
    ("check", "tables"),
    [
        ("rds_snapshot_encrypted", [DbSnapshot, DbClusterSnapshot]),
        ("rds_automated_backup_encrypted", [DbInstanceBackup, DbClusterBackup]),
    ],
)
def test_both_lists_of_copies_count_and_either_one_denied_is_said(check, tables):
    names = {f.name for f in findings(check, denied=tables)}
    assert names == {table.__name__ for table in tables}
