"""The promises of the house, each held once over everything that is registered or written."""

from __future__ import annotations

import ast
import csv
import inspect
import json
import re
import shlex
import string
import subprocess
import sys
from functools import cache
from pathlib import Path

import botocore.exceptions
import botocore.session
import pytest
import typer
from botocore import xform_name

import wa_kit
from wa_kit import cli
from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS, tables_for
from wa_kit.model import SEVERITIES, Account, Attestation, DataStore, Encrypted, Region, Row
from wa_kit.questionnaire import load_all

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "wa_kit").rglob("*.py"))
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LOCKS = sorted(ROOT.glob("*.lock"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
QUESTIONS = load_all(known_checks=CHECKS)
with (Path(__file__).parent / "catalogue.csv").open(encoding="utf-8", newline="") as _file:
    CATALOGUE = list(csv.DictReader(_file))

every_check = pytest.mark.parametrize("check", CHECKS.values(), ids=lambda check: check.id)
every_table = pytest.mark.parametrize("table", COLLECTORS, ids=lambda table: table.__name__)
every_module = pytest.mark.parametrize(
    "path", MODULES, ids=lambda path: str(path.relative_to(ROOT / "wa_kit"))
)
every_page = pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


# Checks

DELETES = re.compile(
    r"\b(?:delete|destroy|purge|wipe|erase|shred)s?\b|\bschedule-key-deletion\b|\bdelete-\w+|"
    r"\bremove\b.{0,20}\b(?:key|volume|snapshot|table|bucket|object|database|secret|vault)s?\b",
    re.IGNORECASE,
)


@every_check
def test_every_check_says_what_it_is_why_and_what_to_do(check):
    assert check.title.endswith(".") and "\n" not in check.title
    assert check.title == inspect.getdoc(check.function).splitlines()[0]
    assert len(check.why.split()) >= 10
    assert check.remedy.endswith((".", "]")) or check.remedy.startswith("aws ")
    assert check.docs.startswith("https://docs.aws.amazon.com/")
    assert check.severity in SEVERITIES


@every_check
def test_no_remedy_proposes_to_delete_a_key_or_data(check):
    proposed = check.remedy
    for harmless in (  # what a remedy withholds or refuses, or what is no data
        "Take the right to delete backups",
        "Give the deletion of backups to roles of their own",
        "with a Deny of deleting",
        "of deleting the vault",
    ):
        proposed = proposed.replace(harmless, "")
    assert not DELETES.search(proposed), check.remedy


@pytest.mark.parametrize(
    "remedy",
    [
        "Copy the snapshot, then delete the plain one.",
        "aws kms schedule-key-deletion --key-id KEY",
        "aws ec2 delete-snapshot --snapshot-id SNAPSHOT",
        "Remove the old volume.",
    ],
)
def test_a_remedy_that_deletes_would_be_caught(remedy):
    assert DELETES.search(remedy)


@every_check
def test_every_check_can_be_judged_and_is_asked_for_by_a_question(check):
    assert check.needs or issubclass(check.judges, Account | Region | Attestation)
    assert all(table in COLLECTORS for table in check.needs)
    assert any(check.id in question.checks for question in QUESTIONS)


@cache
def what_tests_say() -> str:
    paths = sorted((ROOT / "tests").glob("test_checks_*.py"))
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


@every_check
def test_every_check_is_named_by_a_test_of_its_own(check):
    assert re.search(rf"\b{check.id}\b", what_tests_say()), f"no test of checks names {check.id}"


@pytest.mark.parametrize("row", CATALOGUE, ids=lambda row: row["id"])
def test_an_id_never_changes_its_meaning(row):
    """tests/catalogue.csv is what was promised. New checks join it when they are released."""
    check = CHECKS[row["id"]]
    assert check.title.removesuffix(".") == row["title"].removesuffix(".")
    assert check.severity == row["severity"]
    assert row["question"] in {q.id for q in QUESTIONS if check.id in q.checks}


def test_the_catalogue_lists_each_check_once():
    ids = [row["id"] for row in CATALOGUE]
    assert len(ids) == len(set(ids)) >= 59


# Tables, and the AWS CLI lines that show their rows

CLI_NAMES = {"s3api": "s3", "configservice": "config"}  # where the AWS CLI and boto3 differ


@cache
def service_model(name: str) -> botocore.model.ServiceModel:
    return botocore.session.get_session().get_service_model(CLI_NAMES.get(name, name))


def assert_the_aws_cli_understands(line: str) -> None:
    """The service, the operation, every option, and nothing that is required left out."""
    program, service, operation, *words = shlex.split(line)
    assert program == "aws"
    model = service_model(service)
    shapes = {xform_name(name, "-"): name for name in model.operation_names}
    assert operation in shapes, f"aws {service} has no {operation}"
    shape = model.operation_model(shapes[operation]).input_shape
    options = {word for word in words if word.startswith("--")} - {"--region", "--query"}
    members = {f"--{xform_name(name, '-')}": name for name in (shape.members if shape else {})}
    assert options <= members.keys(), f"aws {service} {operation} has no {options - members.keys()}"
    given = {members[option] for option in options}
    required = set(shape.required_members) if shape else set()
    assert required <= given, f"aws {service} {operation} needs {required - given}"


def fields_in(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_check_of_what_aws_tells_can_be_looked_up_by_hand():
    for check in CHECKS.values():
        for table in tables_for([check.judges]) or [check.judges]:
            line = check.see or table.see
            if issubclass(table, Attestation):
                continue
            assert line, f"{check.id} on {table.__name__} has no CLI line"
            assert fields_in(line) <= set(table.__struct_fields__), line
            assert_the_aws_cli_understands(line.format(**dict.fromkeys(fields_in(line), "x")))


@pytest.mark.parametrize(
    "line",
    [
        "aws elasticfilesystem describe-file-systems --region x",
        "aws efs describe-filesystems --region x",
        "aws efs describe-file-systems --region x --file-systems x",
        "aws kms get-key-policy --region x --policy-name default",
    ],
)
def test_a_line_that_the_aws_cli_refuses_would_be_caught(line):
    with pytest.raises((AssertionError, botocore.exceptions.UnknownServiceError)):
        assert_the_aws_cli_understands(line)


@every_table
def test_every_table_says_what_it_is(table):
    assert re.fullmatch(r"AWS::\w+::\w+|Kit::\w+", table.resource_type)
    assert table.service
    assert inspect.getdoc(table) not in {inspect.getdoc(base) for base in BASES}
    assert fields_in(table.see) <= set(table.__struct_fields__)


BASES = (Row, Encrypted, DataStore)


def test_no_two_tables_share_a_name():
    names = [table.__name__ for table in COLLECTORS]
    assert len(names) == len(set(names)), "a table's name is its file in an archive"


# Commands

COMMANDS = typer.main.get_command(cli.app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_and_is_in_the_readme(name):
    command = COMMANDS[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name} has no help"
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(rf"`(?:wa-kit )?{name}\b", readme), f"the README does not name {name}"


# Notebooks

STATEMENTS = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Try, ast.With)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_every_notebook_is_stripped_and_thin(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    for cell in code:
        source = "".join(cell["source"])
        assert cell["outputs"] == [] and cell["execution_count"] is None, source
        assert not [node for node in ast.walk(ast.parse(source)) if isinstance(node, STATEMENTS)]
        assert "boto" not in source


# What loads what

HEAVY = ("pandas", "numpy", "boto3", "botocore", "papermill", "nbconvert", "plotly", "IPython")


@pytest.mark.parametrize(
    ("does", "without"),
    [
        ("from wa_kit import cli; cli.app(['--help'], standalone_mode=False)", HEAVY),
        ("import wa_kit.judging, wa_kit.checks, wa_kit.archive, wa_kit.suggestions", HEAVY),
        ("import wa_kit.run", ("pandas", "boto3", "botocore", "papermill", "plotly")),
        ("import wa_kit.review", ("boto3", "botocore", "papermill", "nbconvert", "plotly")),
    ],
    ids=["help", "judging", "run", "kernel"],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(does, without):
    script = f"{does}\nimport sys\nprint('loaded:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.rpartition("loaded:")[2].split()}
    assert not loaded & set(without)


# What the sources may and may not say


def names_imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def names_caught(tree: ast.AST) -> set[str]:
    """Every name after ``except``; a bare one is the empty name."""
    handlers = [node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler)]
    caught = [node for h in handlers if h.type for node in ast.walk(h.type)]
    names = {node.id for node in caught if isinstance(node, ast.Name)}
    names |= {node.attr for node in caught if isinstance(node, ast.Attribute)}
    return names | ({""} if any(h.type is None for h in handlers) else set())


@every_module
def test_only_the_gate_and_the_simulated_estate_know_aws_errors_and_clients(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "a module says what it is and what it never does"
    assert not names_caught(tree) & {"", "Exception"}
    inside = path.relative_to(ROOT / "wa_kit")
    if inside.name == "aws.py" or inside.parts[0] == "simulated":
        return
    packages = {name.partition(".")[0] for name in names_imported(tree)}
    assert not packages & {"boto3", "botocore", "moto"}
    assert not names_caught(tree) & {"ClientError", "BotoCoreError"}


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_holds_an_address(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text and "--hash=sha256:" in text


# Pages

LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MACHINE = re.compile(r"/(?:home|root|tmp|work|Users|opt|mnt)/|\b[A-Z]:\\|file://")
REGISTRY = re.compile(r"https?://[^\s)/]*(?:pypi|pythonhosted|artifact|nexus|registry|mirror|npm)")


def anchors(page: Path) -> set[str]:
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@every_page
def test_every_link_leads_to_what_is_there(path):
    for link in LINK.findall(path.read_text(encoding="utf-8")):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), f"{path.name} links to {link}, which is not there"
        assert not anchor or anchor in anchors(target), f"{link}: no such heading"


@every_page
def test_no_page_names_a_machine_or_a_registry(path):
    text = path.read_text(encoding="utf-8")
    assert not MACHINE.search(text)
    assert not REGISTRY.search(text)


def test_no_source_names_the_folder_it_was_written_in():
    folders = [ROOT / name for name in ("wa_kit", "templates", "questionnaires", "notebooks")]
    files = [
        p for folder in folders for p in folder.rglob("*") if p.suffix not in ("", ".pyc", ".docx")
    ]
    for path in [*files, *ROOT.glob("*.toml"), *ROOT.glob("*.yml"), ROOT / "Makefile", *LOCKS]:
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(ROOT) not in text and not REGISTRY.search(text), path


def test_the_changelog_knows_the_version():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(wa_kit.__version__)}\b", changelog, re.MULTILINE)


def test_the_readme_counts_no_check_that_is_not_there():
    for path in (ROOT / "README.md", ROOT / "CHANGELOG.md"):
        for number in re.findall(r"\b(\d+) checks\b", path.read_text(encoding="utf-8")):
            assert int(number) <= len(CHECKS), f"{path.name} says {number} checks"
