"""The harbour's other stores: volumes, tables, file systems, secrets, parameters, vaults."""

from __future__ import annotations

import json
from typing import Any

from plain_databases import databases
from plain_keys import FOREIGN_KEY, STRANGER, key_id
from plain_moto import AP, EU, US, Estate, tags


def stores(estate: Estate) -> None:
    _volumes(estate)
    _instance(estate)
    _snapshots(estate)
    databases(estate)
    _tables(estate)
    _file_systems(estate)
    _secrets(estate)
    _parameters(estate)
    _vaults(estate)


def _volumes(estate: Estate) -> None:
    """hold-: in Europe, attached to nothing. deck-: in the United States."""
    alias = estate.arn("kms", "alias/anchor")
    _volume(estate, "hold-plain")
    _volume(estate, "hold-public", Sensitivity="public")
    for name, key in (
        ("hold-default", None),
        ("hold-anchor", estate["anchor"]),
        ("hold-by-id", key_id(estate, "anchor")),
        ("hold-by-alias", "alias/anchor"),
        ("hold-by-alias-arn", alias),
        ("hold-foreign", FOREIGN_KEY),
        ("hold-sunk", key_id(estate, "sunk")),
    ):
        _volume(estate, name, True, key)
    _volume(estate, "hold-restricted", True, Classification="restricted")
    _volume(estate, "hold-pci", True, FOREIGN_KEY, Classification="PCI")
    _volume(estate, "hold-vertraulich", True, DataClassification="Vertraulich")
    _volume(estate, "hold-plain-odd", DataClassification="C3")
    _volume(estate, "hold-confidential", True, DATACLASSIFICATION="Confidential")
    _volume(estate, "deck-plain", region=US)
    _volume(estate, "deck-beacon", True, key_id(estate, "beacon"), region=US)
    estate.at("ec2").enable_ebs_encryption_by_default()  # which changes no volume that is there


def _volume(
    estate: Estate,
    name: str,
    encrypted: bool = False,
    key: str | None = None,
    *,
    region: str = EU,
    **said: str,
) -> None:
    made = estate.at("ec2", region).create_volume(
        AvailabilityZone=f"{region}a",
        Size=8,
        Encrypted=encrypted,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags(Name=name, **said)}],
        **({"KmsKeyId": key} if key else {}),
    )
    estate.remember(name, estate.arn("ec2", f"volume/{made['VolumeId']}", region), region)


def _instance(estate: Estate) -> None:
    """A machine, whose disk is a volume in use, and an image with a snapshot behind it."""
    ec2 = estate.at("ec2", US)
    image = ec2.register_image(Name="deck", RootDeviceName="/dev/xvda")["ImageId"]
    ran = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
    described = ec2.describe_instances(InstanceIds=[ran["Instances"][0]["InstanceId"]])
    (disk,) = described["Reservations"][0]["Instances"][0]["BlockDeviceMappings"]
    volume = f"volume/{disk['Ebs']['VolumeId']}"
    estate.remember("deck-disk", estate.arn("ec2", volume, US), US)
    (snapshot,) = ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"]
    estate.remember("snap-image", f"arn:aws:ec2:{US}::snapshot/{snapshot['SnapshotId']}", US)


def _snapshots(estate: Estate) -> None:
    ec2 = estate.at("ec2")
    for name, volume in (
        ("snap-plain", "hold-plain"),
        ("snap-shown", "hold-plain"),
        ("snap-lent", "hold-plain"),
        ("snap-anchor", "hold-anchor"),
    ):
        made = ec2.create_snapshot(VolumeId=estate[volume].rpartition("/")[2])["SnapshotId"]
        estate.remember(name, f"arn:aws:ec2:{EU}::snapshot/{made}")
    shared = {"Attribute": "createVolumePermission", "OperationType": "add"}
    shown, lent = (estate[name].rpartition("/")[2] for name in ("snap-shown", "snap-lent"))
    ec2.modify_snapshot_attribute(SnapshotId=shown, GroupNames=["all"], **shared)
    ec2.modify_snapshot_attribute(SnapshotId=lent, UserIds=[STRANGER], **shared)


def _tables(estate: Estate) -> None:
    aws, own = {"Enabled": True, "SSEType": "KMS"}, {"KMSMasterKeyId": estate["anchor"]}
    restricted = {"DataClassification": "restricted"}
    for name, sse, said in (
        ("tides", None, {}),
        ("charts", aws, {}),
        ("pilots", aws | own, {}),
        ("radio", None, restricted),
        ("radar", aws, restricted),
        ("sonar", aws | own, restricted),
        ("weather", None, {"DataClassification": "confidential"}),
        ("scratch", None, {"backup": "no"}),
    ):
        table(estate, name, sse, **said)
    for name in ("tides", "sonar"):
        estate.at("dynamodb").update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
        )


