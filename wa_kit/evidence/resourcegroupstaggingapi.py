"""Tags of everything in a region, asked once for whoever needs them.

For services whose listing carries no tags. A resource that this API does not name has none.
"""

from __future__ import annotations

from wa_kit.aws import Reader, attempt
from wa_kit.model import NotRead


def tags_by_arn(aws: Reader) -> dict[str, dict[str, str]]:
    """ARN -> tags, of every tagged resource in the region."""
    return {
        resource["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in resource["Tags"]}
        for resource in aws.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            ResourcesPerPage=100,  # half the calls of its default
        )
    }


def tags_of(aws: Reader, arn: str) -> dict[str, str] | NotRead:
    """The tags of one resource of the reader's region, or why they could not be read."""
    tags = attempt(lambda: aws.shared(tags_by_arn))
    return tags if isinstance(tags, NotRead) else tags.get(arn, {})
