"""Checks on the copies that Elastic Disaster Recovery keeps of servers."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.drs import DrsReplication
from wa_kit.model import Context, Verdict, fails
from wa_kit.protection import KeyRing, judge_level


@check(
    severity="high",
    effort="small",
    remedy=(
        "aws drs update-replication-configuration (each server) and "
        "aws drs update-replication-configuration-template (new ones), with "
        "--ebs-encryption CUSTOM --ebs-encryption-key-arn and a key that is enabled."
    ),
    docs="https://docs.aws.amazon.com/drs/latest/APIReference/API_GetReplicationConfiguration.html",
)
def drs_replication_encryption(
    replication: DrsReplication, keys: KeyRing, context: Context
) -> Verdict:
    """Elastic Disaster Recovery replication volumes use the chosen key.

    The copy holds all that the server holds, in another place and often for years before anybody
    looks at it. The template reaches only servers added later, so each server counts by itself.
    """
    if replication.ebs_encryption == "NONE":
        return fails("the replicated disks are not encrypted", level="none")
    level = keys.level(replication)
    if level.name == "unusable":
        return fails(f"it is {level.in_words}", level=level.name, key=level.key)
    verdict = judge_level(replication, keys, context)
    chosen = "the key chosen" if replication.ebs_encryption == "CUSTOM" else "EBS's default key"
    public = (
        "; the data travels over public addresses" if replication.routing == "PUBLIC_IP" else ""
    )
    return verdict.but(because=f"with {chosen}, {verdict.because}{public}")
