"""``wa-kit lab``: the review folder in JupyterLab."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from wa_kit.commands.options import QuietOption


def lab(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="A review folder; else this one.")
    ] = Path(),
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="N", min=1, max=65535, help="The port; else a free one."),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Print the address, open no browser.")
    ] = False,
    quiet: QuietOption = False,
) -> None:
    """Open a review folder in JupyterLab: the self-assessment, and the review as a notebook.

    It listens on this machine alone, behind a token, and calls nobody. Ctrl-C ends it.
    """
    from wa_kit import lab as jupyter
    from wa_kit import terminal

    def ready(address: str) -> None:
        terminal.out.print(f"JupyterLab  {terminal.safe(address)}", soft_wrap=True)
        if not quiet:
            if not jupyter.has_form(folder):
                hint = f"The self-assessment is not here. Bring it: wa-kit init {folder}"
                terminal.out.print(terminal.safe(hint), soft_wrap=True)
            terminal.out.print("Ctrl-C ends it, and its kernels.")

    jupyter.serve(folder, port=port, browser=not no_browser, ready=ready)
    if not quiet:
        terminal.out.print("JupyterLab has ended.")
