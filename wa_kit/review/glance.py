"""The first page: how bad it is, how sure that is, and what to do first.

It is one screen, so everything here is cut to its length; a link leads to the whole.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator

from wa_kit.model import SEVERITIES, Reason
from wa_kit.review.material import Material
from wa_kit.review.words import REASONS, called, link, place, sentence, severity
from wa_kit.shown import Child, Html, bullets, clamped, el, join
from wa_kit.suggestions import Blind, Standing, Trouble, listing, plural

_WORST = 5
_BLIND_SPOTS = 2
_REGIONS = 4  # named, and not only counted
_NAME, _OWNER, _CONSEQUENCE = 44, 24, 110  # characters


def first_page(material: Material) -> Html:
    """The verdict, what was seen, the worst, what changed, and what is asked of the reader."""
    return el(
        "div",
        el("p", verdict(material), class_="verdict"),
        el("p", how_bad(material), class_="how-bad"),
        el(
            "div",
            _panel("How much was seen", *_seen(material)),
            _panel("Known classification", *_classified(material)),
            _panel("Since the last review", *_changed(material)),
            _panel("Exceptions", *_exceptions(material)),
            class_="panels",
        ),
        el(
            "div",
            _panel("What first", _worst(material), class_="panel wide"),
            _panel("Decisions asked of you", _decisions(material)),
            class_="panels two",
        ),
        class_="glance",
    )


def verdict(material: Material) -> str:
    """One sentence over all questions."""
    counts = Counter(s.standing for s in material.summary.questions)
    total = counts.total()
    words = {
        Standing.SUPPORTED: ("is supported", "are supported"),
        Standing.GAPS: ("has gaps", "have gaps"),
        Standing.CANNOT_TELL: ("cannot be told", "cannot be told"),
        Standing.NOTHING_HERE: ("finds nothing to judge", "find nothing to judge"),
        Standing.ASK: ("is for people to answer", "are for people to answer"),
    }
    said = [f"{counts[s]} {one if counts[s] == 1 else many}" for s, (one, many) in words.items()]
    parts = [part for part in said if not part.startswith("0 ")]
    if not parts:
        return "This review asks no question."
    return f"Of {plural(total, 'question')}, {listing(parts)}."


def how_bad(material: Material) -> Html:
    """How much fails, by how serious it is."""
    open_ = material.summary.open
    counts = Counter(trouble.severity for trouble in open_)
    if not open_:
        return join(material.nothing_fails)
    said = [f"{counts[name]} {name}" for name in SEVERITIES if counts[name]]
    fails = "fails" if len(open_) == 1 else "fail"
    return join(
        link("action-plan", f"{plural(len(open_), 'thing')} {fails} at least one check"),
        f", by the worst failure of each: {listing(said)}.",
    )


def _panel(title: str, *inside: Child, class_: str = "panel") -> Html:
    return el("div", el("h3", title), *inside, class_=class_)


def _seen(material: Material) -> Iterator[Html]:
    stores = material.summary.stores
    if stores.seen:
        yield el("p", _figure(stores.assessed, stores.seen), " data stores", class_="fact")
    else:
        yield el("p", el("b", "No data store"), " was seen", class_="fact")
    blind = sorted(material.summary.not_seen, key=lambda spot: -spot.findings)
    if not blind:
        yield el("p", "Nothing in scope was left unread.")
        return
    yield bullets((_blind(spot) for spot in blind[:_BLIND_SPOTS]), class_="blind")
    more = len(blind) - _BLIND_SPOTS
    words = f"and {plural(more, 'blind spot')} more" if more > 0 else "What would open this"
    yield el("p", link("what-could-not-be-seen", words), class_="onward")


def _blind(spot: Blind) -> Html:
    asked = clamped(spot.action or spot.operation, _NAME)
    why = el("code", asked) if asked else REASONS[Reason(spot.reason)]
    return join("blind to ", clamped(spot.what, _OWNER), " in ", place(spot.region), ": ", why)


def _classified(material: Material) -> Iterator[Html]:
    stores = material.summary.stores
    if not stores.seen:
        yield el("p", "There is no data store to speak of.")
        return
    yield el("p", _figure(stores.classified, stores.seen), " data stores", class_="fact")
    rest = stores.seen - stores.classified
    if rest:
        yield el(
            "p",
            f"For the {plural(rest, 'other')} a pass says only that the default level is reached, "
            "not that it suits the data.",
        )
    else:
        yield el("p", "A pass means that each is protected as its class requires.")


def _changed(material: Material) -> Iterator[Html]:
    changes = material.summary.changes
    if changes is None:
        yield el("p", el("b", "First review"), class_="fact")
        yield el("p", "There is no earlier run to compare with.")
        return
    yield el("p", el("b", f"{changes.new_failures:,}"), " new failures", class_="fact")
    yield el(
        "p",
        f"{changes.resolved:,} resolved, {changes.no_longer_seen:,} no longer assessed, "
        f"since {_day(changes.since)}.",
    )


def _day(run: str) -> str:
    """``20261121T112556Z`` as a date; the name itself where it is none."""
    try:
        return f"{dt.datetime.strptime(run[:8], '%Y%m%d'):%d %B %Y}"
    except ValueError:
        return run


def _exceptions(material: Material) -> Iterator[Html]:
    entries = material.answers.exceptions
    if not entries:
        yield el("p", el("b", "None"), class_="fact")
        yield el("p", "Nobody has accepted a failure.")
        return
    today = material.today
    accepted = material.summary.accepted
    words = " failure accepted" if accepted == 1 else " failures accepted"
    yield el("p", el("b", f"{accepted:,}"), words, class_="fact")
    names = {f.resource: f.name for f in material.findings if f.exception}
    next_to_end = sorted(entries, key=lambda e: (not e.holds_on(today), e.expires))
    lines = [
        join(
            el("bdi", clamped(called(names.get(e.resource, ""), e.resource), _OWNER)),
            f", {'until' if e.holds_on(today) else 'ran out'} {e.expires}: ",
            clamped(e.owner, _OWNER),
        )
        for e in next_to_end[:_BLIND_SPOTS]
    ]
    yield bullets(lines)
    more = len(entries) - _BLIND_SPOTS
    words = f"and {plural(more, 'exception')} more" if more > 0 else "All exceptions"
    yield el("p", link("exceptions-and-disputes", words), class_="onward")


def _worst(material: Material) -> Html:
    worst = material.summary.open[:_WORST]
    if not worst:
        return el("p", material.nothing_fails)
    return el("ol", *(el("li", *_trouble(material, trouble)) for trouble in worst), class_="worst")


def _trouble(material: Material, trouble: Trouble) -> Iterator[Child]:
    name = clamped(called(trouble.name.rstrip("."), trouble.resource), _NAME)
    where = [place(region) for region in trouble.regions]
    regions = listing(where) if len(where) < _REGIONS else plural(len(where), "region")
    yield severity(trouble.severity)
    yield " "
    yield link(material.told_by(trouble), el("bdi", name, class_="name"))
    yield el("span", f" {clamped(trouble.service, _OWNER)}, {regions}")
    yield el("br")
    consequence = clamped(sentence(trouble.because).rstrip("."), _CONSEQUENCE)
    yield consequence if consequence.endswith("…") else f"{consequence}."
    yield " "
    owner = clamped(trouble.owner, _OWNER) or "nobody named"
    yield el("span", "Owner: ", el("bdi", owner), class_="owner")


def _decisions(material: Material) -> Html:
    return bullets(decisions(material), class_="decisions")


def decisions(material: Material) -> Iterator[Html]:
    """What the reader has to decide, at most five things."""
    summary = material.summary
    urgent = [t for t in summary.open if t.severity in ("critical", "high")]
    if urgent:
        work = plural(len(urgent), "resource")
        yield join("Who repairs ", link("action-plan", f"the failures on {work}"), ", by when?")
    ownerless = sum(1 for trouble in summary.open if not trouble.owner)
    if ownerless:
        yield join(f"Who owns the {plural(ownerless, 'failing resource')} that name nobody?")
    unclassified = summary.stores.seen - summary.stores.classified
    if unclassified:
        yield join(f"What do {plural(unclassified, 'data store')} without a known class hold?")
    if summary.not_seen:
        yield join(
            "May the review read ", link("what-could-not-be-seen", "what it could not see"), "?"
        )
    unanswered = summary.reasons.get("no_answer", 0)
    if unanswered:
        yield join("Who answers ", link("open-points", plural(unanswered, "open point")), "?")
    if not (urgent or ownerless or unclassified or summary.not_seen or unanswered):
        yield join("When is the next review?")


def _figure(part: int, whole: int) -> Html:
    return join(el("b", f"{part:,}"), f" of {whole:,}")
