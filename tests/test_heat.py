"""The heat map: every question in every place, by the worst of it, in words and by a sign."""

from __future__ import annotations

import re
from typing import Any

import pytest
from samples import finding, volume

from wa_kit.model import Finding, Reason
from wa_kit.review.heat import heat_map

QUESTIONS = {"q": "Keys", "other": "Backups"}
ONE, TWO, THREE = volume(1), volume(2), volume(3)


def on(row: Any, outcome: str, **more: Any) -> Finding:
    return finding("some_check", row, outcome, **({"questions": ("q",)} | more))


def unread(row: Any, reason: Reason = Reason.DENIED) -> Finding:
    return on(row, "unknown", reason=reason)


def cells(*findings: Finding) -> list[list[str]]:
    """The rows of the map as words."""
    table = heat_map(findings, QUESTIONS).parts[0]
    return [[re.sub("<[^>]*>", "|", str(cell)) for cell in row] for row in table.rows]


def first(*findings: Finding) -> tuple[str, str]:
    """The look and the words of the first cell."""
    cell = str(heat_map(findings, QUESTIONS).parts[0].rows[0][1])
    look = re.search('class="heat ([a-z]+)"', cell)
    assert look
    return look[1], " ".join(re.sub("<[^>]*>", " ", cell).split())


@pytest.mark.parametrize(
    ("findings", "look", "words"),
    [
        ([on(ONE, "pass")], "pass", "✓ 1 pass"),
        ([on(ONE, "not_applicable")], "none", "\N{EN DASH} nothing to judge"),
        ([on(ONE, "fail", severity="critical")], "critical", "✕ 1 fail the worst critical"),
        ([on(ONE, "fail", severity="low")], "fail", "✕ 1 fail the worst low"),
        (
            [on(ONE, "fail"), on(TWO, "pass"), unread(THREE)],
            "high",
            "✕ 1 fail the worst high, 1 not read, 1 pass",
        ),
        (
            [on(ONE, "fail", exception={"expires": "2027-01-01"}), on(TWO, "fail")],
            "high",
            "✕ 2 fail 1 of them accepted, the worst high",
        ),
        ([unread(ONE), on(TWO, "pass")], "unread", "? 1 not read 1 pass"),
        ([unread(ONE, Reason.NO_ANSWER)], "open", "… 1 not answered"),
        ([unread(ONE, Reason.NOT_KNOWABLE), on(TWO, "pass")], "open", "… 1 AWS cannot tell 1 pass"),
        ([on(ONE, "fail"), on(ONE, "pass")], "high", "✕ 1 fail the worst high"),
    ],
)
def test_a_cell_is_as_bad_as_its_worst_resource(
    findings: list[Finding], look: str, words: str
) -> None:
    assert first(*findings) == (look, words)


def test_account_wide_findings_have_a_row_of_their_own_before_the_regions() -> None:
    wide = on(None, "fail", region="global")
    assert [row[0] for row in cells(on(ONE, "pass"), wide)] == ["all regions", "eu-west-1"]


def test_several_accounts_stand_under_each_other_by_name() -> None:
    there = on(ONE, "fail", account="999988887777")
    rows = [row[0] for row in cells(on(ONE, "pass"), there)]
    assert rows == ["111122223333, eu-west-1", "999988887777, eu-west-1"]


def test_where_nothing_was_judged_there_is_a_sentence() -> None:
    (said,) = heat_map([], QUESTIONS).parts
    assert "nothing was judged" in said
