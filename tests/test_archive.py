"""A run folder: whole or not at all, readable for ever, and able to show what was altered."""

from __future__ import annotations

import csv
import datetime as dt
import json
import os
import stat
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace
from test_judging import KEY, VOLUME
from tools import ACCOUNT, ACCOUNT_ROW, DENIED, REGION, REGION_ROW, findings, looks

from wa_kit import archive
from wa_kit.archive import Manifest, load_evidence, load_manifest, save_evidence, staged, verify
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Evidence, KitError, Reason

STARTED = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
EVIDENCE = Evidence([ACCOUNT_ROW, REGION_ROW, KEY, VOLUME], looks())
MANIFEST = Manifest(
    schema_version=1,
    kit_version="0.1.0",
    account=ACCOUNT,
    caller="arn:aws:iam::111122223333:role/reviewer",
    partition="aws",
    regions=(REGION,),
    parameters={},
    questionnaires={},
    started=STARTED,
    finished=STARTED,
    simulation=True,
    status="complete",
    calls={"ec2:DescribeVolumes": 1},
    not_read=(),
    evidence_digest="",
)


def written(out: Path, evidence: Evidence = EVIDENCE, manifest: Manifest = MANIFEST) -> Path:
    with staged(out, ACCOUNT, STARTED) as staging:
        digest = save_evidence(evidence, staging)
        archive.save_findings(findings("ec2_ebs_volume_encrypted", VOLUME), staging)
        return staging.finish(replace(manifest, evidence_digest=digest))


@pytest.fixture
def run(tmp_path: Path) -> Path:
    return written(tmp_path)


def test_a_run_survives_the_disk(run):
    loaded = load_evidence(run)
    assert sorted(loaded.rows, key=repr) == sorted(EVIDENCE.rows, key=repr)
    assert sorted(loaded.looks, key=repr) == sorted(EVIDENCE.looks, key=repr)
    assert archive.load_findings(run) == findings("ec2_ebs_volume_encrypted", VOLUME)


def test_what_was_not_read_survives_the_disk(tmp_path):
    hidden = replace(KEY, manager=DENIED, rotates=DENIED)
    loaded = load_evidence(written(tmp_path, Evidence([hidden], looks(denied=[KmsKey]))))
    (key,) = loaded.of(KmsKey)
    assert key.unread == {"manager": DENIED, "rotates": DENIED}
    assert key == hidden


def test_a_run_is_named_by_account_and_start(run, tmp_path):
    assert run == tmp_path / ACCOUNT / "20261101T120000Z"


def test_two_runs_of_one_second_both_stay(run, tmp_path):
    assert written(tmp_path).name == "20261101T120000Z-2"
    assert written(tmp_path).name == "20261101T120000Z-3"
    assert [r.name for r in archive.runs(tmp_path / ACCOUNT)] == [
        "20261101T120000Z",
        "20261101T120000Z-2",
        "20261101T120000Z-3",
    ]


def test_nobody_else_can_read_a_run(run):
    for path in (run, *run.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_a_run_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError), staged(tmp_path, ACCOUNT, STARTED) as staging:
        staging.write("summary.json", "{}")
        raise RuntimeError
    assert list((tmp_path / ACCOUNT).iterdir()) == []


def test_a_full_disk_is_a_clear_message_and_leaves_earlier_runs(run, tmp_path):
    with (
        pytest.raises(
            KitError, match=r"\(No space left on device\); earlier runs are untouched"
        ) as raised,
        staged(tmp_path, ACCOUNT, STARTED),
    ):
        raise OSError(28, "No space left on device")
    assert raised.value.exit_code == 4
    assert verify(run).whole


def test_a_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(KitError, match="Choose another --out"),
        staged(tmp_path / "file", ACCOUNT, STARTED),
    ):
        pass


def test_the_same_evidence_in_another_order_has_the_same_digest(tmp_path):
    backwards = Evidence(EVIDENCE.rows[::-1], EVIDENCE.looks[::-1])
    one, two = written(tmp_path / "a"), written(tmp_path / "b", backwards)
    assert load_manifest(one).evidence_digest == load_manifest(two).evidence_digest
    assert archive.hashes(one) == archive.hashes(two)


def test_the_times_of_the_looks_are_outside_the_digest_and_nothing_else_is(tmp_path):
    later = Evidence(EVIDENCE.rows, [replace(look, at="2027-01-01") for look in EVIDENCE.looks])
    other = Evidence([*EVIDENCE.rows[:-1], replace(VOLUME, gib=9)], EVIDENCE.looks)
    digests = [
        load_manifest(written(tmp_path / str(number), evidence)).evidence_digest
        for number, evidence in enumerate((EVIDENCE, later, other))
    ]
    assert digests[0] == digests[1] != digests[2]


def test_a_whole_run_verifies(run):
    assert verify(run).whole


def test_every_edit_deletion_addition_and_swap_is_found(run):
    names = [name for name in load_manifest(run).files if name != "findings.csv"]
    for name in names:
        path = run / name
        before = path.read_bytes()
        path.write_bytes(before + b" ")
        assert verify(run).altered == (f"{name}: altered",)
        path.unlink()
        assert verify(run).altered == (f"{name}: missing",)
        path.write_bytes(before)
    (run / "extra").write_text("x")
    assert verify(run).altered == ("extra: added",)
    (run / "extra").unlink()
    one, two = run / names[0], run / names[1]
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert verify(run).altered == (
        f"{names[0]}: altered",
        f"{names[1]}: altered",
    )


