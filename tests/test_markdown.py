"""Markdown out of hostile words: inert in every viewer, readable in every editor."""

from __future__ import annotations

import re

import mistune
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import HOSTILE

from wa_kit.markdown import Md, block, bold, bullets, code, link, md, prose, quoted, table

RENDER = mistune.create_markdown(plugins=["url", "table", "strikethrough", "footnotes", "math"])
TAGS = re.compile(r"<(/?[a-z0-9]+)")


def rendered(markdown: str) -> str:
    html = RENDER(markdown)
    assert isinstance(html, str)
    return html


def tags(markdown: str) -> set[str]:
    return set(TAGS.findall(rendered(markdown)))


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (
            "arn:aws:kms:eu-west-1:111122223333:key/a_b",
            "arn:aws:kms:eu-west-1:111122223333:key/a_b",
        ),
        ("2026-11-01", "2026-11-01"),
        ("R&D <b>", "R&amp;D &lt;b&gt;"),
        ("a|b`c`*d*[e](f)~~g~~", r"a\|b\`c\`\*d\*\[e\](f)\~\~g\~\~"),
        ("_x_ a__b", r"\_x\_ a\_\_b"),
        ("http://e.x www.e.x a@e.x", r"http\://e.x www\.e.x a\@e.x"),
        ("$x$ \\(y\\)", "&#36;x&#36; &#92;(y&#92;)"),
        ("# h", r"\# h"),
        ("- x", r"\- x"),
        ("2. x", r"2\. x"),
        ("2.5 x", "2.5 x"),
        ("a\nb\tc\x07\u202e", "a⟨U+000A⟩b⟨U+0009⟩c⟨U+0007⟩⟨U+202E⟩"),
        (Md("**mine**"), "**mine**"),
        (3, "3"),
    ],
)
def test_words_stay_words(words: object, shown: str) -> None:
    assert md(words) == shown


@pytest.mark.parametrize(
    "words", [HOSTILE, "![x](http://e.x)", "<http://e.x>", "[^1]", "# x", "> x"]
)
def test_nothing_of_it_lives(words: str) -> None:
    for made in (md(words), code(words), bold(words), bullets([words]), quoted(words)):
        assert tags(made) <= {
            t for n in ("p", "ul", "li", "strong", "code", "blockquote") for t in (n, f"/{n}")
        }
    cells = tags(table(["a"], [[words]]))
    assert cells == {t for n in ("table", "thead", "tbody", "tr", "th", "td") for t in (n, f"/{n}")}
    assert tags(block(words)) == {"pre", "/pre", "code", "/code"}


@given(st.text(max_size=60))
def test_any_text_becomes_one_paragraph_of_the_same_words(text: str) -> None:
    made = md(text)
    assert "\n" not in made
    html = rendered(f"x {made} x")
    assert set(TAGS.findall(html)) <= {"p", "/p"}
    assert md(made) == made


@given(st.lists(st.text(max_size=30), min_size=2, max_size=2))
def test_any_text_stays_in_its_cell(cells: list[str]) -> None:
    html = rendered(table(["a", "b"], [cells, ["end", "end"]]))
    assert html.count("<tr>") == 3
    assert html.count("<td>") == 4


@given(st.text(max_size=80))
def test_a_block_holds_the_text_whole(text: str) -> None:
    made = block(text)
    fence = made.split("text", 1)[0]
    assert made.endswith(f"\n{fence}")
    assert fence not in made[len(fence) : -len(fence)]


def test_lines_and_paragraphs_of_prose_stay() -> None:
    assert prose("a\nb\n\n\nc ") == "a  \nb\n\nc"
    assert quoted("a\n\nb") == "> a\n>\n> b"


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("kms:DescribeKey", "`kms:DescribeKey`"),
        ("a`b", r"a\`b"),
        ("a|b", r"a\|b"),
        (" a", " a"),
        ("a\u202e", "a⟨U+202E⟩"),
        ("", ""),
    ],
)
def test_a_code_span_holds_only_what_it_can(text: str, made: str) -> None:
    assert code(text) == made


def test_an_address_cannot_leave_its_link() -> None:
    assert link("a]b", "https://x/y)z<s>") == r"[a\]b](https://x/y%29z%3Cs%3E)"


def test_an_empty_cell_shows_a_dash() -> None:
    assert table(["a", "b"], [["", 0]]).splitlines()[-1] == "| \u2013 | 0 |"
