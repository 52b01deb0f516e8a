"""The Word report: what is in it, what a template of one's own can do, and what it cannot."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from browsing import found_browser, lacking
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from lxml import etree
from payloads import PAYLOADS
from samples import ACCOUNT, ANSWERS, HOSTILE, QUESTIONS, hostile, large, mixed, run_folder

from wa_kit import exports
from wa_kit.answers import Answer, Involved, Matrix
from wa_kit.answers import Document as Artefact
from wa_kit.exports import docx, drawing
from wa_kit.exports.docx import builder, context
from wa_kit.exports.docx.filling import Word
from wa_kit.model import KitError, Outcome
from wa_kit.review import Review
from wa_kit.shown import visible
from wa_kit.written import shipped

DOCS = Path(__file__).parents[1] / "docs" / "word-template.md"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c6360"
    "60600000000400012773f5b40000000049454e44ae426082"
)
NARRATIVE = """\
title: Protection of data at Kestrel
customer: Kestrel Coffee Roasters
prepared_by: Northgate Advisory
confidentiality: Confidential
logo: logo.png
executive_summary: |
  The first line
  and the second.

  Another paragraph, of <b> & {{ 7 * 7 }}.
limitations: Nobody was asked in person.
"""
SAID = msgspec.structs.replace(
    ANSWERS,
    answers={
        "key-management": Answer(
            status="answered",
            practices=(QUESTIONS[1].practices[0].choice,),
            notes="Each team has a key.",
            answered_by="Maren Okafor",
            valid_until=dt.date(2026, 10, 31),
            evidence=("https://wiki.example/keys",),
        )
    },
    artefacts={"own": Artefact(title="A document of our own", owner="Maren Okafor")},
    raci=Matrix(artefacts={"encryption-policy": Involved(accountable="cloud-administrator")}),
)


@pytest.fixture(autouse=True)
def no_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawing takes seconds; one test does it."""
    monkeypatch.setattr(docx, "draw", lambda figures, kind: [])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = run_folder(tmp_path_factory.mktemp("run"), *mixed(), answers=SAID)
    (made / "narrative.yaml").write_text(NARRATIVE)
    (made / "logo.png").write_bytes(PIXEL)
    return made


def words(file: Path) -> str:
    """Every word that a reader of the document meets, header and footer too."""
    with zipfile.ZipFile(file) as package:
        parts = [n for n in package.namelist() if re.match(r"word/(document|header|footer)", n)]
        trees = [etree.fromstring(package.read(name)) for name in sorted(parts)]
    lines = []
    for tree in trees:
        for paragraph in tree.iter(qn("w:p")):
            kinds = {qn("w:t"): None, qn("w:br"): "\n", qn("w:tab"): "\t"}
            met = [e for e in paragraph.iter() if e.tag in kinds]
            lines.append("".join(kinds[e.tag] or e.text or "" for e in met))
    return "\n".join(lines)


def headings(file: Path, level: int = 1) -> list[str]:
    paragraphs = Document(str(file)).paragraphs
    return [p.text for p in paragraphs if p.style.name == f"Heading {level}"]


def written(run: Path, file: Path, template: Path | None = None) -> Path:
    docx.write(run, file, template)
    return file


