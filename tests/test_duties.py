"""Who should and who can: the people a duty names, beside what IAM and key policies allow."""

from __future__ import annotations

import json
from typing import Any

import pytest
import samples
from samples import ACCOUNT, QUESTIONS, key
from tools import DENIED

from wa_kit.answers import Answers, Duty, Matrix, Role
from wa_kit.evidence.iam import IamPolicy, IamPrincipal
from wa_kit.model import Evidence, Look, Row
from wa_kit.review.duties import who_should_who_can
from wa_kit.review.material import Material
from wa_kit.shown import Table

ROOT = f"arn:aws:iam::{ACCOUNT}:root"
SHOULD, CAN, APART = 1, 2, 3


def allow(*actions: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": "*"} | more


def policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def who(name: str, *actions: str, **more: Any) -> IamPrincipal:
    given: dict[str, Any] = {
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{name}",
        "account": ACCOUNT,
        "region": "global",
        "name": name,
        "kind": "role",
        "service_linked": False,
        "groups": [],
        "inline": [policy(allow(*actions))] if actions else [],
        "attached": [],
        "boundary": None,
        "trust": policy({"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "sts:*"}),
        "last_used": None,
    }
    return IamPrincipal(**(given | more))


def looks(failed: bool = False) -> list[Look]:
    return [
        Look(
            table=table.__name__,
            account=ACCOUNT,
            region="global",
            not_read=DENIED if failed else None,
        )
        for table in (IamPrincipal, IamPolicy)
    ]


SAID = Answers(
    roles={"responsibilities": {"config-rules": Duty(accountable="Kim <b>")}},
    raci=Matrix(
        roles={
            "cloud-administrator": Role(held_by=("Kim",), principals=("admin-*",)),
            "operator": Role(title="Operator", principals=("ops",)),
        }
    ),
)


def table(*rows: Row, answers: Answers = SAID, failed: bool = False, asked: Any = QUESTIONS) -> Any:
    shown = samples.review(list(rows), [], answers=answers)
    seen: Material = shown._material
    made = Material(
        seen.manifest,
        seen.summary,
        [],
        asked,
        Evidence(list(rows), looks(failed)),
        answers,
        seen.narrative,
        b"",
        paper=False,
    )
    parts = who_should_who_can(made)
    return parts.parts[0] if parts else None


def row(made: Table, begins: str) -> tuple[str, ...]:
    (found,) = (r for r in made.rows if str(r[0]).startswith(begins))
    return tuple(map(str, found))


RULES, KEYS, BACKUPS = "Uses AWS Config", "Sets up KMS", "Audits the encryption of backups"


def test_who_is_named_stands_beside_who_can() -> None:
    stop = "config:StopConfigurationRecorder"
    rows = [who("admin-1", stop), who("ops", stop), who("stray", "config:*"), who("reader", "s3:*")]
    found = row(table(*rows), RULES)
    assert "Kim &lt;b&gt;" in found[SHOULD] and "admin-*" in found[SHOULD]
    assert all(name in found[CAN] for name in ("admin-1", "ops", "stray"))
    assert "reader" not in found[CAN]
    assert "Can for another role, Operator: <bdi>ops</bdi>" in found[APART]
    assert "no role of the matrix acts as it: <bdi>stray</bdi>" in found[APART]
    assert "Named, and cannot" not in found[APART]


def test_who_is_named_and_cannot_is_said() -> None:
    found = row(table(who("admin-1", "s3:GetObject")), RULES)
    assert found[CAN] == "nobody"
    assert "Named, and cannot" in found[APART]


def test_where_all_agrees_nothing_is_said_against_it() -> None:
    found = row(table(who("admin-1", "config:DeleteConfigRule")), RULES)
    assert found[APART] == "Nothing"


def test_an_administrator_is_called_one() -> None:
    assert "boss (administrator)" in row(table(who("boss", "*")), RULES)[CAN]


def test_a_role_that_is_not_mapped_says_so() -> None:
    found = row(table(who("admin-1", "*"), answers=Answers()), RULES)
    assert "nobody named" in found[SHOULD] and "does not say as which" in found[SHOULD]
    assert "no role of the matrix acts as it" in found[APART]


def test_what_was_not_read_is_never_told_as_nobody() -> None:
    found = row(table(failed=True), RULES)
    assert (found[CAN], found[APART]) == ("not read", "Cannot be told")
    partly = row(table(who("admin-1", "config:*"), who("x", inline=DENIED)), RULES)
    assert "and perhaps others: not all was read" in partly[CAN]
    assert partly[APART] == "Nothing in what was read"


def test_roles_of_which_a_policy_makes_no_sense_are_unread() -> None:
    found = row(table(who("admin-1", "s3:*"), who("odd", inline=["{}}"])), RULES)
    assert found[CAN] == "not read"


DELEGATES = allow("kms:*", Principal={"AWS": ROOT})
NAMED = allow("kms:DisableKey", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/x/keeper"})
FOREIGN = allow("kms:PutKeyPolicy", Principal={"AWS": "arn:aws:iam::999988887777:root"})


@pytest.mark.parametrize(
    ("statements", "can", "cannot"),
    [
        ([DELEGATES], ["by-iam"], ["keeper"]),
        ([NAMED], ["keeper"], ["by-iam"]),
        ([DELEGATES, NAMED, FOREIGN], ["by-iam", "keeper", "account 999988887777"], ["role/"]),
    ],
)
def test_keys_are_ruled_by_their_policies_and_by_iam_only_where_a_policy_says_so(
    statements: list[dict[str, Any]], can: list[str], cannot: list[str]
) -> None:
    rows = [who("by-iam", "kms:ScheduleKeyDeletion"), who("keeper")]
    found = row(table(*rows, key("alias/a", 1, policy=policy(*statements))), KEYS)
    assert all(name in found[CAN] for name in can)
    assert not any(name in found[CAN] for name in cannot)


def test_a_key_whose_policy_was_not_read_leaves_the_list_open() -> None:
    rows = [who("by-iam", "kms:*"), key("alias/a", 1, policy=policy(DELEGATES))]
    found = row(table(*rows, key("alias/b", 2, policy=DENIED)), KEYS)
    assert "by-iam" in found[CAN] and "not all was read" in found[CAN]
    assert row(table(key("alias/b", 2, policy=DENIED)), KEYS)[CAN] == "not read"


def test_long_lists_are_counted_not_cut_in_silence() -> None:
    many = [who(f"w{n:02}", "backup:DeleteRecoveryPoint") for n in range(14)]
    found = row(table(*many), BACKUPS)
    assert found[CAN].count("<li>") == 11 and "and 4 more" in found[CAN]
    assert "and 4 more" in found[APART]


def test_a_run_that_asked_for_no_duty_shows_no_table() -> None:
    assert table(asked=[q for q in QUESTIONS if q.id == "encryption-in-transit"]) is None
