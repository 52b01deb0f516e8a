"""What a person says is written into answers.yaml field by field, and over nobody else."""

from __future__ import annotations

import datetime as dt
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import QUESTIONS

from wa_kit import folder
from wa_kit.answers import Answer, Answers, load
from wa_kit.answers.changing import changed, save
from wa_kit.answers.fields import Fields, Place, Value, fields, merge
from wa_kit.model import KitError
from wa_kit.written import shipped

STATUS = ("answers", "key-management", "status")
OWNER = ("answers", "key-management", "owner")
BY = ("answers", "key-management", "answered_by")
NOTES = ("answers", "monitoring", "notes")
PRACTICES = ("answers", "key-management", "practices")
EXCEPTION = "kms_key_tagged arn:aws:kms:*:*:key/*"
ACCEPTED: Fields = {
    ("exceptions", EXCEPTION, "check"): "kms_key_tagged",
    ("exceptions", EXCEPTION, "resource"): "arn:aws:kms:*:*:key/*",
    ("exceptions", EXCEPTION, "owner"): "A",
    ("exceptions", EXCEPTION, "approver"): "B",
    ("exceptions", EXCEPTION, "reason"): "C",
    ("exceptions", EXCEPTION, "expires"): dt.date(2027, 1, 1),
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder.init(tmp_path)
    return tmp_path / "answers.yaml"


def comments(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith("#")]


def test_a_new_file_says_nothing(path: Path) -> None:
    assert fields(load(path, QUESTIONS)) == {}


def test_what_is_saved_is_read_again_and_every_comment_stays_where_it_was(path: Path) -> None:
    before = path.read_text()
    mine: Fields = {
        STATUS: "answered",
        BY: "Ada",
        PRACTICES: ("sec_protect_data_rest_key_mgmt", "sec_identities_secrets"),
        NOTES: "one\ntwo: three # four",
        ("answers", "monitoring", "due"): dt.date(2027, 3, 1),
        ("answers", "monitoring", "owner"): "Grace",
        ("raci", "practices", "sec_identities_secrets", "accountable"): "cloud-administrator",
        ("actions", "kms_key_tagged", "owner"): "Joan",
    } | ACCEPTED
    saved = save(path, {}, mine, QUESTIONS)
    assert saved.conflicts == () and saved.now == mine == fields(load(path, QUESTIONS))
    assert comments(path.read_text()) == comments(before)
    assert "practices:\n      - sec_protect_data_rest_key_mgmt\n" in path.read_text()


def test_what_is_taken_back_leaves_the_file_as_it_was_but_for_blank_values(path: Path) -> None:
    before = path.read_text()
    mine: Fields = {STATUS: "answered", BY: "Ada", NOTES: "a\nb", **ACCEPTED}
    save(path, {}, mine, QUESTIONS)
    save(path, mine, {}, QUESTIONS)
    assert fields(load(path, QUESTIONS)) == {}
    assert comments(path.read_text()) == comments(before)


def test_a_field_is_one_line_in_a_diff(path: Path) -> None:
    before = path.read_text().splitlines()
    save(path, {}, {OWNER: "Ada"}, QUESTIONS)
    after = path.read_text().splitlines()
    assert [pair for pair in zip(before, after, strict=True) if pair[0] != pair[1]] == [
        ('    owner: ""', '    owner: "Ada"')
    ]


def test_the_demo_companys_answers_keep_all_they_say(tmp_path: Path) -> None:
    company = shipped("templates").parent / "wa_kit/simulated/company/answers.yaml"
    path = tmp_path / "answers.yaml"
    path.write_text(company.read_text())
    before = fields(load(path, QUESTIONS))
    saved = save(path, before, before | {NOTES: "new"}, QUESTIONS)
    assert saved.now == before | {NOTES: "new"}
    assert comments(path.read_text()) == comments(company.read_text())


def test_another_hands_change_is_kept_beside_mine(path: Path) -> None:
    save(path, {}, {OWNER: "theirs"}, QUESTIONS)
    saved = save(path, {}, {NOTES: "mine"}, QUESTIONS)
    assert saved.now == {OWNER: "theirs", NOTES: "mine"} and saved.conflicts == ()


def test_what_both_changed_is_left_as_the_other_left_it_and_told(path: Path) -> None:
    save(path, {}, {OWNER: "theirs"}, QUESTIONS)
    saved = save(path, {}, {OWNER: "mine", NOTES: "mine"}, QUESTIONS)
    (conflict,) = saved.conflicts
    assert (conflict.place, conflict.mine, conflict.theirs) == (OWNER, "mine", "theirs")
    assert saved.now == {OWNER: "theirs", NOTES: "mine"}
    assert save(path, {}, {OWNER: "mine"}, QUESTIONS, insist=[OWNER]).now[OWNER] == "mine"


def test_one_exception_goes_and_the_other_stays(path: Path) -> None:
    other = "kms_key_tagged arn:aws:kms:eu-west-1:*:key/1"
    second = {("exceptions", other, place[2]): value for place, value in ACCEPTED.items()}
    second["exceptions", other, "resource"] = "arn:aws:kms:eu-west-1:*:key/1"
    before = save(path, {}, ACCEPTED | second, QUESTIONS).now
    text = comments(path.read_text())
    assert save(path, before, second, QUESTIONS).now == second
    assert comments(path.read_text()) == text


@pytest.mark.parametrize(
    ("mine", "words"),
    [
        ({PRACTICES: ("sec_protect_data_rest_key_mgt",)}, "Did you mean"),
        ({STATUS: "answered"}, "nobody gave the answer"),
        ({("answers", "monitoring", "due"): dt.date(2027, 1, 1)}, "nobody owns it"),
        ({("exceptions", EXCEPTION, "check"): "kms_key_tagged"}, "is missing"),
    ],
)
def test_what_may_not_stand_there_is_refused_and_the_file_stands_as_it_was(
    path: Path, mine: Fields, words: str
) -> None:
    before = path.read_bytes()
    with pytest.raises(KitError, match=words) as caught:
        save(path, {}, mine, QUESTIONS)
    assert "line" not in str(caught.value)  # of a text that was never written
    assert path.read_bytes() == before
    assert [p.name for p in path.parent.glob(".answers*")] == []


def test_a_field_of_an_entry_is_emptied_where_the_rules_let_it(path: Path) -> None:
    said = {"check": "kms_key_tagged", "resource": "arn:aws:kms:*:*:key/*", "says": "wrong"}
    said |= {"by": "A", "note": "B"}
    dispute: Fields = {("disputes", EXCEPTION, field): value for field, value in said.items()}
    before = save(path, {}, dispute | ACCEPTED, QUESTIONS).now
    without = {place: value for place, value in before.items() if place[-1] != "note"}
    assert save(path, before, without, QUESTIONS).now == without
    for field, words in (("owner", "owner"), ("expires", "expires")):
        gone = {p: v for p, v in without.items() if p != ("exceptions", EXCEPTION, field)}
        stands = path.read_bytes()
        with pytest.raises(KitError, match=words):
            save(path, without, gone, QUESTIONS)
        assert path.read_bytes() == stands


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(KitError, match="Choose another folder"):
        save(tmp_path / "none" / "answers.yaml", {}, {OWNER: "x"}, QUESTIONS)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n:#-'\"|>"),
    max_size=40,
).map(lambda text: "\n".join(line.strip() for line in text.strip().splitlines()))
values = st.one_of(
    words.filter(bool), st.sampled_from(["012345", "true", "null", "2026-01-01", "~"])
)
places = st.sampled_from(
    [
        ("answers", q.id, name)
        for q in QUESTIONS
        for name in ("notes", "owner", "answered_by", "evidence", "valid_until")
    ]
)


