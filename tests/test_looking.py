"""A second look at one finding: what AWS says now, beside what the last run said."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from wa_kit import archive, cli, looking, run, simulated
from wa_kit.model import KitError, Outcome
from wa_kit.planning import Request
from wa_kit.simulated.estate import Estate

ACCOUNT = "333344447777"
HERE, THERE = "eu-west-1", "us-east-1"
VOLUME = "ec2_ebs_volume_encrypted"
ANSWERS = """\
artefacts:
  encryption-policy:
    where: https://wiki.example/policy
    owner: B. Osei
exceptions:
  - check: {check}
    resource: {held}
    owner: A. Moreau
    approver: B. Osei
    reason: It holds public map tiles only.
    expires: 2999-01-01
  - check: {check}
    resource: {lapsed}
    owner: A. Moreau
    approver: B. Osei
    reason: Until the move.
    expires: 2020-01-01
disputes:
  - check: {check}
    resource: {lapsed}
    says: fixed, look again
    by: C. Lindqvist
"""


@pytest.fixture(scope="module", autouse=True)
def credentials() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.setenv("AWS_ACCESS_KEY_ID", "testing")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    yield
    patch.undo()


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with simulated.serve(ACCOUNT) as served:
        yield served


def volume(estate: Estate, region: str = HERE, **more: Any) -> str:
    made = estate.client("ec2", region).create_volume(AvailabilityZone=f"{region}a", Size=8, **more)
    return f"arn:aws:ec2:{region}:{ACCOUNT}:volume/{made['VolumeId']}"


def id_of(arn: str) -> str:
    return arn.rpartition("/")[2]


@pytest.fixture(scope="module")
def volumes(estate: Estate) -> list[str]:
    """Two that fail, one of another region, and one that passes."""
    plain = [volume(estate), volume(estate), volume(estate, THERE)]
    return [*plain, volume(estate, Encrypted=True)]


@pytest.fixture(scope="module")
def folder(estate: Estate, volumes: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A review folder with one run in it."""
    made = tmp_path_factory.mktemp("review")
    text = ANSWERS.format(check=VOLUME, held=volumes[0], lapsed=volumes[1])
    (made / "answers.yaml").write_text(text)
    asked = Request(endpoint_url=estate.endpoint, regions=(HERE, THERE), home=made, workbook=False)
    run.review(asked)
    return made


@pytest.fixture
def look(estate: Estate, folder: Path) -> Any:
    def again(check: str, resource: str, **more: Any) -> looking.SecondLook:
        asked = Request(endpoint_url=estate.endpoint, home=folder, **more)
        return looking.look(asked, check, resource)

    return again


def runs(folder: Path) -> list[Path]:
    return archive.runs(folder / "runs" / ACCOUNT)


def test_it_shows_the_verdict_the_value_and_what_the_run_before_said(look, volumes, folder) -> None:
    before = runs(folder)
    seen = look(VOLUME, volumes[1])
    (one,) = seen.results
    assert (one.finding.outcome, one.change, seen.exit_code) == (Outcome.FAIL, "same", 0)
    assert one.read["encryption"] == "none"
    assert one.finding.see.startswith("aws ec2 describe-volumes")
    assert one.before.because == one.finding.because
    assert one.dispute.says == "fixed, look again"
    assert [e.reason for e in one.exceptions] == ["Until the move."]
    assert one.finding.exception is None  # it has run out
    assert seen.run_before == str(before[-1]) and seen.simulation
    assert runs(folder) == before  # nothing was written


def test_only_the_needed_calls_go_out_and_only_to_the_region_of_the_resource(
    look, volumes, estate
) -> None:
    start = len(estate.calls)
    seen = look(VOLUME, volumes[0])
    made = {(operation, region) for _, operation, region in estate.calls[start:]}
    assert made == {
        ("GetCallerIdentity", THERE),  # whose credentials these are
        ("DescribeVolumes", HERE),
    }
    assert seen.calls == {"ec2:DescribeVolumes": 1}
    assert seen.regions == (HERE,)


def test_an_exception_that_holds_is_shown_and_keeps_the_failure_from_counting(
    look, volumes
) -> None:
    seen = look(VOLUME, volumes[0], fail_on="low")
    (one,) = seen.results
    assert one.finding.outcome is Outcome.FAIL and one.finding.exception
    assert seen.exit_code == 0
    assert look(VOLUME, volumes[1], fail_on="high").exit_code == 1
    assert look(VOLUME, volumes[1], fail_on="critical").exit_code == 0


