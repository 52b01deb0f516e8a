"""The responsibility matrix as people wrote it: who does, answers for, is asked and is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from wa_kit.answers import Involved
from wa_kit.review.material import Material
from wa_kit.shown import Child, Html, Parts, Table, bullets, el, folded, join
from wa_kit.wording import listing, plural

_LETTERS = {"R": "responsible", "A": "accountable", "C": "consulted", "I": "informed"}


def matrix(material: Material) -> Parts:
    """Roles by practice and by artefact, with the gaps in words."""
    raci = material.answers.raci
    if not (raci.roles or raci.practices or raci.artefacts):
        words = "Nobody has filled in a responsibility matrix yet: raci in answers.yaml."
        return Parts(el("p", words, class_="nothing"))
    roles = _roles(material)
    artefacts = _artefacts(material)
    return Parts(
        el(
            "p",
            *(join(el("b", letter), f" {word}. ") for letter, word in _LETTERS.items()),
            "A line needs somebody responsible and somebody accountable.",
        ),
        _lines("practice", _practices(material), raci.practices, roles),
        _lines("document", artefacts, raci.artefacts, roles),
        _holders(material, roles),
    )


def _roles(material: Material) -> dict[str, str]:
    """Role id -> title: those of the questions, then those that the team added."""
    asked = (role for _, q in material.asked if q for role in q.roles)
    titles = {role.id: role.title for role in asked}
    return titles | {
        name: role.title or titles.get(name, name)
        for name, role in material.answers.raci.roles.items()
    }


def _practices(material: Material) -> dict[str, str]:
    asked = (p for _, q in material.asked if q for p in q.practices)
    known = {p.choice: f"{p.practice} {p.title}" for p in asked}
    return known | {name: name for name in material.answers.raci.practices if name not in known}


def _artefacts(material: Material) -> dict[str, str]:
    asked = (a for _, q in material.asked if q for a in q.artefacts)
    own = {name: d.title for name, d in material.answers.artefacts.items() if d.title}
    known = own | {a.id: a.title for a in asked}
    return known | {name: name for name in material.answers.raci.artefacts if name not in known}


def _lines(
    noun: str, titles: Mapping[str, str], said: Mapping[str, Involved], roles: Mapping[str, str]
) -> Parts:
    rows = (
        (titles[name], *(_letters(who, role) for role in roles), _gap(who))
        for name, who in sorted(said.items(), key=lambda line: titles[line[0]])
    )
    columns = (noun.capitalize(), *roles.values(), "Gap")
    left = sorted(title for name, title in titles.items() if name not in said)
    return Parts(
        Table(f"Who does what, by {noun}", columns, rows, kind="matrix") if said else None,
        folded(f"Nobody named: {plural(len(left), noun)}", bullets(left)) if left else None,
    )


def _letters(who: Involved, role: str) -> Html | str:
    holds = {
        "R": role in who.responsible,
        "A": role == who.accountable,
        "C": role in who.consulted,
        "I": role in who.informed,
    }
    found = [letter for letter, does in holds.items() if does]
    return join(*_spelled(found)) if found else ""


def _spelled(letters: list[str]) -> Iterator[Child]:
    for at, letter in enumerate(letters):
        yield " " if at else None
        yield el("abbr", letter, title=_LETTERS[letter], class_=f"raci {_LETTERS[letter]}")


def _gap(who: Involved) -> str:
    missing = [
        word
        for word, named in (("responsible", who.responsible), ("accountable", who.accountable))
        if not named
    ]
    return f"nobody {listing(missing)}" if missing else "none"


def _holders(material: Material, roles: Mapping[str, str]) -> Table | None:
    said = material.answers.raci.roles
    if not said:
        return None
    rows = (
        (
            roles[name],
            listing(role.held_by) if role.held_by else "nobody named",
            listing(role.principals) if role.principals else "not said",
        )
        for name, role in said.items()
    )
    return Table("Who holds each role", ("Role", "Held by", "Acts in AWS as"), rows)
