"""Names and the aliases that stand for them, and text in which each name gives way to its alias.

Pure: it knows no run and no file. A name is replaced as whole words, the longest first, whatever
the case of its letters.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

_TOKEN = re.compile(r"[^\W_]+|[\W_]")
_ALIAS = object()  # the mark of a node of the tree at which a name ends
_NOTHING: dict[str, str] = {}
_ARGUMENT = re.compile(r"(?<= )(?:'[^']*'|\S+)")


def assigned(nouns: Mapping[str, str], same: Mapping[str, str], taken: Collection[str]) -> Aliases:
    """An alias for each name: its noun and a number, in the order of the names.

    ``nouns`` is name -> noun; ``same`` is name -> the name whose alias it shares. An alias that is
    itself a name of the run (``taken``) is passed over.
    """
    names: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for name in sorted(nouns, key=lambda name: (nouns[name], name)):
        noun = nouns[name]
        alias = ""
        while not alias or alias in taken:
            numbers[noun] = numbers.get(noun, 0) + 1
            alias = _shaped(noun, numbers[noun])
        names[name] = alias
    return {**names, **{name: names[other] for name, other in same.items() if other in names}}


def _shaped(noun: str, number: int) -> str:
    """Account and organization ids keep their form: readers of policies and files rely on it."""
    if noun == "account":
        return f"{number:012}"
    return f"o-organization{number}" if noun == "organization" else f"{noun}-{number}"


Aliases = dict[str, str]


class Replacer:
    """Puts aliases where names were."""

    def __init__(self, aliases: Aliases, plain: Collection[str], digits: Collection[str]) -> None:
        """``plain`` names are also common words: they give way only where they stand alone.

        ``digits`` are account ids, replaced inside longer words too.
        """
        self._aliases = aliases
        self._tree: dict[Any, Any] = {}
        self._digits = re.compile("|".join(sorted(digits))) if digits else None
        for name, alias in sorted(aliases.items()):
            if name not in plain:
                self._plant(name, alias)

    def _plant(self, name: str, alias: str) -> None:
        node = self._tree
        for token in _TOKEN.findall(name.lower()):
            node = node.setdefault(token, {})
        node.setdefault(_ALIAS, {})[name] = alias

    def whole(self, value: str) -> str:
        """A value that may be a name; text where it is none."""
        return self._aliases.get(value) or self.text(value)

    def command(self, line: str) -> str:
        """A command line, whose arguments may be names."""
        return self.text(_ARGUMENT.sub(lambda found: self._argument(found[0]), line))

    def _argument(self, word: str) -> str:
        bare = word.strip("'")
        return word.replace(bare, self._aliases[bare]) if bare in self._aliases else word

    def text(self, value: str) -> str:
        """``value`` with every name in it replaced."""
        tokens = _TOKEN.findall(value)
        lower = [token.lower() for token in tokens]
        made, place = [], 0
        while place < len(tokens):
            length, names = self._longest(lower, place)
            if names:
                said = "".join(tokens[place : place + length])
                made.append(names.get(said) or next(iter(names.values())))
            else:
                length = 1
                made.append(tokens[place])
            place += length
        text = "".join(made)
        return self._digits.sub(lambda id_: self._aliases[id_[0]], text) if self._digits else text

    def _longest(self, tokens: list[str], start: int) -> tuple[int, dict[str, str]]:
        node, found = self._tree, (0, _NOTHING)
        for place in range(start, len(tokens)):
            if tokens[place] not in node:
                break
            node = node[tokens[place]]
            if _ALIAS in node:
                found = (place - start + 1, node[_ALIAS])
        return found
