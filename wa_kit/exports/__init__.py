"""What is made of a finished run to hand on: one module a format.

Each reads a run folder and writes one file, or one folder, somewhere else; it never changes the
run, and never asks AWS. Redacting makes another run folder first, and everything is made of that.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from wa_kit import archive
from wa_kit.formats import Format
from wa_kit.model import KitError


def export(
    run: Path,
    format: Format,
    out: Path | None = None,
    redact: bool = False,
    template: Path | None = None,
) -> Path:
    """Make ``format`` of a run and return where it lies: ``out``, else a name made here.

    ``template`` is a Word document to fill in instead of the kit's own.

    Raises ``KitError`` where ``run`` is no judged run, an extra is missing (naming the command that
    installs it), or ``out`` is there already or cannot be written.
    """
    manifest = archive.load_manifest(run)
    if not archive.is_judged(run):
        raise KitError(f"{run}: this run was only collected. First: wa-kit report {run}", 4)
    if template and format is not Format.docx:
        raise KitError("--template is for --format docx: only Word is filled into a template.")
    stamp, whose = run.resolve().name, "redacted" if redact else manifest.account
    target = out or Path(f"wa-kit-{whose}-{stamp}{format.ending}")
    if target.exists() or target.is_symlink():
        raise KitError(f"{target}: it is there already. Name another with --out.")
    module = import_module(f"wa_kit.exports.{format.value}")
    with _beside(target) as fresh, _redacted(run, redact) as source:
        module.write(source, fresh, **({"template": template} if template else {}))
    return target


def deliver(run: Path, format: Format) -> Path:
    """Make ``format`` inside a run folder that is not closed yet, and return where it lies.

    Raises ``KitError`` where an extra is missing; then nothing of it is left behind.
    """
    home = run / "deliverables"
    home.mkdir(mode=0o700, exist_ok=True)
    target = home / (f"report{format.ending}" if format.ending else format.value)
    try:
        with _beside(target) as fresh:
            import_module(f"wa_kit.exports.{format.value}").write(run, fresh)
    finally:
        if not any(home.iterdir()):
            home.rmdir()
    return target


@contextmanager
def _redacted(run: Path, wanted: bool) -> Iterator[Path]:
    if not wanted:
        yield run
        return
    from wa_kit.exports.redaction import redacted_copy

    with tempfile.TemporaryDirectory(prefix="wa-kit-redacted-") as folder:
        yield redacted_copy(run, Path(folder))


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """A path to write to; what is there gets its name when the block ends well, else it goes."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".wa-kit-", dir=target.parent))
    except OSError as error:
        raise KitError(f"{target.parent}: {error.strerror}. Choose another --out.") from error
    fresh = folder / f"made{''.join(target.suffixes)}"
    try:
        yield fresh
        for path in [fresh, *fresh.rglob("*")]:
            path.chmod(0o700 if path.is_dir() else 0o600)
        os.rename(fresh, target)
    except OSError as error:
        raise KitError(f"{target}: cannot be written ({error.strerror}).") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


__all__ = ["Format", "deliver", "export"]
