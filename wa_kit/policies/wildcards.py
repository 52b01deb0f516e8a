"""IAM's two wildcards: ``*`` is any run of characters, colons and slashes too; ``?`` is one.

No regular expressions: policies are written by others, and backtracking on ``*a*a*a*b`` takes
time that grows with every star.
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=4096)  # policies ask for the same few actions again and again
def matches(pattern: str, text: str) -> bool:
    """Whether ``pattern`` covers ``text``.

    ``text`` may be a pattern too: then the answer is whether all that it stands for is covered.
    That is why ``?`` does not match a ``*``.
    """
    at = seen = resume = 0
    star = -1
    while seen < len(text):
        if at < len(pattern) and pattern[at] == "*":
            star, resume = at, seen
            at += 1
        elif at < len(pattern) and _fits(pattern[at], text[seen]):
            at += 1
            seen += 1
        elif star >= 0:  # let the last star take one character more
            resume += 1
            at, seen = star + 1, resume
        else:
            return False
    return not pattern[at:].strip("*")


def _fits(wanted: str, char: str) -> bool:
    return wanted == char or (wanted == "?" and char != "*")


def overlaps(one: str, other: str) -> bool:
    """Whether any text at all matches both patterns."""
    if "*" not in other and "?" not in other:  # almost always: one action, one ARN
        return matches(one, other)
    if "*" not in one and "?" not in one:
        return matches(other, one)
    plain = _plain_start(one, other)
    if one[:plain] != other[:plain]:
        return False
    one, other = one[plain:], other[plain:]
    above = [True] + [False] * len(other)
    for j, there in enumerate(other, 1):
        above[j] = there == "*" and above[j - 1]
    for here in one:
        row = [here == "*" and above[0]]
        for j, there in enumerate(other, 1):
            if here == "*" or there == "*":  # a star is empty, or takes what the other side has
                row.append(above[j] or row[j - 1])
            else:
                row.append(above[j - 1] and (here == there or "?" in (here, there)))
        above = row
    return above[-1]


def _plain_start(one: str, other: str) -> int:
    """How many characters both patterns begin with before either has a wildcard."""
    for place, (here, there) in enumerate(zip(one, other, strict=False)):
        if here in "*?" or there in "*?":
            return place
    return min(len(one), len(other))
