"""Checks on EBS: every branch of each rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from test_checks_s3 import AWSS, OURS
from tools import ACCOUNT, DENIED, HERE, REGION, arn, finding, outcome

from wa_kit.evidence.ec2 import EbsDefault, EbsSnapshot, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import account_arn

KEY = arn("kms", "key/1")
VOLUME = EbsVolume(
    **HERE,
    arn=arn("ec2", "volume/vol-1"),
    name="vol-1",
    tags={},
    encryption="kms",
    kms_key=KEY,
    volume_id="vol-1",
    state="in-use",
    gib=8,
    attached_to=["i-1"],
)
PLAIN = replace(VOLUME, encryption="none", kms_key=None)
DEFAULT = EbsDefault(**HERE, arn=account_arn(ACCOUNT), encrypts=False)


@pytest.mark.parametrize(
    ("volume", "expected"),
    [
        (VOLUME, "pass"),
        (PLAIN, "fail"),
        (replace(PLAIN, state="available", attached_to=[]), "fail"),  # wrong_verdicts 13
        (replace(PLAIN, state="deleting"), "not_applicable"),
        (replace(VOLUME, encryption=DENIED), "unknown"),
        (replace(VOLUME, kms_key=arn("kms", "key/2", account="999988887777")), "pass"),
    ],
)
def test_ec2_ebs_volume_encrypted(volume, expected):
    assert outcome("ec2_ebs_volume_encrypted", volume) == expected


def test_an_unencrypted_volume_says_how_much_lies_open_and_how_to_see_it():
    found = finding("ec2_ebs_volume_encrypted", PLAIN)
    assert found.because == "8 GiB lie unencrypted"
    assert found.read == {
        "encryption": "none",
        "state": "in-use",
        "gib": 8,
        "at": "2026-11-01T12:00:00+00:00",
    }
    assert found.see == f"aws ec2 describe-volumes --region {REGION} --volume-ids vol-1"


@pytest.mark.parametrize(
    ("default", "others", "expected"),
    [
        (replace(DEFAULT, encrypts=True), [], ("pass", "high")),
        (DEFAULT, [VOLUME], ("fail", "high")),
        (DEFAULT, [replace(VOLUME, region="us-east-1")], ("fail", "low")),
        (DEFAULT, [], ("fail", "low")),
        (replace(DEFAULT, encrypts=DENIED), [], ("unknown", "high")),
    ],
)
def test_ec2_ebs_default_encryption(default, others, expected):
    found = finding("ec2_ebs_default_encryption", default, *others)
    assert (found.outcome.value, found.severity) == expected


def test_a_default_that_is_off_weighs_full_while_nobody_can_tell_what_the_region_holds():
    found = finding("ec2_ebs_default_encryption", DEFAULT, denied=[EbsVolume])
    assert (found.outcome.value, found.severity) == ("fail", "high")


SNAPSHOT = EbsSnapshot(
    **HERE,
    arn=f"arn:aws:ec2:{REGION}::snapshot/snap-1",
    name="snap-1",
    tags={},
    encryption="kms",
    kms_key=OURS.arn,
    snapshot_id="snap-1",
    volume_id="vol-1",
    gib=8,
    public=False,
    image=None,
)
PLAIN_SNAPSHOT = replace(SNAPSHOT, encryption="none", kms_key=None)


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [
        (SNAPSHOT, "pass"),
        (replace(SNAPSHOT, kms_key=arn("kms", "key/2", account="999988887777")), "pass"),
        (PLAIN_SNAPSHOT, "fail"),
        (replace(SNAPSHOT, encryption=DENIED), "unknown"),
    ],
)
def test_ec2_ebs_snapshot_encrypted(snapshot, expected):
    assert outcome("ec2_ebs_snapshot_encrypted", snapshot) == expected


def test_a_plain_snapshot_says_which_image_rests_on_it():
    found = finding("ec2_ebs_snapshot_encrypted", replace(PLAIN_SNAPSHOT, image="ami-1"))
    assert found.because == "a copy of 8 GiB lies unencrypted; the image ami-1 rests on it"


@pytest.mark.parametrize(
    ("snapshot", "expected"),
    [
        (SNAPSHOT, "pass"),
        (PLAIN_SNAPSHOT, "pass"),
        (replace(PLAIN_SNAPSHOT, public=True), "fail"),
        (replace(SNAPSHOT, kms_key=AWSS.arn), "not_applicable"),  # cannot be shared at all
        (replace(PLAIN_SNAPSHOT, public=DENIED), "unknown"),
    ],
)
def test_ec2_ebs_snapshot_public(snapshot, expected):
    assert outcome("ec2_ebs_snapshot_public", snapshot, OURS, AWSS) == expected


def test_denied_keys_hide_no_public_snapshot():
    public = replace(PLAIN_SNAPSHOT, public=True)
    assert outcome("ec2_ebs_snapshot_public", public, denied=[KmsKey]) == "fail"
    assert outcome("ec2_ebs_snapshot_public", PLAIN_SNAPSHOT, denied=[KmsKey]) == "pass"
    assert outcome("ec2_ebs_snapshot_public", SNAPSHOT, denied=[KmsKey]) == "unknown"
