"""What a document says of itself to those who fill it in."""

from __future__ import annotations

TITLE = "Well-Architected review: answers"
HOW_TO = (
    "Fill in the cells on yellow ground. Everything else is there to be read, and what is changed "
    "there is not taken back.",
    "A day is written as 2026-01-31. Something that is due needs an owner.",
    "Rows may be sorted and moved; the small grey reference at the end of a row says what it is, "
    "and has to stay. A deleted row changes nothing: to take something back, empty its cells.",
    "Keep the file as Excel workbook (.xlsx) or Word document (.docx), then: "
    "wa-kit answers import FILE",
)
