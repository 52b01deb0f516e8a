"""The report as a PDF: cover, contents with page numbers, tags, bookmarks, charts as vectors.

It is the workbook of the run executed once more, with less listed, and laid out by WeasyPrint,
which is let fetch nothing. The run itself is only read.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from wa_kit import archive, report, workbook
from wa_kit.exports.drawing import draw
from wa_kit.model import KitError


def write(run: Path, file: Path) -> None:
    """Raises ``KitError`` where WeasyPrint, or the library that it sets text with, is missing."""
    weasyprint = _weasyprint()
    account = archive.load_manifest(run).account
    with tempfile.TemporaryDirectory(prefix="wa-kit-pdf-") as folder:
        given = {"run": str(run.resolve()), "account": account, "paper": True}
        markup = report.on_paper(workbook.execute(Path(folder), given), draw)
    only_inside = weasyprint.urls.URLFetcher(allowed_protocols=["data"])
    page = weasyprint.HTML(string=markup, url_fetcher=only_inside)
    page.write_pdf(file, pdf_variant="pdf/ua-1", pdf_tags=True)


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise KitError("A PDF needs WeasyPrint: pip install 'wa-kit[pdf]'") from error
    except OSError as error:
        raise KitError(
            "A PDF needs Pango, which is not installed: apt-get install libpango-1.0-0 "
            "libpangoft2-1.0-0, or brew install pango"
        ) from error
    return weasyprint
