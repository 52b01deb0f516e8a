"""narrative.yaml: the reviewer's own words, refused with file and line where they do not fit."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from test_folder import with_examples

from wa_kit import folder, narrative
from wa_kit.narrative import Narrative
from wa_kit.written import WrittenError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def load(home: Path, text: str) -> Narrative:
    (home / "narrative.yaml").write_text(text)
    return narrative.load(home / "narrative.yaml")


def test_as_written_by_init_it_is_a_draft_and_says_nothing_else(tmp_path: Path) -> None:
    folder.init(tmp_path)
    assert narrative.load(tmp_path / "narrative.yaml") == Narrative()


def test_every_key_has_an_example_and_each_is_valid(tmp_path: Path) -> None:
    folder.init(tmp_path)
    (tmp_path / "logo.png").write_bytes(PNG)
    said = load(tmp_path, with_examples((tmp_path / "narrative.yaml").read_text()))
    assert all(getattr(said, name) for name in Narrative.__struct_fields__)
    assert said.date == dt.date(2026, 3, 31) and " Three" in said.executive_summary


def test_lines_flow_and_blank_lines_and_items_stay(tmp_path: Path) -> None:
    words = [
        "  One",
        "  two.",
        "",
        "  Three:",
        "  - four",
        "    and more",
        "  - five",
        "",
        "",
        "  -six",
    ]
    said = load(tmp_path, "executive_summary: |\n" + "\n".join(words) + "\n")
    assert said.executive_summary == "One two.\n\nThree:\n- four and more\n- five\n\n-six"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("titel: x", r"line 1: there is no key 'titel' here. Did you mean 'title'"),
        ("status: finished", r"line 1: 'status' should be one of draft, final"),
        ("title: |-\n  a\n  b", r"line 1: 'title' should be one line of text"),
        ("date: soon", r"line 1: 'date' should be a date such as"),
        ("status: draft\nlogo: none.png", r"line 2: there is no file 'none.png'"),
        ("logo: ../logo.png", r"does not lie beside this file"),
        ("logo: text.png", r"'text.png' is no PNG or JPEG picture"),
        ("logo: large.png", r"'large.png' is over one megabyte"),
        ("logo: link.png", r"does not lie beside this file"),
    ],
)
def test_what_does_not_fit_is_refused(tmp_path: Path, text: str, words: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "logo.png").write_bytes(PNG)
    (home / "text.png").write_text("<svg onload=alert(1)>")
    (home / "large.png").write_bytes(PNG + bytes(1_000_000))
    (home / "link.png").symlink_to(tmp_path / "logo.png")
    with pytest.raises(WrittenError, match=words):
        load(home, text)


@pytest.mark.parametrize("content", [PNG, b"\xff\xd8\xff\xe0"])
def test_a_picture_beside_the_file_is_taken(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo").write_bytes(content)
    assert load(tmp_path, "logo: logo").logo == "logo"
