"""``wa-kit``: the commands. They parse, call, and print; they decide nothing.

Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from wa_kit import __version__
from wa_kit.commands import answers
from wa_kit.commands.export import export
from wa_kit.commands.lab import lab
from wa_kit.commands.looking import look_again
from wa_kit.commands.options import (
    AccountOption,
    AgainWorkloadOption,
    AllRegionsOption,
    AsOfOption,
    EndpointOption,
    ExportOption,
    ExternalIdOption,
    FailOnOption,
    JsonOption,
    LogLevel,
    LogLevelOption,
    MaxRateOption,
    OutOption,
    PolicyFormat,
    ProfileOption,
    QuestionnaireOption,
    QuietOption,
    RegionOption,
    RoleOption,
    RunArgument,
    SeverityName,
    WorkloadOption,
    either,
)
from wa_kit.formats import Format

if TYPE_CHECKING:
    from wa_kit.planning import Request

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Evidence from an AWS account, under the questions a Well-Architected reviewer asks "
        "about the protection of data. Start with [bold]wa-kit demo[/bold]."
    ),
)


@app.command()
def demo(
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="The review folder to make.")
    ] = Path("wa-kit-demo"),
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Review a made-up company. Needs no AWS account, and talks to nobody."""
    from wa_kit import terminal
    from wa_kit.simulated import demo as company

    with terminal.progress(quiet or json) as progress:
        result = company.review(out, progress)
    if json:
        terminal.print_json(terminal.result_json(result))
    elif not quiet:
        terminal.print_result(result)
        terminal.print_demo_end(result)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder for the review.")],
    quiet: QuietOption = False,
) -> None:
    """Make a review folder: workload.yaml, answers.yaml, the notebooks, a README.

    In one that is there, after an upgrade: what nobody edited is brought up to
    date, and what was edited stays.
    """
    from wa_kit import folder as review_folder
    from wa_kit import terminal

    changes = review_folder.init(folder)
    if not quiet:
        terminal.print_init(folder, changes)


