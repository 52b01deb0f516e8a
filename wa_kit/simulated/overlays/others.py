"""EFS, DynamoDB, Config and Organizations as AWS has them."""

from __future__ import annotations

import datetime as dt

from moto.config.models import config_backends
from moto.dynamodb.models import dynamodb_backends
from moto.efs.models import efs_backends
from moto.kms.models import kms_backends
from moto.organizations.models import organizations_backends

from wa_kit.simulated.overlays.kms import aws_key
from wa_kit.simulated.overlays.registry import after, before
from wa_kit.simulated.wire import Call, Refused


@after("efs:CreateFileSystem")
def _file_systems_name_their_key(call: Call, body: str) -> None:
    """moto gives no key where the default one was meant."""
    for system in efs_backends[call.account][call.region].file_systems_by_id.values():
        if system.encrypted and not system.kms_key_id:
            system.kms_key_id = aws_key(call.account, call.region, "elasticfilesystem")


@after("dynamodb:(CreateTable|UpdateTable)")
def _tables_name_their_key_by_arn(call: Call, body: str) -> None:
    """moto repeats a key id or alias where AWS answers with the key's ARN."""
    table = dynamodb_backends[call.account][call.region].tables.get(call.asked["TableName"])
    sse = (table.sse_specification if table else None) or {}
    if not sse.get("Enabled"):
        return
    keys = kms_backends[call.account][call.region]
    named = sse.get("KMSMasterKeyId", "alias/aws/dynamodb")
    if "alias/aws/" in named:
        sse["KMSMasterKeyId"] = aws_key(call.account, call.region, "dynamodb")
    elif key := keys.keys.get(keys.any_id_to_key_id(named)):
        sse["KMSMasterKeyId"] = key.arn


@before("config:DescribeConfigurationRecorderStatus")
def _recorders_get_somewhere(call: Call) -> None:
    """moto's recorders stay PENDING for ever."""
    for recorder in config_backends[call.account][call.region].recorders.values():
        if recorder.status.last_status == "PENDING":
            recorder.status.last_status = "SUCCESS"
            recorder.status.last_status_change_time = int(dt.datetime.now(dt.UTC).timestamp())


@before("organizations:(List|Describe).*")
def _no_organization_is_an_error(call: Call) -> None:
    """moto lists nothing where there is no organization; AWS says that there is none."""
    everywhere = [partitions["aws"] for partitions in organizations_backends.values()]
    members = {account.id for backend in everywhere if backend.org for account in backend.accounts}
    if call.account not in members:
        raise Refused("AWSOrganizationsNotInUseException", "Your account is in no organization.")
