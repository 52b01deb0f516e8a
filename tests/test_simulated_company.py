"""The company of the demo: believable, the same every time, and readable but for one corner."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from wa_kit import answers, simulated, workload
from wa_kit.aws import Gate
from wa_kit.evidence import COLLECTORS, gather
from wa_kit.model import Reason
from wa_kit.questionnaire import load_all
from wa_kit.simulated import company
from wa_kit.simulated.company.site import Site
from wa_kit.simulated.estate import Estate

REGIONS = simulated.REGIONS
ACCOUNT = "666677778888"


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with simulated.serve(ACCOUNT) as estate:
        yield simulated.found(estate)


def listed(site: Site, service: str, operation: str, key: str, **asked: Any) -> list[Any]:
    """What every region lists."""
    clients = (site.client(service, region) for region in REGIONS)
    return [item for client in clients for item in getattr(client, operation)(**asked)[key]]


def test_there_are_between_120_and_200_resources(site: Site) -> None:
    assert 120 <= len(site.made) <= 200


def test_everything_is_in_its_three_regions(site: Site) -> None:
    assert {made.region for made in site.made} == {*REGIONS}


def test_there_are_keys_of_every_state_origin_and_kind(site: Site) -> None:
    kms = [site.client("kms", region) for region in REGIONS]
    theirs = site.keys["finance-ledger"]
    keys = [
        client.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        for client in kms
        for key in client.list_keys()["Keys"]
        if key["KeyArn"] != theirs
    ]
    assert {key["KeyState"] for key in keys} == {
        "Enabled",
        "Disabled",
        "PendingDeletion",
        "PendingImport",
    }
    assert {key["Origin"] for key in keys} == {"AWS_KMS", "EXTERNAL"}
    assert {key["KeyManager"] for key in keys} == {"AWS", "CUSTOMER"}
    assert {key["KeyUsage"] for key in keys} == {
        "ENCRYPT_DECRYPT",
        "SIGN_VERIFY",
        "GENERATE_VERIFY_MAC",
    }
    kinds = Counter(
        key.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType") for key in keys
    )
    assert (kinds["PRIMARY"], kinds["REPLICA"]) == (1, 1)


@pytest.mark.parametrize(
    ("service", "operation", "key", "field"),
    [
        ("ec2", "describe_volumes", "Volumes", "Encrypted"),
        ("efs", "describe_file_systems", "FileSystems", "Encrypted"),
        ("rds", "describe_db_instances", "DBInstances", "StorageEncrypted"),
        ("rds", "describe_db_snapshots", "DBSnapshots", "Encrypted"),
    ],
)
def test_of_every_store_some_are_encrypted_and_some_are_not(
    site: Site, service: str, operation: str, key: str, field: str
) -> None:
    assert {item[field] for item in listed(site, service, operation, key)} == {True, False}


def test_clusters_are_of_all_three_kinds(site: Site) -> None:
    clusters = listed(site, "rds", "describe_db_clusters", "DBClusters")
    assert {c["StorageEncryptionType"] for c in clusters} == {"none", "sse-rds", "sse-kms"}


def test_one_snapshot_of_each_kind_is_public(site: Site) -> None:
    asked = {"OwnerIds": ["self"], "RestorableByUserIds": ["all"]}
    assert len(listed(site, "ec2", "describe_snapshots", "Snapshots", **asked)) == 1
    attributes = site.client("rds", "us-east-1").describe_db_snapshot_attributes(
        DBSnapshotIdentifier="kestrel-us-surveys-before-upgrade"
    )["DBSnapshotAttributesResult"]["DBSnapshotAttributes"]
    assert {a["AttributeName"]: a["AttributeValues"] for a in attributes}["restore"] == ["all"]


def test_the_corner_is_closed_and_nothing_else(site: Site) -> None:
    """Every collector finds what it asks for, in every region, but for what is denied."""
    session = boto3.Session("testing", "testing", region_name="us-east-1")
    with Gate(session, endpoint_url=site.estate.endpoint) as gate:
        evidence = gather(gate, ACCOUNT, REGIONS, list(COLLECTORS))
    failed = [look.not_read for look in evidence.looks if look.not_read]
    hidden = [value for row in evidence.rows for value in row.unread.values()]
    denied = {refused.operation for refused in (*failed, *hidden)}
    assert denied <= {
        "backup:ListRecoveryPointsByBackupVault",
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
    }
    assert {refused.reason for refused in (*failed, *hidden)} == {Reason.DENIED}


def test_another_teams_key_keeps_its_place_in_the_list(site: Site) -> None:
    ledger = site.keys["finance-ledger"]
    kms = site.client("kms")
    assert ledger in {key["KeyArn"] for key in kms.list_keys(Limit=1000)["Keys"]}
    for reference in (ledger, ledger.rpartition("/")[2]):
        with pytest.raises(ClientError, match="AccessDenied"):
            kms.describe_key(KeyId=reference)


def test_what_the_companys_people_wrote_is_accepted() -> None:
    folder = Path(company.__file__).parent
    said = workload.load(folder / "workload.yaml")
    assert said.accounts == (simulated.ACCOUNT,)
    assert said.regions == simulated.REGIONS
    answered = answers.load(folder / "answers.yaml", load_all())
    assert answered.exceptions and answered.disputes and answered.roles


def test_the_same_seed_founds_the_same_company(site: Site) -> None:
    keys, resources = dict(site.keys), sorted(made.arn for made in site.made)
    with simulated.serve("777788889999") as other:
        again = simulated.found(other)
        secrets = sorted(map(at, managed_secrets(other)))
    assert {name: at(arn) for name, arn in again.keys.items()} == {
        name: at(arn) for name, arn in keys.items()
    }
    assert sorted(at(made.arn) for made in again.made) == sorted(at(arn) for arn in resources)
    assert sorted(map(at, managed_secrets(site.estate))) == secrets and secrets


def managed_secrets(estate: Estate) -> list[str]:
    """What RDS keeps in Secrets Manager: nobody who founds the company names these."""
    listed = (estate.client("secretsmanager", r).list_secrets()["SecretList"] for r in REGIONS)
    return [one["ARN"] for secrets in listed for one in secrets if one["Name"].startswith("rds!")]


def at(arn: str) -> str:
    """An ARN without its account, which also stands in the names of buckets."""
    return arn.replace(ACCOUNT, "-").replace("777788889999", "-")


def test_many_resources_are_written_and_read_back() -> None:
    with simulated.serve("888899990000") as estate:
        counted = simulated.seed_many(estate, resources=600)
        assert sum(counted.values()) == 600
        assert read_back(estate) == counted


def read_back(estate: Estate) -> dict[str, int]:
    counted: Counter[str] = Counter()
    for region in REGIONS:
        ec2 = estate.client("ec2", region)
        counted["volumes"] += len(ec2.describe_volumes()["Volumes"])
        counted["snapshots"] += len(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"])
        keys = estate.client("kms", region).get_paginator("list_aliases").paginate()
        own = [a for a in keys.search("Aliases") if a["AliasName"].startswith("alias/many/")]
        counted["keys"] += len(own)
        tables = estate.client("dynamodb", region).get_paginator("list_tables").paginate()
        counted["tables"] += len(list(tables.search("TableNames")))
        secrets = estate.client("secretsmanager", region).get_paginator("list_secrets").paginate()
        counted["secrets"] += len(list(secrets.search("SecretList")))
        manual = estate.client("rds", region).describe_db_snapshots(SnapshotType="manual")
        counted["RDS snapshots"] += len(manual["DBSnapshots"])
    counted["buckets"] = len(estate.client("s3").list_buckets()["Buckets"])
    return dict(counted)
