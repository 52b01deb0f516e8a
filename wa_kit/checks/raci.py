"""Checks on the responsibility matrix (RACI), and on the users and roles its roles act as.

They judge what answers.yaml says. Whether somebody does what they answer for, no row can show.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from wa_kit.checks import check
from wa_kit.evidence.iam import IamPrincipal
from wa_kit.model import (
    Attestation,
    Context,
    Rows,
    Verdict,
    fails,
    no_answer,
    not_applicable,
    passes,
)
from wa_kit.policies.wildcards import matches
from wa_kit.wording import listing

Held = Mapping[str, Sequence[str]]  # role -> who holds it
USED_DAYS = 90


@check(
    about="raci",
    severity="medium",
    effort="small",
    remedy=(
        "Name under raci of answers.yaml the roles that do it and the one that answers for it, "
        "and under raci, roles who holds them (held_by)."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_ops_model_def_responsibilities_ownership.html",
)
def attest_raci_matrix(line: Attestation) -> Verdict:
    """Responsibility matrix: somebody does it, one role answers for it, people hold both.

    A matrix finds what lies between two roles: work that each takes for the other's. A role that
    nobody holds is no better than none.
    """
    if not line.answered:
        return no_answer("answers.yaml says of no practice and no document who does it")
    accountable: Held = line.details["accountable"]
    responsible: Held = line.details["responsible"]
    gaps = list(_gaps(accountable, responsible))
    if gaps:
        return fails("; ".join(gaps))
    return passes(f"accountable: {_named(accountable)}; responsible: {_named(responsible)}")


def _gaps(accountable: Held, responsible: Held) -> Iterator[str]:
    if not accountable and not responsible:
        yield "the matrix names no role for it"
    elif not accountable:
        yield "no role is accountable for it"
    elif not responsible:
        yield "no role is responsible for it"
    for role, people in {**accountable, **responsible}.items():
        if not people:
            yield f"nobody holds the role {role}"


def _named(roles: Held) -> str:
    return listing([f"{listing(people)} ({role})" for role, people in roles.items()])


@check(
    about="principals",
    severity="low",
    remedy=(
        "Make the missing role, or correct its name in answers.yaml under raci, roles, principals."
    ),
    docs="https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html",
)
def iam_encryption_roles_exist(
    role: Attestation, principals: Rows[IamPrincipal], context: Context
) -> Verdict:
    """Roles for security engineer / cloud administrator exist and are mapped.

    A responsibility ends where nobody has the means. A role of the matrix that acts as a user or
    role which is gone, or which nobody has used for months, is one that nobody fills.
    """
    if not role.answered:
        return not_applicable("answers.yaml does not say as which users and roles it acts")
    patterns: list[str] = role.details["principals"]
    found = {pattern: _matching(principals.seen(), pattern) for pattern in patterns}
    if missing := [pattern for pattern, matching in found.items() if not matching]:
        len(principals)  # what was not read may be what is missing
        return fails(f"IAM knows no user or role {listing(missing, 'or')}")
    acting = {one.arn: one for matching in found.values() for one in matching}
    idle = [one.name for one in acting.values() if _idle(one, context.now)]
    names = listing(sorted(one.name for one in acting.values()))
    unused = f"nobody used {listing(sorted(idle))} in the last {USED_DAYS} days"
    if len(idle) == len(acting):
        return no_answer(f"{unused}; say whether the people of this role still act so")
    return passes(f"it acts as {names}{f'; {unused}' if idle else ''}")


def _matching(principals: Sequence[IamPrincipal], pattern: str) -> list[IamPrincipal]:
    return [one for one in principals if matches(pattern, one.name) or matches(pattern, one.arn)]


def _idle(principal: IamPrincipal, now: dt.datetime) -> bool:
    """Of users AWS tells no day in this listing."""
    if principal.kind != "role":
        return False
    last = principal.last_used
    return last is None or now - last > dt.timedelta(days=USED_DAYS)
