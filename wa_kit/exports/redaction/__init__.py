"""A run once more, with stable aliases in place of who and what it names.

The same run gives the same aliases, in evidence, findings, answers and papers alike. What stays are
facts: regions, services, dates, counts, states. The run itself is only read. See docs/exports.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wa_kit import answers as answer_file
from wa_kit import archive, papers
from wa_kit import narrative as narrative_file
from wa_kit import workload as workload_file
from wa_kit.answers import Answers, Involved
from wa_kit.exports.redaction.aliases import Aliases, Replacer, assigned
from wa_kit.exports.redaction.names import (
    CLOSED,
    KEYED,
    Names,
    fields_of,
    gathered,
    named,
    parsed,
    plain,
    takes_text,
)
from wa_kit.model import Evidence, Finding, finding_id
from wa_kit.narrative import Narrative
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import Summary
from wa_kit.workload import Workload

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
_GRAMMAR = frozenset({"Effect", "Action", "NotAction", "Version"})  # of a policy: never a name
_QUESTION = frozenset({"id", "checks", "choice", "practice", "url", "answer", "lens_as_of"})


def redacted_copy(run: Path, into: Path) -> Path:
    """Write a run folder under ``into`` that names nobody and nothing, and return where it lies.

    It has no workbook and no page: these are made of it anew. Its logo is left out.
    """
    manifest = archive.load_manifest(run)
    evidence, findings = archive.load_evidence(run), archive.load_findings(run)
    said = _written(run, "answers.yaml", answer_file.load, Answers())
    work = _written(run, "workload.yaml", workload_file.load, Workload())
    told = _written(run, "narrative.yaml", narrative_file.load, Narrative())
    context = work.context(
        now=manifest.started,
        account=manifest.account,
        partition=manifest.partition,
        regions=manifest.regions,
    )
    names = gathered(context, manifest, evidence, findings, (said, work, told))
    redaction = _Redaction(names, findings)
    made = redaction.struct(manifest)
    with archive.staged(into, made.account, made.started) as staging:
        rows = [redaction.struct(row) for row in evidence.rows]
        looks = [redaction.struct(look) for look in evidence.looks]
        seen = Evidence(rows, looks)
        judged = [redaction.struct(finding) for finding in findings]
        summary = redaction.struct(archive.load_json(run, "summary.json", Summary))
        forget = {name: msgspec.structs.replace(a, seen={}) for name, a in said.answers.items()}
        said = redaction.struct(msgspec.structs.replace(said, answers=forget))
        work = redaction.struct(msgspec.structs.replace(work, external_id=""))
        told = redaction.struct(msgspec.structs.replace(told, logo=""))
        digest = archive.save_evidence(seen, staging)
        archive.save_findings(judged, staging)
        staging.write("summary.json", msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
        for name, value in (("answers", said), ("workload", work), ("narrative", told)):
            if (run / f"{name}.yaml").is_file():
                staging.write(f"{name}.yaml", _yaml(value))
        made = msgspec.structs.replace(
            made,
            evidence_digest=digest,
            previous=None,
            derived_from=archive.link(run),
            parameters={**made.parameters, "redacted": True},
        )
        if (run / "questions.json").is_file():
            questions = redaction.questions(run)
            staging.write("questions.json", msgspec.json.format(msgspec.json.encode(questions)))
            written = papers.write(questions, said, work, summary, judged, seen, made)
            for name, text in written.items():
                staging.write(name, text)
        return staging.finish(made)


def _written(run: Path, name: str, load: Callable[[Path], T], nothing: T) -> T:
    return load(run / name) if (run / name).is_file() else nothing


def _yaml(value: msgspec.Struct) -> str:
    """What a struct says, without what it leaves unsaid."""
    import datetime as dt

    from ruamel.yaml import YAML

    text, yaml = io.StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 10_000
    yaml.representer.ignore_aliases = lambda _: True  # anchors are refused when it is read again
    yaml.dump(_said(msgspec.to_builtins(value, builtin_types=(dt.date,))), text)
    return text.getvalue()


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        inner = {key: _said(part) for key, part in value.items()}
        return {key: part for key, part in inner.items() if part not in (None, "", {}, [])}
    return [_said(part) for part in value] if isinstance(value, (list, tuple)) else value


class _Redaction:
    """Walks the parts of a run and gives each the same, with aliases."""

    def __init__(self, names: Names, findings: list[Finding]) -> None:
        known = {*names.nouns, *names.same}
        aliases = assigned(names.nouns, names.same, known)
        aliases |= {arn: _renamed(arn, aliases) for arn in names.arns}
        common = {name for name in known if plain(name, names.nouns.get(name, ""))}
        accounts = {name for name, noun in names.nouns.items() if noun == "account"}
        self._replacer = Replacer(aliases, common, accounts)
        ids = {finding.finding: self._id(finding) for finding in findings}
        self._replacer = Replacer({**aliases, **ids}, common, accounts)

    def _id(self, finding: Finding) -> str:
        whole = self._replacer.whole
        account, resource = whole(finding.account), whole(finding.resource)
        return finding_id(finding.check, account, finding.region, resource)

    def struct(self, value: S) -> S:
        """The same struct, with aliases in the fields that may hold names."""
        fields = fields_of(type(value))
        made = {
            field.name: self._value(getattr(value, field.name), field.name)
            for field in fields
            if takes_text(field.type) or isinstance(getattr(value, field.name), msgspec.Struct)
        }
        return msgspec.structs.replace(value, **made)

    def _value(self, value: Any, field: str) -> Any:
        if isinstance(value, Involved):
            return value
        if isinstance(value, msgspec.Struct):
            return self.struct(value)
        if isinstance(value, Mapping):
            if field in KEYED:
                return {self._replacer.whole(k): self._value(v, field) for k, v in value.items()}
            return {
                key: self._value(inner, field if field in CLOSED else str(key))
                for key, inner in value.items()
            }
        if isinstance(value, (list, tuple)):
            return type(value)(self._value(inner, field) for inner in value)
        return self._text(value, field) if isinstance(value, str) else value

    def _text(self, value: str, field: str) -> str:
        if field in CLOSED:
            return value
        if field == "see":
            return self._replacer.command(value)
        document = parsed(value)
        if document is not None:
            return json.dumps(self._document(document), ensure_ascii=False)
        bare = value.removeprefix("alias/")
        return value.removesuffix(bare) + self._replacer.whole(bare)

    def _document(self, value: Any, closed: frozenset[str] = _GRAMMAR) -> Any:
        """A policy, a pattern, a questionnaire: JSON whose keys and grammar stay."""
        if isinstance(value, dict):
            return {
                key: inner if key in closed else self._document(inner, closed)
                for key, inner in value.items()
            }
        if isinstance(value, list):
            return [self._document(inner, closed) for inner in value]
        if not isinstance(value, str):
            return value
        return self._replacer.whole(value) if closed is _GRAMMAR else self._replacer.text(value)

    def questions(self, run: Path) -> tuple[Questionnaire, ...]:
        """As the run asked them: the kit's own hold no name, a team's own may."""
        asked = archive.load_json(run, "questions.json", list[Any])
        kind = tuple[Questionnaire, ...]
        return msgspec.convert(self._document(asked, _QUESTION), kind)


def _renamed(arn: str, aliases: Aliases) -> str:
    made = "".join(head + aliases.get(name, name) for name, head in named(arn))
    parts = made.split(":", 5)
    parts[4] = aliases.get(parts[4], parts[4])
    return ":".join(parts)


__all__ = ["redacted_copy"]
