"""Collectors of KMS and Organizations: does each AWS answer become the right row?"""

from __future__ import annotations

import json

import boto3
import pytest
from collecting import ELSEWHERE, REGION, collect, reasons, row
from moto.server import ThreadedMotoServer

from wa_kit import simulated
from wa_kit.evidence.kms import KmsKey
from wa_kit.evidence.organizations import Organization, OrganizationAccount
from wa_kit.model import NotRead, Reason
from wa_kit.simulated.overlays.kms import aws_key

ACCOUNT = "222211110004"


def seed(served) -> dict[str, str]:
    """A key of each kind, by alias: alias -> id."""
    kms, ids = served.client("kms", REGION), {}
    wanted = {
        "app": {"Tags": [{"TagKey": "Owner", "TagValue": "data"}]},
        "plain": {},
        "sign": {"KeySpec": "RSA_2048", "KeyUsage": "SIGN_VERIFY"},
        "import": {"Origin": "EXTERNAL"},
        "dying": {},
        "off": {},
        "many": {"MultiRegion": True},
        "hidden": {},
    }
    for name, arguments in wanted.items():
        ids[name] = kms.create_key(**arguments)["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=ids[name])
    kms.create_alias(AliasName="alias/zweit", TargetKeyId=ids["app"])
    kms.enable_key_rotation(KeyId=ids["app"], RotationPeriodInDays=180)
    kms.replicate_key(KeyId=ids["many"], ReplicaRegion=ELSEWHERE)
    kms.schedule_key_deletion(KeyId=ids["dying"], PendingWindowInDays=7)
    kms.disable_key(KeyId=ids["off"])
    aws_key(ACCOUNT, REGION, "ebs")
    return ids


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        served.ids = seed(served)
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, KmsKey)


def test_a_key_is_read_whole(estate, evidence):
    key, key_id = row(evidence, KmsKey, "alias/app"), estate.ids["app"]
    policy = json.loads(key.policy)
    assert key == KmsKey(
        arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key_id}",
        account=ACCOUNT,
        region=REGION,
        name="alias/app",
        aliases=["alias/app", "alias/zweit"],
        manager="CUSTOMER",
        state="Enabled",
        spec="SYMMETRIC_DEFAULT",
        usage="ENCRYPT_DECRYPT",
        origin="AWS_KMS",
        multi_region=None,
        primary_region=None,
        replica_regions=[],
        created=key.created,
        deletion_date=None,
        rotates=True,
        rotation_days=180,
        next_rotation=None,
        policy=key.policy,
        tags={"Owner": "data"},
    )
    assert policy["Statement"][0]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    assert key.unread == {}


@pytest.mark.parametrize(
    ("alias", "fields"),
    [
        ("plain", {"rotates": False, "rotation_days": None, "tags": {}}),
        ("sign", {"spec": "RSA_2048", "usage": "SIGN_VERIFY", "rotates": None}),
        ("import", {"origin": "EXTERNAL", "state": "PendingImport", "rotates": None}),
        ("off", {"state": "Disabled", "rotates": False}),
        ("dying", {"state": "PendingDeletion", "rotates": None}),
        ("aws/ebs", {"manager": "AWS", "policy": None, "rotates": None}),
        (
            "many",
            {
                "multi_region": "PRIMARY",
                "primary_region": REGION,
                "replica_regions": [ELSEWHERE],
            },
        ),
    ],
)
def test_each_kind_of_key_becomes_its_row(evidence, alias, fields):
    (key,) = [k for k in evidence.of(KmsKey) if (k.name, k.region) == (f"alias/{alias}", REGION)]
    assert {name: getattr(key, name) for name in fields} == fields


def test_a_replica_is_a_row_of_its_own_region_and_names_its_primary(estate, evidence):
    (replica,) = [key for key in evidence.of(KmsKey) if key.region == ELSEWHERE]
    assert replica.arn.endswith(f"{ELSEWHERE}:{ACCOUNT}:key/{estate.ids['many']}")
    assert (replica.multi_region, replica.primary_region) == ("REPLICA", REGION)


def test_a_deletion_has_its_date(evidence):
    assert row(evidence, KmsKey, "alias/dying").deletion_date is not None


