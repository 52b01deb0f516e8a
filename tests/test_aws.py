"""The call gate: every answer is whole and strict, or it says why it is not."""

from __future__ import annotations

import threading

import pytest

from wa_kit import aws, simulated
from wa_kit.aws import Gate, Pace, Reader, Stopped, attempt, not_read, open_gate
from wa_kit.evidence import gather
from wa_kit.evidence.ec2 import EbsDefault, EbsSnapshot, EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import KitError, NotRead, Reason, Unread

REGION = "eu-west-1"
SHAPES = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure")
GARBAGE = ("html", "empty", "cut", "list", "null", "text", "wrong-type")


@pytest.fixture(scope="module")
def estate():
    with simulated.serve("444455556666") as served:
        for number in range(3):
            key = served.client("kms", REGION).create_key(Description=f"{number}")["KeyMetadata"]
            served.client("ec2", REGION).create_volume(AvailabilityZone=f"{REGION}a", Size=8)
        served.client("kms", REGION).create_alias(AliasName="alias/x", TargetKeyId=key["KeyId"])
        yield served


@pytest.fixture
def gate(estate, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with open_gate(endpoint_url=estate.endpoint, region=REGION, attempts=3)[0] as opened:
        yield opened


@pytest.fixture
def reader(gate):
    return Reader(gate, "444455556666", REGION)


@pytest.mark.parametrize("code", SHAPES)
def test_a_denial_in_any_shape_names_the_operation_and_the_permission(estate, reader, code):
    with estate.deny("ec2:DescribeVolumes", code=code):
        refused = attempt(lambda: list(reader.pages("ec2", "describe_volumes", "Volumes")))
    assert refused == NotRead(Reason.DENIED, "ec2:DescribeVolumes", "ec2:DescribeVolumes")


@pytest.mark.parametrize("kind", GARBAGE)
@pytest.mark.parametrize(
    ("service", "operation", "key"),
    [
        ("ec2", "describe_volumes", "Volumes"),
        ("kms", "list_keys", "Keys"),
        ("s3", "list_buckets", "Buckets"),
        ("rds", "describe_db_instances", "DBInstances"),
        ("backup", "list_backup_vaults", "BackupVaultList"),
        ("cloudwatch", "describe_alarms", "MetricAlarms"),
    ],
)
def test_garbage_that_comes_as_a_success_is_never_taken_for_an_answer(
    estate, reader, kind, service, operation, key
):
    with estate.garble(f"{service}:*", kind):
        got = attempt(lambda: list(reader.pages(service, operation, key)))
    assert isinstance(got, NotRead)
    # botocore itself takes some of S3's garbage for an error of the server, and tries again.
    assert got.reason in (
        (Reason.MALFORMED, Reason.UNREACHABLE) if service == "s3" else (Reason.MALFORMED,)
    )


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("ExpiredToken", Reason.EXPIRED),
        ("InvalidClientTokenId", Reason.DENIED),
        ("OptInRequired", Reason.DENIED),
        ("ValidationException", Reason.MALFORMED),
    ],
)
def test_errors_are_told_apart(estate, reader, code, reason):
    with estate.deny("kms:ListKeys", code=code):
        refused = attempt(lambda: list(reader.pages("kms", "list_keys", "Keys")))
    assert isinstance(refused, NotRead)
    assert refused.reason is reason


def test_a_service_control_policy_is_named_as_the_one_that_denies():
    from botocore.exceptions import ClientError

    text = "User is not authorized with an explicit deny in a service control policy"
    error = ClientError({"Error": {"Code": "AccessDenied", "Message": text}}, "ListKeys")
    assert not_read(error, "kms:ListKeys", "kms:ListKeys").detail == "by a service control policy"


def test_after_the_token_has_expired_nothing_more_is_sent(estate, reader):
    with estate.deny("kms:ListKeys", code="ExpiredToken"):
        attempt(lambda: list(reader.pages("kms", "list_keys", "Keys")))
        before = len(estate.calls)
        refused = attempt(lambda: list(reader.pages("ec2", "describe_volumes", "Volumes")))
    assert isinstance(refused, NotRead)
    assert (refused.reason, refused.operation) == (Reason.EXPIRED, "ec2:DescribeVolumes")
    assert len(estate.calls) == before


