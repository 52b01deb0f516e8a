"""Reviews for the tests of workbook and report: mixed, empty, all denied, hostile, large."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import msgspec

from wa_kit import archive, charts, questionnaire
from wa_kit.answers import (
    AcceptedRisk,
    Action,
    Answer,
    Answers,
    Dispute,
    Document,
    Duty,
    Involved,
    Matrix,
    Role,
    accept,
)
from wa_kit.archive import Manifest, NotReadEntry
from wa_kit.evidence.backup import RecoveryPoint
from wa_kit.evidence.ec2 import EbsVolume
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import (
    Context,
    Evidence,
    Finding,
    Look,
    NotRead,
    Outcome,
    Reason,
    Row,
    account_arn,
    finding_id,
)
from wa_kit.narrative import Narrative
from wa_kit.review import Review
from wa_kit.suggestions import owners_of, summarise
from wa_kit.written import shipped

ACCOUNT = "111122223333"
NOW = dt.datetime(2026, 11, 1, 12, tzinfo=dt.UTC)
REGIONS = ("eu-west-1", "eu-central-1", "us-east-1")
CONTEXT = Context(now=NOW, account=ACCOUNT, regions=REGIONS)
QUESTIONS = questionnaire.load_all()
PLAN = f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-plan:nightly"
VAULT = f"arn:aws:backup:eu-west-1:{ACCOUNT}:backup-vault:main"
DENIED = NotRead(
    Reason.DENIED,
    "backup:ListRecoveryPointsByBackupVault",
    "backup:ListRecoveryPointsByBackupVault",
)


def key(name: str, place: int, **more: Any) -> KmsKey:
    given: dict[str, Any] = {
        "arn": f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/00000000-0000-4000-8000-{place:012}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": name,
        "aliases": [name],
        "manager": "CUSTOMER",
        "state": "Enabled",
        "spec": "SYMMETRIC_DEFAULT",
        "usage": "ENCRYPT_DECRYPT",
        "origin": "AWS_KMS",
        "multi_region": None,
        "primary_region": None,
        "replica_regions": [],
        "created": NOW - dt.timedelta(days=150 * place),
        "deletion_date": None,
        "rotates": True,
        "rotation_days": 365,
        "next_rotation": None,
        "policy": None,
        "tags": {"Owner": "platform team"},
    }
    return KmsKey(**(given | more))


def volume(place: int, name: str = "", **more: Any) -> EbsVolume:
    given: dict[str, Any] = {
        "arn": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:volume/vol-{place:017x}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": name or f"vol-{place:017x}",
        "encryption": "aws-managed",
        "kms_key": None,
        "tags": {"Owner": "data team", "DataClassification": "internal"},
        "volume_id": f"vol-{place:017x}",
        "state": "in-use",
        "gib": 100,
        "attached_to": [],
    }
    return EbsVolume(**(given | more))


def point(place: int, **more: Any) -> RecoveryPoint:
    """A backup that a plan made; the copies in eu-central-1 name the vault they are from."""
    given: dict[str, Any] = {
        "arn": f"arn:aws:backup:eu-west-1:{ACCOUNT}:recovery-point:{place}",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "name": f"recovery-point:{place}",
        "encryption": "kms",
        "kms_key": key("alias/orders", 1).arn,
        "vault": "main",
        "source_type": "RDS",
        "source": f"arn:aws:rds:eu-west-1:{ACCOUNT}:db:orders",
        "status": "COMPLETED",
        "encrypted": True,
        "composite": False,
        "created": NOW - dt.timedelta(days=place),
        "plan": PLAN,
        "copied_from": None,
    }
    return RecoveryPoint(**(given | more))


def finding(
    check: str,
    row: Row | None = None,
    outcome: str = "pass",
    *,
    because: str = "it is as it should be",
    reason: Reason | None = None,
    **more: Any,
) -> Finding:
    """A finding on a row, or on the account where there is none."""
    region = row.region if row else more.pop("region", "eu-west-1")
    resource = row.arn if row else more.pop("resource", account_arn(ACCOUNT))
    given: dict[str, Any] = {
        "finding": finding_id(check, ACCOUNT, region, resource),
        "check": check,
        "questions": tuple(q.id for q in QUESTIONS if check in q.checks),
        "severity": "high",
        "outcome": Outcome(outcome),
        "reason": reason,
        "account": ACCOUNT,
        "region": region,
        "service": row.service if row else "Account",
        "resource_type": row.resource_type if row else "AWS::::Account",
        "resource": resource,
        "name": row.name if row else "",
        "because": because,
        "remediation": "Set it up as the rule asks." if outcome == "fail" else "",
        "read": {"encryption": "none", "gib": 100, "at": "2026-11-01T12:00:00+00:00"},
        "see": f"aws ec2 describe-volumes --region {region}",
    }
    return Finding(**(given | more))


def manifest(**more: Any) -> Manifest:
    given: dict[str, Any] = {
        "schema_version": 1,
        "kit_version": "1.0",
        "account": ACCOUNT,
        "caller": f"arn:aws:sts::{ACCOUNT}:assumed-role/review/someone",
        "partition": "aws",
        "regions": REGIONS,
        "parameters": {"jobs": 1},
        "questionnaires": {q.id: "0" * 64 for q in QUESTIONS},
        "started": NOW,
        "finished": NOW + dt.timedelta(minutes=2),
        "simulation": True,
        "status": "complete",
        "calls": {"kms:DescribeKey": 9, "ec2:DescribeVolumes": 3},
        "not_read": (),
        "evidence_digest": "a" * 64,
    }
    return Manifest(**(given | more))


ANSWERS = Answers(
    exceptions=(
        AcceptedRisk(
            check="ec2_ebs_volume_encrypted",
            resource=volume(3).arn,
            owner="A. Moreau",
            approver="B. Osei",
            reason="It holds public map tiles only.",
            expires=dt.date(2027, 3, 31),
        ),
    ),
    disputes=(
        Dispute(
            check="kms_cmk_rotation_enabled",
            resource=key("alias/archive", 5).arn,
            says="compensating control",
            by="C. Lindqvist",
            note="Replaced by hand every spring.",
        ),
    ),
    actions={
        "ec2_ebs_volume_encrypted": Action(
            owner="D. Haile", due=dt.date(2026, 10, 15), status="in progress", note="Half is done."
        ),
    },
    raci=Matrix(
        roles={"data-owner": Role(title="Data owner", held_by=("E. Novak",))},
        practices={
            "sec_protect_data_rest_key_mgmt": Involved(
                responsible=("cloud-security-engineer",),
                accountable="data-owner",
                informed=("cloud-administrator",),
            ),
        },
        artefacts={"encryption-policy": Involved(consulted=("data-owner",))},
    ),
)


def mixed() -> tuple[list[Row], list[Finding]]:
    """Something of everything."""
    keys = [
        key("alias/orders", 1),
        key("alias/payroll", 2, rotates=False),
        key("alias/imported", 4, origin="EXTERNAL", rotates=None),
        key("alias/archive", 5, rotates=False, state="PendingDeletion"),
        key("alias/aws/ebs", 7, manager="AWS", rotates=None),
        KmsKey.hidden(
            NotRead(Reason.DENIED, "kms:DescribeKey", "kms:DescribeKey"),
            arn=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/another-teams",
            account=ACCOUNT,
            region="eu-west-1",
            name="another-teams",
            aliases=[],
            tags={},
            policy=None,
        ),
    ]
    volumes = [
        volume(1),
        volume(2, "till-prod-data", encryption="none", tags={}),
        volume(3, "map-tiles", encryption="none"),
        volume(4, encryption="kms", kms_key=keys[0].arn),
        volume(5, encryption="kms", kms_key=keys[3].arn),
        volume(6, encryption="kms", kms_key=keys[5].arn),
    ]
    found = [
        finding(
            "ec2_ebs_volume_encrypted",
            v,
            "fail" if v.encryption == "none" else "pass",
            because="100 GiB lie unencrypted" if v.encryption == "none" else "encrypted",
        )
        for v in volumes
    ]
    found += [
        finding("kms_cmk_rotation_enabled", keys[0], severity="medium"),
        finding(
            "kms_cmk_rotation_enabled",
            keys[1],
            "fail",
            severity="medium",
            because="it does not rotate by itself",
        ),
        finding("kms_cmk_rotation_enabled", keys[2], "not_applicable", severity="medium"),
        finding(
            "kms_key_pending_deletion",
            keys[3],
            "fail",
            severity="critical",
            because="it will be gone on 2026-11-08, and 1 data store needs it",
        ),
        finding(
            "kms_cmk_rotation_enabled",
            keys[5],
            "unknown",
            reason=Reason.DENIED,
            operation="kms:DescribeKey",
            action="kms:DescribeKey",
            because="kms:DescribeKey was denied; it needs kms:DescribeKey",
        ),
        finding(
            "backup_recovery_point_encrypted",
            None,
            "unknown",
            region="us-east-1",
            resource=f"{account_arn(ACCOUNT)}#RecoveryPoint",
            service="Backup",
            name="RecoveryPoint",
            reason=Reason.DENIED,
            operation=DENIED.operation,
            action=DENIED.action,
            because=f"RecoveryPoint was not read whole: {DENIED}",
        ),
        finding(
            "s3_existing_objects_encryption",
            None,
            "unknown",
            service="S3",
            resource="arn:aws:s3:::kestrel-invoices",
            name="kestrel-invoices",
            reason=Reason.NOT_KNOWABLE,
            because="neither Macie nor an inventory counts what was stored before",
        ),
        finding(
            "attest_roles_raci",
            None,
            "unknown",
            resource="answers.yaml#roles/responsibilities",
            service="People",
            region="global",
            source="attestation",
            reason=Reason.NO_ANSWER,
            because="nobody has said who is responsible",
        ),
    ]
    found += [
        finding(
            "ec2_ebs_default_encryption",
            None,
            "fail" if region == "us-east-1" else "pass",
            region=region,
            service="EBS",
            because="new volumes are not encrypted unless somebody asks for it",
        )
        for region in REGIONS
    ]
    points = [
        point(1),
        point(2, kms_key=keys[3].arn),
        point(3, encryption="none", encrypted=False, kms_key=None, plan=None),
        point(4, region="eu-central-1", vault="copies", copied_from=VAULT),
    ]
    return [*keys, *volumes, *points], found


def denied() -> tuple[list[Row], list[Finding]]:
    """Nothing could be read."""
    checks = sorted({check for q in QUESTIONS for check in q.checks})
    return [], [
        finding(
            check,
            None,
            "unknown",
            resource=f"{account_arn(ACCOUNT)}#Table",
            service="KMS",
            reason=Reason.DENIED,
            operation="kms:ListKeys",
            action="kms:ListKeys",
            because="it was denied",
            read={},
            see="",
        )
        for check in checks
    ]


HOSTILE = (
    "<script>window.ran=1</script><img src=http://evil.invalid/x onerror=window.ran=1>"
    "</script></style></table><svg onload=window.ran=1><a href=javascript:window.ran=1>"
    "{{7*7}}${7*7}{% raw %}\u202e\u0007\x1b[31m$$\\\\href{javascript:1}{x}$$ '\" --> ]]> `x`"
)


def hostile() -> tuple[list[Row], list[Finding]]:
    """The same as ``mixed``, with a hostile text in every field that AWS or people fill."""
    rows, found = mixed()
    bad = HOSTILE
    poisoned: list[Row] = []
    for row in rows:
        changes: dict[str, Any] = {"name": bad}
        if isinstance(row, KmsKey) and not row.unread:
            changes |= {"spec": bad, "origin": bad, "state": bad, "tags": {"Owner": bad, bad: bad}}
            changes |= {"aliases": [bad]}
        if isinstance(row, EbsVolume):
            changes |= {"tags": {"Owner": bad, "DataClassification": bad}, "state": bad}
        if isinstance(row, RecoveryPoint):
            changes |= dict.fromkeys(("vault", "source", "source_type", "plan", "kms_key"), bad)
            changes["copied_from"] = bad
        poisoned.append(msgspec.structs.replace(row, **changes))
    texts = (
        *("name", "because", "remediation", "see", "level", "required_level"),
        *("classification", "key", "operation", "action", "service", "resource_type"),
    )
    changed = [
        msgspec.structs.replace(
            f, **dict.fromkeys(texts, bad), resource=f.resource + bad, read={bad: bad, "at": bad}
        )
        for f in found
    ]
    return poisoned, changed


WORDY_ANSWERS = Answers(
    exceptions=tuple(
        AcceptedRisk(
            check="ec2_ebs_volume_encrypted",
            resource="arn:aws:ec2:*:volume/" + "name-" * 40 + str(n),
            owner="the team that owns this and much else besides " * 3,
            approver="B. Osei",
            reason="long",
            expires=dt.date(2027, 3, 31),
        )
        for n in range(6)
    )
)
HOSTILE_ANSWERS = Answers(
    actions={
        name: Action(owner=HOSTILE, note=HOSTILE, due=dt.date(2026, 10, 1))
        for name in ("ec2_ebs_volume_encrypted", "kms_key_pending_deletion")
    },
    answers={
        q.id: Answer(status="answered", notes=HOSTILE, answered_by=HOSTILE, owner=HOSTILE)
        for q in QUESTIONS
    },
    roles={"responsibilities": {"storage-encryption": Duty(accountable=HOSTILE, deputy=HOSTILE)}},
    raci=Matrix(
        roles={
            name: Role(title=HOSTILE, held_by=(HOSTILE,), principals=(HOSTILE,))
            for name in ("cloud-administrator", HOSTILE)
        },
        practices={
            name: Involved(accountable=HOSTILE, responsible=(HOSTILE,))
            for name in ("sec_identities_secrets", HOSTILE)
        },
        artefacts={HOSTILE: Involved(accountable=HOSTILE)},
    ),
    artefacts={
        "encryption-policy": Document(where=HOSTILE, owner=HOSTILE, version=HOSTILE),
        "own": Document(title=HOSTILE, where=HOSTILE),
    },
    exceptions=(
        AcceptedRisk(
            check="ec2_ebs_volume_encrypted",
            resource="*",
            owner=HOSTILE,
            approver=HOSTILE,
            reason=HOSTILE,
            expires=dt.date(2027, 3, 31),
        ),
    ),
    disputes=(
        Dispute(
            check="kms_cmk_rotation_enabled",
            resource=HOSTILE,
            says="wrong",
            by=HOSTILE,
            note=HOSTILE,
        ),
    ),
)


WORDS = "a long sentence about what lies open, and to whom, for how long, and since when, "


def wordy() -> tuple[list[Row], list[Finding]]:
    """Names, sentences and owners as long as AWS lets them be, and many blind spots."""
    rows: list[Row] = [
        volume(n, f"{n}-" + "long-name-" * 20, encryption="none", tags={"Owner": "W" * 200})
        for n in range(12)
    ]
    found = [
        finding("ec2_ebs_volume_encrypted", row, "fail", severity="critical", because=WORDS * 6)
        for row in rows
    ]
    found += [
        finding(
            check,
            None,
            "fail",
            region=region,
            name=region,
            because=f"{WORDS * 3} {region}",
            severity="critical",
        )
        for check in ("kms_multi_region_key_usage", "ec2_ebs_default_encryption")
        for region in REGIONS
    ]
    operation = "elasticfilesystem:DescribeBackupPolicyAndLifecycleConfigurationOfAccessPoints"
    found += [
        finding(
            "backup_recovery_point_encrypted",
            None,
            "unknown",
            region=region,
            resource=f"{account_arn(ACCOUNT)}#Table{place}",
            reason=Reason.DENIED,
            operation=f"{operation}{place}",
            action=f"{operation}{place}",
            because="it was denied",
        )
        for place in range(20)
        for region in ("ap-southeast-3", "ap-northeast-2")
    ]
    return rows, found


def large(number: int) -> tuple[list[Row], list[Finding]]:
    volumes = [volume(n, encryption="none") for n in range(number)]
    because = "100 GiB lie unencrypted"
    failing = [finding("ec2_ebs_volume_encrypted", v, "fail", because=because) for v in volumes]
    return list(volumes), failing


def review(
    rows: Iterable[Row] = (),
    findings: Iterable[Finding] = (),
    answers: Answers = ANSWERS,
    narrative: dict[str, str] | None = None,
    paper: bool = False,
    **more: Any,
) -> Review:
    parts = _parts(list(rows), list(findings), answers)
    told = msgspec.convert(narrative, Narrative) if narrative else None
    return Review(manifest(**more), *parts, told, LOGO if narrative else b"", paper)


def looks() -> list[Look]:
    return [
        Look(table=kind, account=ACCOUNT, region=region, at="2026-11-01T12:00:00+00:00")
        for kind in ("KmsKey", "EbsVolume")
        for region in REGIONS
    ]


def _parts(rows: list[Row], findings: list[Finding], answers: Answers) -> Any:
    evidence = Evidence(rows, looks())
    accepted = accept(findings, answers, NOW.date())
    owners = owners_of(evidence, CONTEXT, {})
    summary = summarise(QUESTIONS, accepted, evidence, CONTEXT, answers, owners=owners)
    return summary, accepted, QUESTIONS, evidence, answers


LOGO = base64.b64decode(  # a black dot
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5E"
    "rkJggg=="
)
NARRATIVE = {
    "status": "draft",
    "title": "Protection of data at Kestrel",
    "customer": "Kestrel Coffee Roasters",
    "prepared_by": "A. Moreau",
    "prepared_for": "The board",
    "date": "2026-11-30",
    "version": "0.9",
    "confidentiality": "For the board alone",
    "logo": "logo.png",
    "executive_summary": "Keys and backups need work.\n\nTwo decisions cost nothing.",
    "limitations": "The warehouse was left out.",
}
_TOLD = [name for name, words in NARRATIVE.items() if name not in ("status", "date", "logo")]
WORDY_NARRATIVE = NARRATIVE | dict.fromkeys(_TOLD, "words without end and W" * 8)
HOSTILE_NARRATIVE = NARRATIVE | dict.fromkeys(_TOLD, HOSTILE[:200])


def run_folder(
    out: Path,
    rows: Iterable[Row],
    findings: Iterable[Finding],
    answers: Answers = ANSWERS,
    narrative: dict[str, str] | None = None,
) -> Path:
    """The same as a run folder on disk."""
    summary, accepted, _, evidence, _ = _parts(list(rows), list(findings), answers)
    entries = (
        NotReadEntry(
            table="RecoveryPoint",
            operation=DENIED.operation,
            action=DENIED.action,
            region="us-east-1",
            reason=DENIED.reason,
        ),
    )
    with archive.staged(out, ACCOUNT, NOW) as staging:
        archive.save_evidence(evidence, staging)
        archive.save_findings(accepted, staging)
        staging.write("summary.json", msgspec.json.encode(summary))
        staging.write("answers.yaml", msgspec.yaml.encode(answers))
        if narrative:
            staging.write("narrative.yaml", json.dumps(narrative))  # which is YAML too
            staging.write("logo.png", LOGO)
        return staging.finish(manifest(not_read=entries))


def mixed_chart() -> charts.Chart:
    return charts.outcomes(mixed()[1], {})


def execute(run: Path, workbook: Path) -> Any:
    """The kit's notebook, executed on a run folder as a review does it."""
    import papermill

    sources = str(Path(archive.__file__).parent.parent)  # also where the kit is not installed
    with patch.dict(os.environ, {"PYTHONPATH": sources}):
        return papermill.execute_notebook(
            str(shipped("notebooks") / "review.ipynb"),
            str(workbook),
            cwd=str(run),
            progress_bar=False,
            execution_timeout=120,
        )
