"""Where a second look has to look: the regions and the tables, from what is known before it."""

from __future__ import annotations

from wa_kit import archive, collecting
from wa_kit.aws import Caller, Gate
from wa_kit.checks import Check
from wa_kit.evidence import tables_for
from wa_kit.looking.parts import Asked, Before
from wa_kit.model import KitError, Row
from wa_kit.written import did_you_mean


def before(asked: Asked, account: str) -> Before:
    home = asked.planned.out / account
    newest = archive.newest_judged(home)
    if newest is None:
        return Before(run=None, regions=(), findings={})
    findings = [f for f in archive.load_findings(newest) if f.check == asked.check.id]
    return Before(
        run=newest,
        regions=archive.load_manifest(newest).regions,
        findings={f.finding: f for f in findings},
    )


def account_of_people(asked: Asked) -> str:
    """Whose answers are judged where AWS is not asked: the one account that anything speaks of."""
    said = asked.request.account, *asked.planned.workload.accounts
    reviewed = sorted(path.name for path in asked.planned.out.glob("[0-9]" * 12))
    return next(filter(None, (*said, *reviewed)), collecting.NOBODY)


def refuse_other_account(asked: Asked, caller: Caller, before: Before) -> None:
    """An ARN of another account is a slip, unless a run has met it in this one."""
    _, whose = _said_by(asked.resource)
    if not whose or whose == caller.account or any(map(asked.concerns, before.findings.values())):
        return
    raise KitError(
        f"{asked.resource} is of account {whose}, and these credentials open {caller.account}. "
        "Nothing was read. Pass the right --profile or --role.",
        4,
    )


def _said_by(resource: str) -> tuple[str, str]:
    """Region and account that an ARN names; empty where it names none, or a pattern."""
    parts = resource.split(":", 5)
    if len(parts) < 6 or parts[0] != "arn":
        return "", ""
    region, account = ("" if set(part) & set("*?") else part for part in parts[3:5])
    return region, account if len(account) == 12 and account.isdigit() else ""


def scope(asked: Asked, gate: Gate, caller: Caller, before: Before) -> tuple[str, ...]:
    """The regions of the review, without asking AWS where somebody has said them."""
    named = asked.request.regions or asked.request.all_regions
    said = asked.planned.workload.regions or before.regions
    if said and not named:
        return tuple(said)
    return collecting.scope(asked.request, asked.planned, gate, caller)


def places(asked: Asked, scope: tuple[str, ...], before: Before) -> tuple[str, ...]:
    """Where the resource lies: as its ARN says, else as the run before knew, else everywhere."""
    region, _ = _said_by(asked.resource)
    if region and region not in scope:
        hint = did_you_mean(region, scope) or f"It reads {', '.join(scope)}."
        raise KitError(
            f"{region} is no region of this review. {hint} To look there all the same, add "
            f"--region {region}."
        )
    if region:
        return (region,)
    known = {f.region for f in before.findings.values() if asked.concerns(f)}
    if asked.is_pattern or not known or not known <= set(scope):
        return scope
    return tuple(sorted(known))


def tables(asked: Asked, before: Before) -> list[type[Row]]:
    """What the check joins, and of what it judges the table of the resource, if that is known."""
    judged = tables_for([asked.check.judges])
    if not asked.is_pattern:
        kinds = {f.resource_type for f in before.findings.values() if asked.concerns(f)}
        judged = [table for table in judged if table.resource_type in kinds] or judged
    return sorted({*judged, *joined(asked.check)}, key=lambda table: table.__name__)


def joined(check: Check) -> list[type[Row]]:
    views = (table for view in check.views.values() for table in view.reads)
    return tables_for([*check.joins.values(), *views])