def table(estate: Estate, name: str, sse: dict[str, Any] | None = None, **said: str) -> None:
    made = estate.at("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=tags(**said),
        **({"SSESpecification": sse} if sse else {}),
    )
    estate.remember(name, made["TableDescription"]["TableArn"])


def _file_systems(estate: Estate) -> None:
    for name, settings, said in (
        ("net-plain", {"Encrypted": False}, {}),
        ("net-default", {"Encrypted": True}, {}),
        ("net-anchor", {"Encrypted": True, "KmsKeyId": estate["anchor"]}, {}),
        ("net-phi", {"Encrypted": True}, {"DataClassification": "phi"}),
    ):
        made = estate.at("efs").create_file_system(
            CreationToken=name, Tags=tags(Name=name, **said), **settings
        )
        estate.remember(name, made["FileSystemArn"])


def _secrets(estate: Estate) -> None:
    secrets, restricted = estate.at("secretsmanager"), {"DataClassification": "restricted"}
    for name, key, said in (
        ("lock", None, {}),
        ("lock-anchor", "alias/anchor", restricted),
        ("lock-restricted", None, restricted),
        ("lock-foreign", FOREIGN_KEY, restricted),
        ("lock-shared", None, {}),
        ("lock-shared-well", FOREIGN_KEY, {}),
        ("lock-leaving", None, {}),
        ("lock-twin", None, {}),
    ):
        settings = {"KmsKeyId": key} if key else {}
        made = secrets.create_secret(Name=name, SecretString="x", Tags=tags(**said), **settings)
        estate.remember(name, made["ARN"])
    service = [{"Key": "aws:secretsmanager:owningService", "Value": "rds"}]  # so moto knows it
    owned = secrets.create_secret(Name="rds!lock", SecretString="x", Tags=service)
    estate.remember("lock-owned", owned["ARN"])
    theirs = {"AWS": f"arn:aws:iam::{STRANGER}:root"}
    may = {"Effect": "Allow", "Principal": theirs, "Action": "secretsmanager:GetSecretValue"}
    text = json.dumps({"Version": "2012-10-17", "Statement": [may | {"Resource": "*"}]})
    for name in ("lock-shared", "lock-shared-well"):
        secrets.put_resource_policy(SecretId=name, ResourcePolicy=text)
    for name in ("lock-anchor", "lock-twin"):
        secrets.rotate_secret(SecretId=name, RotationRules={"AutomaticallyAfterDays": 30})
    secrets.delete_secret(SecretId="lock-leaving", RecoveryWindowInDays=20)
    secrets.replicate_secret_to_regions(SecretId="lock-twin", AddReplicaRegions=[{"Region": US}])
    (twin,) = estate.at("secretsmanager", US).list_secrets()["SecretList"]
    estate.remember("lock-twin-replica", twin["ARN"], US)


def _parameters(estate: Estate) -> None:
    ssm = estate.at("ssm")
    secure = ("/quay/password", "/quay/pin-code", "/quay/api-key")
    own = {"/quay/pin-code": "alias/anchor", "/quay/api-key": FOREIGN_KEY}
    for name in secure:
        more = {"KeyId": own[name]} if name in own else {}
        ssm.put_parameter(Name=name, Value="x", Type="SecureString", **more)
    for name in (
        *("db-password", "/app/API_TOKEN", "app.dbConnectionString", "private-key", "apikey"),
        *("max_tokens", "token-endpoint", "public-key", "secretary-name", "tokenizer"),
        *("password-policy-url", "private-subnet-ids", "berth-count"),
    ):
        ssm.put_parameter(Name=name, Value="x", Type="String")
    ssm.put_parameter(Name="partner-credentials", Value="x,y", Type="StringList")
    told = "the password of the pier door"
    ssm.put_parameter(Name="/app/setting-7", Value="x", Type="String", Description=told)
    pages = ssm.get_paginator("describe_parameters").paginate()
    for name in [parameter["Name"] for page in pages for parameter in page["Parameters"]]:
        estate.remember(name, estate.arn("ssm", f"parameter/{name.removeprefix('/')}"))


def _vaults(estate: Estate) -> None:
    """Empty ones: moto keeps no recovery points."""
    for name, region, key in (
        ("vault-anchor", EU, estate["anchor"]),
        ("vault-default", EU, None),
        ("vault-far", AP, None),
    ):
        made = estate.at("backup", region).create_backup_vault(
            BackupVaultName=name, **({"EncryptionKeyArn": key} if key else {})
        )
        estate.remember(name, made["BackupVaultArn"], region)
        points = f"{made['BackupVaultArn']}#recovery-points"
        estate.remember(f"points!{name}", points, region)
