"""A run folder on disk: written once, whole or not at all, and never changed afterwards.

Nothing here judges or calls AWS. Every reader validates; every writer is sorted and stable, so
that ``git diff`` of two runs is a report a person can read.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import msgspec

from wa_kit.evidence import COLLECTORS
from wa_kit.model import (
    Account,
    Evidence,
    Finding,
    KitError,
    Look,
    NotRead,
    Reason,
    Region,
    Row,
)

SCHEMA_VERSION = 1
AS_OF = "as_of"  # among the parameters of a run judged again: when its evidence was collected
SUPPOSED = "supposed"  # likewise, where somebody named another day to judge it for
_ROWS: dict[str, type[Row]] = {"Account": Account, "Region": Region}
_JSON = msgspec.json.Encoder(order="deterministic")
_RUN_NAME = re.compile(r"\d{8}T\d{6}Z(-\d+)?")
T = TypeVar("T")


class NotReadEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One place where a run was not allowed, or not able, to look."""

    table: str
    operation: str
    action: str
    region: str
    reason: Reason


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """Another run, by its folder's name and the SHA-256 of its manifest."""

    run: str
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a run was, what it asked, what it did not see, and the hash of every file."""

    schema_version: int
    kit_version: str
    account: str
    caller: str
    partition: str
    regions: tuple[str, ...]
    parameters: dict[str, Any]
    questionnaires: dict[str, str]
    started: dt.datetime
    finished: dt.datetime
    simulation: bool
    status: Literal["complete", "incomplete"]
    calls: dict[str, int]
    not_read: tuple[NotReadEntry, ...]
    evidence_digest: str
    previous: Link | None = None
    derived_from: Link | None = None
    files: dict[str, str] = {}

    @property
    def judged_again(self) -> bool:
        """Whether it was judged from the evidence of an earlier run."""
        return AS_OF in self.parameters

    @property
    def collected(self) -> dt.datetime:
        """When AWS began to be asked: its own beginning, unless it was judged again."""
        return self._moment(AS_OF) or self.started

    @property
    def supposed(self) -> dt.datetime | None:
        """The day somebody named to be judged for, so that it is no state to compare with."""
        return self._moment(SUPPOSED)

    @property
    def as_of(self) -> dt.datetime:
        """The moment it was judged for."""
        return self.supposed or self.collected

    def _moment(self, name: str) -> dt.datetime | None:
        said = self.parameters.get(name)
        return msgspec.convert(said, dt.datetime) if said is not None else None


# Writing


@contextmanager
def staged(out: Path, account: str, started: dt.datetime) -> Iterator[Staging]:
    """A hidden folder to fill. It takes its name when the block ends well, and vanishes if not.

    Raises ``KitError`` (exit code 4) where nothing can be written.
    """
    home = out / account
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        staging = Staging(home, started, Path(tempfile.mkdtemp(prefix=".wa-kit-", dir=home)))
    except OSError as error:
        raise KitError(
            f"{home}: no run folder can be made there ({error.strerror}). Choose another --out.", 4
        ) from error
    try:
        yield staging
    except OSError as error:
        raise KitError(
            f"{home}: the run could not be written ({error.strerror}); earlier runs are untouched.",
            4,
        ) from error
    finally:
        if staging.folder.exists() and staging.folder != staging.run:
            shutil.rmtree(staging.folder, ignore_errors=True)


class Staging:
    """A run folder that is being written."""

    def __init__(self, home: Path, started: dt.datetime, folder: Path) -> None:
        self.folder = folder
        self.run: Path | None = None
        self._home = home
        self._stamp = started.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")

    @property
    def previous(self) -> Link | None:
        """The run before, as the chain names it."""
        return _link(newest(self._home))

    def write(self, name: str, text: str | bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)

    def finish(self, manifest: Manifest) -> Path:
        """Write the manifest last, close the folder to others, and give it its name."""
        for path in self.folder.rglob("*"):
            path.chmod(0o700 if path.is_dir() else 0o600)
        manifest = msgspec.structs.replace(
            manifest, files=hashes(self.folder), previous=self.previous
        )
        path = self.folder / "manifest.json"
        path.write_bytes(msgspec.json.format(_JSON.encode(manifest), indent=2) + b"\n")
        path.chmod(0o600)
        for number in range(1, 1000):
            run = self._home / (self._stamp if number == 1 else f"{self._stamp}-{number}")
            try:
                os.rename(self.folder, run)  # on a folder that is there, this fails
            except OSError:
                if run.exists():
                    continue
                raise
            self.run = self.folder = run
            return run
        raise KitError(f"{self._home}: a thousand runs in one second. Wait, and run again.", 4)


def save_evidence(evidence: Evidence, staging: Staging) -> str:
    """Write ``evidence/`` and return its digest, which leaves out the times of the looks."""
    digest = hashlib.sha256()
    for name in sorted(_tables()):
        rows = evidence.tables.get(_tables()[name], [])
        if not rows and not any(look.table == name for look in evidence.looks):
            continue
        lines = _lines(_row_line(row) for row in sorted(rows, key=lambda r: (r.arn, r.region)))
        staging.write(f"evidence/{name}.jsonl", lines)
        digest.update(f"{name}\n".encode() + lines)
    looks = sorted(evidence.looks, key=lambda look: (look.table, look.region))
    staging.write("evidence/looks.jsonl", _lines(map(_JSON.encode, looks)))
    timeless = [msgspec.structs.replace(look, at="") for look in looks]
    digest.update(b"looks\n" + _lines(map(_JSON.encode, timeless)))
    return digest.hexdigest()


def save_findings(findings: Iterable[Finding], staging: Staging) -> None:
    """Write ``findings.jsonl``, and the same for a spreadsheet."""
    found = list(findings)
    staging.write("findings.jsonl", _lines(map(_JSON.encode, found)))
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(Finding.__struct_fields__)
    for finding in found:
        writer.writerow([cell(v) for v in msgspec.structs.astuple(finding)])
    staging.write("findings.csv", text.getvalue())


def cell(value: Any) -> str:
    """A value as inert text: a spreadsheet must not take it for a formula."""
    if isinstance(value, dict):
        text = _JSON.encode(value).decode() if value else ""
    elif isinstance(value, (tuple, list)):
        text = ";".join(map(str, value))
    else:
        text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") else text


def _lines(lines: Iterable[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def _row_line(row: Row) -> bytes:
    unread = row.unread
    if not unread:
        return _JSON.encode(row)
    fields = {f: getattr(row, f) for f in row.__struct_fields__ if f not in unread}
    return _JSON.encode(fields | {"not_read": unread})


# Reading


def load_manifest(run: Path) -> Manifest:
    """Raises ``KitError`` (exit code 4) when ``run`` is no run folder, or of a newer kit."""
    path = run / "manifest.json"
    if not path.is_file():
        hint = _nearest_run(run)
        raise KitError(f"{run}: this is no run folder, it has no manifest.json.{hint}", 4)
    raw = path.read_bytes()
    try:
        version = msgspec.json.decode(raw, type=dict[str, Any]).get("schema_version")
        if isinstance(version, int) and version > SCHEMA_VERSION:
            raise KitError(f"{path}: schema {version} is newer than this kit. Upgrade wa-kit.", 4)
        manifest = msgspec.json.decode(raw, type=Manifest)
        manifest.collected, manifest.supposed  # noqa: B018  raise where they are no moments
        return manifest
    except msgspec.MsgspecError as error:
        raise KitError(f"{path}: {error}. The file was damaged; see wa-kit verify.", 4) from error


def _nearest_run(folder: Path) -> str:
    depths = ("*", "*/*", "*/*/*")  # an account's folder, runs/, a review folder
    runs = sorted(found for deep in depths for found in folder.glob(f"{deep}/manifest.json"))[-1:]
    return f" Did you mean {runs[0].parent}?" if runs else ""


def load_evidence(run: Path) -> Evidence:
    """Everything a run learned. What an older kit did not collect is ``NotRead``."""
    manifest = load_manifest(run)
    older = NotRead(Reason.NOT_COLLECTED, detail=f"by kit {manifest.kit_version}")
    rows: list[Row] = []
    for name, kind in _tables().items():
        path = run / "evidence" / f"{name}.jsonl"
        if path.is_file():
            rows += _read(path, lambda line, kind=kind: _row(line, kind, older))
    looks = load_looks(run)
    have = {(type(row), row.region) for row in rows}
    for kind in (Account, Region):  # always there, also in an archive that lost them
        places = ["global"] if kind is Account else list(manifest.regions)
        rows += [
            kind(arn=f"AWS::::Account:{manifest.account}", account=manifest.account, region=place)
            for place in places
            if (kind, place) not in have
        ]
    return Evidence(rows, looks)


def load_looks(run: Path) -> list[Look]:
    return _read(run / "evidence" / "looks.jsonl", msgspec.json.Decoder(Look).decode)


def load_findings(run: Path) -> list[Finding]:
    return _read(run / "findings.jsonl", msgspec.json.Decoder(Finding).decode)


def load_json(run: Path, name: str, kind: type[T]) -> T:
    """One JSON file of a run folder, validated."""
    path = run / name
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.MsgspecError) as error:
        raise KitError(f"{path}: {error}. See wa-kit verify.", 4) from error


def _tables() -> dict[str, type[Row]]:
    return _ROWS | {kind.__name__: kind for kind in COLLECTORS}


def _read(path: Path, decode: Any) -> list[Any]:
    found = []
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                try:
                    found.append(decode(line))
                except msgspec.MsgspecError as error:
                    raise KitError(
                        f"{path}: line {number}: {error}. See wa-kit verify.", 4
                    ) from error
    except OSError as error:
        raise KitError(f"{path}: {error.strerror}. See wa-kit verify.", 4) from error
    return found


_DECODERS: dict[type[Row], msgspec.json.Decoder[Any]] = {}
_UNREAD = msgspec.json.Decoder(dict[str, Any])


def _row(line: bytes, kind: type[Row], older: NotRead) -> Row:
    decoder = _DECODERS.setdefault(kind, msgspec.json.Decoder(kind))
    if b'"not_read":' not in line:
        try:
            return decoder.decode(line)  # type: ignore[no-any-return]
        except msgspec.ValidationError:
            pass  # perhaps a field that an older kit did not know; told apart below
    raw = _UNREAD.decode(line)
    unread = msgspec.convert(raw.pop("not_read", {}), dict[str, NotRead])
    fields: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        if field.name in unread:
            fields[field.name] = unread[field.name]
        elif field.name in raw:
            fields[field.name] = msgspec.convert(raw[field.name], field.type)
        elif field.required:
            fields[field.name] = older
    return kind(**fields)


def json_schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of a manifest or a finding; the same lies in ``wa_kit/schemas/``."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **msgspec.json.schema(kind),
    }


# Proving


def hashes(folder: Path) -> dict[str, str]:
    """Path -> SHA-256, of every file but the manifest."""
    manifest = folder / "manifest.json"
    files = (path for path in folder.rglob("*") if path.is_file() and path != manifest)
    return {str(path.relative_to(folder).as_posix()): _sha256(path) for path in sorted(files)}


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def runs(home: Path) -> list[Path]:
    """The finished runs of one account, oldest first."""
    named = (path for path in home.iterdir() if _RUN_NAME.fullmatch(path.name))
    found = (path for path in named if (path / "manifest.json").is_file())
    return sorted(found, key=_when)


def _when(run: Path) -> tuple[str, int]:
    stamp, _, number = run.name.partition("-")
    return stamp, int(number or 1)


def newest(home: Path) -> Path | None:
    found = runs(home)
    return found[-1] if found else None


def newest_judged(home: Path) -> Path | None:
    """The newest run that was judged, and not only collected; ``None`` where there is no folder."""
    return next(_judged(home), None)


def baseline(home: Path, before: dt.datetime) -> Path | None:
    """The run whose findings those of a new run are compared with; ``None`` where there is none.

    It is the newest that was judged for its own day, from evidence that was read ``before``: the
    same evidence, judged again, has no changes to tell.
    """
    return next((run for run in _judged(home) if _stands_before(run, before)), None)


def _judged(home: Path) -> Iterator[Path]:
    """Those that were judged, newest first; none where there is no folder."""
    found = reversed(runs(home)) if home.is_dir() else iter(())
    return (run for run in found if is_judged(run))


def _stands_before(run: Path, moment: dt.datetime) -> bool:
    """Not so where the manifest is damaged; ``verify`` says that."""
    try:
        manifest = load_manifest(run)
    except KitError:
        return False
    return manifest.supposed is None and manifest.collected < moment


def is_judged(run: Path) -> bool:
    return (run / "findings.jsonl").is_file()


def manifest_hash(run: Path) -> str:
    return _sha256(run / "manifest.json")


def link(run: Path) -> Link:
    return Link(run=run.name, sha256=manifest_hash(run))


def _link(run: Path | None) -> Link | None:
    return link(run) if run else None


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a run since it was written, in words."""

    altered: tuple[str, ...] = ()
    gone: str = ""  # the run before it, which its chain names and nobody finds

    @property
    def whole(self) -> bool:
        return not self.altered and not self.gone


