"""``wa-kit demo``: a full review of a made-up company, on loopback and nowhere else."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from wa_kit import folder, simulated
from wa_kit.collecting import Progress
from wa_kit.model import KitError
from wa_kit.planning import Request
from wa_kit.run import Result
from wa_kit.run import review as run_review

WRITTEN = ("workload.yaml", "answers.yaml", "narrative.yaml")  # by the company's people


def review(out: Path, progress: Progress) -> Result:
    """Found the company, review it, and leave the review in ``out``.

    ``out`` becomes a review folder as ``wa-kit init`` makes one, with what the company's people
    wrote in it; files that are there already are used as they are. Raises ``KitError`` without
    the ``demo`` extra.
    """
    estate = simulated.serve()
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name in WRITTEN:
            _copy(Path(__file__).parent / "company" / name, out / name)
    except OSError as error:
        raise KitError(
            f"{out}: the demo cannot write there ({error.strerror}). Choose another --out.", 4
        ) from error
    folder.complete(out)
    progress.stage("Founding a company on loopback")
    with estate, _credentials_of_nobody():
        simulated.found(estate)
        return run_review(
            Request(workload=out / "workload.yaml", endpoint_url=estate.endpoint, out=out / "runs"),
            progress,
        )


def _copy(source: Path, target: Path) -> None:
    """A file that is there already stays."""
    if not target.exists():
        shutil.copyfile(source, target)


@contextmanager
def _credentials_of_nobody() -> Iterator[None]:
    """No profile, file or token of whoever runs the demo is looked at."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    os.environ.update(
        AWS_ACCESS_KEY_ID="testing",
        AWS_SECRET_ACCESS_KEY="testing",
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
    )
    try:
        yield
    finally:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            del os.environ[name]
        os.environ.update(before)
