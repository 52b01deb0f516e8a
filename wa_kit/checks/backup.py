"""Checks on AWS Backup: the keys of vaults, what lies in them, who may destroy it, and plans."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.backup import BackupPlan, BackupVault, RecoveryPoint
from wa_kit.evidence.dynamodb import DynamoTable
from wa_kit.evidence.rds import AutomatedBackup, DbCluster, DbInstance
from wa_kit.model import (
    Context,
    DataStore,
    NotRead,
    Outcome,
    Reason,
    Region,
    Rows,
    Unread,
    Verdict,
    fails,
    not_applicable,
    not_knowable,
    passes,
)
from wa_kit.policies import Policy, PolicyError, Trust, denies, grants
from wa_kit.protection import KeyRing, judge_level

_IN_POINTS = ("backup:DeleteRecoveryPoint", "backup:UpdateRecoveryPointLifecycle")
_ON_VAULT = (
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:PutBackupVaultAccessPolicy",
)
_NOT_THERE = ("EXPIRED", "DELETING", "PARTIAL")
_BACKED_UP = frozenset(
    {
        "AWS::EC2::Volume",
        "AWS::RDS::DBInstance",
        "AWS::RDS::DBCluster",
        "AWS::DynamoDB::Table",
        "AWS::EFS::FileSystem",
        "AWS::S3::Bucket",
    }
)


@check(
    severity="medium",
    remedy=(
        "The key of a vault cannot be changed: create a vault with a customer managed key "
        "(aws backup create-backup-vault --encryption-key-arn), point the plans at it, and copy "
        "the recovery points there (aws backup start-copy-job). Enable a key that is disabled, "
        "cancel the deletion of one that is scheduled."
    ),
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
)
def backup_vault_key_level(vault: BackupVault, keys: KeyRing, context: Context) -> Verdict:
    """Backup vault key level.

    The vault's key protects backups of the types that AWS Backup manages itself, such as EFS, S3
    and DynamoDB; other types keep the key of their source. A key that cannot be used makes every
    such backup unreadable, on the day it is needed.
    """
    if vault.kind == "RESTORE_ACCESS_BACKUP_VAULT":
        return not_applicable("it only shows the recovery points of another vault")
    if not vault.recovery_points:
        return not_applicable("the vault is empty")
    level = keys.level(vault)
    if level.name == "unusable":
        said = {"level": level.name, "key": level.key}
        return fails(f"it is {level.in_words}", severity="critical", **said)
    if vault.air_gapped and level.name == "owned":
        return not_applicable("an air-gapped vault, whose key AWS owns by design", level="owned")
    verdict = judge_level(vault, keys, context)
    if verdict.outcome is Outcome.PASS and not level.reaches("customer") and _takes_copies(vault):
        return verdict.but(
            outcome=Outcome.FAIL,
            because=(
                f"it is {level.in_words}, but takes copies from other accounts, and most types "
                "can only be copied into a vault with a customer managed key"
            ),
        )
    return verdict


def _takes_copies(vault: BackupVault) -> bool:
    """Whether the vault's policy lets other accounts copy backups into it."""
    policy = _policy(vault)
    own = Trust(vault.account)
    return policy is not None and any(
        grant.statement.touches_action("backup:CopyIntoBackupVault") and grant.outsiders(own)
        for grant in grants(policy)
    )


def _policy(vault: BackupVault) -> Policy | None:
    try:
        return None if vault.policy is None else Policy.parse(vault.policy)
    except PolicyError as error:
        action = "backup:GetBackupVaultAccessPolicy"
        raise Unread(NotRead(Reason.MALFORMED, action, action, str(error))) from error


@check(
    severity="high",
    effort="large",
    remedy=(
        "Encrypt the source, so that its next backups are encrypted; or copy the recovery point "
        "into a vault with a customer managed key (aws backup start-copy-job), where its type is "
        "re-encrypted by a copy."
    ),
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/encryption.html",
)
def backup_recovery_point_encrypted(point: RecoveryPoint) -> Verdict:
    """Recovery points encrypted.

    A backup holds all that its source holds. Whoever can copy or share one that is not encrypted
    has the data, without ever touching the database or the volume.
    """
    if point.status in _NOT_THERE:
        return not_applicable(f"the recovery point is {point.status}")
    if point.composite:
        return not_applicable("it only groups other recovery points, which are judged themselves")
    if point.encrypted is None:
        return not_knowable("AWS Backup does not say whether it is encrypted")
    what = f"this backup of {point.source_type or 'a resource'} in vault {point.vault}"
    if not point.encrypted:
        return fails(f"{what} is not encrypted", level="none")
    with_key = f" with {point.kms_key}" if point.kms_key else ""
    return passes(f"{what} is encrypted{with_key}", key=point.kms_key)


