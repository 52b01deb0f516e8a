"""What people attest: every branch of each rule, on literal rows."""

from __future__ import annotations

import datetime as dt

import pytest
from msgspec.structs import replace
from tools import ACCOUNT, CONTEXT, HERE, NOW, finding, findings, outcome

from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES, SUBJECTS
from wa_kit.evidence.backup import BackupReportJob
from wa_kit.model import Attestation, Reason

TODAY = NOW.date()


def ago(days):
    return TODAY - dt.timedelta(days=days)


def said(subject, **more):
    more = {"answered": True} | more
    arn = f"answers.yaml#{subject}"
    return Attestation(arn=arn, account=ACCOUNT, region="global", subject=subject, **more)


ATTESTED = {check.id: check.about for check in CHECKS.values() if check.about}


def test_every_subject_is_asked_about_and_every_check_asks_about_a_known_subject():
    assert set(ATTESTED.values()) >= set(SUBJECTS)


@pytest.mark.parametrize("check", [check for check, about in ATTESTED.items() if about in SUBJECTS])
def test_what_nobody_has_answered_is_unknown_and_nothing_that_was_not_read(check):
    found = finding(check, said(ATTESTED[check], answered=False))
    assert (found.outcome.value, found.reason) == ("unknown", Reason.NO_ANSWER)
    assert found.source == "attestation"
    assert found.see == ""


def test_a_check_judges_only_the_subject_it_is_about():
    rows = [said(subject, answered=False) for subject in SUBJECTS]
    found = findings("attest_roles_raci", *rows)
    assert [f.resource for f in found] == ["answers.yaml#roles/responsibilities"]
    assert found[0].resource_type == "Kit::Role"


POLICY = said(
    "artefacts/encryption-policy",
    where="wiki/encryption",
    owner="Kim",
    version="3",
    approved=ago(100),
    next_review=TODAY + dt.timedelta(days=200),
)


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({}, "pass", "version 3 lies at wiki/encryption"),
        ({"where": ""}, "fail", "leaves out its where"),
        ({"owner": "", "version": ""}, "fail", "leaves out its owner and version"),
        ({"approved": None}, "fail", "approved"),
        ({"next_review": None}, "fail", "next review"),
        ({"next_review": TODAY}, "fail", "its review was due on 2026-11-01"),
        ({"next_review": ago(30)}, "fail", "its review was due"),
        ({"approved": ago(-1)}, "fail", "approved only from 2026-11-02"),
        ({"approved": ago(400)}, "fail", "over twelve months ago"),
        ({"approved": ago(366)}, "pass", ""),
        ({"approved": ago(400), "updated": ago(30)}, "pass", ""),
    ],
)
def test_attest_encryption_policy_document(changes, expected, because):
    found = finding("attest_encryption_policy_document", replace(POLICY, **changes))
    assert found.outcome.value == expected
    assert because in found.because


AUDIT = said("artefacts/audit-report", where="s3://audit/2026-q3", updated=ago(30))


@pytest.mark.parametrize(
    ("changes", "expected", "because"),
    [
        ({}, "pass", "is 30 days old"),
        ({"updated": ago(90)}, "pass", ""),
        ({"updated": ago(91)}, "fail", "91 days old; one is due every 90 days"),
        ({"updated": None}, "fail", "leaves out its updated"),
        ({"where": ""}, "fail", "leaves out its where"),
        ({"updated": ago(-2)}, "fail", "still to come"),
    ],
)
def test_attest_audit_log_reports(changes, expected, because):
    found = finding("attest_audit_log_reports", replace(AUDIT, **changes))
    assert found.outcome.value == expected
    assert because in found.because


def test_the_cadence_is_the_workloads():
    context = replace(CONTEXT, report_cadence_days=20)
    assert outcome("attest_audit_log_reports", AUDIT, context=context) == "fail"


REPORT = replace(
    AUDIT,
    subject="artefacts/backup-encryption-report",
    arn="answers.yaml#artefacts/backup-encryption-report",
)
SILENT = said("artefacts/backup-encryption-report", answered=False)
OLD = replace(REPORT, updated=ago(200))
JOB = BackupReportJob(
    **HERE,
    arn="arn:aws:backup:eu-west-1:111122223333:report-plan:p#1",
    name="1",
    template="BACKUP_JOB_REPORT",
    status="COMPLETED",
    completed=NOW - dt.timedelta(days=6),
)
OLD_JOB = replace(JOB, completed=NOW - dt.timedelta(days=140))


@pytest.mark.parametrize(
    ("report", "jobs", "expected"),
    [
        (REPORT, [], "pass"),
        (OLD, [], "fail"),
        (SILENT, [JOB], "pass"),
        (OLD, [JOB], "pass"),
        (OLD, [OLD_JOB, JOB], "pass"),
        (SILENT, [replace(JOB, template="RESOURCE_COMPLIANCE_REPORT")], "pass"),
        (SILENT, [replace(JOB, template="RESTORE_JOB_REPORT")], "unknown"),
        (SILENT, [replace(JOB, status="FAILED")], "unknown"),
        (SILENT, [replace(JOB, status="RUNNING", completed=None)], "unknown"),
        (OLD, [OLD_JOB], "fail"),
        (SILENT, [OLD_JOB], "unknown"),
    ],
)
def test_attest_backup_encryption_report(report, jobs, expected):
    assert outcome("attest_backup_encryption_report", report, *jobs) == expected


