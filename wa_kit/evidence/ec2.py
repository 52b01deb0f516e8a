"""What Amazon EC2 tells us about EBS: volumes, snapshots, and each region's default."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.model import DataStore, NotRead, Row, account_arn

# EC2's own words in the description of a snapshot that it made for an image, or copied with one.
_FOR_IMAGE = re.compile(
    r"(?:Created by CreateImage\(\S+\) for|Copied for DestinationAmi) (ami-[0-9a-f]+)"
)


class EbsVolume(DataStore, frozen=True, kw_only=True):
    """One EBS volume, attached or not."""

    resource_type = "AWS::EC2::Volume"
    service = "EBS"
    see = "aws ec2 describe-volumes --region {region} --volume-ids {volume_id}"

    volume_id: str
    state: str
    gib: int
    attached_to: list[str]


@collects(EbsVolume, "ec2:DescribeVolumes")
def ebs_volumes(aws: Reader) -> Iterator[EbsVolume]:
    for volume in aws.pages("ec2", "describe_volumes", "Volumes"):
        tags = tags_in(volume)
        yield EbsVolume(
            arn=aws.arn("ec2", f"volume/{volume['VolumeId']}"),
            account=aws.account,
            region=aws.region,
            name=tags.get("Name", volume["VolumeId"]),
            tags=tags,
            encryption="kms" if volume["Encrypted"] else "none",
            kms_key=volume.get("KmsKeyId") if volume["Encrypted"] else None,
            volume_id=volume["VolumeId"],
            state=volume["State"],
            gib=volume["Size"],
            attached_to=sorted(a["InstanceId"] for a in volume.get("Attachments", [])),
        )


class EbsDefault(Row, frozen=True, kw_only=True):
    """Whether a region encrypts new volumes by itself. One row a region."""

    resource_type = "AWS::EC2::EBSEncryptionByDefault"
    service = "EBS"
    see = "aws ec2 get-ebs-encryption-by-default --region {region}"

    encrypts: bool


@collects(EbsDefault, "ec2:GetEbsEncryptionByDefault")
def ebs_default(aws: Reader) -> Iterator[EbsDefault]:
    yield EbsDefault(
        arn=account_arn(aws.account),
        account=aws.account,
        region=aws.region,
        name=f"EBS default in {aws.region}",
        encrypts=aws.get("ec2", "get_ebs_encryption_by_default", "EbsEncryptionByDefault"),
    )


class EbsSnapshot(DataStore, frozen=True, kw_only=True):
    """One EBS snapshot of this account's own."""

    resource_type = "AWS::EC2::Snapshot"
    service = "EBS"
    see = "aws ec2 describe-snapshots --region {region} --snapshot-ids {snapshot_id}"

    snapshot_id: str
    volume_id: str
    gib: int
    public: bool
    image: str | None  # the machine image that was made with it


@collects(EbsSnapshot, "ec2:DescribeSnapshots")
def ebs_snapshots(aws: Reader) -> Iterator[EbsSnapshot]:
    public = attempt(lambda: _public(aws))
    for snapshot in aws.pages("ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"]):
        if snapshot["OwnerId"] != aws.account:
            continue
        tags, snapshot_id = tags_in(snapshot), snapshot["SnapshotId"]
        yield EbsSnapshot(
            arn=f"arn:{aws.partition}:ec2:{aws.region}::snapshot/{snapshot_id}",  # as Backup has it
            account=aws.account,
            region=aws.region,
            name=tags.get("Name", snapshot_id),
            tags=tags,
            encryption="kms" if snapshot["Encrypted"] else "none",
            kms_key=snapshot.get("KmsKeyId") if snapshot["Encrypted"] else None,
            snapshot_id=snapshot_id,
            volume_id=snapshot.get("VolumeId", ""),
            gib=snapshot["VolumeSize"],
            public=_among(public, snapshot_id),
            image=_image(snapshot.get("Description", "")),
        )


def _public(aws: Reader) -> set[str]:
    """Which of our snapshots anyone may restore: one question for all of them."""
    shared = aws.pages(
        "ec2", "describe_snapshots", "Snapshots", OwnerIds=["self"], RestorableByUserIds=["all"]
    )
    return {snapshot["SnapshotId"] for snapshot in shared}


def _among(public: set[str] | NotRead, snapshot_id: str) -> Any:
    return public if isinstance(public, NotRead) else snapshot_id in public


def _image(description: str) -> str | None:
    found = _FOR_IMAGE.match(description)
    return found[1] if found else None


def tags_in(described: Any) -> dict[str, str]:
    """The tags that an EC2 answer carries itself."""
    return {tag["Key"]: tag["Value"] for tag in described.get("Tags", [])}
