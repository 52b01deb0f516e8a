"""A LibreOffice for tests: it opens a document, edits it and saves it, and knows nothing of us."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from browsing import lacking

SCRIPT = Path(__file__).with_name("uno_edit.py")
PYTHON = "/usr/bin/python3"  # the one that LibreOffice's bridge is installed for


class Office:
    """A running LibreOffice."""

    def __init__(self, editor: subprocess.Popen[str]) -> None:
        self._editor = editor

    def edit(self, file: Path, saved: Path, *edits: list[Any]) -> Path:
        """Open ``file``, make the edits, save as ``saved``. No edit: only opened and saved."""
        assert self._editor.stdin and self._editor.stdout
        job = {"open": str(file), "save": str(saved), "edits": edits}
        self._editor.stdin.write(json.dumps(job) + "\n")
        self._editor.stdin.flush()
        assert self._editor.stdout.readline() == "done\n", "LibreOffice did not do it"
        return saved


@contextmanager
def libreoffice() -> Iterator[Office]:
    """Skips where there is none; fails with WA_KIT_BROWSER=required."""
    if not _there():
        lacking("no LibreOffice with its Python bridge: install libreoffice and python3-uno")
    with tempfile.TemporaryDirectory(prefix="wa-kit-office-") as profile:
        pipe = f"wa-kit-{os.getpid()}"
        started = [
            "soffice",
            "--headless",
            "--norestore",
            "--nologo",
            f"-env:UserInstallation=file://{profile}",
            f"--accept=pipe,name={pipe};urp;",
        ]
        with (
            subprocess.Popen(started, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as ran,
            subprocess.Popen(
                [PYTHON, str(SCRIPT), pipe],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={"PATH": os.environ["PATH"], "HOME": profile},
            ) as editor,
        ):
            try:
                yield Office(editor)
            finally:
                if editor.stdin:
                    editor.stdin.close()
                editor.wait(timeout=120)
                ran.terminate()
                ran.wait(timeout=120)


def _there() -> bool:
    if not shutil.which("soffice") or not Path(PYTHON).exists():
        return False
    return subprocess.run([PYTHON, "-c", "import uno"], capture_output=True).returncode == 0
