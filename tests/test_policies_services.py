"""What only key policies and bucket policies ask of the policy engine."""

from __future__ import annotations

from typing import Any

import botocore.session
import pytest
from test_policies import ADMIN, FOREIGN, OWN, ROOT, allow, deny, policy, when, without

from wa_kit.policies import kms
from wa_kit.policies.s3 import PutGuard, put_guard

USER = f"arn:aws:iam::{OWN}:role/User"
FOR_SERVICES = when("Bool", "kms:GrantIsForAWSResource", True)
# What the console writes for administrators and for users of a key.
ADMINISTERS = [
    "kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:Update*",
    "kms:Revoke*", "kms:Disable*", "kms:Get*", "kms:Delete*", "kms:TagResource",
    "kms:UntagResource", "kms:ScheduleKeyDeletion", "kms:CancelKeyDeletion",
    "kms:RotateKeyOnDemand",
]  # fmt: skip
USES = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
MAKES_GRANTS = ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"]


def test_every_kms_action_is_classified_once() -> None:
    known = [*kms.ADMINISTRATION, *kms.USE, *kms.GRANTS, *kms.NEITHER]
    assert len(known) == len(set(known))
    operations = set(botocore.session.get_session().get_service_model("kms").operation_names)
    permissions = {"ReEncryptFrom", "ReEncryptTo", "SynchronizeMultiRegionKey"}  # no operations
    assert set(known) == operations - {"ReEncrypt"} | permissions


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(action="kms:*"), {"administration", "use"}),
        (allow(action="*"), {"administration", "use"}),
        (allow(action=ADMINISTERS), {"administration"}),
        (allow(action=USES), {"use"}),
        (allow(action="kms:De*"), {"administration", "use"}),  # Delete..., Decrypt
        (allow(action=["kms:Describe*", "kms:List*", "kms:Get*"]), set()),
        (allow(action="kms:CreateGrant"), {"administration"}),
        (allow(action=MAKES_GRANTS, **FOR_SERVICES), {"use"}),  # wrong_verdicts 23
        (allow(action="kms:Create*", **FOR_SERVICES), {"use"}),
        (allow(action="kms:*", **FOR_SERVICES), {"use"}),  # no other request has that key
        (
            allow(action="kms:*", **when("BoolIfExists", "kms:grantisforawsresource", "True")),
            {"administration", "use"},
        ),
        (
            allow(action=MAKES_GRANTS, **when("Bool", "kms:GrantIsForAWSResource", "false")),
            {"administration"},
        ),
        (allow(action="s3:*"), set()),
        (without(allow(), "Action") | {"NotAction": "kms:D*"}, {"administration", "use"}),
    ],
)
def test_the_actions_of_a_statement_are_administration_or_use(
    statement: dict[str, Any], expected: set[str]
) -> None:
    assert kms.duties(policy(statement).statements[0]) == expected


@pytest.mark.parametrize(
    ("statements", "both"),
    [
        ([allow(ROOT, "kms:*")], []),
        ([allow(ADMIN, ADMINISTERS), allow(USER, USES)], []),
        (
            [
                allow(ROOT, "kms:*"),
                allow(ADMIN, ADMINISTERS),
                allow(USER, USES),
                allow(USER, MAKES_GRANTS, **FOR_SERVICES),
            ],
            [],  # as the console makes it: wrong_verdicts 23
        ),
        ([allow(ADMIN, "kms:*")], [f"{OWN}:role/Admin"]),
        ([allow(ADMIN, ADMINISTERS), allow(ADMIN, USES)], [f"{OWN}:role/Admin"]),
        (
            [
                allow(ADMIN, ADMINISTERS),
                allow(f"arn:aws:sts::{OWN}:assumed-role/Admin/me", "kms:Decrypt"),
            ],
            [f"{OWN}:role/Admin"],
        ),
        ([allow(ADMIN, "kms:*"), deny(ADMIN, "kms:Decrypt")], [f"{OWN}:role/Admin"]),
        ([allow(ADMIN, [*ADMINISTERS, "kms:Decrypt"]), deny(ADMIN, "kms:Decrypt")], []),
        ([allow(ADMIN, [*ADMINISTERS, "kms:Decrypt"]), deny("*", "kms:Decrypt")], []),
        (
            [
                allow(ADMIN, [*ADMINISTERS, "kms:Decrypt"]),
                deny(ADMIN, "kms:Decrypt", **when("Bool", "aws:SecureTransport", False)),
            ],
            [f"{OWN}:role/Admin"],
        ),
        ([allow(FOREIGN, "kms:*")], [FOREIGN.split(":")[4] + ":root"]),
    ],
)
def test_who_administers_and_uses_a_key_is_found_over_all_statements(
    statements: list[dict[str, Any]], both: list[str]
) -> None:
    found = kms.holders(policy(*statements), OWN)
    assert [holder.identity for holder in found if holder.does_both] == both


