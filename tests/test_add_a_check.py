"""docs/add-a-check.md, applied literally to a copy of the repository.

It runs there what ``make check`` runs, the page's own tests, and the house's promises.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "add-a-check.md"
NEW_CHECK = "ecr_repository_key_level"
BLOCK = re.compile(
    r"^(?P<how>New file|Add to) `(?P<path>[^`]+)`(?:, after the line `(?P<after>[^`]+)`)?:\n\n"
    r"```\w+\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


class Snippet(NamedTuple):
    path: str
    text: str
    after: str | None  # the line it follows; None for a new file


def snippets() -> list[Snippet]:
    found = BLOCK.finditer(PAGE.read_text(encoding="utf-8"))
    return [Snippet(match["path"], match["text"], match["after"]) for match in found]


def apply(snippet: Snippet, repository: Path) -> None:
    path = repository / snippet.path
    if snippet.after is None:
        assert not path.exists(), f"{snippet.path} is there already: choose another example"
        path.write_text(snippet.text, encoding="utf-8")
        return
    line, text = f"{snippet.after}\n", path.read_text(encoding="utf-8")
    assert text.count(line) == 1, f"{snippet.path} no longer has the line {snippet.after!r} once"
    path.write_text(text.replace(line, line + snippet.text), encoding="utf-8")


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def changed(tmp_path_factory):
    """A copy of the repository with the page applied, and the names of the files it touched."""
    listing = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    listed = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip(f"only git knows which files belong to the repository: {listed.stderr.strip()}")
    copy = tmp_path_factory.mktemp("repository")
    for name in listed.stdout.rstrip("\0").split("\0"):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)
    before = files_of(copy)
    for snippet in snippets():
        apply(snippet, copy)
    after = files_of(copy)
    touched = {name for name in after.keys() | before.keys() if after.get(name) != before.get(name)}
    return copy, touched


def run(copy: Path, *command: str) -> str:
    """Run a command in the copy, by the tools and packages of this environment."""
    tools = Path(sys.executable).parent
    env = os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}
    env = {name: value for name, value in env.items() if not name.startswith("PYTEST_")}
    done = subprocess.run(command, cwd=copy, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def made_by(target: str) -> list[str]:
    """The commands of a target of the Makefile."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe, f"the Makefile has no target {target}"
    return [line.strip().removeprefix("$(BIN)/") for line in recipe[1].splitlines()]


def test_the_page_touches_at_most_four_files_and_no_other(changed):
    _, touched = changed
    assert touched == {snippet.path for snippet in snippets()}
    assert len(touched) <= 4


@pytest.mark.parametrize("command", made_by("check"))
def test_make_check_is_green_with_the_new_check(changed, command):
    copy, _ = changed
    run(copy, *command.split())


def test_the_new_tests_and_the_promises_of_the_house_hold(changed):
    copy, touched = changed
    tests = sorted(name for name in touched if name.startswith("tests/"))
    held = ("tests/test_house.py", "tests/test_questionnaires.py")
    run(copy, sys.executable, "-m", "pytest", "-q", *tests, *held)


def test_the_new_check_is_in_the_catalogue(changed):
    copy, _ = changed
    printed = run(copy, sys.executable, "-m", "wa_kit.cli", "checks", "--json")
    (found,) = [check for check in json.loads(printed) if check["id"] == NEW_CHECK]
    assert found["title"] == "ECR repository key level."
    assert found["severity"] == "low"
