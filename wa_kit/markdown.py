"""Markdown made here out of words that come from elsewhere: names, tags, notes.

Whatever is not ``Md`` is escaped: in no viewer can it become markup, a link, a picture, a formula
or a script, and nothing in it stays invisible. It reads no file and knows no findings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from wa_kit.shown import visible

# An entity where viewers disagree on a backslash: in formulas, and before what it escapes.
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "&#92;", "$": "&#36;"}
_ENTITY = re.compile(r"[&<>\\$]")
_MARK = re.compile(r"[`*\[\]|~@]|(?<![^\W_])_|_(?![^\W_])")
_ADDRESS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)
_BLOCK = re.compile(r"^\s*(?:\d+(?=[.)](?:\s|$))|(?=[-+=#]))")  # a list, a heading, a rule
_BLANK = "\u2013"


class Md(str):
    """Markdown that was made here, not read anywhere."""

    __slots__ = ()


def md(value: object) -> Md:
    """``value`` as inert words on one line."""
    if isinstance(value, Md):
        return value
    text = visible(value).replace("\n", "⟨U+000A⟩").replace("\t", "⟨U+0009⟩")
    text = _ENTITY.sub(lambda odd: _ENTITIES[odd[0]], text)
    text = _ADDRESS.sub(r"\\\g<0>", _MARK.sub(r"\\\g<0>", text))
    return Md(_BLOCK.sub(r"\g<0>\\", text))


def code(value: object) -> Md:
    """``value`` in the type of a program; plainly where a code span could not hold it."""
    text = str(value)
    holds = text.strip() == text and text and visible(text) == text
    return Md(f"`{text}`") if holds and not re.search(r"[`|\n\t$]", text) else md(text)


def block(value: object) -> Md:
    """Several lines exactly as they are, to be copied."""
    text = visible(value)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return Md(f"{fence}text\n{text}\n{fence}")


def prose(value: str) -> Md:
    """Words of several paragraphs; their lines and paragraphs stay."""
    paragraphs = re.split(r"\n\s*\n", value.strip())
    return Md("\n\n".join("  \n".join(map(md, part.split("\n"))) for part in paragraphs))


def quoted(value: str) -> Md:
    """What somebody said, clearly apart from what the kit says."""
    return Md("\n".join(f"> {line}" if line else ">" for line in prose(value).split("\n")))


def bold(value: object) -> Md:
    return Md(f"**{md(value)}**") if str(value).strip() else Md("")


def link(words: object, address: str) -> Md:
    return Md(f"[{md(words)}]({quote(address, safe='/:?#=&%+,.-_~')})")


def bullets(items: Iterable[object]) -> Md:
    return Md("\n".join(f"- {md(item)}" for item in items))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Md:
    """A table with a line for each row; an empty cell shows a dash."""
    lines = [columns, ["---"] * len(columns), *([_cell(cell) for cell in row] for row in rows)]
    return Md("\n".join(f"| {' | '.join(line)} |" for line in lines))


def _cell(value: object) -> str:
    return md(value) if str(value).strip() else _BLANK
