"""The commands as people run them: what they print, return, and leave behind."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from wa_kit import cli, simulated, terminal
from wa_kit.checks import CHECKS
from wa_kit.collecting import Ready
from wa_kit.model import NotRead, Reason
from wa_kit.permissions import Probe

ACCOUNT = "012345678901"  # with a leading zero, which must survive everywhere
REGION = "eu-west-1"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        served.client("ec2", REGION).create_volume(AvailabilityZone=f"{REGION}a", Size=8)
        yield served


@pytest.fixture(autouse=True)
def nobody(monkeypatch, tmp_path):
    """No credentials but those of the estate, and an empty folder to stand in."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def wa_kit(monkeypatch, capsys):
    """Run a command; its exit code, what it printed, and what it said on stderr."""

    def run(*words: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["wa-kit", *map(str, words)])
        with pytest.raises(SystemExit) as left:
            cli.main()
        printed = capsys.readouterr()
        return left.value.code or 0, printed.out, printed.err

    return run


@pytest.fixture
def review(wa_kit, estate):
    """A review of one region of the estate, without its workbook."""

    def run(*words: object) -> tuple[int, str, str]:
        place = ("--endpoint-url", estate.endpoint, "--region", REGION, "--no-workbook")
        return wa_kit("review", *place, "--questionnaire", "encryption-enforcement", *words)

    return run


def test_a_review_names_its_run_and_keeps_the_leading_zero(review, tmp_path):
    code, printed, _ = review()
    assert code == 0
    (run,) = (tmp_path / "runs" / ACCOUNT).iterdir()
    assert str(run.relative_to(tmp_path)) in printed
    assert "SIMULATION" in printed
    assert json.loads((run / "manifest.json").read_text())["account"] == ACCOUNT
    assert f'"account":"{ACCOUNT}"' in (run / "findings.jsonl").read_text().replace(" ", "")


def test_a_review_as_json_is_one_object_and_nothing_else(review):
    code, printed, said = review("--json")
    result = json.loads(printed)
    assert (code, result["exit_code"], result["account"], said) == (0, 0, ACCOUNT, "")
    assert result["summary"]["questions"][0]["id"] == "encryption-enforcement"


def test_a_quiet_review_prints_nothing(review):
    assert review("--quiet") == (0, "", "")


def test_failures_at_or_above_a_severity_give_1_and_outrank_3(review, estate):
    assert review("--fail-on", "critical", "-q")[0] == 0
    assert review("--fail-on", "high", "-q")[0] == 1
    with estate.deny("efs:DescribeFileSystems"):
        assert review("-q")[0] == 3
        assert review("--fail-on", "high", "-q")[0] == 1


def test_what_was_denied_is_named_in_the_terminal(review, estate):
    with estate.deny("efs:DescribeFileSystems"):
        code, printed, _ = review()
    assert code == 3
    assert re.search(r"elasticfilesystem:DescribeFileSystems denied in eu-west-1", printed)


def test_no_colour_where_there_is_no_terminal(review):
    _, printed, said = review()
    assert "\x1b" not in printed + said


def test_a_name_cannot_reach_the_terminal_as_control_characters(review, estate):
    tags = [{"Key": "Name", "Value": "\u202e[red]x"}]
    volume = estate.client("ec2", REGION).create_volume(
        AvailabilityZone=f"{REGION}a",
        Size=9,
        TagSpecifications=[{"ResourceType": "volume", "Tags": tags}],
    )
    _, printed, _ = review()
    estate.client("ec2", REGION).delete_volume(VolumeId=volume["VolumeId"])
    assert "\u202e" not in printed
    assert "[red]x" in printed


def test_what_is_printed_holds_no_escape_sequence():
    assert "\x1b" not in terminal.safe("\x1b[2Jgone")
    assert "gone" in terminal.safe("\x1b[2Jgone")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--account", "12345"], 2, r"--account '12345' is no account id: it takes twelve digits"),
        (["--account", "999999999999"], 4, r"open account 012345678901, not 999999999999"),
        (["--region", "eu-west-9"], 2, r"There is no region 'eu-west-9'\. Did you mean 'eu-"),
        (["--profile", "nobody"], 4, r"There is no AWS profile 'nobody'"),
        (["--role", "reviewer"], 4, r"--role reviewer is a name: say in which account"),
        (
            ["--questionnaire", "keys"],
            2,
            r"there is no questionnaire 'keys'\. There are: access-control",
        ),
        (["--workload", "nowhere.yaml"], 2, r"nowhere\.yaml: there is no such file"),
        (["--endpoint-url", "http://127.0.0.1:9"], 4, r"127\.0\.0\.1:9 cannot be reached"),
        (["--max-rate", "0"], 2, r"0\.1"),
        (["--fail-on", "terrible"], 2, r"terrible"),
        (["--no-such-option"], 2, r"No such option"),
    ],
)
def test_wrong_input_is_a_line_or_two_and_leaves_nothing(review, tmp_path, words, code, says):
    got, printed, said = review(*words)
    assert got == code
    assert re.search(says, said.replace("\n", " ")), said
    assert "Traceback" not in said + printed
    assert not (tmp_path / "runs").exists()


