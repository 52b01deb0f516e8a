"""The simulated estate: one address, held against AWS's own models, with faults on demand."""

from __future__ import annotations

import datetime as dt
import http.client
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from wa_kit import simulated
from wa_kit.model import KitError
from wa_kit.simulated.estate import Estate, writer

IRELAND = "eu-west-1"
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
WHAT_BOTOCORE_RAISES = (
    ClientError,
    BotoCoreError,
    ResponseParserError,
    TypeError,
    LookupError,
    AttributeError,
)
ONCE = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})


@pytest.fixture
def estate() -> Iterator[Estate]:
    with simulated.serve(account="222233334444", now=NOW) as estate:
        yield estate


def code_of(call: Any, **asked: Any) -> tuple[str, int]:
    """The error code and HTTP status that a call ends with."""
    with pytest.raises(ClientError) as raised:
        call(**asked)
    answered = raised.value.response
    return answered["Error"]["Code"], answered["ResponseMetadata"]["HTTPStatusCode"]


def raw(estate: Estate, service: str, path: str = "/", body: str = "", **headers: str) -> Any:
    """A request as no client would send it: (status, body)."""
    host = estate.endpoint.removeprefix("http://")
    scope = f"testing/20260901/{IRELAND}/{service}/aws4_request"
    connection = http.client.HTTPConnection(host, timeout=10)
    connection.request(
        "POST", path, body, {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, x"} | headers
    )
    answered = connection.getresponse()
    return answered.status, answered.read()


# --- one address ----------------------------------------------------------------------------


def test_one_address_serves_every_service_region_and_protocol(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    kms.create_key()
    estate.client("kms", "us-east-1")
    assert len(kms.list_keys()["Keys"]) == 1
    assert estate.client("kms", "us-east-1").list_keys()["Keys"] == []
    assert estate.client("ec2", IRELAND).describe_volumes()["Volumes"] == []
    assert estate.client("rds", IRELAND).describe_db_instances()["DBInstances"] == []
    assert estate.client("efs", IRELAND).describe_file_systems()["FileSystems"] == []
    assert estate.client("s3").list_buckets()["Buckets"] == []
    assert estate.client("cloudwatch", IRELAND).describe_alarms()["MetricAlarms"] == []


def test_the_account_is_the_one_asked_for(estate: Estate) -> None:
    assert estate.client("sts").get_caller_identity()["Account"] == "222233334444"


def test_a_role_in_another_account_leads_to_that_account(estate: Estate) -> None:
    role = "arn:aws:iam::555566667777:role/reviewer"
    keys = estate.client("sts").assume_role(RoleArn=role, RoleSessionName="review")["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], "us-east-1"
    )
    sts = session.client("sts", endpoint_url=estate.endpoint, config=ONCE)
    assert sts.get_caller_identity()["Account"] == "555566667777"


def test_the_log_names_service_operation_and_region_of_each_call(estate: Estate) -> None:
    estate.client("s3").create_bucket(Bucket="kestrel-log")
    s3 = estate.client("s3")
    s3.get_bucket_encryption(Bucket="kestrel-log")
    s3.list_bucket_inventory_configurations(Bucket="kestrel-log")
    s3.head_bucket(Bucket="kestrel-log")
    estate.client("backup", IRELAND).list_report_jobs()
    estate.client("efs", IRELAND).describe_file_systems()
    estate.client("resourcegroupstaggingapi", IRELAND).get_resources()
    assert estate.calls == [
        ("s3", "CreateBucket", "us-east-1"),
        ("s3", "GetBucketEncryption", "us-east-1"),
        ("s3", "ListBucketInventoryConfigurations", "us-east-1"),
        ("s3", "HeadBucket", "us-east-1"),
        ("backup", "ListReportJobs", IRELAND),
        ("efs", "DescribeFileSystems", IRELAND),
        ("resourcegroupstaggingapi", "GetResources", IRELAND),
    ]


def test_an_object_put_and_read_back_is_whole(estate: Estate) -> None:
    s3 = estate.client("s3")
    s3.create_bucket(Bucket="kestrel-objects")
    s3.put_object(Bucket="kestrel-objects", Key="a", Body=b"beans" * 1000)
    assert s3.get_object(Bucket="kestrel-objects", Key="a")["Body"].read() == b"beans" * 1000


def test_estates_do_not_share_what_they_hold(estate: Estate) -> None:
    estate.client("kms", IRELAND).create_key()
    with simulated.serve(account="333344445555") as other:
        assert other.client("kms", IRELAND).list_keys()["Keys"] == []
    assert len(estate.client("kms", IRELAND).list_keys()["Keys"]) == 1


def test_a_closed_estate_leaves_nothing_behind() -> None:
    for _ in range(2):
        with simulated.serve(account="444455556666") as estate:
            s3 = estate.client("s3")
            assert s3.list_buckets()["Buckets"] == []
            s3.create_bucket(Bucket="kestrel-passing")


def test_the_same_account_twice_at_once_is_refused(estate: Estate) -> None:
    with (
        pytest.raises(RuntimeError, match="222233334444 is open"),
        simulated.serve(account="222233334444"),
    ):
        pass


def test_the_same_seed_gives_the_same_names() -> None:
    made = []
    for _ in range(2):
        with simulated.serve(account="444455556666", seed=7) as estate:
            made.append(estate.client("kms", IRELAND).create_key()["KeyMetadata"]["KeyId"])
    assert made[0] == made[1]


@pytest.mark.parametrize("host", ["https://kms.eu-west-1.amazonaws.com", "http://10.0.0.1:4566"])
def test_the_writer_refuses_any_host_but_loopback(host: str) -> None:
    with pytest.raises(RuntimeError, match="loopback only"):
        writer(boto3.Session("testing", "testing"), "kms", IRELAND, host)


def test_a_missing_moto_names_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wa_kit.simulated.estate")
    monkeypatch.setitem(sys.modules, "moto", None)
    monkeypatch.setitem(sys.modules, "moto.core.base_backend", None)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[demo\]'"):
        simulated.serve()


# --- held against AWS's models ----------------------------------------------------------------


def test_a_planted_wrong_field_is_a_loud_error_that_names_it(estate: Estate) -> None:
    estate.client("backup", IRELAND).create_backup_vault(BackupVaultName="plain")
    points = estate.fakes["backup"].recovery_points[IRELAND, "plain"]
    backup = session(estate).client("backup", IRELAND, endpoint_url=estate.endpoint, config=ONCE)
    for planted, breach in [
        ({"IsEncrpyted": True}, "$.RecoveryPoints[0].IsEncrpyted: unknown"),
        ({"IsEncrypted": "yes"}, "$.RecoveryPoints[0].IsEncrypted: a str, not a boolean"),
        ({"Status": "DONE"}, "$.RecoveryPoints[0].Status: 'DONE' is none of"),
    ]:
        points[:] = [planted]
        with pytest.raises(ClientError) as raised:
            backup.list_recovery_points_by_backup_vault(BackupVaultName="plain")
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 500
        assert breach in str(raised.value)


def test_a_missing_required_field_is_a_loud_error_too(estate: Estate) -> None:
    estate.fakes["config"].remediations[IRELAND].append({"ConfigRuleName": "r", "TargetId": "t"})
    config = session(estate).client("config", IRELAND, endpoint_url=estate.endpoint, config=ONCE)
    with pytest.raises(ClientError, match="TargetType: required"):
        config.describe_remediation_configurations(ConfigRuleNames=["r"])


@pytest.mark.parametrize(
    ("service", "path", "body", "target", "said"),
    [
        ("config", "/", "{", "GetDiscoveredResourceCounts", "garbled"),
        ("config", "/", '{"Region": 1}', "GetDiscoveredResourceCounts", "$.Region: unknown"),
        ("config", "/", '{"limit": 500}', "GetDiscoveredResourceCounts", "500 is over 100"),
        ("config", "/", "{}", "GetComplianceDetailsByConfigRule", "ConfigRuleName: required"),
        ("drs", "/GetReplicationConfiguration", "{}", "", "sourceServerID: required"),
        ("macie2", "/datasources/s3", '{"maxResults": "x"}', "", "garbled"),
    ],
)
def test_a_request_that_breaks_the_model_is_a_400(
    estate: Estate, service: str, path: str, body: str, target: str, said: str
) -> None:
    headers = {"Content-Type": "application/json"}
    if target:
        headers = {"Content-Type": "application/x-amz-json-1.1"}
        headers["X-Amz-Target"] = f"StarlingDoveService.{target}"
    status, answered = raw(estate, service, path, body, **headers)
    assert status == 400
    assert said in json.loads(answered)["message"]


def test_an_operation_nobody_answers_says_so(estate: Estate) -> None:
    assert code_of(estate.client("backup", IRELAND).list_copy_jobs) == ("NotImplemented", 501)


# --- pages ------------------------------------------------------------------------------------


def test_the_fakes_give_real_pages(estate: Estate) -> None:
    explorer, macie = estate.fakes["resource-explorer-2"], estate.fakes["macie2"]
    explorer.indexes[IRELAND] = "LOCAL"
    macie.sessions[IRELAND] = "ENABLED"
    for number in range(5):
        explorer.add(f"arn:aws:sqs:{IRELAND}:222233334444:q{number}", "sqs:queue", IRELAND)
        macie.add_bucket(IRELAND, f"bucket-{number}", s3Managed=number)
    estate.page_size = 2
    search = estate.client("resource-explorer-2", IRELAND).get_paginator("search")
    pages = list(search.paginate(QueryString="service:sqs"))
    assert [len(page["Resources"]) for page in pages] == [2, 2, 1]
    buckets = estate.client("macie2", IRELAND).get_paginator("describe_buckets").paginate()
    names = [bucket["bucketName"] for bucket in buckets.search("buckets")]
    assert names == [f"bucket-{number}" for number in range(5)]


def test_a_foreign_token_is_refused(estate: Estate) -> None:
    call = estate.client("backup", IRELAND).list_report_jobs
    assert code_of(call, NextToken="bm9uc2Vuc2U=")[0] == "InvalidNextTokenException"


# --- the fakes --------------------------------------------------------------------------------


def test_what_is_not_there_is_answered_as_aws_does(estate: Estate) -> None:
    backup = estate.client("backup", IRELAND)
    backup.create_backup_vault(BackupVaultName="plain")
    assert code_of(backup.get_backup_vault_access_policy, BackupVaultName="plain") == (
        "ResourceNotFoundException",
        404,
    )
    macie = estate.client("macie2", IRELAND)
    with pytest.raises(ClientError, match="Macie is not enabled"):
        macie.get_macie_session()
    assert code_of(macie.describe_buckets) == ("AccessDeniedException", 403)
    drs = estate.client("drs", IRELAND)
    assert code_of(drs.describe_source_servers) == ("UninitializedAccountException", 400)
    config = estate.client("config", IRELAND)
    call = config.get_compliance_details_by_config_rule
    assert code_of(call, ConfigRuleName="nothing")[0] == "NoSuchConfigRuleException"


def test_lookup_events_finds_by_one_attribute_within_90_days(estate: Estate) -> None:
    events = estate.fakes["cloudtrail"].events[IRELAND]
    for days, name in [
        (1, "DisableKey"),
        (2, "PutKeyPolicy"),
        (3, "DisableKey"),
        (99, "DisableKey"),
    ]:
        events.append(
            {"EventId": f"e{days}", "EventName": name, "EventTime": NOW - dt.timedelta(days=days)}
        )
    trail = estate.client("cloudtrail", IRELAND)
    asked = [{"AttributeKey": "EventName", "AttributeValue": "DisableKey"}]
    found = trail.lookup_events(LookupAttributes=asked)["Events"]
    assert [event["EventId"] for event in found] == ["e1", "e3"]
    since = trail.lookup_events(LookupAttributes=asked, StartTime=NOW - dt.timedelta(days=2))
    assert [event["EventId"] for event in since["Events"]] == ["e1"]
    twice = [*asked, {"AttributeKey": "EventSource", "AttributeValue": "kms.amazonaws.com"}]
    assert code_of(trail.lookup_events, LookupAttributes=twice)[0] == (
        "InvalidLookupAttributesException"
    )


def test_automated_backups_follow_their_database(estate: Estate) -> None:
    rds = estate.client("rds", IRELAND)
    database(rds, "plain")
    database(rds, "sealed", StorageEncrypted=True)
    backups = rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"]
    assert {b["DBInstanceIdentifier"]: b["StorageEncryptionType"] for b in backups} == {
        "plain": "none",
        "sealed": "sse-kms",
    }


# --- where moto differs from AWS ----------------------------------------------------------------


def test_a_fresh_bucket_is_encrypted_and_blocks_customer_provided_keys(estate: Estate) -> None:
    s3 = estate.client("s3")
    s3.create_bucket(Bucket="kestrel-fresh")
    rule = rule_of(s3, "kestrel-fresh")
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert rule["BlockedEncryptionTypes"] == {"EncryptionType": ["SSE-C"]}
    put = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
    }
    s3.put_bucket_encryption(
        Bucket="kestrel-fresh", ServerSideEncryptionConfiguration={"Rules": [put]}
    )
    assert rule_of(s3, "kestrel-fresh") == put
    s3.delete_bucket_encryption(Bucket="kestrel-fresh")
    default = rule_of(s3, "kestrel-fresh")["ApplyServerSideEncryptionByDefault"]
    assert default == {"SSEAlgorithm": "AES256"}


def test_a_replication_keeps_its_keys(estate: Estate) -> None:
    s3 = estate.client("s3")
    for bucket in ("kestrel-here", "kestrel-there"):
        s3.create_bucket(Bucket=bucket)
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    asked = {"Bucket": "kestrel-here"}
    assert code_of(s3.get_bucket_replication, **asked) == (
        "ReplicationConfigurationNotFoundError",
        404,
    )
    key = f"arn:aws:kms:{IRELAND}:222233334444:key/0"
    put = {
        "Role": "arn:aws:iam::222233334444:role/replication",
        "Rules": [
            {
                "ID": "all",
                "Priority": 1,
                "Filter": {"Prefix": ""},
                "Status": "Enabled",
                "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                "Destination": {
                    "Bucket": "arn:aws:s3:::kestrel-there",
                    "EncryptionConfiguration": {"ReplicaKmsKeyID": key},
                },
                "DeleteMarkerReplication": {"Status": "Disabled"},
            }
        ],
    }
    s3.put_bucket_replication(**asked, ReplicationConfiguration=put)
    assert s3.get_bucket_replication(**asked)["ReplicationConfiguration"] == put
    s3.delete_bucket_replication(**asked)
    assert code_of(s3.get_bucket_replication, **asked)[1] == 404


