"""Checks on EFS file systems."""

from __future__ import annotations

from wa_kit.checks import check
from wa_kit.evidence.efs import FileSystem
from wa_kit.model import Verdict, fails, not_applicable, passes


@check(
    severity="high",
    effort="large",
    remedy=(
        "Make an encrypted file system (aws efs create-file-system --encrypted --kms-key-id), "
        "bring the files over with DataSync or a restore by AWS Backup, and point the mounts at "
        "it. A file system cannot be encrypted in place."
    ),
    docs="https://docs.aws.amazon.com/efs/latest/ug/encryption-at-rest.html",
)
def efs_file_system_encrypted(system: FileSystem) -> Verdict:
    """EFS file system encrypted.

    Encryption is chosen once, when a file system is made. The console chooses it by default; the
    CLI, an older template or a script may not have.
    """
    if system.state in ("deleting", "deleted"):
        return not_applicable(f"the file system is {system.state}")
    if system.encryption != "none":
        return passes(f"encrypted with {system.kms_key or 'an unnamed key'}", key=system.kms_key)
    held = _size(system.size_bytes)
    return fails(f"not encrypted; it held {held} when AWS last measured it", level="none")


def _size(size: float) -> str:
    """Bytes in words, to three digits."""
    for unit in ("bytes", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.3g} {unit}"
        size /= 1024
    return f"{size:.3g} TiB"