def test_missing_credentials_say_what_to_do(review, monkeypatch, tmp_path):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    code, _, said = review()
    assert (code, said.count("wa-kit:")) == (4, 1)
    assert said.splitlines()[-1].startswith("wa-kit: No AWS credentials found")
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("error", "says"),
    [("ExpiredToken", "have expired"), ("InvalidClientTokenId", "does not accept")],
)
def test_credentials_that_aws_refuses_are_told_apart(review, estate, error, says):
    with estate.deny("sts:GetCallerIdentity", code=error):
        code, _, said = review()
    assert code == 4
    assert says in said


def test_an_expired_sso_login_says_how_to_log_in_again(review, monkeypatch, tmp_path):
    config = tmp_path / "config"
    config.write_text(
        "[profile work]\nsso_start_url = https://example.awsapps.com/start\n"
        "sso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = Audit\n"
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("HOME", str(tmp_path))
    code, _, said = review("--profile", "work")
    assert code == 4
    assert "Log in again: aws sso login --profile work" in said


def test_a_role_that_lands_in_another_account_is_refused_before_the_first_read(review, estate):
    estate.calls.clear()
    role = "arn:aws:iam::555566667777:role/reviewer"
    code, _, said = review("--role", role, "--account", ACCOUNT)
    assert code == 4
    assert "open account 555566667777, not 012345678901" in said
    assert {call[0] for call in estate.calls} == {"sts"}


def test_an_account_the_workload_does_not_list_is_refused(review, tmp_path):
    (tmp_path / "workload.yaml").write_text("accounts: ['111122223333', '444455556666']\n")
    code, _, said = review()
    assert code == 4
    assert "which workload.yaml does not list" in said


def test_a_misspelt_key_names_file_line_and_the_right_word(review, tmp_path):
    (tmp_path / "workload.yaml").write_text("name: Till\nregion: [eu-west-1]\n")
    code, _, said = review()
    assert code == 2
    assert said.startswith("wa-kit: workload.yaml: line 2: there is no key 'region' here. Did you")


def test_a_workload_scopes_the_review(wa_kit, estate, tmp_path):
    (tmp_path / "workload.yaml").write_text(
        f"name: Till\naccounts: ['{ACCOUNT}']\nregions: [us-east-1]\n"
    )
    words = ("--endpoint-url", estate.endpoint, "--no-workbook", "--json")
    _, printed, _ = wa_kit("review", *words, "--questionnaire", "access-control")
    run = Path(json.loads(printed)["run"])
    assert json.loads((run / "manifest.json").read_text())["regions"] == ["us-east-1"]


def test_the_stages_of_a_review_one_by_one(wa_kit, estate, tmp_path):
    place = ("--endpoint-url", estate.endpoint, "--region", REGION, "--json")
    _, printed, _ = wa_kit("collect", *place)
    collected = Path(json.loads(printed)["run"])
    assert not (collected / "findings.jsonl").exists()
    before = len(estate.calls)
    _, printed, _ = wa_kit("judge", collected, "--json")
    judged = Path(json.loads(printed)["run"])
    assert (judged / "findings.jsonl").exists()
    assert len(estate.calls) == before
    derived = json.loads((judged / "manifest.json").read_text())["derived_from"]
    assert derived["run"] == collected.name
    for run in (collected, judged):
        assert wa_kit("verify", run, "-q")[0] == 0


def test_judging_again_gives_the_same_findings(review, wa_kit):
    run = Path(json.loads(review("--json")[1])["run"])
    asked = ("--questionnaire", "encryption-enforcement")
    again = Path(json.loads(wa_kit("judge", run, *asked, "--json")[1])["run"])
    assert (again / "findings.jsonl").read_text() == (run / "findings.jsonl").read_text()


def test_a_review_without_aws_makes_the_peoples_half(wa_kit, tmp_path, estate):
    before = len(estate.calls)
    code, printed, _ = wa_kit("review", "--no-aws", "--no-workbook", "--json")
    assert (code, len(estate.calls)) == (0, before)
    summary = json.loads(printed)["summary"]
    assert {q["standing"] for q in summary["questions"]} == {"ask"}


def test_verify_says_what_was_altered_and_that_nothing_is_signed(review, wa_kit):
    run = Path(json.loads(review("--json")[1])["run"])
    code, printed, _ = wa_kit("verify", run)
    assert code == 0
    assert "Whole" in printed and "UNSIGNED" in printed
    (run / "findings.csv").write_text("nothing to see here")
    code, printed, _ = wa_kit("verify", run)
    assert code == 1
    assert "findings.csv: altered" in printed


def test_verify_of_no_run_is_4(wa_kit, tmp_path):
    code, _, said = wa_kit("verify", tmp_path)
    assert code == 4
    assert "this is no run folder" in said


@pytest.mark.parametrize("form", ["json", "cloudformation", "terraform"])
def test_the_policy_is_short_enough_and_only_reads(wa_kit, form):
    code, printed, _ = wa_kit("policy", "--format", form)
    assert code == 0
    actions = re.findall(r'"([a-z0-9-]+:[A-Za-z]+)"', printed)
    verbs = {re.match("[A-Z][a-z]+", action.partition(":")[2])[0] for action in actions}
    assert verbs <= {"Describe", "Get", "List", "Lookup", "Search"}
    assert not {"secretsmanager:GetSecretValue", "s3:GetObject", "ssm:GetParameter"} & set(actions)


def test_the_policy_of_one_question_is_a_part_of_the_whole(wa_kit):
    whole = set(json.loads(wa_kit("policy")[1])["Statement"][0]["Action"])
    part = set(
        json.loads(wa_kit("policy", "--questionnaire", "access-control")[1])["Statement"][0][
            "Action"
        ]
    )
    assert part < whole


def test_preflight_counts_the_calls_a_review_makes(wa_kit, review, estate):
    place = ("--endpoint-url", estate.endpoint, "--region", REGION)
    code, printed, _ = wa_kit("preflight", *place, "--json")
    assert code == 0
    said = json.loads(printed)["calls"]
    _, printed, _ = wa_kit("review", *place, "--no-workbook", "--json")
    made = json.loads((Path(json.loads(printed)["run"]) / "manifest.json").read_text())["calls"]
    assert said == pytest.approx(sum(made.values()), rel=0.1)


def test_preflight_names_the_permission_that_is_missing(wa_kit, estate):
    with estate.deny("kms:ListKeys"):
        code, printed, _ = wa_kit(
            "preflight", "--endpoint-url", estate.endpoint, "--region", REGION
        )
    assert code == 3
    assert re.search(r"Permissions that are missing:\n  kms:ListKeys in eu-west-1", printed)


def test_preflight_tells_a_missing_permission_from_what_none_would_open(capsys):
    def probe(table: str, why: NotRead) -> Probe:
        return Probe(table=table, region=REGION, calls=1, not_read=(why,))

    untold = probe("S3Bucket", NotRead(Reason.NOT_KNOWABLE, detail="S3 named no default"))
    denied = probe("KmsKey", NotRead(Reason.DENIED, "kms:ListKeys", "kms:ListKeys"))
    cut = probe("Trail", NotRead(Reason.UNREACHABLE, "cloudtrail:DescribeTrails"))
    ready = Ready(account=ACCOUNT, caller="me", regions=(REGION,), probes=(untold, denied, cut))
    terminal.print_ready(ready)
    said = capsys.readouterr().out
    assert "missing:\n  kms:ListKeys in eu-west-1\n" in said
    assert "Trail: cloudtrail:DescribeTrails gave no answer in eu-west-1\n" in said
    assert "whatever is permitted:\n  S3Bucket: S3 named no default in eu-west-1\n" in said
    terminal.print_ready(msgspec.structs.replace(ready, probes=(untold,)))
    assert "Nothing is missing." in capsys.readouterr().out


def test_the_catalogue_lists_every_check(wa_kit):
    _, printed, _ = wa_kit("checks")
    assert all(check in printed for check in CHECKS)
    assert {entry["id"] for entry in json.loads(wa_kit("checks", "--json")[1])} == set(CHECKS)


def test_one_check_is_explained_and_a_misspelt_one_is_corrected(wa_kit):
    _, printed, _ = wa_kit("checks", "ec2_ebs_volume_encrypted")
    assert "ec2:DescribeVolumes" in printed
    code, _, said = wa_kit("checks", "ec2_ebs_volume_encrypt")
    assert code == 2
    assert "Did you mean 'ec2_ebs_volume_encrypted'?" in said


def test_every_command_has_help(wa_kit):
    names = [command.callback.__name__ for command in cli.app.registered_commands]
    assert set(names) >= {
        "demo", "init", "review", "collect", "judge", "report", "policy", "preflight", "verify",
        "checks",
    }  # fmt: skip
    for name in names:
        code, printed, _ = wa_kit(name, "--help")
        assert code == 0
        assert "Usage" in printed


def test_the_version_is_printed(wa_kit):
    assert wa_kit("--version")[1].startswith("wa-kit 0.")


def test_stopping_a_run_leaves_nothing(review, monkeypatch, tmp_path):
    from wa_kit import run

    def interrupted(*_: object, **__: object):
        raise KeyboardInterrupt

    monkeypatch.setattr(run, "judge", interrupted)
    code, _, said = review()
    assert (code, said.splitlines()[-1]) == (130, "wa-kit: Stopped. Nothing was written.")
    assert not (tmp_path / "runs").exists()


def test_the_command_works_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "wa_kit.cli", "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("wa-kit")
