"""The policy that ``wa-kit policy`` prints is what a review calls: no more, no less, only reads.

The simulated company is read as a review reads it; a plain moto, which leaves the regions out of
its list of buckets, is asked besides, as other servers than AWS's do the same.
"""

from __future__ import annotations

import json
import re

import boto3
import botocore.session
import pytest
from collecting import REGION, collect
from moto.server import ThreadedMotoServer

from wa_kit import collecting, permissions, run, simulated
from wa_kit.aws import action
from wa_kit.evidence import COLLECTORS
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.planning import Request

ACCOUNT = "222211110007"
REGIONS = simulated.REGIONS
ONLY_ELSEWHERE = {"s3:GetBucketLocation"}  # AWS and the simulated estate name regions in the list
READS = re.compile(r"[a-z0-9-]+:(?:Describe|Get|List|Lookup|Search)(?:[A-Z]\w*)?")
READS_DATA = re.compile(
    r":(?:BatchGet\w+|GetItem|GetLogEvents|GetObject\w*|GetParameter\w*|GetPasswordData"
    r"|GetQueryResults|GetRecords|GetSecretValue|GetSnapshotBlock|SearchObjects)$"
)
every_table = pytest.mark.parametrize("table", COLLECTORS, ids=lambda table: table.__name__)


@pytest.fixture(scope="module")
def estate():
    """The company, its denied corner open, and with the two things it lacks that cost a call."""
    with simulated.serve(ACCOUNT) as served:
        simulated.found(served)
        for fault in served.faults:
            fault.lift()
        served.client("organizations").create_organization(FeatureSet="ALL")
        templates = served.fakes["drs"].templates[REGION]
        templates.append(templates[0] | {"ebsEncryption": "DEFAULT"})
        yield served


@pytest.fixture(scope="module")
def sent(estate, tmp_path_factory):
    """Every call of a collecting run from its beginning, as the estate saw them."""
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    already = len(estate.calls)
    out = tmp_path_factory.mktemp("runs")
    request = Request(endpoint_url=estate.endpoint, regions=REGIONS, out=out, workbook=False)
    collected = run.collect_only(request, collecting.Progress())
    patch.undo()
    assert collected.exit_code == 0
    return estate.calls[already:]


@pytest.fixture(scope="module")
def location_asked():
    """The calls for a bucket in a plain moto."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    session = boto3.Session("testing", "testing", region_name=REGION)
    s3 = session.client("s3", endpoint_url=endpoint)
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="policy-equals-calls", CreateBucketConfiguration=place)
    calls: list[str] = []
    collect(endpoint, "123456789012", S3Bucket, calls=calls)
    s3.delete_bucket(Bucket="policy-equals-calls")
    server.stop()
    return {action(asked) for asked in calls} & ONLY_ELSEWHERE


def test_the_policy_equals_the_calls_both_ways(sent, location_asked):
    called = {action(f"{service}:{operation}") for service, operation, _ in sent}
    assert called | location_asked == set(permissions.actions(COLLECTORS))


@every_table
def test_a_table_declares_what_it_calls_and_no_more(estate, table, location_asked):
    evidence = collect(estate.endpoint, ACCOUNT, table, regions=REGIONS)
    looks = evidence.looks_at(table)
    assert not [look for look in looks if look.not_read]
    called = {action(asked) for look in looks for asked in look.operations}
    declared = set(COLLECTORS[table].actions)
    assert called and called <= declared
    if any(look.found for look in looks):  # else there was nothing to ask for details of
        assert declared - called <= location_asked


def test_a_run_leaves_the_estate_as_it_was(sent):
    assert len(sent) > 100
    writes = {f"{s}:{operation}" for s, operation, _ in sent if not READS.match(f"{s}:{operation}")}
    assert not writes


@pytest.mark.parametrize("needed", permissions.actions(COLLECTORS))
def test_every_action_is_a_read_of_settings_and_not_of_data(needed):
    assert READS.fullmatch(needed)
    assert not READS_DATA.search(needed)


def test_every_action_is_one_that_iam_knows():
    """Each permits an operation that botocore's own model has; so none is misspelt."""
    session = botocore.session.get_session()
    services = {asked.partition(":")[0] for asked in permissions.actions(COLLECTORS)}
    names = services - {"elasticfilesystem", "tag"} | {"efs", "resourcegroupstaggingapi"}
    known = {
        action(f"{name}:{operation}")
        for name in names
        for operation in session.get_service_model(name).operation_names
    }
    assert set(permissions.actions(COLLECTORS)) <= known


def test_what_runs_before_the_first_table_is_in_every_policy():
    assert permissions.actions([]) == ["ec2:DescribeRegions", "sts:GetCallerIdentity"]


def test_the_documents_hold_every_action_once_and_aws_accepts_their_length():
    needed = permissions.actions(COLLECTORS)
    documents = permissions.documents(needed)
    allowed = [a for d in documents for s in d["Statement"] for a in s["Action"]]
    assert allowed == needed
    for document in documents:
        assert len(json.dumps(document, separators=(",", ":"))) <= 6144
        assert {statement["Effect"] for statement in document["Statement"]} == {"Allow"}


def test_a_policy_too_long_for_aws_is_split():
    many = [f"service:DescribeSomethingRatherLong{number:03}" for number in range(300)]
    documents = permissions.documents(many)
    assert len(documents) > 1
    assert [a for d in documents for s in d["Statement"] for a in s["Action"]] == many
    for document in documents:
        assert len(json.dumps(document, separators=(",", ":"))) <= 6144
