"""A text put in a file's place: whole or not at all. Knows nothing of what it says."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_OWN = 0o600  # of a file that was not there: for its owner alone


def put(path: Path, text: str) -> None:
    """Write beside the file, then rename; who may read it stays. Raises ``OSError``."""
    mode = path.stat().st_mode & 0o777 if path.exists() else _OWN
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    fresh = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(mode)
        os.replace(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
