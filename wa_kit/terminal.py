"""What the commands print. Names from AWS are shown as inert text; no colour without a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from wa_kit.collecting import Progress, Ready
from wa_kit.folder import Change
from wa_kit.model import Look, Reason
from wa_kit.run import Collected, Result
from wa_kit.shown import clamped, visible
from wa_kit.suggestions import Blind, Standing, Suggestion, Trouble, plural

if TYPE_CHECKING:
    from wa_kit.archive import Verified
    from wa_kit.checks import Check

_MARK = {
    Standing.SUPPORTED: ("[green]+[/]", "evidence supports it"),
    Standing.GAPS: ("[red]x[/]", "something fails"),
    Standing.CANNOT_TELL: ("[yellow]?[/]", "evidence cannot tell"),
    Standing.NOTHING_HERE: ("[dim]-[/]", "nothing of it here"),
    Standing.ASK: ("[cyan]>[/]", "people have to say"),
}
_COLOUR = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "dim", "info": "dim"}
_MOST = 5
_LINE = 60
_OPEN = ("not_read", "no_answer", "not_knowable")

out = Console(highlight=False)
_err = Console(stderr=True, highlight=False)


def safe(text: object) -> str:
    """``text`` without markup, control characters or direction overrides that act."""
    return escape(visible(text).replace("\n", " "))


def print_json(value: Any) -> None:
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.flush()


@contextmanager
def progress(quiet: bool) -> Iterator[Progress]:
    """A display on stderr while a run goes on; plain lines where there is no terminal."""
    if quiet:
        yield Progress()
    elif not _err.is_terminal:
        yield _Lines()
    else:
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn
        from rich.progress import Progress as Bars

        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("[dim]{task.fields[note]}"),
        )
        with Bars(*columns, console=_err, transient=True) as bars:
            yield _Bar(bars)


class _Lines(Progress):
    def stage(self, words: str) -> None:
        _err.print(safe(words), soft_wrap=True)


class _Bar(Progress):
    """One bar: the stage, and while collecting the tables done and refused."""

    def __init__(self, bars: Any) -> None:
        self._bars = bars
        self._task = bars.add_task("", total=None, note="")
        self._refused = 0

    def stage(self, words: str) -> None:
        self._bars.remove_task(self._task)
        self._task = self._bars.add_task(safe(words), total=None, note="")

    def collecting(self, total: int) -> None:
        self._bars.update(self._task, total=total, completed=0)

    def looked(self, look: Look) -> None:
        self._refused += look.not_read is not None
        note = f"{self._refused} not read" if self._refused else ""
        self._bars.update(self._task, advance=1, note=note)


def print_result(result: Result) -> None:
    """A finished run, for someone tired: how bad, how sure, what first, where to read on."""
    summary, manifest = result.summary, result.manifest
    if manifest.simulation:
        out.print("[bold yellow]SIMULATION[/]: these are not answers of AWS.\n")
    out.print(f"Account {manifest.account}, {plural(len(manifest.regions), 'region')}")
    if manifest.supposed:
        out.print(f"[bold yellow]Judged as if it were {manifest.as_of:%Y-%m-%d}[/]")
    out.print()
    out.print(_questions(summary.questions))
    standings = {question.standing for question in summary.questions}
    marks = (f"{sign} [dim]{says}[/]" for s, (sign, says) in _MARK.items() if s in standings)
    out.print(f"\n{'   '.join(marks)}")
    stores = summary.stores
    if stores.seen:
        out.print(f"\n{stores.assessed} of {plural(stores.seen, 'data store')} assessed")
    _print_stale(summary.questions)
    _print_worst(summary.open)
    _print_blind(summary.not_seen)
    if result.newer_folder:
        newer = safe(result.newer_folder / "workload.yaml")
        words = "Judged by the answers that lie in that run; the review folder's are others by now."
        out.print(f"\n[bold yellow]Note[/]  {words} For those: --workload {newer}", soft_wrap=True)
    page = result.run / "report.html"
    out.print(f"\nRun     {safe(result.run)}", soft_wrap=True)
    if page.is_file():
        out.print(f"[bold]Report  {safe(page)}[/]", soft_wrap=True)


def _questions(questions: Sequence[Suggestion]) -> Table:
    """Each with its resources: failing of judged, and why others have no verdict."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Resources", vertical="bottom")
    for title in ("fail", "not\nread", "to\nanswer", "AWS\ncannot\ntell"):
        table.add_column(title, justify="right", vertical="bottom")
    for question in questions:
        judged = question.resources["pass"] + question.resources["fail"]
        failing = f"{question.resources['fail']} of {judged}" if judged else ""
        open_ = [question.without_verdict.get(kind, 0) for kind in _OPEN]
        table.add_row(
            f"{_MARK[question.standing][0]} {safe(question.title)}",
            failing,
            *(str(number) if number else "[dim]-[/]" for number in open_),
        )
    return table