@app.command()
def review(
    workload: WorkloadOption = None,
    profile: ProfileOption = None,
    role: RoleOption = None,
    external_id: ExternalIdOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    all_regions: AllRegionsOption = False,
    questionnaire: QuestionnaireOption = None,
    endpoint_url: EndpointOption = None,
    out: OutOption = None,
    max_rate: MaxRateOption = None,
    fail_on: FailOnOption = None,
    export: ExportOption = None,
    no_workbook: Annotated[
        bool, typer.Option("--no-workbook", help="No notebook, no report.")
    ] = False,
    no_aws: Annotated[
        bool, typer.Option("--no-aws", help="Only what people say: ask AWS nothing.")
    ] = False,
    check: Annotated[
        str | None,
        typer.Option("--check", metavar="ID", help="Look again at one finding of this check."),
    ] = None,
    resource: Annotated[
        str | None,
        typer.Option("--resource", metavar="ARN", help="The resource for it; * and ? allowed."),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_level: LogLevelOption = LogLevel.warning,
) -> None:
    """Read an account, judge it, and write the review.

    With --check and --resource only that finding is looked at again, live: what
    is read of it is printed, and nothing is written.

    Exit codes:
    0  complete
    1  a failure at or above --fail-on
    2  wrong usage, or a file that cannot be used
    3  complete, but something could not be read
    4  no run folder could be written
    """
    from wa_kit import run, terminal

    _log(log_level)
    request = _request(**_picked(locals()))
    if check is not None or resource is not None:
        look_again(request, check, resource, json, quiet)
    with terminal.progress(quiet or json) as progress:
        result = run.review(request, progress)
    if json:
        terminal.print_json(terminal.result_json(result))
    elif not quiet:
        terminal.print_result(result)
    raise typer.Exit(result.exit_code)


@app.command()
def collect(
    workload: WorkloadOption = None,
    profile: ProfileOption = None,
    role: RoleOption = None,
    external_id: ExternalIdOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    all_regions: AllRegionsOption = False,
    questionnaire: QuestionnaireOption = None,
    endpoint_url: EndpointOption = None,
    out: OutOption = None,
    max_rate: MaxRateOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_level: LogLevelOption = LogLevel.warning,
) -> None:
    """Only read an account into a run folder; judge and report it later, without AWS."""
    from wa_kit import run, terminal

    _log(log_level)
    request = _request(**_picked(locals()))
    with terminal.progress(quiet or json) as progress:
        collected = run.collect_only(request, progress)
    if json:
        terminal.print_json({"run": str(collected.run), "exit_code": collected.exit_code})
    elif not quiet:
        terminal.print_collected(collected)
    raise typer.Exit(collected.exit_code)


@app.command()
def judge(
    run_folder: RunArgument,
    workload: AgainWorkloadOption = None,
    questionnaire: QuestionnaireOption = None,
    as_of: AsOfOption = None,
    out: OutOption = None,
    fail_on: FailOnOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Judge a run's evidence again, by today's rules, into a new run. Needs no AWS.

    Exit codes as those of review.
    """
    asked = _picked(locals())
    _again(asked.pop("run_folder"), asked.pop("as_of"), json, quiet, **asked, no_workbook=True)


@app.command()
def report(
    run_folder: RunArgument,
    workload: AgainWorkloadOption = None,
    questionnaire: QuestionnaireOption = None,
    as_of: AsOfOption = None,
    out: OutOption = None,
    fail_on: FailOnOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Judge a run's evidence again and write workbook and report, into a new run.

    Exit codes as those of review.
    """
    asked = _picked(locals())
    _again(asked.pop("run_folder"), asked.pop("as_of"), json, quiet, **asked)


def _again(folder: Path, as_of: dt.datetime | None, json: bool, quiet: bool, **asked: Any) -> None:
    from wa_kit import run, terminal

    when = as_of.replace(tzinfo=dt.UTC) if as_of else None
    with terminal.progress(quiet or json) as progress:
        result = run.judge_again(folder, _request(**asked), when, progress)
    if json:
        terminal.print_json(terminal.result_json(result))
    elif not quiet:
        terminal.print_result(result)
    raise typer.Exit(result.exit_code)


@app.command()
def policy(
    format: Annotated[
        PolicyFormat,
        typer.Option("--format", metavar="FORMAT", help=f"Print it as {either(PolicyFormat)}."),
    ] = PolicyFormat.json,
    questionnaire: QuestionnaireOption = None,
    workload: WorkloadOption = None,
) -> None:
    """Print the exact read-only IAM policy that a review needs."""
    from wa_kit import permissions, planning

    planned = planning.plan(_request(workload=workload, questionnaire=questionnaire))
    documents = permissions.documents(permissions.actions(planned.tables))
    sys.stdout.write(permissions.render(documents, format.value) + "\n")


@app.command()
def preflight(
    workload: WorkloadOption = None,
    profile: ProfileOption = None,
    role: RoleOption = None,
    external_id: ExternalIdOption = None,
    account: AccountOption = None,
    region: RegionOption = None,
    all_regions: AllRegionsOption = False,
    questionnaire: QuestionnaireOption = None,
    endpoint_url: EndpointOption = None,
    max_rate: MaxRateOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    log_level: LogLevelOption = LogLevel.warning,
) -> None:
    """Try what a review would read: what is refused, and how many calls it will take.

    Exit codes:
    0  nothing is missing
    2  wrong usage, or a file that cannot be used
    3  something could not be read
    4  the account could not be opened
    """
    from wa_kit import collecting, terminal

    _log(log_level)
    request = _request(**_picked(locals()))
    with terminal.progress(quiet or json) as progress:
        ready = collecting.preflight(request, progress)
    if json:
        terminal.print_json(terminal.ready_json(ready))
    elif not quiet:
        terminal.print_ready(ready)
    raise typer.Exit(3 if ready.missing else 0)


@app.command()
def verify(
    run_folder: RunArgument,
    expect: Annotated[
        str | None,
        typer.Option("--expect", metavar="SHA256", help="The manifest's hash, kept elsewhere."),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Say what was altered in a run folder since it was written.

    Exit codes:
    0  whole
    1  altered, or the run before it is gone
    4  no run folder
    """
    from wa_kit import archive, terminal

    verified = archive.verify(run_folder, expect)
    if json:
        terminal.print_json(terminal.verified_json(run_folder, verified, expect))
    elif not quiet:
        terminal.print_verified(run_folder, verified, expect)
    raise typer.Exit(0 if verified.whole else 1)


@app.command()
def checks(
    check_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="One check; else all of them.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """The catalogue of checks: what each judges, why, and what to do."""
    from wa_kit import terminal
    from wa_kit.checks import CHECKS
    from wa_kit.model import KitError
    from wa_kit.written import did_you_mean

    if check_id is not None and check_id not in CHECKS:
        hint = did_you_mean(check_id, CHECKS) or "wa-kit checks lists them all."
        raise KitError(f"There is no check {check_id!r}. {hint}")
    shown = [CHECKS[check_id]] if check_id else list(CHECKS.values())
    if json:
        terminal.print_json([terminal.check_json(check) for check in shown])
    elif check_id:
        terminal.print_check(shown[0])
    else:
        terminal.print_checks(shown)


app.command()(export)
app.command()(lab)
app.add_typer(answers.app, name="answers")


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wa-kit {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """wa-kit."""


_NOT_ASKED = {"json", "quiet", "log_level", "check", "resource"}


def _picked(given: dict[str, Any]) -> dict[str, Any]:
    """A command's own arguments, without what only concerns printing and what it imported."""
    return {
        name: value
        for name, value in given.items()
        if name not in _NOT_ASKED and not isinstance(value, ModuleType)
    }


def _request(
    *,
    region: list[str] | None = None,
    questionnaire: list[str] | None = None,
    fail_on: SeverityName | None = None,
    export: list[Format] | None = None,
    no_workbook: bool = False,
    **same: Any,
) -> Request:
    from wa_kit.planning import Request

    return Request(
        regions=tuple(region or ()),
        questionnaires=tuple(questionnaire or ()),
        fail_on=fail_on.value if fail_on else None,
        workbook=not no_workbook,
        deliverables=tuple(export or ()),
        **same,
    )


def _log(level: LogLevel) -> None:
    """The kit's own log. botocore's would show credentials and answers."""
    logging.basicConfig(format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("wa_kit").setLevel(level.value.upper())


INTERRUPTED = 130


def main() -> None:
    """Run a command. Errors are a line or two on stderr and an exit code, never a stack trace."""
    from wa_kit.model import KitError

    try:
        app()
    except KitError as error:
        _fail(str(error), error.exit_code)
    except SystemExit as left:
        if left.code == INTERRUPTED:  # Typer has caught Ctrl-C
            _fail("Stopped. Nothing was written.", INTERRUPTED)
        raise
    except BrokenPipeError:
        sys.stderr.close()
        raise SystemExit(1) from None


def _fail(text: str, code: int) -> None:
    from wa_kit.shown import visible

    sys.stderr.write(f"wa-kit: {visible(text)}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
