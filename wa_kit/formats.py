"""The formats that a finished run can be handed on in. Imports nothing: ``--help`` names them."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format has the name of its module in ``exports`` and, but for its own word, its ending."""

    xlsx = "xlsx"
    docx = "docx"
    pdf = "pdf"
    csv = "csv"
    parquet = "parquet"
    ocsf = "ocsf"
    markdown = "markdown"

    @property
    def ending(self) -> str:
        return {"ocsf": ".ocsf.json", "markdown": ".md", "parquet": ""}.get(self, f".{self}")
