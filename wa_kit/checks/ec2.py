"""Checks on EBS storage."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.ec2 import EbsDefault, EbsSnapshot, EbsVolume
from wa_kit.model import Rows, Verdict, fails, not_applicable, passes
from wa_kit.protection import KeyRing


@check(
    severity="high",
    effort="large",
    remedy=(
        "Snapshot the volume, copy the snapshot with --encrypted and a key, make a volume of the "
        "copy, and swap it in. A volume cannot be encrypted in place."
    ),
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-encryption.html",
)
def ec2_ebs_volume_encrypted(volume: EbsVolume) -> Verdict:
    """EBS volume encrypted.

    The default reaches only volumes made after it was switched on: older ones stay as they were
    made, and volumes that hang on no instance still hold their data.
    """
    if volume.state in ("deleting", "deleted"):
        return not_applicable(f"the volume is {volume.state}")
    if volume.encryption != "none":
        return passes(f"encrypted with {volume.kms_key or 'an unnamed key'}", key=volume.kms_key)
    return fails(f"{volume.gib} GiB lie unencrypted", level="none")


@check(
    severity="high",
    effort="small",
    remedy="aws ec2 enable-ebs-encryption-by-default, in each region.",
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/encryption-by-default.html",
)
def ec2_ebs_default_encryption(
    default: EbsDefault, volumes: Rows[EbsVolume], snapshots: Rows[EbsSnapshot]
) -> Verdict:
    """EBS encryption by default is on in every enabled Region.

    With the default on, nobody has to remember. It is set for each region by itself, so a region
    that nobody uses yet is where the first unencrypted volume appears.
    """
    if default.encrypts:
        return passes("new volumes are encrypted")
    region = default.region
    if volumes.known_empty_in(region) and snapshots.known_empty_in(region):
        return fails(
            "new volumes would not be encrypted; the region holds none yet", severity="low"
        )
    return fails("new volumes are not encrypted unless somebody asks for it")


@check(
    severity="high",
    effort="large",
    remedy=(
        "aws ec2 copy-snapshot --encrypted --kms-key-id makes an encrypted copy; make images and "
        "volumes of the copy from then on."
    ),
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/ebs-copy-snapshot.html",
)
def ec2_ebs_snapshot_encrypted(snapshot: EbsSnapshot) -> Verdict:
    """EBS snapshots encrypted.

    A snapshot outlives its volume, archived or not. A plain one holds everything that the volume
    held, and every volume made of it is plain unless somebody asks otherwise.
    """
    if snapshot.encryption != "none":
        key = snapshot.kms_key
        return passes(f"encrypted with {key or 'an unnamed key'}", key=key)
    image = f"; the image {snapshot.image} rests on it" if snapshot.image else ""
    return fails(f"a copy of {snapshot.gib} GiB lies unencrypted{image}", level="none")


@check(
    severity="critical",
    effort="small",
    remedy=(
        "aws ec2 modify-snapshot-attribute --attribute createVolumePermission --operation-type "
        "remove --group-names all. At once for a whole region: aws ec2 "
        "enable-snapshot-block-public-access --state block-all-sharing. Treat what it held as "
        "disclosed."
    ),
    docs="https://docs.aws.amazon.com/ebs/latest/userguide/block-public-access-snapshots.html",
    see=(
        "aws ec2 describe-snapshots --region {region} --owner-ids self "
        "--restorable-by-user-ids all --snapshot-ids {snapshot_id}"
    ),
)
def ec2_ebs_snapshot_public(snapshot: EbsSnapshot, keys: KeyRing) -> Verdict:
    """EBS snapshots not public.

    Anyone with an AWS account can make a volume of a public snapshot and read it. The permission
    stays when the region blocks public access: it is asleep, and wakes when the block is lifted.
    """
    if snapshot.public:
        return fails(f"any AWS account may make a volume of these {snapshot.gib} GiB")
    if snapshot.encryption != "none" and keys.level(snapshot).name == "aws-managed":
        return not_applicable("under an AWS managed key, with which nothing can be shared")
    return passes("not every AWS account may make a volume of it")
