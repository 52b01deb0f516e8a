"""Checks on what people attest in answers.yaml: documents, reports and who is responsible.

They judge what was said, and how old it is; they never open a document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import msgspec

from wa_kit.checks import check
from wa_kit.evidence.backup import BackupReportJob
from wa_kit.model import (
    REQUIRED_LEVELS,
    Attestation,
    Context,
    Rows,
    Verdict,
    fails,
    no_answer,
    passes,
)
from wa_kit.protection import REQUIRABLE
from wa_kit.wording import listing

SUBJECTS = {
    "artefacts/encryption-policy": "Encryption policy and guidelines",
    "artefacts/audit-report": "Audit logs and reports",
    "artefacts/backup-encryption-report": "Backup and snapshot encryption report",
    "artefacts/compliance-mapping": "Mapping to laws and standards",
    "artefacts/data-classification": "Data classification scheme",
    "roles/responsibilities": "Who is responsible, and who deputises",
    "raci": "Responsibility matrix",
}


class Responsibility(msgspec.Struct, frozen=True):
    """What somebody has to be accountable for, and the role it belongs to."""

    role: str
    text: str


RESPONSIBILITIES = {
    "encryption-everywhere": Responsibility(
        "Cloud security engineer",
        "Sees to it that encryption is switched on in every service that stores data.",
    ),
    "kms-across-organization": Responsibility(
        "Cloud security engineer",
        "Sets up KMS and holds every account of the organization to its rules.",
    ),
    "monitoring-and-audit": Responsibility(
        "Cloud security engineer",
        "Runs the monitoring and the audits of encryption and key use.",
    ),
    "storage-encryption": Responsibility(
        "Cloud administrator",
        "Puts server-side encryption and customer managed keys in place for all storage.",
    ),
    "config-rules": Responsibility(
        "Cloud administrator",
        "Uses AWS Config to watch, enforce and repair encryption settings.",
    ),
    "backup-audit": Responsibility(
        "Cloud administrator",
        "Audits the encryption of backups, snapshots and replicas.",
    ),
}
REVIEW_DAYS = 366  # a policy is read again every twelve months
_BACKUP_REPORTS = ("BACKUP_JOB_REPORT", "RESOURCE_COMPLIANCE_REPORT", "CONTROL_COMPLIANCE_REPORT")


@check(
    about="artefacts/encryption-policy",
    severity="high",
    remedy=(
        "Write it, have it approved, and name it in answers.yaml under artefacts: where it lies, "
        "owner, version, approved, next_review."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_protect_data_rest_encrypt.html",
)
def attest_encryption_policy_document(policy: Attestation, context: Context) -> Verdict:
    """Encryption policy and guidelines exist, approved, reviewed.

    Settings show what is encrypted, not what should be. Without a rule that somebody approved and
    reads again each year, nobody can say whether a gap is a decision or an oversight.
    """
    if not policy.answered:
        return no_answer("answers.yaml does not say whether there is an encryption policy")
    wanted = ("where", "owner", "version", "approved", "next_review")
    missing = [name.replace("_", " ") for name in wanted if not getattr(policy, name)]
    if missing:
        return fails(f"answers.yaml leaves out its {listing(missing)}")
    today = context.now.date()
    assert policy.approved and policy.next_review
    if policy.approved > today:
        return fails(f"it is approved only from {policy.approved}")
    if policy.next_review <= today:
        return fails(f"its review was due on {policy.next_review}")
    reviewed = max(policy.approved, policy.updated or policy.approved)
    if (today - reviewed).days > REVIEW_DAYS:
        return fails(f"it was last approved or updated on {reviewed}, over twelve months ago")
    return passes(
        f"version {policy.version} lies at {policy.where}; {policy.owner} reviews it next "
        f"on {policy.next_review}"
    )


@check(
    about="artefacts/audit-report",
    severity="medium",
    remedy=(
        "Schedule the report, keep it, and name the latest in answers.yaml under artefacts: where "
        "it lies and the date it was updated."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_detect_investigate_events_app_service_logging.html",
)
def attest_audit_log_reports(report: Attestation, context: Context) -> Verdict:
    """Audit logs and reports archived (CloudTrail, Config, CloudWatch).

    A log nobody keeps cannot be shown to an auditor, and one that nobody reads finds nothing. A
    recent report shows that both happen.
    """
    if not report.answered:
        return no_answer("answers.yaml names no report on audit logs")
    return _fresh(report, context)


@check(
    about="artefacts/backup-encryption-report",
    severity="medium",
    remedy=(
        "aws backup create-report-plan with a compliance template, or keep this kit's backup "
        "report each quarter and name the latest in answers.yaml under artefacts."
    ),
    docs="https://docs.aws.amazon.com/aws-backup/latest/devguide/working-with-audit-reports.html",
)
def attest_backup_encryption_report(
    report: Attestation, jobs: Rows[BackupReportJob], context: Context
) -> Verdict:
    """Backup and snapshot encryption report fresh.

    Backups are made by plans and copied by jobs, so one that is not encrypted appears without
    anybody touching it. Only somebody who looks again and again will notice.
    """
    said = _fresh(report, context) if report.answered else None
    if said and said.outcome == "pass":
        return said
    latest = max(filter(None, map(_written, jobs.seen())), default=None)
    if latest and (context.now - latest).days <= context.report_cadence_days:
        return passes(f"AWS Backup wrote a report on {latest.date()}")
    len(jobs)  # a report may lie in a region that was not read: then nothing more can be said
    if said:
        return said
    last = f"; AWS Backup wrote its last on {latest.date()}" if latest else ""
    return no_answer(f"answers.yaml names no report on the encryption of backups{last}")


def _written(job: BackupReportJob) -> dt.datetime | None:
    done = job.status == "COMPLETED" and job.template in _BACKUP_REPORTS
    return job.completed if done else None


def _fresh(report: Attestation, context: Context) -> Verdict:
    missing = [name for name in ("where", "updated") if not getattr(report, name)]
    if missing:
        return fails(f"answers.yaml leaves out its {listing(missing)}")
    assert report.updated
    days = (context.now.date() - report.updated).days
    if days < 0:
        return fails(f"it is dated {report.updated}, which is still to come")
    if days > context.report_cadence_days:
        return fails(
            f"the latest is {days} days old; one is due every {context.report_cadence_days} days"
        )
    return passes(f"the latest, at {report.where}, is {days} days old")


@check(
    about="roles/responsibilities",
    severity="high",
    effort="small",
    remedy="Name an accountable person and a deputy for each in answers.yaml under roles.",
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/ops_ops_model_def_proc_owners.html",
)
def attest_roles_raci(roles: Attestation) -> Verdict:
    """RACI: Cloud Security Engineer and Cloud Administrator named.

    A RACI list says who does each task and who answers for it. What everybody is responsible for,
    nobody does. A deputy keeps a duty from ending with a holiday, so it has to be somebody else.
    """
    if not roles.answered:
        return no_answer("answers.yaml names nobody yet")
    gaps = [gap for duty in RESPONSIBILITIES if (gap := _gap(duty, roles.details.get(duty)))]
    if gaps:
        return fails("; ".join(gaps))
    return passes(f"each of the {len(RESPONSIBILITIES)} duties has a person and a deputy")


def _gap(duty: str, said: Any) -> str:
    names = said if isinstance(said, Mapping) else {}
    person, deputy = (str(names.get(who) or "").strip() for who in ("accountable", "deputy"))
    if not person or not deputy:
        missing = [word for word, name in (("person", person), ("deputy", deputy)) if not name]
        return f"{duty} has no {' and no '.join(missing)}"
    return f"{duty} has {person} as its own deputy" if _same(person, deputy) else ""


@check(
    about="artefacts/compliance-mapping",
    severity="medium",
    remedy=(
        "For each standard that workload.yaml lists, write in answers.yaml under the details of "
        "this artefact where its mapping lies."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_securely_operate_control_objectives.html",
)
def attest_compliance_mapping(mapping: Attestation, context: Context) -> Verdict:
    """Compliance mapping (GDPR, HIPAA, PCI DSS) to checks.

    A standard is met by controls, not by intentions. The mapping shows which finding is relevant
    to which demand, so that an auditor need not take anybody's word for it.
    """
    if not mapping.answered:
        return no_answer("answers.yaml does not say whether standards are mapped")
    if not context.standards:
        return no_answer("workload.yaml does not say which standards apply")
    mapped = [name for name, where in mapping.details.items() if where]
    missing = [s for s in context.standards if not any(_same(s, name) for name in mapped)]
    if missing:
        return fails(f"there is no mapping for {listing(missing)}")
    return passes(f"{listing(context.standards)}: each has a mapping")


@check(
    about="artefacts/data-classification",
    severity="high",
    remedy=(
        "Write the classes and the level of protection each requires into workload.yaml, under "
        "classification, levels."
    ),
    docs="https://docs.aws.amazon.com/wellarchitected/latest/framework/sec_data_classification_identify_data.html",
)
def attest_data_classification(scheme: Attestation, context: Context) -> Verdict:
    """Data classification scheme with storage/key level matrix.

    Whether a key is good enough hangs on what it protects. Every verdict on a level of protection
    rests on this scheme; without one of your own, they rest on the kit's.
    """
    if scheme.details:
        return _agrees(scheme.details, context)
    if context.required_levels != REQUIRED_LEVELS:
        classes = sorted(filter(None, context.required_levels))
        return passes(f"workload.yaml says what is required of {listing(classes)}")
    if not scheme.answered:
        return no_answer("nobody has said which classes of data there are; the kit's own were used")
    return fails("it says of no class which protection it requires; the kit's own rules were used")


def _agrees(levels: Mapping[str, Any], context: Context) -> Verdict:
    """Whether the scheme that people wrote down is the one that the verdicts rest on."""
    wrong = [name for name, level in levels.items() if level not in REQUIRABLE]
    if wrong:
        return fails(f"{listing(wrong)}: the level has to be one of {listing(REQUIRABLE, 'or')}")
    used = context.required_levels
    other = [name for name, level in levels.items() if used.get(name.lower()) != level]
    if other:
        return fails(f"the verdicts of this review rest on another level for {listing(other)}")
    return passes(f"it says what is required of {listing(list(levels))}")


def _same(one: str, other: str) -> bool:
    """Whether two names mean the same, however they are spaced and capitalised."""
    return _letters(one) == _letters(other)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
