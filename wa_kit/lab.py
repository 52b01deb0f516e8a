"""A review folder in JupyterLab: on loopback, behind a token, and without a word to anybody else.

Its settings, history and connection files lie in a private folder that goes when it ends, so that
nothing is written outside the review folder and no setting of the user's own comes in. Kernels get
no AWS credentials from the environment.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from wa_kit.model import KitError
from wa_kit.workload import refuse_no_review

_ANNOUNCEMENTS = "@jupyterlab/apputils-extension:announcements"
_NOTIFICATIONS = "@jupyterlab/apputils-extension:notification"
_FIRST = "notebooks/self_assessment.ipynb"
_START_SECONDS = 90
_STOP_SECONDS = 15


def serve(folder: Path, *, port: int | None, browser: bool, ready: Callable[[str], None]) -> None:
    """Show the folder until Ctrl-C, or until it is shut down in JupyterLab.

    ``ready`` gets the address, with its token. Raises ``KitError`` where there is no review
    folder or no JupyterLab, and where it does not start.
    """
    _refuse_what_is_missing(folder)
    with tempfile.TemporaryDirectory(prefix="wa-kit-lab-") as name, _interruptible():
        private = Path(name)
        settings = _settings(folder.resolve(), private, port, browser)
        log = private / "log"
        with log.open("wb") as said:
            server = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", "--config", str(settings)],
                cwd=folder,
                env=_environment(private),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                start_new_session=True,  # Ctrl-C reaches this process alone, which then ends it
            )
        try:
            ready(_address(server, private, log))
            server.wait()
        except KeyboardInterrupt:
            pass
        finally:
            _stop(server)
    if server.returncode not in (0, -signal.SIGTERM):
        raise KitError(f"JupyterLab ended with {server.returncode}. Start `wa-kit lab` again.")


def _refuse_what_is_missing(folder: Path) -> None:
    refuse_no_review(folder)
    if not all(importlib.util.find_spec(name) for name in ("jupyterlab", "ipywidgets")):
        raise KitError("JupyterLab is not installed. Install it: pip install 'wa-kit[lab]'")


@contextmanager
def _interruptible() -> Iterator[None]:
    """A closed terminal and a polite kill end it as Ctrl-C does, also where that was ignored."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    caught = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in caught}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _settings(folder: Path, private: Path, port: int | None, browser: bool) -> Path:
    """The file with all that JupyterLab is told; it holds the token, so nobody else may read it."""
    overrides = {_NOTIFICATIONS: {"fetchNews": "false", "checkForUpdates": False}}
    _write(private / "app" / "overrides.json", overrides)
    _write(
        private / "config" / "labconfig" / "page_config.json",
        {"disabledExtensions": {_ANNOUNCEMENTS: True}},
    )
    server = {
        "ip": "127.0.0.1",
        "allow_remote_access": False,
        "allow_root": True,  # in a container that is who one is; loopback and token still hold
        "root_dir": str(folder),
        "open_browser": browser,
        **({"port": port, "port_retries": 0} if port else {}),
    }
    lab = {
        "app_settings_dir": str(private / "app"),
        "default_url": f"/{_begins(folder)}",
        "extension_manager": "readonly",
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "open_browser": browser,
    }
    told = {
        "ServerApp": server,
        "LabApp": lab,
        "LanguageServerManager": {"autodetect": False},  # it would run npm to look for some
        "IdentityProvider": {"token": secrets.token_hex(24)},
    }
    return _write(private / "config" / "jupyter_server_config.json", told)


def has_form(folder: Path) -> bool:
    return (folder / _FIRST).is_file()


def _begins(folder: Path) -> str:
    return f"lab/tree/{_FIRST}" if has_form(folder) else "lab"


def _write(path: Path, value: object) -> Path:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(value, indent=1), encoding="utf-8")
    return path


def _environment(private: Path) -> dict[str, str]:
    """This environment without AWS credentials, and with no other place for Jupyter to write."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "JUPYTER", "JPY_"))}
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    return kept | {name: str(private / folder) for name, folder in places.items()}


def _address(server: subprocess.Popen[bytes], private: Path, log: Path) -> str:
    """Where JupyterLab answers, as it says itself once it does."""
    until = time.monotonic() + _START_SECONDS
    while server.poll() is None and time.monotonic() < until:
        for file in (private / "runtime").glob("jpserver-*.json"):
            if told := _whole(file):
                return f"{told['url']}{_begins(Path(told['root_dir']))}?token={told['token']}"
        time.sleep(0.1)
    raise KitError(f"JupyterLab did not start. {_last_words(log)}".strip())


def _whole(file: Path) -> Mapping[str, Any] | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
    except ValueError:  # it is being written
        return None
    return told if isinstance(told, dict) else None


def _last_words(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    said = next((line for line in reversed(lines) if line.strip()), "")
    return said.rpartition("] ")[2]  # without its time and origin


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End JupyterLab, which ends its kernels; one that does not obey is killed."""
    if server.poll() is not None:
        return
    server.terminate()
    try:
        server.wait(_STOP_SECONDS)
    except (subprocess.TimeoutExpired, KeyboardInterrupt):
        os.killpg(server.pid, signal.SIGKILL)  # a kernel ends when its parent is gone
        server.wait()
