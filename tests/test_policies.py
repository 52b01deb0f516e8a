"""The policy engine, on literal policies: those that other tools judge wrongly, above all."""

from __future__ import annotations

import json
from typing import Any

import pytest

from wa_kit.policies import (
    IdentityPolicies,
    Policy,
    PolicyError,
    Principal,
    Trust,
    denies,
    grants,
    outsiders,
)
from wa_kit.policies.wildcards import matches, overlaps

OWN, OTHER, THIRD = "111122223333", "444455556666", "777788889999"
ROOT, FOREIGN = f"arn:aws:iam::{OWN}:root", f"arn:aws:iam::{OTHER}:root"
ADMIN = f"arn:aws:iam::{OWN}:role/Admin"
ROLE_ID = "AROAEXAMPLEROLEID1234"
TRUST = Trust(OWN)


def policy(*statements: dict[str, Any]) -> Policy:
    return Policy.parse({"Version": "2012-10-17", "Statement": list(statements)})


def allow(who: Any = "*", action: Any = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": who, "Action": action, "Resource": "*"} | more


def deny(who: Any = "*", action: Any = "kms:*", **more: Any) -> dict[str, Any]:
    return allow(who, action, **more) | {"Effect": "Deny"}


def without(statement: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: said for name, said in statement.items() if name not in names}


def when(operator: str, key: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"Condition": {operator: {key: value}} | more}


def is_public(*statements: dict[str, Any]) -> bool:
    return any(grant.public for grant in grants(policy(*statements)))


# Reading


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ("", "no JSON"),
        ("<html>", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[]", "not a list"),
        ("null", "not a NoneType"),
        ("{}", "no Statement"),
        ('{"Statement": "Allow"}', "statement 1 is a str"),
        ('{"Statement": [], "Statement": []}', "'Statement' is given twice"),
        ({"Statement": [allow(), {}]}, "statement 2: Effect is None"),
        ({"Statement": allow() | {"Effect": "allow"}}, "'allow', not Allow or Deny"),
        ({"Statement": allow() | {"Actions": "*"}}, "'Actions' is no element"),
        ({"Statement": allow() | {"NotAction": "*"}}, "both Action and NotAction"),
        ({"Statement": allow() | {"NotPrincipal": "*"}}, "both Principal and NotPrincipal"),
        ({"Statement": without(allow(), "Action")}, "neither Action nor NotAction"),
        ({"Statement": allow(action=[1])}, "Action holds a int"),
        ({"Statement": allow({"Aws": "*"})}, "'Aws' is no kind of principal"),
        ({"Statement": allow("somebody")}, "'somebody' is no account"),
        ({"Statement": allow(Condition=[])}, "Condition is a list"),
        ({"Statement": allow(Condition={"StringEquals": "x"})}, "no object of keys"),
        ({"Statement": allow(**when("ForSomeValues:StringEquals", "x", "y"))}, "no operator"),
        ({"Statement": allow(**when("StringEquals", "aws:x", None))}, "aws:x holds a NoneType"),
    ],
)
def test_what_is_no_policy_is_refused_with_the_place(document: Any, says: str) -> None:
    with pytest.raises(PolicyError, match=says):
        Policy.parse(document)


def test_statements_with_equal_or_no_sid_are_all_kept() -> None:  # wrong_verdicts 6
    document = {"Statement": [allow(Sid="a"), allow(FOREIGN, Sid="a"), allow(ROOT)]}
    read = Policy.parse(json.dumps(document))
    assert [(one.place, one.sid) for one in read.statements] == [(1, "a"), (2, "a"), (3, "")]


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("AWS", "*", Principal("everyone", "*")),
        ("AWS", OTHER, Principal("account", OTHER, OTHER)),
        ("AWS", FOREIGN, Principal("account", FOREIGN, OTHER, "aws")),
        ("AWS", ADMIN, Principal("principal", ADMIN, OWN, "aws")),
        ("AWS", ROLE_ID, Principal("orphan", ROLE_ID)),
        ("AWS", "arn:aws:iam::*:root", Principal("everyone", "*")),
        (
            "AWS",
            f"arn:aws-cn:iam::{OTHER}:user/li",
            Principal("principal", f"arn:aws-cn:iam::{OTHER}:user/li", OTHER, "aws-cn"),
        ),
        (
            "AWS",
            "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
            Principal(
                "service", "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"
            ),
        ),
        ("Service", "logs.amazonaws.com", Principal("service", "logs.amazonaws.com")),
        ("Federated", "*", Principal("everyone", "*")),
        ("Federated", "accounts.google.com", Principal("federated", "accounts.google.com")),
        (
            "Federated",
            f"arn:aws:iam::{OTHER}:saml-provider/idp",
            Principal("federated", f"arn:aws:iam::{OTHER}:saml-provider/idp", OTHER, "aws"),
        ),
        ("CanonicalUser", "79a59df9", Principal("canonical", "79a59df9")),
    ],
)
def test_every_form_of_principal_is_known(kind: str, text: str, expected: Principal) -> None:
    assert [grant.who for grant in grants(policy(allow({kind: text})))] == [expected]


