"""Reading what people write: typed values, or a refusal that says where, what and what to do."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Meta, Struct

from wa_kit.written import MOST_BYTES, WrittenError, did_you_mean, load, read, shipped

AccountId = Annotated[str, Meta(pattern=r"^\d{12}$", description="an account id of 12 digits")]


class Owner(Struct, frozen=True, kw_only=True):
    name: str
    until: date | None = None
    rank: Literal["low", "high"] = "low"
    on_call: bool = False


class Sheet(Struct, frozen=True, kw_only=True):
    id: str
    accounts: tuple[AccountId, ...] = ()
    owners: Annotated[tuple[Owner, ...], Meta(max_length=2)] = ()
    by_team: dict[str, Owner] = {}
    limit: int | None = None
    rate: float = 1.0
    note: str | None = None
    extra: Any = None
    tags: frozenset[str] = frozenset()
    some: Annotated[tuple[str, ...], Meta(min_length=1)] | None = None

    def __post_init__(self) -> None:
        if self.limit is not None and self.limit < 0:
            raise ValueError("a limit below zero means nothing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("written")


def parse(folder: Path, text: str | bytes) -> Sheet:
    path = folder / "sheet.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return load(path, Sheet)


def refusal(folder: Path, text: str | bytes) -> str:
    with pytest.raises(WrittenError) as error:
        parse(folder, text)
    return str(error.value).removeprefix(f"{folder}/")


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("accounts: [012345678901]", "accounts", ("012345678901",)),
        ("accounts: ['012345678901']", "accounts", ("012345678901",)),
        ("accounts:\n  - 012345670123", "accounts", ("012345670123",)),
        ("note: yes", "note", "yes"),
        ("note: 2026-05-31", "note", "2026-05-31"),
        ("note: 1e3", "note", "1e3"),
        ("note: 'null'", "note", "null"),
        ("note: null", "note", None),
        ("note: ~", "note", None),
        ("note:", "note", None),
        ("note: |\n  two\n  lines", "note", "two\nlines\n"),
        ("limit: 12", "limit", 12),
        ("limit: null", "limit", None),
        ("rate: 2", "rate", 2.0),
        ("rate: .5", "rate", 0.5),
        ("rate: -2.5e3", "rate", -2500.0),
        ("rate: 1e3", "rate", 1000.0),
        ("extra: [012345678901, 7, '7']", "extra", ["012345678901", 7, "7"]),
        ("extra: [e5, 1.2.3, 0x1f]", "extra", ["e5", "1.2.3", "0x1f"]),
        ("extra: 12345678901234567890", "extra", "12345678901234567890"),
        ("some: [a]", "some", ("a",)),
        ("some: ~", "some", None),
        ("tags: [a, b]", "tags", frozenset({"a", "b"})),
        ("extra: {a: [1, true, ~, no, 0o17]}", "extra", {"a": [1, True, None, "no", "0o17"]}),
        (
            "by_team: {007: {name: Bond, until: 2026-05-31, rank: high, on_call: true}}",
            "by_team",
            {"007": Owner(name="Bond", until=date(2026, 5, 31), rank="high", on_call=True)},
        ),
    ],
)
def test_the_type_says_how_a_scalar_is_read(
    folder: Path, line: str, field: str, value: object
) -> None:
    assert getattr(parse(folder, f"id: a\n{line}\n"), field) == value


def test_text_stays_text_even_where_it_looks_like_nothing(folder: Path) -> None:
    assert parse(folder, "id: null").id == "null"
    assert parse(folder, "\ufeffid: 0123").id == "0123"
    assert parse(folder, 'id: ""').id == ""


def test_a_list_or_a_block_that_is_left_blank_is_empty(tmp_path: Path) -> None:
    (tmp_path / "sheet.yaml").write_text("id: a\nowners:\nby_team:\n")
    assert load(tmp_path / "sheet.yaml", Sheet) == Sheet(id="a")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: a\nnoet: b", "line 2: there is no key 'noet' here. Did you mean 'note'?"),
        (
            "id: a\nowners:\n- name: x\n- name: y\n  untli: 2026-05-31",
            "line 5: there is no key 'untli' here. Did you mean 'until'?",
        ),
        (
            "id: a\nowners:\n- name: x\n  qqq: 1",
            "line 4: there is no key 'qqq' here. The keys here are: name, until, rank, on_call.",
        ),
        ("note: a", "line 1: 'id' is missing. Add 'id: ...'."),
        (
            "id: a\nowners:\n- name: x\n- rank: low",
            "line 4: 'name' is missing in item 2 of 'owners'. Add 'name: ...'.",
        ),
        ("# one\n\nid:", "line 3: 'id' has no value. It should be text."),
        ("id: [a]", "line 1: 'id' should be text, and is a list."),
        ("id: {a: b}", "line 1: 'id' should be text, and is a block of keys."),
        (
            "id: a\nlimit: many",
            "line 2: 'limit' should be a whole number or nothing, and is 'many'.",
        ),
        ("id: a\nlimit: '3'", "line 2: 'limit' should be a whole number or nothing, and is '3'."),
        ("id: a\nlimit: -3", "line 1: a limit below zero means nothing."),
        (
            "id: a\naccounts:\n  - 012345678901\n  - 1234",
            "line 4: item 2 of 'accounts' should be an account id of 12 digits, and is '1234'.",
        ),
        (
            "id: a\nby_team:\n  x:\n    name: y\n    rank: hihg",
            "line 5: 'rank' should be one of low, high, and is 'hihg'. Did you mean 'high'?",
        ),
        (
            "id: a\nowners:\n- name: y\n  until: 31.5.2026",
            "line 4: 'until' should be a date such as 2026-05-31 or nothing, and is '31.5.2026'.",
        ),
        (
            "id: a\nowners:\n- {name: y, on_call: yes}",
            "line 3: 'on_call' should be true or false, and is 'yes'.",
        ),
        (
            "id: a\nowners: [{name: a}, {name: b}, {name: c}]",
            "line 2: 'owners' does not fit: Expected `array` of length <= 2.",
        ),
        ("id: a\nsome: []", "line 2: 'some' does not fit: Expected `array` of length >= 1."),
        ("id: a\nrate: 00012", "line 2: 'rate' should be a number, and is '00012'."),
        ("- id", "line 1: the file should be a block of keys, and is a list."),
        ("id", "line 1: the file should be a block of keys, and is 'id'."),
        ("", "line 1: there is nothing in this file."),
        ("# only a comment\n", "line 2: there is nothing in this file."),
    ],
)
def test_what_does_not_fit_is_refused_with_line_and_remedy(
    folder: Path, text: str, said: str
) -> None:
    assert refusal(folder, text) == f"sheet.yaml: {said}"
    shifted = refusal(folder, f"# moved\n# down\n{text}")
    assert shifted.split(": ", 2)[2:] == f"sheet.yaml: {said}".split(": ", 2)[2:]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: !!python/object/apply:os.system [ls]", "line 1: tags (!) are not allowed"),
        ("id: !!str a", "line 1: tags (!) are not allowed"),
        ("id: a\nextra: !include x", "line 2: tags (!) are not allowed"),
        ("id: a\nextra: !x {a: b}", "line 2: tags (!) are not allowed"),
        ("id: &a a", "line 1: anchors and aliases (& and *) are not allowed"),
        ("id: a\nextra: &a [b]", "line 2: anchors and aliases (& and *) are not allowed"),
        ("id: a\nextra: *a", "line 2: anchors and aliases (& and *) are not allowed"),
        ("id: a\nnote: b\nid: c", "line 3: 'id' stands here again, first on line 1"),
        ("id: a\nextra:\n  x: 1\n  'x': 2", "line 4: 'x' stands here again, first on line 3"),
        ("id: a\n---\nid: b", "line 2: a second YAML document starts here"),
        ("id: a\n? [b]\n: c", "line 2: a key must be a word"),
        ("id: a\nextra: {<<: {a: b}, : c}", "line 2: a key must be a word"),
        ("id: a\n\tnote: b", "line 2: this is not YAML"),
        ("id: a\nnote: 'b", "line 2: this is not YAML"),
        ("id: a\nnote: b: c", "line 2: this is not YAML"),
        ('id: "\\UFFFFFFFF"', "line 1: this is not YAML"),
        ("%YAML 1.9\n---\nid: a", "line 1: this is not YAML"),
        ('id: "\\ud800"', "line 1: this text holds half a character"),
        ("id: a\nnote: \x00", "line 2: there is a character here that YAML does not allow"),
        (b"id: a\nnote: \xff", "line 2: this is not UTF-8 text"),
        ("id: a\nextra: " + "[" * 400_000, "line 2: this is nested deeper than 32 levels"),
        ("id: a\nextra:\n " + "- " * 200_000, "line 3: this is nested deeper than 32 levels"),
        ("{id: " * 100_000, "line 1: this is nested deeper than 32 levels"),
    ],
)
def test_hostile_or_broken_yaml_is_refused_at_its_line(
    folder: Path, text: str | bytes, said: str
) -> None:
    assert refusal(folder, text).startswith(f"sheet.yaml: {said}")


def test_an_alias_bomb_is_refused_before_it_unfolds(folder: Path) -> None:
    levels = [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 12)]
    bomb = "\n".join(["l0: &l0 x", *levels])
    assert refusal(folder, bomb).startswith("sheet.yaml: line 1: anchors and aliases")


def test_a_file_over_the_limit_is_refused_unread(folder: Path) -> None:
    said = refusal(folder, b"#" * (MOST_BYTES + 1))
    assert said == "sheet.yaml: it is larger than 1,000,000 bytes. Split the file."


def test_control_characters_in_a_name_are_shown_and_long_names_are_cut(folder: Path) -> None:
    assert "'x\\x1b[31m'" in refusal(folder, 'id: a\n"x\\e[31m": b')
    assert len(refusal(folder, f"id: a\n{'k' * 5000}: b")) < 300


def test_a_link_out_of_the_folder_is_refused_and_one_within_is_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "review", tmp_path / "secret.yaml"
    inside.mkdir()
    outside.write_text("id: secret")
    (inside / "real.yaml").write_text("id: real")
    (inside / "out.yaml").symlink_to(outside)
    (inside / "in.yaml").symlink_to("real.yaml")
    assert load(inside / "in.yaml", Sheet).id == "real"
    with pytest.raises(WrittenError, match=r"out\.yaml: it is a link that leads out of its folder"):
        load(inside / "out.yaml", Sheet)


def test_what_is_no_file_is_refused_without_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    for name in ("absent.yaml", "pipe.yaml", "."):
        with pytest.raises(WrittenError, match="there is no such file"):
            load(tmp_path / name, Sheet)


def test_a_rule_of_the_callers_own_can_name_the_line(folder: Path) -> None:
    path = folder / "lines.yaml"
    path.write_text("id: a\n\nby_team:\n  x:\n    name: y\n\naccounts:\n  - 111122223333\n")
    written = read(path, Sheet)
    assert written.value.id == "a"
    places = {(): 1, ("id",): 1, ("by_team", "x", "name"): 5, ("accounts", 0): 8}
    assert {place: written.lines[place] for place in places} == places
    assert written.error(("accounts", 0), "unknown", "Ask.").line == 8
    assert str(written.error(("accounts", 7), "gone")) == f"{path}: line 7: gone."


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("kms_key_taged", "Did you mean 'kms_key_tagged'?"),
        ("zebra", ""),
        ("", ""),
        ("k" * 9999, ""),
    ],
)
def test_the_nearest_name_is_offered_only_when_it_is_near(name: str, said: str) -> None:
    assert did_you_mean(name, ["kms_key_tagged", "macie_enabled"]) == said


def test_what_ships_with_the_kit_is_found_and_a_missing_part_says_so() -> None:
    assert (shipped("questionnaires") / "key-management.yaml").is_file()
    with pytest.raises(FileNotFoundError, match="nothing-like-it"):
        shipped("nothing-like-it")


@given(st.text("0123456789", min_size=12, max_size=12))
def test_every_account_id_survives_without_quotes(folder: Path, account: str) -> None:
    assert parse(folder, f"id: a\naccounts: [{account}]").accounts == (account,)


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"]), max_size=60))
def test_every_quoted_text_comes_back_as_it_was(folder: Path, text: str) -> None:
    written = json.dumps({"id": text, "note": text, "extra": text}, ensure_ascii=False)
    sheet = parse(folder, written)
    assert (sheet.id, sheet.note, sheet.extra) == (text, text, text)


STRUCTURE = ["- ", "? ", ": ", "{", "}", "[", "]", ",", "\t", "\n", "\n  ", "\r\n", " ", "#"]
MARKS = ["&a", "*a", "!x ", "!!binary ", "%YAML 1.1", "---", "...", "|", "|-", ">+2", "<<: ", "@"]
SCALARS = ["id:", "id: a", "extra:", "~", "1e9", "0x1f", ".inf", "2026-05-31", "012345678901", "k"]
ODDITIES = [
    "'",
    '"',
    "\\x",
    "\\U",
    "\\ud800",
    "`",
    "%",
    "\0",
    "\x85",
    "\u2028",
    "\ufeff",
    "\U0001f511",
]
FRAGMENTS = st.lists(st.sampled_from([*STRUCTURE, *MARKS, *SCALARS, *ODDITIES]), max_size=40)
WILD = st.one_of(
    FRAGMENTS.map(lambda parts: "".join(parts).encode()),
    FRAGMENTS.map(lambda parts: ("id: a\nextra: " + "".join(parts)).encode()),
    st.text(max_size=80).map(lambda text: text.encode(errors="replace")),
    st.binary(max_size=80),
)


@given(WILD)
def test_wild_yaml_is_read_or_refused_and_never_anything_else(folder: Path, wild: bytes) -> None:
    path = folder / "wild.yaml"
    path.write_bytes(wild)
    try:
        sheet = load(path, Sheet)
    except WrittenError as error:
        assert str(error).startswith(f"{path}: ")
        assert error.line is None or 1 <= error.line <= wild.count(b"\n") + wild.count(b"\r") + 9
    else:
        assert isinstance(sheet, Sheet)
