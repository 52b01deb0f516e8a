"""One review of one account: collect -> judge -> workbook -> report -> archive.

The scheduled run is ``review``. Nothing is left behind unless all of it was written.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import msgspec

from wa_kit import __version__, answers, archive, suggestions
from wa_kit.collecting import NOBODY, Body, Progress, nothing_read, read_account
from wa_kit.formats import Format
from wa_kit.judging import judge
from wa_kit.model import (
    Context,
    Evidence,
    Finding,
    KitError,
    Reason,
    Severity,
)
from wa_kit.planning import Plan, Request, plan
from wa_kit.suggestions import Summary
from wa_kit.written import without

_log = logging.getLogger(__name__)


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run."""

    run: Path
    manifest: archive.Manifest
    summary: Summary
    exit_code: int
    newer_folder: Path | None = None  # judged again by older answers than those in this folder


def review(request: Request, progress: Progress | None = None) -> Result:
    """The whole of it. Raises ``KitError`` with the exit code when no run could be written."""
    said = progress or Progress()
    planned = plan(request)
    if request.no_aws:
        return _people_alone(request, planned, said)
    body = read_account(request, planned, said)
    return conclude(request, planned, body, said)


def conclude(request: Request, planned: Plan, body: Body, progress: Progress) -> Result:
    """Judge, draft, and write the run folder."""
    progress.stage("Judging")
    context = planned.workload.context(
        now=body.supposed or body.collected,
        account=body.account,
        partition=body.partition,
        regions=body.regions,
    )
    findings = judged(body.evidence, planned, context)
    if request.no_aws:
        findings = [_not_asked(finding) for finding in findings]
    with archive.staged(planned.out, body.account, body.started) as staging:
        before = archive.baseline(planned.out / body.account, body.collected)
        rules = {entry.match: entry.owner for entry in planned.workload.owners}
        summary = suggestions.summarise(
            planned.questions,
            findings,
            body.evidence,
            context,
            planned.answers,
            owners=suggestions.owners_of(body.evidence, context, rules),
            before=archive.load_findings(before) if before else None,
            since=before.name if before else "",
            seen=lambda question, digest: _seen(planned.out / body.account, question, digest),
        )
        manifest = _manifest(request, planned, body)
        manifest = msgspec.structs.replace(
            manifest, evidence_digest=archive.save_evidence(body.evidence, staging)
        )
        archive.save_findings(findings, staging)
        _save_papers(planned, body, summary, findings, manifest, staging)
        if request.workbook or request.deliverables:  # they read it, as far as it is known
            so_far = msgspec.structs.replace(manifest, previous=staging.previous)
            staging.write("manifest.json", msgspec.json.encode(so_far))
        if request.workbook:
            _save_workbook(staging, body.account, progress)
        _save_deliverables(staging, request.deliverables, progress)
        progress.stage("Closing the archive")
        manifest = msgspec.structs.replace(manifest, finished=dt.datetime.now(dt.UTC))
        run = staging.finish(manifest)
    finished = archive.load_manifest(run)
    return Result(
        run=run,
        manifest=finished,
        summary=summary,
        exit_code=exit_code(summary, finished, request.fail_on),
    )


def _not_asked(finding: Finding) -> Finding:
    """What AWS might have said, had it been asked, is left to people too."""
    if finding.reason is not Reason.NOT_COLLECTED:
        return finding
    because = "nobody has said, and AWS was not asked"
    return msgspec.structs.replace(finding, reason=Reason.NO_ANSWER, because=because)


class _SeenQuestion(msgspec.Struct):
    id: str
    seen: str = ""


class _SeenSummary(msgspec.Struct):
    questions: tuple[_SeenQuestion, ...]


def _seen(home: Path, question: str, digest: str) -> list[Finding] | None:
    """The findings of a question in the newest run where they had that digest."""
    for run in reversed(archive.runs(home)):
        if (run / "summary.json").is_file():
            told = archive.load_json(run, "summary.json", _SeenSummary).questions
            if any((q.id, q.seen) == (question, digest) for q in told):
                return [f for f in archive.load_findings(run) if question in f.questions]
    return None


