"""Options that several commands take, in the same words."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wa_kit.formats import Format
from wa_kit.wording import listing


class SeverityName(StrEnum):
    critical = "critical"
    high = "high"
    medium = "medium"
    low = "low"
    info = "info"


class PolicyFormat(StrEnum):
    json = "json"
    cloudformation = "cloudformation"
    terraform = "terraform"


class LogLevel(StrEnum):
    debug = "debug"
    info = "info"
    warning = "warning"
    error = "error"


def either(choices: type[StrEnum]) -> str:
    return listing([*choices], "or")


WorkloadOption = Annotated[
    Path | None,
    typer.Option("--workload", metavar="FILE", help="workload.yaml; else the one in this folder."),
]
AgainWorkloadOption = Annotated[
    Path | None,
    typer.Option(
        "--workload",
        metavar="FILE",
        help="workload.yaml, with the answers beside it; else those that lie in the run.",
    ),
]
ProfileOption = Annotated[
    str | None, typer.Option("--profile", metavar="P", help="The AWS profile to use.")
]
RoleOption = Annotated[
    str | None, typer.Option("--role", metavar="ROLE", help="A role to take, by ARN or by name.")
]
ExternalIdOption = Annotated[
    str | None, typer.Option("--external-id", metavar="X", help="What the role's trust asks for.")
]
AccountOption = Annotated[
    str | None,
    typer.Option("--account", metavar="ID", help="Refuse to read any account but this one."),
]
RegionOption = Annotated[
    list[str] | None,
    typer.Option("--region", metavar="R", help="A region to read; may be repeated."),
]
AllRegionsOption = Annotated[
    bool, typer.Option("--all-regions", help="Every region that is enabled.")
]
QuestionnaireOption = Annotated[
    list[str] | None,
    typer.Option("--questionnaire", metavar="ID", help="Only this question; may be repeated."),
]
EndpointOption = Annotated[
    str | None,
    typer.Option("--endpoint-url", metavar="URL", help="One address for every service."),
]
OutOption = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Where run folders go; else runs/.")
]
MaxRateOption = Annotated[
    float | None,
    typer.Option(
        "--max-rate", metavar="N", min=0.1, help="Calls a second to one service of one region."
    ),
]
FailOnOption = Annotated[
    SeverityName | None,
    typer.Option(
        "--fail-on",
        metavar="SEVERITY",
        help=f"Exit with 1 when a failure is this severe, or more: {either(SeverityName)}.",
    ),
]
ExportOption = Annotated[
    list[Format] | None,
    typer.Option(
        "--export",
        metavar="FORMAT",
        help=f"Also make this of the run: {either(Format)}. May be repeated.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print only errors.")]
LogLevelOption = Annotated[
    LogLevel,
    typer.Option(
        "--log-level", metavar="LEVEL", help=f"What to log to stderr: {either(LogLevel)}."
    ),
]
FormatOption = Annotated[
    Format,
    typer.Option("--format", "-f", metavar="FORMAT", help=f"What to make: {either(Format)}."),
]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
AsOfOption = Annotated[
    dt.datetime | None,
    typer.Option(
        "--as-of", formats=["%Y-%m-%d"], metavar="DAY", help="Judge as if it were this YYYY-MM-DD."
    ),
]
