"""AWS Backup: vaults as AWS lists them, their recovery points and policies, selections, reports.

Vaults, plans and vault locks themselves are moto's.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any

from moto.backup.models import backup_backends

from wa_kit.simulated.fakes.base import Fake, Item
from wa_kit.simulated.overlays.kms import is_aws_managed
from wa_kit.simulated.wire import Refused


class Backup(Fake):
    """``recovery_points`` and ``policies`` by (region, vault), ``selections`` by (region, plan id),
    ``report_jobs`` by region. A recovery point lacking its vault's names gets them."""

    def __init__(self, account: str, now: dt.datetime) -> None:
        super().__init__(account, now)
        self.recovery_points: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        self.policies: dict[tuple[str, str], str] = {}
        self.selections: defaultdict[tuple[str, str], list[Item]] = defaultdict(list)
        self.report_jobs: defaultdict[str, list[Item]] = defaultdict(list)
        self.air_gapped: set[tuple[str, str]] = set()  # vaults that AWS owns the key of, by design

    def list_backup_vaults(self, region: str, asked: Item) -> Item:
        vaults = backup_backends[self.account][region].vaults.values()
        return self.page("BackupVaultList", [self._vault(region, v) for v in vaults], asked)

    def _vault(self, region: str, vault: Any) -> Item:
        listed: Item = vault.to_list_dict()
        gapped = (region, vault.backup_vault_name) in self.air_gapped
        key = listed.get("EncryptionKeyArn")
        listed["VaultType"] = "LOGICALLY_AIR_GAPPED_BACKUP_VAULT" if gapped else "BACKUP_VAULT"
        listed["NumberOfRecoveryPoints"] = len(
            self.recovery_points[region, vault.backup_vault_name]
        )
        if gapped:
            listed["EncryptionKeyType"] = "AWS_OWNED_KMS_KEY"
        elif key and not is_aws_managed(self.account, key):
            listed["EncryptionKeyType"] = "CUSTOMER_MANAGED_KMS_KEY"
        return listed

    def list_recovery_points_by_backup_vault(self, region: str, asked: Item) -> Item:
        name = asked["BackupVaultName"]
        names = {"BackupVaultName": name, "BackupVaultArn": self._arn(region, name)}
        points = [names | point for point in self.recovery_points[region, name]]
        for field, by in (("ResourceArn", "ByResourceArn"), ("ResourceType", "ByResourceType")):
            if by in asked:
                points = [point for point in points if point.get(field) == asked[by]]
        return self.page("RecoveryPoints", points, asked)

    def get_backup_vault_access_policy(self, region: str, asked: Item) -> Item:
        name = asked["BackupVaultName"]
        arn = self._arn(region, name)
        policy = self.policies.get((region, name))
        if policy is None:
            raise Refused("ResourceNotFoundException", f"Backup vault {name} has no access policy")
        return {"BackupVaultName": name, "BackupVaultArn": arn, "Policy": policy}

    def put_backup_vault_access_policy(self, region: str, asked: Item) -> Item:
        self._arn(region, asked["BackupVaultName"])
        self.policies[region, asked["BackupVaultName"]] = asked["Policy"]
        return {}

    def list_backup_selections(self, region: str, asked: Item) -> Item:
        plan = asked["BackupPlanId"]
        if plan not in backup_backends[self.account][region].plans:
            raise Refused("ResourceNotFoundException", f"There is no backup plan {plan}")
        return self.page("BackupSelectionsList", self.selections[region, plan], asked)

    def list_report_jobs(self, region: str, asked: Item) -> Item:
        return self.page("ReportJobs", self.report_jobs[region], asked)

    def _arn(self, region: str, vault: str) -> str:
        vaults = backup_backends[self.account][region].vaults
        if vault not in vaults:
            raise Refused("ResourceNotFoundException", f"There is no backup vault {vault}")
        arn: str = vaults[vault].backup_vault_arn
        return arn
