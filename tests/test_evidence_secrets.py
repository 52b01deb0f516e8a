"""Collectors of Secrets Manager and Parameter Store: each AWS answer becomes the right row."""

from __future__ import annotations

import json

import boto3
import pytest
from collecting import ELSEWHERE, REGION, collect, reasons, row
from moto.server import ThreadedMotoServer

from wa_kit import simulated
from wa_kit.evidence import valid
from wa_kit.evidence.secretsmanager import Secret
from wa_kit.evidence.ssm import SsmParameter

ACCOUNT = "222211110006"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})
VALUE = "canary-4711"


def tags(**given):
    return [{"Key": key, "Value": value} for key, value in given.items()]


def seed(manager, ssm) -> None:
    made = manager.create_secret(
        Name="own", SecretString=VALUE, KmsKeyId=KEY, Tags=tags(DataClassification="pii")
    )
    manager.rotate_secret(
        SecretId=made["ARN"],
        RotationRules={"AutomaticallyAfterDays": 30},
        RotateImmediately=False,
    )
    manager.create_secret(
        Name="shared", SecretString=VALUE, AddReplicaRegions=[{"Region": ELSEWHERE}]
    )
    manager.put_resource_policy(SecretId="shared", ResourcePolicy=POLICY)
    manager.create_secret(
        Name="rds!db", SecretString=VALUE, Tags=tags(**{"aws:secretsmanager:owningService": "rds"})
    )
    manager.create_secret(Name="gone", SecretString=VALUE)
    manager.delete_secret(SecretId="gone", RecoveryWindowInDays=30)
    ssm.put_parameter(Name="/app/secure", Type="SecureString", Value=VALUE, KeyId=KEY)
    ssm.put_parameter(Name="/app/default", Type="SecureString", Value=VALUE)
    ssm.put_parameter(
        Name="/app/plain", Type="String", Value=VALUE, Description="how chatty", Tags=tags(Team="x")
    )
    ssm.put_parameter(Name="flat", Type="StringList", Value=VALUE)


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        seed(served.client("secretsmanager", REGION), served.client("ssm", REGION))
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, Secret, SsmParameter)


def local(evidence, name):
    (found,) = [s for s in evidence.of(Secret) if (s.name, s.region) == (name, REGION)]
    return found


def test_a_secret_is_read_whole(evidence):
    secret = local(evidence, "own")
    assert secret == Secret(
        arn=secret.arn,
        account=ACCOUNT,
        region=REGION,
        name="own",
        tags={"DataClassification": "pii"},
        encryption="kms",
        kms_key=KEY,
        owner="",
        primary_region=None,
        deleted=None,
        rotates=True,
        rotation_days=30,
        last_rotated=secret.last_rotated,
        policy=None,
    )
    assert secret.arn.startswith(f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:own-")


def test_a_secret_that_names_no_key_uses_the_one_that_aws_manages(evidence):
    secret = local(evidence, "shared")
    assert (secret.encryption, secret.kms_key) == ("kms", "alias/aws/secretsmanager")
    assert (secret.policy, secret.rotates) == (POLICY, False)


def test_a_replica_names_the_region_of_its_original(evidence):
    (replica,) = [s for s in evidence.of(Secret) if s.region == ELSEWHERE]
    assert (replica.name, replica.primary_region) == ("shared", REGION)


def test_secrets_that_wait_for_deletion_and_those_of_services_are_told_apart(evidence):
    assert local(evidence, "gone").deleted is not None
    assert local(evidence, "rds!db").owner == "rds"


def test_policies_are_asked_only_where_they_may_contradict_the_key(estate):
    calls: list[str] = []
    collect(estate.endpoint, ACCOUNT, Secret, regions=[REGION], calls=calls)
    assert calls == ["secretsmanager:GetResourcePolicy"] * 2 + ["secretsmanager:ListSecrets"]


def test_a_denied_policy_keeps_the_secret(estate, evidence):
    with estate.deny("secretsmanager:GetResourcePolicy"):
        found = collect(estate.endpoint, ACCOUNT, Secret)
    assert len(found.of(Secret)) == len(evidence.of(Secret))
    assert local(found, "shared").unread["policy"].action == "secretsmanager:GetResourcePolicy"


def test_a_parameter_is_read_whole_and_never_its_value(evidence):
    parameter = row(evidence, SsmParameter, "/app/secure")
    assert parameter == SsmParameter(
        arn=f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/app/secure",
        account=ACCOUNT,
        region=REGION,
        name="/app/secure",
        encryption="kms",
        kms_key=KEY,
        kind="SecureString",
        description="",
        tags={},
    )
    assert VALUE not in str(evidence.rows)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("/app/default", {"encryption": "kms", "kms_key": "alias/aws/ssm"}),
        (
            "/app/plain",
            {
                "encryption": "none",
                "kms_key": None,
                "kind": "String",
                "description": "how chatty",
                "tags": {"Team": "x"},
            },
        ),
        ("flat", {"kind": "StringList", "arn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/flat"}),
    ],
)
def test_each_kind_of_parameter_becomes_its_row(evidence, name, fields):
    parameter = row(evidence, SsmParameter, name)
    assert {field: getattr(parameter, field) for field in fields} == fields
    assert valid(parameter) == parameter


def test_denied_tags_leave_the_parameters_in_place(estate):
    with estate.deny("resourcegroupstaggingapi:GetResources"):
        found = collect(estate.endpoint, ACCOUNT, SsmParameter).of(SsmParameter)
    assert len(found) == 4
    assert {parameter.unread["tags"].action for parameter in found} == {"tag:GetResources"}


@pytest.mark.parametrize(
    ("operation", "table"),
    [("secretsmanager:ListSecrets", Secret), ("ssm:DescribeParameters", SsmParameter)],
)
def test_a_denied_listing_is_a_look_that_failed(estate, operation, table):
    with estate.deny(operation, region=REGION):
        assert reasons(collect(estate.endpoint, ACCOUNT, table), table) == {"denied"}


def test_a_plain_moto_serves_just_as_well():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        session = boto3.Session("testing", "testing", region_name="ap-southeast-4")
        session.client("secretsmanager", endpoint_url=endpoint).create_secret(
            Name="moto", SecretString=VALUE
        )
        found = collect(endpoint, "123456789012", Secret, regions=["ap-southeast-4"])
    finally:
        server.stop()
    secret = row(found, Secret, "moto")
    assert (secret.kms_key, secret.policy) == ("alias/aws/secretsmanager", None)
