"""What AWS CloudTrail tells us: trails, changes to encryption, use of keys. Never whole events."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any, Literal

from wa_kit.aws import Reader
from wa_kit.evidence import collects
from wa_kit.model import Encrypted, NotRead, Reason, Row, Unread

KMS = "kms.amazonaws.com"
Recorded = Literal["All", "ReadOnly", "WriteOnly", "none"]


class Trail(Encrypted, frozen=True, kw_only=True):
    """One trail, once, however many regions show a copy of it.

    ``region`` is its home, or the first region in scope that shows it. ``encryption`` is that of
    its log files: ``owned`` where S3 encrypts them and the trail names no key.
    """

    resource_type = "AWS::CloudTrail::Trail"
    service = "CloudTrail"
    see = "aws cloudtrail get-event-selectors --region {region} --trail-name {arn}"
    key_may_be_elsewhere = True  # the key lies where the bucket lies

    home_region: str
    bucket: str
    log_group: str | None
    multi_region: bool
    organization: bool
    log_validation: bool
    logging: bool
    records_management_events: Recorded
    excludes_kms: bool

    @property
    def live_everywhere(self) -> bool:
        """Whether it records changes, in all regions, now."""
        return (
            self.multi_region
            and self.logging
            and self.records_management_events in ("All", "WriteOnly")
        )

    @property
    def qualifies(self) -> bool:
        """Whether it records changes and reads, in all regions, now."""
        return self.live_everywhere and self.records_management_events == "All"


@collects(
    Trail,
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
)
def trails(aws: Reader) -> Iterator[Trail]:
    shown = aws.pages("cloudtrail", "describe_trails", "trailList")
    yield from aws.each([t for t in shown if _belongs_here(aws, t)], lambda t: _trail(aws, t))


def _belongs_here(aws: Reader, trail: Any) -> bool:
    """A trail is shown in every region it covers: keep it at home, else in the first in scope."""
    home, scope = trail["HomeRegion"], sorted(aws.regions or ())
    return home == aws.region or (home not in scope and scope[:1] == [aws.region])


def _trail(aws: Reader, trail: Any) -> Trail:
    arn, key = trail["TrailARN"], trail.get("KmsKeyId")
    selectors = aws.read("cloudtrail", "get_event_selectors", None, TrailName=arn)
    unread = isinstance(selectors, NotRead)
    return Trail(
        arn=arn,
        account=aws.account,
        region=aws.region,
        name=trail["Name"],
        encryption="kms" if key else "owned",
        kms_key=key,
        home_region=trail["HomeRegion"],
        bucket=trail["S3BucketName"],
        log_group=trail.get("CloudWatchLogsLogGroupArn"),
        multi_region=trail["IsMultiRegionTrail"],
        organization=trail.get("IsOrganizationTrail", False),
        log_validation=trail.get("LogFileValidationEnabled", False),
        logging=aws.read("cloudtrail", "get_trail_status", "IsLogging", Name=arn),
        records_management_events=selectors if unread else recorded(_management(selectors)),
        excludes_kms=selectors if unread else _leaves_out_kms(_management(selectors)),
    )


Selector = tuple[frozenset[str], dict[str, Any]]  # what it records, and what narrows it


def _management(selectors: Any) -> list[Selector]:
    """The selectors that record management events."""
    found: list[Selector] = []
    for basic in selectors.get("EventSelectors") or ():
        if basic.get("IncludeManagementEvents", True):
            kinds = {"ReadOnly": {"read"}, "WriteOnly": {"write"}}
            both = kinds.get(basic.get("ReadWriteType", "All"), {"read", "write"})
            excluded = basic.get("ExcludeManagementEventSources") or []
            found.append((frozenset(both), {"NotEquals": excluded}))
    for advanced in selectors.get("AdvancedEventSelectors") or ():
        fields = {field["Field"]: field for field in advanced["FieldSelectors"]}
        narrowed = fields.keys() - {"eventCategory", "readOnly", "eventSource"}
        management = "Management" in fields.get("eventCategory", {}).get("Equals", ())
        if management and not narrowed:  # to an event name, say: that is not all events
            found.append((_kinds(fields.get("readOnly", {})), fields.get("eventSource", {})))
    return found


def _leaves_out_kms(selectors: Sequence[Selector]) -> bool:
    """Whether calls to KMS are recorded less than others; most of them, Decrypt too, are reads."""
    return recorded(selectors, KMS) != "All" and recorded(selectors, KMS) != recorded(selectors)


def _kinds(read_only: Any) -> frozenset[str]:
    said = [value.lower() for value in read_only.get("Equals", ())]
    return frozenset({"true": {"read"}, "false": {"write"}}.get("".join(said), {"read", "write"}))


def recorded(selectors: Sequence[Selector], source: str | None = None) -> Recorded:
    """Which management events are recorded: of one event source, or of those nobody named."""
    kinds: set[str] = set()
    for both, narrowing in selectors:
        if _lets_through(narrowing, source):
            kinds |= both
    if kinds == {"read", "write"}:
        return "All"
    return "ReadOnly" if kinds == {"read"} else "WriteOnly" if kinds else "none"


def _lets_through(narrowing: Any, source: str | None) -> bool:
    """Whether events of ``source`` pass a selector; of a source nobody named, if ``None``."""
    name = source or ""
    if name in narrowing.get("NotEquals", ()):
        return False
    if any(name.startswith(p) for p in narrowing.get("NotStartsWith", ()) if source):
        return False
    if any(name.endswith(p) for p in narrowing.get("NotEndsWith", ()) if source):
        return False
    wanted = (
        [name == value for value in narrowing.get("Equals", ())]
        + [name.startswith(value) for value in narrowing.get("StartsWith", ())]
        + [name.endswith(value) for value in narrowing.get("EndsWith", ())]
    )
    return not wanted or any(wanted)


class ChangeEvent(Row, frozen=True, kw_only=True):
    """A recorded change that bears on encryption: who did what to which resource, and when."""

    resource_type = "AWS::CloudTrail::Event"
    service = "CloudTrail"

    event_id: str
    event: str
    source: str
    at: dt.datetime
    user: str
    resources: list[str]


CHANGES = (
    "DeleteAlias",
    "DeleteBackupVault",
    "DeleteBackupVaultAccessPolicy",
    "DeleteBackupVaultLockConfiguration",
    "DeleteBucketEncryption",
    "DeleteConfigRule",
    "DeleteImportedKeyMaterial",
    "DeleteRecoveryPoint",
    "DeleteTrail",
    "DisableEbsEncryptionByDefault",
    "DisableKey",
    "DisableKeyRotation",
    "ModifyDBClusterSnapshotAttribute",
    "ModifyDBSnapshotAttribute",
    "ModifySnapshotAttribute",
    "PutBucketEncryption",
    "PutEventSelectors",
    "PutKeyPolicy",
    "ScheduleKeyDeletion",
    "StopConfigurationRecorder",
    "StopLogging",
)
MOST_EVENTS = 250  # of one kind of change in one region: five pages


@collects(ChangeEvent, "cloudtrail:LookupEvents")
def change_events(aws: Reader) -> Iterator[ChangeEvent]:
    """The last 90 days. AWS takes two questions a second and one attribute in each.

    A quiet region tells all its changes in one page; a busy one is asked for each kind of them.
    """
    quiet = _all_changes(aws)
    cut: set[str] = set()
    listed = [quiet] if quiet is not None else _by_name(aws, cut)
    for events in listed:
        yield from (_event(aws, e) for e in events if e["EventName"] in CHANGES and not _failed(e))
    if cut:
        raise Unread(_cut_short(sorted(cut)))


def _by_name(aws: Reader, cut: set[str]) -> Iterator[list[Any]]:
    """One at a time: AWS takes two a second, and threads that wait would be missed elsewhere."""
    return aws.each(CHANGES, lambda name: _changes(aws, name, cut), at_once=1)


def _all_changes(aws: Reader) -> list[Any] | None:
    """Everything that changed anything, where it fits one page; else ``None``."""
    by_kind = [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
    page = next(aws.answers("cloudtrail", "lookup_events", LookupAttributes=by_kind))
    return None if page.get("NextToken") else list(page["Events"])


def _changes(aws: Reader, name: str, cut: set[str]) -> list[Any]:
    by_name = [{"AttributeKey": "EventName", "AttributeValue": name}]
    shown = aws.pages("cloudtrail", "lookup_events", "Events", LookupAttributes=by_name)
    found = list(islice(shown, MOST_EVENTS))
    if next(shown, None) is not None:
        cut.add(name)
    return found


def _failed(event: Any) -> bool:
    """Whether AWS refused the call: an attempt is no change. Where it is not said, it is one."""
    return "errorCode" in _record(event)


def _record(event: Any) -> dict[str, Any]:
    """The whole record of an event, of which little is kept; empty where it is no record."""
    try:
        said = json.loads(event.get("CloudTrailEvent") or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}


def _event(aws: Reader, event: Any) -> ChangeEvent:
    resources = {r["ResourceName"] for r in event.get("Resources", []) if "ResourceName" in r}
    return ChangeEvent(
        arn=aws.arn("cloudtrail", f"event/{event['EventId']}"),
        account=aws.account,
        region=aws.region,
        name=event["EventName"],
        event_id=event["EventId"],
        event=event["EventName"],
        source=event.get("EventSource", ""),
        at=event["EventTime"],
        user=event.get("Username", ""),
        resources=sorted(resources),
    )


def _cut_short(events: Sequence[str]) -> NotRead:
    return NotRead(
        Reason.LIMIT,
        "cloudtrail:LookupEvents",
        "cloudtrail:LookupEvents",
        f"only the newest {MOST_EVENTS} of each were read: {', '.join(events)}",
    )


class KeyUse(Row, frozen=True, kw_only=True):
    """How often somebody called one operation on one key, in the events of a region that were read.

    Those are the newest: ``since`` is the oldest of them, and ``sampled`` says that there are older
    ones, within CloudTrail's 90 days, which nobody read.
    """

    resource_type = "AWS::CloudTrail::Event"
    service = "CloudTrail"
    see = (
        "aws cloudtrail lookup-events --region {region} "
        "--lookup-attributes AttributeKey=ResourceName,AttributeValue={key}"
    )

    key: str  # its ARN; empty where the event names none
    event: str
    by: str  # the ARN of a user or role, a service, or what else CloudTrail calls them
    times: int
    denied: int  # of them
    first: dt.datetime
    last: dt.datetime
    since: dt.datetime
    sampled: bool


MOST_PAGES = 4  # of 50 events, in one region: a busy one has far more, and no review reads them all


@collects(KeyUse, "cloudtrail:LookupEvents")
def key_uses(aws: Reader) -> Iterator[KeyUse]:
    """The newest calls to KMS, counted by key, operation and caller."""
    by_source = [{"AttributeKey": "EventSource", "AttributeValue": KMS}]
    answers = aws.answers("cloudtrail", "lookup_events", LookupAttributes=by_source)
    pages = list(islice(answers, MOST_PAGES))
    events = [event for page in pages for event in page["Events"]]
    if not events:
        return
    since = min(event["EventTime"] for event in events)
    counted: dict[tuple[str, str, str], list[tuple[dt.datetime, bool]]] = {}
    for event in events:
        record = _record(event)
        call = (event["EventTime"], str(record.get("errorCode", "")).startswith("AccessDenied"))
        for key in _keys_of(aws, event) or [""]:
            counted.setdefault((key, event["EventName"], _caller(event, record)), []).append(call)
    for (key, name, by), calls in counted.items():
        yield KeyUse(
            arn=f"{key or aws.arn('kms', 'key/')}#{name}/{by}",
            account=aws.account,
            region=aws.region,
            name=name,
            key=key,
            event=name,
            by=by,
            times=len(calls),
            denied=sum(denied for _, denied in calls),
            first=min(at for at, _ in calls),
            last=max(at for at, _ in calls),
            since=since,
            sampled=bool(pages[-1].get("NextToken")),
        )


def _keys_of(aws: Reader, event: Any) -> list[str]:
    named = (
        resource["ResourceName"]
        for resource in event.get("Resources", [])
        if resource.get("ResourceType") == "AWS::KMS::Key" and resource.get("ResourceName")
    )
    return sorted({n if n.startswith("arn:") else aws.arn("kms", f"key/{n}") for n in named})


def _caller(event: Any, record: Any) -> str:
    """Who called. A role rather than its session, whose name says little and changes daily."""
    identity = record.get("userIdentity")
    who: dict[str, Any] = identity if isinstance(identity, dict) else {}
    session = who.get("sessionContext") or {}
    issuer = session.get("sessionIssuer") or {} if isinstance(session, dict) else {}
    known = (
        issuer.get("arn") if isinstance(issuer, dict) else None,
        who.get("arn"),
        who.get("invokedBy"),
        who.get("accountId"),
        event.get("Username"),
    )
    return str(next(filter(None, known), ""))