def with_people(evidence: Evidence, planned: Plan, account: str) -> Evidence:
    """What AWS said, and what people said of the questions asked."""
    return evidence.plus(answers.attestations(planned.answers, account, planned.questions))


def judged(evidence: Evidence, planned: Plan, context: Context) -> list[Finding]:
    """The findings over what AWS and people said, with the exceptions that cover them."""
    whole = with_people(evidence, planned, context.account)
    findings = judge(whole, planned.checks, context, planned.questions_of)
    return answers.accept(findings, planned.answers, context.now.date())


def exit_code(summary: Summary, manifest: archive.Manifest, fail_on: Severity | None) -> int:
    """1 findings at or above ``fail_on``; else 3 where something was not read; else 0."""
    if fail_on and summary.failed_at_or_above[fail_on]:
        return 1
    unsure = any(Reason(reason).not_read for reason in summary.reasons)
    return 3 if manifest.not_read or unsure else 0


def _manifest(request: Request, planned: Plan, body: Body) -> archive.Manifest:
    unread = not_read(body.evidence)
    return archive.Manifest(
        schema_version=archive.SCHEMA_VERSION,
        kit_version=__version__,
        account=body.account,
        caller=body.caller,
        partition=body.partition,
        regions=body.regions,
        parameters=_parameters(request, planned, body),
        questionnaires=planned.question_hashes,
        started=body.started,
        finished=body.started,
        simulation=body.simulation,
        status="incomplete" if unread else "complete",
        calls=body.calls,
        not_read=unread,
        evidence_digest="",
        derived_from=body.derived_from,
    )


def _parameters(request: Request, planned: Plan, body: Body) -> dict[str, Any]:
    """What the run was asked, without secrets and without paths of this machine."""
    return {
        **({archive.AS_OF: body.collected} if body.derived_from else {}),
        **({archive.SUPPOSED: body.supposed} if body.supposed else {}),
        "workload": planned.workload.name,
        "workload_file": planned.workload_file is not None,
        "role": request.role or planned.workload.role,
        "regions": list(request.regions),
        "all_regions": request.all_regions,
        "out_of_scope": {e.region: e.reason for e in planned.workload.out_of_scope},
        "fail_on": request.fail_on,
        "no_aws": request.no_aws,
        "workbook": request.workbook,
    }


def not_read(evidence: Evidence) -> tuple[archive.NotReadEntry, ...]:
    """Every place where something was not read: whole tables, and fields of rows."""
    met = {(look.table, look.region, look.not_read) for look in evidence.looks if look.not_read}
    for row in evidence.rows:
        for refused in row.unread.values():
            met.add((type(row).__name__, row.region, refused))
    entries = {
        (table, refused.operation, refused.action, region, refused.reason)
        for table, region, refused in met
    }
    return tuple(
        archive.NotReadEntry(table=t, operation=o, action=a, region=r, reason=why)
        for t, o, a, r, why in sorted(entries)
    )


