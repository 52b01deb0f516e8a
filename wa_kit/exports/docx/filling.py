"""A Word template filled in. It may come from a stranger, and the texts in it from worse.

Its tags run in a sandbox and see plain values; what they print is escaped, whatever the template
asks for. A template that carries macros, or loads anything from elsewhere, is refused.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr
from zipfile import BadZipFile

import jinja2
from docx.image.exceptions import (
    InvalidImageStreamError,
    UnexpectedEndOfFileError,
    UnrecognizedImageError,
)
from docx.image.image import Image
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.shared import Cm
from docxtpl import DocxTemplate, InlineImage
from jinja2.sandbox import ImmutableSandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from wa_kit.exports.docx import contents
from wa_kit.model import KitError
from wa_kit.suggestions.drafts import EXPRESSION_FAULTS
from wa_kit.written import did_you_mean

_MOST_BYTES = 20_000_000
_LONGEST = 255  # characters that a document's property holds
_LARGEST = (Cm(16.5), Cm(21))  # of a picture: what A4 leaves
LOGO = (Cm(6), Cm(2.2))
_UNSAFE = ("safe", "tojson", "urlize", "xmlattr")  # filters that make markup of a text
_ACTIVE = re.compile(r"vbaProject|activeX|oleObject|/embeddings/", re.IGNORECASE)
_LOADS = re.compile(r"\b(?:DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|LINK|DATABASE)\b", re.IGNORECASE)
_BEFORE_TINT = ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders")
_HELP = "docs/word-template.md describes every name."


class Word:
    """A template that was opened, and found to be harmless."""

    def __init__(self, template: Path, name: str) -> None:
        self._name = name
        self._word = _Template(io.BytesIO(_content(template, name)))
        self._environment = _environment()
        try:
            _refuse_active(self._word.get_docx(), name)
        except (PackageNotFoundError, BadZipFile, KeyError, ValueError, etree.Error) as error:
            raise KitError(f"{name}: this is no Word document (.docx). {error}") from error

    def picture(self, content: bytes, alt: str, most: tuple[int, int] = _LARGEST) -> Any:
        """``content`` as a template prints it, at most so large; nothing where it is empty."""
        return _Picture(self._word, content, alt, most) if content else ""

    def fill(self, told: dict[str, Any], file: Path) -> None:
        """Raises ``KitError`` that names the tag which does not work."""
        with self._blamed(told):
            self._word.render(told, self._environment, autoescape=True)
        document = self._word.docx
        properties = document.core_properties
        properties.title, properties.author = (
            str(told[name])[:_LONGEST] for name in ("title", "prepared_by")
        )
        contents.fill(document)
        document.save(str(file))

    @contextmanager
    def _blamed(self, told: dict[str, Any]) -> Iterator[None]:
        try:
            unknown = self._word.get_undeclared_template_variables(self._environment, told)
            for name in sorted(unknown - self._environment.globals.keys()):
                hint = did_you_mean(name, told) or _HELP
                raise KitError(
                    f"{self._name}: the template names {name!r}, which there is not. {hint}"
                )
            yield
        except jinja2.TemplateSyntaxError as error:
            raise KitError(
                f"{self._name}: a tag is broken ({error.message}){_near(error)}. {_HELP}"
            ) from error
        except etree.XMLSyntaxError as error:
            raise KitError(
                f"{self._name}: a tag tears a paragraph or a table row apart. Around whole "
                "paragraphs write {%p ... %}, around whole rows {%tr ... %}."
            ) from error
        except (jinja2.TemplateError, *EXPRESSION_FAULTS) as error:
            raise KitError(
                f"{self._name}: the template cannot be filled in: {error}. {_HELP}"
            ) from error


class _Template(DocxTemplate):  # type: ignore[misc]  # docxtpl has no types
    """docxtpl's, but for what it repairs in silence, and what it does twice or not quite."""

    def fix_tables(self, xml: str) -> Any:
        etree.fromstring(xml)  # refuses what docxtpl would mend by leaving out
        tree = super().fix_tables(xml)
        for cell in tree.iter(qn("w:tcPr")):
            _in_order(cell)
        return tree

    def render_properties(self, context: Any, jinja_env: Any = None) -> None:
        """They are set as they are: docxtpl would escape them twice."""

    def render_footnotes(self, context: Any, jinja_env: Any = None) -> None:
        """Once, and not once a section: what was filled in would be taken for tags."""
        for part in self.docx.part.package.parts:
            if part.content_type.endswith("wordprocessingml.footnotes+xml"):
                xml = self.patch_xml(part.blob.decode("utf-8"))
                part._blob = self.render_xml_part(xml, part, context, jinja_env).encode("utf-8")