def test_buckets_are_listed_with_their_region_and_in_pages(estate: Estate) -> None:
    estate.client("s3").create_bucket(Bucket="kestrel-home")
    estate.client("s3", IRELAND).create_bucket(
        Bucket="kestrel-away", CreateBucketConfiguration={"LocationConstraint": IRELAND}
    )
    pages = list(estate.client("s3").get_paginator("list_buckets").paginate(MaxBuckets=1))
    listed = [(b["Name"], b["BucketRegion"]) for page in pages for b in page["Buckets"]]
    assert listed == [("kestrel-away", IRELAND), ("kestrel-home", "us-east-1")]
    assert len(pages) == 2


def test_rotation_keeps_its_period(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(KeyId=key)
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=180)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 180


@pytest.mark.parametrize("alias", ["alias/aws/s3", "alias/aws/ebs", "alias/aws/backup"])
def test_keys_that_aws_manages_say_so_however_they_came_to_be(estate: Estate, alias: str) -> None:
    estate.client("ec2", IRELAND).create_volume(
        AvailabilityZone="eu-west-1a", Size=1, Encrypted=True
    )
    kms = estate.client("kms", IRELAND)
    key = kms.describe_key(KeyId=alias)["KeyMetadata"]
    assert key["KeyManager"] == "AWS"
    policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
    condition = policy["Statement"][0]["Condition"]["StringEquals"]
    assert condition["kms:CallerAccount"] == "222233334444"