def _print_stale(questions: Sequence[Suggestion]) -> None:
    stale = [question for question in questions if question.stale]
    if stale:
        out.print(f"\n[bold]{plural(len(stale), 'answer')} out of date[/]:")
    for question in stale:
        why = f": {question.stale_because[0]}" if question.stale_because else ""
        out.print(f"  {safe(question.title)}{safe(why)}", soft_wrap=True)


def _print_worst(open_: Sequence[Trouble]) -> None:
    if not open_:
        return
    many = f"; the first {_MOST}" if len(open_) > _MOST else ""
    out.print(f"\n[bold]{plural(len(open_), 'thing')} to mend[/]{many}:")
    table = Table.grid(padding=(0, 1, 0, 0))
    for trouble in open_[:_MOST]:
        owner = f" [dim]({safe(clamped(trouble.owner, _LINE))})[/]" if trouble.owner else ""
        what = safe(clamped(trouble.because, 2 * _LINE))
        name = safe(clamped(trouble.name, _LINE))
        severity = f" [{_COLOUR[trouble.severity]}]{trouble.severity}[/]"
        table.add_row(severity, f"{safe(trouble.service)} {name}{owner}: {what}")
    out.print(table)


def _print_blind(not_seen: Sequence[Blind]) -> None:
    met = ((f"{blind.action or blind.what} {blind.reason}", blind.region) for blind in not_seen)
    _print_places("[bold]Could not be read[/], and counted as unknown", met)


def _print_places(heading: str, met: Iterable[tuple[str, str]]) -> None:
    """A line for each thing, with the regions in which it was met; nothing where there is none."""
    places: dict[str, set[str]] = {}
    for what, region in met:
        places.setdefault(what, set()).add(region)
    if places:
        out.print(f"\n{heading}:")
    for what, regions in sorted(places.items()):
        out.print(f"  {safe(what)} in {', '.join(sorted(regions))}", soft_wrap=True)


_MEANING = {
    0: "complete",
    1: "a failure at or above --fail-on",
    3: "complete, but something could not be read",
}


def print_demo_end(result: Result) -> None:
    out.print(
        f"\n`wa-kit review` would have returned {result.exit_code}: {_MEANING[result.exit_code]}."
    )


def result_json(result: Result) -> dict[str, Any]:
    page = result.run / "report.html"
    return {
        "run": str(result.run),
        "report": str(page) if page.is_file() else None,
        "exit_code": result.exit_code,
        "account": result.manifest.account,
        "status": result.manifest.status,
        "simulation": result.manifest.simulation,
        "summary": result.summary,
    }


def print_collected(collected: Collected) -> None:
    rows = plural(collected.rows, "row")
    out.print(f"{rows} of evidence in {safe(collected.run)}", soft_wrap=True)
    for entry in collected.manifest.not_read:
        out.print(f"  not read: {entry.action or entry.table} in {entry.region} ({entry.reason})")
    out.print(f"\nNext: wa-kit report {safe(collected.run)}", soft_wrap=True)


def print_init(folder: Path, changes: Sequence[Change]) -> None:
    if not changes:
        out.print(f"{safe(folder)}: everything is there already; nothing was changed.")
        return
    for change in changes:
        _print_change(change)
    if all(change.did == "wrote" for change in changes):
        out.print(
            "\nNext: say in workload.yaml what is under review, then, in that folder:\n"
            "  wa-kit policy > policy.json      the exact permissions to ask for\n"
            "  wa-kit preflight --profile P     whether they are there\n"
            "  wa-kit review --profile P        the review\n"
            "  wa-kit lab                       the self-assessment, in JupyterLab"
        )


def _print_change(change: Change) -> None:
    path = safe(change.path)
    if change.beside is None:
        words = "wrote" if change.did == "wrote" else "brought up to date"
        out.print(f"  {words} {path}", soft_wrap=True)
        return
    out.print(
        f"  kept  {safe(change.beside)}, which was edited; the new one is {path}", soft_wrap=True
    )
    if change.new:
        out.print(f"        new in it: {', '.join(map(safe, change.new))}", soft_wrap=True)
    if change.new and change.beside.name == "answers.yaml":
        out.print("        `wa-kit lab` shows these too, and writes what is answered.")


