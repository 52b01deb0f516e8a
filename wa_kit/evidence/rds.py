"""What Amazon RDS tells us: instances, clusters, their snapshots and automated backups.

DocumentDB and Neptune answer through the same API. Their instances and clusters are left out
here; their snapshots and backups, which nothing else lists, are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.model import DataStore, NotRead, Reason

_OTHER_SERVICES = ("docdb", "neptune")
_ENCRYPTION = {"none": "none", "sse-rds": "owned", "sse-kms": "kms"}


class DbInstance(DataStore, frozen=True, kw_only=True):
    """One RDS instance. A member of a cluster has its storage in the cluster."""

    resource_type = "AWS::RDS::DBInstance"
    service = "RDS"
    see = "aws rds describe-db-instances --region {region} --db-instance-identifier {name}"

    engine: str
    cluster: str | None
    gib: int
    resource_id: str = ""  # what Config calls it


class DbCluster(DataStore, frozen=True, kw_only=True):
    """One Aurora or Multi-AZ cluster."""

    resource_type = "AWS::RDS::DBCluster"
    service = "RDS"
    see = "aws rds describe-db-clusters --region {region} --db-cluster-identifier {name}"

    engine: str
    resource_id: str = ""  # what Config calls it


class RdsSnapshot(DataStore, frozen=True, kw_only=True):
    """A snapshot of an instance or a cluster, of this account's own."""

    service = "RDS"

    source: str  # the instance or cluster it was made of
    engine: str
    made_by: str  # manual, automated or awsbackup
    public: bool  # whether any AWS account may restore it


class DbSnapshot(RdsSnapshot, frozen=True, kw_only=True):
    resource_type = "AWS::RDS::DBSnapshot"
    see = "aws rds describe-db-snapshots --region {region} --db-snapshot-identifier {name}"


class DbClusterSnapshot(RdsSnapshot, frozen=True, kw_only=True):
    resource_type = "AWS::RDS::DBClusterSnapshot"
    see = (
        "aws rds describe-db-cluster-snapshots --region {region} "
        "--db-cluster-snapshot-identifier {name}"
    )


class AutomatedBackup(DataStore, frozen=True, kw_only=True):
    """The automated backups of an instance or a cluster, also of one that is gone."""

    service = "RDS"

    resource_id: str  # of the instance or cluster: unique, also when its name is used again
    engine: str
    status: str  # active, retained (the source is gone) or creating
    source_region: str  # another one where the backups are replicated here


class DbInstanceBackup(AutomatedBackup, frozen=True, kw_only=True):
    resource_type = "AWS::RDS::DBInstanceAutomatedBackup"
    see = (
        "aws rds describe-db-instance-automated-backups --region {region} "
        "--dbi-resource-id {resource_id}"
    )


class DbClusterBackup(AutomatedBackup, frozen=True, kw_only=True):
    resource_type = "AWS::RDS::DBClusterAutomatedBackup"
    see = (
        "aws rds describe-db-cluster-automated-backups --region {region} "
        "--db-cluster-resource-id {resource_id}"
    )


@collects(DbInstance, "rds:DescribeDBInstances")
def db_instances(aws: Reader) -> Iterator[DbInstance]:
    for instance in aws.pages("rds", "describe_db_instances", "DBInstances"):
        if not instance["Engine"].startswith(_OTHER_SERVICES):
            yield DbInstance(
                **_stored(aws, instance, "DBInstance"),
                engine=instance["Engine"],
                cluster=instance.get("DBClusterIdentifier"),
                gib=instance.get("AllocatedStorage", 0),
                resource_id=instance.get("DbiResourceId", ""),
            )


@collects(DbCluster, "rds:DescribeDBClusters")
def db_clusters(aws: Reader) -> Iterator[DbCluster]:
    for cluster in aws.pages("rds", "describe_db_clusters", "DBClusters"):
        if not cluster["Engine"].startswith(_OTHER_SERVICES):
            yield DbCluster(
                **_stored(aws, cluster, "DBCluster"),
                engine=cluster["Engine"],
                resource_id=cluster.get("DbClusterResourceId", ""),
            )


@collects(DbSnapshot, "rds:DescribeDBSnapshots", "rds:DescribeDBSnapshotAttributes")
def db_snapshots(aws: Reader) -> Iterator[DbSnapshot]:
    own = _own(aws, "describe_db_snapshots", "DBSnapshot")
    yield from aws.each(
        own, lambda said: DbSnapshot(**_snapshot(aws, said, "DBSnapshot", "DBInstanceIdentifier"))
    )


