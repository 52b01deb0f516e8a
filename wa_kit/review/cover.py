"""How a review presents itself: its cover on screen and on paper, and the reviewer's own words.

What narrative.yaml does not say is not shown; without the file a review is about the account alone.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator

from wa_kit.narrative import picture_kind
from wa_kit.review.material import Material
from wa_kit.review.words import chip, heading
from wa_kit.shown import Child, Html, clamped, el, join, paragraphs, terms
from wa_kit.suggestions import listing, plural

TITLE = "Data protection review"
_WHEN = "%d %B %Y, %H:%M"
_REGIONS = 4  # named, and not only counted
_TITLE, _LABEL = 70, 24  # characters of the first screen; the whole stands below it


def cover(material: Material) -> Html:
    """What was reviewed and when: two lines on the first screen, a sheet of its own on paper."""
    return _sheet(material) if material.paper else _masthead(material)


def narrative(material: Material) -> Html | None:
    """The reviewer's own summary, and whose review this is; nothing where nobody said it."""
    told = material.narrative
    about = [] if material.paper else list(_about(material))  # on paper the cover has it
    made = join(
        heading(2, "Executive summary", id="executive-summary") if told.executive_summary else None,
        _prose(told.executive_summary),
        heading(2, "About this review", id="about-this-review") if about else None,
        terms(about, class_="facts") if about else None,
    )
    return made or None


def limitations(material: Material) -> Html | None:
    """What the reviewer left out."""
    if not material.narrative.limitations:
        return None
    return join(
        heading(3, "Limits that the reviewer names", id="limitations"),
        _prose(material.narrative.limitations),
    )


def _prose(words: str) -> Html:
    return el("div", paragraphs(words), class_="own-words") if words.strip() else Html()


def _masthead(material: Material) -> Html:
    told, manifest = material.narrative, material.manifest
    facts = [
        f"AWS account {manifest.account}",
        _regions(manifest.regions),
        f"evidence of {material.read_on(_WHEN)}",
    ]
    return join(
        el(
            "div",
            heading(1, clamped(told.title or TITLE, _TITLE), id="review"),
            chip("draft-mark", "Draft") if told.status == "draft" else None,
            chip("label", clamped(told.confidentiality, _LABEL)) if told.confidentiality else None,
            _logo(material),
            class_="masthead",
        ),
        _simulation(material),
        el("p", *_between(" · ", facts), class_="cover"),
    )


def _sheet(material: Material) -> Html:
    """The cover of a document. The running lines of each sheet are taken from its parts."""
    told, manifest = material.narrative, material.manifest
    return el(
        "section",
        el("div", _logo(material), class_="cover-logo"),
        el("p", told.customer, class_="customer") if told.customer else None,
        heading(1, told.title or TITLE, id="review"),
        el("p", "Draft", class_="draft-mark") if told.status == "draft" else None,
        _simulation(material),
        terms(
            [
                *_about(material),
                ("AWS account", manifest.account),
                ("Regions", _regions(manifest.regions)),
                ("Evidence of", material.read_on(_WHEN)),
                ("Made by", f"wa-kit {manifest.kit_version}"),
            ],
            class_="facts",
        ),
        el("p", told.confidentiality, class_="label") if told.confidentiality else None,
        class_="cover-sheet",
    )


def _about(material: Material) -> Iterator[tuple[Child, Child]]:
    told = material.narrative
    said: dict[str, object] = {
        "Title": told.title if not material.paper else "",
        "Customer": told.customer if not material.paper else "",
        "Prepared for": told.prepared_for,
        "Prepared by": told.prepared_by,
        "Date": f"{told.date:%d %B %Y}" if told.date else "",
        "Version": told.version,
        "Status": "Draft" if told.status == "draft" else "",
        "Confidentiality": told.confidentiality,
    }
    return ((name, words) for name, words in said.items() if words)


def _logo(material: Material) -> Html | None:
    kind = picture_kind(material.logo)
    if kind is None:
        return None
    whose = material.narrative.prepared_by or "the reviewer"
    source = f"data:image/{kind};base64,{base64.b64encode(material.logo).decode()}"
    return el("img", src=source, alt=f"Logo of {whose}", class_="logo")


def _regions(regions: tuple[str, ...]) -> str:
    count = plural(len(regions), "region")
    return f"{count}: {listing(regions)}" if len(regions) <= _REGIONS else count


def _simulation(material: Material) -> Html | None:
    if not material.manifest.simulation:
        return None
    words = "Simulation. The evidence comes from a simulated estate, not from AWS."
    return el("p", words, class_="simulation", role="note")


def _between(mark: str, items: list[str]) -> Iterator[Child]:
    for place, item in enumerate(items):
        yield mark if place else None
        yield item