@pytest.mark.parametrize(
    ("arn", "identity"),
    [
        (f"arn:aws:iam::{OWN}:role/Admin", f"{OWN}:role/Admin"),
        (f"arn:aws:iam::{OWN}:role/path/to/Admin", f"{OWN}:role/Admin"),
        (f"arn:aws:sts::{OWN}:assumed-role/Admin/alice", f"{OWN}:role/Admin"),
        (
            f"arn:aws:iam::{OWN}:role/aws-reserved/sso.amazonaws.com/eu-west-1/"
            "AWSReservedSSO_KeyAdmins_0123456789abcdef",
            f"{OWN}:role/AWSReservedSSO_KeyAdmins",
        ),
        (f"arn:aws:iam::{OWN}:user/alice", f"arn:aws:iam::{OWN}:user/alice"),
        (ROOT, f"{OWN}:root"),
        (OWN, f"{OWN}:root"),
    ],
)
def test_sessions_paths_and_permission_sets_are_one_identity(arn: str, identity: str) -> None:
    assert grants(policy(allow(arn)))[0].who.identity == identity


# Wildcards


@pytest.mark.parametrize(
    ("pattern", "text", "covered", "touched"),
    [
        ("kms:*", "kms:decrypt", True, True),
        ("kms:de?rypt", "kms:decrypt", True, True),
        ("*", "kms:*", True, True),
        ("kms:decrypt", "kms:*", False, True),
        ("kms:?", "kms:*", False, True),
        ("s3:get*", "*", False, True),
        ("arn:aws:s3:::b/*", "arn:aws:s3:::b/?*", True, True),
        ("arn:aws:s3:::b/?*", "arn:aws:s3:::b/?*", True, True),
        ("arn:aws:s3:::b*", "arn:aws:s3:::b/?*", True, True),
        ("arn:aws:s3:::b", "arn:aws:s3:::b/?*", False, False),
        ("arn:aws:s3:::b/logs/*", "arn:aws:s3:::b/?*", False, True),
        ("a*c", "b*c", False, False),
        ("a*c", "*b*", False, True),
        ("", "", True, True),
        ("*a" * 500 + "b", "a" * 2000, False, False),  # no time lost in backtracking
    ],
)
def test_a_pattern_covers_or_touches(pattern: str, text: str, covered: bool, touched: bool) -> None:
    assert (matches(pattern, text), overlaps(pattern, text)) == (covered, touched)


@pytest.mark.parametrize(
    ("elements", "action", "covered"),
    [
        ({"Action": "KMS:decrypt"}, "kms:Decrypt", True),
        ({"Action": ["kms:Encrypt", "kms:De*"]}, "kms:Decrypt", True),
        ({"Action": "kms:Decrypt"}, "kms:*", False),
        ({"Action": []}, "kms:Decrypt", False),
        ({"NotAction": "kms:Decrypt"}, "kms:Decrypt", False),
        ({"NotAction": "s3:*"}, "kms:Decrypt", True),
        ({"NotAction": "s3:*"}, "kms:*", True),
        ({"NotAction": "kms:Decrypt"}, "kms:*", False),
        ({"NotAction": []}, "*", True),
    ],
)
def test_actions_are_covered_whatever_their_case(
    elements: dict[str, Any], action: str, covered: bool
) -> None:
    [statement] = policy(without(allow(), "Action") | elements).statements
    assert statement.covers_action(action) is covered