def test_a_link_in_place_of_a_file_is_found(run, tmp_path):
    path = run / "findings.jsonl"
    path.rename(tmp_path / "elsewhere")
    path.symlink_to(tmp_path / "elsewhere")
    assert verify(run).altered == ("findings.jsonl: a link, not a file",)


def test_a_kept_hash_that_is_none_is_wrong_usage(run):
    with pytest.raises(KitError, match="'abc' is no SHA-256: it takes 64") as caught:
        verify(run, "abc")
    assert caught.value.exit_code == 2


def test_a_rewritten_manifest_is_found_with_the_hash_kept_elsewhere(run):
    kept = archive.manifest_hash(run)
    path = run / "manifest.json"
    path.write_text(path.read_text().replace("reviewer", "somebody"))
    assert verify(run).whole  # what an unsigned archive cannot see
    (said,) = verify(run, kept).altered
    assert said.startswith("manifest.json: its SHA-256 is")


def test_a_break_in_the_chain_is_found_from_both_ends(run, tmp_path):
    after = written(tmp_path)
    assert load_manifest(after).previous == archive.link(run)
    path = run / "manifest.json"
    path.write_text(path.read_text().replace("reviewer", "somebody"))
    assert verify(after).altered == (f"the run before, {run.name}, was altered",)
    assert verify(run).altered == (
        f"manifest.json: the later run {after.name} holds another hash of it",
    )
    path.unlink()
    gone = verify(after)
    assert (gone.altered, gone.gone, gone.whole) == ((), run.name, False)


def test_a_folder_that_is_no_run_points_at_one_inside(run, tmp_path):
    with pytest.raises(KitError, match=f"Did you mean .*{run.name}") as raised:
        load_manifest(tmp_path)
    assert raised.value.exit_code == 4


def test_a_newer_schema_is_refused(run):
    path = run / "manifest.json"
    path.write_text(path.read_text().replace('"schema_version": 1', '"schema_version": 2'))
    with pytest.raises(KitError, match="schema 2 is newer than this kit"):
        load_manifest(run)


def test_a_damaged_row_is_named_by_file_and_line(run):
    path = run / "evidence" / "EbsVolume.jsonl"
    path.write_text(path.read_text().replace('"gib":8', '"gib":"eight"'))
    with pytest.raises(KitError, match=r"EbsVolume\.jsonl: line 1: Expected `int`"):
        load_evidence(run)


def test_a_field_that_an_older_kit_did_not_collect_is_not_read(run):
    path = run / "evidence" / "EbsVolume.jsonl"
    line = json.loads(path.read_text())
    del line["gib"]
    path.write_text(json.dumps(line) + "\n")
    (volume,) = load_evidence(run).of(type(VOLUME))
    assert volume.unread["gib"].reason is Reason.NOT_COLLECTED
    assert "0.1.0" in volume.unread["gib"].detail


def test_rows_lie_one_a_line_and_sorted(run):
    for path in (run / "evidence").glob("*.jsonl"):
        lines = path.read_text().splitlines()
        keys = [(json.loads(line).get("arn"), json.loads(line).get("region")) for line in lines]
        assert path.name == "looks.jsonl" or keys == sorted(keys)


def test_the_spreadsheet_holds_no_formula(tmp_path):
    hostile = replace(VOLUME, name='=HYPERLINK("http://evil","x")')
    with staged(tmp_path, ACCOUNT, STARTED) as staging:
        archive.save_findings(findings("ec2_ebs_volume_encrypted", hostile), staging)
        run = staging.finish(MANIFEST)
    (row,) = csv.DictReader((run / "findings.csv").open(newline=""))
    assert row["name"] == '\'=HYPERLINK("http://evil","x")'
    assert row["account"] == ACCOUNT


@pytest.mark.parametrize("kind", [Manifest, archive.Finding])
def test_the_schemas_that_ship_are_those_of_the_code(kind):
    shipped = Path(archive.__file__).parent / "schemas" / f"{kind.__name__.lower()}.json"
    assert json.loads(shipped.read_text()) == archive.json_schema(kind)


def test_a_run_fits_the_schemas_that_ship(run):
    jsonschema = pytest.importorskip("jsonschema")
    manifest = json.loads((run / "manifest.json").read_text())
    jsonschema.validate(manifest, archive.json_schema(Manifest))
    for line in (run / "findings.jsonl").read_text().splitlines():
        jsonschema.validate(json.loads(line), archive.json_schema(archive.Finding))


def test_the_umask_does_not_open_a_run(tmp_path):
    before = os.umask(0)
    try:
        run = written(tmp_path)
    finally:
        os.umask(before)
    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert stat.S_IMODE((run / "manifest.json").stat().st_mode) == 0o600


def test_times_keep_their_zone(run):
    assert load_manifest(run).started == STARTED
    assert msgspec.json.decode((run / "manifest.json").read_bytes())["started"].endswith("Z")
