"""Kestrel Coffee Roasters: a believable company with something good and bad of every kind.

Roasting and web shop in Ireland, the German shop in Frankfurt, and a marketing department in
Virginia that nobody has looked at for years. It is made through boto3, on loopback only; the same
estate seed gives the same company.
"""

from __future__ import annotations

from collections import Counter

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ec2.models import ec2_backends
from moto.moto_api._internal import mock_random

from wa_kit.simulated.company.backups import make_backups
from wa_kit.simulated.company.buckets import make_buckets
from wa_kit.simulated.company.databases import make_databases
from wa_kit.simulated.company.disks import make_disks
from wa_kit.simulated.company.keys import make_keys
from wa_kit.simulated.company.people import make_people
from wa_kit.simulated.company.secrets import make_secrets
from wa_kit.simulated.company.site import FRANKFURT, IRELAND, VIRGINIA, Site
from wa_kit.simulated.company.watch import make_watch
from wa_kit.simulated.estate import Estate


def found(estate: Estate) -> Site:
    """Fill an empty estate with the company, and close a corner of it to the reviewer."""
    site = Site(estate)
    _settle_chance(site)
    make_keys(site)
    make_people(site)
    make_buckets(site)
    make_disks(site)
    make_databases(site)
    make_secrets(site)
    make_watch(site)
    make_backups(site)
    _stores_no_check_judges(site)
    _inventories(site)
    deny_a_corner(site)
    estate.calls.clear()
    return site


def _settle_chance(site: Site) -> None:
    """Start moto's names anew.

    Once in a process moto makes an EC2 of its own default account, and takes names for it that
    later foundings would get.
    """
    _ = ec2_backends[DEFAULT_ACCOUNT_ID]["us-east-1"]
    mock_random.seed(site.estate.seed)


def deny_a_corner(site: Site) -> None:
    """What the reviewer's role may not read: a region's backups, and another team's key."""
    ledger = site.keys["finance-ledger"]
    site.estate.deny("backup:ListRecoveryPointsByBackupVault", region=VIRGINIA)
    for operation in ("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"):
        site.estate.deny(
            f"kms:{operation}",
            where=lambda asked: asked["KeyId"] in (ledger, ledger.rpartition("/")[2]),
        )


def _stores_no_check_judges(site: Site) -> None:
    """Only inventories know of these: what a review must own up to not having judged."""
    for kind, service, rest, region in [
        ("es:domain", "es", "domain/kestrel-search", IRELAND),
        ("redshift:cluster", "redshift", "cluster:kestrel-bi", VIRGINIA),
        ("kinesis:stream", "kinesis", "stream/kestrel-clicks", IRELAND),
        ("fsx:file-system", "fsx", "file-system/fs-0kestrel", FRANKFURT),
    ]:
        site.note(site.arn(service, region, rest), kind)
    queue = site.client("sqs", IRELAND).create_queue(QueueName="kestrel-orders")["QueueUrl"]
    site.note(site.arn("sqs", IRELAND, queue.rpartition("/")[2]), "sqs:queue")


def _inventories(site: Site) -> None:
    """Resource Explorer knows two regions, Config counts one, Virginia has neither."""
    explorer = site.fake("resource-explorer-2")
    explorer.indexes.update({IRELAND: "AGGREGATOR", FRANKFURT: "LOCAL"})
    for made in site.made:
        explorer.add(*made)
    config_names = {
        "s3:bucket": "AWS::S3::Bucket",
        "ec2:volume": "AWS::EC2::Volume",
        "kms:key": "AWS::KMS::Key",
        "rds:db": "AWS::RDS::DBInstance",
        "rds:cluster": "AWS::RDS::DBCluster",
        "dynamodb:table": "AWS::DynamoDB::Table",
        "elasticfilesystem:file-system": "AWS::EFS::FileSystem",
        "secretsmanager:secret": "AWS::SecretsManager::Secret",
        "sqs:queue": "AWS::SQS::Queue",
        "kinesis:stream": "AWS::Kinesis::Stream",
        "es:domain": "AWS::Elasticsearch::Domain",
    }
    counted = Counter(
        config_names[made.kind]
        for made in site.made
        if made.kind in config_names and made.region == IRELAND
    )
    site.fake("config").discovered[IRELAND].update(counted)
