"""Checks on GuardDuty."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.guardduty import Detector
from wa_kit.model import Context, Region, Rows, Verdict, fails, not_applicable, passes


@check(
    severity="high",
    effort="small",
    remedy="aws guardduty create-detector --enable, in each region, or from the organization.",
    docs="https://docs.aws.amazon.com/guardduty/latest/ug/guardduty_settingup.html",
    see="aws guardduty list-detectors --region {region}",
)
def guardduty_enabled(region: Region, detectors: Rows[Detector], context: Context) -> Verdict:
    """GuardDuty enabled in every Region in use.

    It notices credentials that behave unlike themselves, and reads of data from places nobody
    expects. A region where it is off is one where an intruder is not seen.
    """
    if inherited := context.inherited.get("guardduty"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    here = detectors.in_region(region.region)
    if any(detector.status == "ENABLED" for detector in here):
        return passes("it is on")
    if excuse := context.excused.get("guardduty"):
        return not_applicable(f"off on purpose ({excuse})")
    return fails("it is suspended" if here else "it was never switched on")
