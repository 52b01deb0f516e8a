"""The questions that ship: complete, in our own words, and with drafts that fit every standing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import jinja2
import msgspec
import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment

from wa_kit.checks import CHECKS
from wa_kit.questionnaire import Questionnaire, load_all
from wa_kit.written import WrittenError, shipped

KNOWN = frozenset(CHECKS)
QUESTIONS = load_all(known_checks=KNOWN)
every_question = pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)


def texts(value: Any) -> Iterator[str]:
    """Every text that a value holds, at any depth."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from texts(list(value.values()))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)


def test_the_questions_come_in_the_order_of_the_report() -> None:
    assert [question.id for question in QUESTIONS] == [
        "encryption-enforcement",
        "key-management",
        "monitoring",
        "backup-encryption",
        "roles-and-artefacts",
        "access-control",
        "encryption-in-transit",
    ]


def test_every_check_supports_a_question() -> None:
    assert {check for question in QUESTIONS for check in question.checks} == KNOWN


@every_question
def test_no_text_is_empty_or_left_unfinished(question: Questionnaire) -> None:
    for text in texts(msgspec.to_builtins(question)):
        assert text.strip()
        assert not re.search(r"\b(TODO|TBD|FIXME|lorem)\b", text)


@every_question
def test_a_reviewer_finds_all_that_the_conversation_needs(question: Questionnaire) -> None:
    assert question.question.endswith("?")
    assert 2 <= sentences(question.why) <= 4
    assert all("?" in prompt.ask for prompt in question.prompts)
    assert question.services
    assert question.examples
    asked = [prompt.ask for prompt in question.prompts]
    assert len(asked) == len(set(asked)) >= 5


@every_question
def test_each_practice_is_keyed_by_its_choice_and_dated(question: Questionnaire) -> None:
    assert question.lens_as_of == "2026-05"
    for practice in question.practices:
        page = "https://docs.aws.amazon.com/wellarchitected/latest/framework/"
        assert practice.url == f"{page}{practice.choice}.html"
        assert re.fullmatch(r"(sec|rel)_[a-z]+(_[a-z]+)+", practice.choice)
        assert practice.practice[:3].lower() == practice.choice[:3]


def test_a_role_or_artefact_reads_the_same_wherever_it_is_named() -> None:
    (home,) = (question for question in QUESTIONS if question.id == "roles-and-artefacts")
    titles = {role.id: role.title for role in home.roles}
    duties = {(r.id, d.id): d.text for r in home.roles for d in r.responsibilities}
    assert len(duties) == 6
    named: dict[str, Any] = {}
    for question in QUESTIONS:
        for role in question.roles:
            assert titles[role.id] == role.title
            assert all(duties[role.id, d.id] == d.text for d in role.responsibilities)
        for artefact in question.artefacts:
            assert named.setdefault(artefact.id, artefact) == artefact


def prompts_of(question_id: str) -> str:
    (question,) = load_all(ids=[question_id])
    return " ".join(f"{prompt.ask} {prompt.good_answer}" for prompt in question.prompts)


@pytest.mark.parametrize(
    ("question_id", "fact"),
    [
        ("encryption-enforcement", "data in use"),
        ("encryption-enforcement", "encrypt data itself before it reaches AWS"),
        ("encryption-enforcement", "default reaches new objects only"),
        ("key-management", "envelope encryption"),
        ("key-management", "AWS managed keys rotate every year"),
        ("key-management", "only such a key can be shared"),
        ("backup-encryption", "names a key at its destination"),
        ("roles-and-artefacts", "AWS Artifact"),
        ("roles-and-artefacts", "relevant, not compliant"),
        ("encryption-in-transit", "FTP has no encryption at all"),
        ("encryption-in-transit", "Direct Connect does not"),
    ],
)
def test_what_aws_cannot_be_asked_and_what_older_texts_get_wrong_is_said(
    question_id: str, fact: str
) -> None:
    assert fact in prompts_of(question_id)


def test_the_decision_table_tells_manager_rotation_and_trail_of_each_choice() -> None:
    (keys,) = load_all(ids=["key-management"])
    table = {d.option: (d.key_manager, d.rotation, d.trail) for d in keys.decisions}
    assert list(table) == [
        "SSE-S3",
        "SSE-KMS with the AWS managed key (aws/s3)",
        "SSE-KMS with a customer managed key",
        "DSSE-KMS",
        "SSE-C",
        "Client-side encryption",
    ]
    assert "every year since 2022" in table["SSE-KMS with the AWS managed key (aws/s3)"][1]
    recorded = {option for option, row in table.items() if "recorded in CloudTrail" in row[2]}
    assert recorded == set(list(table)[1:4])