def test_a_key_made_without_a_word_says_what_it_is(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    made = kms.create_key()["KeyMetadata"]["KeyId"]
    key = kms.describe_key(KeyId=made)["KeyMetadata"]
    assert (key["KeyUsage"], key["MultiRegion"]) == ("ENCRYPT_DECRYPT", False)


def test_imported_keys_wait_for_their_material(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    key = kms.create_key(Origin="EXTERNAL")["KeyMetadata"]["KeyId"]
    assert kms.describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingImport"
    assert code_of(kms.get_key_rotation_status, KeyId=key)[0] == "UnsupportedOperationException"


def test_a_replica_does_not_make_a_replica_of_its_primary(estate: Estate) -> None:
    kms, german = estate.client("kms", IRELAND), estate.client("kms", "eu-central-1")
    key = kms.create_key(MultiRegion=True)["KeyMetadata"]["KeyId"]
    kms.replicate_key(KeyId=key, ReplicaRegion="eu-central-1")
    for _ in range(2):
        replica = german.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
        primary = kms.describe_key(KeyId=key)["KeyMetadata"]["MultiRegionConfiguration"]
        assert (primary["MultiRegionKeyType"], replica["MultiRegionKeyType"]) == (
            "PRIMARY",
            "REPLICA",
        )
        assert [r["Region"] for r in primary["ReplicaKeys"]] == ["eu-central-1"]


def test_only_the_snapshots_asked_for_are_described(estate: Estate) -> None:
    ec2 = estate.client("ec2", IRELAND)
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    private, public = (ec2.create_snapshot(VolumeId=volume)["SnapshotId"] for _ in range(2))
    ec2.modify_snapshot_attribute(
        SnapshotId=public,
        Attribute="createVolumePermission",
        OperationType="add",
        GroupNames=["all"],
    )
    describe = ec2.get_paginator("describe_snapshots").paginate
    own = describe(OwnerIds=["self"], PaginationConfig={"PageSize": 5}).build_full_result()
    assert {s["SnapshotId"] for s in own["Snapshots"]} == {private, public}
    shared = ec2.describe_snapshots(OwnerIds=["self"], RestorableByUserIds=["all"])["Snapshots"]
    assert [s["SnapshotId"] for s in shared] == [public]


def test_an_encrypted_copy_is_encrypted(estate: Estate) -> None:
    ec2 = estate.client("ec2", IRELAND)
    volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    plain = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    copy = ec2.copy_snapshot(SourceRegion=IRELAND, SourceSnapshotId=plain, Encrypted=True)
    (described,) = ec2.describe_snapshots(SnapshotIds=[copy["SnapshotId"]])["Snapshots"]
    assert described["Encrypted"]
    assert ":key/" in described["KmsKeyId"]


def test_volumes_are_encrypted_where_that_is_the_default(estate: Estate) -> None:
    ec2 = estate.client("ec2", IRELAND)
    ec2.enable_ebs_encryption_by_default()
    ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)
    (volume,) = ec2.describe_volumes()["Volumes"]
    assert volume["Encrypted"] and ":key/" in volume["KmsKeyId"]


def test_rds_says_what_encrypts_each_store(estate: Estate) -> None:
    rds = estate.client("rds", IRELAND)
    key = estate.client("kms", IRELAND).create_key()["KeyMetadata"]["Arn"]
    database(rds, "plain")
    database(rds, "sealed", StorageEncrypted=True, KmsKeyId=key)
    rds.create_db_snapshot(DBInstanceIdentifier="plain", DBSnapshotIdentifier="plain-1")
    rds.copy_db_snapshot(
        SourceDBSnapshotIdentifier="plain-1", TargetDBSnapshotIdentifier="plain-2", KmsKeyId=key
    )
    for name, encrypted in [("new", {}), ("old", {"StorageEncrypted": False})]:
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine="aurora-postgresql",
            MasterUsername="kestrel",
            MasterUserPassword="not-a-secret",
            **encrypted,
        )
        rds.create_db_cluster_snapshot(
            DBClusterIdentifier=name, DBClusterSnapshotIdentifier=f"{name}-1"
        )
    types = {}
    for listed, name in [
        (rds.describe_db_instances()["DBInstances"], "DBInstanceIdentifier"),
        (rds.describe_db_clusters()["DBClusters"], "DBClusterIdentifier"),
        (rds.describe_db_snapshots()["DBSnapshots"], "DBSnapshotIdentifier"),
        (rds.describe_db_cluster_snapshots()["DBClusterSnapshots"], "DBClusterSnapshotIdentifier"),
    ]:
        for store in listed:
            encrypted = store.get("StorageEncrypted", store.get("Encrypted"))
            types[store[name]] = (store["StorageEncryptionType"], encrypted, "KmsKeyId" in store)
    for owned in ("new", "new-1"):
        assert types[owned] == ("sse-rds", False, False)
    for plain in ("plain", "old", "old-1"):
        assert types[plain] == ("none", False, False)
    assert types["sealed"] == types["plain-2"] == ("sse-kms", True, True)
    assert all(name in types for name in ("plain-1",))


