"""The collector of EFS file systems: does each AWS answer become the right row?"""

from __future__ import annotations

import pytest
from collecting import REGION, collect, reasons, row

from wa_kit import simulated
from wa_kit.evidence.efs import FileSystem

ACCOUNT = "222211110003"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        efs = served.client("efs", REGION)
        name = {"Key": "Name", "Value": "shared"}
        efs.create_file_system(CreationToken="a", Encrypted=True, Tags=[name])
        efs.create_file_system(CreationToken="b", Encrypted=False)
        yield served


def test_file_systems_are_read_whole(estate):
    evidence = collect(estate.endpoint, ACCOUNT, FileSystem)
    shared = row(evidence, FileSystem, "shared")
    (plain,) = [system for system in evidence.of(FileSystem) if system is not shared]
    assert (shared.encryption, shared.tags, shared.state) == (
        "kms",
        {"Name": "shared"},
        "available",
    )
    assert shared.kms_key.startswith(f"arn:aws:kms:{REGION}:{ACCOUNT}:key/")
    assert shared.arn.endswith(f":{ACCOUNT}:file-system/{shared.file_system_id}")
    assert (plain.encryption, plain.kms_key, plain.name) == ("none", None, plain.file_system_id)
    assert shared.size_bytes >= 0 and not shared.unread and not plain.unread


def test_a_denied_listing_is_no_empty_region(estate):
    with estate.deny("efs:DescribeFileSystems"):
        evidence = collect(estate.endpoint, ACCOUNT, FileSystem)
    assert not evidence.of(FileSystem)
    assert reasons(evidence, FileSystem) == {"denied"}
    (look, _) = evidence.looks_at(FileSystem)
    assert look.not_read.action == "elasticfilesystem:DescribeFileSystems"
