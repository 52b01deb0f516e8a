"""``wa-kit review --check ID --resource ARN``: one finding, looked at again and shown whole."""

from __future__ import annotations

import json as text
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from wa_kit.looking import Looked, SecondLook
    from wa_kit.model import Finding
    from wa_kit.planning import Request

_SINCE = {"same": "unchanged", "changed": "changed", "gone": "gone"}


def look_again(
    request: Request, check: str | None, resource: str | None, json: bool, quiet: bool
) -> None:
    """Raises ``KitError`` where one of the two is missing."""
    from wa_kit import looking, terminal
    from wa_kit.model import KitError

    if not check or not resource:
        raise KitError("--check and --resource go together: the check's id, and an ARN or pattern.")
    with terminal.progress(quiet or json) as progress:
        seen = looking.look(request, check, resource, progress)
    if json:
        terminal.print_json(seen)
    elif not quiet:
        for line in _lines(seen):
            terminal.out.print(line, soft_wrap=True)
    raise typer.Exit(seen.exit_code)


def _lines(seen: SecondLook) -> Iterator[str]:
    from wa_kit.terminal import safe

    if seen.simulation:
        yield "[bold yellow]SIMULATION[/]: these are not answers of AWS.\n"
    yield f"[bold]{safe(seen.title)}[/] {safe(seen.check)}"
    where = ", ".join(seen.regions)
    yield f"Account {seen.account}{f', {where}' if where else ''}, {seen.at:%Y-%m-%d %H:%M:%S} UTC"
    calls = ", ".join(f"{name} {count}" for name, count in seen.calls.items())
    yield f"Calls   {safe(calls) or 'none: AWS was not asked'}"
    yield f"Before  {safe(seen.run_before) or 'no run to compare with'}"
    for one in seen.results:
        yield ""
        yield from _shown(one, bool(seen.run_before))


def _shown(one: Looked, compared: bool) -> Iterator[str]:
    from wa_kit.terminal import safe

    yield f"[bold]{safe(one.name or one.resource)}[/] ({safe(one.region)})"
    yield f"  resource   {safe(one.resource)}"
    if one.finding:
        yield f"  outcome    [bold]{_verdict(one.finding)}[/]: {safe(one.finding.because)}"
    else:
        yield "  outcome    [bold]AWS does not list it any more[/]"
    for name, value in one.read.items():
        yield f"  read       {safe(name)} = {safe(_value(value))}"
    if one.finding and (at := one.finding.read.get("at")):
        yield f"  read at    {safe(at)}"
    if one.finding and one.finding.see:
        yield f"  see it     {safe(one.finding.see)}"
    if one.before:
        yield f"  before     {_verdict(one.before)}: {safe(one.before.because)}"
        yield f"  since      {_SINCE[one.change]}"
    elif compared:
        yield "  before     not in that run"
    yield from _people(one)


def _people(one: Looked) -> Iterator[str]:
    from wa_kit.terminal import safe

    for entry in one.exceptions:
        holds = bool(one.finding and one.finding.exception)
        until = (
            f"until {entry.expires}" if holds else f"expires {entry.expires}, covers nothing now"
        )
        yield f"  exception  {until}, by {safe(entry.owner)}: {safe(entry.reason)}"
    if one.dispute:
        note = f": {one.dispute.note}" if one.dispute.note else ""
        yield f"  dispute    {safe(one.dispute.says)}, by {safe(one.dispute.by)}{safe(note)}"


def _verdict(finding: Finding) -> str:
    """The outcome with what belongs to it: the severity of a failure, the reason of an unknown."""
    more = {"fail": finding.severity, "unknown": str(finding.reason or "")}.get(finding.outcome, "")
    accepted = ", accepted" if finding.exception else ""
    return f"{finding.outcome.replace('_', ' ')}{f' ({more}{accepted})' if more else ''}"


def _value(value: Any) -> str:
    return value if isinstance(value, str) else text.dumps(value, ensure_ascii=False)
