"""Many resources of a few kinds, written straight into moto's state: for benchmarks.

What it makes is dull on purpose, and the same for the same number. Requests would take minutes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from itertools import islice
from typing import Any

from moto.dynamodb.models import dynamodb_backends
from moto.ec2.models import ec2_backends
from moto.kms.models import kms_backends
from moto.kms.utils import generate_key_id
from moto.rds.models import rds_backends
from moto.s3.models import s3_backends
from moto.secretsmanager.models import secretsmanager_backends

from wa_kit.simulated.estate import Estate
from wa_kit.simulated.overlays.ec2 import mend_ebs
from wa_kit.simulated.overlays.kms import aws_key
from wa_kit.simulated.overlays.rds import mend_rds

Pairs = list[dict[str, str]]

_CLASSES = ("public", "internal", "confidential", "restricted", "pii")
_RDS_SNAPSHOTS_PER_REGION = 90  # RDS allows a hundred


def seed_many(
    estate: Estate,
    resources: int = 1000,
    regions: Sequence[str] = ("eu-west-1", "eu-central-1", "us-east-1"),
) -> dict[str, int]:
    """Write ``resources`` resources, evenly over ``regions``. Returns how many of each kind.

    Of 20: 7 volumes, 5 snapshots, 3 buckets, 2 keys, 1 table, 1 secret, 1 RDS snapshot.
    """
    makers = [_volume] * 7 + [_snapshot] * 5 + [_bucket] * 3 + [_key] * 2
    makers += [_table, _secret, _rds_snapshot]
    counted: dict[str, int] = {}
    # Each round goes to the next region, so that a region's volumes come before its snapshots.
    for number in range(resources):
        region = regions[number // len(makers) % len(regions)]
        maker: Callable[[str, str, int], str] = makers[number % len(makers)]
        kind = maker(estate.account, region, number)
        counted[kind] = counted.get(kind, 0) + 1
    for region in regions:
        mend_ebs(estate.account, region)
        mend_rds(estate.account, region)
    return counted


def _tags(number: int) -> dict[str, str]:
    return {
        "DataClassification": _CLASSES[number % len(_CLASSES)],
        "Owner": f"team-{number % 17}",
        "Environment": "prod" if number % 3 else "dev",
        "Application": f"application-{number % 31}",
    }


def _pairs(number: int) -> Pairs:
    return [{"Key": key, "Value": value} for key, value in _tags(number).items()]


def _key_for(account: str, region: str, number: int, service: str) -> str:
    """One of the region's customer keys, or AWS's own where there is none yet."""
    own = [key.arn for key in _first_keys(account, region)]
    return str(own[number % len(own)]) if own else aws_key(account, region, service)


def _first_keys(account: str, region: str) -> list[Any]:
    keys = kms_backends[account][region].keys
    return [key for key in islice(keys.values(), 10) if key.key_manager == "CUSTOMER"]


def _volume(account: str, region: str, number: int) -> str:
    key = _key_for(account, region, number, "ebs") if number % 4 else None
    volume = ec2_backends[account][region].create_volume(
        8 + number % 100, f"{region}a", encrypted=key is not None, kms_key_id=key, volume_type="gp3"
    )
    volume.add_tags({"Name": f"volume-{number}"} | _tags(number))
    return "volumes"


def _snapshot(account: str, region: str, number: int) -> str:
    ec2 = ec2_backends[account][region]
    latest = next(reversed(ec2.volumes))
    ec2.create_snapshot(latest, f"snapshot {number}").add_tags(_tags(number))
    return "snapshots"


def _bucket(account: str, region: str, number: int) -> str:
    s3, name = s3_backends[account]["aws"], f"many-{account}-{number}"
    s3.create_bucket(name, region)
    s3.put_bucket_tagging(name, _tags(number))
    if number % 3:
        key = _key_for(account, region, number, "s3")
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        s3.put_bucket_encryption(name, {"Rule": {"ApplyServerSideEncryptionByDefault": default}})
    return "buckets"


def _key(account: str, region: str, number: int) -> str:
    kms = kms_backends[account][region]
    named = [{"TagKey": key, "TagValue": value} for key, value in _tags(number).items()]
    key = _another(kms, _first_keys(account, region)) or kms.create_key(
        None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", "one of many", None
    )
    kms.tagger.tag_resource(key.id, named)
    kms.create_alias(key.id, f"alias/many/{number}")
    key.key_rotation_status = bool(number % 5)
    return "keys"


def _another(kms: Any, models: list[Any]) -> Any:
    """A copy under a new id: moto makes an RSA pair for every key, which takes 45 ms."""
    if not models:
        return None
    key = copy(models[0])
    key.id = generate_key_id()
    key.arn = key.arn.rpartition("/")[0] + f"/{key.id}"
    key.aliases, key.grants = {}, {}
    kms.keys[key.id] = key
    return key


def _table(account: str, region: str, number: int) -> str:
    sse = None
    if number % 2:
        key = _key_for(account, region, number, "dynamodb")
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    dynamodb_backends[account][region].create_table(
        f"table-{number}",
        schema=[{"AttributeName": "id", "KeyType": "HASH"}],
        throughput=None,
        attr=[{"AttributeName": "id", "AttributeType": "S"}],
        global_indexes=None,
        indexes=None,
        streams=None,
        billing_mode="PAY_PER_REQUEST",
        sse_specification=sse,
        tags=_pairs(number),
        deletion_protection_enabled=False,
        warm_throughput=None,
    )
    return "tables"


def _secret(account: str, region: str, number: int) -> str:
    secretsmanager_backends[account][region].create_secret(
        name=f"secret-{number}",
        secret_string="not-a-real-secret",
        secret_binary=None,
        description=None,
        tags=_pairs(number),
        kms_key_id=_key_for(account, region, number, "secretsmanager") if number % 2 else None,
        client_request_token=None,
        replica_regions=[],
        force_overwrite=False,
    )
    return "secrets"


def _rds_snapshot(account: str, region: str, number: int) -> str:
    rds = rds_backends[account][region]
    if "many" not in rds.databases:
        rds.create_db_instance(
            {
                "db_instance_identifier": "many",
                "db_instance_class": "db.t4g.micro",
                "engine": "postgres",
                "allocated_storage": 20,
                "master_username": "many",
                "master_user_password": "not-a-real-secret",
                "storage_encrypted": True,
            }
        )
    if len(rds.database_snapshots) >= _RDS_SNAPSHOTS_PER_REGION:
        return _snapshot(account, region, number)
    rds.create_db_snapshot("many", f"many-{number}", tags=_pairs(number))
    return "RDS snapshots"
