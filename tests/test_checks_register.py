"""The register of artefacts: every branch of its rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, NOW, finding, findings

from wa_kit.model import Attestation, Reason

TODAY = NOW.date()
CHECK = "attest_artefact_register"


def day(days):
    return TODAY + dt.timedelta(days=days)


def document(name, **more):
    subject = f"artefacts/{name}"
    arn = f"answers.yaml#{subject}"
    return Attestation(arn=arn, account=ACCOUNT, region="global", subject=subject, **more)


RUNBOOK = document(
    "runbook", answered=True, where="wiki", owner="Kim", updated=day(-10), next_review=day(90)
)


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({}, "pass", "last changed on 2026-10-22; Kim reads it again on 2027-01-30"),
        ({"updated": None, "approved": day(-20)}, "pass", "last changed on 2026-10-12"),
        ({"approved": day(-20)}, "pass", "last changed on 2026-10-22"),
        ({"updated": TODAY, "next_review": day(1)}, "pass", ""),
        ({"where": " "}, "fail", "leaves out its place"),
        ({"owner": ""}, "fail", "leaves out its owner"),
        ({"owner": "", "next_review": None}, "fail", "leaves out its owner and next review"),
        ({"updated": None}, "fail", "leaves out its day of approval or update"),
        ({"updated": day(1)}, "fail", "it is dated 2026-11-02, which is still to come"),
        ({"next_review": TODAY}, "fail", "its review was due on 2026-11-01"),
        ({"where": "", "next_review": day(-1)}, "fail", "place; its review was due on 2026-10-31"),
    ],
)
def test_attest_artefact_register(changes, expected, because):
    found = finding(CHECK, replace(RUNBOOK, **changes))
    assert found.outcome.value == expected
    assert because in found.because


def test_a_document_nobody_said_anything_of_is_a_question_and_no_failure():
    found = finding(CHECK, document("runbook"))
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NO_ANSWER)


def test_every_document_is_judged_and_nothing_else():
    other = replace(RUNBOOK, subject="roles/responsibilities", arn="answers.yaml#roles")
    odd = replace(RUNBOOK, subject="artefacts-of-another-kind/x", arn="answers.yaml#odd")
    found = findings(CHECK, RUNBOOK, document("policy"), other, odd)
    assert [f.resource for f in found] == [
        "answers.yaml#artefacts/policy",
        "answers.yaml#artefacts/runbook",
    ]
    assert {f.resource_type for f in found} == {"Kit::Document"}