@pytest.mark.parametrize(
    "phrase",
    [
        "additional layer of protection",
        "anti-pattern",
        "benefits of establishing",
        "common anti",
        "control and detect access",
        "data at rest represents any data",
        "desired outcome",
        "establishing this best practice",
        "implementation guidance",
        "implementation steps",
        "key material required to secure",
        "level of risk exposed",
        "prevent and detect if",
        "unauthorized access or accidental",
        "unintended data disclosure",
        "you should enforce the use of encryption",
    ],
)
def test_no_phrase_is_taken_from_the_pages_that_are_linked(phrase: str) -> None:
    for question in QUESTIONS:
        assert not [text for text in texts(msgspec.to_builtins(question)) if phrase in text.lower()]


# Draft answers. What answers.py offers to a template, in its plainest form.


def plural(n: int, noun: str) -> str:
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def listing(items: Iterable[str]) -> str:
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


STANDINGS = ("supported", "gaps", "cannot_tell", "nothing_here", "ask")
ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=jinja2.StrictUndefined, autoescape=False)
ENVIRONMENT.globals.update(plural=plural, listing=listing)
WORST: list[dict[str, Any]] = [
    {"name": "orders", "because": "It is plain.", "severity": "high", "owner": "sales"},
    {"name": "vol-1", "because": "8 GiB lie unencrypted", "severity": "medium", "owner": None},
]
VAULT = {
    "what": "recovery points",
    "action": "backup:ListRecoveryPointsByBackupVault",
    "region": "us-east-1",
}
USERS = {"what": "users", "action": None, "region": "global"}
SITUATIONS: dict[str, dict[str, Any]] = {
    "all good": {"standing": "supported", "passed": 61, "assessed": 61},
    "one unknowable": {
        "standing": "supported",
        "passed": 1,
        "assessed": 1,
        "unknown": 1,
    },
    "many gaps": {
        "standing": "gaps",
        "passed": 9,
        "failed": 3,
        "assessed": 12,
        "worst": WORST,
        "by_check": {check: {"pass": 2, "fail": 1} for check in KNOWN},
    },
    "one gap, much unread": {
        "standing": "gaps",
        "failed": 1,
        "assessed": 1,
        "unknown": 4,
        "why_unknown": "4 could not be read",
        "worst": WORST[:1],
        "not_seen": [VAULT, USERS, VAULT, VAULT, VAULT],
        "by_check": {check: {"fail": 1, "unknown": 4} for check in KNOWN},
    },
    "much unknowable": {"standing": "supported", "passed": 4, "assessed": 4, "partly": 3},
    "all denied": {"standing": "cannot_tell", "unknown": 3, "not_seen": [VAULT]},
    "partly denied": {
        "standing": "cannot_tell",
        "passed": 1,
        "assessed": 1,
        "unknown": 1,
        "not_seen": [VAULT, USERS],
    },
    "empty account": {"standing": "nothing_here"},
    "nothing applies": {"standing": "nothing_here", "not_applicable": 1},
    "nobody asked yet": {"standing": "ask"},
    "nobody answered": {"standing": "ask", "unknown": 2},
}


def draft(question: Questionnaire, situation: dict[str, Any]) -> str:
    names = ("passed", "failed", "unknown", "not_applicable", "assessed", "partly")
    counts = dict.fromkeys(names, 0)
    known = {**counts, "why_unknown": "", "worst": [], "not_seen": [], "by_check": {}, **situation}
    return ENVIRONMENT.from_string(question.answer).render(known)


def sentences(text: str) -> int:
    return len(re.findall(r"[.?!](?= |$)", text))


@every_question
@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS.keys())
def test_a_draft_is_a_few_clean_sentences_in_every_situation(
    question: Questionnaire, situation: dict[str, Any]
) -> None:
    text = draft(question, situation)
    assert 2 <= sentences(text) <= 6
    assert text == " ".join(text.split())
    assert text.endswith(".")
    assert not re.search(r"[{}]|\.\.| [.,;:)]|None|\(\)", text)
    assert not re.search(r"\b1 (resource|key|Region|backup|snapshot|item)s\b", text)
    assert not re.search(r"\b([02-9]|\d\d+) (resource|key|Region|backup|snapshot|item)\b", text)


@every_question
def test_no_two_standings_share_a_first_sentence(question: Questionnaire) -> None:
    empty = [draft(question, {"standing": name}) for name in STANDINGS]
    assert len({text.split(". ")[0] for text in empty}) == len(STANDINGS)


@every_question
def test_a_draft_about_gaps_cites_counts_worst_findings_and_owners(
    question: Questionnaire,
) -> None:
    text = draft(question, SITUATIONS["many gaps"])
    assert re.search(r"of 12 \w+ (judged|looked at), 3 ", text)
    worst = "orders (high: It is plain, owner: sales); vol-1 (medium: 8 GiB lie unencrypted)."
    assert f"Most serious: {worst}" in text


@every_question
def test_a_draft_says_what_was_not_read_and_which_permission_it_needs(
    question: Questionnaire,
) -> None:
    place = "recovery points in us-east-1 (needs backup:ListRecoveryPointsByBackupVault)"
    assert f" Not read: {place}. 3 " in draft(question, SITUATIONS["all denied"])
    text = draft(question, SITUATIONS["one gap, much unread"])
    assert f" Not read: {place}; users; {place}; and 2 more. 4 " in text


