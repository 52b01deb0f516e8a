"""The words every other module speaks: rows, looks, evidence, verdicts, findings.

Nothing here talks to AWS, reads a file or draws a chart.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import StrEnum
from typing import Any, ClassVar, Generic, Literal, Self, TypeVar, cast, overload

import msgspec


class Reason(StrEnum):
    """Why an outcome is unknown."""

    DENIED = "denied"
    THROTTLED = "throttled"
    EXPIRED = "expired"
    UNREACHABLE = "unreachable"
    MALFORMED = "malformed"
    LIMIT = "limit"
    NOT_COLLECTED = "not_collected"
    NOT_KNOWABLE = "not_knowable"  # AWS cannot tell
    NO_ANSWER = "no_answer"  # people have not said

    @property
    def not_read(self) -> bool:
        """Whether something that could have been read was not: what exit code 3 is about."""
        return self not in (Reason.NOT_KNOWABLE, Reason.NO_ANSWER)


class NotRead(msgspec.Struct, frozen=True):
    """Stands where AWS did not give a value: what was asked, and why no answer came."""

    reason: Reason
    operation: str = ""  # service:Operation, as in botocore
    action: str = ""  # the IAM action that permits it
    detail: str = ""

    def __str__(self) -> str:
        words = {
            Reason.DENIED: f"{self.operation} was denied; it needs {self.action}",
            Reason.THROTTLED: f"{self.operation} was throttled to the end",
            Reason.EXPIRED: f"the credentials expired before {self.operation}",
            Reason.UNREACHABLE: f"{self.operation} gave no answer",
            Reason.MALFORMED: f"{self.operation} gave an answer that makes no sense",
            Reason.LIMIT: f"{self.operation} was cut off at the kit's own limit",
            Reason.NOT_COLLECTED: "not collected",
        }.get(self.reason, self.reason.value)
        return f"{words} ({self.detail})" if self.detail else words


class Unread(Exception):
    """A check touched something that was not read. The judge turns it into ``unknown``."""

    def __init__(self, not_read: NotRead) -> None:
        super().__init__(str(not_read))
        self.not_read = not_read


class KitError(Exception):
    """A command that cannot go on. Its text says where, what, and what to do."""

    def __init__(self, text: str, exit_code: int = 2) -> None:
        super().__init__(text)
        self.exit_code = exit_code

    def _render_traceback_(self) -> list[str]:
        """What a notebook cell shows instead of a stack trace."""
        return [str(self)]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing AWS told us about. Each subclass is the schema of one table.

    Any field but those of this class may hold a ``NotRead`` instead of its value. Types say what
    the value is when it was read: checks get guarded rows, whose unread fields raise ``Unread``.
    """

    resource_type: ClassVar[str]  # the CloudFormation name
    service: ClassVar[str]  # as people know it: "S3", "KMS"
    see: ClassVar[str] = ""  # the AWS CLI line that shows the row; {fields} of the row, quoted

    arn: str
    account: str
    region: str  # "global" for global services
    name: str = ""

    @property
    def unread(self) -> dict[str, NotRead]:
        values = msgspec.structs.astuple(self)
        if NotRead not in map(type, values):  # nearly always, and asked of every row
            return {}
        named = zip(self.__struct_fields__, values, strict=True)
        return {field: value for field, value in named if type(value) is NotRead}

    @classmethod
    def hidden(cls, why: NotRead, **known: Any) -> Self:
        """A row of which we may know only what ``known`` says."""
        return cls(**(dict.fromkeys(cls.__struct_fields__, why) | {"name": ""} | known))


R = TypeVar("R", bound=Row)
R_co = TypeVar("R_co", bound=Row, covariant=True)
T = TypeVar("T")


class Account(Row, frozen=True, kw_only=True):
    """The account under review. Always one row: what "there is at least one X" judges."""

    resource_type = "AWS::::Account"
    service = "Account"


class Region(Row, frozen=True, kw_only=True):
    """A region in scope. One row each: what "in every region" judges."""

    resource_type = "AWS::::Account"
    service = "Account"


def account_arn(account: str) -> str:
    return f"AWS::::Account:{account}"