def print_ready(ready: Ready) -> None:
    calls = sum(probe.calls for probe in ready.probes)
    out.print(f"Account {ready.account} as {safe(ready.caller)}", soft_wrap=True)
    tables = len({probe.table for probe in ready.probes})
    places = plural(len(ready.regions), "region")
    out.print(f"{tables} tables in {places}: {', '.join(ready.regions)}", soft_wrap=True)
    out.print(f"A review will take about {calls:,} calls, and read no data.")
    if not ready.missing:
        out.print("[green]Nothing is missing.[/]")
    denied = [(p, why) for p, why in ready.missing if why.reason is Reason.DENIED]
    failed = [(p, why) for p, why in ready.missing if why.reason is not Reason.DENIED]
    _print_places(
        "[bold]Permissions that are missing[/]",
        ((why.action or why.operation, p.region) for p, why in denied),
    )
    _print_places(
        "[bold]No answer came; no permission helps, trying again may[/]",
        ((f"{p.table}: {str(why).strip()}", p.region) for p, why in failed),
    )
    _print_places(
        "[bold]AWS itself does not tell, whatever is permitted[/]",
        ((f"{p.table}: {why.detail or why}", p.region) for p, why in ready.not_knowable),
    )


def ready_json(ready: Ready) -> dict[str, Any]:
    return {**msgspec.to_builtins(ready), "calls": sum(probe.calls for probe in ready.probes)}


_UNSIGNED = (
    "UNSIGNED: whoever can write here can also rewrite the manifest. Keep its SHA-256 elsewhere, "
    "and pass it with --expect."
)


def print_verified(run: Path, verified: Verified, expect: str | None) -> None:
    from wa_kit.archive import manifest_hash

    if verified.altered:
        out.print(f"[bold red]ALTERED[/]: {safe(run)}", soft_wrap=True)
        for line in verified.altered:
            out.print(f"  {safe(line)}", soft_wrap=True)
    else:
        out.print(f"[green]Whole[/]: {safe(run)}", soft_wrap=True)
    if verified.gone:
        out.print(
            f"[bold yellow]CHAIN BROKEN[/]: the run before it, {safe(verified.gone)}, is not "
            "there. Whether it was deleted on purpose, nobody can tell from here.",
            soft_wrap=True,
        )
    out.print(f"manifest.json has the SHA-256 {manifest_hash(run)}", soft_wrap=True)
    if expect is None:
        out.print(_UNSIGNED, soft_wrap=True)


def verified_json(run: Path, verified: Verified, expect: str | None) -> dict[str, Any]:
    from wa_kit.archive import manifest_hash

    return {
        "run": str(run),
        "whole": verified.whole,
        "altered": list(verified.altered),
        "run_before_gone": verified.gone or None,
        "manifest_sha256": manifest_hash(run),
        "signed": False,
        "expected": expect is not None,
    }


def print_checks(checks: Sequence[Check]) -> None:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("Severity")
    table.add_column("Check, and what should hold")
    for check in sorted(checks, key=lambda c: (c.service, c.id)):
        colour = _COLOUR[check.severity]
        table.add_row(f"[{colour}]{check.severity}[/]", f"{check.id}\n[dim]{safe(check.title)}[/]")
    out.print(table)
    out.print(f"\n{plural(len(checks), 'check')}. One of them: wa-kit checks ID")


def print_check(check: Check) -> None:
    actions = check_json(check)["actions"]
    body = (
        f"[bold]{safe(check.title)}[/]\n\n{safe(check.why)}\n\n"
        f"[bold]Severity[/]  {check.severity}\n"
        f"[bold]Judges[/]    {check.service} ({safe(check_json(check)['judges'])})\n"
        f"[bold]Needs[/]     {', '.join(actions) or 'nothing from AWS: people answer'}\n\n"
        f"[bold]Remedy[/]\n{safe(check.remedy)}\n\n{safe(check.docs)}"
    )
    out.print(Panel(body, title=check.id, title_align="left"))


def check_json(check: Check) -> dict[str, Any]:
    from wa_kit.evidence import COLLECTORS

    needed = {action for table in check.needs for action in COLLECTORS[table].actions}
    return {
        "id": check.id,
        "title": check.title,
        "why": check.why,
        "severity": check.severity,
        "judges": getattr(check.judges, "resource_type", "every data store"),
        "actions": sorted(needed),
        "remedy": check.remedy,
        "docs": check.docs,
    }