@pytest.mark.parametrize(
    ("statement", "flagged"),
    [
        (allow(ROOT, "kms:*"), False),  # wrong_verdicts 6: every key starts with it
        (allow(OWN, "*"), False),
        (allow(ADMIN, ADMINISTERS), False),  # Resource "*" is this key
        (allow(ADMIN, "kms:*"), True),
        (allow(ADMIN, "*"), True),
        (allow({"AWS": [ROOT, ADMIN]}, "KMS:*"), True),
        (allow(FOREIGN, "kms:*"), True),
        (allow({"Service": "logs.amazonaws.com"}, "kms:*"), True),
        (allow("*", "kms:*", **when("StringEquals", "kms:CallerAccount", OWN)), True),
        (without(allow(ADMIN), "Action") | {"NotAction": "kms:Decrypt"}, True),
        (without(allow(ADMIN), "Action") | {"NotAction": "kms:*"}, False),
        (deny(ADMIN, "kms:*"), False),
    ],
)
def test_only_others_than_the_own_root_are_blamed_for_wildcards(
    statement: dict[str, Any], flagged: bool
) -> None:
    assert bool(kms.wildcard_grants(policy(statement), OWN)) is flagged


# Bucket policies

BUCKET, REGION = "arn:aws:s3:::orders", "eu-west-1"
KEY = f"arn:aws:kms:{REGION}:{OWN}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
SSE, SSE_KEY = "s3:x-amz-server-side-encryption", "s3:x-amz-server-side-encryption-aws-kms-key-id"
CUSTOMER_KEY = "s3:x-amz-server-side-encryption-customer-algorithm"


def put(operator: str, key: str, value: Any, **more: Any) -> dict[str, Any]:
    condition = when(operator, key, value, **more.pop("also", {}))
    return deny("*", "s3:PutObject", Resource=f"{BUCKET}/*") | condition | more


def guard(*statements: dict[str, Any]) -> PutGuard:
    return put_guard(policy(*statements), BUCKET, OWN, REGION)


ALGORITHM = put("StringNotEquals", SSE, "aws:kms")
FRIENDLY = put("StringNotEquals", SSE, "aws:kms", also={"Null": {SSE: "false"}})
RIGHT_KEY = put("StringNotEquals", SSE_KEY, KEY)
# Asks for the key only where KMS is asked for; puts without headers take the default.
FRIENDLY_KEY = put("StringNotEquals", SSE_KEY, KEY, also={"StringEquals": {SSE: "aws:kms"}})