@pytest.mark.parametrize(
    ("elements", "covered", "touched"),
    [
        ({"Resource": "*"}, True, True),
        ({"Resource": "arn:aws:s3:::bucket/*"}, True, True),
        ({"Resource": "arn:aws:s3:::BUCKET/*"}, False, False),
        ({"Resource": ["arn:aws:s3:::bucket"]}, False, False),
        ({"Resource": "arn:aws:s3:::bucket/${aws:username}/*"}, False, True),
        ({"Resource": []}, False, False),
        ({"NotResource": "arn:aws:s3:::bucket/a*"}, False, True),
        ({"NotResource": "arn:aws:s3:::bucket*"}, False, False),
        ({"NotResource": "arn:aws:s3:::other/*"}, True, True),
        ({}, True, True),
    ],
)
def test_resources_are_covered_case_and_all(
    elements: dict[str, Any], covered: bool, touched: bool
) -> None:
    [statement] = policy(without(allow(), "Resource") | elements).statements
    objects = "arn:aws:s3:::bucket/?*"
    found = statement.covers_resource(objects), statement.touches_resource(objects)
    assert found == (covered, touched)


# Whom an Allow lets in

PRESENT = {"Null": {"aws:PrincipalOrgID": "false"}}
PATH = "o-a1b2c3/r-ab12/ou-ab12-cd34/*"


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (when("StringEquals", "kms:CallerAccount", OWN), False),  # wrong_verdicts 5
        (when("StringEquals", "KMS:calleraccount", [OWN]), False),
        (when("StringEquals", "aws:PrincipalAccount", OTHER), False),  # foreign, not public
        (when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3"), False),
        (when("StringEquals", "aws:SourceOrgID", "o-a1b2c3"), False),
        (when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", PATH), False),
        (when("StringEqualsIgnoreCase", "aws:SourceAccount", OWN), False),
        (when("StringEquals", "aws:SourceAccount", int(OWN)), False),
        (when("ArnLike", "aws:SourceArn", f"arn:aws:s3:*:{OWN}:*"), False),
        (when("ArnEquals", "aws:PrincipalArn", ADMIN), False),
        (when("StringLike", "aws:PrincipalArn", f"arn:aws:iam::{OWN}:role/*"), False),
        (when("StringLike", "aws:userid", [f"{ROLE_ID}:*", OWN]), False),
        (when("StringEquals", "aws:SourceVpce", "vpce-0a1b2c"), False),
        (when("StringEquals", "aws:SourceVpc", "vpc-0a1b2c"), False),
        (when("StringEquals", "s3:DataAccessPointAccount", OWN), False),
        (when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3", **PRESENT), False),
        (when("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3", **PRESENT), False),
        ({}, True),
        (when("StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"), True),
        (when("StringEquals", "kms:EncryptionContext:app", "x"), True),
        (when("StringLike", "aws:PrincipalAccount", "*"), True),
        (when("StringLike", "aws:PrincipalAccount", "1111*"), True),
        (when("StringEquals", "aws:PrincipalAccount", [OWN, "*"]), True),
        (when("StringEquals", "aws:PrincipalAccount", []), True),
        (when("StringLike", "aws:PrincipalOrgID", "o-*"), True),
        (when("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/r-ab12/*"), True),
        (when("Null", "aws:PrincipalOrgID", "false"), True),
        (when("Null", "aws:PrincipalAccount", False), True),
        (when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-a1b2c3"), True),
        (when("ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-a1b2c3"), True),
        (when("StringNotEquals", "aws:PrincipalAccount", OTHER), True),
        (when("StringNotLike", "aws:PrincipalOrgID", "o-a1b2c3"), True),
        (when("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/Admin"), True),
        (when("ArnLike", "aws:SourceArn", "arn:aws:s3:::bucket"), True),  # no account in it
        (when("StringLike", "aws:PrincipalArn", f"arn:*:{OWN}:role/Admin"), True),
        (when("StringLike", "aws:PrincipalArn", f"arn:aws:*::{OWN}:role/x"), True),  # runs over :
        (when("StringLike", "aws:userid", "*:alice"), True),
        (when("IpAddress", "aws:SourceIp", "10.0.0.0/8"), True),
        (when("Bool", "aws:SecureTransport", True), True),
    ],
)
@pytest.mark.parametrize("who", ["*", {"AWS": "*"}, {"AWS": ["*", ROOT]}])
def test_only_what_pins_the_caller_makes_a_wildcard_principal_private(
    who: Any, condition: dict[str, Any], expected: bool
) -> None:
    assert is_public(allow(who, **condition)) is expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow(action="kms:DescribeKey")], True),  # wrong_verdicts 5: one action is enough
        ([without(allow(), "Principal") | {"NotPrincipal": {"AWS": FOREIGN}}], True),
        ([allow({"Federated": "*"})], True),
        ([allow(ROOT), allow(FOREIGN)], False),
        ([deny()], False),
        ([allow(), deny()], False),
        ([allow(), deny(action="kms:Encrypt")], True),
        ([allow(action="kms:*"), deny(action="kms:Decrypt")], True),
        ([allow(), deny(**when("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3"))], False),
        ([allow(), deny(**when("StringNotLikeIfExists", "aws:PrincipalAccount", OWN))], False),
        ([allow(), without(deny(), "Principal") | {"NotPrincipal": {"AWS": ADMIN}}], False),
        ([allow(), deny(**when("StringEquals", "aws:PrincipalOrgID", "o-a1b2c3"))], True),
        ([allow(), deny(**when("StringNotEquals", "aws:PrincipalTag/team", "x"))], True),
        (
            [
                allow(),
                deny(**when("StringNotEquals", "aws:PrincipalOrgID", "o-a1b2c3", **PRESENT)),
            ],
            True,  # callers of no organization pass the Deny by
        ),
        (
            [
                allow(),
                deny(**when("ForAnyValue:StringNotLike", "aws:PrincipalOrgPaths", PATH)),
            ],
            True,
        ),
        ([allow(), deny(ROOT)], True),
        (
            [
                allow(),
                without(deny(**when("Bool", "aws:SecureTransport", False)), "Principal")
                | {"NotPrincipal": {"AWS": ADMIN}},
            ],
            True,
        ),
    ],
)
def test_a_policy_is_public_by_all_its_statements(
    statements: list[dict[str, Any]], expected: bool
) -> None:
    assert is_public(*statements) is expected


