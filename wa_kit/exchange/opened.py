"""A document that came back, opened with care: it may be anybody's, and hold anything.

Refused before a parser sees it: what is too large or unfolds too far, programs of its own (macros),
a password, declarations that XML parsers follow, and any file that is neither of the two formats.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree

from wa_kit.model import KitError

Format = Literal["xlsx", "docx"]
MOST_BYTES = 20_000_000
MOST_UNPACKED = 40_000_000
_MOST_PARTS = 2_000
_MAIN = {
    b"spreadsheetml.sheet.main+xml": "xlsx",
    b"wordprocessingml.document.main+xml": "docx",
}
_MACROS = (b"macroEnabled", b"vbaProject")
_COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # how old formats, and encrypted new ones, begin
_DECLARED = (b"<!DOCTYPE", b"<!ENTITY")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']*)")
# What zip and XML readers end in when a file is damaged or made to mislead.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RecursionError,
    RuntimeError,
    TypeError,
    ValueError,
)


class Package:
    """The parts of a document, each checked before it is handed out."""

    def __init__(self, path: Path, inside: zipfile.ZipFile, format: Format) -> None:
        self.path, self.format = path, format
        self._inside = inside

    def read(self, name: str) -> bytes:
        return self._inside.read(name)

    @property
    def names(self) -> list[str]:
        return self._inside.namelist()


@contextmanager
def opened(path: Path) -> Iterator[Package]:
    """Raises ``KitError`` that says what the file is instead, and what to do."""
    try:
        with path.open("rb") as file:
            begins = file.read(8)
            size = path.stat().st_size
    except OSError as error:
        raise KitError(f"{path}: cannot be read ({error.strerror}).") from error
    if size > MOST_BYTES:
        raise _no(path, f"it is larger than {MOST_BYTES // 1_000_000} MB", "Export again.")
    if begins == _COMPOUND:
        raise _no(
            path,
            "it has a password, or is of the older kind (.xls, .doc)",
            "Save it as .xlsx or .docx, without a password.",
        )
    try:
        with zipfile.ZipFile(path) as inside:
            yield Package(path, inside, _checked(path, inside))
    except BROKEN as error:
        why = "no Excel workbook or Word document" if not begins.startswith(b"PK") else "damaged"
        raise _no(path, f"it is {why}", "Save it again as .xlsx or .docx.") from error


def _no(path: Path, what: str, todo: str) -> KitError:
    return KitError(f"{path}: {what}. {todo} Nothing was changed.")


def _checked(path: Path, inside: zipfile.ZipFile) -> Format:
    parts = inside.infolist()
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _no(path, f"unpacked it is over {MOST_UNPACKED // 1_000_000} MB", "Export again.")
    names = {part.filename for part in parts}
    if "mimetype" in names:
        raise _no(path, "it is an OpenDocument file", "Save it as .xlsx or .docx.")
    if any(part.flag_bits & 1 for part in parts):
        raise _no(path, "it has a password", "Save it without one.")
    types = inside.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    if any(word in types for word in _MACROS) or any("vbaProject" in name for name in names):
        raise _no(path, "it holds macros", "Save it as .xlsx or .docx, which hold none.")
    for name in sorted(names):
        if name.endswith((".xml", ".rels")):
            _refuse_declarations(path, name, inside.read(name))
    for word, format in _MAIN.items():
        if word in types:
            return "xlsx" if format == "xlsx" else "docx"
    raise _no(path, "it is no Excel workbook or Word document", "Save it as .xlsx or .docx.")


def _refuse_declarations(path: Path, name: str, content: bytes) -> None:
    named = _ENCODING.match(content.removeprefix(b"\xef\xbb\xbf"))
    if b"\0" in content[:200] or (named and named[1].lower() not in (b"utf-8", b"us-ascii")):
        raise _no(path, f"{name} in it is not UTF-8 text", "Save it again.")
    if any(word in content for word in _DECLARED):
        raise _no(path, f"{name} in it declares entities", "No office program writes them.")
