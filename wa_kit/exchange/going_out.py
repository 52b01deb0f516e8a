"""A review folder into a document to fill in. It changes nothing in the folder."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from wa_kit.exchange import office, source
from wa_kit.exchange.form import form
from wa_kit.exchange.opened import Format
from wa_kit.model import KitError

_WRITERS: dict[Format, str] = {"xlsx": "sheets", "docx": "pages"}


def export(folder: Path, format: Format, out: Path | None = None) -> Path:
    """Write the document of a review folder and return where it lies.

    Raises ``KitError`` where the extra is missing, or ``out`` is there already or cannot be
    written, and ``WrittenError`` for what is in the folder.
    """
    writer = office.module(_WRITERS[format])
    made = form(source.read(folder))
    target = out or Path(f"wa-kit-answers.{format}")
    if target.exists() or target.is_symlink():
        raise KitError(f"{target}: it is there already. Name another with --out.")
    try:
        with tempfile.TemporaryDirectory(prefix=".wa-kit-", dir=target.parent) as beside:
            fresh = Path(beside) / f"made.{format}"
            writer.write(made, fresh)
            fresh.chmod(0o600)
            os.rename(fresh, target)
    except OSError as error:
        raise KitError(f"{target}: cannot be written ({error.strerror}).") from error
    return target
