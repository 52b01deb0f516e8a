"""The check on EFS: every branch of its rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tools import DENIED, HERE, arn, finding, outcome

from wa_kit.evidence.efs import FileSystem

SYSTEM = FileSystem(
    **HERE,
    arn=arn("elasticfilesystem", "file-system/fs-1"),
    name="shared",
    tags={},
    encryption="kms",
    kms_key=arn("kms", "key/1"),
    file_system_id="fs-1",
    state="available",
    size_bytes=5 * 1024**3,
)
PLAIN = replace(SYSTEM, encryption="none", kms_key=None)


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (SYSTEM, "pass"),
        (replace(SYSTEM, encryption="aws-managed", kms_key=None), "pass"),
        (PLAIN, "fail"),
        (replace(PLAIN, state="deleting"), "not_applicable"),
        (replace(PLAIN, state="deleted"), "not_applicable"),
        (replace(PLAIN, state="updating"), "fail"),
        (replace(SYSTEM, encryption=DENIED), "unknown"),
        (replace(SYSTEM, state=DENIED), "unknown"),
    ],
)
def test_efs_file_system_encrypted(system, expected):
    assert outcome("efs_file_system_encrypted", system) == expected


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (6144, "6 KiB"),
        (5 * 1024**3, "5 GiB"),
        (0, "0 bytes"),
        (3 * 1024**5, "3.07e+03 TiB"),
    ],
)
def test_a_plain_file_system_says_how_much_lies_open(size, said):
    found = finding("efs_file_system_encrypted", replace(PLAIN, size_bytes=size))
    assert found.because == f"not encrypted; it held {said} when AWS last measured it"
