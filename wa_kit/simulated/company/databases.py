"""Kestrel's databases: RDS instances, Aurora, DynamoDB, and their snapshots."""

from __future__ import annotations

from typing import Any

from wa_kit.simulated.company.site import FRANKFURT, IRELAND, VIRGINIA, Site, Tags, pairs, tags

# name, region, key (None: plain; "aws": alias/aws/rds), tags
_INSTANCES: list[tuple[str, str, str | None, Tags]] = [
    ("shop", IRELAND, "shop", tags("confidential", "shop-team", "webshop")),
    ("payments", IRELAND, "payments", tags("pci", "payments-team", "payments")),
    ("reporting", IRELAND, "aws", tags("pii", "finance-team", "reporting")),
    ("wholesale-erp", IRELAND, None, tags("confidential", "wholesale-team", "erp")),
    ("german-shop", FRANKFURT, "german-shop", tags("pii", "shop-team", "webshop")),
    ("us-surveys", VIRGINIA, None, {"Owner": "marketing-team"}),
]
# name, region, engine, what is asked of encryption, tags
_CLUSTERS: list[tuple[str, str, str, dict[str, Any], Tags]] = [
    ("subscriptions", IRELAND, "aurora-postgresql", {"StorageEncrypted": True, "key": "customers"},
     tags("pii", "crm-team", "subscriptions")),
    ("loyalty", IRELAND, "aurora-mysql", {}, tags("internal", "loyalty-team", "loyalty")),
    ("vouchers", FRANKFURT, "aurora-postgresql", {}, tags("pci", "shop-team", "vouchers")),
    ("warehouse", VIRGINIA, "aurora-mysql", {"StorageEncrypted": False},
     tags("confidential", "marketing-team", "bi")),
]  # fmt: skip
# name, region, SSE (None: owned by AWS), point-in-time recovery, tags
_TABLES: list[tuple[str, str, str | None, bool, Tags]] = [
    ("orders", IRELAND, "payments", True, tags("pci", "payments-team", "orders")),
    ("carts", IRELAND, "aws", True, tags("pii", "shop-team", "webshop")),
    ("sessions", IRELAND, None, False, tags("internal", "shop-team", "webshop")),
    ("sensor-readings", IRELAND, "roastery-sensors", True, tags("internal", "roastery-team", "s")),
    ("german-carts", FRANKFURT, "german-shop", True, tags("pii", "shop-team", "webshop")),
    ("newsletter", FRANKFURT, None, False, tags("pii", "marketing-team", "newsletter")),
    ("us-ab-tests", VIRGINIA, None, False, {}),
]


def make_databases(site: Site) -> None:
    for name, region, key, kept in _INSTANCES:
        _instance(site, name, region, key, kept)
    for name, region, engine, sealed, kept in _CLUSTERS:
        _cluster(site, name, region, engine, dict(sealed), kept)
    _copies_and_shares(site)
    _what_outlived_its_database(site)
    for table in _TABLES:
        _table(site, *table)


def _instance(site: Site, name: str, region: str, key: str | None, kept: Tags) -> None:
    rds, full = site.client("rds", region), f"kestrel-{name}"
    sealed: dict[str, Any] = {"StorageEncrypted": key is not None}
    if key not in (None, "aws"):
        sealed["KmsKeyId"] = site.keys[str(key)]
    rds.create_db_instance(
        DBInstanceIdentifier=full,
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        AllocatedStorage=100,
        MasterUsername="kestrel",
        ManageMasterUserPassword=True,
        BackupRetentionPeriod=7,
        Tags=pairs(kept),
        **sealed,
    )
    rds.create_db_snapshot(
        DBInstanceIdentifier=full, DBSnapshotIdentifier=f"{full}-before-upgrade", Tags=pairs(kept)
    )
    site.note(site.arn("rds", region, f"db:{full}"), "rds:db")
    site.note(site.arn("rds", region, f"snapshot:{full}-before-upgrade"), "rds:snapshot")


def _cluster(
    site: Site, name: str, region: str, engine: str, sealed: dict[str, Any], kept: Tags
) -> None:
    rds, full = site.client("rds", region), f"kestrel-{name}"
    key = sealed.pop("key", None)
    if key:
        sealed["KmsKeyId"] = site.keys[key]
    rds.create_db_cluster(
        DBClusterIdentifier=full,
        Engine=engine,
        MasterUsername="kestrel",
        ManageMasterUserPassword=True,
        BackupRetentionPeriod=14,
        Tags=pairs(kept),
        **sealed,
    )
    rds.create_db_instance(
        DBInstanceIdentifier=f"{full}-writer",
        DBClusterIdentifier=full,
        DBInstanceClass="db.r8g.large",
        Engine=engine,
        Tags=pairs(kept),
    )
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier=full, DBClusterSnapshotIdentifier=f"{full}-quarterly", Tags=pairs(kept)
    )
    site.note(site.arn("rds", region, f"cluster:{full}"), "rds:cluster")
    site.note(site.arn("rds", region, f"cluster-snapshot:{full}-quarterly"), "rds:cluster-snapshot")


def _copies_and_shares(site: Site) -> None:
    """A plain snapshot that was copied under a key, and one that the world may restore."""
    rds = site.client("rds", IRELAND)
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier="kestrel-wholesale-erp-before-upgrade",
        TargetDBSnapshotIdentifier="kestrel-wholesale-erp-sealed",
        KmsKeyId=site.keys["shop"],
    )
    site.note(site.arn("rds", IRELAND, "snapshot:kestrel-wholesale-erp-sealed"), "rds:snapshot")
    site.client("rds", VIRGINIA).modify_db_snapshot_attribute(
        DBSnapshotIdentifier="kestrel-us-surveys-before-upgrade",
        AttributeName="restore",
        ValuesToAdd=["all"],
    )


def _what_outlived_its_database(site: Site) -> None:
    arn = site.arn("rds", VIRGINIA, "db:kestrel-us-giftcards")
    site.fake("rds").retained[VIRGINIA].append(
        {
            "DBInstanceArn": arn,
            "DBInstanceAutomatedBackupsArn": arn.replace(":db:", ":auto-backup:ab-"),
            "DBInstanceIdentifier": "kestrel-us-giftcards",
            "DbiResourceId": "db-KESTRELGIFTCARDS00000001",
            "Region": VIRGINIA,
            "Engine": "mysql",
            "Status": "retained",
            "BackupRetentionPeriod": 35,
            "Encrypted": False,
            "StorageEncryptionType": "none",
        }
    )


def _table(site: Site, name: str, region: str, key: str | None, recovers: bool, kept: Tags) -> None:
    dynamodb, full = site.client("dynamodb", region), f"kestrel-{name}"
    sse: dict[str, Any] = {}
    if key:
        sse = {"Enabled": True, "SSEType": "KMS"}
        if key != "aws":
            sse["KMSMasterKeyId"] = site.keys[key]
    dynamodb.create_table(
        TableName=full,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=pairs(kept),
        **({"SSESpecification": sse} if sse else {}),
    )
    if recovers:
        dynamodb.update_continuous_backups(
            TableName=full,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )
    site.note(site.arn("dynamodb", region, f"table/{full}"), "dynamodb:table")
