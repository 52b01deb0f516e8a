"""Run by LibreOffice's own Python: edits documents in a running office, as a person would.

Reads one JSON line a job from stdin: {"open": file, "save": file, "edits": [...]}, answers with a
line each. An edit of a sheet is [sheet, cell, text] and typed as text; of a document [reference,
heading, text].
"""

import json
import sys
import time

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

FILTERS = {"xlsx": "Calc MS Excel 2007 XML", "docx": "MS Word 2007 XML"}


def prop(name, value):
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def desktop(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext(
        "com.sun.star.bridge.UnoUrlResolver", local
    )
    until = time.monotonic() + 120
    while True:
        try:
            found = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return found.ServiceManager.createInstanceWithContext(
                "com.sun.star.frame.Desktop", found
            )
        except NoConnectException:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def edit_sheet(book, edit):
    sheet, cell, text = edit
    target = book.Sheets.getByName(sheet).getCellRangeByName(cell)
    if text is None:
        target.clearContents(1 | 2 | 4 | 16)  # numbers, dates, text, formulas
    elif text.startswith("day "):
        target.setFormula(text[4:])  # as typed: a day becomes a date
    else:
        target.setString(text)


def edit_page(document, edit):
    ref, heading, text = edit
    for table in document.TextTables:
        rows = {}
        for name in table.CellNames:
            column = name.rstrip("0123456789")
            rows.setdefault(int(name[len(column) :]), {})[column] = table.getCellByName(name)
        heads = {cell.String: column for column, cell in rows[1].items()}
        for row in rows.values():
            if any(cell.String == ref for cell in row.values()) and heading in heads:
                row[heads[heading]].setString(text)
                return
    raise LookupError(edit)


def main(pipe):
    office = desktop(pipe)
    for line in sys.stdin:
        job = json.loads(line)
        document = office.loadComponentFromURL(
            uno.systemPathToFileUrl(job["open"]), "_blank", 0, (prop("Hidden", True),)
        )
        kind = job["save"].rpartition(".")[2]
        for edit in job["edits"]:
            (edit_sheet if kind == "xlsx" else edit_page)(document, edit)
        document.storeToURL(
            uno.systemPathToFileUrl(job["save"]), (prop("FilterName", FILTERS[kind]),)
        )
        document.close(True)
        print("done", flush=True)
    office.terminate()


if __name__ == "__main__":
    main(sys.argv[1])
