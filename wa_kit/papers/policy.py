"""The draft of an encryption policy: the rules that this review judged by, and who holds them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from wa_kit.checks import CHECKS
from wa_kit.checks.people import RESPONSIBILITIES
from wa_kit.markdown import Md, bullets, code, md, table
from wa_kit.model import REQUIRED_LEVELS, DataStore
from wa_kit.papers.sources import Sources, judged_table
from wa_kit.protection import RANK
from wa_kit.suggestions import listing, plural

ARTEFACT = "encryption-policy"
_REQUIRES = {
    "none": "no encryption at rest",
    "owned": "encryption at rest with any key, also one that AWS owns",
    "aws-managed": "encryption at rest with a KMS key, at least the AWS managed one",
    "customer": "encryption at rest with a customer managed KMS key",
}


def told(sources: Sources) -> dict[str, Any]:
    workload, context = sources.workload, sources.context
    checks = sources.checks(ARTEFACT)
    return {
        "document": sources.document(ARTEFACT),
        "stores": _stores(sources),
        "out_of_scope": bullets(f"{e.region}: {e.reason}" for e in workload.out_of_scope),
        "levels": _levels(sources),
        "own_levels": context.required_levels != REQUIRED_LEVELS,
        "exceptions_by_name": _by_name(sources),
        "key_tags": listing(list(context.required_key_tags)),
        "trusted": bullets(f"{t.account}: {t.who}" for t in workload.trusted_accounts),
        "duties": _duties(sources),
        "exceptions": _exceptions(sources),
        "inherited": bullets(
            f"{name}: account {c.account}, {c.where}{f' ({c.reason})' if c.reason else ''}"
            for name, c in sorted(workload.inherited.items())
        ),
        "checks": judged_table(sources, checks) if checks else "",
    }


def _stores(sources: Sources) -> Md:
    counts = Counter(row.service for row in sources.evidence.of(DataStore))
    return table(("Service", "Data stores found"), sorted(counts.items())) if counts else md("")


def _levels(sources: Sources) -> Md:
    levels = sources.context.required_levels
    ordered = sorted(levels, key=lambda name: (-RANK[levels[name]], name == "", name))
    rows = (
        (name or "no classification", levels[name], _REQUIRES[levels[name]]) for name in ordered
    )
    return table(("Data classified as", "Level", "Needs at least"), rows)


def _by_name(sources: Sources) -> Md:
    entries = sources.workload.classification.resources
    rows = ((code(e.match), e.classification) for e in entries)
    return table(("Resources", "Are classified as"), rows) if entries else md("")


def _duties(sources: Sources) -> Md:
    """The duties the questions name; the six of the kit where no question of the run does."""
    duties = {
        d.id: (r.title, d.text)
        for q in sources.questions
        for r in q.roles
        for d in r.responsibilities
    }
    duties = duties or {name: (d.role, d.text) for name, d in RESPONSIBILITIES.items()}
    said = {duty: who for named in sources.answers.roles.values() for duty, who in named.items()}
    rows = []
    for name, (role, text) in sorted(duties.items(), key=lambda duty: (duty[1][0], duty[0])):
        who = said.get(name)
        accountable, deputy = (who.accountable, who.deputy) if who else ("", "")
        rows.append((text, role, accountable or "to be named", deputy or "to be named"))
    return table(("Duty", "Role", "Accountable", "Deputy"), rows)


def _exceptions(sources: Sources) -> Md:
    today = sources.as_of
    rows = [
        (
            code(e.resource),
            CHECKS[e.check].title.rstrip(".") if e.check in CHECKS else e.check,
            e.reason,
            e.owner,
            e.approver,
            e.expires if e.holds_on(today) else f"{e.expires} (run out: covers nothing any more)",
            plural(_covered(sources, e.check, e.resource), "failure"),
        )
        for e in sources.answers.exceptions
    ]
    columns = ("Resource", "Rule", "Reason", "Owner", "Approved by", "Until", "Covers now")
    return table(columns, rows) if rows else md("")


def _covered(sources: Sources, check: str, resource: str) -> int:
    accepted = (f.exception for f in sources.findings_of({check}) if f.exception)
    return sum(exception.get("resource") == resource for exception in accepted)