def test_an_error_code_that_is_an_answer_reads_as_none(estate, reader):
    with estate.deny("s3:GetBucketPolicy", code="NoSuchBucketPolicy"):
        got = reader.get(
            "s3", "get_bucket_policy", "Policy", absent={"NoSuchBucketPolicy"}, Bucket="b"
        )
    assert got is None


def test_an_answer_that_lacks_what_it_must_have_is_malformed(reader):
    volume = next(reader.pages("ec2", "describe_volumes", "Volumes"))
    with pytest.raises(Unread) as raised:
        volume["NoSuchMember"]
    assert raised.value.not_read.reason is Reason.MALFORMED


class OnePage:
    """A client whose answers are those given, one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.meta = type("Meta", (), {"method_to_api_mapping": {"list_things": "ListThings"}})()

    def can_paginate(self, operation):
        return True

    def get_paginator(self, operation):
        pages = {"output_token": "Next", "input_token": "From", "more_results": "Truncated"}
        return type("Paginator", (), {"_pagination_cfg": pages})()

    def list_things(self, **arguments):
        return self.answers.pop(0)


@pytest.fixture
def listing():
    def list_things(*answers):
        gate = Gate(None)
        gate._clients["svc", REGION] = OnePage(*answers)
        with gate:
            return list(Reader(gate, "1", REGION).pages("svc", "list_things", "Things"))

    return list_things


def test_pages_are_read_to_the_last(listing):
    assert listing({"Things": [1], "Next": "a", "Truncated": True}, {"Things": [2]}) == [1, 2]


@pytest.mark.parametrize(
    "answers",
    [
        [{"Things": [1], "Truncated": True}],
        [{"Things": [1], "Next": "a"}, {"Things": [2], "Next": "a"}],
        [{"Things": [1], "Next": "a"}, {"Next": "b"}],
        [{}],
    ],
    ids=["marker missing", "marker repeated", "page without items", "no items at all"],
)
def test_a_listing_that_cannot_be_whole_is_malformed_not_short(listing, answers):
    with pytest.raises(Unread) as raised:
        listing(*answers)
    assert raised.value.not_read.reason is Reason.MALFORMED


def test_a_listing_that_fails_at_a_later_page_keeps_what_came_before(estate, gate):
    estate.page_size = 1
    with estate.deny("kms:ListKeys", region=REGION, after_calls=1):
        evidence = gather(gate, "444455556666", [REGION], [KmsKey])
    (look,) = evidence.looks
    assert look.found == len(evidence.of(KmsKey))
    estate.page_size = None


def test_a_denied_detail_leaves_the_row_standing(estate, gate):
    with estate.deny("kms:DescribeKey"):
        evidence = gather(gate, "444455556666", [REGION], [KmsKey])
    keys = evidence.of(KmsKey)
    assert len(keys) == 3
    assert all(key.unread["manager"].action == "kms:DescribeKey" for key in keys)
    assert [name for key in keys for name in key.aliases] == ["alias/x"]


def test_no_call_is_made_twice(estate, gate):
    estate.calls.clear()
    gather(
        gate, "444455556666", [REGION, "us-east-1"], [KmsKey, EbsVolume, EbsDefault, EbsSnapshot]
    )
    tags = [call for call in estate.calls if call[1] == "GetResources"]
    assert len(tags) == len(set(tags))
    described = [call for call in estate.calls if call[1] == "DescribeKey"]
    assert len(described) == 3
    assert sum(gate.calls.values()) == len(estate.calls)


def test_the_order_of_answers_does_not_change_the_evidence(estate, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    tables = [EbsVolume, KmsKey]
    seen = []
    for order in (tables, tables[::-1]):
        with open_gate(endpoint_url=estate.endpoint, region=REGION)[0] as gate:
            seen.append(gather(gate, "444455556666", [REGION, "us-east-1"], order).rows)
    assert seen[0] == seen[1]


def test_what_is_shared_is_asked_once_however_many_want_it(gate):
    asked = []
    together = threading.Barrier(4)

    def want():
        together.wait()
        return gate.shared(("key",), lambda: asked.append(1) or "fact")

    threads = [threading.Thread(target=want) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == [1]


def test_what_is_shared_and_refused_is_refused_to_everyone(gate):
    def refuse():
        raise Unread(NotRead(Reason.DENIED))

    for _ in range(2):
        with pytest.raises(Unread):
            gate.shared(("refused",), refuse)


def test_a_failed_detail_does_not_lose_the_others(gate):
    def ask(number):
        if number == 1:
            raise Unread(NotRead(Reason.DENIED))
        return number

    got = []
    with pytest.raises(Unread):
        for number in gate.each(range(20), ask):
            got.append(number)
    assert got == [0, *range(2, 20)]


def test_a_stopped_gate_asks_nothing_more(gate, reader):
    gate.stop()
    with pytest.raises(Stopped):
        reader.get("kms", "list_keys", "Keys")


@pytest.mark.parametrize(
    ("service", "operation"),
    [("kms", "decrypt"), ("ec2", "create_volume"), ("s3", "get_object"), ("ssm", "get_parameter")],
)
def test_the_gate_refuses_to_write_and_to_read_data(reader, service, operation):
    with pytest.raises(AssertionError, match="only reads"):
        reader.get(service, operation, "X")


def test_a_call_that_the_collector_did_not_declare_never_leaves(gate, estate):
    reader = Reader(gate, "444455556666", REGION, declared=("kms:ListKeys",))
    before = len(estate.calls)
    with pytest.raises(AssertionError, match="not declared"):
        reader.get("ec2", "describe_volumes", "Volumes")
    assert len(estate.calls) == before


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("s3:ListBuckets", "s3:ListAllMyBuckets"),
        ("efs:DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"),
        ("resourcegroupstaggingapi:GetResources", "tag:GetResources"),
        ("rds:DescribeDBInstances", "rds:DescribeDBInstances"),
    ],
)
def test_the_permission_of_an_operation(asked, expected):
    assert aws.action(asked) == expected


def test_the_first_throttle_halves_the_pace_once():
    pace = Pace(100)
    pace.halve()
    pace.halve()
    assert pace.a_second == 50


def test_a_throttled_run_loses_no_call(estate, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    gate, _ = open_gate(endpoint_url=estate.endpoint, region=REGION)
    with gate, estate.throttle(5):
        evidence = gather(gate, "444455556666", [REGION, "us-east-1"], [KmsKey, EbsVolume])
    assert [look.not_read for look in evidence.looks] == [None] * 4
    assert len(evidence.of(KmsKey)) == 3


def test_the_user_agent_names_the_kit_and_the_review():
    agent = Gate(None, review="Payments 2026")._agent
    assert agent.startswith("wa-kit/")
    assert "review/Payments" in agent


def test_a_simulation_is_told_by_the_address(gate, reader):
    reader.get("kms", "list_keys", "Keys")
    assert gate.simulation
    real = Gate(None)
    real.endpoints |= {
        "https://kms.eu-west-1.amazonaws.com",
        "https://s3.cn-north-1.amazonaws.com.cn",
    }
    assert not real.simulation


def test_credentials_of_another_account_are_stopped_before_the_first_read(estate, monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    estate.calls.clear()
    with pytest.raises(KitError, match="open account 444455556666, not 999999999999") as raised:
        open_gate(endpoint_url=estate.endpoint, region=REGION, account="999999999999")
    assert raised.value.exit_code == 4
    assert [call[1] for call in estate.calls] == ["GetCallerIdentity"]


def test_an_address_where_nobody_answers_is_named(monkeypatch):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    with pytest.raises(KitError, match=r"http://127\.0\.0\.1:9 cannot be reached"):
        open_gate(endpoint_url="http://127.0.0.1:9", region=REGION)


def test_a_profile_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(KitError, match="no AWS profile 'nobody'"):
        open_gate(profile="nobody")


def test_missing_credentials_say_what_to_do(monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(KitError, match=r"No AWS credentials found\. Pass --profile"):
        open_gate(region=REGION)