def test_no_member_of_a_cluster_has_automated_snapshots(estate: Estate) -> None:
    rds = estate.client("rds", IRELAND)
    rds.create_db_cluster(
        DBClusterIdentifier="roast",
        Engine="aurora-mysql",
        MasterUsername="kestrel",
        MasterUserPassword="not-a-secret",
    )
    rds.create_db_instance(
        DBInstanceIdentifier="roast-1",
        DBClusterIdentifier="roast",
        DBInstanceClass="db.r8g.large",
        Engine="aurora-mysql",
    )
    assert rds.describe_db_snapshots()["DBSnapshots"] == []
    assert rds.describe_db_instance_automated_backups()["DBInstanceAutomatedBackups"] == []
    (backup,) = rds.describe_db_cluster_automated_backups()["DBClusterAutomatedBackups"]
    assert backup["DBClusterIdentifier"] == "roast"


def test_a_vault_says_whose_key_it_has(estate: Estate) -> None:
    backup, kms = estate.client("backup", IRELAND), estate.client("kms", IRELAND)
    own = kms.create_key()["KeyMetadata"]["Arn"]
    aws = kms.describe_key(KeyId="alias/aws/backup")["KeyMetadata"]["Arn"]
    backup.create_backup_vault(BackupVaultName="customer", EncryptionKeyArn=own)
    backup.create_backup_vault(BackupVaultName="managed", EncryptionKeyArn=aws)
    backup.create_backup_vault(BackupVaultName="gapped")
    estate.fakes["backup"].air_gapped.add((IRELAND, "gapped"))
    listed = backup.list_backup_vaults()["BackupVaultList"]
    assert {v["BackupVaultName"]: v.get("EncryptionKeyType") for v in listed} == {
        "customer": "CUSTOMER_MANAGED_KMS_KEY",
        "managed": None,
        "gapped": "AWS_OWNED_KMS_KEY",
    }


