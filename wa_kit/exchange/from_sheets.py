"""An Excel workbook that came back, as lines. Of a formula its last value counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from wa_kit.exchange.carried import SHEET
from wa_kit.exchange.lines import Came, Cell, Line, of_grid
from wa_kit.exchange.opened import Package
from wa_kit.model import KitError

MOST_ROWS = 20_000
_MOST_COLUMNS = 60


def read(package: Package) -> Came:
    """Raises ``KitError`` for a sheet that is too long."""
    import openpyxl

    book = openpyxl.load_workbook(package.path, read_only=True, data_only=True, keep_links=False)
    try:
        lines: list[Line] = []
        carried = ""
        for sheet in book.worksheets:
            if sheet.title == SHEET:
                carried = "".join(str(row[0].value or "") for row in sheet.iter_rows(max_col=1))
            else:
                lines += of_grid(_rows(package, sheet))
        return Came(lines=tuple(lines), carried=carried)
    finally:
        book.close()


def _rows(package: Package, sheet: Any) -> Iterator[tuple[str, list[Cell]]]:
    name = sheet.title
    for number, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), 1):
        if number > MOST_ROWS:
            raise KitError(
                f"{package.path}: sheet {name!r} has over {MOST_ROWS:,} rows. Delete those below "
                "the table. Nothing was changed."
            )
        cells = [_cell(name, cell, number, place) for place, cell in enumerate(row, 1)]
        yield f"sheet {name!r}, row {number}", cells


def _cell(sheet: str, cell: Any, row: int, column: int) -> Cell:
    """An empty cell does not know where it is."""
    from openpyxl.utils import get_column_letter

    where = f"sheet {sheet!r}, cell {get_column_letter(column)}{row}"
    return Cell(raw=cell.value, where=where, error=cell.data_type == "e")
