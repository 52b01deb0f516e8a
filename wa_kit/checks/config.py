"""Checks on AWS Config: whether it records, watches encryption, found fault, and mends it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from wa_kit.checks import check
from wa_kit.evidence.backup import RecoveryPoint
from wa_kit.evidence.config import MANAGED_RULES, ConfigRecorder, ConfigRule, ManagedRule
from wa_kit.evidence.dynamodb import DynamoTable
from wa_kit.evidence.ec2 import EbsVolume
from wa_kit.evidence.efs import FileSystem
from wa_kit.evidence.rds import DbCluster, DbInstance
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.evidence.secretsmanager import Secret
from wa_kit.model import (
    Context,
    Encrypted,
    Region,
    Row,
    Rows,
    Unread,
    Verdict,
    fails,
    no_answer,
    not_applicable,
    not_knowable,
    passes,
)
from wa_kit.protection import KeyRing, View
from wa_kit.wording import listing

_DOCS = "https://docs.aws.amazon.com/config/latest/developerguide"
_PATIENCE = dt.timedelta(hours=1)  # how long a recorder may take to write for the first time


@check(
    severity="high",
    effort="small",
    remedy=(
        "aws configservice put-configuration-recorder and put-delivery-channel, then "
        "start-configuration-recorder, in each region."
    ),
    docs=f"{_DOCS}/stop-start-recorder.html",
    see="aws configservice describe-configuration-recorder-status --region {region}",
)
def config_recorder_all_regions(
    region: Region, recorders: Rows[ConfigRecorder], context: Context
) -> Verdict:
    """AWS Config recorder running in every enabled Region.

    Without a record nobody can say how a resource was set up last month, and no Config rule finds
    anything. The recorders that AWS services keep for themselves do not count.
    """
    if inherited := context.inherited.get("config"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    for recorder in recorders.in_region(region.region):
        if not recorder.made_by:
            return _records(recorder, context.now)
    return fails("there is no recorder")


def _records(recorder: ConfigRecorder, now: dt.datetime) -> Verdict:
    name, status, since = recorder.name, recorder.last_status, recorder.status_changed
    if not recorder.recording:
        return fails(f"the recorder {name} is stopped")
    if status == "SUCCESS":
        return passes(f"the recorder {name} is recording")
    if status == "FAILURE":
        error = f" with {recorder.error}" if recorder.error else ""
        return fails(f"the recorder {name} is on, but the last recording failed{error}")
    if status == "PENDING" and since:
        if now - since < _PATIENCE:
            return passes(f"the recorder {name} was started less than an hour ago")
        return fails(f"the recorder {name} is on, but pending since {since:%Y-%m-%d %H:%M} UTC")
    return not_knowable(f"the recorder {name} is on, and AWS does not say whether it succeeds")


class Watchable(View):
    """What is there that one of AWS's managed rules on encryption could look at."""

    reads = (
        S3Bucket,
        EbsVolume,
        DbInstance,
        DbCluster,
        DynamoTable,
        FileSystem,
        Secret,
        RecoveryPoint,
    )

    def __init__(self, *tables: Rows[Any]) -> None:
        self._tables: Mapping[type[Row], Rows[Any]] = dict(zip(self.reads, tables, strict=True))

    def services_in(self, region: str) -> dict[str, set[str]]:
        """Service -> types of what was seen there. There may be more where ``doubt`` says so."""
        found: dict[str, set[str]] = {}
        for kind, table in self._tables.items():
            if any(row.region == region for row in table.seen()):
                found.setdefault(kind.service, set()).add(kind.resource_type)
        return found

    def doubt(self, region: str) -> Unread | None:
        """Why there may be more."""
        for table in self._tables.values():
            try:
                table.in_region(region)
            except Unread as unread:
                return unread
        return None