def _save_papers(
    planned: Plan,
    body: Body,
    summary: Summary,
    findings: Sequence[Finding],
    manifest: archive.Manifest,
    staging: archive.Staging,
) -> None:
    from wa_kit import papers

    staging.write("summary.json", msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
    staging.write("questions.json", msgspec.json.format(msgspec.json.encode(planned.questions)))
    _save_files(planned, staging)
    for name, text in papers.write(
        planned.questions,
        planned.answers,
        planned.workload,
        summary,
        findings,
        body.evidence,
        manifest,
    ).items():
        staging.write(name, text)


def _save_files(planned: Plan, staging: archive.Staging) -> None:
    """What people wrote, as it stood, but for the external id, which is a secret."""
    if planned.answers_file:
        staging.write("answers.yaml", planned.answers_file.read_bytes())
    if planned.workload_file:
        text = planned.workload_file.read_text(encoding="utf-8-sig")
        staging.write("workload.yaml", without(text, "external_id"))
    if planned.narrative_file:
        staging.write("narrative.yaml", planned.narrative_file.read_bytes())
        if logo := planned.narrative.logo:
            staging.write(logo, (planned.narrative_file.parent / logo).read_bytes())


def _save_workbook(staging: archive.Staging, account: str, progress: Progress) -> None:
    from wa_kit import report, workbook

    progress.stage("Executing the workbook")
    executed = workbook.execute(staging.folder, {"run": ".", "account": account})
    progress.stage("Writing the report")
    report.write(executed, staging.folder / "report.html")


def _save_deliverables(
    staging: archive.Staging, formats: Collection[Format], progress: Progress
) -> None:
    """One that cannot be made is named, and costs neither the run nor its exit code."""
    from wa_kit import exports

    for name in dict.fromkeys(formats):
        progress.stage(f"Making {name}")
        try:
            exports.deliver(staging.folder, name)
        except KitError as error:
            _log.error("There is no %s in this run. %s", name, error)


def _people_alone(request: Request, planned: Plan, progress: Progress) -> Result:
    """The people's half: only what answers.yaml can say."""
    attested = {check.id for check in planned.checks if check.about}
    questions = tuple(
        msgspec.structs.replace(q, checks=tuple(c for c in q.checks if c in attested))
        for q in planned.questions
    )
    account = request.account or next(iter(planned.workload.accounts), NOBODY)
    now = dt.datetime.now(dt.UTC)
    body = Body(
        evidence=nothing_read(account, ()),
        account=account,
        caller="",
        partition="aws",
        regions=(),
        started=now,
        collected=now,
        simulation=False,
        calls={},
    )
    return conclude(request, msgspec.structs.replace(planned, questions=questions), body, progress)


class Collected(msgspec.Struct, frozen=True, kw_only=True):
    """A finished run that holds evidence alone."""

    run: Path
    manifest: archive.Manifest
    rows: int
    exit_code: int


def collect_only(request: Request, progress: Progress | None = None) -> Collected:
    """The first stage alone: a run folder with evidence and manifest."""
    said = progress or Progress()
    planned = plan(request)
    body = read_account(request, planned, said)
    with archive.staged(planned.out, body.account, body.started) as staging:
        digest = archive.save_evidence(body.evidence, staging)
        _save_files(planned, staging)
        manifest = _manifest(request, planned, body)
        now = dt.datetime.now(dt.UTC)
        run = staging.finish(
            msgspec.structs.replace(manifest, evidence_digest=digest, finished=now)
        )
    manifest = archive.load_manifest(run)
    rows = len(body.evidence.rows)
    return Collected(run=run, manifest=manifest, rows=rows, exit_code=3 if manifest.not_read else 0)


def judge_again(
    run: Path, request: Request, as_of: dt.datetime | None = None, progress: Progress | None = None
) -> Result:
    """A new run from the evidence of a finished one: no AWS, the rules and answers of today."""
    manifest = archive.load_manifest(run)
    planned = plan(_beside(run, request))
    body = Body(
        evidence=archive.load_evidence(run),
        account=manifest.account,
        caller=manifest.caller,
        partition=manifest.partition,
        regions=manifest.regions,
        started=dt.datetime.now(dt.UTC),
        collected=manifest.collected,
        simulation=manifest.simulation,
        calls=manifest.calls,
        derived_from=archive.link(run),
        supposed=as_of or manifest.supposed,
    )
    result = conclude(request, planned, body, progress or Progress())
    return msgspec.structs.replace(result, newer_folder=_newer_folder(run, request))


def _newer_folder(run: Path, request: Request) -> Path | None:
    """The review folder of a run, where people have said other things there since."""
    folder, kept = run.resolve().parent.parent.parent, run / "answers.yaml"
    now = folder / "answers.yaml"
    if request.workload or not now.is_file() or not (folder / "workload.yaml").is_file():
        return None
    same = kept.is_file() and kept.read_bytes() == now.read_bytes()
    return None if same else folder


def _beside(run: Path, request: Request) -> Request:
    """A finished run is judged by what it holds itself, and its heir lies beside it."""
    out = request.out or run.resolve().parent.parent
    return msgspec.structs.replace(request, home=run, out=out)
