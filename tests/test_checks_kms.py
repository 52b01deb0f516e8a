"""Checks on keys: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, CONTEXT, DENIED, HERE, NOW, REGION, arn, finding, findings, outcome

from wa_kit.evidence.ec2 import EbsSnapshot, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import NotRead

KEY = KmsKey(
    **HERE,
    arn=arn("kms", "key/1"),
    name="alias/app",
    aliases=["alias/app"],
    manager="CUSTOMER",
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    usage="ENCRYPT_DECRYPT",
    origin="AWS_KMS",
    multi_region=None,
    primary_region=None,
    replica_regions=[],
    created=NOW - dt.timedelta(days=400),
    deletion_date=None,
    rotates=True,
    rotation_days=180,
    next_rotation=None,
    policy="{}",
    tags={"Owner": "data", "Environment": "prod", "DataClassification": "pii"},
)
AWS_KEY = replace(
    KEY,
    arn=arn("kms", "key/aws"),
    name="alias/aws/ebs",
    aliases=["alias/aws/ebs"],
    manager="AWS",
    rotates=None,
    policy=None,
    tags={},
)
HIDDEN = KmsKey.hidden(DENIED, **HERE, arn=KEY.arn)
DYING = replace(KEY, state="PendingDeletion", deletion_date=NOW + dt.timedelta(days=7))
MRK = replace(
    KEY,
    arn=arn("kms", "key/mrk-1"),
    multi_region="PRIMARY",
    primary_region=REGION,
    replica_regions=["us-east-1"],
)
REPLICA = replace(
    MRK, arn=arn("kms", "key/mrk-1", "us-east-1"), region="us-east-1", multi_region="REPLICA"
)
VOLUME = EbsVolume(
    **HERE,
    arn=arn("ec2", "volume/vol-1"),
    name="vol-1",
    tags={"DataClassification": "PII"},
    encryption="kms",
    kms_key=KEY.arn,
    volume_id="vol-1",
    state="in-use",
    gib=8,
    attached_to=[],
)


def verdict(check, row, *others, **more):
    found = finding(check, row, *others, **more)
    return found.outcome.value, found.because


# kms_key_inventory


def test_the_inventory_describes_a_key_and_counts_for_no_pass():
    assert verdict("kms_key_inventory", KEY) == (
        "pass",
        "customer managed, SYMMETRIC_DEFAULT, for ENCRYPT_DECRYPT, material from AWS_KMS, Enabled, "
        "single-Region, created 2025-09-27, alias/app",
    )
    assert "multi-Region primary" in verdict("kms_key_inventory", MRK)[1]
    assert "AWS managed" in verdict("kms_key_inventory", AWS_KEY)[1]


@pytest.mark.parametrize("key", [HIDDEN, replace(KEY, aliases=DENIED), replace(KEY, spec=DENIED)])
def test_a_key_that_was_not_described_whole_is_unknown_and_stays_in_the_count(key):
    (found,) = findings("kms_key_inventory", key)
    assert (found.outcome.value, found.resource) == ("unknown", key.arn)


def test_a_region_without_keys_has_nothing_to_list():
    assert findings("kms_key_inventory") == []


# kms_cmk_rotation_enabled: wrong_verdicts 2, 19


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (KEY, "pass"),
        (replace(KEY, rotation_days=None), "pass"),
        (replace(KEY, rotates=False), "fail"),
        (MRK, "pass"),
        (AWS_KEY, "not_applicable"),
        *[
            (replace(KEY, spec=spec, rotates=None), "not_applicable")
            for spec in ("RSA_2048", "ECC_NIST_P256", "HMAC_256", "ML_DSA_65", "SM2")
        ],
        *[
            (replace(KEY, origin=origin, rotates=None), "not_applicable")
            for origin in ("EXTERNAL", "AWS_CLOUDHSM", "EXTERNAL_KEY_STORE")
        ],
        (replace(DYING, rotates=False), "not_applicable"),
        (replace(KEY, state="PendingReplicaDeletion", rotates=None), "not_applicable"),
        (replace(KEY, state="Disabled", rotates=False), "not_applicable"),
        (replace(REPLICA, rotates=False), "not_applicable"),
        (replace(KEY, rotates=DENIED, rotation_days=DENIED), "unknown"),
        (replace(AWS_KEY, rotates=DENIED), "not_applicable"),
        (HIDDEN, "unknown"),
    ],
)
def test_kms_cmk_rotation_enabled(key, expected):
    assert outcome("kms_cmk_rotation_enabled", key) == expected


def test_aws_managed_keys_are_said_to_rotate_yearly():
    assert "every year" in verdict("kms_cmk_rotation_enabled", AWS_KEY)[1]


@pytest.mark.parametrize(
    ("primary", "words"),
    [
        ([MRK], "a replica rotates with its primary key in eu-west-1, where rotation is on"),
        ([replace(MRK, rotates=False)], "primary key in eu-west-1, where rotation is off"),
        ([replace(MRK, rotates=DENIED)], "a replica rotates with its primary key in eu-west-1"),
        ([], "a replica rotates with its primary key in eu-west-1"),
    ],
)
def test_a_replica_shows_what_is_set_on_its_primary(primary, words):
    assert verdict("kms_cmk_rotation_enabled", REPLICA, *primary)[1].endswith(words)


# kms_key_pending_deletion: wrong_verdicts 3


@pytest.mark.parametrize(
    ("key", "others", "expected"),
    [
        (KEY, [], ("pass", "high")),
        (replace(KEY, state="Disabled"), [], ("pass", "high")),
        (DYING, [], ("fail", "high")),
        (DYING, [VOLUME], ("fail", "critical")),
        (replace(KEY, state="PendingReplicaDeletion"), [], ("fail", "high")),
        (AWS_KEY, [], ("not_applicable", "high")),
        (HIDDEN, [], ("unknown", "high")),
    ],
)
def test_kms_key_pending_deletion(key, others, expected):
    found = finding("kms_key_pending_deletion", key, *others)
    assert (found.outcome.value, found.severity) == expected


def test_a_deletion_says_when_and_what_goes_with_the_key():
    because = verdict("kms_key_pending_deletion", DYING, VOLUME)[1]
    assert because == "it is to be deleted on 2026-11-08, and is used by 1 resource: volume vol-1"


def test_a_deletion_fails_even_while_its_users_could_not_be_read_and_says_so():
    found = finding("kms_key_pending_deletion", DYING, denied=[EbsSnapshot])
    assert found.outcome.value == "fail"
    assert "not everything was read" in found.because


# kms_disabled_key_in_use


@pytest.mark.parametrize(
    ("key", "others", "denied", "expected"),
    [
        (KEY, [VOLUME], [], "pass"),
        *[
            (replace(KEY, state=state), [VOLUME], [], "fail")
            for state in ("Disabled", "PendingDeletion", "PendingImport", "Unavailable")
        ],
        (replace(KEY, state="Disabled"), [], [], "not_applicable"),
        (replace(KEY, state="Disabled"), [VOLUME], [EbsSnapshot], "fail"),
        (KEY, [VOLUME], [EbsSnapshot], "pass"),
        (replace(KEY, state="Disabled"), [], [EbsSnapshot], "unknown"),
        (replace(KEY, state="Disabled"), [replace(VOLUME, kms_key=DENIED)], [], "unknown"),
        (replace(HIDDEN, policy="{}"), [VOLUME], [], "unknown"),
    ],
)
def test_kms_disabled_key_in_use(key, others, denied, expected):
    assert outcome("kms_disabled_key_in_use", key, *others, denied=denied) == expected


@pytest.mark.parametrize("reference", ["1", KEY.arn, "alias/app", arn("kms", "alias/app")])
def test_a_disabled_key_is_found_behind_every_kind_of_reference(reference):
    used = replace(VOLUME, kms_key=reference)
    found = finding("kms_disabled_key_in_use", replace(KEY, state="Disabled"), used)
    assert (found.outcome.value, found.severity) == ("fail", "critical")
    assert found.because == "it is Disabled, and used by 1 resource: volume vol-1"


# kms_key_tagged


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        (KEY, CONTEXT, "pass"),
        (
            replace(KEY, tags={"TEAM": "x", "stage": "dev", "Sensitivity": "low"}),
            CONTEXT,
            "pass",
        ),
        (replace(KEY, tags={}), CONTEXT, "fail"),
        (replace(KEY, tags=KEY.tags | {"Owner": " "}), CONTEXT, "fail"),
        (
            replace(KEY, tags={"aws:owner": "x", "Environment": "prod", "Sensitivity": "low"}),
            CONTEXT,
            "fail",
        ),
        (replace(KEY, tags={"CostCenter": "7"}),
         replace(CONTEXT, required_key_tags={"cost": ("costcenter",)}), "pass"),
        (KEY, replace(CONTEXT, allowed_key_tag_values={"environment": ("Prod", "dev")}), "pass"),
        (KEY, replace(CONTEXT, allowed_key_tag_values={"environment": ("test",)}), "fail"),
        (AWS_KEY, CONTEXT, "not_applicable"),
        (replace(AWS_KEY, tags=DENIED), CONTEXT, "not_applicable"),
        (replace(KEY, tags=DENIED), CONTEXT, "unknown"),
        (HIDDEN, CONTEXT, "unknown"),
    ],
)  # fmt: skip
def test_kms_key_tagged(key, context, expected):
    assert outcome("kms_key_tagged", key, context=context) == expected


def test_what_a_key_lacks_is_named():
    key = replace(KEY, tags={"Environment": "moon"})
    context = replace(CONTEXT, allowed_key_tag_values={"environment": ("prod",)})
    assert verdict("kms_key_tagged", key, context=context)[1] == (
        "no tag says its owner or classification; environment 'moon' is no value that "
        "workload.yaml allows"
    )


# kms_multi_region_key_usage: wrong_verdicts 4

KEYS = replace(CONTEXT, multi_region_keys="keys", key_regions={"alias/app": ("us-east-1",)})
ONE_REGION = replace(CONTEXT, regions=(REGION,))


@pytest.mark.parametrize(
    ("key", "context", "expected"),
    [
        (KEY, ONE_REGION, "not_applicable"),
        (MRK, ONE_REGION, "not_applicable"),  # having one is no fault
        (KEY, CONTEXT, "unknown"),
        (KEY, replace(CONTEXT, multi_region_keys="re-encrypted"), "pass"),
        (KEY, KEYS, "fail"),
        (MRK, KEYS, "pass"),
        (replace(MRK, replica_regions=[]), KEYS, "fail"),
        (replace(KEY, aliases=["alias/other"]), KEYS, "not_applicable"),
        (MRK, replace(KEYS, key_regions={MRK.arn: ("us-east-1", REGION)}), "pass"),
        (MRK, replace(KEYS, key_regions={"mrk-1": ()}), "pass"),
        (MRK, replace(KEYS, key_regions={"mrk-1": ("eu-central-1",)}), "fail"),
        (MRK, replace(ONE_REGION, key_regions={"mrk-1": ("us-east-1",)}), "pass"),
        (REPLICA, KEYS, "not_applicable"),
        (REPLICA, replace(KEYS, regions=("us-east-1", "us-west-2")), "pass"),
        (AWS_KEY, KEYS, "not_applicable"),
        (replace(KEY, replica_regions=DENIED), KEYS, "unknown"),
        (HIDDEN, KEYS, "unknown"),
    ],
)
def test_kms_multi_region_key_usage(key, context, expected):
    assert outcome("kms_multi_region_key_usage", key, context=context) == expected


def test_an_undeclared_intent_is_a_question_to_people():
    found = finding("kms_multi_region_key_usage", KEY)
    assert found.reason == "no_answer"


# kms_key_resource_map


def test_the_map_names_what_uses_a_key_and_counts_the_rest():
    volumes = [
        replace(VOLUME, arn=arn("ec2", f"volume/vol-{n}"), name=f"vol-{n}") for n in range(8)
    ]
    assert verdict("kms_key_resource_map", KEY, *volumes) == (
        "pass",
        "used by 8 resources: volume vol-0, volume vol-1, volume vol-2, volume vol-3, "
        "volume vol-4 and 3 more",
    )
    assert verdict("kms_key_resource_map", KEY)[1].startswith("no resource names this key now")


def test_the_map_is_unknown_while_a_mapped_table_was_not_read():
    found = finding("kms_key_resource_map", KEY, VOLUME, denied=[EbsSnapshot])
    assert (found.outcome.value, found.action) == ("unknown", "svc:Action")
    assert "known to use this key so far: 1" in found.because


def test_a_resource_whose_key_was_denied_leaves_the_map_open():
    assert outcome("kms_key_resource_map", KEY, replace(VOLUME, kms_key=DENIED)) == "unknown"


# kms_sensitive_data_uses_cmk


@pytest.mark.parametrize(
    ("store", "key", "expected", "reason"),
    [
        (VOLUME, KEY, "pass", None),
        (replace(VOLUME, kms_key=AWS_KEY.arn), AWS_KEY, "fail", None),
        (replace(VOLUME, encryption="none", kms_key=None), KEY, "fail", None),
        (replace(VOLUME, kms_key=arn("kms", "key/9", account="999988887777")), KEY, "pass", None),
        (replace(VOLUME, tags={"Classification": "internal"}), KEY, "not_applicable", None),
        (replace(VOLUME, tags={}), KEY, "unknown", "no_answer"),
        (replace(VOLUME, tags={"Classification": "Vertraulich"}), KEY, "unknown", "not_knowable"),
        (replace(VOLUME, tags=DENIED), KEY, "unknown", "denied"),
        (replace(VOLUME, kms_key=DENIED), KEY, "unknown", "denied"),
        (VOLUME, HIDDEN, "unknown", "denied"),
    ],
)
def test_kms_sensitive_data_uses_cmk(store, key, expected, reason):
    found = finding("kms_sensitive_data_uses_cmk", store, key)
    assert (found.outcome.value, found.reason) == (expected, reason)


def test_sensitive_data_under_a_key_of_a_denied_table_is_unknown():
    found = finding("kms_sensitive_data_uses_cmk", VOLUME, denied=[KmsKey])
    assert found.outcome.value == "unknown"


def test_what_workload_yaml_says_of_a_classification_holds():
    context = replace(CONTEXT, required_levels=CONTEXT.required_levels | {"c3": "customer"})
    store = replace(VOLUME, tags={"Classification": "C3"})
    assert outcome("kms_sensitive_data_uses_cmk", store, KEY, context=context) == "pass"


@pytest.mark.parametrize(
    "check", ["kms_key_inventory", "kms_disabled_key_in_use", "kms_key_tagged"]
)
def test_a_denied_listing_of_keys_is_unknown_not_empty(check):
    (first, _) = findings(check, denied=[KmsKey])
    assert (first.outcome.value, first.resource_type) == ("unknown", "Kit::Table")
    assert ACCOUNT in first.resource and isinstance(DENIED, NotRead)