def test_rotation_and_policy_are_asked_only_where_they_say_something(estate):
    calls: list[str] = []
    collect(estate.endpoint, ACCOUNT, KmsKey, regions=[REGION], calls=calls)
    asked = {name: calls.count(f"kms:{name}") for name in ("ListKeys", "ListAliases")}
    assert asked == {"ListKeys": 1, "ListAliases": 1}
    assert calls.count("kms:DescribeKey") == 9
    assert calls.count("kms:GetKeyPolicy") == 8  # not of the key that AWS manages
    assert calls.count("kms:GetKeyRotationStatus") == 5


def test_a_denied_key_is_a_row_with_every_field_unread_but_what_others_told(estate):
    hidden = estate.ids["hidden"]
    with estate.deny("kms:DescribeKey", where=lambda asked: asked["KeyId"] == hidden):
        key = row(collect(estate.endpoint, ACCOUNT, KmsKey), KmsKey, "alias/hidden")
    denied = NotRead(Reason.DENIED, "kms:DescribeKey", "kms:DescribeKey")
    assert {key.manager, key.state, key.rotates, key.created} == {denied}
    assert (key.aliases, key.tags) == (["alias/hidden"], {})
    assert "Statement" in json.loads(key.policy)


def test_a_denied_key_that_aws_manages_is_known_by_its_reserved_alias(estate):
    with estate.deny("kms:DescribeKey"):
        key = row(collect(estate.endpoint, ACCOUNT, KmsKey), KmsKey, "alias/aws/ebs")
    assert (key.manager, key.policy) == ("AWS", None)
    assert "state" in key.unread


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("GetKeyRotationStatus", {"rotates", "rotation_days", "next_rotation"}),
        ("GetKeyPolicy", {"policy"}),
    ],
)
def test_a_denied_detail_keeps_the_row(estate, operation, fields):
    with estate.deny(f"kms:{operation}"):
        key = row(collect(estate.endpoint, ACCOUNT, KmsKey), KmsKey, "alias/app")
    assert set(key.unread) == fields
    assert key.rotates is True or key.unread["rotates"].action == "kms:GetKeyRotationStatus"


def test_denied_aliases_or_tags_leave_every_key_in_place(estate, evidence):
    with estate.deny("kms:ListAliases"), estate.deny("resourcegroupstaggingapi:GetResources"):
        found = collect(estate.endpoint, ACCOUNT, KmsKey).of(KmsKey)
    assert len(found) == len(evidence.of(KmsKey))
    assert {frozenset(key.unread) for key in found} == {frozenset({"aliases", "tags"})}
    assert {key.unread["tags"].action for key in found} == {"tag:GetResources"}


def test_a_denied_listing_is_a_look_that_failed(estate):
    with estate.deny("kms:ListKeys", region=REGION):
        found = collect(estate.endpoint, ACCOUNT, KmsKey)
    assert reasons(found, KmsKey) == {"denied"}
    assert {key.region for key in found.of(KmsKey)} == {ELSEWHERE}


# the organization


def test_an_account_in_no_organization_has_no_relatives(estate):
    found = collect(estate.endpoint, ACCOUNT, OrganizationAccount)
    assert (found.of(OrganizationAccount), reasons(found, OrganizationAccount)) == ([], set())


def test_the_accounts_of_an_organization_are_rows():
    account = "222211110005"
    with simulated.serve(account) as served:
        organizations = served.client("organizations")
        made = organizations.create_organization(FeatureSet="ALL")["Organization"]["Id"]
        organizations.create_account(Email="till@kestrel.example", AccountName="till")
        found = collect(served.endpoint, account, Organization, OrganizationAccount)
        with served.deny("organizations:ListAccounts"):
            denied = collect(served.endpoint, account, Organization, OrganizationAccount)
    till = row(found, OrganizationAccount, "till")
    assert (till.account, till.region) == (account, "global")
    assert {member.member for member in found.of(OrganizationAccount)} == {account, till.member}
    (ours,) = found.of(Organization)
    assert (ours.organization, ours.lists_members) == (made, True)
    assert reasons(denied, OrganizationAccount) == {"denied"}


def test_a_plain_moto_serves_just_as_well():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        session = boto3.Session("testing", "testing", region_name="ap-southeast-4")
        kms = session.client("kms", endpoint_url=endpoint)
        made = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.create_alias(AliasName="alias/aws/sns", TargetKeyId=made)
        found = collect(endpoint, "123456789012", KmsKey, regions=["ap-southeast-4"])
    finally:
        server.stop()
    key = row(found, KmsKey, "alias/aws/sns")
    assert (key.manager, key.policy, key.unread) == ("AWS", None, {})
