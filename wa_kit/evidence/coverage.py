"""What kinds of resources a region holds, as AWS's three inventories say.

None of them is whole: the tagging API names only what has, or had, a tag; AWS Config what its
recorder records; Resource Explorer what its index and view show, 1,000 resources at most. They
tell what was seen, never that nothing else is there. They are asked for kinds, not for names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_by_arn
from wa_kit.model import Row, account_arn

Kinds = dict[str, int]


class Inventory(Row, frozen=True, kw_only=True):
    """What one inventory shows of one region. Three rows a region."""

    resource_type = "Kit::Inventory"
    service = "Account"

    source: str
    on: bool  # whether it keeps a list here at all
    whole: bool  # whether we saw all that it has
    kinds: Kinds  # kind -> how many: "ec2:volume", or "AWS::EC2::Volume" in Config's words


@collects(
    Inventory,
    "tag:GetResources",
    "config:GetDiscoveredResourceCounts",
    "resource-explorer-2:ListIndexes",
    "resource-explorer-2:Search",
)
def inventories(aws: Reader) -> Iterator[Inventory]:
    asked = {"tags": _tagged, "AWS Config": _recorded, "Resource Explorer": _explored}
    yield from aws.each(asked.items(), lambda one: _inventory(aws, *one))


def _inventory(
    aws: Reader, source: str, ask: Callable[[Reader], tuple[bool, bool, Kinds]]
) -> Inventory:
    known: dict[str, Any] = {
        "arn": f"{account_arn(aws.account)}#{source}",
        "account": aws.account,
        "region": aws.region,
        "name": f"{source} in {aws.region}",
        "source": source,
    }
    told = attempt(lambda: ask(aws))
    if not isinstance(told, tuple):
        return Inventory.hidden(told, **known)
    on, whole, kinds = told
    return Inventory(**known, on=on, whole=whole, kinds=dict(sorted(kinds.items())))


def _tagged(aws: Reader) -> tuple[bool, bool, Kinds]:
    return True, True, Counter(map(kind_of, aws.shared(tags_by_arn)))


def kind_of(arn: str) -> str:
    """``rds:db`` of ``arn:aws:rds:eu-west-1:111122223333:db:orders``; ``s3`` of a bucket."""
    service, resource = arn.split(":", 5)[2::3]
    parts = resource.replace(":", "/").strip("/").split("/")
    return f"{service}:{parts[0]}" if len(parts) > 1 else service


def _recorded(aws: Reader) -> tuple[bool, bool, Kinds]:
    counts = aws.pages("config", "get_discovered_resource_counts", "resourceCounts")
    kinds = {count["resourceType"]: count["count"] for count in counts}
    return bool(kinds), True, kinds  # with the recorder off, Config answers an empty list


def _explored(aws: Reader) -> tuple[bool, bool, Kinds]:
    indexes = aws.pages("resource-explorer-2", "list_indexes", "Indexes", Regions=[aws.region])
    if not list(indexes):
        return False, True, {}
    kinds: Counter[str] = Counter()
    whole = True
    for answer in aws.answers("resource-explorer-2", "search", QueryString=f"region:{aws.region}"):
        kinds.update(resource["ResourceType"] for resource in answer["Resources"])
        whole = whole and answer["Count"]["Complete"]
    return True, whole, kinds