@pytest.mark.parametrize(
    ("statement", "trust", "expected"),
    [
        (allow(ROOT), TRUST, []),
        (allow(OWN), TRUST, []),
        (allow(OTHER), TRUST, [OTHER]),
        (allow({"AWS": [FOREIGN, ADMIN, THIRD]}), TRUST, [THIRD, FOREIGN]),
        (allow({"AWS": [FOREIGN, THIRD]}), Trust(OWN, frozenset({OTHER})), [THIRD]),
        (allow(f"arn:aws-cn:iam::{OWN}:root"), TRUST, [f"arn:aws-cn:iam::{OWN}:root"]),
        (allow(f"arn:aws-cn:iam::{OWN}:root"), Trust(OWN, partition="aws-cn"), []),
        (allow(f"arn:aws-us-gov:iam::{OWN}:root"), Trust(OWN, partition="aws-us-gov"), []),
        (allow(**when("StringEquals", "kms:CallerAccount", [OWN, OTHER])), TRUST, [OTHER]),
        (allow(**when("StringEquals", "aws:PrincipalOrgID", "o-a1")), TRUST, ["o-a1"]),
        (
            allow(**when("StringEquals", "aws:PrincipalOrgID", "o-a1")),
            Trust(OWN, organizations=frozenset({"o-a1"})),
            [],
        ),
        (
            allow(FOREIGN, **when("StringEquals", "aws:PrincipalOrgID", "o-a1")),
            Trust(OWN, organizations=frozenset({"o-a1"})),
            [],  # another account, but only while it is in the organization
        ),
        (
            allow(
                Condition={
                    "StringEquals": {"aws:PrincipalOrgID": "o-a1", "aws:PrincipalAccount": OTHER}
                }
            ),
            TRUST,
            [OTHER],
        ),
        (allow(), TRUST, ["*"]),
        (allow({"Service": "logs.amazonaws.com"}), TRUST, []),
        (allow(ROLE_ID), TRUST, []),
        (allow({"CanonicalUser": "79a59df9"}), TRUST, ["79a59df9"]),
        (allow(**when("StringEquals", "aws:SourceVpce", "vpce-0a1b2c")), TRUST, []),
        (without(allow(FOREIGN), "Action") | {"NotAction": "kms:Encrypt"}, TRUST, [FOREIGN]),
    ],
)
def test_outsiders_are_named(statement: dict[str, Any], trust: Trust, expected: list[str]) -> None:
    assert [who.text for who in outsiders(policy(statement), trust)] == expected


