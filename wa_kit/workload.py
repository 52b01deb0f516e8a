"""workload.yaml: what is under review, and by which rules it is judged.

Without the file the defaults hold, and the report says so. Nothing here reads AWS.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from wa_kit.model import (
    CLASSIFICATION_TAGS,
    NO_BACKUP_TAGS,
    REQUIRED_KEY_TAGS,
    REQUIRED_LEVELS,
    Context,
    Inherited,
    InheritedControl,
    InventoryReport,
    KitError,
)
from wa_kit.written import Written, did_you_mean, read

AccountId = Annotated[str, Meta(pattern=r"^\d{12}$", description="an account id of twelve digits")]
RegionName = Annotated[
    str,
    Meta(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="a Region's name, as eu-west-1"),
]
Days = Annotated[int, Meta(ge=1, description="a number of days, 1 or more")]
LevelName = Literal["none", "owned", "aws-managed", "customer"]
Text = Annotated[str, Meta(pattern=r"\S", description="some text")]


class OutOfScope(Struct, frozen=True, kw_only=True):
    """A region that nobody looks at, and why. It is in no denominator."""

    region: RegionName
    reason: Text


class ClassifiedResources(Struct, frozen=True, kw_only=True):
    """Resources whose classification stands here and not in their tags."""

    match: Text  # an ARN, with * and ?
    classification: Text


class ClassificationRules(Struct, frozen=True, kw_only=True):
    """What a classification requires, and where it is written."""

    levels: dict[str, LevelName] = {}
    unclassified: LevelName = "owned"
    tags: tuple[Text, ...] = ()
    resources: tuple[ClassifiedResources, ...] = ()


class TrustedAccount(Struct, frozen=True, kw_only=True):
    account: AccountId
    who: Text


class OwnedResources(Struct, frozen=True, kw_only=True):
    match: Text  # an ARN, with * and ?
    owner: Text


class Excused(Struct, frozen=True, kw_only=True):
    """A service that is off on purpose."""

    owner: Text
    reason: Text


class MultiRegion(Struct, frozen=True, kw_only=True):
    """How data that several Regions need is kept readable in each of them."""

    approach: Literal["keys", "re-encrypted"]
    keys: dict[str, tuple[RegionName, ...]] = {}  # key ARN or alias -> Regions it must be in


class Workload(Struct, frozen=True, kw_only=True):
    """The whole of workload.yaml. Every key may be left out."""

    name: Text = "Unnamed workload"
    accounts: tuple[AccountId, ...] = ()
    role: str = ""
    external_id: str = ""
    regions: tuple[RegionName, ...] = ()
    out_of_scope: tuple[OutOfScope, ...] = ()
    classification: ClassificationRules = field(default_factory=ClassificationRules)
    trusted_accounts: tuple[TrustedAccount, ...] = ()
    organization: str = ""
    owners: tuple[OwnedResources, ...] = ()
    owner_tags: tuple[Text, ...] = ("Owner", "Team", "Contact")
    required_key_tags: dict[str, tuple[Text, ...]] = {}
    allowed_key_tag_values: dict[str, tuple[Text, ...]] = {}
    standards: tuple[Text, ...] = ()
    inherited: dict[InheritedControl, Inherited] = {}
    off_on_purpose: dict[Literal["macie", "guardduty", "backup"], Excused] = {}
    backup_deleters: tuple[Text, ...] | None = None
    break_glass: tuple[Text, ...] = ()
    backup_buckets: tuple[Text, ...] = ()
    no_backup_tags: dict[str, tuple[Text, ...]] = {}
    pitr_days: Days = 1
    inventory_reports: dict[str, InventoryReport] = {}
    multi_region: MultiRegion | None = None
    trail_must_use_kms: bool = True
    report_cadence_days: Days = 90
    reviewed_events: tuple[Text, ...] = ()
    config_rules: dict[str, Text] = {}

    def context(
        self, *, now: dt.datetime, account: str, partition: str, regions: Sequence[str]
    ) -> Context:
        """What the checks may know of all this."""
        rules = self.classification
        levels = {name.lower(): level for name, level in rules.levels.items()}
        return Context(
            now=now,
            account=account,
            partition=partition,
            regions=tuple(regions),
            required_levels={**REQUIRED_LEVELS, **levels, "": rules.unclassified},
            classification_tags=rules.tags or CLASSIFICATION_TAGS,
            classifications={entry.match: entry.classification for entry in rules.resources},
            required_key_tags=_lower(self.required_key_tags) or dict(REQUIRED_KEY_TAGS),
            allowed_key_tag_values=self.allowed_key_tag_values,
            owner_tags=tuple(name.lower() for name in self.owner_tags),
            trusted_accounts=tuple(entry.account for entry in self.trusted_accounts),
            organization=self.organization,
            multi_region_keys=self.multi_region.approach if self.multi_region else "",
            key_regions=dict(self.multi_region.keys) if self.multi_region else {},
            backup_deleters=self.backup_deleters,
            break_glass=self.break_glass,
            backup_buckets=self.backup_buckets,
            no_backup_tags=_lower({k.lower(): v for k, v in self.no_backup_tags.items()})
            or dict(NO_BACKUP_TAGS),
            pitr_days=self.pitr_days,
            inventory_reports=self.inventory_reports,
            excused={name: f"{e.owner}: {e.reason}" for name, e in self.off_on_purpose.items()},
            inherited=self.inherited,
            trail_kms_required=self.trail_must_use_kms,
            report_cadence_days=self.report_cadence_days,
            reviewed_events=self.reviewed_events,
            config_rules=self.config_rules,
            standards=self.standards,
        )


def _lower(lists: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(word.lower() for word in words) for name, words in lists.items()}


def load(path: Path) -> Workload:
    """Raises ``WrittenError`` with file, line and what to do."""
    written = read(path, Workload)
    _refuse_contradictions(written)
    return written.value


def refuse_no_review(folder: Path) -> None:
    """Raises ``KitError`` where neither of the files lies that make a folder one of a review."""
    if not any((folder / name).is_file() for name in ("workload.yaml", "answers.yaml")):
        raise KitError(
            f"{folder}: this is no review folder; it holds neither workload.yaml nor answers.yaml. "
            f"Make one: wa-kit init {folder}"
        )


def _refuse_contradictions(written: Written[Workload]) -> None:
    workload = written.value
    for position, entry in enumerate(workload.out_of_scope):
        if entry.region in workload.regions:
            raise written.error(
                ("out_of_scope", position),
                f"{entry.region} is in scope and out of scope",
                "Take it out of one of the two lists.",
            )
    levels: dict[str, str] = {}
    for name in workload.classification.levels:
        if (other := levels.setdefault(name.lower(), name)) != name:
            what = f"{name!r} and {other!r} are the same classification"
            raise written.error(("classification", "levels", name), what, "Keep one.")
    required = workload.required_key_tags or REQUIRED_KEY_TAGS
    for label in workload.allowed_key_tag_values:
        if label not in required:
            todo = did_you_mean(label, required) or f"There are: {', '.join(sorted(required))}."
            what = f"there is no required tag {label!r}"
            raise written.error(("allowed_key_tag_values", label), what, todo)
