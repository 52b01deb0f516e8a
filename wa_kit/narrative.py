"""narrative.yaml: what the reviewer adds in words of their own, and how the review presents itself.

It lies beside workload.yaml, is copied into each run, and no run ever writes it. Without the file
a review says nothing of all this.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from wa_kit.written import Written, read

Line = Annotated[str, Meta(pattern=r"^[^\n]*$", max_length=200, description="one line of text")]
_PICTURES = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
_WRAPPED = re.compile(r"[ \t]*\n[ \t]*(?![-*\u2022][ \t])")  # a line's end that ends no item
_LARGEST = 1_000_000  # bytes of a logo


class Narrative(Struct, frozen=True, kw_only=True):
    """The whole of narrative.yaml. Every key may be left out."""

    title: Line = ""
    customer: Line = ""
    prepared_by: Line = ""
    prepared_for: Line = ""
    date: dt.date | None = None
    version: Line = ""
    status: Literal["draft", "final"] = "draft"
    confidentiality: Line = ""  # a label, such as "Confidential", for each page
    logo: Line = ""  # the name of a PNG or JPEG file beside narrative.yaml
    executive_summary: str = ""
    limitations: str = ""


def load(path: Path) -> Narrative:
    """Raises ``WrittenError`` with file, line and what to do, for its logo too."""
    written = read(path, Narrative)
    if written.value.logo:
        _refuse_odd_logo(written)
    said = written.value
    return replace(
        said,
        executive_summary=_flowing(said.executive_summary),
        limitations=_flowing(said.limitations),
    )


def _flowing(prose: str) -> str:
    """Paragraphs and the items of lists on one line each, however they were wrapped in the file."""
    paragraphs = re.split(r"\n\s*\n", prose.strip())
    return "\n\n".join(_WRAPPED.sub(" ", paragraph.strip()) for paragraph in paragraphs)


def picture_kind(content: bytes) -> str | None:
    """``png`` or ``jpeg`` by the first bytes; ``None`` for anything else."""
    return next((kind for begins, kind in _PICTURES.items() if content.startswith(begins)), None)


def _refuse_odd_logo(written: Written[Narrative]) -> None:
    """A logo is a small picture that lies beside the file, and no link that leads elsewhere."""
    name, folder = written.value.logo, written.path.parent
    file = folder / name
    if Path(name).name != name or file.resolve().parent != folder.resolve():
        raise written.error(("logo",), f"{name!r} does not lie beside this file", "Put it here.")
    if not file.is_file():
        raise written.error(("logo",), f"there is no file {name!r}", "Put it beside this file.")
    if file.stat().st_size > _LARGEST:
        raise written.error(("logo",), f"{name!r} is over one megabyte", "Make it smaller.")
    if picture_kind(file.read_bytes()) is None:
        raise written.error(("logo",), f"{name!r} is no PNG or JPEG picture", "Convert it.")
