"""What keeps the kit quick, counted and never timed: imports, calls, clients, steps of judging."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator

import pytest
from botocore.loaders import Loader
from tools import REGION

from benchmarks.clients import tables
from benchmarks.judging import enlarged
from benchmarks.recording import Noting, Recorder, record
from wa_kit import aws, simulated
from wa_kit.checks import CHECKS
from wa_kit.evidence import gather
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.judging import judge
from wa_kit.lean import LeanFiles
from wa_kit.model import Context, Evidence
from wa_kit.simulated.estate import Estate

ACCOUNT = "555566667777"  # of no other test's estate
HEAVY = ("boto3", "botocore", "pandas", "papermill", "nbconvert", "plotly", "IPython", "moto")


@pytest.fixture(scope="module")
def estate() -> Iterator[Estate]:
    with simulated.serve(ACCOUNT) as made:
        simulated.seed_many(made, 80)
        yield made


@pytest.fixture(scope="module")
def recorded(estate: Estate) -> tuple[Recorder, Noting, Evidence]:
    return record(estate, tables())


@pytest.mark.parametrize(
    "imported",
    [
        "wa_kit.cli",
        "wa_kit.run",
        "wa_kit.judging",
        "wa_kit.simulated",
    ],
)
def test_what_starts_the_kit_imports_nothing_heavy(imported: str) -> None:
    heavy = subprocess.run(
        [
            sys.executable,
            "-c",
            f"import sys, {imported}; print(*sys.modules.keys() & {set(HEAVY)!r})",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    assert heavy.stdout.split() == []


def test_the_help_imports_nothing_heavy() -> None:
    program = (
        "import atexit, sys\n"
        f"atexit.register(lambda: print('heavy:', *sys.modules.keys() & {set(HEAVY)!r}))\n"
        "from wa_kit.cli import main\n"
        "main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "--help"], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1].split() == ["heavy:"]


def test_no_fact_is_asked_for_twice(recorded: tuple[Recorder, Noting, Evidence]) -> None:
    recorder, gate, _ = recorded
    assert recorder.made == len(recorder.answers) == sum(gate.calls.values())


def test_a_service_of_a_region_has_one_client(
    estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []
    session = aws.open_session("testing", "testing", region_name=REGION)
    make = session.client

    def counted(service: str, region_name: str, **given: object) -> object:
        made.append((service, region_name))
        return make(service, region_name=region_name, **given)

    monkeypatch.setattr(session, "client", counted)
    with aws.Gate(session, endpoint_url=estate.endpoint, max_rate=1e9) as gate:
        gather(gate, ACCOUNT, simulated.REGIONS, [S3Bucket])
    assert sorted(set(made)) == sorted(made)


def test_what_a_listing_tells_whole_is_listed_once_in_each_region(
    recorded: tuple[Recorder, Noting, Evidence],
) -> None:
    _, gate, _ = recorded
    listings = ("ec2:DescribeVolumes", "kms:ListKeys", "rds:DescribeDBSnapshots")
    assert [gate.calls[name] for name in listings] == [3, 3, 3]


@pytest.mark.parametrize("more", [2, 4])
def test_the_steps_of_judging_grow_as_the_rows_do(
    more: int, recorded: tuple[Recorder, Noting, Evidence]
) -> None:
    _, _, evidence = recorded
    few, many = enlarged(evidence, 400), enlarged(evidence, 400 * more)
    _steps(few)  # what is made once for all
    assert _steps(many) <= 1.1 * more * _steps(few)


def _steps(evidence: Evidence) -> int:
    """How many functions are called to judge ``evidence``."""
    context = Context(now=dt.datetime(2026, 11, 1, tzinfo=dt.UTC), account=ACCOUNT)
    steps = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal steps
        steps += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        judge(evidence, list(CHECKS.values()), context)
    finally:
        sys.setprofile(None)
    return steps


@pytest.mark.parametrize("service", ["s3", "kms", "rds", "ec2", "dynamodb"])
@pytest.mark.parametrize("kind", ["service-2", "paginators-1", "endpoint-rule-set-1"])
def test_a_lean_description_lacks_nothing_but_prose(service: str, kind: str) -> None:
    lean, usual = Loader(file_loader=LeanFiles()), Loader()
    assert _bare(lean.load_service_model(service, kind)) == _bare(
        usual.load_service_model(service, kind)
    )


def _bare(described: object) -> object:
    if isinstance(described, dict):
        return {
            name: _bare(value)
            for name, value in described.items()
            if name != "documentation" or not isinstance(value, str)
        }
    return [_bare(item) for item in described] if isinstance(described, list) else described


def test_a_description_that_is_not_there_is_none() -> None:
    files = LeanFiles()
    assert not files.exists("/nowhere/service-2")
    assert files.load_file("/nowhere/service-2") is None
