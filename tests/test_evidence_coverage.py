"""What AWS's inventories show of a region: does each answer become the right row?"""

from __future__ import annotations

from collections import Counter

import pytest
from collecting import ELSEWHERE, REGION, collect

from wa_kit import simulated
from wa_kit.evidence.coverage import Inventory, kind_of
from wa_kit.model import Reason

ACCOUNT = "222211110014"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        ec2 = served.client("ec2", REGION)
        ec2.create_volume(
            AvailabilityZone=f"{REGION}a",
            Size=8,
            TagSpecifications=[
                {"ResourceType": "volume", "Tags": [{"Key": "Owner", "Value": "Kim"}]}
            ],
        )
        ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=8)  # without a tag: not seen
        config, explorer = served.fakes["config"], served.fakes["resource-explorer-2"]
        config.discovered[REGION].update(
            {"AWS::S3::Bucket": 2, "AWS::EC2::Volume": 1, "AWS::SQS::Queue": 4}
        )
        explorer.indexes[REGION] = "LOCAL"
        for number in range(3):
            arn = f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/s{number}"
            explorer.add(arn, "kinesis:stream", REGION)
        explorer.add(f"arn:aws:rds:{REGION}:{ACCOUNT}:db:d", "rds:db", REGION)
        served.page_size = 2
        yield served


def shown(evidence, region=REGION):
    return {row.source: row for row in evidence.of(Inventory) if row.region == region}


def test_each_inventory_tells_the_kinds_it_shows(estate):
    found = shown(collect(estate.endpoint, ACCOUNT, Inventory))
    assert found["tags"].kinds == {"ec2:volume": 1}
    assert found["AWS Config"].kinds == {
        "AWS::EC2::Volume": 1,
        "AWS::S3::Bucket": 2,
        "AWS::SQS::Queue": 4,
    }
    assert found["Resource Explorer"].kinds == {"kinesis:stream": 3, "rds:db": 1}
    assert all(row.on and row.whole for row in found.values())


def test_a_recorder_that_is_off_and_a_region_without_an_index_are_answers(estate):
    found = shown(collect(estate.endpoint, ACCOUNT, Inventory), ELSEWHERE)
    assert {source: (row.on, row.kinds) for source, row in found.items()} == {
        "tags": (True, {}),
        "AWS Config": (False, {}),
        "Resource Explorer": (False, {}),
    }


def test_a_region_without_an_index_is_not_searched(estate):
    calls: list[str] = []
    collect(estate.endpoint, ACCOUNT, Inventory, regions=[ELSEWHERE], calls=calls)
    assert Counter(calls) == dict.fromkeys(
        (
            "config:GetDiscoveredResourceCounts",
            "resource-explorer-2:ListIndexes",
            "resourcegroupstaggingapi:GetResources",
        ),
        1,
    )


def test_an_explorer_that_has_more_than_it_shows_is_not_whole(estate):
    explorer = estate.fakes["resource-explorer-2"]
    kept, estate.page_size = list(explorer.resources[REGION]), None
    for number in range(1000):
        explorer.add(f"arn:aws:sqs:{REGION}:{ACCOUNT}:q{number}", "sqs:queue", REGION)
    found = shown(collect(estate.endpoint, ACCOUNT, Inventory, regions=[REGION]))
    explorer.resources[REGION], estate.page_size = kept, 2
    assert not found["Resource Explorer"].whole
    assert sum(found["Resource Explorer"].kinds.values()) == 1000


@pytest.mark.parametrize(
    ("operation", "action", "source"),
    [
        ("resourcegroupstaggingapi:GetResources", "tag:GetResources", "tags"),
        (
            "config:GetDiscoveredResourceCounts",
            "config:GetDiscoveredResourceCounts",
            "AWS Config",
        ),
        (
            "resource-explorer-2:ListIndexes",
            "resource-explorer-2:ListIndexes",
            "Resource Explorer",
        ),
        ("resource-explorer-2:Search", "resource-explorer-2:Search", "Resource Explorer"),
    ],
)
@pytest.mark.parametrize("code", ["AccessDeniedException", "UnauthorizedException"])
def test_an_inventory_that_was_denied_is_a_row_and_the_others_still_tell(
    estate, operation, action, source, code
):
    with estate.deny(operation, code=code):
        found = shown(collect(estate.endpoint, ACCOUNT, Inventory, regions=[REGION]))
    refused = found.pop(source).unread["kinds"]
    assert (refused.reason, refused.action) == (Reason.DENIED, action)
    assert all(row.kinds and not row.unread for row in found.values())


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        ("arn:aws:s3:::orders", "s3"),
        ("arn:aws:sqs:eu-west-1:111122223333:jobs", "sqs"),
        ("arn:aws:rds:eu-west-1:111122223333:db:orders", "rds:db"),
        ("arn:aws:rds:eu-west-1:111122223333:cluster-snapshot:rds:x", "rds:cluster-snapshot"),
        ("arn:aws:dynamodb:eu-west-1:111122223333:table/t/index/i", "dynamodb:table"),
        ("arn:aws:ec2:eu-west-1:111122223333:volume/vol-1", "ec2:volume"),
        ("arn:aws:apigateway:eu-west-1::/restapis/a/stages/b", "apigateway:restapis"),
        ("arn:aws-cn:ec2:cn-north-1:111122223333:snapshot/snap-1", "ec2:snapshot"),
    ],
)
def test_the_kind_of_a_resource_is_told_from_its_arn(arn, kind):
    assert kind_of(arn) == kind
