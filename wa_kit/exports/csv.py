"""Every finding as a row of a CSV file, for whatever reads tables. No cell is a formula.

The columns are those of findings.csv in the run folder, and the title, owner and day beside them.
"""

from __future__ import annotations

import csv
from pathlib import Path

import msgspec

from wa_kit.archive import cell
from wa_kit.model import Finding
from wa_kit.review import Review
from wa_kit.shown import visible

MORE = ("title", "owner", "due")


def write(run: Path, file: Path) -> None:
    """UTF-8 with a mark at its beginning, which Excel needs to see that it is."""
    material = Review.open(run).material
    due = {action.check: action.due for action in material.actions}
    failing = {finding.finding for finding in material.failures}
    with file.open("w", encoding="utf-8-sig", newline="") as text:
        writer = csv.writer(text)
        writer.writerow((*Finding.__struct_fields__, *MORE))
        for finding in material.findings:
            more = (
                material.title(finding.check),
                material.owners.get(finding.resource, ""),
                due.get(finding.check, "") if finding.finding in failing else "",
            )
            values = (*msgspec.structs.astuple(finding), *more)
            writer.writerow([visible(cell(value)) for value in values])