@check(
    severity="high",
    remedy=(
        "aws configservice put-config-rule with the managed rule for each service, or a "
        "conformance pack for all of them. Say under config_rules in workload.yaml which rules "
        "of your own do the same."
    ),
    docs=f"{_DOCS}/managed-rules-by-aws-config.html",
    see="aws configservice describe-config-rules --region {region}",
)
def config_encryption_rules_present(
    region: Region, watchable: Watchable, rules: Rows[ConfigRule], context: Context
) -> Verdict:
    """Encryption managed rules deployed.

    A review looks once; a rule looks each time something changes. It counts by what it asks, not
    by its name, and whoever deployed it: Security Hub, a conformance pack, or a person.
    """
    if inherited := context.inherited.get("config"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    here, doubt = watchable.services_in(region.region), watchable.doubt(region.region)
    if here:
        in_force = [rule for rule in rules.in_region(region.region) if rule.in_force]
        asked = {rule.looks_at for one in in_force if (rule := _asks(one, context))}
        own = [rule for rule in in_force if not rule.identifier and not _asks(rule, context)]
        bare = {name: types for name, types in here.items() if not types & asked}
        if without := sorted(name for name, types in bare.items() if not _may_look(own, types)):
            return fails(f"no Config rule watches encryption in {listing(without)}")
        if bare:
            return no_answer(
                f"for {listing(sorted(bare))} there are rules of one's own making alone, of which "
                "workload.yaml does not say what they ask (config_rules)"
            )
    if doubt:
        raise doubt
    if not here:
        return not_applicable("the region holds nothing that such a rule looks at")
    return passes(f"Config rules watch encryption in {listing(sorted(here))}")


def _asks(rule: ConfigRule, context: Context) -> ManagedRule | None:
    return MANAGED_RULES.get(rule.identifier or context.config_rules.get(rule.name, ""))


def _may_look(rules: list[ConfigRule], types: set[str]) -> bool:
    return any(not rule.resource_types or types & set(rule.resource_types) for rule in rules)


@check(
    severity="high",
    remedy="Mend the resources it names, as the finding on each of them says.",
    docs=f"{_DOCS}/evaluate-config_view-compliance.html",
)
def config_encryption_rules_compliance(
    rule: ConfigRule, stores: Rows[Encrypted], keys: KeyRing, context: Context
) -> Verdict:
    """Compliance of encryption rules.

    Config's own word on encryption, beside what this review saw for itself. Where the two differ,
    one of them is wrong, and worth a look: some rules do not know newer kinds of encryption.
    """
    asks = _asks(rule, context)
    if idle := _idle(rule, asks):
        return idle
    if rule.compliance == "COMPLIANT":
        return passes("Config finds no fault")
    if rule.compliance == "NOT_APPLICABLE":
        return not_applicable("Config found nothing that the rule applies to")
    if rule.compliance != "NON_COMPLIANT":
        return not_knowable("Config has not enough data to say")
    return _faults(rule, asks, stores, keys)


def _idle(rule: ConfigRule, asks: ManagedRule | None) -> Verdict | None:
    """Why a rule is not judged."""
    if not rule.in_force:
        return not_applicable("the rule is being deleted")
    if asks is None:
        return not_applicable(
            "a rule of one's own making, of which workload.yaml does not say that it asks for "
            "encryption (config_rules)"
        )
    return None


_NAMED = 5


def _faults(
    rule: ConfigRule, asks: ManagedRule | None, stores: Rows[Encrypted], keys: KeyRing
) -> Verdict:
    """What Config finds fault with, and what of that we saw to be as the rule asks."""
    faulty: list[str] = []
    fine: list[str] = []
    doubt: Unread | None = None
    for resource in rule.failing:
        try:
            differs = asks and not rule.parameters and _meets(resource, asks, rule, stores, keys)
            (fine if differs else faulty).append(resource.partition(" ")[2])
        except Unread as unread:
            doubt = unread
    differing = f"; this review saw that {listing(fine)} is encrypted as the rule asks"
    if faulty or rule.failing_more or not (fine or doubt):
        shown = ", ".join(faulty[:_NAMED]) or "resources that it does not name"
        others = len(faulty) - _NAMED
        more = f" and {others} others" if others > 0 else " and others" if rule.failing_more else ""
        return fails(f"Config finds fault with {shown}{more}{differing if fine else ''}")
    if doubt:
        raise doubt
    return passes(f"Config finds fault with {listing(fine)} alone{differing}")


def _meets(
    resource: str, asks: ManagedRule, rule: ConfigRule, stores: Rows[Encrypted], keys: KeyRing
) -> bool:
    """Whether this review itself saw a resource to be protected as the rule asks."""
    if not asks.asks:
        return False
    store = stores.once(_by_id).get((rule.region, resource))
    if store is None:
        stores.in_region(rule.region)  # "not among ours" is only known of what was read whole
        return False
    return keys.level(store).reaches(asks.asks)


def _by_id(stores: Rows[Encrypted]) -> dict[tuple[str, str], Encrypted]:
    """Stores by region, and by type and id as Config names them: which id that is, differs."""
    found: dict[tuple[str, str], Encrypted] = {}
    for store in stores.seen():
        tail = store.arn.rpartition(":")[2].rpartition("/")[2]
        for name in (store.arn, tail, store.name, getattr(store, "resource_id", "")):
            found[store.region, f"{store.resource_type} {name}"] = store
    return found


@check(
    severity="medium",
    remedy=(
        "aws configservice put-remediation-configurations with a Systems Manager document for "
        "the rule, automatic where the change is safe to make unseen."
    ),
    docs=f"{_DOCS}/remediation.html",
    see=(
        "aws configservice describe-remediation-configurations --region {region} "
        "--config-rule-names {name}"
    ),
)
def config_remediation_configured(rule: ConfigRule, context: Context) -> Verdict:
    """Encryption rules have remediation.

    A rule that only reports waits for somebody to act. What can be changed in place is best changed
    at once; volumes, databases and file systems cannot, and take a planned copy.
    """
    asks = _asks(rule, context)
    if idle := _idle(rule, asks):
        return idle
    if rule.remediation == "automatic":
        return passes(f"{rule.runbook} mends what it finds, by itself")
    if rule.remediation == "manual":
        return passes(f"{rule.runbook} is there to be started by hand")
    if asks and not asks.in_place:
        return not_applicable("what it finds cannot be changed in place, only copied by plan")
    if rule.made_by:
        return not_applicable(f"deployed by {rule.made_by}: Config lets nobody add a remediation")
    if inherited := context.inherited.get("config"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    return fails("what it finds, nothing is set up to mend")