def test_stores_with_a_default_key_name_it_by_arn(estate: Estate) -> None:
    efs, tables = estate.client("efs", IRELAND), estate.client("dynamodb", IRELAND)
    efs.create_file_system(CreationToken="t", Encrypted=True)
    tables.create_table(
        TableName="beans",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS"},
    )
    system = efs.describe_file_systems()["FileSystems"][0]
    sse = tables.describe_table(TableName="beans")["Table"]["SSEDescription"]
    kms = estate.client("kms", IRELAND)
    for arn in (system["KmsKeyId"], sse["KMSMasterKeyArn"]):
        assert kms.describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "AWS"


def test_no_organization_is_an_error_and_one_is_not(estate: Estate) -> None:
    organizations = estate.client("organizations")
    asked = {"Filter": "SERVICE_CONTROL_POLICY"}
    assert code_of(organizations.list_policies, **asked)[0] == "AWSOrganizationsNotInUseException"
    organizations.create_organization(FeatureSet="ALL")
    assert organizations.list_policies(**asked)["Policies"]


def test_a_recorder_that_records_succeeds(estate: Estate) -> None:
    config = estate.client("config", IRELAND)
    role = "arn:aws:iam::222233334444:role/config"
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "kestrel"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    (status,) = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"]
    assert (status["recording"], status["lastStatus"]) == (True, "SUCCESS")


