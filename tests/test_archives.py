"""Runs of earlier kits: every later one loads, verifies and judges them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from wa_kit import archive, run
from wa_kit.checks import CHECKS
from wa_kit.planning import Request

KEPT = sorted(path.parent for path in Path(__file__).parent.glob("archives/*/*/*/manifest.json"))


def test_there_is_a_run_of_every_schema_up_to_this_one():
    schemas = {archive.load_manifest(kept).schema_version for kept in KEPT}
    assert schemas == set(range(1, archive.SCHEMA_VERSION + 1))


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.parts[-3])
def test_a_kept_run_is_whole(kept):
    assert archive.verify(kept).whole


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.parts[-3])
def test_a_kept_run_loads_with_every_row(kept):
    evidence = archive.load_evidence(kept)
    lines = sum(
        len(path.read_text(encoding="utf-8").splitlines())
        for path in (kept / "evidence").glob("*.jsonl")
        if path.name != "looks.jsonl"
    )
    assert len(evidence.rows) >= lines > 100
    assert archive.load_findings(kept)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.parts[-3])
def test_a_kept_run_is_judged_again_and_no_check_changes_its_mind(kept, tmp_path):
    home = tmp_path / kept.parent.name / kept.name
    shutil.copytree(kept, home)
    again = run.judge_again(home, Request(workbook=False))
    before = {f.finding: f.outcome for f in archive.load_findings(kept) if f.check in CHECKS}
    after = {f.finding: f.outcome for f in archive.load_findings(again.run)}
    assert {finding: after.get(finding) for finding in before} == before