Encryption = Literal["none", "owned", "aws-managed", "kms", "sse-c", "hsm", "xks"]


class Encrypted(Row, frozen=True, kw_only=True):
    """A row that a key may protect: an edge of the key-to-resource map.

    ``encryption`` is what the service says by itself: ``none``; ``owned`` (a key that AWS owns);
    ``aws-managed`` (the service's default KMS key, not named); ``kms`` (the key in ``kms_key``).
    """

    key_may_be_elsewhere: ClassVar[bool] = False  # in another region than the row

    encryption: Encryption
    kms_key: str | None  # the reference as AWS gave it: id, ARN, alias name or alias ARN


class DataStore(Encrypted, frozen=True, kw_only=True):
    """A row that holds data: what encrypts it, and how it is tagged."""

    tags: dict[str, str]


class Attestation(Row, frozen=True, kw_only=True):
    """What people say in answers.yaml about one subject, judged like the rest.

    ``arn`` is ``answers.yaml#<subject>``; ``answered`` is false while nobody has said anything.
    """

    resource_type = "Kit::Document"
    service = "People"

    subject: str  # artefacts/<id>, roles/<id>, raci/<part>/<id> or principals/<role>
    answered: bool = False
    owner: str = ""
    deputy: str = ""
    where: str = ""
    version: str = ""
    approved: dt.date | None = None
    updated: dt.date | None = None
    next_review: dt.date | None = None
    details: dict[str, Any] = {}

    @property
    def is_role(self) -> bool:
        return self.subject.partition("/")[0] in ("roles", "raci", "principals")


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to fill one table in one account and region, and how it ended."""

    table: str
    account: str
    region: str
    at: str = ""  # ISO 8601, UTC
    found: int = 0
    operations: tuple[str, ...] = ()
    not_read: NotRead | None = None


class Evidence:
    """Everything one run learned, and every place where it looked."""

    def __init__(self, rows: Sequence[Row] = (), looks: Sequence[Look] = ()) -> None:
        self.looks = tuple(looks)
        self.tables: dict[type[Row], list[Row]] = {}
        for row in rows:
            self.tables.setdefault(type(row), []).append(row)

    @property
    def rows(self) -> list[Row]:
        return [row for table in self.tables.values() for row in table]

    def of(self, kind: type[R]) -> list[R]:
        """The rows of one table, or of every table of a shared base such as ``DataStore``."""
        found = (rows for table, rows in self.tables.items() if issubclass(table, kind))
        return [cast(R, row) for rows in found for row in rows]

    @property
    def read_at(self) -> dt.datetime | None:
        """When reading began; ``None`` where AWS was not asked, or no look says when."""
        times = [look.at for look in self.looks if look.at]
        with suppress(ValueError):
            return dt.datetime.fromisoformat(min(times))
        return None

    def looks_at(self, table: type[Row]) -> list[Look]:
        return [look for look in self.looks if look.table == table.__name__]

    def plus(self, rows: Sequence[Row], looks: Sequence[Look] = ()) -> Evidence:
        return Evidence([*self.rows, *rows], [*self.looks, *looks])

    def frame(self, kind: type[Row]) -> Any:
        """The rows of one table as a ``pandas.DataFrame``; unread values are blank."""
        import pandas as pd

        rows = [
            {f: None if f in row.unread else getattr(row, f) for f in row.__struct_fields__}
            for row in self.of(kind)
        ]
        return pd.DataFrame(rows, columns=list(kind.__struct_fields__))


class Rows(Sequence[R_co], Generic[R_co]):
    """A joined table. Reading it raises ``Unread`` where its look failed.

    So "no such key" cannot be said of a table that was denied. ``in_region`` asks only about
    what was looked at in that region.
    """

    def __init__(
        self,
        rows: Sequence[R_co],
        failed: Mapping[str, NotRead] | None = None,
        looked: Collection[str] | None = None,
    ) -> None:
        """``failed`` is region -> why; ``looked`` the regions asked, ``None`` for all."""
        self._rows = rows
        self._failed = dict(failed or {})
        self._looked = looked
        self._made: dict[Any, Any] = {}
        if looked is not None and not looked:
            self._failed["global"] = NotRead(Reason.NOT_COLLECTED)

    def _whole(self) -> Sequence[R_co]:
        for not_read in self._failed.values():
            raise Unread(not_read)
        return self._rows

    def __len__(self) -> int:
        return len(self._whole())

    def __iter__(self) -> Iterator[R_co]:
        return iter(self._whole())

    @overload
    def __getitem__(self, index: int) -> R_co: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[R_co]: ...
    def __getitem__(self, index: int | slice) -> R_co | Sequence[R_co]:
        return self._whole()[index]

    def in_region(self, region: str) -> Sequence[R_co]:
        """The rows of one region; only its own failed look, or a global one, raises."""
        for place in ("global", region):
            if place in self._failed:
                raise Unread(self._failed[place])
        if self._looked is not None and not {"global", region} & set(self._looked):
            raise Unread(NotRead(Reason.NOT_COLLECTED, detail=f"{region} is out of scope"))
        by_region: dict[str, list[R_co]] = self.once(_by_region)
        return by_region.get(region, [])

    def find(self, holds: Callable[[R_co], bool]) -> R_co | None:
        """The first row of which ``holds`` is true, ``None`` when there is none.

        Raises ``Unread`` when none is known and something that might be one was not read.
        """
        doubt: Unread | None = None
        for row in self._rows:
            try:
                if holds(row):
                    return row
            except Unread as unread:
                doubt = unread
        if doubt:
            raise doubt
        self._whole()
        return None

    def known_empty_in(self, region: str) -> bool:
        """Whether the region was read whole and holds none. For weight, never for a verdict."""
        try:
            return not self.in_region(region)
        except Unread:
            return False

    def seen(self) -> Sequence[R_co]:
        """What was read, whole or not. For what adds to a list, never for "there is none"."""
        return self._rows

    @property
    def failed(self) -> Mapping[str, NotRead]:
        """Region -> why it was not read whole."""
        return self._failed

    def once(self, make: Callable[[Rows[R_co]], T]) -> T:
        """``make(self)``, made once for every check that asks: an index, a map."""
        if make not in self._made:
            self._made[make] = make(self)
        return cast(T, self._made[make])


def _by_region(rows: Rows[R_co]) -> dict[str, list[R_co]]:
    found: dict[str, list[R_co]] = {}
    for row in rows.seen():
        found.setdefault(row.region, []).append(row)
    return found


class Outcome(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


Severity = Literal["critical", "high", "medium", "low", "info"]
Effort = Literal["small", "medium", "large"]  # a setting; some work; data has to be copied
EFFORTS: tuple[Effort, ...] = ("small", "medium", "large")
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


class Verdict(msgspec.Struct, frozen=True):
    """What a check says of one row. ``because`` is about this row and quotes the fact."""

    outcome: Outcome
    because: str
    reason: Reason | None = None
    level: str | None = None
    required_level: str | None = None
    classification: str | None = None
    key: str | None = None
    severity: Severity | None = None  # where this row deserves another than the check's

    def but(self, **changes: Any) -> Verdict:
        return msgspec.structs.replace(self, **changes)


def passes(because: str, **more: Any) -> Verdict:
    return Verdict(Outcome.PASS, because, **more)


def fails(because: str, **more: Any) -> Verdict:
    return Verdict(Outcome.FAIL, because, **more)


def not_applicable(because: str, **more: Any) -> Verdict:
    return Verdict(Outcome.NOT_APPLICABLE, because, **more)


def not_knowable(because: str, **more: Any) -> Verdict:
    """AWS cannot tell: unknown, but nothing that a permission would cure."""
    return Verdict(Outcome.UNKNOWN, because, Reason.NOT_KNOWABLE, **more)


def no_answer(because: str, **more: Any) -> Verdict:
    """People have not said: unknown until answers.yaml or workload.yaml does."""
    return Verdict(Outcome.UNKNOWN, because, Reason.NO_ANSWER, **more)


class Inherited(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A control that another account provides, as workload.yaml declares it."""

    account: str
    where: str
    reason: str = ""


