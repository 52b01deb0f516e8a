"""Kestrel's volumes, snapshots and file systems."""

from __future__ import annotations

from typing import Any

from wa_kit.simulated.company.site import (
    FRANKFURT,
    IRELAND,
    PARTNER,
    VIRGINIA,
    Site,
    Tags,
    pairs,
    tags,
)

# name, region, GiB, key (None: plain; "aws": alias/aws/ebs), tags
_VOLUMES: list[tuple[str, str, int, str | None, Tags]] = [
    ("shop-web-1", IRELAND, 30, "shop", tags("confidential", "shop-team", "webshop")),
    ("shop-web-2", IRELAND, 30, "shop", tags("confidential", "shop-team", "webshop")),
    ("payments-1", IRELAND, 100, "payments", tags("pci", "payments-team", "payments")),
    ("payments-2", IRELAND, 100, "aws", tags("pci", "payments-team", "payments")),
    ("crm-search", IRELAND, 200, "customers", tags("pii", "crm-team", "customers")),
    ("roastery-sensors", IRELAND, 50, "roastery-sensors", tags("internal", "roastery-team", "s")),
    ("orders-2017", IRELAND, 500, "legacy-orders", tags("confidential", "shop-team", "orders")),
    ("ci-cache", IRELAND, 80, "aws", tags("internal", "platform-team", "ci", "dev")),
    ("german-web-1", FRANKFURT, 30, "german-shop", tags("pii", "shop-team", "webshop")),
    ("german-web-2", FRANKFURT, 30, "german-shop", tags("pii", "shop-team", "webshop")),
    ("german-jump-host", FRANKFURT, 8, "aws", tags("internal", "platform-team", "access")),
    ("us-campaign-db", VIRGINIA, 250, None, tags("pii", "marketing-team", "campaigns")),
    ("us-old-wordpress", VIRGINIA, 8, None, {"Name": "do not delete (ask Bob)"}),
    ("us-analytics", VIRGINIA, 120, "us-marketing", tags("internal", "marketing-team", "bi")),
]
_PUBLIC, _SHARED = "us-old-wordpress", "us-campaign-db"


def make_disks(site: Site) -> None:
    for region in (IRELAND, FRANKFURT):
        site.client("ec2", region).enable_ebs_encryption_by_default()
    volumes = {volume[0]: _volume(site, *volume) for volume in _VOLUMES}
    _instances(site, volumes)
    for name, region, *_rest, kept in _VOLUMES:
        _snapshot(site, name, region, volumes[name], kept)
    ec2 = site.client("ec2", VIRGINIA)
    plain = _snapshot(site, "us-campaign-db-before-move", VIRGINIA, volumes[_SHARED], {})
    sealed = ec2.copy_snapshot(
        SourceRegion=VIRGINIA,
        SourceSnapshotId=plain,
        Encrypted=True,
        KmsKeyId=site.keys["us-marketing"],
        Description="us-campaign-db, sealed copy",
    )["SnapshotId"]
    site.note(site.arn("ec2", VIRGINIA, f"snapshot/{sealed}"), "ec2:snapshot")
    _file_systems(site)


def _volume(site: Site, name: str, region: str, size: int, key: str | None, kept: Tags) -> str:
    sealed: dict[str, Any] = {"Encrypted": key is not None}
    if key not in (None, "aws"):
        sealed["KmsKeyId"] = site.keys[str(key)]
    volume: str = site.client("ec2", region).create_volume(
        AvailabilityZone=f"{region}a",
        Size=size,
        VolumeType="gp3",
        TagSpecifications=[
            {"ResourceType": "volume", "Tags": pairs({"Name": f"kestrel-{name}"} | kept)}
        ],
        **sealed,
    )["VolumeId"]
    site.note(site.arn("ec2", region, f"volume/{volume}"), "ec2:volume")
    return volume


def _instances(site: Site, volumes: dict[str, str]) -> None:
    """One machine in Ireland, so that some volumes are attached and most are not."""
    ec2 = site.client("ec2", IRELAND)
    root = {"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 16, "Encrypted": True}}
    instance = ec2.run_instances(
        ImageId="ami-12c6146b",
        MinCount=1,
        MaxCount=1,
        InstanceType="t4g.small",
        BlockDeviceMappings=[root],
    )["Instances"][0]["InstanceId"]
    for device, name in (("/dev/sdf", "shop-web-1"), ("/dev/sdg", "roastery-sensors")):
        ec2.attach_volume(Device=device, InstanceId=instance, VolumeId=volumes[name])


def _snapshot(site: Site, name: str, region: str, volume: str, kept: Tags) -> str:
    ec2 = site.client("ec2", region)
    named = pairs({"Name": f"kestrel-{name}"} | kept)
    snapshot: str = ec2.create_snapshot(
        VolumeId=volume,
        Description=f"kestrel {name}, nightly",
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": named}],
    )["SnapshotId"]
    share: dict[str, Any] = {}
    if name == _PUBLIC:
        share = {"GroupNames": ["all"]}
    elif name == _SHARED:
        share = {"UserIds": [PARTNER]}
    if share:
        ec2.modify_snapshot_attribute(
            SnapshotId=snapshot,
            Attribute="createVolumePermission",
            OperationType="add",
            **share,
        )
    site.note(site.arn("ec2", region, f"snapshot/{snapshot}"), "ec2:snapshot")
    return snapshot


def _file_systems(site: Site) -> None:
    for name, region, key, kept in [
        ("roast-profiles", IRELAND, "shop", tags("confidential", "roastery-team", "roasting")),
        ("press-kit", IRELAND, "aws", tags("public", "web-team", "webshop")),
        ("german-uploads", FRANKFURT, "german-shop", tags("pii", "shop-team", "webshop")),
        ("us-wordpress", VIRGINIA, None, tags("internal", "marketing-team", "blog")),
    ]:
        sealed: dict[str, Any] = {"Encrypted": key is not None}
        if key not in (None, "aws"):
            sealed["KmsKeyId"] = site.keys[str(key)]
        system = site.client("efs", region).create_file_system(
            CreationToken=f"kestrel-{name}", Tags=pairs({"Name": name} | kept), **sealed
        )
        site.note(system["FileSystemArn"], "elasticfilesystem:file-system")
