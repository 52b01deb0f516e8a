"""The collector of EBS snapshots: does each AWS answer become the right row?"""

from __future__ import annotations

import pytest
from collecting import REGION, collect, reasons

from wa_kit import simulated
from wa_kit.evidence.ec2 import EbsSnapshot, _image

ACCOUNT = "222211110005"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        ec2 = served.client("ec2", REGION)
        for encrypted in (False, True):
            volume = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8, Encrypted=encrypted)
            made = ec2.create_snapshot(VolumeId=volume["VolumeId"], Description="nightly")
            if not encrypted:
                ec2.modify_snapshot_attribute(
                    SnapshotId=made["SnapshotId"],
                    Attribute="createVolumePermission",
                    OperationType="add",
                    GroupNames=["all"],
                )
        yield served


def test_snapshots_are_read_whole_and_asked_in_bulk(estate):
    estate.calls.clear()
    evidence = collect(estate.endpoint, ACCOUNT, EbsSnapshot, regions=[REGION])
    found = {snapshot.encryption: snapshot for snapshot in evidence.of(EbsSnapshot)}
    assert (found["none"].public, found["kms"].public) == (True, False)
    assert (found["none"].gib, found["none"].kms_key, found["none"].image) == (8, None, None)
    assert found["kms"].kms_key.startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    for snapshot in found.values():  # as a recovery point has it: without the account
        assert snapshot.arn == f"arn:aws:ec2:{REGION}::snapshot/{snapshot.snapshot_id}"
    assert [operation for _, operation, _ in estate.calls] == ["DescribeSnapshots"] * 2


def test_only_the_question_about_public_snapshots_denied_keeps_the_rows(estate):
    with estate.deny("ec2:DescribeSnapshots", where=lambda asked: "RestorableByUserIds" in asked):
        evidence = collect(estate.endpoint, ACCOUNT, EbsSnapshot, regions=[REGION])
    assert [set(snapshot.unread) for snapshot in evidence.of(EbsSnapshot)] == [{"public"}] * 2
    assert not reasons(evidence, EbsSnapshot)


def test_a_denied_listing_is_no_empty_region(estate):
    with estate.deny("ec2:DescribeSnapshots", code="UnauthorizedOperation"):
        evidence = collect(estate.endpoint, ACCOUNT, EbsSnapshot, regions=[REGION])
    assert not evidence.of(EbsSnapshot) and reasons(evidence, EbsSnapshot) == {"denied"}


@pytest.mark.parametrize(
    ("description", "image"),
    [
        ("Created by CreateImage(i-0abc) for ami-0def", "ami-0def"),
        ("Created by CreateImage(i-0abc) for ami-0def from vol-1", "ami-0def"),
        ("Copied for DestinationAmi ami-0def from SourceAmi ami-0abc", "ami-0def"),
        ("nightly, before ami-0def", None),
        ("", None),
    ],
)
def test_the_image_that_a_snapshot_was_made_for(description, image):
    assert _image(description) == image
