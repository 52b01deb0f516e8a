"""The annexes: every finding whole, every key, every term, how it was done, and the manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from wa_kit.charts import customer_managed, rotation
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Finding, NotRead, Outcome
from wa_kit.review.glossary import GLOSSARY
from wa_kit.review.material import Material, grouped, known
from wa_kit.review.plan import MOST_WHOLE, first
from wa_kit.review.words import anchor, named, outcome, plural, region, sentence, short
from wa_kit.shown import Child, Html, Parts, Table, bullets, el, folded, join, terms


def all_findings(material: Material) -> Parts:
    """Every finding, with what was read and the line that shows it."""
    shown = material.findings[:MOST_WHOLE]
    return Parts(_extent(material, len(shown)), *_checks(material, shown))


def _extent(material: Material, shown: int) -> Html:
    total = len(material.findings)
    if shown < total:
        return el(
            "p",
            f"The {shown:,} most serious of {total:,} findings stand here, so that the page opens. "
            "All of them, whole, are in findings.csv and findings.jsonl beside this page.",
        )
    return el("p", f"All {plural(total, 'finding')}, by check. Open a check to read them.")


def _checks(material: Material, findings: Sequence[Finding]) -> Iterator[Html]:
    for name, found in sorted(grouped(findings).items(), key=lambda item: item[0]):
        check = known(name)
        counts = ", ".join(
            f"{n} {outcome_.value.replace('_', ' ')}"
            for outcome_ in Outcome
            if (n := sum(f.outcome is outcome_ for f in found))
        )
        yield folded(
            join(el("b", material.title(name)), " ", el("span", counts, class_="counts")),
            el("p", first(check.why)) if check else None,
            el("p", "Check ", el("code", name), class_="aside"),
            _findings(name, found),
            id=f"check-{name}",
        )


def _findings(name: str, found: Sequence[Finding]) -> Html:
    rows = [
        (
            join(named(f.name, f.resource), el("br"), el("code", f.resource)),
            region(f.region),
            outcome(f),
            _reasoning(f),
            join(_read(f.read), el("code", f.see, class_="see") if f.see else None),
        )
        for f in found
    ]
    columns = (
        "Resource",
        "Region",
        "Outcome",
        "What was found",
        "What was read, and the line",
    )
    ids = [anchor(f.finding) for f in found]
    return Table(
        f"Findings of {name}", columns, rows, ids=ids, fold_over=len(rows), kind="findings"
    ).html()


def _reasoning(finding: Finding) -> Html:
    level = finding.level and f"Level: {finding.level}. "
    required = finding.required_level and f"Required: {finding.required_level}. "
    data = finding.classification and f"Classification: {finding.classification}. "
    facts = [fact for fact in (level, required, data) if fact]
    exception = finding.exception or {}
    return join(
        sentence(finding.because),
        el("p", *facts, class_="aside") if facts else None,
        el("p", "Needs ", el("code", finding.action), class_="aside") if finding.action else None,
        el("p", f"Accepted until {exception['expires']}: {exception['reason']}", class_="aside")
        if {"expires", "reason"} <= exception.keys()
        else None,
    )


def _read(read: dict[str, Any]) -> Html | None:
    """Field and value as they were read, and when."""
    if not read:
        return None
    fields = [f"{name}: {_value(value)}" for name, value in read.items() if name != "at"]
    at = read.get("at")
    return join(
        el("span", "; ".join(fields), class_="read"),
        el("span", f" (read {at})", class_="aside") if at else None,
    )


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def key_inventory(material: Material) -> Parts:
    """Every KMS key that was seen, whoever manages it."""
    keys = material.keys
    if not keys:
        return Parts(el("p", "No KMS key was seen.", class_="nothing"))
    shown = keys[:MOST_WHOLE]
    title = "KMS keys" if len(shown) == len(keys) else f"KMS keys, the first {len(shown):,}"
    columns = ("Key", "Region", "Managed by", "State", "Spec and origin", "Rotation", "Created")
    return Parts(Table(title, columns, map(_key, shown), fold_over=15))


def _key(key: KmsKey) -> tuple[Child, ...]:
    ours = customer_managed(key)
    manager = "not read" if ours is None else "the customer" if ours else "AWS"
    return (
        join(named(key.name, key.arn), el("br"), el("code", key.arn)),
        region(key.region),
        manager,
        _field(key.state),
        join(short(_field(key.spec)), el("br"), short(_field(key.origin))),
        rotation(key) if ours is not False else "every year, by AWS",
        short(_field(key.created)[:10]),
    )


def _field(value: object) -> str:
    return "not read" if isinstance(value, NotRead) else str(value)


def glossary() -> Html:
    """Every term that a page uses, in plain words."""
    return terms(sorted(GLOSSARY.items(), key=lambda entry: entry[0].lower()), class_="glossary")


def method(material: Material) -> Html:
    """How the review was done, and what it cannot say."""
    calls = sum(material.manifest.calls.values())
    return bullets(
        (
            f"The kit made {calls:,} read-only calls to AWS. It changed nothing, and it never read "
            "the data itself, only how it is kept.",
            "What AWS answered was stored first and judged afterwards. Judging needs no AWS: the "
            "same evidence gives the same findings next year.",
            "A check looks at one resource and says pass, fail, not applicable or unknown. What "
            "could not be read is unknown, with the permission that was missing, and never a pass.",
            "A question has gaps as soon as one resource fails, however many pass. It cannot be "
            "told when nothing fails but something was not read.",
            "Resources are counted, not findings: one bucket with three faults is one bucket.",
            "The answer is the team's. What stands here as a draft is what the evidence suggests.",
            "The review sees a moment. What was changed since is not in it, and neither is what "
            "lies in regions and accounts outside its scope.",
        )
    )


def manifest(material: Material) -> Parts:
    """What the run was, in its own record."""
    m = material.manifest
    facts: list[tuple[Child, Child]] = [
        ("Account", m.account),
        ("Read as", m.caller),
        ("Partition and regions", f"{m.partition}: {', '.join(m.regions)}"),
        ("Started, finished", f"{m.started:%Y-%m-%d %H:%M:%S}, {m.finished:%Y-%m-%d %H:%M:%S} UTC"),
        ("Status", m.status),
        ("Kit", f"wa-kit {m.kit_version}, schema {m.schema_version}"),
        ("Digest of the evidence", el("code", m.evidence_digest)),
        ("Run before", m.previous.run if m.previous else "none"),
        ("Made from", m.derived_from.run if m.derived_from else "AWS, by this run itself"),
    ]
    parameters = ((name, _value(value)) for name, value in sorted(m.parameters.items()))
    return Parts(
        terms(facts, class_="facts"),
        Table("Parameters of the run", ("Parameter", "Value"), parameters, kind="small"),
        Table(
            "Calls made",
            ("Operation", "Calls"),
            sorted(m.calls.items()),
            numbers=["Calls"],
            fold_over=0,
            kind="small",
        ),
        Table(
            "Questionnaires used",
            ("Questionnaire", "SHA-256"),
            ((name, el("code", digest)) for name, digest in sorted(m.questionnaires.items())),
            fold_over=0,
        ),
    )
