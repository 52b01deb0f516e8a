"""Checks on what users and roles may do to backups. What is said here is always "up to"."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Sequence

from wa_kit.checks import check
from wa_kit.model import Account, Context, Verdict, fails, no_answer, passes
from wa_kit.reach import RESTORES, Reach, WhoMay

_SEE = "aws iam get-account-authorization-details --filter User Role Group"
_MOST_NAMED = 10


@check(
    severity="high",
    remedy=(
        "Take the right to delete backups from every role but those that need it, deny it to all "
        "others by a service control policy, and list those roles in workload.yaml under "
        "backup_deleters."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_backing_up_data_secured_backups_data.html",
    see=_SEE,
)
def backup_delete_permissions(account: Account, who: WhoMay, context: Context) -> Verdict:
    """Who can delete backups, snapshots and vaults.

    A backup protects from everything but the person who may delete it. Few roles need to; the
    others carry that right by a wildcard that nobody meant.
    """
    buckets = _buckets(context)
    able = [reach for reach in who.reaches if reach.deletes_backups(buckets)]
    names = _names(reach for reach in able if not reach.administrator)
    administrators = _names(reach for reach in able if reach.administrator)
    besides = f"; besides, {_counted(administrators, 'administrator')}" if administrators else ""
    allowed = context.backup_deleters
    if allowed is None:
        who.whole()
        if not able:
            return passes("nobody can delete backups")
        can = (
            f"{_counted(names)} can{besides}"
            if names
            else f"{_counted(administrators, 'administrator')} can"
        )
        return no_answer(f"workload.yaml does not say who may delete backups; {can}")
    unlisted = _names(r for r in able if not r.administrator and not _listed(r, allowed))
    if unlisted:
        return fails(f"not on the list, but able to delete backups: {_counted(unlisted)}{besides}")
    who.whole()
    return passes(f"at most those allowed to can delete backups: {_some(names)}{besides}")


@check(
    severity="high",
    remedy=(
        "Give the deletion of backups to roles of their own, better in another account, and name "
        "emergency roles in workload.yaml under break_glass."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/rel_backing_up_data_secured_backups_data.html",
    see=_SEE,
)
def backup_role_separation(account: Account, who: WhoMay, context: Context) -> Verdict:
    """Backup operators differ from data operators.

    One stolen credential must not be enough to destroy data and its backups alike. Whoever works
    with the data needs no right to delete what would bring it back.
    """
    buckets = _buckets(context)
    both = [
        reach
        for reach in who.reaches
        if reach.destroys_both(buckets) and not _listed(reach, context.break_glass)
    ]
    others = [reach for reach in both if not reach.administrator]
    wrong = both if context.break_glass else others
    if wrong:
        restore = sum(not reach.may.isdisjoint(RESTORES) for reach in wrong)
        also = f"; {restore} of them can also restore" if restore else ""
        return fails(f"able to destroy data and its backups: {_counted(_names(wrong))}{also}")
    who.whole()
    if both:
        return no_answer(
            "workload.yaml does not say who is for emergencies only; able to destroy data and its "
            f"backups: {_counted(_names(both), 'administrator')}"
        )
    return passes("nobody, emergency roles aside, can destroy both data and its backups")


def _buckets(context: Context) -> list[str]:
    return [f"arn:{context.partition}:s3:::{name}" for name in context.backup_buckets]


def _listed(reach: Reach, allowed: Sequence[str]) -> bool:
    """By name or ARN, with * and ?."""
    return any(
        fnmatch.fnmatchcase(known, pattern)
        for pattern in allowed
        for known in (reach.name, reach.arn)
    )


def _names(reaches: Iterable[Reach]) -> list[str]:
    return sorted(reach.name for reach in reaches)


def _counted(names: Sequence[str], noun: str = "") -> str:
    """``up to 2 users and roles: backup-operator, ops``."""
    one, many = (noun, f"{noun}s") if noun else ("user or role", "users and roles")
    return f"up to {len(names)} {one if len(names) == 1 else many}: {_some(names)}"


def _some(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    shown = ", ".join(names[:_MOST_NAMED]) or "nobody"
    return f"{shown} and {more} more" if more > 0 else shown
