"""The action plan: ranked by impact and effort, with an owner and a day for each action."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from samples import finding, volume

from wa_kit.actions import planned
from wa_kit.answers import Action, Answers

DAY = dt.date(2026, 11, 1)
ONE, TWO = volume(1), volume(2)


def plan(*findings: Any, **more: Any) -> list[Any]:
    given: dict[str, Any] = {"answers": Answers(), "owners": {}, "day": DAY} | more
    return planned(findings, **given)


@pytest.mark.parametrize(
    ("check", "severity", "horizon"),
    [
        ("ec2_ebs_volume_encrypted", "critical", 30),  # whatever it takes
        ("ec2_ebs_default_encryption", "high", 30),
        ("config_encryption_rules_present", "high", 90),
        ("ec2_ebs_volume_encrypted", "high", 180),
        ("kms_cmk_rotation_enabled", "medium", 90),
        ("s3_bucket_sse_kms_cmk", "medium", 180),
        ("kms_cmk_rotation_enabled", "low", 180),
        ("a_check_this_kit_does_not_have", "high", 90),
    ],
)
def test_the_day_follows_from_impact_and_effort(check: str, severity: str, horizon: int) -> None:
    (action,) = plan(finding(check, ONE, "fail", severity=severity))
    assert action.horizon == horizon
    assert action.due == DAY + dt.timedelta(days=horizon)
    assert not action.overdue and action.status == "open"


def test_the_worst_comes_first_then_the_easiest_then_what_concerns_most() -> None:
    found = [
        finding("kms_cmk_rotation_enabled", ONE, "fail", severity="medium"),
        finding("ec2_ebs_volume_encrypted", ONE, "fail"),
        finding("ec2_ebs_default_encryption", None, "fail"),
        finding("rds_snapshot_encrypted", ONE, "fail"),
        finding("rds_snapshot_encrypted", TWO, "fail"),
    ]
    assert [(a.check, a.resources) for a in plan(*found)] == [
        ("ec2_ebs_default_encryption", 1),
        ("rds_snapshot_encrypted", 2),
        ("ec2_ebs_volume_encrypted", 1),
        ("kms_cmk_rotation_enabled", 1),
    ]


def test_what_passes_or_is_accepted_asks_for_no_action() -> None:
    accepted = finding("ec2_ebs_volume_encrypted", ONE, "fail", exception={"expires": "2027-01-01"})
    assert plan(accepted, finding("ec2_ebs_volume_encrypted", TWO)) == []


def test_an_accepted_failure_beside_an_open_one_is_not_counted() -> None:
    accepted = finding("ec2_ebs_volume_encrypted", ONE, "fail", exception={"expires": "2027-01-01"})
    (action,) = plan(accepted, finding("ec2_ebs_volume_encrypted", TWO, "fail"))
    assert action.resources == 1


def test_the_owner_is_the_one_most_named() -> None:
    found = [finding("rds_snapshot_encrypted", volume(n), "fail") for n in (1, 2, 3)]
    owners = {volume(1).arn: "b team", volume(2).arn: "a team", volume(3).arn: "b team"}
    assert plan(*found, owners=owners)[0].owner == "b team"
    assert plan(*found)[0].owner == ""


def test_what_people_decided_goes_before_the_proposal() -> None:
    said = Action(owner="Ada", due=dt.date(2026, 12, 24), status="in progress", note="Waits.")
    answers = Answers(actions={"rds_snapshot_encrypted": said})
    (action,) = plan(finding("rds_snapshot_encrypted", ONE, "fail"), answers=answers)
    assert (action.owner, action.due, action.status) == ("Ada", said.due, "in progress")
    assert (action.horizon, action.note) == (90, "Waits.")


@pytest.mark.parametrize(("status", "overdue"), [("open", True), ("done", False)])
def test_a_day_that_passed_is_said_unless_it_is_done(status: Any, overdue: bool) -> None:
    said = Action(owner="Ada", due=DAY - dt.timedelta(days=1), status=status)
    answers = Answers(actions={"rds_snapshot_encrypted": said})
    (action,) = plan(finding("rds_snapshot_encrypted", ONE, "fail"), answers=answers)
    assert (action.overdue, action.horizon) == (overdue, 30)
