"""A run once more, with stable aliases in place of who and what it names.

The same run gives the same aliases, in evidence, findings, answers and papers alike. What stays are
facts: regions, services, dates, counts, states. The run itself is only read. See docs/exports.md.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from ruamel.yaml import YAML

from wa_kit import answers as answer_file
from wa_kit import archive, papers
from wa_kit import narrative as narrative_file
from wa_kit import workload as workload_file
from wa_kit.answers import Answers, Involved
from wa_kit.archive import Manifest
from wa_kit.exports.redaction.aliases import Aliases, Replacer, assigned
from wa_kit.exports.redaction.arns import named
from wa_kit.exports.redaction.fields import CLOSED, KEYED, fields_of, parsed, takes_text
from wa_kit.exports.redaction.names import Names, gathered, plain
from wa_kit.model import Evidence, Finding, finding_id
from wa_kit.narrative import Narrative
from wa_kit.questionnaire import Questionnaire
from wa_kit.suggestions import Summary
from wa_kit.workload import Workload

T = TypeVar("T")
S = TypeVar("S", bound=msgspec.Struct)
_GRAMMAR = frozenset({"Effect", "Action", "NotAction", "Version"})  # of a policy: never a name
_QUESTION = frozenset({"id", "checks", "choice", "practice", "url", "answer", "lens_as_of"})


class _Written(NamedTuple):
    """What people wrote, as it stood in the run."""

    answers: Answers
    workload: Workload
    narrative: Narrative


def redacted_copy(run: Path, into: Path) -> Path:
    """Write a run folder under ``into`` that names nobody and nothing, and return where it lies.

    It has no workbook and no page: these are made of it anew. Its logo is left out.
    """
    manifest, written = archive.load_manifest(run), _written(run)
    evidence, findings = archive.load_evidence(run), archive.load_findings(run)
    context = written.workload.context(
        now=manifest.as_of,
        account=manifest.account,
        partition=manifest.partition,
        regions=manifest.regions,
    )
    redaction = _Redaction(gathered(context, manifest, evidence, findings, written), findings)
    made = redaction.struct(manifest)
    with archive.staged(into, made.account, made.started) as staging:
        seen = Evidence(
            [redaction.struct(row) for row in evidence.rows],
            [redaction.struct(look) for look in evidence.looks],
        )
        made = msgspec.structs.replace(
            made,
            evidence_digest=archive.save_evidence(seen, staging),
            derived_from=archive.link(run),
            parameters={**made.parameters, "redacted": True},
        )
        judged = [redaction.struct(finding) for finding in findings]
        archive.save_findings(judged, staging)
        _save_words(run, redaction, written, made, seen, judged, staging)
        return staging.finish(made)


def _save_words(
    run: Path,
    redaction: _Redaction,
    written: _Written,
    manifest: Manifest,
    evidence: Evidence,
    findings: list[Finding],
    staging: archive.Staging,
) -> None:
    """The summary, what people wrote, the questions, and the papers written anew from them."""
    said, work = redaction.struct(written.answers), redaction.struct(written.workload)
    told = redaction.struct(written.narrative)
    for name, value in (("answers", said), ("workload", work), ("narrative", told)):
        if (run / f"{name}.yaml").is_file():
            staging.write(f"{name}.yaml", _yaml(value))
    summary = redaction.struct(archive.load_json(run, "summary.json", Summary))
    staging.write("summary.json", msgspec.json.format(msgspec.json.encode(summary)) + b"\n")
    if (run / "questions.json").is_file():
        questions = redaction.questions(run)
        staging.write("questions.json", msgspec.json.format(msgspec.json.encode(questions)))
        made = papers.write(questions, said, work, summary, findings, evidence, manifest)
        for name, text in made.items():
            staging.write(name, text)


def _written(run: Path) -> _Written:
    """Without what tells the run by itself: digests of findings, a secret, a picture."""
    said = _loaded(run / "answers.yaml", answer_file.load, Answers())
    work = _loaded(run / "workload.yaml", workload_file.load, Workload())
    told = _loaded(run / "narrative.yaml", narrative_file.load, Narrative())
    unseen = {name: msgspec.structs.replace(a, seen={}) for name, a in said.answers.items()}
    return _Written(
        msgspec.structs.replace(said, answers=unseen),
        msgspec.structs.replace(work, external_id=""),
        msgspec.structs.replace(told, logo=""),
    )


def _loaded(path: Path, load: Callable[[Path], T], nothing: T) -> T:
    return load(path) if path.is_file() else nothing


def _yaml(value: msgspec.Struct) -> str:
    """What a struct says, without what it leaves unsaid."""
    text, yaml = io.StringIO(), YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.allow_unicode = True
    yaml.width = 10_000
    yaml.representer.ignore_aliases = lambda _: True  # anchors are refused when it is read again
    yaml.dump(_said(value), text)
    return text.getvalue()


def _said(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        unsaid = {field.name: _default(field) for field in fields_of(type(value))}
        inner = ((name, getattr(value, name)) for name in unsaid)
        return {name: _said(part) for name, part in inner if part != unsaid[name]}
    if isinstance(value, Mapping):
        return {str(key): _said(part) for key, part in value.items()}
    return [_said(part) for part in value] if isinstance(value, (list, tuple)) else value


def _default(field: Any) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return field.default_factory()
    return field.default


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