@check(
    severity="high",
    effort="small",
    remedy=(
        "aws backup put-backup-vault-access-policy with a Deny of deleting recovery points, of "
        "changing their lifecycle, of deleting the vault and of changing this policy, for all but "
        "named roles; or aws backup put-backup-vault-lock-configuration with "
        "--changeable-for-days, which nobody can lift later."
    ),
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/create-a-vault-access-policy.html",
)
def backup_vault_access_policy_denies_delete(vault: BackupVault, context: Context) -> Verdict:
    """Vault policy denies deletion and limits copy/restore.

    Who breaks into an account looks for the backups first. A vault that refuses deletion, whatever
    other rights the intruder has gathered, is what there is to come back from.
    """
    if vault.kind == "RESTORE_ACCESS_BACKUP_VAULT":
        return not_applicable("it only shows the recovery points of another vault")
    if not vault.recovery_points:
        return not_applicable("the vault is empty")
    if vault.air_gapped:
        return passes("an air-gapped vault is locked against deletion by design")
    if vault.locked and vault.lock_date and vault.lock_date <= context.now:
        return passes(f"the vault is locked for good since {vault.lock_date.date()}")
    policy = _policy(vault)
    if policy is None:
        return fails(f"the vault has no access policy; {_lock(vault)}")
    places = {action: "*" for action in _IN_POINTS} | {action: vault.arn for action in _ON_VAULT}
    open_ = [
        action.removeprefix("backup:")
        for action, place in places.items()
        if not denies(policy, action, place, vault.account).binding
    ]
    if open_:
        return fails(f"its policy does not deny {', '.join(open_)}; {_lock(vault)}")
    return passes("its policy denies deletion to all but named principals")


def _lock(vault: BackupVault) -> str:
    if not vault.locked:
        return "it is not locked"
    if vault.lock_date:
        return f"its lock can still be lifted until {vault.lock_date.date()}"
    return "its lock is in governance mode, which those with the right to can lift"


@check(
    severity="high",
    remedy=(
        "aws backup create-backup-plan, then aws backup create-backup-selection to say what it "
        "backs up; or, where another tool makes the backups, say so in workload.yaml under "
        "inherited: backup."
    ),
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/about-backup-plans.html",
    see="aws backup list-backup-plans --region {region}",
)
def backup_plan_exists(
    region: Region,
    plans: Rows[BackupPlan],
    stores: Rows[DataStore],
    automated: Rows[AutomatedBackup],
    context: Context,
) -> Verdict:
    """Active backup plan with selections.

    Backups that somebody has to remember are not made on the day that matters. A plan backs up
    only what is selected: without a selection it runs and keeps nothing.
    """
    if given := context.inherited.get("backup"):
        return not_applicable(f"provided by account {given.account}: {given.where}")
    if "backup" in context.excused:
        return not_applicable(f"off on purpose: {context.excused['backup']}")
    here = [plan for plan in plans.seen() if plan.region == region.region]
    working = sorted(plan.name for plan in here if _works(plan) is True)
    if working:
        return passes(f"backup plans with rules and selections: {', '.join(working)}")
    bare, own, unsure = _without_plan(region.region, stores, automated)
    if bare or unsure:
        plans.in_region(region.region)
        for plan in here:
            _settle(_works(plan))
    if bare:
        idle = ", ".join(sorted(plan.name for plan in here))
        said = f"these plans back nothing up: {idle}" if idle else "there is no backup plan"
        return fails(f"{said}; data stores here without backups of their own: {bare}")
    stores.in_region(region.region)
    for refused in unsure:
        raise Unread(refused)
    if not own:
        return not_applicable("the region holds nothing to back up")
    return passes(f"all {own} data stores here keep backups of their own, without a plan's help")


def _works(plan: BackupPlan) -> bool | NotRead:
    try:
        return plan.rules > 0 and plan.selections > 0
    except Unread as unread:
        return unread.not_read


def _settle(answer: bool | NotRead) -> None:
    if isinstance(answer, NotRead):
        raise Unread(answer)


def _without_plan(
    region: str, stores: Rows[DataStore], automated: Rows[AutomatedBackup]
) -> tuple[int, int, list[NotRead]]:
    """How many stores of a region have no backups of their own, how many have, and the unsure."""
    bare, own, unsure = 0, 0, []
    for store in stores.once(_by_region).get(region, ()):
        try:
            if _keeps_own(store, automated):
                own += 1
            else:
                bare += 1
        except Unread as unread:
            unsure.append(unread.not_read)
    return bare, own, unsure


def _by_region(stores: Rows[DataStore]) -> dict[str, list[DataStore]]:
    found: dict[str, list[DataStore]] = {}
    for store in stores.seen():
        if store.resource_type in _BACKED_UP:
            found.setdefault(store.region, []).append(store)
    return found


def _keeps_own(store: DataStore, automated: Rows[AutomatedBackup]) -> bool:
    if isinstance(store, DynamoTable):
        return store.point_in_time
    if isinstance(store, DbInstance | DbCluster):
        named = store.cluster if isinstance(store, DbInstance) and store.cluster else store.name
        return any(
            backup.name == named and backup.status == "active"
            for backup in automated.in_region(store.region)
        )
    return False
