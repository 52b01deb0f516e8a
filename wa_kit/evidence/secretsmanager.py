"""What AWS Secrets Manager tells us about secrets. It never asks for what a secret holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from wa_kit.aws import Reader, attempt
from wa_kit.evidence import collects
from wa_kit.model import DataStore

_AWS_KEY = "alias/aws/secretsmanager"  # what Secrets Manager means where it names no key


class Secret(DataStore, frozen=True, kw_only=True):
    """One secret, also one that waits to be deleted."""

    resource_type = "AWS::SecretsManager::Secret"
    service = "Secrets Manager"
    see = "aws secretsmanager describe-secret --region {region} --secret-id {arn}"

    owner: str  # the AWS service that manages it, else ""
    primary_region: str | None  # None where the secret is not replicated
    deleted: dt.datetime | None
    rotates: bool
    rotation_days: int | None
    last_rotated: dt.datetime | None
    policy: str | None  # None also where a customer managed key makes no difference to it


@collects(
    Secret,
    "secretsmanager:ListSecrets",
    "secretsmanager:GetResourcePolicy",
)
def secrets(aws: Reader) -> Iterator[Secret]:
    listed = aws.pages("secretsmanager", "list_secrets", "SecretList", IncludePlannedDeletion=True)
    yield from aws.each(listed, lambda secret: _secret(aws, secret))


def _secret(aws: Reader, secret: Any) -> Secret:
    key = secret.get("KmsKeyId") or _AWS_KEY
    asks = key.endswith(_AWS_KEY) and "DeletedDate" not in secret
    return Secret(
        arn=secret["ARN"],
        account=aws.account,
        region=aws.region,
        name=secret["Name"],
        tags={tag["Key"]: tag["Value"] for tag in secret.get("Tags", [])},
        encryption="kms",
        kms_key=key,
        owner=secret.get("OwningService", ""),
        primary_region=secret.get("PrimaryRegion"),
        deleted=secret.get("DeletedDate"),
        rotates=secret.get("RotationEnabled", False),
        rotation_days=secret.get("RotationRules", {}).get("AutomaticallyAfterDays"),
        last_rotated=secret.get("LastRotatedDate"),
        policy=_policy(aws, secret["ARN"]) if asks else None,
    )


def _policy(aws: Reader, arn: str) -> Any:
    """The policy's text, ``None`` where there is none: then the answer names the secret alone."""

    def asked() -> Any:
        answer = aws.get("secretsmanager", "get_resource_policy", None, SecretId=arn)
        return answer["Name"] and answer.get("ResourcePolicy")

    return attempt(asked)
