"""What Elastic Disaster Recovery tells us: how its copies of servers are encrypted.

A region where nobody set the service up holds nothing; that is an answer, not a refusal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, Refused, attempt
from wa_kit.evidence import collects
from wa_kit.model import DataStore, Encryption, NotRead

_NOT_SET_UP = "UninitializedAccountException"


class DrsReplication(DataStore, frozen=True, kw_only=True):
    """How the disks of servers are encrypted where their copies wait."""

    service = "Elastic Disaster Recovery"

    ebs_encryption: str  # DEFAULT, CUSTOM or NONE
    routing: str  # PRIVATE_IP or PUBLIC_IP


class DrsTemplate(DrsReplication, frozen=True, kw_only=True):
    """What every newly added server of a region gets."""

    resource_type = "AWS::DRS::ReplicationConfigurationTemplate"
    see = "aws drs describe-replication-configuration-templates --region {region}"


class DrsServer(DrsReplication, frozen=True, kw_only=True):
    """How one source server is replicated, whatever the template says by now."""

    resource_type = "AWS::DRS::ReplicationConfiguration"
    see = "aws drs get-replication-configuration --region {region} --source-server-id {server_id}"

    server_id: str


@collects(DrsTemplate, "drs:DescribeReplicationConfigurationTemplates", "ec2:GetEbsDefaultKmsKeyId")
def drs_templates(aws: Reader) -> Iterator[DrsTemplate]:
    for template in _items(aws, "describe_replication_configuration_templates"):
        yield DrsTemplate(
            arn=template["arn"],
            account=aws.account,
            region=aws.region,
            name=f"template {template['replicationConfigurationTemplateID']}",
            tags=dict(template.get("tags", {})),
            **_protection(aws, template),
        )


@collects(
    DrsServer,
    "drs:DescribeSourceServers",
    "drs:GetReplicationConfiguration",
    "ec2:GetEbsDefaultKmsKeyId",
)
def drs_servers(aws: Reader) -> Iterator[DrsServer]:
    servers = _items(aws, "describe_source_servers")
    yield from aws.each(servers, lambda server: _server(aws, server))


def _items(aws: Reader, operation: str) -> Iterator[Any]:
    try:
        yield from aws.pages("drs", operation, "items")
    except Refused as refused:
        if refused.code != _NOT_SET_UP:
            raise


def _server(aws: Reader, server: Any) -> DrsServer:
    server_id, tags = server["sourceServerID"], dict(server.get("tags", {}))
    known: dict[str, Any] = {
        "arn": server["arn"],
        "account": aws.account,
        "region": aws.region,
        "name": tags.get("Name", server_id),
        "tags": tags,
        "server_id": server_id,
    }
    replication = aws.read("drs", "get_replication_configuration", None, sourceServerID=server_id)
    if isinstance(replication, NotRead):
        return DrsServer.hidden(replication, **known)
    return DrsServer(**known, **_protection(aws, replication))


def _protection(aws: Reader, replication: Any) -> dict[str, Any]:
    chosen = replication["ebsEncryption"]
    encryption: Encryption = "none" if chosen == "NONE" else "kms"
    key: Any = None
    if chosen == "DEFAULT":
        key = attempt(lambda: aws.shared(_default_key))
    elif chosen == "CUSTOM":
        key = attempt(lambda: replication["ebsEncryptionKeyArn"])
    return {
        "encryption": encryption,
        "kms_key": key,
        "ebs_encryption": chosen,
        "routing": replication.get("dataPlaneRouting", ""),
    }


def _default_key(aws: Reader) -> str:
    """The key that EBS takes in this region where nobody names one."""
    key: str = aws.get("ec2", "get_ebs_default_kms_key_id", "KmsKeyId")
    return key
