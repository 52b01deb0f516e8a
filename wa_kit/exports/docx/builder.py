"""The shipped Word template, made anew: ``python -m wa_kit.exports.docx.builder FILE``.

The file that ships, templates/report/report.docx, is what this makes; a test compares them. The
words and their order are here, the looks in ``styles``.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.text import WD_BREAK

from wa_kit.actions import TITLED
from wa_kit.exports.docx import styles
from wa_kit.exports.docx.styles import field, table

Column = tuple[str, str, float]  # heading, what a cell prints, centimetres
_TINTED = "{% cellbg row.tint %}"
_TROUBLES: tuple[Column, ...] = (
    ("Resource", "{{ row.resource }}\n{{ row.service }}, {{ row.where }}", 5.2),
    ("Severity", f"{_TINTED}{{{{ row.severity }}}}", 2.0),
    ("What was found", "{{ row.because }}", 6.6),
    ("Owner", "{{ row.owner }}", 3.2),
)
_JUDGED: tuple[Column, ...] = (
    ("Resource", "{{ row.resource }}\n{{ row.where }}", 4.7),
    ("Check", "{{ row.check }}", 3.9),
    ("Outcome", f"{_TINTED}{{{{ row.outcome }}}}", 2.4),
    ("What was found", "{{ row.because }}", 6.0),
)
_DUTIES: tuple[Column, ...] = (
    ("Responsibility", "{{ row.responsibility }}", 7.0),
    ("Role", "{{ row.role }}", 3.4),
    ("Accountable", "{{ row.accountable }}", 3.3),
    ("Deputy", "{{ row.deputy }}", 3.3),
)
_DOCUMENTS: tuple[Column, ...] = (
    ("Document", "{{ row.title }}", 4.2),
    ("Where it lies", "{{ row.where }}", 5.2),
    ("Owner", "{{ row.owner }}", 3.0),
    ("Updated", "{{ row.updated }}", 2.3),
    ("Next review", "{{ row.next_review }}", 2.3),
)
_POINTS: tuple[Column, ...] = (
    ("Asked", "{{ row.title }}", 5.5),
    ("Findings", "{{ row.findings }}", 1.9),
    ("For example", "{{ row.example }}", 9.6),
)


def build(file: Path) -> None:
    """Write the template."""
    document = Document()
    styles.dress(document)
    _running_heads(document)
    for part in (
        _cover,
        _contents,
        _summary,
        _overview,
        _plan,
        _questions,
        _loss,
        _keys,
        _people,
        _limits,
        _annexes,
    ):
        part(document)
    styles.sign(document)
    document.save(str(file))


def _running_heads(document: Any) -> None:
    section = document.sections[0]
    section.different_first_page_header_footer = True
    head, foot = section.header.paragraphs[0], section.footer.paragraphs[0]
    head.text = "{{ title }}\t{{ marks }}"
    foot.add_run("{% if customer %}{{ customer }}, {% endif %}AWS account {{ account }}\tPage ")
    field(foot, "PAGE", "1")
    foot.add_run(" of ")
    field(foot, "NUMPAGES", "1")


def _cover(document: Any) -> None:
    _line(document, "{{ logo }}", "Logo")
    _line(document, "{{ title }}", "Title")
    _given(document, "customer", "{{ customer }}", "Subtitle")
    _given(document, "draft", "Draft: not yet approved, and subject to change.", "Notice")
    _given(
        document,
        "simulation",
        "Simulation: the evidence comes from a simulated estate, not from AWS.",
        "Notice",
    )
    table(
        document,
        (("", "{{ row.name }}", 4.2), ("", "{{ row.value }}", 12.8)),
        "cover",
        head=False,
        style="Review facts",
    )


def _contents(document: Any) -> None:
    _break(document)
    _line(document, "Contents", "Contents heading")
    field(document.add_paragraph(), ' TOC \\o "1-2" \\h \\z \\u ', "The headings come here.")


def _summary(document: Any) -> None:
    _heading(document, "Summary")
    _each(document, "executive_summary", "{{ paragraph }}")
    _line(document, "{{ verdict }}", "Verdict")
    _line(document, "{{ how_bad }}")
    table(
        document,
        (("", "{{ row.name }}", 4.6), ("", "{{ row.value }}", 12.4)),
        "facts",
        head=False,
        style="Review facts",
    )
    _heading(document, "What first", 2)
    _table_or(document, "worst", _TROUBLES, "Nothing that was assessed fails.")
    _heading(document, "Decisions asked of you", 2)
    _each(document, "decisions", "{{ paragraph }}", "List Bullet")


def _overview(document: Any) -> None:
    _heading(document, "The questions at a glance")
    _caption(document, "Where each question stands, in resources")
    table(
        document,
        (
            ("Question", "{{ row.title }}", 4.0),
            ("Standing", f"{_TINTED}{{{{ row.standing }}}}", 2.8),
            ("Because", "{{ row.because }}", 3.6),
            ("Assessed", "{{ row.assessed }}", 1.9),
            ("Not read", "{{ row.not_read }}", 1.3),
            ("For people", "{{ row.for_people }}", 1.5),
            ("AWS cannot tell", "{{ row.not_knowable }}", 1.9),
        ),
        "overview",
    )
    _line(document, "{%p for chart in charts %}")
    _heading(document, "{{ chart.title }}", 2)
    _given(document, "chart.picture", "{{ chart.picture }}", "Picture")
    _line(document, "{{ chart.title }}: the figures", "Caption")
    styles.wide_table(document, "chart.columns", "chart.rows")
    _line(document, "{%p endfor %}")


def _plan(document: Any) -> None:
    _heading(document, "Action plan")
    _line(
        document,
        "Ranked by severity, then by effort. Owner and day are proposals, unless the team has "
        "decided them. Counted are the resources that each action repairs.",
    )
    _line(document, "{%p for part in plan %}")
    _heading(document, "Within {{ part.days }} days", 2)
    _table_or(
        document,
        "part.actions",
        (
            (
                TITLED,
                "{{ row.title }}\n{{ row.remedy }}"
                "{% if row.note %} Note: {{ row.note }}{% endif %}",
                6.5,
            ),
            ("Impact", f"{_TINTED}{{{{ row.impact }}}}", 1.6),
            ("Effort", "{{ row.effort }}", 1.6),
            ("Counts", "{{ row.resources }}", 1.7),
            ("Owner", "{{ row.owner }}", 2.3),
            ("Due", "{{ row.due }}{% if row.overdue %} (overdue){% endif %}", 1.7),
            ("Status", "{{ row.status }}", 1.6),
        ),
        "Nothing falls into this part of the plan.",
    )
    _line(document, "{%p endfor %}")


def _questions(document: Any) -> None:
    _heading(document, "The questions one by one")
    _line(document, "{%p for q in questions %}")
    _heading(document, "{{ q.title }}", 2)
    _line(document, "{{ q.question }}", "Question")
    table(
        document,
        (
            ("", "Standing", 3.4),
            ("", "{% cellbg q.tint %}{{ q.standing }}. {{ q.because }}.", 13.6),
        ),
        "",
        head=False,
        style="Review facts",
        more=(
            ("Assessed", "{{ q.assessed }}"),
            ("No verdict", "{{ q.no_verdict }}"),
            ("Estimated risk", "{{ q.risk }}"),
        ),
    )
    _heading(document, "The team\u2019s answer", 3)
    _line(document, "{%p if q.answer %}")
    _given(document, "q.answer.stale", "This answer is out of date.", "Notice")
    _each(document, "q.answer.stale_because", "{{ paragraph }}", "List Bullet")
    _each(document, "q.answer.notes", "{{ paragraph }}")
    _line(
        document,
        "{{ q.answer.status | capitalize }}; given by {{ q.answer.given_by }} on "
        "{{ q.answer.given_on }}; holds until {{ q.answer.holds_until }}; owner: "
        "{{ q.answer.owner }}; due: {{ q.answer.due }}.",
        "Aside",
    )
    _each(document, "q.answer.evidence", "Evidence: {{ paragraph }}", "Aside")
    _line(document, "{%p else %}")
    _line(document, "Nobody has answered this question yet.", "Aside")
    _line(document, "{%p endif %}")
    _heading(document, "Draft answer, from the evidence", 3)
    _each(document, "q.draft", "{{ paragraph }}")
    _titled_table(document, "q.worst", "{{ q.worst_title }}", _TROUBLES)
    _given(
        document,
        "q.worst_left_out",
        "{{ q.worst_left_out }} more fail; all stand in the Excel export.",
        "Aside",
    )
    _titled_table(
        document,
        "q.not_seen",
        "What was not read",
        (
            ("Service", "{{ row.what }}", 3.0),
            ("Where", "{{ row.where }}", 2.8),
            ("Why", "{{ row.why }}", 3.2),
            ("Permission", "{{ row.permission }}", 6.1),
            ("Findings", "{{ row.findings }}", 1.9),
        ),
    )
    _titled_table(
        document,
        "q.practices",
        "Practices of the framework",
        (
            ("Practice", "{{ row.practice }}", 3.0),
            ("Title", "{{ row.title }}", 11.0),
            ("Followed", "{{ row.followed }}", 3.0),
        ),
    )
    _given(document, "q.as_of", "Practice numbers as of {{ q.as_of }}.", "Aside")
    _titled_table(document, "q.responsibilities", "Roles", _DUTIES)
    _titled_table(document, "q.documents", "Documents", _DOCUMENTS)
    _line(document, "{%p endfor %}")


def _loss(document: Any) -> None:
    _heading(document, "Can data be lost?")
    _table_or(
        document,
        "loss.asked",
        (
            ("Asked of keys and backups", "{{ row.title }}", 9.0),
            ("Fail", "{{ row.fail }}", 1.7),
            ("Not known", "{{ row.open }}", 2.1),
            ("Pass", "{{ row.pass }}", 1.7),
            ("Not applicable", "{{ row.not_applicable }}", 2.5),
        ),
        "There is nothing here to judge.",
    )
    _titled_table(document, "loss.open", "What fails or is not known", _JUDGED, 2)
    _given(
        document,
        "loss.left_out",
        "{{ loss.left_out }} more; all stand in the Excel export.",
        "Aside",
    )


def _keys(document: Any) -> None:
    _heading(document, "Who holds the keys?")
    _line(
        document,
        "By the key policies alone. Where a policy hands the decision to IAM, that is said.",
    )
    _table_or(
        document,
        "keys.rows",
        (
            ("Key", "{{ row.key }}\n{{ row.where }}", 4.4),
            ("Can decrypt", "{{ row.decrypt }}", 4.6),
            ("Can administer, disable or delete it", "{{ row.administer }}", 4.6),
            ("Outside the account", "{{ row.outside }}", 3.4),
        ),
        "No customer managed key was seen.",
    )
    _given(
        document,
        "keys.left_out",
        "{{ keys.left_out }} more keys; all stand in the HTML report.",
        "Aside",
    )


def _people(document: Any) -> None:
    _heading(document, "Exceptions and disputes")
    _table_or(
        document,
        "exceptions",
        (
            ("Failure accepted", "{{ row.check }}\n{{ row.resource }}", 5.2),
            ("Reason", "{{ row.reason }}", 4.2),
            ("Owner, approver", "{{ row.owner }}\n{{ row.approver }}", 3.2),
            ("Until", "{{ row.until }}{% if row.run_out %} (run out){% endif %}", 2.4),
            ("Covers now", "{{ row.covers }}", 2.0),
        ),
        "Nobody has accepted a failure.",
    )
    _titled_table(
        document,
        "disputes",
        "Disputes",
        (
            ("Finding disputed", "{{ row.check }}\n{{ row.resource }}", 6.0),
            ("Says", "{{ row.says }}", 3.0),
            ("By", "{{ row.by }}", 3.0),
            ("Note", "{{ row.note }}", 5.0),
        ),
        2,
    )
    _heading(document, "Roles and documents")
    _titled_table(document, "responsibilities", "Who is responsible", _DUTIES, 2)
    _titled_table(
        document,
        "matrix",
        "Responsibility matrix",
        (
            ("Practice or document", "{{ row.subject }}", 5.0),
            ("Responsible", "{{ row.responsible }}", 3.0),
            ("Accountable", "{{ row.accountable }}", 3.0),
            ("Consulted", "{{ row.consulted }}", 3.0),
            ("Informed", "{{ row.informed }}", 3.0),
        ),
        2,
    )
    _titled_table(document, "documents", "Documents that a reviewer expects", _DOCUMENTS, 2)


def _limits(document: Any) -> None:
    _heading(document, "Limitations")
    _each(document, "limitations", "{{ paragraph }}")
    _heading(document, "How the review was done", 2)
    _each(document, "method", "{{ paragraph }}", "List Bullet")
    _heading(document, "What could not be seen", 2)
    _table_or(
        document,
        "not_seen",
        (
            ("Operation", "{{ row.operation }}", 5.2),
            ("Permission for it", "{{ row.permission }}", 5.2),
            ("Why", "{{ row.why }}", 2.6),
            ("Where", "{{ row.where }}", 2.1),
            ("Findings", "{{ row.findings }}", 1.9),
        ),
        "Everything in scope could be read.",
    )
    _titled_table(document, "not_knowable", "What AWS cannot tell", _POINTS, 2)
    _titled_table(document, "open_points", "What people have not said", _POINTS, 2)


def _annexes(document: Any) -> None:
    _heading(document, "Annex A: what fails or is not known")
    _line(
        document,
        "{{ findings.open }} of {{ findings.all }} findings fail or are unknown."
        "{% if findings.left_out %} The most serious stand here; {{ findings.left_out }} more, and "
        "all that pass, stand in the Excel export.{% else %} All that pass stand in the Excel "
        "export.{% endif %}",
    )
    _table_or(document, "findings.rows", _JUDGED, "Every finding has passed or does not apply.")
    _heading(document, "Annex B: glossary")
    table(
        document,
        (("Term", "{{ row.term }}", 4.2), ("Meaning", "{{ row.meaning }}", 12.8)),
        "glossary",
    )
    _line(document, "Made with {{ kit }} from the evidence of {{ evidence_of }}.", "Aside")


def _line(document: Any, words: str, style: str | None = None) -> None:
    document.add_paragraph(words, style=style)


def _heading(document: Any, words: str, level: int = 1) -> None:
    document.add_heading(words, level)


def _caption(document: Any, words: str) -> None:
    _line(document, words, "Caption")


def _break(document: Any) -> None:
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)


def _given(document: Any, name: str, words: str, style: str | None = None) -> None:
    """A paragraph that is there only where ``name`` has a value."""
    _line(document, f"{{%p if {name} %}}")
    _line(document, words, style)
    _line(document, "{%p endif %}")


def _each(document: Any, name: str, words: str, style: str | None = None) -> None:
    _line(document, f"{{%p for paragraph in {name} %}}")
    _line(document, words, style)
    _line(document, "{%p endfor %}")


def _titled_table(
    document: Any, name: str, title: str, columns: tuple[Column, ...], level: int = 3
) -> None:
    """A heading and a table, where there is a row."""
    _line(document, f"{{%p if {name} %}}")
    _heading(document, title, level)
    table(document, columns, name)
    _line(document, "{%p endif %}")


def _table_or(document: Any, name: str, columns: tuple[Column, ...], otherwise: str) -> None:
    _line(document, f"{{%p if {name} %}}")
    table(document, columns, name)
    _line(document, "{%p else %}")
    _line(document, otherwise, "Aside")
    _line(document, "{%p endif %}")


if __name__ == "__main__":
    build(Path(sys.argv[1]))
