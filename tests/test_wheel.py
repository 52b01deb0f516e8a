"""The wheel as people install it: what is in it, and that it works far from its sources."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import wa_kit

ROOT = Path(__file__).parents[1]
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")
TRAVELS = {  # where it lies here -> where it lies in the wheel
    "notebooks": "wa_kit/_data/notebooks",
    "questionnaires": "wa_kit/_data/questionnaires",
    "templates": "wa_kit/_data/templates",
    "wa_kit": "wa_kit",
}


def run(*command: object, **more: object) -> subprocess.CompletedProcess[str]:
    words = [str(word) for word in command]
    done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    if importlib.util.find_spec("hatchling") is None:
        pytest.skip("building the wheel needs hatchling: pip install 'wa-kit[dev]'")
    folder = tmp_path_factory.mktemp("wheel")
    run(*PIP, "wheel", "--no-deps", "--no-build-isolation", "--no-index", "-w", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def contents(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """The programs of an environment of its own, which borrows all but the kit from this one.

    A path in a .pth file is searched, but the .pth files on it are not followed: the sources that
    an editable installation points to stay out of reach. nbconvert keeps its templates in share/.
    """
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", folder)
    python = folder / "bin" / "python"
    run(*PIP, "--python", python, "install", "--no-deps", "--no-index", wheel)
    packages = Path(sysconfig.get_path("purelib", vars={"base": folder}))
    (packages / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    (folder / "share" / "jupyter").mkdir(parents=True)
    share = Path("share", "jupyter", "nbconvert")
    (folder / share).symlink_to(Path(sys.prefix, share))
    return folder / "bin"


@pytest.fixture
def far_away(tmp_path):
    """A folder, and an environment, from which nothing leads back to the sources."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return {"cwd": tmp_path, "env": kept}


@pytest.mark.parametrize("folder", TRAVELS)
def test_everything_the_kit_needs_travels_in_the_wheel(contents, folder):
    listing = ("git", "ls-files", "--cached", "--others", "--exclude-standard", folder)
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"only git knows which files belong here: {listed.stderr.strip()}")
    names = [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    assert names
    wanted = {f"{TRAVELS[folder]}{name.removeprefix(folder)}" for name in names}
    assert not wanted - contents


def test_nothing_else_travels(contents):
    outside = {name for name in contents if not name.startswith("wa_kit/")}
    assert {name.partition("/")[0] for name in outside} == {
        f"wa_kit-{wa_kit.__version__}.dist-info"
    }
    strangers = ("tests/", "__pycache__", ".cache", ".ipynb_checkpoints", ".pyc", ".egg-info")
    assert not {name for name in contents if any(part in name for part in strangers)}
    assert "wa_kit/simulated/company/workload.yaml" in contents


def test_the_wheel_names_no_machine(wheel):
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            assert str(ROOT).encode() not in archive.read(name), name


def test_the_installed_kit_is_the_one_in_the_wheel(installed, far_away):
    found = run(installed / "python", "-c", "import wa_kit; print(wa_kit.__file__)", **far_away)
    assert Path(found.stdout.strip()).is_relative_to(installed.parent)


def test_the_installed_kit_lists_its_checks_and_makes_a_review_folder(installed, far_away):
    from wa_kit.checks import CHECKS

    printed = run(installed / "wa-kit", "checks", "--json", **far_away).stdout
    assert {check["id"] for check in json.loads(printed)} == set(CHECKS)
    run(installed / "wa-kit", "init", "mine", **far_away)
    made = {path.name for path in (far_away["cwd"] / "mine").iterdir()}
    assert {"workload.yaml", "answers.yaml", "README.md", ".gitignore"} <= made


def test_the_installed_kit_runs_the_demo(installed, far_away):
    printed = run(installed / "wa-kit", "demo", "--out", "shown", "--json", **far_away).stdout
    result = json.loads(printed)
    report = far_away["cwd"] / result["report"]
    assert report.is_relative_to(far_away["cwd"] / "shown")
    assert result["simulation"] is True
    assert report.stat().st_size > 100_000
    assert (report.parent / "workbook.ipynb").is_file()