def _fits(place: Place, text: str) -> Value:
    if place[-1] == "evidence":
        return (text, f"{text}x")
    return dt.date(2030, 1, 1 + len(text) % 28) if place[-1] == "valid_until" else text


@given(st.dictionaries(places, values, max_size=6), st.dictionaries(places, values, max_size=6))
def test_whatever_is_said_is_read_again_and_no_comment_is_lost(
    first: dict[Place, str], second: dict[Place, str]
) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        folder.init(Path(name))
        path = Path(name) / "answers.yaml"
        before = comments(path.read_text())
        one = {place: _fits(place, text) for place, text in first.items()}
        two = {place: _fits(place, text) for place, text in second.items()}
        assert save(path, {}, one, QUESTIONS).now == one
        assert save(path, one, two, QUESTIONS).now == two
        assert [c for c in comments(path.read_text()) if c in before] == before


small = st.dictionaries(
    st.tuples(st.sampled_from(string.ascii_lowercase[:4])), st.sampled_from("xyz"), max_size=4
)


@given(small, small, small)
def test_merging_loses_nobodys_change(base: Fields, mine: Fields, theirs: Fields) -> None:
    merged = merge(base, mine, theirs)
    after = {k: v for k, v in (theirs | merged.changes).items() if v is not None}
    conflicts = {conflict.place for conflict in merged.conflicts}
    for place in base.keys() | mine.keys() | theirs.keys():
        if place in conflicts:
            assert after.get(place) == theirs.get(place)
        elif mine.get(place) != base.get(place):
            assert after.get(place) == mine.get(place)
        else:
            assert after.get(place) == theirs.get(place)


def test_an_answer_without_a_word_has_no_fields() -> None:
    assert fields(Answers(answers={"monitoring": Answer()})) == {}
    assert changed("", {OWNER: "A"}) == "answers:\n  key-management:\n    owner: A\n"
