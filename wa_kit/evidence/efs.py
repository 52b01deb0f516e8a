"""What Amazon EFS tells us about file systems. Files are never read."""

from __future__ import annotations

from collections.abc import Iterator

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import DataStore


class FileSystem(DataStore, frozen=True, kw_only=True):
    """One EFS file system. Whether it is encrypted was settled when it was made."""

    resource_type = "AWS::EFS::FileSystem"
    service = "EFS"
    see = "aws efs describe-file-systems --region {region} --file-system-id {file_system_id}"

    file_system_id: str
    state: str
    size_bytes: int  # as last metered


@collects(FileSystem, "elasticfilesystem:DescribeFileSystems")
def file_systems(aws: Reader) -> Iterator[FileSystem]:
    for system in aws.pages("efs", "describe_file_systems", "FileSystems"):
        system_id, encrypted = system["FileSystemId"], system["Encrypted"]
        key = system.get("KmsKeyId") if encrypted else None
        tags = {tag["Key"]: tag["Value"] for tag in system["Tags"]}
        yield FileSystem(
            arn=system.get("FileSystemArn")
            or aws.arn("elasticfilesystem", f"file-system/{system_id}"),
            account=aws.account,
            region=aws.region,
            name=system.get("Name") or system_id,
            tags=tags,
            encryption="kms" if key else "aws-managed" if encrypted else "none",
            kms_key=key,
            file_system_id=system_id,
            state=system["LifeCycleState"],
            size_bytes=system["SizeInBytes"]["Value"],
        )