def test_a_draft_says_when_a_failure_is_an_accepted_exception() -> None:
    accepted = {**SITUATIONS["many gaps"], "worst": [{**WORST[0], "accepted": True}]}
    text = draft(QUESTIONS[0], accepted)
    assert "orders (high: It is plain, owner: sales, accepted as an exception)." in text


@every_question
@pytest.mark.parametrize("name", ["all denied", "empty account", "nobody asked yet"])
def test_a_draft_without_evidence_claims_nothing(question: Questionnaire, name: str) -> None:
    text = draft(question, SITUATIONS[name])
    assert "no gap" not in text
    assert "Most serious" not in text


# Loading. A small folder of one's own.

SMALL = """\
id: {id}
order: {order}
title: Small
question: Is it?
why: Because. It matters.
lens_as_of: 2026-05
practices:
  - practice: SEC08-BP02
    title: Enforce encryption at rest
    choice: sec_protect_data_rest_encrypt
    url: https://docs.aws.amazon.com/x.html
prompts:
  - ask: Is it?
    good_answer: It is.
answer: "{{{{ standing }}}}"
checks:
  - kms_key_tagged
  - {check}
"""


def small(folder: Path, id: str, order: int = 1, check: str = "macie_enabled") -> Path:
    path = folder / f"{id}.yaml"
    path.write_text(SMALL.format(id=id, order=order, check=check))
    return path


def test_questions_of_ones_own_are_loaded_in_their_order_and_by_name(tmp_path: Path) -> None:
    small(tmp_path, "a", order=2)
    small(tmp_path, "b", order=1)
    assert [q.id for q in load_all(tmp_path, known_checks=KNOWN)] == ["b", "a"]
    assert [q.id for q in load_all(tmp_path, ["a"])] == ["a"]
    assert load_all(tmp_path, []) == ()


def test_a_question_of_ones_own_may_use_the_shared_sentences(tmp_path: Path) -> None:
    path = small(tmp_path, "own")
    path.write_text(path.read_text().replace("{{ standing }}", "So{{ most_serious() }}"))
    (own,) = load_all(tmp_path)
    assert draft(own, {"worst": WORST[1:]}).startswith("So Most serious: vol-1 (medium: 8 GiB")


def test_an_unknown_questionnaire_is_refused_with_the_nearest() -> None:
    with pytest.raises(WrittenError, match=r"'key-managment'. Did you mean 'key-management'\?"):
        load_all(ids=["key-managment"])
    with pytest.raises(WrittenError, match="There are: access-control, backup-encryption"):
        load_all(ids=["zzz"])


def refusal(folder: Path) -> str:
    with pytest.raises(WrittenError) as error:
        load_all(folder, known_checks=KNOWN)
    return str(error.value).removeprefix(f"{folder}/")


def test_an_unknown_check_is_refused_with_line_and_nearest(tmp_path: Path) -> None:
    small(tmp_path, "own", check="macie_enable")
    said = "own.yaml: line 18: there is no check 'macie_enable'. Did you mean 'macie_enabled'?"
    assert refusal(tmp_path) == said


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- macie_enabled", "- kms_key_tagged", "line 18: 'kms_key_tagged' is named twice."),
        ("id: own", "id: other", "line 1: the id is 'other' in a file named 'own.yaml'."),
        ("id: own", "id: ../own", "line 1: 'id' should be lower-case words joined by hyphens"),
        ("promp", "prom", "line 12: there is no key 'promts' here. Did you mean 'prompts'?"),
        ("2026-05", "lately", "line 6: 'lens_as_of' should be a month such as 2026-05"),
        ("SEC08-BP02", "SEC8", "line 8: 'practice' should be such as SEC08-BP02, and is 'SEC8'."),
        ("title: Small", "title: ''", "line 3: 'title' should be some text, and is ''."),
    ],
)
def test_a_question_that_cannot_be_used_is_refused_with_its_line(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    path = small(tmp_path, "own")
    path.write_text(path.read_text().replace(old, new, 1))
    assert refusal(tmp_path).startswith(f"own.yaml: {said}")


def test_a_file_that_would_be_passed_over_and_a_missing_folder_are_refused(
    tmp_path: Path,
) -> None:
    (tmp_path / "own.yml").write_text("id: own")
    assert refusal(tmp_path).startswith("own.yml: this name would be passed over. Rename it")
    with pytest.raises(WrittenError, match="there is no such folder"):
        load_all(tmp_path / "absent")


def test_nothing_but_the_questions_and_their_sentences_ships() -> None:
    folder = shipped("questionnaires")
    names = sorted(path.name for path in folder.iterdir())
    assert names == sorted([f"{question.id}.yaml" for question in QUESTIONS] + ["sentences.j2"])
