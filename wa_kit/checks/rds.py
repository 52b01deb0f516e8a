"""Checks on RDS and Aurora: storage, snapshots, automated backups."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.rds import AutomatedBackup, DbCluster, DbInstance, RdsSnapshot
from wa_kit.model import DataStore, Verdict, fails, not_applicable, passes

_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide"
_AURORA_GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide"


@check(
    severity="high",
    effort="large",
    remedy=(
        "Take a manual snapshot, copy it with aws rds copy-db-snapshot --kms-key-id, restore a "
        "new instance from the copy, and point the application at it. An instance cannot be "
        "encrypted in place."
    ),
    docs=f"{_GUIDE}/Overview.Encryption.html",
)
def rds_instance_storage_encrypted(instance: DbInstance) -> Verdict:
    """RDS DB instance storage encrypted.

    Logs, automated backups, snapshots and read replicas follow the instance: when it is plain,
    all of its copies are.
    """
    if instance.cluster:
        return not_applicable(f"its storage is that of the cluster {instance.cluster}")
    return _storage(instance, f"{instance.gib} GiB lie unencrypted")


@check(
    severity="high",
    effort="large",
    remedy=(
        "Take a cluster snapshot and restore it with aws rds restore-db-cluster-from-snapshot "
        "--kms-key-id (Aurora encrypts while it restores), then switch over."
    ),
    docs=f"{_AURORA_GUIDE}/Overview.Encryption.html",
)
def rds_cluster_storage_encrypted(cluster: DbCluster) -> Verdict:
    """Aurora / Multi-AZ DB cluster storage encrypted.

    Aurora encrypts new clusters by itself since 2026 with a key that AWS owns, and then reports
    StorageEncrypted as false: only the encryption type tells such a cluster from a plain one.
    """
    return _storage(cluster, "its storage lies unencrypted")


@check(
    severity="high",
    effort="large",
    remedy=(
        "aws rds copy-db-snapshot (for clusters: copy-db-cluster-snapshot) --kms-key-id makes an "
        "encrypted copy. Encrypt the source as well, or its next snapshot is plain again."
    ),
    docs=f"{_GUIDE}/USER_CopySnapshot.html",
)
def rds_snapshot_encrypted(snapshot: RdsSnapshot) -> Verdict:
    """RDS/Aurora/DocDB/Neptune snapshots encrypted.

    A snapshot is the whole database in a form that can be copied and shared. One that was taken
    before the database was encrypted stays plain for as long as it is kept.
    """
    if snapshot.made_by == "awsbackup":
        return not_applicable("AWS Backup made it: it is judged as a recovery point")
    return _storage(snapshot, f"a copy of {snapshot.source} lies unencrypted")


@check(
    severity="high",
    effort="large",
    remedy=(
        "Automated backups take the encryption of their source: restore the database into an "
        "encrypted one (see rds_instance_storage_encrypted), whose backups then are encrypted."
    ),
    docs=f"{_GUIDE}/USER_WorkingWithAutomatedBackups.html",
)
def rds_automated_backup_encrypted(backup: AutomatedBackup) -> Verdict:
    """RDS automated backups (incl. retained and replicated) encrypted.

    Backups that were kept when their database was removed are shown in no list of databases, and
    those replicated from another Region are under a key of this one.
    """
    which = {"retained": "the retained backups", "creating": "the first backups"}.get(
        backup.status, "the automated backups"
    )
    return _storage(backup, f"{which} of {backup.name} lie unencrypted")


@check(
    severity="critical",
    effort="small",
    remedy=(
        "aws rds modify-db-snapshot-attribute (for clusters: modify-db-cluster-snapshot-attribute) "
        "--attribute-name restore --values-to-remove all. Treat what it held as disclosed."
    ),
    docs=f"{_GUIDE}/USER_ShareSnapshot.html",
)
def rds_snapshot_public(snapshot: RdsSnapshot) -> Verdict:
    """RDS snapshots not public.

    Anyone with an AWS account can restore a public snapshot and read the database in it. AWS
    lists public snapshots for everybody to see.
    """
    if snapshot.made_by == "automated":
        return not_applicable("an automated snapshot, which AWS lets nobody share")
    if snapshot.public:
        return fails(f"any AWS account may restore this copy of {snapshot.source}")
    if snapshot.encryption == "kms":
        return passes("it is encrypted with a KMS key, and AWS lets no such snapshot be public")
    return passes("not every AWS account may restore it")


def _storage(store: DataStore, lies: str) -> Verdict:
    """Encrypted or not; by which key is for the checks on classified data."""
    if store.encryption == "none":
        return fails(lies, level="none")
    if store.encryption == "owned":
        return passes("encrypted with a key that AWS owns", level="owned")
    return passes(f"encrypted with {store.kms_key or 'an unnamed key'}", key=store.kms_key)