@collects(
    DbClusterSnapshot, "rds:DescribeDBClusterSnapshots", "rds:DescribeDBClusterSnapshotAttributes"
)
def db_cluster_snapshots(aws: Reader) -> Iterator[DbClusterSnapshot]:
    kind = "DBClusterSnapshot"
    own = _own(aws, "describe_db_cluster_snapshots", kind)
    yield from aws.each(
        own, lambda said: DbClusterSnapshot(**_snapshot(aws, said, kind, "DBClusterIdentifier"))
    )


@collects(DbInstanceBackup, "rds:DescribeDBInstanceAutomatedBackups")
def db_instance_backups(aws: Reader) -> Iterator[DbInstanceBackup]:
    kind, operation = "DBInstance", "describe_db_instance_automated_backups"
    for said in aws.pages("rds", operation, f"{kind}AutomatedBackups"):
        yield DbInstanceBackup(**_backup(aws, said, kind, said.get("DbiResourceId")))


@collects(DbClusterBackup, "rds:DescribeDBClusterAutomatedBackups")
def db_cluster_backups(aws: Reader) -> Iterator[DbClusterBackup]:
    kind, operation = "DBCluster", "describe_db_cluster_automated_backups"
    for said in aws.pages("rds", operation, f"{kind}AutomatedBackups"):
        yield DbClusterBackup(**_backup(aws, said, kind, said.get("DbClusterResourceId")))


def _stored(aws: Reader, said: Any, kind: str, arn: str = "") -> dict[str, Any]:
    """What every one of RDS's stores has. ``kind`` is how RDS begins its members' names."""
    return {
        "arn": arn or said[f"{kind}Arn"],
        "account": aws.account,
        "region": aws.region,
        "name": said[f"{kind}Identifier"],
        "tags": {tag["Key"]: tag["Value"] for tag in said.get("TagList", [])},
        **_encryption(said),
    }


def _encryption(said: Any) -> dict[str, Any]:
    """The type comes first: under a key that AWS owns, ``StorageEncrypted`` says false."""
    kind = said.get("StorageEncryptionType")
    if kind is None:
        flag = "StorageEncrypted" if "StorageEncrypted" in said else "Encrypted"
        encryption: Any = attempt(lambda: "kms" if said[flag] else "none")
    else:
        unheard_of = f"the kit does not know the encryption type {kind}"
        encryption = _ENCRYPTION.get(kind, NotRead(Reason.NOT_KNOWABLE, detail=unheard_of))
    return {
        "encryption": encryption,
        "kms_key": said.get("KmsKeyId") if encryption == "kms" else None,
    }


def _own(aws: Reader, operation: str, kind: str) -> Iterator[Any]:
    for said in aws.pages("rds", operation, f"{kind}s"):
        if said[f"{kind}Arn"].split(":")[4] == aws.account:
            yield said


def _snapshot(aws: Reader, said: Any, kind: str, source: str) -> dict[str, Any]:
    stored, made_by = _stored(aws, said, kind), said["SnapshotType"]
    shareable = stored["encryption"] != "kms" and made_by != "automated"  # with everybody
    return stored | {
        "source": said[source],
        "engine": said["Engine"],
        "made_by": made_by,
        "public": _public(aws, kind, stored["name"]) if shareable else False,
    }


def _public(aws: Reader, kind: str, name: str) -> Any:
    operation = {
        "DBSnapshot": "describe_db_snapshot_attributes",
        "DBClusterSnapshot": "describe_db_cluster_snapshot_attributes",
    }[kind]
    asked = {f"{kind}Identifier": name}
    return attempt(
        lambda: any(
            attribute["AttributeName"] == "restore" and "all" in attribute["AttributeValues"]
            for attribute in aws.get("rds", operation, f"{kind}AttributesResult", **asked)[
                f"{kind}Attributes"
            ]
        )
    )


def _backup(aws: Reader, said: Any, kind: str, resource_id: str | None) -> dict[str, Any]:
    resource_id = resource_id or said[f"{kind}Identifier"]
    arn = said.get(f"{kind}AutomatedBackupsArn") or aws.arn("rds", f"auto-backup:{resource_id}")
    return {
        **_stored(aws, said, kind, arn),
        "resource_id": resource_id,
        "engine": said.get("Engine", ""),
        "status": said["Status"],
        "source_region": said.get("Region") or aws.region,
    }
