"""Checks on key policies: every branch of each rule, on literal policies."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace
from test_checks_kms import AWS_KEY, HIDDEN, KEY
from tools import ACCOUNT, CONTEXT, DENIED, finding, outcome

from wa_kit.evidence.organizations import Organization, OrganizationAccount

OTHER = "999988887777"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ADMIN = f"arn:aws:iam::{ACCOUNT}:role/KeyAdmin"
APP = f"arn:aws:iam::{ACCOUNT}:role/App"
DELEGATION = {"Principal": {"AWS": ROOT}, "Action": "kms:*"}
USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
MANAGE = ["kms:Create*", "kms:Put*", "kms:Disable*", "kms:ScheduleKeyDeletion"]
MEMBER = OrganizationAccount(
    arn=f"arn:aws:organizations::111111111111:account/o-abc/{OTHER}",
    account=ACCOUNT,
    region="global",
    member=OTHER,
)
OURS = Organization(
    arn=f"arn:aws:organizations::{ACCOUNT}:organization/o-abc",
    account=ACCOUNT,
    region="global",
    organization="o-abc",
    management_account=ACCOUNT,
)
THEIRS = replace(OURS, management_account="999900001111")  # we are a member, and see no others


def key(*statements, **fields):
    allows = [{"Effect": "Allow", "Resource": "*", **statement} for statement in statements]
    return replace(KEY, policy=json.dumps({"Statement": allows}), **fields)


def allow(principal, action="kms:Decrypt", **condition):
    said = {"Principal": principal, "Action": action}
    return said | ({"Condition": condition} if condition else {})


def when(key_name, value, operator="StringEquals"):
    return {operator: {key_name: value}}


# kms_key_policy_not_public: wrong_verdicts 5


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (key(DELEGATION), "pass"),
        (key(allow("*")), "fail"),
        (key(allow({"AWS": "*"})), "fail"),
        (key(allow({"AWS": [APP, "*"]})), "fail"),
        (key(allow("*", "kms:DescribeKey")), "fail"),
        (key({"NotPrincipal": {"AWS": APP}, "Action": "kms:Decrypt"}), "fail"),
        (key(allow("*", **when("kms:CallerAccount", ACCOUNT))), "pass"),
        (key(allow("*", **when("KMS:calleraccount", ACCOUNT))), "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), "pass"),
        (key(allow("*", **when("aws:SourceAccount", ACCOUNT))), "pass"),
        (key(allow("*", **when("kms:ViaService", "s3.eu-west-1.amazonaws.com"))), "fail"),
        (key(allow("*", **when("aws:PrincipalAccount", "*", "StringLike"))), "fail"),
        (key(allow("*", **when("aws:PrincipalOrgID", "false", "Null"))), "fail"),
        (key(allow("*", **when("kms:CallerAccount", ACCOUNT, "StringEqualsIfExists"))), "fail"),
        (AWS_KEY, "not_applicable"),
        (replace(AWS_KEY, policy=DENIED), "not_applicable"),
        (replace(KEY, policy=DENIED), "unknown"),
        (replace(KEY, policy="no policy"), "unknown"),
        (replace(HIDDEN, policy=key(DELEGATION).policy), "unknown"),
    ],
)
def test_kms_key_policy_not_public(key, expected):
    assert outcome("kms_key_policy_not_public", key) == expected


def test_a_public_key_says_which_statement_lets_anybody_do_what():
    via = allow("*", **when("kms:ViaService", "s3.eu-west-1.amazonaws.com"))
    found = finding("kms_key_policy_not_public", key(DELEGATION, via | {"Sid": "Use"}))
    assert found.because == (
        "statement 2 (Use) lets anybody do kms:decrypt, through an AWS service that every account "
        "can use"
    )


def test_a_policy_that_makes_no_sense_was_not_read():
    assert finding("kms_key_policy_not_public", replace(KEY, policy="[]")).reason == "malformed"


# kms_key_policy_external_accounts

TRUSTING = replace(CONTEXT, trusted_accounts=(OTHER,))
FAMILY = replace(CONTEXT, organization="o-abc")
FOREIGN_ROLE = f"arn:aws:iam::{OTHER}:role/Reader"
ORPHAN = "AROAABCDEFGHIJKLMNOPQ"


@pytest.mark.parametrize(
    ("key", "context", "others", "expected"),
    [
        (key(DELEGATION, allow({"AWS": APP})), CONTEXT, [], "not_applicable"),
        (key(allow({"AWS": OTHER})), CONTEXT, [], "fail"),
        (key(allow({"AWS": f"arn:aws:iam::{OTHER}:root"})), CONTEXT, [], "fail"),
        (key(allow({"AWS": FOREIGN_ROLE})), CONTEXT, [], "fail"),
        (key(allow({"AWS": FOREIGN_ROLE})), TRUSTING, [], "pass"),
        (key(allow({"AWS": FOREIGN_ROLE})), CONTEXT, [OURS, MEMBER], "pass"),
        (key(allow("*", **when("kms:CallerAccount", OTHER))), CONTEXT, [], "fail"),
        (key(allow("*", **when("kms:CallerAccount", OTHER))), TRUSTING, [], "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), CONTEXT, [], "fail"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), CONTEXT, [OURS, MEMBER], "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), FAMILY, [], "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-xyz"))), FAMILY, [OURS, MEMBER], "fail"),
        (key(allow("*")), TRUSTING, [OURS, MEMBER], "fail"),
        (key(allow({"AWS": OTHER})), CONTEXT, [OURS], "fail"),
        (key(allow({"AWS": OTHER})), CONTEXT, [THEIRS], "unknown"),
        (key(allow({"AWS": "999900001111"})), CONTEXT, [THEIRS], "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), CONTEXT, [THEIRS], "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-xyz"))), CONTEXT, [THEIRS], "fail"),
        (key(allow({"AWS": ORPHAN})), CONTEXT, [], "not_applicable"),
        (key(allow({"Service": "logs.amazonaws.com"})), CONTEXT, [], "not_applicable"),
        (AWS_KEY, CONTEXT, [], "not_applicable"),
        (replace(KEY, policy=DENIED), CONTEXT, [], "unknown"),
        (replace(KEY, policy="?"), CONTEXT, [], "unknown"),
        (HIDDEN, CONTEXT, [], "unknown"),
    ],
)
def test_kms_key_policy_external_accounts(key, context, others, expected):
    assert outcome("kms_key_policy_external_accounts", key, *others, context=context) == expected


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        (key(allow({"AWS": OTHER})), CONTEXT, "unknown"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), CONTEXT, "unknown"),
        (key(allow({"AWS": OTHER})), TRUSTING, "pass"),
        (key(allow("*", **when("aws:PrincipalOrgID", "o-abc"))), FAMILY, "pass"),
        (key(allow("*")), CONTEXT, "fail"),
        (key(DELEGATION), CONTEXT, "not_applicable"),
    ],
)
def test_a_denied_organization_leaves_open_only_who_is_not_trusted_anyway(key, context, expected):
    check = "kms_key_policy_external_accounts"
    assert outcome(check, key, context=context, denied=[OrganizationAccount]) == expected


def test_what_only_the_management_account_is_told_is_for_people_to_say():
    found = finding("kms_key_policy_external_accounts", key(allow({"AWS": OTHER})), THEIRS)
    assert found.reason == "no_answer"
    assert "AWS tells only the management account" in found.because


def test_an_orphaned_principal_is_reported_beside_the_verdict():
    found = finding("kms_key_policy_external_accounts", key(allow({"AWS": [ORPHAN, OTHER]})))
    assert found.because == (
        f"its policy lets in account {OTHER}, neither trusted in workload.yaml nor known to be of "
        f"the same organization; {ORPHAN} is an orphaned principal, deleted since"
    )


# kms_key_policy_wildcard_actions: wrong_verdicts 6


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (key(DELEGATION), "pass"),
        (key(DELEGATION, allow({"AWS": APP}, USE)), "pass"),
        (key(allow({"AWS": ACCOUNT}, "kms:*")), "pass"),
        (key(allow({"AWS": APP}, "kms:*")), "fail"),
        (key(allow({"AWS": APP}, ["kms:Decrypt", "*"])), "fail"),
        (key(allow({"AWS": f"arn:aws:iam::{ACCOUNT}:user/ann"}, "KMS:*")), "fail"),
        (key(allow({"Service": "logs.amazonaws.com"}, "kms:*")), "fail"),
        (key(allow({"AWS": f"arn:aws:iam::{OTHER}:root"}, "kms:*")), "fail"),
        (key(allow("*", "kms:*", **when("kms:CallerAccount", ACCOUNT))), "fail"),
        (key(DELEGATION, allow({"AWS": APP}, "kms:*") | {"Sid": ""}), "fail"),
        (AWS_KEY, "not_applicable"),
        (replace(KEY, policy=DENIED), "unknown"),
        (replace(KEY, policy="?"), "unknown"),
    ],
)
def test_kms_key_policy_wildcard_actions(key, expected):
    assert outcome("kms_key_policy_wildcard_actions", key) == expected


def test_a_wide_grant_names_its_statement_and_its_principal():
    found = finding(
        "kms_key_policy_wildcard_actions", key(DELEGATION, allow({"AWS": APP}, "kms:*"))
    )
    assert found.because == f"statement 2 gives {APP} kms:*"


def test_a_wide_grant_to_all_of_the_account_is_not_said_to_be_for_anybody():
    wide = key(allow("*", "kms:*", **when("kms:CallerAccount", ACCOUNT)))
    found = finding("kms_key_policy_wildcard_actions", wide)
    assert found.because == "statement 1 gives all who meet its conditions kms:*"


# kms_key_policy_admin_user_separation: wrong_verdicts 6, 23

GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]
FOR_SERVICES = when("kms:GrantIsForAWSResource", True, "Bool")
CONSOLE = (
    DELEGATION,
    allow({"AWS": ADMIN}, [*MANAGE, "kms:Revoke*", "kms:Update*"]),
    allow({"AWS": APP}, USE),
    allow({"AWS": APP}, GRANTS, **FOR_SERVICES),
)
BOTH = (DELEGATION, allow({"AWS": APP}, USE), allow({"AWS": APP}, MANAGE))
SSO = f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Ops_"


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        (key(DELEGATION), CONTEXT, "not_applicable"),
        (key(*CONSOLE), CONTEXT, "pass"),
        (key(DELEGATION, allow({"AWS": APP}, USE)), CONTEXT, "pass"),
        (key(*BOTH), CONTEXT, "fail"),
        (key(allow({"AWS": APP}, "kms:*")), CONTEXT, "fail"),
        (key(allow({"AWS": APP}, [*USE, *GRANTS])), CONTEXT, "fail"),
        (
            key(
                allow({"AWS": SSO + "0123456789abcdef"}, USE),
                allow({"AWS": SSO + "fedcba9876543210"}, MANAGE),
            ),
            CONTEXT,
            "fail",
        ),
        (key(*BOTH), replace(CONTEXT, break_glass=(APP,)), "pass"),
        (key(*BOTH), replace(CONTEXT, break_glass=("App",)), "pass"),
        (key(*BOTH), replace(CONTEXT, break_glass=(ADMIN,)), "fail"),
        (AWS_KEY, CONTEXT, "not_applicable"),
        (replace(KEY, policy=DENIED), CONTEXT, "unknown"),
        (replace(KEY, policy="?"), CONTEXT, "unknown"),
    ],
)
def test_kms_key_policy_admin_user_separation(key, context, expected):
    assert outcome("kms_key_policy_admin_user_separation", key, context=context) == expected


def test_who_does_both_is_named_once_by_the_name_people_know():
    found = finding("kms_key_policy_admin_user_separation", key(*BOTH))
    assert found.because == f"may both administer and use the key: {ACCOUNT}:role/App"
