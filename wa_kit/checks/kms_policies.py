"""Checks on key policies: whom they let in, from where, and with how much.

They read the policy alone. What IAM policies add where a key leaves the decision to IAM is
judged there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache

from wa_kit.checks import check
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.organizations import Organization, OrganizationAccount
from wa_kit.model import (
    Context,
    NotRead,
    Reason,
    Rows,
    Unread,
    Verdict,
    fails,
    no_answer,
    not_applicable,
    passes,
)
from wa_kit.policies import Grant, Policy, PolicyError, Principal, Statement, Trust, grants
from wa_kit.policies import outsiders as outsiders_of
from wa_kit.policies.kms import Holder, holders, wildcard_grants
from wa_kit.policies.principals import named

_SEE = "aws kms get-key-policy --region {region} --key-id {arn} --policy-name default"
_AWS_WROTE_IT = "AWS manages this key and wrote its policy"
_STRANGERS = "neither trusted in workload.yaml nor known to be of the same organization"
_parsed = lru_cache(maxsize=10_000)(Policy.parse)  # four checks read the policy of each key


def _policy(key: KmsKey) -> Policy:
    """The policy of a customer managed key. Raises ``Unread`` where it makes no sense."""
    try:
        return _parsed(key.policy or "")
    except PolicyError as error:
        operation = "kms:GetKeyPolicy"
        not_read = NotRead(Reason.MALFORMED, operation, operation, str(error))
        raise Unread(not_read) from error


@check(
    severity="critical",
    effort="small",
    remedy=(
        "aws kms put-key-policy: name the principals that need the key, or add a condition on "
        "aws:PrincipalOrgID or kms:CallerAccount. kms:ViaService alone keeps nobody out."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html",
    see=_SEE,
)
def kms_key_policy_not_public(key: KmsKey) -> Verdict:
    """Key policy does not allow any AWS principal.

    A statement for everybody gives every AWS account in the world the actions it names. A condition
    holds them back only if it says who they are.
    """
    if not key.customer_managed:
        return not_applicable(_AWS_WROTE_IT)
    public = [grant for grant in grants(_policy(key)) if grant.public]
    if not public:
        return passes("no statement lets in principals that it does not name or pin down")
    return fails("; ".join(dict.fromkeys(map(_lets_anybody, public))))


def _lets_anybody(grant: Grant) -> str:
    """``statement 2 (Use) lets anybody do kms:decrypt``."""
    statement = grant.statement
    through = any(condition.key == "kms:viaservice" for condition in statement.conditions)
    via = ", through an AWS service that every account can use" if through else ""
    return f"{_place(statement)} lets anybody do {_what(statement)}{via}"


@check(
    severity="high",
    remedy=(
        "Take the principal out with aws kms put-key-policy, or, where the access is meant, add "
        "its account to trusted_accounts in workload.yaml with a word on who it is."
    ),
    docs=(
        "https://docs.aws.amazon.com/kms/latest/developerguide/"
        "key-policy-modifying-external-accounts.html"
    ),
    see=_SEE,
)
def kms_key_policy_external_accounts(
    key: KmsKey,
    organizations: Rows[Organization],
    members: Rows[OrganizationAccount],
    context: Context,
) -> Verdict:
    """Cross-account use of keys is known.

    Whoever may use a key can read what it protects, if they get at the data. Accounts of others
    belong in a policy only when somebody knows why.
    """
    if not key.customer_managed:
        return not_applicable(_AWS_WROTE_IT)
    policy = _policy(key)
    foreign = outsiders_of(policy, Trust(key.account, partition=context.partition))
    orphans = _orphans(policy)
    if not foreign:
        return not_applicable(f"its policy names no principal of another account{orphans}")
    trust = Trust(
        key.account,
        frozenset(context.trusted_accounts),
        frozenset({context.organization} - {""}),
        context.partition,
    )
    left = outsiders_of(policy, trust)
    if left and all(who.kind != "everyone" for who in left):
        left = outsiders_of(policy, _widened(trust, organizations, members))
    if left and any(not ours.lists_members for ours in organizations) and _may_be_members(left):
        return no_answer(
            f"its policy lets in {_people(left)}; AWS tells only the management account whether "
            f"they are of the same organization. Say who they are in workload.yaml{orphans}"
        )
    if left:
        return fails(f"its policy lets in {_people(left)}, {_STRANGERS}{orphans}")
    return passes(
        f"its policy lets in {_people(foreign)}: named in workload.yaml or of the same "
        f"organization{orphans}"
    )


def _widened(
    trust: Trust,
    organizations: Collection[Organization],
    members: Collection[OrganizationAccount],
) -> Trust:
    """``trust`` and the account's own organization."""
    return Trust(
        trust.account,
        trust.accounts
        | {row.member for row in members}
        | {row.management_account for row in organizations},
        trust.organizations | {row.organization for row in organizations},
        trust.partition,
    )