# Whom a Deny keeps out

DELETE = "backup:DeleteRecoveryPoint"
BREAK_GLASS = f"arn:aws:iam::{OWN}:role/BreakGlass"


def vault(**more: Any) -> dict[str, Any]:
    return deny(action="backup:Delete*", **more)


def excepting(operator: str, value: Any, key: str = "aws:PrincipalArn") -> dict[str, Any]:
    return vault(**when(operator, key, value))


@pytest.mark.parametrize(
    ("statements", "reach", "excepted"),
    [
        ([], "nobody", ()),
        ([allow(action=DELETE)], "nobody", ()),
        ([deny(action="s3:*")], "nobody", ()),
        ([vault()], "everyone", ()),
        ([vault() | {"Principal": {"AWS": "*"}}], "everyone", ()),
        ([without(vault(), "Action") | {"NotAction": "backup:List*"}], "everyone", ()),
        ([without(vault(), "Action") | {"NotAction": "backup:D*"}], "nobody", ()),
        ([excepting("StringNotLike", BREAK_GLASS)], "all but named", (BREAK_GLASS,)),
        ([excepting("ArnNotEquals", [BREAK_GLASS])], "all but named", (BREAK_GLASS,)),
        ([excepting("ArnNotLikeIfExists", BREAK_GLASS)], "all but named", (BREAK_GLASS,)),
        (
            [excepting("StringNotLike", f"{ROLE_ID}:*", key="aws:userId")],
            "all but named",
            (f"{ROLE_ID}:*",),
        ),
        (
            [excepting("ArnNotLike", "arn:aws:iam::*:role/BG*")],
            "all but named",
            ("arn:aws:iam::*:role/BG*",),
        ),
        (
            [without(vault(), "Principal") | {"NotPrincipal": {"AWS": [BREAK_GLASS, ROOT]}}],
            "all but named",
            (BREAK_GLASS, ROOT),
        ),
        ([excepting("ArnNotLike", BREAK_GLASS), vault()], "everyone", ()),
        (
            [
                without(vault(**when("Bool", "aws:SecureTransport", False)), "Principal")
                | {"NotPrincipal": {"AWS": BREAK_GLASS}}
            ],
            "some",
            (),
        ),
        ([excepting("ArnNotLike", [])], "some", ()),
        ([excepting("ArnNotLike", "*")], "some", ()),
        ([excepting("ArnNotLike", f"arn:aws:iam::{OWN}:role/*")], "some", ()),
        ([excepting("ArnNotLike", f"arn:aws:iam::{OWN}:*")], "some", ()),
        ([excepting("ForAnyValue:ArnNotLike", BREAK_GLASS)], "some", ()),
        ([excepting("ArnLike", BREAK_GLASS)], "some", ()),
        ([excepting("StringNotEquals", "o-a1b2c3", key="aws:PrincipalOrgID")], "some", ()),
        ([vault(**when("Bool", "aws:MultiFactorAuthPresent", "false"))], "some", ()),
        ([without(vault(), "Principal") | {"NotPrincipal": "*"}], "some", ()),
        ([vault() | {"Principal": {"AWS": ADMIN}}], "some", ()),
        ([vault() | {"Principal": {"AWS": ROOT}}], "some", ()),
        ([vault(Resource="arn:aws:backup:eu-west-1:1:recovery-point:a")], "some", ()),
    ],
)
def test_a_deny_reaches_as_far_as_its_principals_and_conditions(
    statements: list[dict[str, Any]], reach: str, excepted: tuple[str, ...]
) -> None:
    found = denies(policy(*statements), DELETE)
    assert (found.reach, found.excepted) == (reach, excepted)
    assert found.binding is (reach in ("everyone", "all but named"))


