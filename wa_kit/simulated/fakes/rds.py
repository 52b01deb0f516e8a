"""RDS: automated backups, as they follow from moto's databases, and those that outlived theirs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from hashlib import sha256
from typing import Any

from moto.rds.models import rds_backends

from wa_kit.simulated.fakes.base import Fake, Item


class Rds(Fake):
    """``retained`` and ``retained_clusters`` by region: what is left of deleted databases."""

    paging = ("MaxRecords", "Marker")

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.retained: defaultdict[str, list[Item]] = defaultdict(list)
        self.retained_clusters: defaultdict[str, list[Item]] = defaultdict(list)

    def describe_db_instance_automated_backups(self, region: str, asked: Item) -> Item:
        live = [
            self._backup_of(region, database)
            for database in rds_backends[self.account][region].databases.values()
            if database.backup_retention_period and not hasattr(database, "cluster")
        ]
        return self.page("DBInstanceAutomatedBackups", live + self.retained[region], asked)

    def _backup_of(self, region: str, database: Any) -> Item:
        own = sha256(database.arn.encode()).hexdigest()[:26]  # moto gives all of them one id
        arn = f"arn:aws:rds:{region}:{self.account}:auto-backup:ab-{own}"
        described: Item = {
            "DBInstanceArn": database.arn,
            "DBInstanceAutomatedBackupsArn": arn,
            "DBInstanceIdentifier": database.db_instance_identifier,
            "DbiResourceId": f"db-{own.upper()}",
            "Region": region,
            "Engine": database.engine,
            "Status": "active",
            "BackupRetentionPeriod": int(database.backup_retention_period),
            "Encrypted": database.storage_encryption_type == "sse-kms",
            "StorageEncryptionType": database.storage_encryption_type,
        }
        return described | ({"KmsKeyId": database.kms_key_id} if database.kms_key_id else {})

    def describe_db_cluster_automated_backups(self, region: str, asked: Item) -> Item:
        clusters = rds_backends[self.account][region].clusters.values()
        live = [self._cluster_backup_of(region, cluster) for cluster in clusters]
        listed = live + self.retained_clusters[region]
        return self.page("DBClusterAutomatedBackups", listed, asked)

    def _cluster_backup_of(self, region: str, cluster: Any) -> Item:
        resource = cluster.db_cluster_resource_id
        arn = f"arn:aws:rds:{region}:{self.account}:cluster-auto-backup:ab-{resource[-26:]}"
        described: Item = {
            "DBClusterArn": cluster.db_cluster_arn,
            "DBClusterAutomatedBackupsArn": arn.lower(),
            "DBClusterIdentifier": cluster.db_cluster_identifier,
            "DbClusterResourceId": resource,
            "Region": region,
            "Engine": cluster.engine,
            "Status": "active",
            "BackupRetentionPeriod": int(cluster.backup_retention_period),
            "StorageEncrypted": cluster.storage_encryption_type == "sse-kms",
            "StorageEncryptionType": cluster.storage_encryption_type,
        }
        return described | ({"KmsKeyId": cluster.kms_key_id} if cluster.kms_key_id else {})