def test_all_that_fit_a_pattern_are_shown_over_all_regions(look, volumes) -> None:
    seen = look(VOLUME, "*:volume/*")
    assert {one.resource for one in seen.results} == set(volumes)
    assert seen.regions == (HERE, THERE)
    assert {one.resource for one in look(VOLUME, f"arn:aws:ec2:{HERE}:*").results} == set(
        volumes
    ) - {volumes[2]}


def test_what_was_repaired_has_changed(look, estate, folder) -> None:
    ec2 = estate.client("ec2", HERE)
    ec2.enable_ebs_encryption_by_default()
    ec2.disable_ebs_encryption_by_default()
    asked = ("ec2_ebs_default_encryption", f"AWS::::Account:{ACCOUNT}")
    assert {one.change for one in look(*asked).results} == {"same"}
    ec2.enable_ebs_encryption_by_default()
    try:
        changed = {one.region: one.change for one in look(*asked).results}
    finally:
        ec2.disable_ebs_encryption_by_default()
    assert changed == {HERE: "changed", THERE: "same"}


def test_a_resource_that_is_gone_is_said_to_be_gone(look, estate, volumes, folder) -> None:
    arn = volume(estate)
    run.review(
        Request(endpoint_url=estate.endpoint, regions=(HERE, THERE), home=folder, workbook=False)
    )
    estate.client("ec2", HERE).delete_volume(VolumeId=id_of(arn))
    seen = look(VOLUME, arn)
    (one,) = seen.results
    assert (one.finding, one.change, one.before.outcome) == (None, "gone", Outcome.FAIL)
    assert seen.exit_code == 0
    with estate.deny("ec2:DescribeVolumes"):
        (unread,) = look(VOLUME, arn).results
    assert (unread.finding.outcome, unread.finding.reason) == (Outcome.UNKNOWN, "denied")


def test_what_is_denied_is_unknown_and_the_exit_code_says_so(look, estate, volumes) -> None:
    with estate.deny("ec2:DescribeVolumes"):
        seen = look(VOLUME, volumes[0])
    (one,) = seen.results
    assert (one.finding.outcome, one.finding.action) == (Outcome.UNKNOWN, "ec2:DescribeVolumes")
    assert seen.exit_code == 3


def test_where_the_verdict_needs_other_regions_they_are_read_too(look, estate, folder) -> None:
    """A key of this region is used, for all that is known, by something in the other."""
    kms = estate.client("kms", HERE)
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])
    seen = look("kms_disabled_key_in_use", key["Arn"])
    (one,) = seen.results
    assert one.finding.because == "no resource names this key now; older data and archives may"
    assert one.change == "new"
    assert seen.regions == (HERE, THERE)


def test_a_bucket_is_looked_for_where_the_run_before_met_it(look, estate, folder) -> None:
    s3 = estate.client("s3", THERE)
    s3.create_bucket(Bucket="second-look")
    arn = "arn:aws:s3:::second-look"
    assert look("s3_bucket_default_encryption", arn).regions == (HERE, THERE)
    run.review(
        Request(endpoint_url=estate.endpoint, regions=(HERE, THERE), home=folder, workbook=False)
    )
    seen = look("s3_bucket_default_encryption", arn)
    assert seen.regions == (THERE,)
    assert [one.change for one in seen.results] == ["same"]