@pytest.fixture(scope="module")
def report(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    patch = pytest.MonkeyPatch()
    patch.setattr(docx, "draw", lambda figures, kind: [PIXEL] * len(figures))
    made = written(run, tmp_path_factory.mktemp("made") / "report.docx")
    patch.undo()
    return made


def test_it_holds_every_part_of_a_review_in_real_headings(report: Path) -> None:
    assert headings(report) == [
        "Summary",
        "The questions at a glance",
        "Action plan",
        "The questions one by one",
        "Can data be lost?",
        "Who holds the keys?",
        "Exceptions and disputes",
        "Roles and documents",
        "Limitations",
        "Annex A: what fails or is not known",
        "Annex B: glossary",
    ]
    assert {f"Within {days} days" for days in (30, 90, 180)} <= set(headings(report, 2))
    assert {question.title for question in QUESTIONS} <= set(headings(report, 2))


def test_what_people_said_stands_in_it(report: Path) -> None:
    text = words(report)
    for said in (
        "Protection of data at Kestrel",
        "Another paragraph, of <b> & {{ 7 * 7 }}.",
        "The first line and the second.",
        "Nobody was asked in person.",
        "Each team has a key.",
        "It holds public map tiles only.",
        "Replaced by hand every spring.",
        "A document of our own",
        "SIMULATION \u00b7 DRAFT \u00b7 Confidential",
        f"AWS account {ACCOUNT}",
    ):
        assert said in text, said
    assert "{%" not in text and "{{ 7 * 7 }}" in text


def test_pictures_have_words_and_heads_of_tables_repeat(report: Path) -> None:
    body = Document(str(report)).element.body
    told = [shape.get("descr") for shape in body.iter(qn("wp:docPr"))]
    assert told[0] == "Logo of Northgate Advisory"
    assert len(told) > 2 and all(told)
    for table in body.iter(qn("w:tbl")):
        style = table.find(f"{qn('w:tblPr')}/{qn('w:tblStyle')}").get(qn("w:val"))
        repeats = table.find(qn("w:tr")).find(f".//{qn('w:tblHeader')}") is not None
        assert repeats == (style == "Reviewtable")


def test_a_tint_stands_where_the_format_wants_it(report: Path) -> None:
    body = Document(str(report)).element.body
    order = [[child.tag for child in cell] for cell in body.iter(qn("w:tcPr"))]
    tinted = [tags for tags in order if qn("w:shd") in tags]
    assert tinted and all(tags == [qn("w:tcW"), qn("w:shd")] for tags in tinted)


def test_the_contents_name_the_headings_and_lead_to_them(report: Path) -> None:
    document = Document(str(report))
    links = list(document.element.body.iter(qn("w:hyperlink")))
    told = ["".join(t.text or "" for t in link.iter(qn("w:t"))) for link in links]
    assert told[:3] == ["Summary", "What first", "Decisions asked of you"]
    assert set(headings(report)) <= set(told)
    marks = {mark.get(qn("w:name")) for mark in document.element.body.iter(qn("w:bookmarkStart"))}
    assert {link.get(qn("w:anchor")) for link in links} <= marks
    assert document.settings.element.find(qn("w:updateFields")) is not None
    kinds = [m.get(qn("w:fldCharType")) for m in document.element.body.iter(qn("w:fldChar"))]
    assert kinds.count("begin") == kinds.count("end") == kinds.count("separate")


def test_the_documents_properties_say_whose_it_is(report: Path) -> None:
    properties = Document(str(report)).core_properties
    assert (properties.title, properties.author) == (
        "Protection of data at Kestrel",
        "Northgate Advisory",
    )


def test_a_long_review_ends_in_a_note_and_not_in_a_thousand_pages(tmp_path: Path) -> None:
    made = written(run_folder(tmp_path, *large(1200)), tmp_path / "long.docx")
    text = words(made)
    assert "1200 of 1200 findings fail or are unknown." in text and "950 more" in text
    assert len(text) < 200_000


def test_a_review_of_nothing_is_a_whole_document(tmp_path: Path) -> None:
    made = written(run_folder(tmp_path, [], []), tmp_path / "empty.docx")
    text = words(made)
    assert "Nothing that was assessed fails." in text
    assert "Nothing falls into this part of the plan." in text


# LibreOffice


@pytest.fixture(scope="module")
def soffice() -> str:
    return shutil.which("soffice") or lacking("no soffice")


def as_pdf(soffice: str, file: Path, folder: Path) -> str:
    """The document's text as LibreOffice lays it out."""
    from pypdf import PdfReader

    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    convert = [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder)]
    subprocess.run([*convert, str(file)], check=True, capture_output=True, timeout=300)
    pages = PdfReader(folder / f"{file.stem}.pdf").pages
    return "\n".join(page.extract_text() for page in pages)


def test_an_answer_that_is_out_of_date_says_why(report: Path) -> None:
    at = words(report).split("\n")
    assert "2026-10-31" in at[at.index("This answer is out of date.") + 1]


def test_libreoffice_opens_it(soffice: str, report: Path, tmp_path: Path) -> None:
    text = as_pdf(soffice, report, tmp_path)
    assert "Protection of data at Kestrel" in text
    assert "Annex B: glossary" in text
    assert re.search(r"Page 2 of \d+", text)


# Templates


def test_the_shipped_template_is_what_the_builder_makes(tmp_path: Path) -> None:
    builder.build(tmp_path / "new.docx")
    with (
        zipfile.ZipFile(tmp_path / "new.docx") as new,
        zipfile.ZipFile(shipped("templates") / "report" / "report.docx") as old,
    ):
        assert new.namelist() == old.namelist()
        for name in new.namelist():
            assert new.read(name) == old.read(name), name


