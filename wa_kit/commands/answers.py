"""``wa-kit answers``: what people say, out to Excel or Word, back, and checked."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wa_kit.commands.options import AsOfOption, JsonOption, QuietOption

if TYPE_CHECKING:
    from wa_kit.answers.checking import Checked, Ending
    from wa_kit.exchange import Imported

app = typer.Typer(
    no_args_is_help=True,
    help="The people's half: out to Excel or Word, back into answers.yaml, and checked.",
)
FolderArgument = Annotated[
    Path, typer.Argument(metavar="DIR", help="The folder of the review; else this one.")
]


class DocumentName(StrEnum):
    xlsx = "xlsx"
    docx = "docx"


class PreferName(StrEnum):
    document = "document"
    file = "file"


@app.command()
def export(
    format: Annotated[DocumentName, typer.Option("--format", "-f", help="Excel or Word.")],
    folder: FolderArgument = Path(),
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Its name; else one is made up.")
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Write a document in which people fill in their answers, beside the drafts of the newest run.

    It can be imported again, also when answers.yaml changes meanwhile. Needs no AWS.
    """
    from wa_kit import exchange, terminal

    made = exchange.export(folder, format.value, out)
    if json:
        terminal.print_json({"file": str(made)})
    elif not quiet:
        terminal.out.print(f"Wrote {terminal.safe(made)}", soft_wrap=True)


@app.command("import")
def bring(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The document, filled in.")],
    folder: FolderArgument = Path(),
    prefer: Annotated[
        PreferName | None,
        typer.Option("--prefer", help="Who is right where the document and answers.yaml differ."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change, and change nothing.")
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Bring what was edited in an exported document into answers.yaml, and nothing else.

    A field that was changed here and there is refused, unless --prefer says who
    is right.

    Exit codes:
    0  done, or nothing to do
    2  refused, with every place and its reason, and nothing changed
    """
    from wa_kit import exchange, terminal

    done = exchange.bring_back(file, folder, prefer.value if prefer else None, dry_run)
    if json:
        terminal.print_json(done)
    elif not quiet:
        _print_imported(done, dry_run)


def _print_imported(done: Imported, dry_run: bool) -> None:
    from wa_kit import terminal
    from wa_kit.answers.fields import by_kit
    from wa_kit.exchange.coming_back import in_words, value_in_words
    from wa_kit.suggestions import plural

    changes = [change for change in done.changes if not by_kit(change.place)]
    for change in changes:
        before, after = value_in_words(change.before), value_in_words(change.after)
        line = f"{in_words(change.place)}: {before} -> {after}"
        terminal.out.print(terminal.safe(line), soft_wrap=True)
    for conflict in done.left:
        line = f"{in_words(conflict.place)}: left as it is, {value_in_words(conflict.theirs)}"
        terminal.out.print(terminal.safe(line), soft_wrap=True)
    if done.already:
        same = plural(done.already, "field")
        terminal.out.print(f"{same} edited there, and the same in answers.yaml already.")
    if changes:
        fields = plural(len(changes), "field")
        terminal.out.print(f"{fields} would change." if dry_run else f"{fields} changed.")
    elif not done.already and not done.left:
        terminal.out.print("Nothing was edited in this document: answers.yaml stays as it is.")


@app.command()
def check(
    folder: FolderArgument = Path(),
    as_of: AsOfOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Whether what people wrote is valid, and what of it is past its day. For CI; needs no AWS.

    Exit codes:
    0  valid
    1  valid, and the last day of an answer or an exception is past
    2  a file is not valid, each error with its file and line
    """
    from wa_kit import terminal
    from wa_kit.answers import checking
    from wa_kit.shown import visible

    found = checking.check(folder, as_of.date() if as_of else dt.datetime.now(dt.UTC).date())
    if json:
        terminal.print_json({"exit_code": found.exit_code, **_plain(found)})
    else:
        for error in found.errors:
            typer.echo(visible(error), err=True)
        if not quiet and not found.errors:
            _print_checked(found)
    raise typer.Exit(found.exit_code)


def _plain(found: Checked) -> dict[str, object]:
    import msgspec

    return dict(msgspec.to_builtins(found))


def _print_checked(found: Checked) -> None:
    from wa_kit import terminal

    lines = [f"Answered: {len(found.answered)} of {len(found.questions)} questions"]
    lines += [f"Out of date, held until {day}: {name}" for name, day in found.out_of_date.items()]
    lines += [f"Holds until {day}: {name}" for name, day in found.soon_out_of_date.items()]
    lines += [f"Exception ran out on {_ending(entry)}" for entry in found.run_out]
    lines += [f"Exception runs out on {_ending(entry)}" for entry in found.running_out]
    lines += [f"Nobody is {' or '.join(who)}: {name}" for name, who in found.unheld.items()]
    for line in lines:
        terminal.out.print(terminal.safe(line), soft_wrap=True)


def _ending(entry: Ending) -> str:
    return f"{entry.expires}: {entry.check} on {entry.resource}"
