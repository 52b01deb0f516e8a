"""A second look at one finding, live: what AWS says of it now, and what the last run said.

It reads the tables that the check needs, in the region where the resource lies; other regions
only where the verdict depends on them. It writes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from wa_kit import answers, collecting, planning, run
from wa_kit.checks import CHECKS
from wa_kit.collecting import Progress
from wa_kit.judging import judge
from wa_kit.looking.parts import Asked, Before, Change, Looked, SecondLook, Seen
from wa_kit.looking.places import (
    account_of_people,
    before,
    places,
    refuse_other_account,
    scope,
    tables,
)
from wa_kit.looking.reading import ELSEWHERE, narrowed, widened
from wa_kit.model import SEVERITIES, Finding, KitError, Outcome, Reason, Severity
from wa_kit.planning import Request
from wa_kit.policies.wildcards import matches
from wa_kit.written import did_you_mean


def look(
    request: Request, check_id: str, resource: str, progress: Progress | None = None
) -> SecondLook:
    """Raises ``KitError``: 2 for a check or resource that nobody knows, 4 without an account."""
    if check_id not in CHECKS:
        hint = did_you_mean(check_id, CHECKS) or "wa-kit checks lists them all."
        raise KitError(f"There is no check {check_id!r}. {hint}")
    asked = Asked(
        check=CHECKS[check_id],
        resource=resource,
        planned=planning.plan(request),
        request=request,
        at=dt.datetime.now(dt.UTC),
    )
    if asked.check.needs:
        return _ask_aws(asked, progress or Progress())
    account = account_of_people(asked)
    evidence = collecting.nothing_read(account, ())
    seen = Seen(
        evidence=evidence, account=account, partition="aws", scope=(), regions=(), tables=()
    )
    return _compared(asked, seen, before(asked, account), _judged(asked, seen))


def _ask_aws(asked: Asked, progress: Progress) -> SecondLook:
    if asked.request.no_aws:
        raise KitError(f"{asked.check.id} judges what AWS says: leave out --no-aws.")
    gate, caller = collecting.open_account(asked.request, asked.planned)
    with gate:
        known = before(asked, caller.account)
        refuse_other_account(asked, caller, known)
        whole = scope(asked, gate, caller, known)
        here, wanted = places(asked, whole, known), tables(asked, known)
        progress.stage(f"Looking again in {', '.join(here)}")
        evidence = collecting.collect(gate, caller, here, wanted, progress)
        if set(here) < set(whole):
            evidence = narrowed(asked.check, evidence, here)
        seen = Seen(
            evidence=evidence,
            account=caller.account,
            partition=caller.partition,
            scope=whole,
            regions=here,
            tables=tuple(wanted),
            simulation=gate.simulation,
        )
        found = _judged(asked, seen)
        if any(f.reason is Reason.NOT_COLLECTED for f in found):
            seen = widened(asked, seen, gate, caller, progress)
            found = _judged(asked, seen)
        seen = replace(seen, calls=dict(sorted(gate.calls.items())))
    return _compared(asked, seen, known, found)


def _judged(asked: Asked, seen: Seen) -> list[Finding]:
    """The findings that concern what was asked; a table that was not read stands for all in it."""
    said, workload = asked.planned.answers, asked.planned.workload
    context = workload.context(
        now=asked.at, account=seen.account, partition=seen.partition, regions=seen.scope
    )
    whole = run.with_people(seen.evidence, asked.planned, seen.account)
    found = judge(whole, [asked.check], context, asked.planned.questions_of)
    found = answers.accept(found, said, asked.at.date())
    rows = [f for f in found if asked.concerns(f) and f.resource_type != "Kit::Table"]
    if rows and not asked.is_pattern:
        return rows
    names = {table.__name__ for table in seen.tables}
    unread = [f for f in found if f.resource_type == "Kit::Table" and f.name in names]
    return rows + [f for f in unread if f.region != ELSEWHERE]


def _compared(asked: Asked, seen: Seen, known: Before, found: Sequence[Finding]) -> SecondLook:
    gone = list(_gone(asked, seen, known, found))
    if not found and not gone:
        raise KitError(_nothing(asked, seen, known))
    results = (*(_looked(asked, seen, known, f) for f in found), *gone)
    return SecondLook(
        check=asked.check.id,
        title=asked.check.title,
        account=seen.account,
        simulation=seen.simulation,
        at=asked.at,
        regions=seen.regions,
        calls=seen.calls,
        run_before=str(known.run or ""),
        results=results,
        exit_code=_exit_code(found, asked.request.fail_on),
    )


def _looked(asked: Asked, seen: Seen, known: Before, finding: Finding) -> Looked:
    then = known.findings.get(finding.finding)
    verdict = (finding.outcome, finding.reason)
    change: Change = "new" if then is None else "same"
    if then and (then.outcome, then.reason) != verdict:
        change = "changed"
    return Looked(
        resource=finding.resource,
        name=finding.name,
        region=finding.region,
        finding=finding,
        read=_whole(asked, seen, finding),
        before=then,
        change=change,
        **_said(asked, finding),
    )


def _gone(asked: Asked, seen: Seen, known: Before, found: Sequence[Finding]) -> Iterator[Looked]:
    """What the run before knew, and AWS no longer lists where it was read whole."""
    now = {f.finding for f in found}
    blind = {f.region for f in found if f.resource_type == "Kit::Table"}
    for then in known.findings.values():
        here = then.region in seen.regions or then.region == "global"
        missing = then.finding not in now and then.resource_type != "Kit::Table"
        if asked.concerns(then) and missing and here and not {then.region, "global"} & blind:
            yield Looked(
                resource=then.resource,
                name=then.name,
                region=then.region,
                finding=None,
                read={},
                before=then,
                change="gone",
                **_said(asked, then),
            )


def _said(asked: Asked, finding: Finding) -> dict[str, Any]:
    """What people hold of it: exceptions, those that ran out too, and the dispute."""
    said = asked.planned.answers
    return {
        "exceptions": tuple(
            entry
            for entry in said.exceptions
            if entry.check == finding.check and matches(entry.resource, finding.resource)
        ),
        "dispute": answers.disputed(finding, said),
    }


def _whole(asked: Asked, seen: Seen, finding: Finding) -> dict[str, Any]:
    """The fields that the check read, with their values uncut."""
    place = (finding.resource, finding.region)
    rows = run.with_people(seen.evidence, asked.planned, seen.account)
    row = next((r for r in rows.of(asked.check.judges) if (r.arn, r.region) == place), None)
    names = (name for name in finding.read if name in getattr(row, "__struct_fields__", ()))
    return {name: msgspec.to_builtins(getattr(row, name)) for name in names}


def _nothing(asked: Asked, seen: Seen, known: Before) -> str:
    judged = {row.arn for row in seen.evidence.of(asked.check.judges)}
    names = judged | {f.resource for f in known.findings.values()}
    where = f" in {', '.join(seen.regions)}" if seen.regions else ""
    hint = did_you_mean(asked.resource, names) or "Take the ARN from a finding of that check."
    return f"There is no {asked.resource!r}{where} that {asked.check.id} judges. {hint}"


def _exit_code(found: Sequence[Finding], fail_on: Severity | None) -> int:
    """1 a failure at or above ``fail_on``; else 3 where something was not read; else 0."""
    open_ = (f for f in found if f.outcome is Outcome.FAIL and not f.exception)
    if fail_on and any(SEVERITIES.index(f.severity) <= SEVERITIES.index(fail_on) for f in open_):
        return 1
    return 3 if any(f.reason and f.reason.not_read for f in found) else 0


__all__ = ["Looked", "SecondLook", "look"]
