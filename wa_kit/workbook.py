"""Executing the review notebook by papermill, in a kernel that has no AWS credentials.

The notebook reads the run folder it lies in and nothing else.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import msgspec

from wa_kit.model import KitError
from wa_kit.written import shipped

CELL_SECONDS = 300  # papermill's own default is forever


class Parameters(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters of ``review.ipynb``. A name is pasted as code, so names are checked first."""

    run: str = "."
    account: str = ""  # when given, twelve digits: a run of another account is refused
    paper: bool = False  # for sheets, where less is listed and nothing can be unfolded


def parameters(given: dict[str, Any]) -> Parameters:
    """``given`` as the notebook takes it. Raises ``KitError`` for a wrong name or type.

    papermill itself would only log a warning, and turn 012345678901 into a number.
    """
    from wa_kit.written import did_you_mean

    for name in given:
        if name not in Parameters.__struct_fields__:
            hint = did_you_mean(name, Parameters.__struct_fields__)
            known = ", ".join(Parameters.__struct_fields__)
            raise KitError(
                f"review.ipynb has no parameter {name!r}. {hint or f'There are: {known}.'}"
            )
    try:
        checked = msgspec.convert(given, Parameters)
    except msgspec.ValidationError as error:
        raise KitError(f"review.ipynb: a parameter does not fit: {error}") from error
    if checked.account and not (checked.account.isdigit() and len(checked.account) == 12):
        raise KitError(f"review.ipynb: {checked.account!r} is no account id of twelve digits")
    return checked


def execute(folder: Path, given: dict[str, Any]) -> Path:
    """Run ``review.ipynb`` in ``folder`` and keep it there as ``workbook.ipynb``.

    Written under another name and renamed: a killed kernel leaves no half workbook. Raises
    ``KitError`` (exit code 4) naming the cell that failed.
    """
    import papermill
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    values = msgspec.structs.asdict(parameters(given))
    begun, done = folder / ".workbook.ipynb", folder / "workbook.ipynb"
    try:
        papermill.execute_notebook(
            str(shipped("notebooks") / "review.ipynb"),
            str(begun),
            parameters=values,
            cwd=str(folder),
            kernel_name="python3",
            kernel_manager_class=f"{__name__}.OwnKernel",
            progress_bar=False,
            log_output=False,
            execution_timeout=CELL_SECONDS,
            request_save_on_cell_execute=False,  # saving 60 times took half of the whole
            shutdown_kernel="immediate",  # it has nothing to save, and a polite end takes time
        )
    except papermill.PapermillExecutionError as error:
        what = f"{error.ename}: {error.evalue}"
        raise KitError(f"review.ipynb: cell {error.exec_count} failed: {what}", 4) from error
    except (DeadKernelError, CellTimeoutError) as error:
        raise KitError(f"review.ipynb: the kernel died or took too long: {error}", 4) from error
    begun.rename(done)
    return done


def _own_kernel() -> Any:
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    class OwnKernel(AsyncKernelManager):
        """This very Python, whatever kernels are installed, and without AWS credentials.

        It talks over sockets in a private folder: on TCP everybody on the machine could connect.
        """

        def __init__(self, **arguments: Any) -> None:
            super().__init__(**{**arguments, "transport": "ipc"})

        @property
        def kernel_spec(self) -> KernelSpec:
            quiet = "--IPKernelApp.log_level=CRITICAL"  # errors of cells come as outputs anyway
            launch = [sys.executable, "-m", "ipykernel_launcher", quiet, "-f", "{connection_file}"]
            return KernelSpec(argv=launch, display_name="Python 3", language="python")

        async def _async_pre_start_kernel(self, **arguments: Any) -> Any:
            clean = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
            return await super()._async_pre_start_kernel(**{**arguments, "env": clean})

        pre_start_kernel = _async_pre_start_kernel

    return OwnKernel


def __getattr__(name: str) -> Any:
    """``OwnKernel`` is made when papermill asks: jupyter_client costs time to import."""
    if name == "OwnKernel":
        globals()[name] = _own_kernel()
        return globals()[name]
    raise AttributeError(name)
