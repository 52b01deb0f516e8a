"""What fails, a resource each, and what was not read. Worst first, in an order that is stable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cache

from wa_kit.checks import CHECKS
from wa_kit.evidence import COLLECTORS
from wa_kit.model import SEVERITIES, Finding, Outcome
from wa_kit.suggestions.counting import is_account_wide
from wa_kit.suggestions.parts import Blind, Trouble

_TOLD = 3  # of the ways in which regions fail one check


def troubles(findings: Sequence[Finding], owners: Mapping[str, str]) -> list[Trouble]:
    """The failures, a resource each, worst first; account-wide ones once, with their regions."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for f in findings:
        if f.outcome is Outcome.FAIL:
            wide = is_account_wide(f)
            groups.setdefault((f.resource, f.check if wide else ""), []).append(f)
    return sorted((_trouble(group, owners) for group in groups.values()), key=_seriousness)


def _trouble(group: list[Finding], owners: Mapping[str, str]) -> Trouble:
    """Told by its worst failure, of those that nobody has accepted if there are any."""
    group = sorted(group, key=lambda f: (f.check, f.region))
    worst = min(group, key=lambda f: (f.exception is not None, SEVERITIES.index(f.severity)))
    wide = is_account_wide(worst)
    known = CHECKS.get(worst.check)  # an archive may name one that this kit no longer has
    title = known.title.rstrip(".") if known else worst.check
    return Trouble(
        name=f"not met: {title}" if wide else worst.name or worst.resource,
        resource=worst.resource,
        regions=tuple(sorted({f.region for f in group})),
        service=worst.service,
        severity=worst.severity,
        because=_region_by_region(group) if wide else worst.because,
        owner=owners.get(worst.resource, ""),
        check=worst.check,
        findings=tuple(f.finding for f in group),
        accepted=all(f.exception for f in group),
    )


def _region_by_region(group: list[Finding]) -> str:
    """What is wrong, and where it is not the same everywhere, in which region."""
    regions: dict[str, list[str]] = {}
    for f in group:
        regions.setdefault(f.because, []).append(f.region)
    if len(regions) == 1:
        return group[0].because
    told = [f"{because} ({', '.join(where)})" for because, where in regions.items()]
    more = [f"and {len(told) - _TOLD} more"] if len(told) > _TOLD else []
    return "; ".join([*told[:_TOLD], *more])


def _asked(operation: str) -> str:
    """The service of ``kms:ListKeys``, as people know it."""
    name = operation.partition(":")[0]
    return _services().get(name, name)


@cache
def _services() -> dict[str, str]:
    """boto3's name -> the name people know. A module of evidence holds what one service tells."""
    tables = {table.__module__.rpartition(".")[2]: table.service for table in COLLECTORS}
    return {**tables, "resourcegroupstaggingapi": "Tags"}  # it fills no table of its own


def _seriousness(trouble: Trouble) -> tuple[object, ...]:
    severity = SEVERITIES.index(trouble.severity)
    return (trouble.accepted, severity, trouble.name, trouble.check, trouble.resource)


def blind_spots(findings: Sequence[Finding]) -> list[Blind]:
    """What was not read, once for each operation, region and reason.

    It is named by the service that was asked, not by what the checks that wanted it judge.
    """
    counts: Counter[tuple[str, str, str, str, str]] = Counter()
    for f in findings:
        if f.reason and f.reason.not_read:
            what = _asked(f.operation or "") or f.service or f.name
            counts[what, f.reason, f.operation or "", f.action or "", f.region] += 1
    return [
        Blind(what=w, reason=r, operation=o, action=a, region=g, findings=n)
        for (w, r, o, a, g), n in sorted(counts.items())
    ]