# --- faults -----------------------------------------------------------------------------------

CALLS = [
    ("kms", "list_keys", "kms:ListKeys"),  # json
    ("backup", "list_backup_vaults", "backup:ListBackupVaults"),  # rest-json
    ("macie2", "describe_buckets", "macie2:DescribeBuckets"),
    ("rds", "describe_db_instances", "rds:DescribeDBInstances"),  # query
    ("ec2", "describe_volumes", "ec2:DescribeVolumes"),  # ec2
    ("s3", "list_buckets", "s3:ListBuckets"),  # rest-xml
]


@pytest.mark.parametrize(("service", "method", "target"), CALLS)
@pytest.mark.parametrize(
    "code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthFailure"]
)
def test_a_denial_comes_in_its_services_own_shape(
    estate: Estate, service: str, method: str, target: str, code: str
) -> None:
    with estate.deny(target, code=code):
        denied, status = code_of(getattr(estate.client(service, IRELAND), method))
    assert denied == code
    assert 400 <= status < 404


def test_a_denied_head_has_a_status_and_no_body(estate: Estate) -> None:
    estate.client("s3").create_bucket(Bucket="kestrel-head")
    estate.deny("s3:HeadBucket", code="AccessDenied")
    assert code_of(estate.client("s3").head_bucket, Bucket="kestrel-head") == ("403", 403)


