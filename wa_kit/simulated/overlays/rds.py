"""RDS as AWS has it: what encrypts each store, and no key where there is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from moto.moto_api._internal import mock_random
from moto.rds import models
from moto.rds.models import rds_backends

from wa_kit.simulated.overlays.kms import aws_key
from wa_kit.simulated.overlays.registry import after, before, lock
from wa_kit.simulated.wire import Call

# moto names the secrets that RDS manages past its own seed: two demos would not be comparable.
_models: Any = models
_models.uuid = SimpleNamespace(uuid4=mock_random.uuid4)


@before("rds:CreateDBCluster")
def _remember_silence_on_encryption(call: Call) -> None:
    """An Aurora cluster made without a word on encryption is under a key that RDS owns, as on AWS
    since February 2026; it says so with StorageEncrypted=false."""
    if call.asked["Engine"].startswith("aurora") and "StorageEncrypted" not in call.asked:
        rds: Any = rds_backends[call.account][call.region]
        rds.kit_owned = {*getattr(rds, "kit_owned", ()), call.asked["DBClusterIdentifier"].lower()}


@after("rds:(Create|Copy|Restore).*")
def _storage_encryption_types(call: Call, body: str) -> None:
    """moto knows no StorageEncryptionType, and shows a key of stores that have none."""
    mend_rds(call.account, call.region)


def mend_rds(account: str, region: str) -> None:
    """Give every store of RDS its StorageEncryptionType, and the key that goes with it."""
    rds = rds_backends[account][region]
    _drop_backups_of_members(rds)
    stores: list[Any] = [*rds.clusters.values(), *rds.databases.values()]
    snapshots: list[Any] = [*rds.cluster_snapshots.values(), *rds.database_snapshots.values()]
    with lock:
        for store in [*stores, *snapshots]:
            if hasattr(store, "storage_encryption_type"):
                continue
            store.storage_encryption_type = _kind(rds, store)
            if hasattr(store, "cluster") and store in stores:
                continue  # a member shows its cluster's key
            encrypted = store.storage_encryption_type == "sse-kms"
            store.storage_encrypted = encrypted
            if hasattr(store, "encrypted"):
                store.encrypted = encrypted
            if not encrypted:
                store.kms_key_id = None
            elif store.kms_key_id in (None, _NO_KEY):
                store.kms_key_id = aws_key(account, region, "rds")


def _drop_backups_of_members(rds: Any) -> None:
    """moto makes automated snapshots of a cluster's members; AWS makes one of the cluster."""
    for name, snapshot in list(rds.database_snapshots.items()):
        if snapshot.snapshot_type == "automated" and hasattr(snapshot.database, "cluster"):
            del rds.database_snapshots[name]


_NO_KEY = "default_kms_key_id"  # what moto writes where it knows none


def _kind(rds: Any, store: Any) -> str:
    if store.storage_encrypted:
        return "sse-kms"
    cluster = getattr(store, "db_cluster_identifier", None)
    return "sse-rds" if cluster in getattr(rds, "kit_owned", ()) else "none"
