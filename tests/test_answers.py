"""answers.yaml: read with file and line, turned into attestations and exceptions."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import ACCOUNT, QUESTIONS, finding, volume

from wa_kit import answers
from wa_kit.answers import (
    AcceptedRisk,
    Answer,
    Answers,
    Document,
    Duty,
    Involved,
    Matrix,
    Role,
    accept,
    attestations,
)
from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES, SUBJECTS
from wa_kit.written import WrittenError

TODAY = dt.date(2026, 11, 1)


def load(folder: Path, text: str, questions: Any = QUESTIONS) -> Answers:
    path = folder / "answers.yaml"
    path.write_text(text, encoding="utf-8")
    return answers.load(path, questions)


def test_every_part_is_read_as_its_type(tmp_path: Path) -> None:
    said = load(
        tmp_path,
        """\
answers:
  key-management:
    status: answered
    practices:
      - sec_protect_data_rest_key_mgmt
    notes: |-
      Two teams.

      One rule.
    answered_by: 012345
    answered_on: 2026-10-01
    valid_until: 2027-04-01
roles:
  responsibilities:
    config-rules:
      accountable: A. Moreau
artefacts:
  audit-report:
    where: wiki
    updated: 2026-09-30
exceptions:
  - check: ec2_ebs_volume_encrypted
    resource: "arn:*"
    owner: A
    approver: B
    reason: C
    expires: 2027-01-01
disputes:
  - check: kms_cmk_rotation_enabled
    resource: "arn:*"
    says: "fixed, look again"
    by: D
