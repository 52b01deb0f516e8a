"""Collectors of S3 and Macie: does each AWS answer become the right row?"""

from __future__ import annotations

import json
from collections import Counter

import boto3
import pytest
from collecting import ELSEWHERE, REGION, collect, reasons, row
from moto.server import ThreadedMotoServer

from wa_kit import simulated
from wa_kit.evidence.macie2 import MacieBucket
from wa_kit.evidence.s3 import ReplicationRule, S3Bucket, _region
from wa_kit.model import NotRead, Reason
from wa_kit.simulated.estate import _forget
from wa_kit.simulated.overlays import registry

ACCOUNT = "222211110001"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1"
COPY_KEY = f"arn:aws:kms:{ELSEWHERE}:{ACCOUNT}:key/2"
POLICY = json.dumps(
    {
        "Statement": {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": "arn:aws:s3:::w-data/*",
        }
    }
)
FOREIGN_RULE = {
    "ID": "away",
    "Priority": 2,
    "Status": "Disabled",
    "Filter": {},
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::somebody-elses", "Account": "999988887777"},
}


def rule(who: str) -> dict[str, object]:
    return {
        "ID": "all",
        "Priority": 1,
        "Status": "Enabled",
        "Filter": {},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": f"arn:aws:s3:::{who}-copy",
            "EncryptionConfiguration": {"ReplicaKmsKeyID": COPY_KEY},
        },
    }


def seed(s3, tokyo, who: str = "w") -> None:
    """Bucket names are everybody's, and a plain moto lives in the same process."""
    data = f"{who}-data"
    place = {"LocationConstraint": REGION}
    for name in (data, f"{who}-plain"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=place)
    tokyo.create_bucket(
        Bucket=f"{who}-tokyo", CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"}
    )
    for name in (data, f"{who}-copy"):
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
    s3.put_bucket_encryption(
        Bucket=data,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
        },
    )
    s3.put_bucket_policy(Bucket=data, Policy=POLICY)
    s3.put_bucket_tagging(
        Bucket=data, Tagging={"TagSet": [{"Key": "DataClassification", "Value": "pii"}]}
    )
    s3.put_bucket_replication(
        Bucket=data,
        ReplicationConfiguration={
            "Role": "arn:aws:iam::222211110001:role/r",
            "Rules": [rule(who), FOREIGN_RULE],
        },
    )


def seed_inventory(s3, name: str, enabled: bool, fields: list[str]) -> None:
    s3.put_bucket_inventory_configuration(
        Bucket="w-data",
        Id=name,
        InventoryConfiguration={
            "Id": name,
            "IsEnabled": enabled,
            "IncludedObjectVersions": "All",
            "Schedule": {"Frequency": "Weekly"},
            "OptionalFields": fields,
            "Destination": {
                "S3BucketDestination": {"Bucket": "arn:aws:s3:::w-copy", "Format": "CSV"}
            },
        },
    )


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        served.client("s3", ELSEWHERE).create_bucket(Bucket="w-copy")
        seed(served.client("s3", REGION), served.client("s3", "ap-northeast-1"))
        for name, enabled, field in [
            ("weekly", True, "EncryptionStatus"),
            ("off", False, "EncryptionStatus"),
            ("sizes", True, "Size"),
        ]:
            seed_inventory(served.client("s3", REGION), name, enabled, [field])
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, S3Bucket)


def test_a_bucket_is_read_whole(evidence):
    bucket = row(evidence, S3Bucket, "w-data")
    assert bucket == S3Bucket(
        arn="arn:aws:s3:::w-data",
        account=ACCOUNT,
        region=REGION,
        name="w-data",
        tags={"DataClassification": "pii"},
        encryption="kms",
        kms_key=KEY,
        algorithm="aws:kms",
        bucket_key=True,
        blocked=[],
        policy=POLICY,
        replication=[
            ReplicationRule(
                rule_id="all",
                enabled=True,
                to_bucket="arn:aws:s3:::w-copy",
                to_region=ELSEWHERE,
                kms_objects=True,
                replica_key=COPY_KEY,
            ),
            ReplicationRule(
                rule_id="away",
                enabled=False,
                to_bucket="arn:aws:s3:::somebody-elses",
                to_region=None,
                kms_objects=False,
                replica_key=None,
            ),
        ],
        inventories=["weekly"],
    )


def test_codes_of_absence_are_answers(evidence):
    bucket = row(evidence, S3Bucket, "w-plain")
    assert not bucket.unread
    assert (bucket.policy, bucket.replication, bucket.inventories, bucket.tags) == (
        None,
        [],
        [],
        {},
    )
    assert (bucket.encryption, bucket.algorithm, bucket.blocked) == ("owned", "AES256", ["SSE-C"])


def test_buckets_of_other_regions_are_neither_rows_nor_calls(estate):
    estate.calls.clear()
    evidence = collect(estate.endpoint, ACCOUNT, S3Bucket)
    assert {bucket.name for bucket in evidence.of(S3Bucket)} == {"w-data", "w-plain", "w-copy"}
    counted = Counter(operation for _, operation, _ in estate.calls)
    assert counted.pop("ListBuckets") == 1
    assert counted.pop("GetResources") == 2  # a region each
    assert set(counted.values()) == {3}
    assert "GetBucketLocation" not in counted


@pytest.mark.parametrize(
    ("operation", "fields"),
    [
        ("s3:GetBucketEncryption", {"encryption", "kms_key", "algorithm", "bucket_key", "blocked"}),
        ("s3:GetBucketPolicy", {"policy"}),
        ("s3:GetBucketReplication", {"replication"}),
        ("s3:ListBucketInventoryConfigurations", {"inventories"}),
        ("resourcegroupstaggingapi:GetResources", {"tags"}),
    ],
)
def test_a_denied_detail_keeps_the_bucket(estate, operation, fields):
    with estate.deny(operation, code="AccessDenied"):
        evidence = collect(estate.endpoint, ACCOUNT, S3Bucket)
    unread = row(evidence, S3Bucket, "w-data").unread
    assert set(unread) == fields
    assert {why.reason for why in unread.values()} == {Reason.DENIED}
    assert len(evidence.of(S3Bucket)) == 3 and not reasons(evidence, S3Bucket)


def test_a_denied_listing_is_no_empty_account(estate):
    with estate.deny("s3:ListBuckets", code="AccessDenied"):
        evidence = collect(estate.endpoint, ACCOUNT, S3Bucket)
    assert not evidence.of(S3Bucket)
    (look,) = evidence.looks_at(S3Bucket)
    assert look.not_read == NotRead(Reason.DENIED, "s3:ListBuckets", "s3:ListAllMyBuckets")


# --- a server that is not AWS's: no regions in the listing, buckets without a default --------


MOTO = "123456789012"


@pytest.fixture(scope="module")
def plain_moto():
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()
    _forget(MOTO)


def test_plain_moto_is_read_too(plain_moto):
    session = boto3.Session("testing", "testing")
    writer = {
        region: session.client("s3", region_name=region, endpoint_url=plain_moto)
        for region in (REGION, ELSEWHERE, "ap-northeast-1")
    }
    writer[ELSEWHERE].create_bucket(Bucket="m-copy")
    seed(writer[REGION], writer["ap-northeast-1"], "m")
    calls: list[str] = []
    evidence = collect(plain_moto, MOTO, S3Bucket, calls=calls)
    regions = {bucket.name: bucket.region for bucket in evidence.of(S3Bucket)}
    assert regions == {"m-data": REGION, "m-plain": REGION, "m-copy": ELSEWHERE}
    assert row(evidence, S3Bucket, "m-data").replication[0].to_region == ELSEWHERE
    plain = row(evidence, S3Bucket, "m-plain")
    assert plain.algorithm is None
    assert plain.unread["encryption"].reason is Reason.NOT_KNOWABLE
    assert calls.count("s3:GetBucketLocation") == 4


def test_a_bucket_whose_region_nobody_may_know_stays_a_row(estate, monkeypatch):
    monkeypatch.delitem(registry._INSTEAD, "s3:ListBuckets")  # then the listing names no region
    with estate.deny(
        "s3:GetBucketLocation",
        code="AccessDenied",
        where=lambda asked: asked["Bucket"] == "w-plain",
    ):
        evidence = collect(estate.endpoint, ACCOUNT, S3Bucket)
    bucket = row(evidence, S3Bucket, "w-plain")
    assert (bucket.region, bucket.unread["policy"].action) == ("global", "s3:GetBucketLocation")
    assert row(evidence, S3Bucket, "w-data").region == REGION


@pytest.mark.parametrize(
    ("said", "region"),
    [(None, "us-east-1"), ("", "us-east-1"), ("EU", "eu-west-1"), ("eu-west-2", "eu-west-2")],
)
def test_the_older_names_of_regions_are_understood(said, region):
    class Server:
        def read(self, *_, **__):
            return {"LocationConstraint": said}

    assert _region(Server(), {"Name": "beans"}) == region


# --- Macie ----------------------------------------------------------------------------------


def test_macies_counts_become_rows_of_the_regions_where_it_is_on(estate):
    macie = estate.fakes["macie2"]
    macie.sessions[REGION] = "ENABLED"
    macie.add_bucket(REGION, "w-data", kmsManaged=7, unencrypted=2, customerManaged=1)
    macie.buckets[REGION].append({**macie.buckets[REGION][0], "accountId": "999988887777"})
    evidence = collect(estate.endpoint, ACCOUNT, MacieBucket)
    counted = row(evidence, MacieBucket, "w-data")
    assert (counted.objects, counted.kms, counted.unencrypted) == (10, 7, 2)
    assert (counted.customer_provided, counted.s3_managed, counted.unknown) == (1, 0, 0)
    assert (counted.arn, counted.region, counted.error) == ("arn:aws:s3:::w-data", REGION, None)
    assert counted.as_of and not reasons(evidence, MacieBucket)  # off in the other: an answer


def test_a_denied_macie_is_not_a_macie_that_is_off(estate):
    with estate.deny("macie2:DescribeBuckets"):
        evidence = collect(estate.endpoint, ACCOUNT, MacieBucket)
    assert reasons(evidence, MacieBucket) == {"denied"}


def test_pages_of_macie_are_whole(estate):
    macie = estate.fakes["macie2"]
    macie.sessions[ELSEWHERE] = "ENABLED"
    for number in range(5):
        macie.add_bucket(ELSEWHERE, f"w-{number}", s3Managed=1)
    estate.page_size = 2
    evidence = collect(estate.endpoint, ACCOUNT, MacieBucket, regions=[ELSEWHERE])
    estate.page_size = None
    assert len(evidence.of(MacieBucket)) == 5