def test_a_deny_for_the_own_account_is_enough_where_nobody_else_is_let_in() -> None:
    own = policy(vault() | {"Principal": {"AWS": ROOT}})
    assert denies(own, DELETE, account=OWN).reach == "everyone"
    assert denies(own, DELETE, account=OTHER).reach == "some"


# What a principal may do


def says(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {
        "Statement": {"Effect": effect, "Action": action, "Resource": resource} | more,
    }


BUCKET = "arn:aws:s3:::backups/*"
MFA = when("Bool", "aws:MultiFactorAuthPresent", "true")
BACKUP_ALL, NO_DELETE = says("Allow", "backup:*"), says("Deny", DELETE)


@pytest.mark.parametrize(
    ("documents", "boundary", "expected"),
    [
        ([], None, False),
        ([BACKUP_ALL], None, True),
        ([says("Allow", "*")], None, True),
        ([says("Allow", "backup:List*")], None, False),
        ([says("Allow", DELETE, **MFA)], None, True),  # up to
        ([says("Allow", "BACKUP:deleterecoverypoint", "arn:aws:backup:*")], None, True),
        ([{"Statement": {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}}], None, True),
        ([{"Statement": {"Effect": "Allow", "NotAction": "b*", "Resource": "*"}}], None, False),
        ([{"Statement": {"Effect": "Allow", "Action": "*", "NotResource": "*"}}], None, False),
        ([BACKUP_ALL, NO_DELETE], None, False),
        ([NO_DELETE, BACKUP_ALL], None, False),
        ([BACKUP_ALL, says("Deny", DELETE, **MFA)], None, True),
        ([BACKUP_ALL, says("Deny", DELETE, "arn:aws:backup:x")], None, True),
        ([says("Allow", DELETE, "arn:x:a"), says("Deny", "*", "arn:x:*")], None, False),
        ([says("Allow", DELETE, ["arn:x:a", "arn:y"]), says("Deny", "*", "arn:x:*")], None, True),
        ([BACKUP_ALL], says("Allow", "backup:*"), True),
        ([BACKUP_ALL], says("Allow", "s3:*"), False),
        ([BACKUP_ALL], {"Statement": [says("Allow", "*")["Statement"],
                                      NO_DELETE["Statement"]]}, False),
        ([says("Allow", DELETE, "arn:x:a")], says("Allow", "*", "arn:y:*"), False),
    ],
)  # fmt: skip
def test_what_a_principal_may_do_is_said_up_to(
    documents: list[Any], boundary: Any, expected: bool
) -> None:
    assert IdentityPolicies.parse(documents, boundary).may(DELETE) is expected


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (says("Allow", "s3:*", "*"), True),
        (says("Allow", "s3:*", "arn:aws:s3:::backups/prod/*"), True),
        (says("Allow", "s3:*", "arn:aws:s3:::${aws:username}/*"), True),
        (says("Allow", "s3:*", "arn:aws:s3:::other/*"), False),
        (says("Allow", "s3:*", "arn:aws:s3:::backups"), False),
    ],
)
def test_a_permission_counts_only_on_the_resource_asked_about(
    document: Any, expected: bool
) -> None:
    found = IdentityPolicies.parse([document]).allowed(["s3:DeleteObjectVersion"], BUCKET)
    assert bool(found) is expected


def test_a_deny_on_all_that_was_asked_about_leaves_nothing() -> None:
    mine = IdentityPolicies.parse(
        [says("Allow", "s3:*", "arn:aws:s3:::prod*"), says("Deny", "s3:*", "arn:aws:s3:::*.bak")]
    )
    assert not mine.may("s3:DeleteObjectVersion", "arn:aws:s3:::*.bak")
    assert mine.may("s3:DeleteObjectVersion", "arn:aws:s3:::*.txt")
