"""The harbour's databases in RDS, and the snapshots of them."""

from __future__ import annotations

from plain_keys import STRANGER
from plain_moto import Estate, tags


def databases(estate: Estate) -> None:
    _instances_and_clusters(estate)
    _snapshots(estate)
    _automated(estate)


def _instances_and_clusters(estate: Estate) -> None:
    rds = estate.at("rds")
    anchor = {"StorageEncrypted": True, "KmsKeyId": estate["anchor"]}
    user = {"MasterUsername": "clerk", "MasterUserPassword": "not-a-real-one"}
    for name, engine, more in (
        ("ledger", "mysql", anchor),
        ("tally", "postgres", {"StorageEncrypted": False}),
        ("berths", "mysql", anchor | {"Tags": tags(DataClassification="pii")}),
        ("moorings", "mysql", {"Tags": tags(DataClassification="pii"), "StorageEncrypted": False}),
    ):
        made = rds.create_db_instance(
            DBInstanceIdentifier=name,
            Engine=engine,
            DBInstanceClass="db.t3.micro",
            AllocatedStorage=20,
            BackupRetentionPeriod=0,
            **user,
            **more,
        )
        estate.remember(name, made["DBInstance"]["DBInstanceArn"])
    for name, engine, more in (
        ("fleet", "aurora-mysql", anchor),
        ("dinghy", "aurora-postgresql", {"StorageEncrypted": False}),
        ("papers", "neptune", {"StorageEncrypted": False}),
    ):
        cluster = rds.create_db_cluster(DBClusterIdentifier=name, Engine=engine, **user, **more)
        estate.remember(name, cluster["DBCluster"]["DBClusterArn"])
    member = rds.create_db_instance(
        DBInstanceIdentifier="dinghy-1",
        DBClusterIdentifier="dinghy",
        Engine="aurora-postgresql",
        DBInstanceClass="db.r5.large",
    )
    estate.remember("dinghy-1", member["DBInstance"]["DBInstanceArn"])


def _snapshots(estate: Estate) -> None:
    rds = estate.at("rds")
    for name, source in (
        ("ledger-copy", "ledger"),
        ("tally-copy", "tally"),
        ("tally-shown", "tally"),
        ("tally-lent", "tally"),
    ):
        made = rds.create_db_snapshot(DBInstanceIdentifier=source, DBSnapshotIdentifier=name)
        estate.remember(name, made["DBSnapshot"]["DBSnapshotArn"])
    for name, who in (("tally-shown", "all"), ("tally-lent", STRANGER)):
        rds.modify_db_snapshot_attribute(
            DBSnapshotIdentifier=name, AttributeName="restore", ValuesToAdd=[who]
        )
    for name, source in (("fleet-copy", "fleet"), ("dinghy-copy", "dinghy")):
        made = rds.create_db_cluster_snapshot(
            DBClusterIdentifier=source, DBClusterSnapshotIdentifier=name
        )
        estate.remember(name, made["DBClusterSnapshot"]["DBClusterSnapshotArn"])


def _automated(estate: Estate) -> None:
    """What moto makes by itself, whatever retention was asked for. It names no ARN of backups."""
    rds, automated = estate.at("rds"), {"SnapshotType": "automated"}
    for made in rds.describe_db_snapshots(**automated)["DBSnapshots"]:
        name = made["DBInstanceIdentifier"]
        estate.remember(f"auto!{name}", made["DBSnapshotArn"])
        estate.remember(f"backups!{name}", estate.arn("rds", f"auto-backup:{name}"))
    for made in rds.describe_db_cluster_snapshots(**automated)["DBClusterSnapshots"]:
        estate.remember(f"auto!{made['DBClusterIdentifier']}", made["DBClusterSnapshotArn"])