def test_a_denial_may_be_for_one_region_or_one_resource(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    ours, theirs = (kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2))
    estate.deny("kms:DescribeKey", where=lambda asked: asked["KeyId"] == theirs)
    estate.deny("kms:ListKeys", region="us-east-1")
    assert kms.describe_key(KeyId=ours)["KeyMetadata"]["KeyId"] == ours
    assert code_of(kms.describe_key, KeyId=theirs)[0] == "AccessDeniedException"
    assert len(kms.list_keys()["Keys"]) == 2
    assert code_of(estate.client("kms", "us-east-1").list_keys)[0] == "AccessDeniedException"


def test_a_lifted_fault_is_gone(estate: Estate) -> None:
    fault = estate.deny("kms:*")
    assert code_of(estate.client("kms", IRELAND).list_aliases)[0] == "AccessDeniedException"
    fault.lift()
    estate.client("kms", IRELAND).list_aliases()


def test_a_token_may_expire_at_a_call(estate: Estate) -> None:
    estate.deny("*:*", code="ExpiredTokenException", after_calls=2)
    kms = estate.client("kms", IRELAND)
    kms.list_keys()
    kms.list_keys()
    assert code_of(kms.list_keys)[0] == "ExpiredTokenException"


def test_a_share_of_calls_may_fail(estate: Estate) -> None:
    estate.deny("kms:ListKeys", code="InternalFailure", every=3)
    kms = estate.client("kms", IRELAND)
    kms.list_keys()
    kms.list_keys()
    assert code_of(kms.list_keys) == ("InternalFailure", 500)
    kms.list_keys()