def paths(value: Any, at: str = "") -> Iterator[str]:
    """``plan[].days`` of each value that is no list of its own."""
    if isinstance(value, dict):
        for name, one in value.items():
            yield from paths(one, f"{at}.{name}" if at else name)
    elif isinstance(value, list):
        for one in value:
            yield from paths(one, f"{at}[]")
    else:
        yield at


def test_every_name_is_documented_and_every_documented_name_is_there(run: Path) -> None:
    told = re.findall(r"^\| `([a-z_.\[\]]+)`", DOCS.read_text(encoding="utf-8"), re.MULTILINE)
    made = context.told(Review.open(run).material)
    made["logo"] = "picture"
    charts = context.drawn(Review.open(run).material)
    made["charts"] = [{**context.figures(chart), "picture": ""} for chart in charts]
    assert set(paths(made)) == set(told)
    assert len(told) == len(set(told))


def template(folder: Path, *lines: str) -> Path:
    document = Document()
    for line in lines:
        document.add_paragraph(line)
    document.save(str(folder / "own.docx"))
    return folder / "own.docx"


def test_a_template_of_ones_own_is_filled_in(run: Path, tmp_path: Path) -> None:
    own = template(
        tmp_path,
        "{{ customer }} {{ plan | length }} {{ logo }}",
        "{%p for paragraph in executive_summary %}",
        "- {{ paragraph }}",
        "{%p endfor %}",
        "{%p for q in questions if q.answer %}",
        "{{ q.answer.given_by }}{{ questions[0].answer }}",
        "{%p endfor %}",
    )
    file = exports.export(run, exports.Format.docx, tmp_path / "made.docx", template=own)
    assert words(file).splitlines()[:4] == [
        "Kestrel Coffee Roasters 3 ",
        "- The first line and the second.",
        "- Another paragraph, of <b> & {{ 7 * 7 }}.",
        "Maren Okafor",
    ]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{{ custmer }}", "names 'custmer'.*Did you mean 'customer'"),
        ("{{ findings.al }}", "no attribute 'al'"),
        ("{% if draft %}for ever", "a tag is broken"),
        ("{{ title", "a tag is broken"),
        ("{{ 1 / 0 }}", "division"),
        ("{{ title | safe }}", "No filter named 'safe'"),
        ("{{ title.__class__.__mro__ }}", "unsafe"),
        ("{%p for x in plan %}", "a tag is broken"),
    ],
)
def test_a_template_that_does_not_work_is_refused_by_its_tag(
    run: Path, tmp_path: Path, line: str, said: str
) -> None:
    own = template(tmp_path, "Before.", line, "After.")
    with pytest.raises(KitError, match=rf"own\.docx: .*{said}"):
        exports.export(run, exports.Format.docx, tmp_path / "made.docx", template=own)
    assert not (tmp_path / "made.docx").exists()


def test_a_tag_that_tears_a_table_apart_is_refused_and_not_mended(
    run: Path, tmp_path: Path
) -> None:
    document = Document()
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text = "{%p if draft %}"
    table.rows[0].cells[1].text = "{%tr endif %}"
    document.save(str(tmp_path / "torn.docx"))
    with pytest.raises(KitError, match=r"torn\.docx"):
        docx.write(run, tmp_path / "made.docx", tmp_path / "torn.docx")


def test_autoescape_cannot_be_turned_off(run: Path, tmp_path: Path) -> None:
    off = "{% autoescape false %}{{ executive_summary[1] }}{% endautoescape %}"
    text = words(written(run, tmp_path / "made.docx", template(tmp_path, off)))
    assert "of <b> & {{ 7 * 7 }}" in text


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("nothing", "cannot be read"),
        ("text", "no Word document"),
        ("workbook", "no Word document"),
        ("macros", "no Word document"),
        ("object", "can run"),
        ("remote", "from elsewhere"),
        ("field", "loads"),
    ],
)
def test_a_template_that_is_none_or_could_do_harm_is_refused(
    tmp_path: Path, kind: str, said: str
) -> None:
    path = tmp_path / "bad.docx"
    document = Document()
    if kind == "text":
        path.write_text("hello")
    elif kind == "workbook":
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("xl/workbook.xml", "<x/>")
    elif kind == "macros":
        part = document.part
        part._content_type = "application/vnd.ms-word.document.macroEnabled.main+xml"
    elif kind == "object":
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        thing = Part(PackURI("/word/vbaProject.bin"), "application/x", b"x", document.part.package)
        document.part.relate_to(thing, "http://schemas.microsoft.com/vba")
    elif kind == "remote":
        document.part.relate_to(
            "http://evil.invalid/t.dotm", f"{RELATIONS}/attachedTemplate", is_external=True
        )
    elif kind == "field":
        for piece in ("DDEA", "UTO c:\\x"):
            code = OxmlElement("w:instrText")
            code.text = piece
            (document.paragraphs or [document.add_paragraph()])[0].add_run()._r.append(code)
    if kind not in ("nothing", "text", "workbook"):
        document.save(str(path))
    with pytest.raises(KitError, match=rf"bad\.docx: .*{said}"):
        Word(path, "bad.docx")


