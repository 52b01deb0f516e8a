"""The annexes: every finding whole, every key, every term, how it was done, and the manifest."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from wa_kit.charts import customer_managed, rotation, said
from wa_kit.evidence.kms import KmsKey
from wa_kit.model import Finding, NotRead, Outcome
from wa_kit.review.glossary import GLOSSARY
from wa_kit.review.material import Material, grouped, known
from wa_kit.review.plan import first
from wa_kit.review.words import (
    OPEN,
    PARTS,
    anchor,
    link,
    named,
    outcome,
    region,
    sentence,
    short,
    within,
)
from wa_kit.shown import Child, Html, Parts, Table, bullets, el, folded, join, terms


def all_findings(material: Material) -> Parts:
    """Every finding, with what was read and the line that shows it."""
    shown = [f for f in material.findings if f.finding in material.listed]
    return Parts(
        _extent(material, len(shown)),
        _by_check(material),
        *(_listed if material.paper else _checks)(material, grouped(shown)),
    )


def _extent(material: Material, shown: int) -> Html:
    return el("p", _on_paper(material, shown)) if material.paper else _on_screen(material, shown)


def _on_paper(material: Material, shown: int) -> str:
    total, open_ = len(material.findings), len(material.open)
    which = "They" if shown == open_ else f"The most serious of each check, {shown:,} in all,"
    return (
        f"Of {total:,} findings, {open_:,} fail or are unknown. {which} stand here; the rest is "
        "counted. Every finding, with what was read and the line that shows it, is in findings.csv "
        "of this run and in its Excel export."
    )


def _on_screen(material: Material, shown: int) -> Html:
    total, open_, read = len(material.findings), len(material.open), len(material.read)
    if shown == total:
        words = (
            f"All {total:,} findings, by check. Open a check to read them: each says what was "
            "read, when, and which line of the AWS command line shows it."
        )
    else:
        words = (
            f"Of {total:,} findings, the {open_:,} that fail or are unknown stand here, by check. "
            "What passes or does not apply is counted; it stands in findings.csv beside this page."
        )
    if shown < min(open_, total):
        words += f" Of those {open_:,}, the {shown:,} most serious stand here."
    if read < shown:
        words += f" What was read stands with the first {read:,}, and in findings.csv with all."
    return join(
        el("p", words),
        el(
            "p",
            "On paper stand the failures and what is unknown. What passes, what was read, and the "
            "lines to see it yourself are on the page and in findings.csv.",
            class_="paper-only",
        ),
    )


def _by_check(material: Material) -> Table:
    """On paper, a check of which nothing is listed is looked up here."""
    columns = ("Check", *PARTS, "All")
    rows, ids = [], []
    listed = {f.check for f in material.findings if f.finding in material.listed}
    for name, found in sorted(material.by_check.items()):
        counts = Counter(said(finding) for finding in found)
        apart = name in listed or not material.paper
        title = link(f"check-{name}", material.title(name)) if apart else material.title(name)
        rows.append((title, *(counts[part] for part in PARTS), len(found)))
        ids.append(None if apart else f"check-{name}")
    return Table(
        "Findings by check",
        columns,
        rows,
        ids=ids,
        numbers=columns[1:],
        kind="counted",
        fold_over=80,
    )


def _checks(material: Material, listed: Mapping[str, Sequence[Finding]]) -> Iterator[Html]:
    for name, found in sorted(material.by_check.items()):
        check = known(name)
        shown = listed.get(name, [])
        counts = Counter(said(finding) for finding in found)
        in_words = ", ".join(f"{counts[part]:,} {within(part)}" for part in PARTS if counts[part])
        quiet = not any(counts[part] for part in OPEN)
        left = len(found) - len(shown)
        yield folded(
            join(el("b", material.title(name)), " ", el("span", in_words, class_="counts")),
            el("p", first(check.why)) if check else None,
            el("p", "Check ", el("code", name), class_="aside"),
            _whole(material, name, [f for f in shown if f.finding in material.read]),
            _brief(name, [f for f in shown if f.finding not in material.read]),
            el("p", f"{left:,} more in findings.csv.", class_="aside") if left else None,
            id=f"check-{name}",
            class_="check quiet" if quiet else "check",
        )


def _listed(material: Material, listed: Mapping[str, Sequence[Finding]]) -> Iterator[Html]:
    """For paper: a line a finding."""
    for name, found in sorted(listed.items()):
        left = sum(f.outcome in (Outcome.FAIL, Outcome.UNKNOWN) for f in material.by_check[name])
        left -= len(found)
        yield el("h4", material.title(name), id=f"check-{name}", class_="check")
        yield join(_brief(name, found))
        if left:
            yield el("p", f"{left:,} more are in findings.csv.", class_="aside")


def _whole(material: Material, name: str, found: Sequence[Finding]) -> Html | None:
    rows = (
        (
            join(named(f.name, f.resource), el("br"), el("code", f.resource)),
            region(f.region),
            outcome(f, material.dispute(f)),
            _reasoning(f),
            join(_read(f.read), el("code", f.see, class_="see") if f.see else None),
        )
        for f in found
    )
    columns = ("Resource", "Region", "Outcome", "What was found", "What was read, and the line")
    return _findings(f"Findings of {name}", columns, rows, found)


def _brief(name: str, found: Sequence[Finding]) -> Html | None:
    rows = (
        (named(f.name, f.resource), f.region, f"{said(f)}, {f.severity}", sentence(f.because))
        for f in found
    )
    columns = ("Resource", "Region", "Outcome", "What was found")
    return _findings(f"Further findings of {name}", columns, rows, found)


def _findings(
    caption: str, columns: Sequence[str], rows: Iterable[Sequence[Child]], found: Sequence[Finding]
) -> Html | None:
    if not found:
        return None
    quiet = (Outcome.PASS, Outcome.NOT_APPLICABLE)
    return Table(
        caption,
        columns,
        rows,
        ids=[anchor(f.finding) for f in found],
        marks=["quiet" if f.outcome in quiet else None for f in found],
        fold_over=len(found),
        kind="findings",
    ).html()


def _reasoning(finding: Finding) -> Html:
    level = finding.level and f"Level: {finding.level}. "
    required = finding.required_level and f"Required: {finding.required_level}. "
    data = finding.classification and f"Classification: {finding.classification}. "
    facts = [fact for fact in (level, required, data) if fact]
    exception = finding.exception or {}
    return join(
        sentence(finding.because),
        el("p", *facts, class_="aside level") if facts else None,
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
    shown = keys[: material.extent.keys]
    title = "KMS keys"
    if len(shown) < len(keys):
        title += f", the first {len(shown):,} of {len(keys):,}; all are in evidence/KmsKey.jsonl"
    columns = ("Key", "Region", "Managed by", "State", "Spec and origin", "Rotation", "Created")
    return Parts(Table(title, columns, map(_key, shown), fold_over=15, kind="keys"))


def _key(key: KmsKey) -> tuple[Child, ...]:
    ours = customer_managed(key)
    manager = "not read" if ours is None else "the customer" if ours else "AWS"
    return (
        join(named(key.name, key.arn), el("br"), el("code", key.arn.rpartition("/")[2])),
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
    return bullets(how(material))


def how(material: Material) -> tuple[str, ...]:
    """The same as sentences."""
    calls = sum(material.manifest.calls.values())
    return (
        f"The kit made {calls:,} read-only calls to AWS. It changed nothing, and it never read "
        "the data itself, only how it is kept.",
        "What AWS answered was stored first and judged afterwards. Judging needs no AWS: the "
        "same evidence gives the same findings next year.",
        "A check looks at one resource and says pass, fail, not applicable or unknown. What "
        "could not be read is unknown, with the permission that was missing, and never a pass.",
        "A question has gaps as soon as one resource fails, however many pass. It cannot be "
        "told when nothing fails but something was not read.",
        "Things are counted, not findings: one bucket with three faults is one thing. A rule of "
        "the account that fails in several Regions is one thing to mend, and under its question "
        "a resource in each Region.",
        "The answer is the team's. What stands here as a draft is what the evidence suggests.",
        "The review sees a moment. What was changed since is not in it, and neither is what "
        "lies in regions and accounts outside its scope.",
    )


def manifest(material: Material) -> Parts:
    """What the run was, in its own record."""
    m = material.manifest
    facts: list[tuple[Child, Child]] = [
        ("Account", m.account),
        ("Read as", m.caller),
        ("Partition and regions", f"{m.partition}: {', '.join(m.regions)}"),
        ("Started", f"{m.started:%Y-%m-%d %H:%M:%S} UTC"),
        ("Status", m.status),
        ("Kit", f"wa-kit {m.kit_version}, schema {m.schema_version}"),
        ("Digest of the evidence", el("code", m.evidence_digest)),
        ("Run before", m.previous.run if m.previous else "none"),
        ("Made from", m.derived_from.run if m.derived_from else "AWS, by this run itself"),
    ]
    parameters = ((name, _value(value)) for name, value in sorted(m.parameters.items()))
    return Parts(
        terms(facts, class_="facts"),
        Table("Parameters of the run", ("Parameter", "Value"), parameters, kind="parameters"),
        Table(
            "Calls made",
            ("Operation", "Calls"),
            sorted(m.calls.items()),
            numbers=["Calls"],
            fold_over=0,
            kind="small",
        )
        if not material.paper
        else None,
        Table(
            "Questionnaires used",
            ("Questionnaire", "SHA-256"),
            ((name, el("code", digest)) for name, digest in sorted(m.questionnaires.items())),
            fold_over=0,
        ),
    )
