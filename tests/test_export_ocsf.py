"""OCSF: each record fits the schema of its class, and no record claims what was not seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import samples
from exporting import hostile_run, kept_run

from wa_kit import archive
from wa_kit.exports import Format, export, ocsf
from wa_kit.model import Outcome

SCHEMA = json.loads(
    (Path(__file__).parent / "ocsf-1.5.0-compliance_finding.json").read_text("utf-8")
)
FITS = jsonschema.Draft202012Validator(SCHEMA)


def records(run: Path, out: Path) -> list[dict[str, Any]]:
    ocsf.write(run, out / "made.ocsf.json")
    return json.loads((out / "made.ocsf.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return samples.run_folder(tmp_path_factory.mktemp("mixed"), *samples.mixed())


def test_the_schema_itself_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_every_record_of_the_run_that_is_kept_for_ever_fits(tmp_path: Path) -> None:
    made = records(kept_run(), tmp_path)
    assert len(made) == len(archive.load_findings(kept_run())) > 500
    assert [str(e) for record in made for e in FITS.iter_errors(record)] == []


def test_every_record_of_a_hostile_run_fits_and_so_does_a_redacted_one(tmp_path: Path) -> None:
    made = records(hostile_run(tmp_path), tmp_path)
    assert [e.message for record in made for e in FITS.iter_errors(record)] == []
    redacted = export(kept_run(), Format.ocsf, tmp_path / "redacted.json", redact=True)
    made = json.loads(redacted.read_text("utf-8"))
    assert [e.message for record in made for e in FITS.iter_errors(record)] == []
    assert {tuple(record["metadata"]["labels"]) for record in made} == {("simulation", "redacted")}


def test_an_empty_run_is_an_empty_array(tmp_path: Path) -> None:
    assert records(samples.run_folder(tmp_path, [], []), tmp_path) == []


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"class_uid": 2002}, "2003"),
        ({"severity_id": 7}, "7"),
        ({"severity": "High"}, "expected"),
        ({"time": 1_700_000_000}, "minimum"),
        ({"sevrity": "Low"}, "sevrity"),
        ({"finding_info": {"title": "x"}}, "uid"),
    ],
)
def test_the_schema_refuses_what_is_wrong(
    mixed: Path, tmp_path: Path, change: dict[str, Any], wrong: str
) -> None:
    record = next(r for r in records(mixed, tmp_path) if r["severity_id"] == 3)
    assert FITS.is_valid(record)
    said = " ".join(str(error) for error in FITS.iter_errors({**record, **change}))
    assert wrong in said


def test_only_a_pass_is_a_pass_and_an_unknown_is_a_warning_with_its_reason(
    mixed: Path, tmp_path: Path
) -> None:
    status = {r["finding_info"]["uid"]: r["compliance"] for r in records(mixed, tmp_path)}
    ids = {Outcome.PASS: 1, Outcome.UNKNOWN: 2, Outcome.FAIL: 3, Outcome.NOT_APPLICABLE: 99}
    findings = archive.load_findings(mixed)
    assert {f.outcome for f in findings} == set(ids)
    for finding in findings:
        compliance = status[finding.finding]
        assert compliance["status_id"] == ids[finding.outcome]
        assert compliance.get("status_code") == finding.reason


def test_an_accepted_failure_still_fails_and_is_suppressed(mixed: Path, tmp_path: Path) -> None:
    accepted = next(r for r in records(mixed, tmp_path) if "exception" in r["unmapped"])
    assert (accepted["compliance"]["status"], accepted["status"]) == ("Fail", "Suppressed")


def test_a_record_says_what_where_why_and_how_to_mend_it(mixed: Path, tmp_path: Path) -> None:
    record = next(
        r for r in records(mixed, tmp_path) if r["resources"][0]["name"] == "till-prod-data"
    )
    assert record["time"] == 1793534400000
    assert record["cloud"]["account"]["uid"] == samples.ACCOUNT
    assert record["resources"][0]["uid"] == samples.volume(2).arn
    assert record["compliance"]["control"] == "ec2_ebs_volume_encrypted"
    assert any(line.startswith("SEC08-BP02") for line in record["compliance"]["requirements"])
    assert record["remediation"]["references"][0].startswith("https://docs.aws.amazon.com/")
    assert record["unmapped"]["read"]["gib"] == 100