def test_a_template_is_for_word_alone(run: Path, tmp_path: Path) -> None:
    with pytest.raises(KitError, match="--template is for --format docx"):
        exports.export(run, exports.Format.csv, tmp_path / "x", template=tmp_path / "own.docx")


def test_a_logo_that_is_no_picture_is_refused(run: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(run, tmp_path / "run")
    (copied / "logo.png").write_bytes(PIXEL[:12])
    with pytest.raises(KitError, match="this picture cannot be read"):
        docx.write(copied, tmp_path / "made.docx")


def test_without_the_extra_the_command_that_installs_it_is_named(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docxtpl", None)
    monkeypatch.delitem(sys.modules, "wa_kit.exports.docx.filling", raising=False)
    monkeypatch.delattr(docx, "filling", raising=False)
    with pytest.raises(KitError, match=r"pip install 'wa-kit\[office\]'"):
        docx.write(run, tmp_path / "made.docx")


# Hostile texts

OWN_FIELDS = re.compile(r'^(?: TOC \\o "1-2" \\h \\z \\u | PAGEREF _Toc\d+ \\h |PAGE|NUMPAGES)$')


def assert_harmless(file: Path) -> None:
    """Well-formed, with our own fields alone, and no link that leads out of the document."""
    with zipfile.ZipFile(file) as package:
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                tree = etree.fromstring(package.read(name))
                codes = [code.text for code in tree.iter(qn("w:instrText"))]
                assert [code for code in codes if not OWN_FIELDS.match(code)] == []
                strange = ("w:fldSimple", "w:object", "w:altChunk", "w:script", "w:control")
                assert not [e for tag in strange for e in tree.iter(qn(tag))]
                assert not [e for e in tree.iter() if e.get("TargetMode") == "External"]
                assert not [e for e in tree.iter(qn("w:hyperlink")) if e.get(qn("r:id"))]
    for character in words(file):
        assert character.isprintable() or character in "\n\t", ascii(character)


def test_every_payload_is_readable_and_none_lives(tmp_path: Path) -> None:
    rows, found = mixed()
    texts = [text.encode("utf-8", "replace").decode() for text in PAYLOADS]
    poisoned = [
        msgspec.structs.replace(
            found[0], finding=f"{n:064}", name=text, because=text, outcome=Outcome.FAIL
        )
        for n, text in enumerate(texts)
    ]
    made = written(run_folder(tmp_path, rows, poisoned), tmp_path / "made.docx")
    assert_harmless(made)
    read = " ".join(words(made).split())
    for text in texts:
        assert " ".join(visible(text).split()) in read, text


def test_hostile_text_in_every_field_stays_text(soffice: str, tmp_path: Path) -> None:
    from samples import HOSTILE_ANSWERS

    run = run_folder(tmp_path, *hostile(), answers=HOSTILE_ANSWERS)
    told = {"executive_summary": f"{HOSTILE}\n\n=1+1", "title": "{{ 7*7 }}{_{ 7 }_}"}
    (run / "narrative.yaml").write_bytes(msgspec.json.encode(told))
    made = written(run, tmp_path / "made.docx")
    assert_harmless(made)
    assert visible(HOSTILE).split()[0] in words(made)
    assert "{{ 7*7 }}" in as_pdf(soffice, made, tmp_path)


# Pictures


def test_charts_are_drawn_where_a_browser_is(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BROWSER_PATH", found_browser() or lacking("no browser"))
    monkeypatch.setattr(docx, "draw", drawing.draw)
    file = written(run, tmp_path / "made.docx")
    with zipfile.ZipFile(file) as package:
        drawn = [name for name in package.namelist() if name.startswith("word/media/")]
        assert any(len(package.read(name)) > 5_000 for name in drawn)
        assert len(drawn) >= 3
