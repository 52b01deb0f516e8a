"""Checks on Macie."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.macie2 import MacieSession
from wa_kit.evidence.s3 import S3Bucket
from wa_kit.model import Context, Region, Rows, Verdict, fails, not_applicable, passes


@check(
    severity="medium",
    effort="small",
    remedy="aws macie2 enable-macie, in each region that holds buckets.",
    docs="https://docs.aws.amazon.com/macie/latest/user/getting-started.html",
    see="aws macie2 get-macie-session --region {region}",
)
def macie_enabled(
    region: Region, sessions: Rows[MacieSession], buckets: Rows[S3Bucket], context: Context
) -> Verdict:
    """Macie enabled where buckets exist.

    It finds personal data where nobody thought there was any, and counts the objects of each
    bucket by how they are encrypted, which no other service does.
    """
    if inherited := context.inherited.get("macie"):
        return not_applicable(f"provided by account {inherited.account}: {inherited.where}")
    here = sessions.in_region(region.region)
    if any(session.status == "ENABLED" for session in here):
        return passes("it is on")
    if excuse := context.excused.get("macie"):
        return not_applicable(f"off on purpose ({excuse})")
    if not buckets.in_region(region.region):
        return not_applicable("the region holds no bucket")
    return fails("it is paused" if here else "it was never switched on")
