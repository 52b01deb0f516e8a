"""Checks on secrets in Secrets Manager."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.secretsmanager import Secret
from wa_kit.model import (
    Context,
    NotRead,
    Outcome,
    Reason,
    Unread,
    Verdict,
    fails,
    not_applicable,
    passes,
)
from wa_kit.policies import Policy, PolicyError, Principal, Trust, outsiders
from wa_kit.protection import KeyRing, judge_level


@check(
    severity="medium",
    remedy="aws secretsmanager update-secret --secret-id SECRET --kms-key-id KEY",
    docs="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
)
def secretsmanager_secret_key_level(secret: Secret, keys: KeyRing, context: Context) -> Verdict:
    """Secrets Manager secret key level.

    Secrets Manager encrypts every secret; the question is with whose key. Only a customer managed
    key has a policy of its own, and only with such a key can another account read the secret.
    """
    verdict = judge_level(secret, keys, context)
    if secret.owner:
        because = f"{secret.owner} manages this secret; {verdict.because}"
        return verdict.but(outcome=Outcome.NOT_APPLICABLE, reason=None, because=because)
    if verdict.level != "aws-managed" or verdict.outcome is Outcome.FAIL:
        return verdict
    shut_out = _others_let_in(secret, context)
    if not shut_out:
        return verdict
    return verdict.but(
        outcome=Outcome.FAIL,
        reason=None,
        because=(
            f"its policy lets in {', '.join(shut_out)}, but other accounts can never use the AWS "
            "managed key it is encrypted with"
        ),
    )


def _others_let_in(secret: Secret, context: Context) -> list[str]:
    if secret.policy is None:
        return []
    try:
        policy = Policy.parse(secret.policy)
    except PolicyError as error:
        operation = "secretsmanager:GetResourcePolicy"
        not_read = NotRead(Reason.MALFORMED, operation, operation, str(error))
        raise Unread(not_read) from error
    return list(map(_named, outsiders(policy, Trust(secret.account, partition=context.partition))))


def _named(who: Principal) -> str:
    if who.kind == "everyone":
        return "principals of any account"
    return f"account {who.account}" if who.kind == "account" else who.text


@check(
    severity="medium",
    remedy=(
        "aws secretsmanager rotate-secret --secret-id SECRET --rotation-lambda-arn FUNCTION "
        "--rotation-rules AutomaticallyAfterDays=30"
    ),
    docs="https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotating-secrets.html",
)
def secretsmanager_rotation_enabled(secret: Secret) -> Verdict:
    """Secrets rotate automatically.

    A password that never changes serves whoever got hold of it for as long. Rotation limits that
    time, and proves each time that the password can be changed at all.
    """
    if secret.deleted:
        return not_applicable(f"it is marked for deletion ({secret.deleted:%Y-%m-%d})")
    if secret.owner:
        return not_applicable(f"{secret.owner} manages this secret, and its rotation with it")
    if secret.primary_region and secret.primary_region != secret.region:
        return not_applicable(f"a replica rotates with its original in {secret.primary_region}")
    if not secret.rotates:
        return fails("automatic rotation is off")
    period = f" every {secret.rotation_days} days" if secret.rotation_days else ""
    last = f"last on {secret.last_rotated:%Y-%m-%d}" if secret.last_rotated else "but not so far"
    return passes(f"it rotates{period}, {last}")
