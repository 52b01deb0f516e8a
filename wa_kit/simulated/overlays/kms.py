"""KMS as AWS has it: AWS's own keys are AWS's, rotation has a period, replicas are replicas."""

from __future__ import annotations

import json
from typing import Any

from moto.kms.models import kms_backends

from wa_kit.simulated.overlays.registry import Answer, before, instead_of, lock
from wa_kit.simulated.wire import Call, Refused


def aws_key(account: str, region: str, service: str) -> str:
    """The ARN of the key that AWS manages for a service, made at its first use."""
    keys, alias = kms_backends[account][region], f"alias/aws/{service}"
    with lock:
        if not keys.alias_exists(alias):
            text = f"Default key that protects my {service} data when no other key is defined"
            key = keys.create_key(None, "ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT", text, None)
            keys.create_alias(key.id, alias)
        key = keys.keys[keys.any_id_to_key_id(alias)]
        _aws_manages(key)
    arn: str = key.arn
    return arn


def is_aws_managed(account: str, arn: str) -> bool:
    keys = kms_backends[account][arn.split(":")[3]]
    key = keys.keys.get(keys.get_key_id(arn))
    return key is not None and any(name.startswith("alias/aws/") for name in key.aliases)


def _aws_manages(key: Any) -> None:
    """moto says CUSTOMER of AWS's own keys, gives them a customer's policy and no rotation."""
    service = next(name for name in key.aliases if name.startswith("alias/aws/")).split("/")[-1]
    via = {"kms:CallerAccount": key.account_id}
    via["kms:ViaService"] = f"{service}.{key.region}.amazonaws.com"
    root = f"arn:aws:iam::{key.account_id}:root"
    reads = ["kms:Describe*", "kms:Get*", "kms:List*", "kms:RevokeGrant"]
    uses = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]
    anyone: Answer = {"AWS": "*"}
    policy = {
        "Version": "2012-10-17",
        "Id": f"auto-{service}-1",
        "Statement": [
            _allow(anyone, [*uses, "kms:CreateGrant", "kms:DescribeKey"])
            | {"Condition": {"StringEquals": via}},
            _allow({"AWS": root}, reads),
        ],
    }
    key.key_manager, key.key_rotation_status = "AWS", True
    key.policy = json.dumps(policy)


def _allow(principal: Answer, actions: list[str]) -> Answer:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"}


@before("kms:(DescribeKey|ListKeys|ListAliases|GetKeyPolicy|GetKeyRotationStatus)")
def _keys_as_aws_has_them(call: Call) -> None:
    """Besides the manager: moto leaves out usage and MultiRegion where they were not asked for;
    an EXTERNAL key waits for its material; and moto's replicas of a multi-Region key share one
    record with their primary, so that both become replicas."""
    keys = kms_backends[call.account][call.region]
    reference = call.asked.get("KeyId", "")
    if "alias/aws/" in reference:
        aws_key(call.account, call.region, reference.rpartition("/")[2])
    named = keys.keys.get(keys.get_key_id(reference))
    for key in [named] if named else list(keys.keys.values()):
        if key.key_manager == "CUSTOMER" and any("alias/aws/" in name for name in key.aliases):
            _aws_manages(key)
        if key.origin == "EXTERNAL" and not hasattr(key, "kit_imported"):
            key.key_state, key.enabled = "PendingImport", False
        key.key_usage = key.key_usage or "ENCRYPT_DECRYPT"
        key.multi_region = bool(key.multi_region)
        if key.multi_region:
            shared = key.multi_region_configuration
            kind = "PRIMARY" if key.arn == shared["PrimaryKey"]["Arn"] else "REPLICA"
            key.multi_region_configuration = shared | {"MultiRegionKeyType": kind}


def import_material(account: str, region: str, key_id: str) -> None:
    """Give an EXTERNAL key its material: moto has no ImportKeyMaterial."""
    key: Any = kms_backends[account][region].keys[key_id]
    key.kit_imported, key.key_state, key.enabled = True, "Enabled", True


@before("kms:EnableKeyRotation")
def _remember_the_period(call: Call) -> None:
    """moto drops RotationPeriodInDays."""
    keys = kms_backends[call.account][call.region]
    key: Any = keys.keys.get(keys.get_key_id(call.asked["KeyId"]))
    if key is not None:
        key.kit_rotates_every = call.asked.get("RotationPeriodInDays", 365)


@instead_of("kms:GetKeyRotationStatus")
def _rotation_with_its_period(call: Call) -> Answer:
    _keys_as_aws_has_them(call)
    keys = kms_backends[call.account][call.region]
    key = keys.keys.get(keys.get_key_id(call.asked["KeyId"]))
    if key is None:
        raise Refused("NotFoundException", f"Key {call.asked['KeyId']} does not exist")
    if key.key_spec != "SYMMETRIC_DEFAULT" or key.origin == "EXTERNAL":
        raise Refused("UnsupportedOperationException", "This key cannot rotate by itself")
    on = bool(key.key_rotation_status and key.key_state == "Enabled")
    answered: Answer = {"KeyId": key.arn, "KeyRotationEnabled": on}
    if on:
        answered["RotationPeriodInDays"] = getattr(key, "kit_rotates_every", 365)
    return answered