def test_a_misspelt_operation_is_refused_with_the_nearest(estate: Estate) -> None:
    with pytest.raises(ValueError, match="Did you mean 'DescribeKey'"):
        estate.deny("kms:DescribeKeys")


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("html", b"<html>"),
        ("empty", b""),
        ("list", b"[]"),
        ("null", b"null"),
        ("text", b'"text"'),
        ("wrong-type", b'{"Keys": "oops"}'),
        ("cut", b"{"),
    ],
)
def test_garbage_is_a_200_around_no_answer(estate: Estate, kind: Any, body: bytes) -> None:
    estate.client("kms", IRELAND).create_key()
    estate.garble("kms:ListKeys", kind)
    headers = {"Content-Type": "application/x-amz-json-1.1"}
    status, answered = raw(
        estate, "kms", "/", "{}", **headers, **{"X-Amz-Target": "TrentService.ListKeys"}
    )
    assert status == 200
    assert answered.startswith(body) if body else answered == b""
    if kind == "cut":
        with pytest.raises(ValueError):
            json.loads(answered)


@pytest.mark.parametrize(("service", "method", "target"), CALLS)
def test_every_protocol_can_be_given_a_wrong_type(
    estate: Estate, service: str, method: str, target: str
) -> None:
    estate.fakes["macie2"].sessions[IRELAND] = "ENABLED"
    bodies = []
    client = boto3.Session("testing", "testing").client(
        service, IRELAND, endpoint_url=estate.endpoint, config=ONCE
    )
    client.meta.events.register(
        "before-parse", lambda response_dict, **_: bodies.append(response_dict)
    )
    estate.garble(target, "wrong-type")
    # what botocore makes of it is not the estate's concern
    with suppress(*WHAT_BOTOCORE_RAISES):
        getattr(client, method)()
    assert bodies[0]["status_code"] == 200
    assert b"oops" in bodies[0]["body"]


@pytest.mark.parametrize(
    ("service", "method", "code"),
    [
        ("kms", "list_keys", "ThrottlingException"),
        ("s3", "list_buckets", "SlowDown"),
        ("ec2", "describe_volumes", "RequestLimitExceeded"),
        ("rds", "describe_db_instances", "Throttling"),
    ],
)
def test_a_throttle_speaks_each_services_language(
    estate: Estate, service: str, method: str, code: str
) -> None:
    fault = estate.throttle(per_second=0.001)
    assert code_of(getattr(estate.client(service, IRELAND), method))[0] == code
    assert fault.refused == 1


def test_latency_holds_each_call(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    kms.list_keys()
    estate.latency(0.2)
    began = time.monotonic()
    kms.list_keys()
    assert time.monotonic() - began >= 0.2


def test_many_threads_may_ask_at_once(estate: Estate) -> None:
    kms = estate.client("kms", IRELAND)
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(4)]
    seen: list[str] = []

    def ask(key: str) -> None:
        for _ in range(10):
            seen.append(kms.describe_key(KeyId=key)["KeyMetadata"]["KeyId"])

    threads = [threading.Thread(target=ask, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen) == sorted(keys * 10)


def session(estate: Estate) -> Any:
    return boto3.Session("testing", "testing", region_name=IRELAND)


def rule_of(s3: Any, bucket: str) -> Any:
    answered = s3.get_bucket_encryption(Bucket=bucket)
    return answered["ServerSideEncryptionConfiguration"]["Rules"][0]


def database(rds: Any, name: str, **more: Any) -> None:
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="kestrel",
        MasterUserPassword="not-a-secret",
        **more,
    )