def _in_order(cell: Any) -> None:
    """A tint where the format wants it; docxtpl puts it first."""
    if len(cell) and cell[0].tag == qn("w:shd"):
        ahead = {qn(f"w:{name}") for name in _BEFORE_TINT}
        cell.insert(1 + sum(child.tag in ahead for child in cell), cell[0])


class _Picture(InlineImage):  # type: ignore[misc]  # docxtpl has no types
    """A picture with words for those who cannot see it."""

    def __init__(self, word: _Template, content: bytes, alt: str, most: tuple[int, int]) -> None:
        try:
            image = Image.from_blob(content)
            scale = min(most[0] / image.width, most[1] / image.height)
        except (
            InvalidImageStreamError,
            UnexpectedEndOfFileError,
            UnrecognizedImageError,
            ZeroDivisionError,
        ) as error:
            raise KitError(f"{alt}: this picture cannot be read. Save it anew as PNG.") from error
        size = int(image.width * scale), int(image.height * scale)
        super().__init__(word, io.BytesIO(content), *size)
        self._alt = alt

    def _insert_image(self) -> str:
        made: str = super()._insert_image()
        return made.replace("<wp:docPr ", f"<wp:docPr descr={quoteattr(self._alt)} ", 1)


def _content(template: Path, name: str) -> bytes:
    try:
        with template.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except OSError as error:
        raise KitError(f"{name}: it cannot be read ({error.strerror}).") from error
    if len(content) > _MOST_BYTES:
        raise KitError(
            f"{name}: it is larger than {_MOST_BYTES:,} bytes. Make its pictures smaller."
        )
    return content


def _refuse_active(document: Any, name: str) -> None:
    """A report is read by people who trust it: it runs nothing and asks nobody."""
    for part in document.part.package.iter_parts():
        if _ACTIVE.search(str(part.partname)):
            raise KitError(
                f"{name}: it carries something that can run ({part.partname}). Take it out."
            )
        for link in part.rels.values():
            if link.is_external and link.reltype != RELATIONSHIP_TYPE.HYPERLINK:
                raise KitError(
                    f"{name}: it loads {link.target_ref} from elsewhere. Put that into the file."
                )
        if part.content_type.endswith("+xml"):
            for code in _field_codes(etree.fromstring(part.blob)):
                if _LOADS.search(code):
                    raise KitError(f"{name}: its field {code.strip()!r} loads. Take it out.")


def _field_codes(root: Any) -> Iterator[str]:
    """What the fields of a part ask for; Word may spread one over several runs."""
    for paragraph in root.iter("{*}p"):
        yield "".join(code.text or "" for code in paragraph.iter("{*}instrText"))
    for field in root.iter("{*}fldSimple"):
        yield "".join(field.attrib.values())


def _environment() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=True, finalize=_printed
    )
    for name in _UNSAFE:
        del made.filters[name]
    return made


def _printed(value: Any) -> Any:
    """Escaped here, so that no ``{% autoescape false %}`` prints markup; nothing for ``None``."""
    if value is None:
        return ""
    return value if hasattr(value, "__html__") else Markup(escape(value))


def _near(error: jinja2.TemplateSyntaxError) -> str:
    """The text around a broken tag."""
    around = getattr(error, "docx_context", ())
    lines = [line.strip() for line in around if "{" in line]
    return f", near {lines[min(3, len(lines) - 1)]!r}" if lines else ""