class InventoryReport(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What people found in a bucket's S3 Inventory. The kit never opens one: it is data."""

    as_of: dt.date
    unencrypted: int  # objects
    below_level: int = 0  # objects encrypted, but less well than the data asks for


InheritedControl = Literal[
    "trail", "alarms", "guardduty", "macie", "config", "backup", "guardrails"
]


REQUIRED_LEVELS = {
    "": "owned",
    "public": "owned",
    "internal": "owned",
    "confidential": "aws-managed",
    "restricted": "customer",
    "pii": "customer",
    "phi": "customer",
    "pci": "customer",
}
CLASSIFICATION_TAGS = (
    "DataClassification",
    "data-classification",
    "Classification",
    "Sensitivity",
)
REQUIRED_KEY_TAGS: dict[str, tuple[str, ...]] = {
    "owner": ("owner", "team", "contact"),
    "environment": ("environment", "env", "stage"),
    "classification": (
        "dataclassification",
        "data-classification",
        "classification",
        "sensitivity",
    ),
}


NO_BACKUP_TAGS: dict[str, tuple[str, ...]] = {
    name: ("no", "none", "false", "off", "excluded") for name in ("backup", "backup-plan", "pitr")
}


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What judging knows beside the evidence. It never holds anything read from AWS.

    ``required_levels`` maps a classification in lower case to the least level of protection;
    ``""`` is for what has no classification.
    """

    now: dt.datetime
    account: str
    partition: str = "aws"
    regions: tuple[str, ...] = ()
    required_levels: dict[str, str] = msgspec.field(default_factory=lambda: dict(REQUIRED_LEVELS))
    classification_tags: tuple[str, ...] = CLASSIFICATION_TAGS  # the first found counts
    classifications: dict[str, str] = {}  # ARN pattern -> classification, from workload.yaml
    required_key_tags: dict[str, tuple[str, ...]] = msgspec.field(
        default_factory=lambda: dict(REQUIRED_KEY_TAGS)
    )  # required tag -> the names it may go by, in lower case
    allowed_key_tag_values: dict[str, tuple[str, ...]] = {}  # required tag -> values; else any
    owner_tags: tuple[str, ...] = ("owner", "team", "contact")
    trusted_accounts: tuple[str, ...] = ()
    organization: str = ""
    key_regions: dict[str, tuple[str, ...]] = {}  # key reference -> regions its data must live in
    multi_region_keys: Literal["", "keys", "re-encrypted"] = ""
    backup_deleters: tuple[str, ...] | None = None  # principals allowed; None: nobody has said
    break_glass: tuple[str, ...] = ()
    backup_buckets: tuple[str, ...] = ()  # names of buckets that hold backups
    excused: dict[str, str] = {}  # service -> owner and reason, for what is off on purpose
    inherited: dict[InheritedControl, Inherited] = {}
    trail_kms_required: bool = True
    pitr_days: int = 1
    inventory_reports: dict[str, InventoryReport] = {}  # bucket name -> what people found
    no_backup_tags: dict[str, tuple[str, ...]] = msgspec.field(
        default_factory=lambda: dict(NO_BACKUP_TAGS)
    )  # tag -> values that say "no backup on purpose", all in lower case
    report_cadence_days: int = 90
    reviewed_events: tuple[str, ...] = ()
    config_rules: dict[str, str] = {}  # Config rule of one's own -> AWS's rule that it stands for
    standards: tuple[str, ...] = ()


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One check's verdict on one resource."""

    finding: str
    check: str
    questions: tuple[str, ...]
    severity: Severity
    outcome: Outcome
    reason: Reason | None = None
    operation: str | None = None
    action: str | None = None
    account: str
    region: str
    service: str
    resource_type: str
    resource: str
    name: str = ""
    level: str | None = None
    required_level: str | None = None
    classification: str | None = None
    key: str | None = None
    read: dict[str, Any] = {}
    see: str = ""
    because: str
    remediation: str = ""
    exception: dict[str, Any] | None = None
    source: Literal["evidence", "attestation"] = "evidence"


def finding_id(check: str, account: str, region: str, resource: str) -> str:
    """A finding's name for ever: the same check, place and resource give the same id."""
    text = f"{check}\n{account}\n{region}\n{resource}"
    return hashlib.sha256(text.encode()).hexdigest()
