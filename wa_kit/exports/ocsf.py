"""Findings in the Open Cybersecurity Schema Framework: Compliance Finding of OCSF 1.5.0.

One JSON array, a record for each finding. What has no verdict is never a pass, and what does not
apply is neither pass nor fail. See docs/exports.md for the whole mapping.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import msgspec

from wa_kit.exports.values import called, reading
from wa_kit.model import Finding, Outcome
from wa_kit.questionnaire import Questionnaire
from wa_kit.review import Review
from wa_kit.review.material import Material, known
from wa_kit.review.words import sentence

VERSION = "1.5.0"
_CLASS, _CATEGORY, _CREATE = 2003, 2, 1  # Compliance Finding, Findings, Create
_FRAMEWORK = "AWS Well-Architected Framework"
_STATUS = {
    Outcome.PASS: (1, "Pass"),
    Outcome.FAIL: (3, "Fail"),
    Outcome.UNKNOWN: (2, "Warning"),  # the schema's word for no result for want of information
    Outcome.NOT_APPLICABLE: (99, "Not applicable"),
}
_SEVERITY = {
    "info": (1, "Informational"),
    "low": (2, "Low"),
    "medium": (3, "Medium"),
    "high": (4, "High"),
    "critical": (5, "Critical"),
}
_JSON = msgspec.json.Encoder(order="deterministic")


def write(run: Path, file: Path) -> None:
    """A record a line, within one array."""
    material = Review.open(run).material
    questions = {q.id: q for _, q in material.asked if q}
    lines = (_JSON.encode(_record(f, material, questions)) for f in material.findings)
    file.write_bytes(b"[\n" + b",\n".join(lines) + b"\n]\n")


def _record(
    finding: Finding, material: Material, questions: dict[str, Questionnaire]
) -> dict[str, Any]:
    severity, in_words = _SEVERITY[finding.severity]
    status = (3, "Suppressed") if finding.exception else (1, "New")
    return {
        "activity_id": _CREATE,
        "activity_name": "Create",
        "category_uid": _CATEGORY,
        "category_name": "Findings",
        "class_uid": _CLASS,
        "class_name": "Compliance Finding",
        "type_uid": _CLASS * 100 + _CREATE,
        "type_name": "Compliance Finding: Create",
        "time": _milliseconds(material.manifest.started),
        "severity_id": severity,
        "severity": in_words,
        "status_id": status[0],
        "status": status[1],
        "message": f"{material.title(finding.check)}: {sentence(finding.because)}",
        "metadata": _metadata(material),
        "cloud": _cloud(finding),
        "compliance": _compliance(finding, material, questions),
        "finding_info": _info(finding, material),
        "resources": [_resource(finding, material)],
        **({"remediation": _remediation(finding)} if finding.remediation else {}),
        "unmapped": _unmapped(finding),
    }


def _metadata(material: Material) -> dict[str, Any]:
    manifest = material.manifest
    labels = ["simulation"] if manifest.simulation else []
    labels += ["redacted"] if manifest.parameters.get("redacted") else []
    return {
        "version": VERSION,
        "profiles": ["cloud"],
        "product": {
            "name": "wa-kit",
            "uid": "wa-kit",
            "vendor_name": "wa-kit",
            "version": manifest.kit_version,
        },
        **({"labels": labels} if labels else {}),
    }


def _cloud(finding: Finding) -> dict[str, Any]:
    account = {"uid": finding.account, "type_id": 10, "type": "AWS Account"}
    return {"provider": "AWS", "region": finding.region, "account": account}


def _compliance(
    finding: Finding, material: Material, questions: dict[str, Questionnaire]
) -> dict[str, Any]:
    status, in_words = _STATUS[finding.outcome]
    asked = [questions[name] for name in finding.questions if name in questions]
    practices = {f"{p.practice} {p.title}" for q in asked for p in q.practices}
    return {
        "control": finding.check,
        "desc": material.title(finding.check),
        "standards": [_FRAMEWORK],
        "requirements": sorted(practices),
        "status_id": status,
        "status": in_words,
        **({"status_code": finding.reason.value} if finding.reason else {}),
        "status_detail": finding.because,
    }


def _info(finding: Finding, material: Material) -> dict[str, Any]:
    check = known(finding.check)
    when = _milliseconds(material.read_at)
    read = reading(finding)[1]
    seen = _milliseconds(read) if isinstance(read, dt.datetime) else when
    return {
        "uid": finding.finding,
        "title": material.title(finding.check),
        "desc": " ".join(check.why.split()) if check else finding.because,
        "types": list(finding.questions),
        "created_time": when,
        "last_seen_time": seen,
        "analytic": {"uid": finding.check, "name": finding.check, "type_id": 1, "type": "Rule"},
    }


def _resource(finding: Finding, material: Material) -> dict[str, Any]:
    owner = material.owners.get(finding.resource)
    return {
        "uid": finding.resource,
        "name": called(finding),
        "type": finding.resource_type,
        "region": finding.region,
        "cloud_partition": material.manifest.partition,
        **({"owner": {"name": owner}} if owner else {}),
    }


def _remediation(finding: Finding) -> dict[str, Any]:
    check = known(finding.check)
    return {"desc": finding.remediation, **({"references": [check.docs]} if check else {})}


def _unmapped(finding: Finding) -> dict[str, Any]:
    """What OCSF has no place for, under the names of findings.jsonl."""
    names = (
        *("outcome", "reason", "operation", "action", "level", "required_level"),
        *("classification", "key", "service", "source", "read", "see", "exception"),
    )
    return {name: value for name in names if (value := getattr(finding, name))}


def _milliseconds(moment: dt.datetime) -> int:
    return round(moment.timestamp() * 1000)
