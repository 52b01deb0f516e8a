"""``wa-kit export``: a finished run in another format, to hand on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wa_kit.commands.options import FormatOption, JsonOption, QuietOption, RunArgument


def export(
    run_folder: RunArgument,
    format: FormatOption,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Its name; else one is made up.")
    ] = None,
    redact: Annotated[
        bool,
        typer.Option("--redact", help="Stable aliases for account ids, ARNs, resources, people."),
    ] = False,
    template: Annotated[
        Path | None,
        typer.Option("--template", metavar="FILE", help="A Word template of your own."),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Make a document or a data file of a finished run. Needs no AWS."""
    from wa_kit import exports, terminal

    with terminal.progress(quiet or json) as progress:
        progress.stage(f"Making {format}")
        made = exports.export(run_folder, format, out, redact, template)
    if json:
        terminal.print_json({"file": str(made)})
    elif not quiet:
        terminal.out.print(f"Wrote {terminal.safe(made)}", soft_wrap=True)
