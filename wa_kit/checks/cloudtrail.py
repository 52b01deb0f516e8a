"""Checks on what CloudTrail records, and what it recorded."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.cloudtrail import ChangeEvent, Trail
from wa_kit.model import (
    Account,
    Context,
    Region,
    Rows,
    Unread,
    Verdict,
    fails,
    not_applicable,
    passes,
)
from wa_kit.protection import KeyRing

_DOCS = "https://docs.aws.amazon.com/awscloudtrail/latest/userguide"


@check(
    severity="high",
    effort="small",
    remedy=(
        "Create one trail for all regions (aws cloudtrail create-trail --is-multi-region-trail), "
        "let it record management events of both kinds, and start logging."
    ),
    docs=f"{_DOCS}/receive-cloudtrail-log-files-from-multiple-regions.html",
    see="aws cloudtrail describe-trails",
)
def cloudtrail_multi_region(account: Account, trails: Rows[Trail], context: Context) -> Verdict:
    """Multi-Region trail records management events (read+write).

    Whoever used a key, changed a policy or switched off encryption is known only where it was
    recorded. A trail of one region is blind to what happens in all the others.
    """
    if good := next((t for t in trails.seen() if _surely(t)), None):
        return passes(f"{good.name} records reads and changes in all regions")
    if inherited := context.inherited.get("trail"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    trails.find(lambda trail: trail.qualifies)  # raises where one that was not read might
    if not trails:
        return fails("there is no trail")
    names = ", ".join(sorted(trail.name for trail in trails))
    return fails(f"none records reads and changes in all regions, of: {names}")


def _surely(trail: Trail) -> bool:
    """Whether what was read of a trail is enough to say that it qualifies."""
    try:
        return trail.qualifies
    except Unread:
        return False


@check(
    severity="medium",
    effort="small",
    remedy="Name a key of your own: aws cloudtrail update-trail --kms-key-id.",
    docs=f"{_DOCS}/encrypting-cloudtrail-log-files-with-aws-kms.html",
)
def cloudtrail_kms_encrypted(trail: Trail, keys: KeyRing, context: Context) -> Verdict:
    """Trail logs encrypted with SSE-KMS.

    The record of who used which key is itself worth protecting. With a key of your own, reading it
    takes two permissions, and every reading leaves a trace.
    """
    if trail.kms_key is None:
        fact = "its files are encrypted by S3 alone, with a key that AWS owns"
        if context.trail_kms_required:
            return fails(fact, level="owned", required_level="customer")
        return passes(f"{fact}; workload.yaml asks for no more", level="owned")
    level = keys.level(trail)
    said = {"level": level.name, "required_level": "customer", "key": level.key}
    words = f"its files are {level.in_words}"
    return passes(words, **said) if level.reaches("customer") else fails(words, **said)


@check(
    severity="medium",
    effort="small",
    remedy="aws cloudtrail update-trail --enable-log-file-validation.",
    docs=f"{_DOCS}/cloudtrail-log-file-validation-intro.html",
    see="aws cloudtrail describe-trails --region {region} --trail-name-list {arn}",
)
def cloudtrail_log_validation(trail: Trail) -> Verdict:
    """Log file validation on.

    With it CloudTrail signs a digest of its files every hour, so that nobody can take a line out
    of the record unseen.
    """
    if trail.log_validation:
        return passes("its files are signed by an hourly digest")
    return fails("a changed or deleted log file would not be noticed")


@check(
    severity="high",
    effort="small",
    remedy=(
        "Take kms.amazonaws.com out of the excluded event sources: "
        "aws cloudtrail put-event-selectors."
    ),
    docs=f"{_DOCS}/logging-management-events-with-cloudtrail.html",
)
def cloudtrail_kms_events_not_excluded(
    trail: Trail, trails: Rows[Trail], context: Context
) -> Verdict:
    """KMS events are not excluded from the trail.

    Calls to KMS are many, and leaving them out saves money. It also leaves out the only record of
    who decrypted what. One trail that keeps them is enough.
    """
    if not trail.qualifies:
        return not_applicable("it does not record reads and changes in all regions, or is stopped")
    if not trail.excludes_kms:
        return passes("calls to KMS are recorded")
    if inherited := context.inherited.get("trail"):
        return not_applicable(f"recorded by account {inherited.account}: {inherited.where}")
    other = trails.find(lambda one: one.qualifies and not one.excludes_kms)
    if other:
        return passes(f"it leaves out calls to KMS; {other.name} records them")
    return fails("calls to KMS are left out, and no other trail records them in all regions")


_SHOWN = 3


@check(
    severity="info",
    effort="small",
    remedy=(
        "Look at each event with whoever did it. List the ids of those that were right under "
        "reviewed_events in workload.yaml."
    ),
    docs=f"{_DOCS}/view-cloudtrail-events-cli.html",
    see="aws cloudtrail lookup-events --region {region}",
)
def cloudtrail_encryption_change_events(
    region: Region, events: Rows[ChangeEvent], context: Context
) -> Verdict:
    """Timeline of encryption-relevant changes, last 90 days.

    Keys disabled, policies replaced, trails stopped, snapshots shared: each of these may be right,
    and each is worth a second pair of eyes.
    """
    here = [event for event in events.seen() if event.region == region.region]
    open_ = [event for event in here if event.event_id not in context.reviewed_events]
    if open_:
        newest = sorted(open_, key=lambda event: event.at, reverse=True)
        told = "; ".join(
            f"{e.event} by {e.user or 'somebody unnamed'} on {e.at:%Y-%m-%d}"
            for e in newest[:_SHOWN]
        )
        more = f"; and {len(open_) - _SHOWN} more" if len(open_) > _SHOWN else ""
        changes = "1 change" if len(open_) == 1 else f"{len(open_)} changes"
        return fails(f"{changes} that nobody has said to have reviewed: {told}{more}")
    if reviewed := len(events.in_region(region.region)):
        return passes(f"all {reviewed} changes of the last 90 days are reviewed")
    return passes("no such change in the last 90 days")
