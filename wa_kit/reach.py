"""What users and roles may do to data and to its backups, **up to**. Pure.

Service control policies, session policies and conditions may take from what is said here, and are
not counted. Roles that AWS alone can use are left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

import msgspec

from wa_kit.evidence.iam import IamPolicy, IamPrincipal
from wa_kit.model import NotRead, Reason, Rows, Unread
from wa_kit.policies import IdentityPolicies, Policy, PolicyError
from wa_kit.protection import View

_IN_VAULTS = (
    "backup:DeleteRecoveryPoint",
    "backup:DeleteBackupVault",
)
_DESTROYS = {  # service -> what destroys or overwrites data there, and what destroys its backups
    "EBS": (("ec2:DeleteVolume",), ("ec2:DeleteSnapshot",)),
    "RDS": (
        ("rds:DeleteDBInstance", "rds:DeleteDBCluster"),
        (
            "rds:DeleteDBSnapshot",
            "rds:DeleteDBClusterSnapshot",
            "rds:DeleteDBInstanceAutomatedBackup",
            "rds:DeleteDBClusterAutomatedBackup",
        ),
    ),
    "DynamoDB": (
        ("dynamodb:DeleteTable", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        ("dynamodb:DeleteBackup",),
    ),
    "EFS": (("elasticfilesystem:DeleteFileSystem", "elasticfilesystem:ClientWrite"), ()),
    "S3": (("s3:DeleteObject", "s3:PutObject"), ()),
}
_OBJECTS = "s3:DeleteObjectVersion"  # of buckets that workload.yaml says hold backups
RESTORES = (
    "backup:StartRestoreJob",
    "rds:RestoreDBInstanceFromDBSnapshot",
    "rds:RestoreDBClusterFromSnapshot",
)
_SOURCES = tuple(action for sources, _ in _DESTROYS.values() for action in sources)
DELETES = _IN_VAULTS + tuple(action for _, deletes in _DESTROYS.values() for action in deletes)
_ASKED = (*DELETES, *_SOURCES, *RESTORES, _OBJECTS)
_AWS_ONLY = ("backup.amazonaws.com", "dlm.amazonaws.com")


class Reach(msgspec.Struct, frozen=True):
    """What one user or role may do to data and backups, up to."""

    name: str
    arn: str
    administrator: bool
    may: frozenset[str]
    policies: IdentityPolicies

    def deletes_backups(self, buckets: Iterable[str]) -> bool:
        return not self.may.isdisjoint(DELETES) or self.deletes_objects_of(buckets)

    def deletes_objects_of(self, buckets: Iterable[str]) -> bool:
        return _OBJECTS in self.may and any(
            self.policies.may(_OBJECTS, f"{bucket}/*") for bucket in buckets
        )

    def destroys_both(self, buckets: Iterable[str]) -> bool:
        """Whether it may destroy data and the backups that would bring it back."""
        return any(
            not self.may.isdisjoint(sources) and not self.may.isdisjoint((*deletes, *_IN_VAULTS))
            for sources, deletes in _DESTROYS.values()
        ) or ("s3:DeleteObject" in self.may and self.deletes_objects_of(buckets))


class WhoMay(View):
    """Every user and role that may do what bears on backups; worked out once for both checks."""

    reads = (IamPrincipal, IamPolicy)

    def __init__(self, principals: Rows[IamPrincipal], policies: Rows[IamPolicy]) -> None:
        self._principals = principals
        self._policies = policies
        self._parsed: dict[str, tuple[Policy, frozenset[str]]] = {}
        self._worked_out: dict[tuple[object, ...], tuple[bool, frozenset[str]]] = {}
        self.not_read: list[NotRead] = []

    @cached_property
    def reaches(self) -> list[Reach]:
        """Those that could be worked out; ``not_read`` has the others' reasons."""
        self.not_read += [*self._principals.failed.values(), *self._policies.failed.values()]
        managed = {policy.arn: policy for policy in self._policies.seen()}
        found = []
        for principal in self._principals.seen():
            try:
                if not _only_for_aws(principal):
                    found.append(self._reach(principal, managed))
            except Unread as unread:
                self.not_read.append(unread.not_read)
        return found

    def whole(self) -> None:
        """Raises ``Unread`` unless everybody could be worked out."""
        for refused in self.not_read:
            raise Unread(refused)

    def _reach(self, principal: IamPrincipal, managed: dict[str, IamPolicy]) -> Reach:
        texts = (*principal.inline, *(_document(managed, arn) for arn in principal.attached))
        limit = _document(managed, principal.boundary) if principal.boundary else None
        parsed = [self._parse(text) for text in texts]
        policies = IdentityPolicies(
            tuple(policy for policy, _ in parsed), self._parse(limit)[0] if limit else None
        )
        same = (tuple(sorted(texts)), limit)
        if same not in self._worked_out:
            named = frozenset[str]().union(*(actions for _, actions in parsed))
            may = frozenset(policies.allowed(sorted(named)))
            self._worked_out[same] = _is_administrator(policies), may
        administrator, may = self._worked_out[same]
        return Reach(principal.name, principal.arn, administrator, may, policies)

    def _parse(self, text: str) -> tuple[Policy, frozenset[str]]:
        """A policy, and which of the actions asked about it allows at all."""
        if text not in self._parsed:
            try:
                policy = Policy.parse(text)
            except PolicyError as error:
                raise Unread(_malformed(str(error))) from error
            allows = policy.allows
            named = (a for a in _ASKED if any(allow.covers_action(a) for allow in allows))
            self._parsed[text] = policy, frozenset(named)
        return self._parsed[text]


def _document(managed: dict[str, IamPolicy], arn: str) -> str:
    if arn not in managed:
        raise Unread(_malformed(f"it lacks the policy {arn}"))
    return managed[arn].document


def _malformed(why: str) -> NotRead:
    action = "iam:GetAccountAuthorizationDetails"
    return NotRead(Reason.MALFORMED, action, action, why)


def _only_for_aws(principal: IamPrincipal) -> bool:
    """Whether nobody but AWS can act as it: service-linked, or AWS Backup's own role."""
    if principal.service_linked or principal.trust is None:
        return principal.service_linked
    try:
        trusted = Policy.parse(principal.trust).allows
    except PolicyError:
        return False  # then it is listed like any other
    return all(
        allow.principals and {who.text for who in allow.principals} <= set(_AWS_ONLY)
        for allow in trusted
    )


def _is_administrator(policies: IdentityPolicies) -> bool:
    limit = policies.boundary
    return _allows_all(policies.policies) and (limit is None or _allows_all((limit,)))


def _allows_all(policies: Iterable[Policy]) -> bool:
    allows = (allow for policy in policies for allow in policy.allows)
    return any(allow.covers_action("*") and allow.covers_resource("*") for allow in allows)
