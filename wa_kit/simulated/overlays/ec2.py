"""EBS as AWS has it: only what was asked for, in pages, encrypted as was asked for."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends

from wa_kit.simulated.overlays.kms import aws_key
from wa_kit.simulated.overlays.registry import Answer, after, instead_of
from wa_kit.simulated.wire import Call


@instead_of("ec2:DescribeSnapshots")
def _own_and_shared_snapshots(call: Call) -> Answer:
    """moto ignores OwnerIds, RestorableByUserIds and pages."""
    asked, account = call.asked, call.account
    ids = asked.get("SnapshotIds", [])
    filters = {f["Name"]: f["Values"] for f in asked.get("Filters", [])}
    found = ec2_backends[account][call.region].describe_snapshots(ids, filters)
    owners = {account if owner == "self" else owner for owner in asked.get("OwnerIds", [])}
    restorers = asked.get("RestorableByUserIds", [])
    found = [
        snapshot
        for snapshot in found
        if (not owners or snapshot.owner_id in owners)
        and (not restorers or any(_may_restore(snapshot, who, account) for who in restorers))
    ]
    return _page("Snapshots", found, _snapshot, asked)


@instead_of("ec2:DescribeVolumes")
def _volumes_in_pages(call: Call) -> Answer:
    """moto knows no pages of volumes, and searches all tags of the region for each volume's."""
    ids = call.asked.get("VolumeIds", [])
    filters = {f["Name"]: f["Values"] for f in call.asked.get("Filters", [])}
    found = ec2_backends[call.account][call.region].describe_volumes(ids, filters)
    return _page("Volumes", found, _volume, call.asked)


def _page(name: str, found: list[Any], describe: Callable[[Any], Answer], asked: Answer) -> Answer:
    start = int(base64.b64decode(asked["NextToken"])) if "NextToken" in asked else 0
    end = start + (asked.get("MaxResults") or len(found))
    answered: Answer = {name: [describe(item) for item in found[start:end]]}
    if end < len(found):
        answered["NextToken"] = base64.b64encode(str(end).encode()).decode()
    return answered


def _volume(volume: Any) -> Answer:
    described: Answer = {
        "VolumeId": volume.id,
        "Size": volume.size,
        "SnapshotId": volume.snapshot_id or "",
        "AvailabilityZone": volume.availability_zone,
        "State": volume.status,
        "CreateTime": volume.create_time,
        "VolumeType": volume.volume_type,
        "Encrypted": volume.encrypted,
        "Attachments": [_attachment(attached) for attached in volume.attachments],
        "Tags": _tags(volume),
    }
    if volume.encrypted:
        described |= {"KmsKeyId": volume.kms_key_id, "SseType": "sse-kms"}
    return described


def _attachment(attached: Any) -> Answer:
    return {
        "VolumeId": attached.volume.id,
        "InstanceId": attached.instance.id,
        "Device": attached.device,
        "State": "attached",
    }


def _tags(store: Any) -> list[dict[str, str]]:
    held = store.ec2_backend.tags.get(store.id, {})
    return [{"Key": key, "Value": value} for key, value in held.items()]


@instead_of("ec2:GetEbsDefaultKmsKeyId")
def _default_key(call: Call) -> Answer:
    """moto lets it be changed, but not be read."""
    chosen = ec2_backends[call.account][call.region].default_kms_key_id
    return {"KmsKeyId": chosen or "alias/aws/ebs"}


def _may_restore(snapshot: Any, who: str, account: str) -> bool:
    if who == "all":
        return "all" in snapshot.create_volume_permission_groups
    who = account if who == "self" else who
    return snapshot.owner_id == who or who in snapshot.create_volume_permission_userids


def _snapshot(snapshot: Any) -> Answer:
    described: Answer = {
        "SnapshotId": snapshot.id,
        "VolumeId": snapshot.volume_id,
        "VolumeSize": snapshot.volume_size,
        "State": snapshot.status,
        "StartTime": snapshot.start_time,
        "Progress": snapshot.progress,
        "OwnerId": snapshot.owner_id,
        "Description": snapshot.description or "",
        "Encrypted": snapshot.encrypted,
        "StorageTier": snapshot.storage_tier,
        "Tags": _tags(snapshot),
    }
    if snapshot.encrypted:
        described["KmsKeyId"] = snapshot.kms_key_id
    return described


@after("ec2:CopySnapshot")
def _encrypted_copies(call: Call, body: str) -> None:
    """moto leaves a copy plain when Encrypted is asked for without a key."""
    if call.asked.get("Encrypted"):
        found = re.search("<snapshotId>([^<]+)</snapshotId>", body)
        assert found, "moto's answer names no snapshot"
        ec2_backends[call.account][call.region].snapshots[found[1]].encrypted = True
    mend_ebs(call.account, call.region)


@after("ec2:(RunInstances|CreateVolume|CreateSnapshots?)")
def _keys_of_volumes_and_snapshots(call: Call, body: str) -> None:
    """moto does not encrypt where that is the default, and forgets the key of some that are."""
    mend_ebs(call.account, call.region)


def mend_ebs(account: str, region: str) -> None:
    """Give volumes and snapshots the encryption and the key they would have on AWS."""
    ec2: Any = ec2_backends[account][region]
    seen = ec2.__dict__.setdefault("kit_seen", set())
    for store in [*ec2.volumes.values(), *ec2.snapshots.values()]:
        if store.id in seen:
            continue
        seen.add(store.id)
        volume = getattr(store, "volume", store)
        if store is volume and ec2.ebs_encryption_by_default:
            store.encrypted = True
        if store.encrypted and not store.kms_key_id:
            default = ec2.default_kms_key_id or aws_key(account, region, "ebs")
            store.kms_key_id = volume.kms_key_id or default
