"""What AWS Systems Manager tells us about Parameter Store. It never asks for a value."""

from __future__ import annotations

from collections.abc import Iterator

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.evidence.resourcegroupstaggingapi import tags_of
from wa_kit.model import Encrypted


class SsmParameter(Encrypted, frozen=True, kw_only=True):
    """One parameter of this account's own, by its description only."""

    resource_type = "AWS::SSM::Parameter"
    service = "Parameter Store"
    see = "aws ssm describe-parameters --region {region} --parameter-filters Key=Name,Values={name}"

    kind: str  # String, StringList or SecureString
    description: str
    tags: dict[str, str]


@collects(SsmParameter, "ssm:DescribeParameters", "tag:GetResources")
def parameters(aws: Reader) -> Iterator[SsmParameter]:
    for parameter in aws.pages("ssm", "describe_parameters", "Parameters"):
        name, secure = parameter["Name"], parameter["Type"] == "SecureString"
        arn = aws.arn("ssm", f"parameter/{name.removeprefix('/')}")
        yield SsmParameter(
            arn=arn,
            account=aws.account,
            region=aws.region,
            name=name,
            encryption="kms" if secure else "none",
            kms_key=parameter["KeyId"] if secure else None,
            kind=parameter["Type"],
            description=parameter.get("Description", ""),
            tags=tags_of(aws, arn),  # type: ignore[arg-type]
        )
