"""The names in a run: who and what is told by its evidence, and by what people wrote.

It collects; it replaces nothing. What is taken for a name errs on the side of too much.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, get_args

import msgspec

from wa_kit.answers import Answers, Involved
from wa_kit.archive import Manifest
from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS
from wa_kit.exports.redaction.arns import WILD, named
from wa_kit.exports.redaction.fields import PROSE, fields_of, holds_names, strings
from wa_kit.model import SEVERITIES, Context, Encryption, Evidence, Finding, Outcome, Reason, Row
from wa_kit.narrative import Narrative
from wa_kit.protection import RANK
from wa_kit.workload import Workload
from wa_kit.written import shipped

_OF_AWS = frozenset({"ChangeEvent", "Account", "Region", "EbsDefault", "MacieSession", "Inventory"})
_NOUNS = {
    "S3Bucket": "bucket",
    "MacieBucket": "bucket",
    "KmsKey": "key",
    "IamPrincipal": "principal",
}
_FIELDS = {"kms_key": "key", "aliases": "key", "replica_key": "key", "to_bucket": "bucket"}
_PERSON = frozenset({
    "accountable", "answered_by", "approver", "by", "deputy", "held_by", "owner", "prepared_by",
    "prepared_for", "user", "who",
})  # fmt: skip
_ARN = re.compile(
    r"arn:(?:aws[\w-]*|\*):[\w*-]*:[\w*-]*:(?:\d{12}|\*)?:[^\s\"'<>,;)\]}\\|]*[^\s\"'<>,;)\]}\\|.:]"
)
_ACCOUNT = re.compile(r"(?<![\w.-])\d{12}(?![\w.-])")
_LINK = re.compile(r"https?://[^\s\"'<>)]*[^\s\"'<>).,;]")
_HOST = re.compile(r"https?://(?:[^/@\s]*@)?([\w.-]+)")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDS = (
    ("organization", re.compile(r"(?<![\w-])o-[a-z0-9]{8,32}(?![\w-])")),
    ("id", re.compile(r"(?<![\w-])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])")),
    ("id", re.compile(r"(?<![\w-])[a-z]{1,9}-(?=[0-9a-f]*\d)[0-9a-f]{8,32}(?![\w-])")),
    ("principal", re.compile(r"(?<!\w)A[A-Z]{3}(?=[A-Z]*\d)[A-Z0-9]{12,}(?!\w)")),
    ("address", re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])")),
    ("address", re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){2,7}(?::[0-9a-f:]*|[0-9a-f]{2,4}:\S+)")),
)
_LABEL = re.compile(r'"(?:Sid|Id)"\s*:\s*"([^"\\]+)"')  # of a policy and its statements
_REGION = re.compile(
    r"[a-z]{2}(?:-gov|-iso[a-z]?)?-(?:central|(?:north|south)(?:east|west)?|east|west)-\d"
)
_WORD = re.compile(r"[^\W\d_]{3,}")


class Names:
    """Name -> noun, gathered piece by piece; the first noun that a name is given holds."""

    def __init__(self, context: Context) -> None:
        self.nouns: dict[str, str] = {}
        self.same: dict[str, str] = {}
        self.arns: set[str] = set()
        kept = (*context.classification_tags, *context.required_key_tags["classification"])
        environment = context.required_key_tags.get("environment", ())
        self._kept = {name.lower() for name in (*kept, *environment, *context.no_backup_tags)}
        self._owner_tags = context.owner_tags
        self.add(context.account, "account")

    def add(self, name: str, noun: str, same: str = "") -> None:
        """Take ``name``; where it is new and ``same`` is known, it shares the alias of that."""
        if name in self.nouns or name in self.same or _REGION.fullmatch(name):
            return
        if not re.search(r"\w", name):  # "*" is everybody, and nobody's name
            return
        if same and same != name and same in self.nouns:
            self.same[name] = same
        else:
            self.nouns[name] = noun

    def arn(self, arn: str, noun: str = "") -> str:
        """Take an ARN apart. Returns the name of its resource, empty where it has none."""
        head = arn.split(":", 5)
        if len(head) < 6 or not (head[4].isdigit() or head[4] in ("", "*")):
            return ""
        self.arns.add(arn)
        if head[4].isdigit():
            self.add(head[4], "account")
        pieces = [name for name, _ in named(arn) if name]
        for piece in pieces:
            self.add(piece, noun or ("bucket" if head[2] == "s3" else "resource"))
        return pieces[0] if pieces else ""

    def person(self, name: str, noun: str = "person") -> None:
        """Take a person, a team or a firm, and each word of the name that is no common word."""
        if name.startswith("arn:"):
            self.arn(name, "principal")
            return
        if name in ("root", "") or name.endswith(".amazonaws.com"):
            return
        self.add(name, noun)
        for word in _WORD.findall(name) if " " in name else ():
            if word[0].isupper() and word.lower() not in common_words():
                self.add(word, noun, same=name)

    def text(self, words: str) -> None:
        """Take what has the form of an identifier, an address or a link out of any text."""
        for arn in _ARN.findall(words):
            self.arn(arn)
        for link in _LINK.findall(words):
            host = (_HOST.match(link) or [link, ""])[1]
            if host.endswith((".amazonaws.com", ".aws.amazon.com")) or not host:
                continue
            self.add(link, "link")
            self.add(host, "host")
            self.add(".".join(host.split(".")[-2:]), "host")
        for mail in _MAIL.findall(words):
            self.add(mail, "person")
        for account in _ACCOUNT.findall(words):
            self.add(account, "account")
        for noun, form in _IDS:
            for name in form.findall(words):
                self.add(name, noun)

    def tags(self, tags: Mapping[str, str]) -> None:
        """Every value of a tag but those of classification, environment and backup."""
        for key, value in tags.items():
            self.text(f"{key} {value}")
            if key.lower() in self._owner_tags:
                self.person(value)
            elif key.lower() not in self._kept:
                self.add(value, "tag-value")

    def row(self, row: Row) -> None:
        """Take what a row is called itself."""
        kind = type(row).__name__
        noun = _NOUNS.get(kind) or re.sub("(?<=[a-z])(?=[A-Z])", "-", kind).lower()
        self.add(row.account, "account")
        own = self.arn(row.arn, noun)
        name = row.name.removeprefix("alias/")
        if kind not in _OF_AWS and not name.startswith("aws/"):
            self.add(name, noun, same=own)

    def fields(self, value: msgspec.Struct) -> None:
        """Take what the other fields of a row name."""
        for field in fields_of(type(value)):
            inner = getattr(value, field.name)
            if field.name == "tags" and isinstance(inner, dict):
                self.tags(inner)
            elif field.name not in ("arn", "account", "name") and holds_names(field):
                self._field(field.name, inner)

    def _field(self, field: str, value: Any) -> None:
        if isinstance(value, msgspec.Struct):
            self.fields(value)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                self._field(field, inner)
        elif isinstance(value, Mapping):
            self._field(field, [*value, *value.values()])
        elif isinstance(value, str):
            self._named_by(field, value)

    def _named_by(self, field: str, value: str) -> None:
        for text in strings(value):
            self.text(text)
        if field in PROSE:
            for label in _LABEL.findall(value):
                self.add(label, "statement")
            return
        bare = value.removeprefix("alias/")
        if field in _PERSON:
            self.person(bare)
        elif not bare.startswith(("arn:", "aws/", "AWS-", "AWS/", "AWSConfig")):
            noun = _FIELDS.get(field) or field.removesuffix("s").removesuffix("_id")
            # a Config rule names what fails as "<type> <id>"
            name = bare.partition(" ")[2] if bare.startswith("AWS::") else bare
            self.add(name, noun.replace("_", "-"))

    def said(self, value: Any, field: str = "") -> None:
        """What people wrote: persons in the fields for them, and forms in all text."""
        if isinstance(value, Involved):  # names roles, which go by ids of their own
            return
        if isinstance(value, msgspec.Struct):
            for name in value.__struct_fields__:
                self.said(getattr(value, name), name)
        elif isinstance(value, Mapping):
            for key, inner in value.items():
                self.text(str(key))
                self.said(inner, field)
        elif isinstance(value, (list, tuple)):
            for inner in value:
                self.said(inner, field)
        elif isinstance(value, str):
            self.text(value)
            if field in _PERSON:
                self.person(value)
            elif field == "principals":
                for piece in [value] if value.startswith("arn:") else WILD.split(value):
                    self.person(piece, "principal")


def gathered(
    context: Context,
    manifest: Manifest,
    evidence: Evidence,
    findings: Sequence[Finding],
    people: Sequence[Answers | Workload | Narrative],
) -> Names:
    """Every name of a run, the evidence first."""
    names = Names(context)
    rows = sorted(evidence.rows, key=_originals_first)
    for row in rows:
        names.row(row)
    for row in rows:
        names.fields(row)
    for part in (*people, *evidence.looks):
        names.said(part)
        if isinstance(part, Workload) and part.name != Workload().name:
            names.person(part.name, "workload")
        if isinstance(part, Workload):
            for name in (part.role, *part.backup_buckets, *part.config_rules):
                names.person(name, "resource")
        if isinstance(part, Narrative):
            names.person(part.customer, "customer")
    names.arn(manifest.caller, "principal")
    for text in strings(manifest.parameters):
        names.text(text)
    for finding in findings:
        for text in (finding.resource, finding.key or "", finding.because, finding.see):
            names.text(text)
        for text in strings(finding.read):
            names.text(text)
    return names


def _originals_first(row: Row) -> tuple[object, ...]:
    """A copy often goes by the name of what it was made of, which has the first claim to it."""
    kind = type(row).__name__
    return (kind.endswith(("Snapshot", "Backup", "RecoveryPoint")), kind, row.arn, row.region)


@cache
def common_words() -> frozenset[str]:
    """The words that the kit itself uses, in lower case."""
    said = [
        f"{check.title} {check.why} {check.remedy} {check.service}" for check in CHECKS.values()
    ]
    said += [path.read_text("utf-8") for path in shipped("questionnaires").iterdir()]
    words = {word for text in said for word in re.findall(r"[^\W\d_]+", text.lower())}
    terms = (*SEVERITIES, *RANK, *Outcome, *Reason, *CHECKS, *get_args(Encryption))
    return frozenset({*words, *terms, *(table.__name__.lower() for table in COLLECTORS)})


def plain(name: str, noun: str) -> bool:
    """Whether a name cannot be told from a common word or a number."""
    if noun == "address":
        return False
    words = re.findall(r"[^\W_]+", name)
    if all(word.isdigit() for word in words):
        return not (name.isdigit() and len(name) == 12)
    single = noun == "tag-value" and len(words) == 1
    return len(name) < 3 or single or name.lower() in common_words()