def test_what_people_say_is_judged_without_aws(folder, monkeypatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    name = "attest_encryption_policy_document"
    seen = looking.look(Request(home=folder), name, "answers.yaml#artefacts/encryption-policy")
    (one,) = seen.results
    assert (one.finding.source, seen.calls, seen.account) == ("attestation", {}, ACCOUNT)
    assert one.read["owner"] == "B. Osei"


@pytest.mark.parametrize(
    ("check", "resource", "code", "words"),
    [
        ("ec2_ebs_volume_encrypted_", "*", 2, "Did you mean 'ec2_ebs_volume_encrypted'"),
        (VOLUME, f"arn:aws:ec2:{HERE}:{ACCOUNT}:volume/vol-none", 2, "There is no"),
        (VOLUME, f"arn:aws:ec2:eu-wst-1:{ACCOUNT}:volume/vol-1", 2, "Did you mean 'eu-west-1'"),
        (VOLUME, f"arn:aws:ec2:{HERE}:111111111111:volume/vol-1", 4, "of account 111111111111"),
    ],
)
def test_what_nobody_knows_is_refused_with_the_nearest_right_word(
    look, folder, check, resource, code, words
) -> None:
    with pytest.raises(KitError, match=words) as error:
        look(check, resource)
    assert error.value.exit_code == code


@pytest.mark.parametrize(
    ("check", "below"),
    [
        ("attest_raci_matrix", "raci/*"),
        ("attest_artefact_register", "artefacts/*"),
        ("iam_encryption_roles_exist", "principals/*"),
    ],
)
def test_what_people_say_of_each_question_is_looked_at_as_the_review_did(
    look, check, below, tmp_path, estate
) -> None:
    """A matrix has a line for each practice that the questions name."""
    company = Path(simulated.__file__).parent / "company" / "answers.yaml"
    (tmp_path / "answers.yaml").write_text(company.read_text())
    asked = Request(
        endpoint_url=estate.endpoint, regions=(HERE, THERE), home=tmp_path, workbook=False
    )
    told = archive.load_findings(run.review(asked).run)
    before = {f.resource: f.outcome for f in told if f.check == check}
    seen = looking.look(asked, check, f"answers.yaml#{below}")
    assert {one.resource: one.finding and one.finding.outcome for one in seen.results} == before
    assert len(before) > 1 and {one.change for one in seen.results} == {"same"}
    assert all(one.read for one in seen.results)


def test_without_aws_only_people_can_be_asked(folder) -> None:
    with pytest.raises(KitError, match="leave out --no-aws"):
        looking.look(Request(home=folder, no_aws=True), VOLUME, "*")


EVERYWHERE = (
    "backup_plan_exists",
    "backup_role_separation",
    "kms_disabled_key_in_use",
    "kms_multi_region_key_usage",
    "monitoring_kms_disable_delete",
    "s3_bucket_default_encryption",
    "s3_replication_destination_kms",
    "secretsmanager_secret_key_level",
)


def test_a_second_look_says_what_a_whole_review_says(tmp_path) -> None:
    """Reading less never changes a verdict: for each outcome of checks that join much."""
    account = "333344448888"
    with simulated.serve(account) as estate:
        simulated.found(estate)
        asked = Request(endpoint_url=estate.endpoint, out=tmp_path, workbook=False)
        reviewed = run.review(msgspec.structs.replace(asked, regions=(HERE, THERE)))
        met = {
            (f.check, f.outcome): f
            for f in archive.load_findings(reviewed.run)
            if f.check in EVERYWHERE and f.resource_type != "Kit::Table"
        }
        assert len(met) > len(EVERYWHERE)
        for finding in met.values():
            seen = looking.look(asked, finding.check, finding.resource)
            found = {one.finding.finding: one.finding for one in seen.results if one.finding}
            again = found[finding.finding]
            assert (again.outcome, again.because) == (finding.outcome, finding.because)


# The command


@pytest.fixture
def wa_kit(monkeypatch, capsys, folder, estate) -> Any:
    def command(*words: object) -> tuple[int, str, str]:
        monkeypatch.chdir(folder)
        place = ("--endpoint-url", estate.endpoint)
        monkeypatch.setattr(sys, "argv", ["wa-kit", "review", *place, *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return command


def test_the_command_prints_what_it_read_and_how_to_see_it(wa_kit, volumes) -> None:
    code, printed, _ = wa_kit("--check", VOLUME, "--resource", volumes[1])
    assert code == 0
    for words in (
        "SIMULATION",
        "fail (high)",
        "read       encryption = none",
        "see it     aws ec2 describe-volumes",
        "before     fail (high)",
        "since      unchanged",
        "expires 2020-01-01, covers nothing now",
        "dispute    fixed, look again, by C. Lindqvist",
    ):
        assert words in printed, words
    assert "\x1b" not in printed


def test_as_json_it_is_one_object(wa_kit, volumes) -> None:
    code, printed, said = wa_kit("--check", VOLUME, "--resource", volumes[1], "--json")
    told = json.loads(printed)
    assert (code, said, told["check"], told["results"][0]["change"]) == (0, "", VOLUME, "same")


def test_neither_goes_without_the_other(wa_kit) -> None:
    for alone in (("--check", VOLUME), ("--resource", "*")):
        code, _, said = wa_kit(*alone)
        assert (code, "go together" in said) == (2, True)


def test_a_wrong_account_is_4_and_reads_nothing(wa_kit, volumes, estate) -> None:
    start = len(estate.calls)
    words = ("--check", VOLUME, "--resource", volumes[0], "--account", "111111111111")
    assert wa_kit(*words)[0] == 4
    assert {operation for _, operation, _ in estate.calls[start:]} == {"GetCallerIdentity"}


def test_a_name_cannot_reach_the_terminal_as_control_characters(wa_kit, estate) -> None:
    tags = [{"Key": "Name", "Value": "\u202e[red]x"}]
    arn = volume(estate, TagSpecifications=[{"ResourceType": "volume", "Tags": tags}])
    _, printed, _ = wa_kit("--check", VOLUME, "--resource", arn)
    estate.client("ec2", HERE).delete_volume(VolumeId=id_of(arn))
    assert "\u202e" not in printed and "[red]x" in printed
