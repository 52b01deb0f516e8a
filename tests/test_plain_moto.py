"""An independent witness: a review of plain moto against a table that was written by hand.

``expectations.csv`` was written from the rules of the checks, without their code, before a check
was run on these estates; afterwards rows were changed only where the rule, read again, allows what
the kit says, or where moto differs from AWS. One row is what one check must say of some resources;
``|`` stands between outcomes where the rule leaves a choice, and ``why`` names the clause. Reason
``not_read`` is any of those that a permission or another attempt would cure.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from plain_estates import ESTATES
from plain_keys import POLICIES
from plain_moto import Estate, moto, review

from wa_kit.checks import CHECKS
from wa_kit.model import Reason

TABLE = Path(__file__).with_name("expectations.csv")
LEFT_OUT = {
    "ec2_ebs_snapshot_public": "moto shows every snapshot as public: it ignores who may restore",
    "rds_automated_backup_encrypted": "moto's rows lack Encrypted, and it has none of clusters",
    "attest_encryption_policy_document": "people say it, not AWS",
    "attest_audit_log_reports": "people say it, not AWS",
    "attest_backup_encryption_report": "people say it; moto lacks backup:ListReportJobs",
    "attest_roles_raci": "people say it, not AWS",
    "attest_raci_matrix": "people say it, not AWS",
    "attest_artefact_register": "people say it, not AWS",
    "kms_key_usage_evidence": "moto lacks cloudtrail:LookupEvents",
    "iam_encryption_roles_exist": "people say which roles; moto's were never used",
    "attest_compliance_mapping": "people say it, not AWS",
    "attest_data_classification": "people say it, not AWS",
}
# Clauses of the other checks that plain moto cannot show, for tests with literal rows:
# - StorageEncryptionType (sse-rds): moto does not send it.
# - Which key protects an EBS snapshot, or a copy of one: moto names none, and copies stay plain.
# - Keys made by EXTERNAL origin that wait for their material: moto has them enabled from the start.
# - Macie that is off: moto answers "not found", where AWS denies and says "not enabled".
# - Replication that chooses KMS objects: moto forgets SourceSelectionCriteria.
# - Key levels of replicas of secrets: moto refuses to show their policies.
# - Multi-Region primaries: once the replica was described, moto calls both of them replicas.
# - What people saw in an S3 Inventory: it yields to Macie's counts, which moto lacks.
# - Vaults with recovery points, their policies, what lies in them; plans with selections; counts of
#   objects; Config's compliance and remedies; recorded events; DRS; two of three inventories.


@dataclass
class Said:
    """What the kit said of one estate: (check, ARN, region) -> finding."""

    name: str
    estate: Estate
    findings: dict[tuple[str, str, str], dict[str, Any]]

    def of(self, check: str, name: str) -> dict[str, Any] | None:
        return self.findings.get((check, *self.estate.place(name)))


@dataclass(frozen=True)
class Expected:
    estate: str
    check: str
    name: str
    outcomes: tuple[str, ...]
    level: str
    reason: str
    severity: str
    why: str

    def __str__(self) -> str:
        return f"{self.estate} {self.check} {self.name}"


def _table() -> Iterator[Expected]:
    with TABLE.open(newline="") as file:
        for row in csv.DictReader(file):
            names = row["resources"].replace("POLICY-KEYS", " ".join(POLICIES)).split()
            for name in names:
                yield Expected(
                    row["estate"],
                    row["check"],
                    name,
                    tuple(row["outcome"].split("|")),
                    row["level"],
                    row["reason"],
                    row["severity"],
                    row["why"],
                )


EXPECTED = tuple(_table())


@pytest.fixture(scope="session")
def reviews(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """All of them at once: most of a review's time goes in waiting for what moto lacks."""
    folders = {name: tmp_path_factory.mktemp(name) for name in ESTATES}
    with ThreadPoolExecutor(len(folders)) as pool:
        return dict(zip(folders, pool.map(_reviewed, folders, folders.values()), strict=True))


@pytest.fixture(params=ESTATES)
def said(request: pytest.FixtureRequest, reviews: dict[str, Said]) -> Said:
    return reviews[request.param]


def _reviewed(name: str, folder: Path) -> Said:
    account, build, regions = ESTATES[name]
    with moto(account) as endpoint:
        estate = Estate(endpoint, account)
        build(estate, folder)
        found = review(estate, folder, *regions)
    keyed = {(f["check"], f["resource"], f["region"]): f for f in found}
    assert len(keyed) == len(found), "two findings of one check on one resource"
    return Said(name, estate, keyed)


def _differences(row: Expected, found: dict[str, Any] | None) -> Iterator[str]:
    outcome = found["outcome"] if found else "absent"
    if outcome not in row.outcomes:
        yield f"{'|'.join(row.outcomes)} expected, {outcome} found"
    if found is None:
        return
    if row.severity and found["severity"] != row.severity:
        yield f"severity {row.severity} expected, {found['severity']} found"
    if row.level and found.get("level") != row.level:
        yield f"level {row.level} expected, {found.get('level')} found"
    reason = found.get("reason")
    cured = reason is not None and Reason(reason).not_read
    if row.reason and reason != row.reason and not (row.reason == "not_read" and cured):
        yield f"reason {row.reason} expected, {reason} found"


def test_every_row_of_the_table_is_what_the_kit_says(said: Said) -> None:
    wrong = []
    for row in EXPECTED:
        if row.estate == said.name:
            found = said.of(row.check, row.name)
            because = found["because"] if found else ""
            wrong += [
                f"{row}: {how}. The table says: {row.why}. The kit says: {because}"
                for how in _differences(row, found)
            ]
    assert not wrong, "\n".join(wrong)


def test_the_kit_says_nothing_that_is_not_in_the_table(said: Said) -> None:
    ours = {
        (row.check, *said.estate.place(row.name)) for row in EXPECTED if row.estate == said.name
    }
    more = [key for key in said.findings if key[0] not in LEFT_OUT and key not in ours]
    assert not more, "\n".join(f"{key}: {said.findings[key]['because']}" for key in more)


def test_what_is_left_out_of_the_table_is_left_out_with_a_reason() -> None:
    assert {row.check for row in EXPECTED} | LEFT_OUT.keys() == set(CHECKS)
    assert not {row.check for row in EXPECTED} & LEFT_OUT.keys()


def test_no_resource_is_expected_twice_of_one_check() -> None:
    keys = [(row.estate, row.check, row.name) for row in EXPECTED]
    assert len(set(keys)) == len(keys)
