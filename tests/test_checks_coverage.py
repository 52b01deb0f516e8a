"""What the kit did not look at: every branch of the rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, DENIED, HERE, REGION, REGION_ROW, finding, outcome

from wa_kit.evidence.coverage import Inventory
from wa_kit.model import Reason, account_arn

CHECK = "storage_services_coverage"


def inventory(source, kinds, on=True):
    return Inventory(
        **HERE,
        arn=f"{account_arn(ACCOUNT)}#{source}",
        source=source,
        on=on,
        whole=True,
        kinds=kinds,
    )


TAGS = inventory("tags", {"ec2:volume": 3, "s3": 2, "ec2:instance": 4})
CONFIG = inventory("AWS Config", {"AWS::S3::Bucket": 2, "AWS::IAM::Role": 9})
EXPLORER = inventory("Resource Explorer", {"rds:db": 1, "lambda:function": 7})
NO_CONFIG = inventory("AWS Config", {}, on=False)
NO_EXPLORER = inventory("Resource Explorer", {}, on=False)
NOTHING = inventory("tags", {})


@pytest.mark.parametrize(
    ("inventories", "expected"),
    [
        ([TAGS, CONFIG, EXPLORER], "pass"),
        ([TAGS, CONFIG, NO_EXPLORER], "pass"),
        ([TAGS, NO_CONFIG, EXPLORER], "pass"),
        ([TAGS, NO_CONFIG, NO_EXPLORER], "unknown"),  # what has no tag cannot be seen
        ([replace(TAGS, kinds={"sqs": 1}), CONFIG, EXPLORER], "unknown"),
        ([TAGS, CONFIG, replace(EXPLORER, kinds={"redshift:cluster": 1})], "unknown"),
        ([TAGS, replace(CONFIG, kinds={"AWS::Kinesis::Stream": 1}), EXPLORER], "unknown"),
        ([NOTHING, NO_CONFIG, NO_EXPLORER], "not_applicable"),
        ([replace(TAGS, kinds={"ec2:vpc": 3}), NO_CONFIG, NO_EXPLORER], "not_applicable"),
        ([replace(TAGS, kinds=DENIED), CONFIG, EXPLORER], "unknown"),
    ],
)
def test_storage_services_coverage(inventories, expected):
    assert outcome(CHECK, REGION_ROW, *inventories) == expected


def test_a_gap_is_named_and_is_neither_a_pass_nor_something_that_was_not_read():
    found = finding(CHECK, REGION_ROW, replace(TAGS, kinds={"sqs": 1, "sns": 2}), CONFIG, EXPLORER)
    assert found.reason is Reason.NOT_KNOWABLE
    assert "no check for AWS::SNS::Topic, AWS::SQS::Queue: ask the team" in found.because
    assert "the tagging API, which knows only what has a tag" in found.because


@pytest.mark.parametrize("refused", [0, 1, 2])
def test_an_inventory_that_was_denied_is_not_read_and_still_tells_the_gap(refused):
    rows = [replace(TAGS, kinds={"sqs": 1}), CONFIG, replace(EXPLORER, kinds={"sqs:queue": 1})]
    rows[refused] = Inventory.hidden(DENIED, **HERE, arn=rows[refused].arn, source="it")
    found = finding(CHECK, REGION_ROW, *rows)
    assert (found.reason, found.action) == (Reason.DENIED, DENIED.action)
    assert "AWS::SQS::Queue" in found.because


def test_a_region_whose_inventories_were_not_read_is_unknown():
    found = finding(CHECK, REGION_ROW, TAGS, denied=[Inventory])
    assert (found.outcome.value, found.reason) == ("unknown", Reason.DENIED)


def test_what_another_region_holds_is_not_counted_here():
    elsewhere = replace(TAGS, region="us-east-1", kinds={"sqs": 1})
    assert outcome(CHECK, REGION_ROW, TAGS, CONFIG, EXPLORER, elsewhere) == "pass"


def test_an_explorer_that_shows_only_the_first_thousand_says_so():
    found = finding(CHECK, REGION_ROW, TAGS, CONFIG, replace(EXPLORER, whole=False))
    assert "shows only the first 1,000 resources" in found.because


@pytest.mark.parametrize(
    "kind",
    ["s3", "ec2:volume", "ec2:snapshot", "rds:db", "rds:cluster", "rds:snapshot",
     "rds:cluster-snapshot", "dynamodb:table", "elasticfilesystem:file-system",
     "secretsmanager:secret", "ssm:parameter", "backup:backup-vault", "backup:recovery-point"],
)  # fmt: skip
def test_every_store_that_the_kit_judges_counts_as_judged(kind):
    assert outcome(CHECK, REGION_ROW, replace(TAGS, kinds={kind: 1}), CONFIG, EXPLORER) == "pass"


def test_it_can_be_looked_up_by_hand():
    found = finding(CHECK, REGION_ROW, TAGS, CONFIG, EXPLORER)
    assert found.see == f"aws resourcegroupstaggingapi get-resources --region {REGION}"