def _may_be_members(outsiders: Collection[Principal]) -> bool:
    """Whether each is somebody in an account, and not everybody or another organization."""
    return all(who.kind not in ("everyone", "organization") for who in outsiders)


def _orphans(policy: Policy) -> str:
    found = {grant.who.text for grant in grants(policy) if grant.who.kind == "orphan"}
    if not found:
        return ""
    return f"; {', '.join(sorted(found))} is an orphaned principal, deleted since"


def _people(principals: Iterable[Principal]) -> str:
    shown = []
    for who in principals:
        words = {
            "everyone": "anybody",
            "account": f"account {who.account}",
            "organization": f"organization {who.text}",
        }
        shown.append(words.get(who.kind, who.text))
    return ", ".join(dict.fromkeys(shown))


@check(
    severity="medium",
    remedy="aws kms put-key-policy: list the actions that the principal needs instead of kms:*.",
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html",
    see=_SEE,
)
def kms_key_policy_wildcard_actions(key: KmsKey) -> Verdict:
    """Only the account-root delegation statement uses kms:*.

    Whoever holds every action can read the data, hand the key on and schedule its deletion. Only
    the statement that lets the account's own IAM policies decide has a reason to be that wide.
    """
    if not key.customer_managed:
        return not_applicable(_AWS_WROTE_IT)
    wide = wildcard_grants(_policy(key), key.account)
    if not wide:
        return passes("no principal but the account itself holds every action")
    return fails("; ".join(dict.fromkeys(map(_gives_all, wide))))


def _gives_all(grant: Grant) -> str:
    """``statement 3 gives arn:aws:iam::111122223333:role/App kms:*``."""
    pinned = grant.who.kind == "everyone" and grant.circles
    who = "all who meet its conditions" if pinned else _people([grant.who])
    return f"{_place(grant.statement)} gives {who} {_what(grant.statement)}"


@check(
    severity="high",
    remedy=(
        "aws kms put-key-policy with two statements: one role administers the key, others encrypt "
        "and decrypt with it."
    ),
    docs="https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html",
    see=_SEE,
)
def kms_key_policy_admin_user_separation(key: KmsKey, context: Context) -> Verdict:
    """Key administrators and key users are different principals.

    Somebody who can both change who has access and decrypt can read everything without anyone
    else's consent. Two roles make that a matter of two people.
    """
    if not key.customer_managed:
        return not_applicable(_AWS_WROTE_IT)
    _policy(key)
    held = _holders(key.policy or "", key.account)
    if not held:
        return not_applicable("its policy leaves administration and use of the key to IAM policies")
    both = [one for one in held if one.does_both]
    unexpected = [one.identity for one in both if not _breaks_glass(one, context)]
    if unexpected:
        return fails(f"may both administer and use the key: {', '.join(unexpected)}")
    if both:
        return passes("only break-glass principals may both administer and use the key")
    return passes(f"of {len(held)} that it names, nobody may both administer and use the key")


@lru_cache(maxsize=10_000)  # most keys of an account carry the policy they were made with
def _holders(policy: str, account: str) -> list[Holder]:
    return holders(_parsed(policy), account)


def _breaks_glass(holder: Holder, context: Context) -> bool:
    """Whether workload.yaml names the principal, by ARN or by the name alone, for emergencies."""
    for entry in context.break_glass:
        who = named("AWS", entry)
        if holder.identity in (entry, who and who.identity):
            return True
        if holder.identity.rpartition("/")[2] == entry:
            return True
    return False


def _place(statement: Statement) -> str:
    return f"statement {statement.place}" + (f" ({statement.sid})" if statement.sid else "")


def _what(statement: Statement) -> str:
    if statement.not_actions is not None:
        return f"everything but {', '.join(statement.not_actions)}"
    return ", ".join(statement.actions)