""",
    )
    assert said.answers["key-management"] == Answer(
        status="answered",
        practices=("sec_protect_data_rest_key_mgmt",),
        notes="Two teams.\n\nOne rule.",
        answered_by="012345",
        answered_on=dt.date(2026, 10, 1),
        valid_until=dt.date(2027, 4, 1),
    )
    assert said.roles == {"responsibilities": {"config-rules": Duty(accountable="A. Moreau")}}
    assert said.artefacts["audit-report"].updated == dt.date(2026, 9, 30)
    assert said.exceptions[0].expires == dt.date(2027, 1, 1)
    assert said.disputes[0].says == "fixed, look again"


DUTY = "roles:\n  responsibilities:\n    "
RISK = "  resource: x\n    owner: A\n    approver: B\n    reason: C\n"


@pytest.mark.parametrize(
    ("text", "line", "what", "todo"),
    [
        (
            "answers:\n  key-managment:\n    status: answered",
            2,
            "there is no question 'key-managment'",
            "Did you mean 'key-management'?",
        ),
        (
            "answers:\n  key-management:\n    status: done",
            3,
            "'status' should be one of unanswered, answered, not applicable, and is 'done'",
            "",
        ),
        (
            "answers:\n  key-management:\n    note: x",
            3,
            "there is no key 'note' here",
            "Did you mean 'notes'?",
        ),
        (
            "answers:\n  key-management:\n    practices:\n      - a\n      - b",
            4,
            "there is no practice 'a'",
            "There are: sec_identities_secrets, sec_permissions_least_privileges,",
        ),
        (
            "answers:\n  monitoring:\n    practices:\n      - sec_detect_investigate_events_log",
            4,
            "there is no practice 'sec_detect_investigate_events_log'",
            "Did you mean 'sec_detect_investigate_events_logs'?",
        ),
        (
            "answers:\n  monitoring:\n    due: soon",
            3,
            "'due' should be a date such as 2026-05-31 or nothing, and is 'soon'",
            "",
        ),
        (
            "roles:\n  cloud-administrator:\n    config-rules:\n      accountable: A",
            2,
            "there is no subject of roles 'cloud-administrator'",
            "There are: responsibilities.",
        ),
        (
            DUTY + "config-rule:\n      accountable: A",
            3,
            "there is no responsibility 'config-rule'",
            "Did you mean 'config-rules'?",
        ),
        (
            DUTY + "config-rules:\n      responsible: A",
            4,
            "there is no key 'responsible' here",
            "The keys here are: accountable, deputy.",
        ),
        (
            "artefacts:\n  audit-log-report:\n    where: x",
            2,
            "there is no artefact 'audit-log-report'",
            "Did you mean 'audit-report'?",
        ),
        (
            "exceptions:\n  - check: ec2_ebs_volume_encryptd\n  "
            + RISK
            + "    expires: 2027-01-01",
            2,
            "there is no check 'ec2_ebs_volume_encryptd'",
            "Did you mean 'ec2_ebs_volume_encrypted'?",
        ),
        (
            "exceptions:\n  - check: ec2_ebs_volume_encrypted\n  " + RISK,
            2,
            "'expires' is missing in item 1 of 'exceptions'",
            "Add 'expires: ...'.",
        ),
        (
            "disputes:\n  - check: kms_cmk_rotation_enable\n    resource: x\n    says: wrong\n"
            "    by: A",
            2,
            "there is no check 'kms_cmk_rotation_enable'",
            "Did you mean 'kms_cmk_rotation_enabled'?",
        ),
        (
            "disputes:\n  - check: kms_cmk_rotation_enabled\n    resource: x\n    says: wrng\n"
            "    by: A",
            4,
            "'says' should be one of wrong, compensating control, fixed, look again",
            "Did you mean 'wrong'?",
        ),
        ("answer:\n  a: b", 1, "there is no key 'answer' here", "Did you mean 'answers'?"),
    ],
)
def test_what_nobody_knows_is_refused_with_file_line_and_what_to_do(
    tmp_path: Path, text: str, line: int, what: str, todo: str
) -> None:
    with pytest.raises(WrittenError) as caught:
        load(tmp_path, text)
    said = str(caught.value)
    assert said.startswith(f"{tmp_path / 'answers.yaml'}: line {line}: {what}")
    assert todo in said
    assert caught.value.exit_code == 2


def test_duties_and_documents_of_ones_own_questionnaires_are_known(tmp_path: Path) -> None:
    from msgspec.structs import replace

    from wa_kit.questionnaire import Artefact, Responsibility, Role

    duty = Responsibility(id="key-ceremony", text="Runs it.")
    own = replace(
        QUESTIONS[0],
        roles=(Role(id="officer", title="Officer", responsibilities=(duty,)),),
        artefacts=(Artefact(id="ceremony-log", title="Log", proves="That it was held."),),
    )
    text = (
        DUTY + "key-ceremony:\n      accountable: A\nartefacts:\n  ceremony-log:\n    where: safe"
    )
    said = load(tmp_path, text, [own])
    assert said.roles["responsibilities"]["key-ceremony"].accountable == "A"
    assert "config-rules" in RESPONSIBILITIES  # those of the kit stay known
    with pytest.raises(WrittenError, match="no responsibility 'key-ceremony'"):
        load(tmp_path, text)


def test_a_finished_run_is_read_whatever_names_its_kit_knew(tmp_path: Path) -> None:
    """A later kit has other questions and checks; what people said then must still open."""
    text = "answers:\n  gone:\n    practices:\n      - gone_too\nartefacts:\n  gone:\n    where: x"
    said = load(tmp_path, text, None)
    assert said.answers["gone"].practices == ("gone_too",)


wild = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from([*Answers.__struct_fields__, "x"]), wild))
def test_a_wild_file_is_read_or_refused_with_its_name(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    import json

    folder = tmp_path_factory.mktemp("wild")
    try:
        load(folder, json.dumps(content))
    except WrittenError as error:
        assert str(error).startswith(str(folder / "answers.yaml"))


# Attestations


def test_every_subject_has_an_attestation_and_none_of_them_is_answered_at_first() -> None:
    rows = attestations(Answers(), ACCOUNT)
    assert [row.subject for row in rows] == list(SUBJECTS)
    assert not any(row.answered for row in rows)
    assert {row.region for row in rows} == {"global"}
    assert rows[0].arn == "answers.yaml#artefacts/encryption-policy"


def test_a_document_is_attested_with_all_that_is_said_of_it() -> None:
    document = Document(where="wiki", owner="A", version="3", approved=TODAY)
    said = Answers(artefacts={"encryption-policy": document})
    row = next(r for r in attestations(said, ACCOUNT) if r.subject.endswith("/encryption-policy"))
    assert row.answered
    assert (row.where, row.owner, row.version, row.approved) == ("wiki", "A", "3", TODAY)


@pytest.mark.parametrize(
    ("duty", "answered"),
    [(Duty(), False), (Duty(accountable="A"), True), (Duty(deputy="B"), True)],
)
def test_roles_are_answered_once_anybody_is_named(duty: Duty, answered: bool) -> None:
    said = Answers(roles={"responsibilities": {"config-rules": duty}})
    row = next(r for r in attestations(said, ACCOUNT) if r.is_role)
    assert row.answered is answered
    named = {"accountable": duty.accountable, "deputy": duty.deputy}
    assert row.details == {"config-rules": named}


def test_subjects_checks_and_questionnaires_name_the_same_documents_and_duties() -> None:
    documents = {artefact.id for q in QUESTIONS for artefact in q.artefacts}
    asked = {s.removeprefix("artefacts/") for s in SUBJECTS if s.startswith("artefacts/")}
    assert asked == documents
    below = {"artefacts", "principals"}  # checks on every document, and on every role
    assert {check.about for check in CHECKS.values() if check.about} == set(SUBJECTS) | below
    duties = {
        d.id: (r.title, d.text) for q in QUESTIONS for r in q.roles for d in r.responsibilities
    }
    assert {name: (d.role, d.text) for name, d in RESPONSIBILITIES.items()} == duties


def subjects(answers: Answers, **more: Any) -> dict[str, Any]:
    return {row.subject: row for row in attestations(answers, ACCOUNT, **more)}


def test_the_documents_of_questions_and_the_teams_own_are_attested_under_their_titles() -> None:
    said = Answers(artefacts={"runbook": Document(title="Runbook", where="wiki")})
    rows = subjects(said, questions=QUESTIONS)
    assert rows["artefacts/runbook"].name == "Runbook"
    assert rows["artefacts/runbook"].answered
    assert not rows["artefacts/encryption-policy"].answered


@pytest.mark.parametrize(
    "matrix",
    [
        Matrix(),
        Matrix(roles={"data-owner": Role(held_by=("A",), principals=("p",))}),
        Matrix(practices={"sec_identities_secrets": Involved()}),
    ],
)
def test_a_matrix_that_nobody_began_is_one_row_and_unanswered(matrix: Matrix) -> None:
    rows = subjects(Answers(raci=matrix), questions=QUESTIONS)
    assert [name for name in rows if name.startswith("raci")] == ["raci"]
    assert not rows["raci"].answered


def test_a_matrix_that_was_begun_has_a_row_for_each_practice_asked_and_each_document() -> None:
    line = Involved(accountable="lead", responsible=("lead", "ghost"))
    matrix = Matrix(roles={"lead": Role(held_by=("A", "B"))}, artefacts={"runbook": line})
    said = Answers(raci=matrix, artefacts={"runbook": Document(title="Runbook")})
    rows = subjects(said, questions=QUESTIONS)
    asked = {f"raci/practices/{p.choice}" for q in QUESTIONS for p in q.practices}
    assert {name for name in rows if name.startswith("raci/practices")} == asked
    assert "raci" not in rows
    assert rows["raci/artefacts/runbook"].details == {
        "accountable": {"lead": ["A", "B"]},
        "responsible": {"lead": ["A", "B"], "ghost": []},
    }
    empty = rows["raci/practices/sec_identities_secrets"]
    assert empty.answered and empty.is_role
    assert empty.details == {"accountable": {}, "responsible": {}}


def test_each_role_is_attested_with_the_principals_it_acts_as() -> None:
    matrix = Matrix(roles={"data-owner": Role(title="Data owner", principals=("app-*",))})
    rows = subjects(Answers(raci=matrix), questions=QUESTIONS)
    assert rows["principals/data-owner"].details == {"principals": ["app-*"]}
    assert rows["principals/data-owner"].name == "Data owner"
    assert not rows["principals/cloud-administrator"].answered
    assert "principals/cloud-administrator" not in subjects(Answers(raci=matrix))


# Exceptions


def risk(**more: Any) -> AcceptedRisk:
    given: dict[str, Any] = {
        "check": "ec2_ebs_volume_encrypted",
        "resource": volume(1).arn,
        "owner": "A",
        "approver": "B",
        "reason": "C",
        "expires": TODAY + dt.timedelta(days=1),
    }
    return AcceptedRisk(**(given | more))


@pytest.mark.parametrize(
    ("entry", "covered"),
    [
        (risk(), True),
        (risk(resource="arn:aws:ec2:*:volume/*"), True),
        (risk(resource="arn:aws:ec2:eu-west-?:*1"), True),
        (risk(resource=volume(1).arn[:-1] + "[0-9]"), False),  # brackets are no wildcards
        (risk(resource=volume(2).arn), False),
        (risk(resource=volume(1).arn.upper()), False),
        (risk(check="kms_cmk_rotation_enabled", resource="*"), False),
        (risk(expires=TODAY + dt.timedelta(days=2)), True),
        (risk(expires=TODAY), False),  # back on the day it expires
        (risk(expires=TODAY - dt.timedelta(days=1)), False),
    ],
)
def test_an_exception_covers_its_check_its_resources_and_its_time(
    entry: AcceptedRisk, covered: bool
) -> None:
    failure = finding("ec2_ebs_volume_encrypted", volume(1), "fail")
    (judged,) = accept([failure], Answers(exceptions=(entry,)), TODAY)
    assert (judged.exception is not None) is covered
    assert judged.outcome == "fail"  # it stays one


def test_the_first_exception_that_still_holds_is_named() -> None:
    failure = finding("ec2_ebs_volume_encrypted", volume(1), "fail")
    entries = (risk(expires=dt.date(2026, 1, 1)), risk(reason="first"), risk(reason="second"))
    (judged,) = accept([failure], Answers(exceptions=entries), TODAY)
    assert judged.exception is not None
    assert judged.exception["reason"] == "first"
    assert judged.exception["expires"] == "2026-11-02"


@pytest.mark.parametrize("outcome", ["pass", "unknown", "not_applicable"])
def test_only_a_failure_can_be_accepted(outcome: str) -> None:
    judged = finding("ec2_ebs_volume_encrypted", volume(1), outcome)
    assert accept([judged], Answers(exceptions=(risk(resource="*"),)), TODAY) == [judged]