def verify(run: Path, expect: str | None = None) -> Verified:
    """What was altered since the run was written, and whether its chain still holds.

    Without ``expect``, a manifest rewritten together with its files cannot be told, unless a
    later run holds its hash. Raises ``KitError`` where ``expect`` is no SHA-256.
    """
    if expect is not None and not re.fullmatch("[0-9a-f]{64}", expect.lower()):
        raise KitError(f"--expect {expect!r} is no SHA-256: it takes 64 hexadecimal digits.")
    run = run.resolve()
    manifest = load_manifest(run)
    found = [f"{path}: a link, not a file" for path in _links(run)]
    now = hashes(run)
    for name, recorded in manifest.files.items():
        if name not in now:
            found.append(f"{name}: missing")
        elif now[name] != recorded:
            found.append(f"{name}: altered")
    found += [f"{name}: added" for name in sorted(now.keys() - manifest.files.keys())]
    if expect is not None and manifest_hash(run) != expect.lower():
        found.append(f"manifest.json: its SHA-256 is {manifest_hash(run)}, not {expect}")
    found += _altered_links(run, manifest)
    before = run.parent / manifest.previous.run if manifest.previous else None
    gone = before.name if before and not (before / "manifest.json").is_file() else ""
    return Verified(altered=tuple(found), gone=gone)


def _links(run: Path) -> list[str]:
    return [str(path.relative_to(run)) for path in sorted(run.rglob("*")) if path.is_symlink()]


def _altered_links(run: Path, manifest: Manifest) -> list[str]:
    """Where the chain of runs holds another hash, before this run or after it."""
    found = []
    if manifest.previous:
        before = run.parent / manifest.previous.run
        if (before / "manifest.json").is_file() and (
            manifest_hash(before) != manifest.previous.sha256
        ):
            found.append(f"the run before, {before.name}, was altered")
    for after in runs(run.parent):
        previous = load_manifest(after).previous
        if previous and previous.run == run.name and previous.sha256 != manifest_hash(run):
            found.append(f"manifest.json: the later run {after.name} holds another hash of it")
    return found