@pytest.mark.parametrize(
    ("statements", "algorithms", "keys", "bare"),
    [
        ([], False, False, False),
        ([ALGORITHM], True, False, True),
        ([FRIENDLY], True, False, False),
        ([ALGORITHM, RIGHT_KEY], True, True, True),
        ([FRIENDLY, FRIENDLY_KEY], True, True, False),
        ([FRIENDLY, RIGHT_KEY], True, True, True),
        ([RIGHT_KEY], True, True, True),  # a negated operator holds without the header
        ([put("StringNotEqualsIfExists", SSE, "aws:kms")], True, False, True),
        ([put("StringEquals", SSE, "AES256")], True, False, False),
        ([put("StringNotLike", SSE, "aws:kms*")], True, False, True),
        ([put("StringNotEquals", SSE.upper(), ["aws:kms", "aws:kms:dsse"])], True, False, True),
        ([put("ForAllValues:StringNotEquals", SSE, "aws:kms")], True, False, True),
        ([ALGORITHM | {"Action": ["s3:Get*", "s3:Put*"]}], True, False, True),
        ([ALGORITHM | {"Action": "S3:*"}], True, False, True),
        ([ALGORITHM | {"Action": "*", "Principal": {"AWS": "*"}}], True, False, True),
        ([ALGORITHM | {"Resource": "*"}], True, False, True),
        ([deny("*", "s3:*")], True, True, True),
        (
            [put("StringNotEquals", SSE, "aws:kms", also={"Null": {CUSTOMER_KEY: True}})],
            True, False, True,
        ),
        ([put("Null", SSE, "true")], False, False, True),
        ([put("Null", SSE, True), put("StringEquals", SSE, "AES256")], True, False, True),
        ([put("StringNotEquals", SSE, ["aws:kms", "AES256"])], False, False, True),
        ([put("StringEquals", SSE, "aws:kms")], False, False, False),
        ([put("Bool", "aws:SecureTransport", "false")], False, False, False),
        ([ALGORITHM | {"Effect": "Allow"}], False, False, False),
        ([ALGORITHM | {"Resource": "arn:aws:s3:::others/*"}], False, False, False),
        ([ALGORITHM | {"Resource": BUCKET}], False, False, False),
        ([ALGORITHM | {"Action": "s3:Get*"}], False, False, False),
        (
            [FRIENDLY, put("StringNotLike", SSE_KEY, f"arn:aws:kms:*:{OWN}:key/*")],
            True, False, True,
        ),
        (
            [FRIENDLY, put("StringNotEquals", SSE_KEY, KEY, also={"Null": {SSE_KEY: "false"}})],
            True, False, False,
        ),
    ],
)  # fmt: skip
def test_a_bucket_policy_is_asked_about_every_put(
    statements: list[dict[str, Any]], algorithms: bool, keys: bool, bare: bool
) -> None:
    found = guard(*statements)
    assert found.rejects_other_algorithms is algorithms
    assert found.rejects_other_keys is keys
    assert found.rejects_bare_puts is bare


@pytest.mark.parametrize(
    ("statement", "gap"),
    [
        (put("Null", SSE, "true"), "asks only whether a header is there, not what it says"),
        (ALGORITHM | {"Principal": {"AWS": USER}}, f"is only for {USER}"),
        (ALGORITHM | {"Resource": f"{BUCKET}/in/*"}, "covers only a part of the bucket"),
        (
            without(ALGORITHM, "Principal") | {"NotPrincipal": {"AWS": ADMIN}},
            f"excepts {ADMIN}",
        ),
        (
            without(ALGORITHM, "Action") | {"NotAction": "s3:PutObject"},
            "does not reach s3:PutObject",
        ),
        (
            put("StringNotEquals", SSE, "aws:kms", also={"Bool": {"aws:SecureTransport": True}}),
            "also hangs on aws:securetransport",
        ),
    ],
)
def test_a_deny_that_does_not_help_is_named_with_its_gap(
    statement: dict[str, Any], gap: str
) -> None:
    found = guard(deny(action="s3:DeleteBucket"), statement)
    assert not found.rejects_other_algorithms
    assert found.gaps == (f"statement 2 {gap}",)


def test_a_put_with_kms_and_no_key_gets_the_aws_managed_key_and_is_a_gap() -> None:
    found = guard(FRIENDLY, put("StringNotEquals", SSE_KEY, KEY, also={"Null": {SSE_KEY: "false"}}))
    assert found.gaps == ("a put with aws:kms and no key id gets the AWS managed key",)
    assert found.admits_keys == (KEY,)


def test_a_guard_without_a_hole_tells_of_no_gap_and_names_the_keys_it_admits() -> None:
    narrow = ALGORITHM | {"Resource": f"{BUCKET}/in/*"}
    assert guard(FRIENDLY, FRIENDLY_KEY, narrow) == PutGuard(True, True, False, (KEY,))


def test_a_bucket_without_a_policy_stops_nothing() -> None:
    assert put_guard(None, BUCKET, OWN, REGION) == PutGuard(False, False, False)
