"""The check that says what the kit did not look at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from wa_kit.checks import check
from wa_kit.evidence import tables_for
from wa_kit.evidence.coverage import Inventory
from wa_kit.model import (
    Encrypted,
    NotRead,
    Region,
    Rows,
    Unread,
    Verdict,
    not_applicable,
    not_knowable,
    passes,
)

# What holds data, by its CloudFormation name and as ARNs and Resource Explorer call it.
_STORES = {
    "AWS::AmazonMQ::Broker": ("mq:broker",),
    "AWS::ApiGateway::Stage": (),
    "AWS::AppSync::ApiCache": (),
    "AWS::Athena::WorkGroup": ("athena:workgroup",),
    "AWS::Backup::BackupVault": ("backup:backup-vault",),
    "AWS::Backup::RecoveryPoint": ("backup:recovery-point",),
    "AWS::Bedrock::KnowledgeBase": ("bedrock:knowledge-base",),
    "AWS::Cassandra::Keyspace": ("cassandra",),
    "AWS::CloudTrail::EventDataStore": ("cloudtrail:eventdatastore",),
    "AWS::CodeArtifact::Domain": ("codeartifact:domain",),
    "AWS::CodeBuild::Project": ("codebuild:project",),
    "AWS::CodeCommit::Repository": ("codecommit",),
    "AWS::Cognito::UserPool": ("cognito-idp:userpool",),
    "AWS::DAX::Cluster": ("dax:cache",),
    "AWS::DMS::ReplicationInstance": ("dms:rep",),
    "AWS::DocDBElastic::Cluster": ("docdb-elastic:cluster",),
    "AWS::DynamoDB::Table": ("dynamodb:table",),
    "AWS::EC2::Snapshot": ("ec2:snapshot",),
    "AWS::EC2::Volume": ("ec2:volume",),
    "AWS::ECR::Repository": ("ecr:repository",),
    "AWS::EFS::FileSystem": ("elasticfilesystem:file-system",),
    "AWS::EKS::Cluster": ("eks:cluster",),
    "AWS::EMR::Cluster": ("elasticmapreduce:cluster",),
    "AWS::ElastiCache::CacheCluster": ("elasticache:cluster",),
    "AWS::ElastiCache::ReplicationGroup": ("elasticache:replicationgroup",),
    "AWS::ElastiCache::ServerlessCache": ("elasticache:serverlesscache",),
    "AWS::ElastiCache::Snapshot": ("elasticache:snapshot",),
    "AWS::Events::Archive": ("events:archive",),
    "AWS::FSx::Backup": ("fsx:backup",),
    "AWS::FSx::FileSystem": ("fsx:file-system",),
    "AWS::Glacier::Vault": ("glacier:vaults",),
    "AWS::Glue::Database": ("glue:database",),
    "AWS::Glue::MLTransform": ("glue:mlTransform",),
    "AWS::HealthLake::FHIRDatastore": ("healthlake:datastore",),
    "AWS::Kendra::Index": ("kendra:index",),
    "AWS::Kinesis::Stream": ("kinesis:stream",),
    "AWS::KinesisFirehose::DeliveryStream": ("firehose:deliverystream",),
    "AWS::KinesisVideo::Stream": ("kinesisvideo:stream",),
    "AWS::Lambda::Function": ("lambda:function",),
    "AWS::Lightsail::Bucket": ("lightsail:Bucket",),
    "AWS::Lightsail::Database": ("lightsail:RelationalDatabase",),
    "AWS::Lightsail::Disk": ("lightsail:Disk",),
    "AWS::Logs::LogGroup": ("logs:log-group",),
    "AWS::MSK::Cluster": ("kafka:cluster",),
    "AWS::MSK::ServerlessCluster": (),
    "AWS::MemoryDB::Cluster": ("memorydb:cluster",),
    "AWS::Neptune::DBCluster": (),
    "AWS::NeptuneGraph::Graph": ("neptune-graph:graph",),
    "AWS::OpenSearchServerless::Collection": ("aoss:collection",),
    "AWS::OpenSearchService::Domain": ("es:domain", "AWS::OpenSearch::Domain",
                                       "AWS::Elasticsearch::Domain"),
    "AWS::QLDB::Ledger": ("qldb:ledger",),
    "AWS::RDS::DBCluster": ("rds:cluster",),
    "AWS::RDS::DBClusterSnapshot": ("rds:cluster-snapshot",),
    "AWS::RDS::DBInstance": ("rds:db",),
    "AWS::RDS::DBInstanceAutomatedBackup": ("rds:auto-backup",),
    "AWS::RDS::DBSnapshot": ("rds:snapshot",),
    "AWS::Redshift::Cluster": ("redshift:cluster",),
    "AWS::Redshift::ClusterSnapshot": ("redshift:snapshot",),
    "AWS::RedshiftServerless::Namespace": ("redshift-serverless:namespace",),
    "AWS::S3::Bucket": ("s3", "s3:bucket"),
    "AWS::S3Express::DirectoryBucket": ("s3express:bucket",),
    "AWS::S3Tables::TableBucket": ("s3tables:bucket",),
    "AWS::S3Vectors::VectorBucket": ("s3vectors:bucket",),
    "AWS::SNS::Topic": ("sns", "sns:topic"),
    "AWS::SQS::Queue": ("sqs", "sqs:queue"),
    "AWS::SSM::Parameter": ("ssm:parameter",),
    "AWS::SageMaker::Domain": ("sagemaker:domain",),
    "AWS::SageMaker::FeatureGroup": ("sagemaker:feature-group",),
    "AWS::SageMaker::NotebookInstance": ("sagemaker:notebook-instance",),
    "AWS::SecretsManager::Secret": ("secretsmanager:secret",),
    "AWS::StepFunctions::StateMachine": ("states:stateMachine",),
    "AWS::StorageGateway::Volume": ("storagegateway:gateway",),
    "AWS::Timestream::Database": ("timestream:database",),
    "AWS::WorkSpaces::Workspace": ("workspaces:workspace",),
}  # fmt: skip

# AWS encrypts these whatever anybody sets: what is left to judge is only whose key it is.
_ALWAYS_ENCRYPTED = frozenset(
    {
        "AWS::AmazonMQ::Broker",
        "AWS::Cassandra::Keyspace",
        "AWS::CloudTrail::EventDataStore",
        "AWS::CodeArtifact::Domain",
        "AWS::CodeCommit::Repository",
        "AWS::Cognito::UserPool",
        "AWS::DMS::ReplicationInstance",
        "AWS::DocDBElastic::Cluster",
        "AWS::ECR::Repository",
        "AWS::ElastiCache::ServerlessCache",
        "AWS::FSx::Backup",
        "AWS::FSx::FileSystem",
        "AWS::Glacier::Vault",
        "AWS::HealthLake::FHIRDatastore",
        "AWS::Kendra::Index",
        "AWS::KinesisVideo::Stream",
        "AWS::Lambda::Function",
        "AWS::Logs::LogGroup",
        "AWS::MSK::Cluster",
        "AWS::MSK::ServerlessCluster",
        "AWS::MemoryDB::Cluster",
        "AWS::NeptuneGraph::Graph",
        "AWS::OpenSearchServerless::Collection",
        "AWS::QLDB::Ledger",
        "AWS::RedshiftServerless::Namespace",
        "AWS::S3Express::DirectoryBucket",
        "AWS::S3Tables::TableBucket",
        "AWS::S3Vectors::VectorBucket",
        "AWS::StepFunctions::StateMachine",
        "AWS::Timestream::Database",
    }
)
_BY_KIND = {kind.lower(): store for store, kinds in _STORES.items() for kind in (store, *kinds)}


@check(
    severity="high",
    remedy=(
        "Ask the team how these stores are encrypted and write the answer down; turn Resource "
        "Explorer on, so that nothing stays unseen."
    ),
    docs="https://docs.aws.amazon.com/resource-explorer/latest/userguide/welcome.html",
    see="aws resourcegroupstaggingapi get-resources --region {region}",
    can_fail=False,
)
def storage_services_coverage(region: Region, inventories: Rows[Inventory]) -> Verdict:
    """Every data-storing service with resources in the account has a verdict.

    A review that passes says nothing of what it never looked at. Here AWS's own inventories are
    held against what the kit can judge, and what is left over is named.
    """
    seen, refused = _seen(inventories.in_region(region.region))
    assessed = {table.resource_type for table in tables_for([Encrypted])} | _ALWAYS_ENCRYPTED
    found = {store for inventory in seen for store in _stores(inventory)}
    gaps = sorted(found - assessed)
    said = f"the kit has no check for {', '.join(gaps)}: ask the team" if gaps else ""
    if refused:
        detail = "; ".join(filter(None, (refused[0].detail, said)))
        raise Unread(msgspec.structs.replace(refused[0], detail=detail))
    sources = _sources(seen)
    if gaps:
        return not_knowable(f"{said} ({sources})")
    if not found:
        return not_applicable(f"no store of data was seen by {sources}")
    if not any(inventory.on and inventory.source != "tags" for inventory in seen):
        return not_knowable(
            f"every kind of store seen has a check, but seen were only resources with tags: "
            f"neither AWS Config nor Resource Explorer lists what is in {region.region}"
        )
    return passes(
        f"{len(found)} kinds of store seen, each with a check or always encrypted ({sources})"
    )


def _seen(inventories: Sequence[Inventory]) -> tuple[list[Inventory], list[NotRead]]:
    seen, refused = [], []
    for inventory in inventories:
        try:
            inventory.kinds  # noqa: B018  what was refused raises here
            seen.append(inventory)
        except Unread as unread:
            refused.append(unread.not_read)
    return seen, refused


def _stores(inventory: Inventory) -> Iterator[str]:
    for kind in inventory.kinds:
        if store := _BY_KIND.get(kind.lower()):
            yield store


def _sources(seen: Sequence[Inventory]) -> str:
    """The inventories that were asked, and what each of them leaves out."""
    words = []
    for inventory in seen:
        if inventory.source == "tags":
            words.append("the tagging API, which knows only what has a tag")
        elif not inventory.on:
            words.append(f"{inventory.source}, which lists nothing here")
        elif not inventory.whole:
            words.append(f"{inventory.source}, which shows only the first 1,000 resources")
        else:
            words.append(inventory.source)
    return "; ".join(words)