@pytest.mark.parametrize(
    ("report", "jobs", "expected"),
    [
        (REPORT, [], ("pass", None)),  # what people attest is enough
        (SILENT, [JOB], ("pass", None)),  # and so is one report that was seen
        (OLD, [], ("unknown", "denied")),
        (SILENT, [], ("unknown", "denied")),
    ],
)
def test_reports_that_were_not_read_are_never_missing(report, jobs, expected):
    found = finding("attest_backup_encryption_report", report, *jobs, denied=[BackupReportJob])
    assert (found.outcome.value, found.reason and found.reason.value) == expected


def test_a_report_that_is_long_ago_is_told_where_people_say_nothing():
    found = finding("attest_backup_encryption_report", SILENT, OLD_JOB)
    assert found.because.endswith("AWS Backup wrote its last on 2026-06-14")


FILLED = {duty: {"accountable": "Kim", "deputy": "Lou"} for duty in RESPONSIBILITIES}
ROLES = said("roles/responsibilities", details=FILLED)


@pytest.mark.parametrize(
    ("details", "expected", "because"),
    [
        (FILLED, "pass", "each of the 6 duties"),
        (FILLED | {"one-of-our-own": {}}, "pass", ""),
        ({}, "fail", "config-rules has no person and no deputy"),
        (FILLED | {"backup-audit": {"accountable": "Kim"}}, "fail", "backup-audit has no deputy"),
        (
            FILLED | {"backup-audit": {"accountable": " ", "deputy": "Lou"}},
            "fail",
            "backup-audit has no person",
        ),
        (
            FILLED | {"backup-audit": {"accountable": "Kim", "deputy": "kim"}},
            "fail",
            "backup-audit has Kim as its own deputy",
        ),
        (FILLED | {"backup-audit": "Kim"}, "fail", "backup-audit has no person"),
        (FILLED | {"backup-audit": {"accountable": None, "deputy": 7}}, "fail", "no person"),
    ],
)
def test_attest_roles_raci(details, expected, because):
    found = finding("attest_roles_raci", replace(ROLES, details=details))
    assert found.outcome.value == expected
    assert because in found.because


def test_the_six_duties_belong_to_the_two_roles():
    roles = [duty.role for duty in RESPONSIBILITIES.values()]
    assert sorted(roles) == ["Cloud administrator"] * 3 + ["Cloud security engineer"] * 3


MAPPING = said("artefacts/compliance-mapping", details={"GDPR": "wiki/gdpr", "PCI DSS": "x"})


@pytest.mark.parametrize(
    ("standards", "expected", "because"),
    [
        (("GDPR",), "pass", "GDPR: each has a mapping"),
        (("gdpr", "pci-dss"), "pass", "gdpr and pci-dss"),
        (("GDPR", "HIPAA"), "fail", "there is no mapping for HIPAA"),
        ((), "unknown", "workload.yaml does not say which standards apply"),
    ],
)
def test_attest_compliance_mapping(standards, expected, because):
    context = replace(CONTEXT, standards=standards)
    found = finding("attest_compliance_mapping", MAPPING, context=context)
    assert found.outcome.value == expected
    assert because in found.because


def test_a_standard_whose_mapping_lies_nowhere_is_not_mapped():
    mapping = replace(MAPPING, details={"GDPR": ""})
    context = replace(CONTEXT, standards=("GDPR",))
    assert outcome("attest_compliance_mapping", mapping, context=context) == "fail"


SCHEME = said("artefacts/data-classification", where="wiki/classes")
OWN_LEVELS = replace(CONTEXT, required_levels={"": "owned", "secret": "customer"})


@pytest.mark.parametrize(
    ("scheme", "context", "expected", "because"),
    [
        (SCHEME, CONTEXT, "fail", "the kit's own rules were used"),
        (SCHEME, OWN_LEVELS, "pass", "secret"),
        (replace(SCHEME, answered=False), OWN_LEVELS, "pass", "workload.yaml"),
        (replace(SCHEME, answered=False), CONTEXT, "unknown", "the kit's own"),
        (replace(SCHEME, details={"Restricted": "customer"}), CONTEXT, "pass", "Restricted"),
        (replace(SCHEME, details={"restricted": "owned"}), CONTEXT, "fail", "another level"),
        (replace(SCHEME, details={"purple": "customer"}), CONTEXT, "fail", "purple"),
        (replace(SCHEME, details={"restricted": "strong"}), CONTEXT, "fail", "one of none, owned"),
        (replace(SCHEME, details={"restricted": ["customer"]}), CONTEXT, "fail", "one of"),
    ],
)
def test_attest_data_classification(scheme, context, expected, because):
    found = finding("attest_data_classification", scheme, context=context)
    assert found.outcome.value == expected
    assert because in found.because
