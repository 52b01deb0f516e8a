"""The patterns of metric filters in CloudWatch Logs: conditions in braces, or words."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from wa_kit.event_patterns.shared import COMPARE, Event, PatternError, like


def filter_matches(pattern: str, event: Event) -> bool:
    """Whether a metric filter with this pattern counts ``event``, logged as JSON."""
    text = pattern.strip()
    if text.startswith("{") and text.endswith("}"):
        return _Conditions(text[1:-1], event).evaluate()
    if text.startswith("["):
        raise PatternError("a pattern for fields between spaces, but CloudTrail writes JSON")
    logged = json.dumps(event, separators=(",", ":"))
    if len(text) > 2 and text[0] == text[-1] == "%":
        return _regex(text[1:-1], logged)
    return _terms(text, logged)


def _terms(text: str, logged: str) -> bool:
    """Words that must all occur, ``-`` those that must not, ``?`` those of which one must."""
    required: list[bool] = []
    optional: list[bool] = []
    for sign, quoted, bare in re.findall(r'([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))', text):
        word = quoted.replace('\\"', '"') or bare
        if sign == "-" and word in logged:
            return False
        if sign != "-":
            (optional if sign else required).append(word in logged)
    return all(required) and (bool(required) or not optional or any(optional))


_REPEATS = 3  # more of them could take long on a text that does not match


def _regex(pattern: str, text: str) -> bool:
    if "(" in pattern or len(re.findall(r"[*+{]", pattern)) > _REPEATS:
        raise PatternError(f"the regular expression %{pattern}% is not one that the kit evaluates")
    try:
        return re.search(pattern, text) is not None
    except re.error as error:
        raise PatternError(f"%{pattern}% is no regular expression: {error}") from error


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<sign>&&|\|\||\(|\)|!=|<=|>=|=|<|>)
      | "(?P<quoted>(?:[^"\\]|\\.)*)"
      | %(?P<regex>[^%]*)%
      | (?P<selector>\$(?:\.?\[[^\]]*\]|\.[^\s.\[()=!<>&|]+)*)
      | (?P<word>[^\s()=!<>&|"]+)
    )""",
    re.VERBOSE,
)
_STEP = re.compile(r"\.?\[\s*(?:(\d+)|'([^']*)'|\"([^\"]*)\")\s*\]|\.([^.\[]+)")
_DEEPEST = 50
_ABSENT = object()


class _Conditions:
    """What stands between the braces, evaluated as it is read: && binds closer than ||."""

    def __init__(self, text: str, event: Event) -> None:
        self._event = event
        self._tokens: list[tuple[str, str]] = []
        at, end = 0, len(text.rstrip())
        while at < end:
            found = _TOKEN.match(text, at)
            if not found or not found.lastgroup:
                raise PatternError(f"cannot read {text[at:].strip()!r}")
            self._tokens.append((found.lastgroup, found[found.lastgroup]))
            at = found.end()
        self._at = 0

    def evaluate(self) -> bool:
        answer = self._any(0)
        if self._at < len(self._tokens):
            raise PatternError(f"did not expect {self._tokens[self._at][1]!r}")
        return answer

    def _any(self, depth: int) -> bool:
        if depth > _DEEPEST:
            raise PatternError(f"more than {_DEEPEST} brackets, one in another")
        answer = self._all(depth)
        while self._take("||"):
            answer = self._all(depth) or answer
        return answer

    def _all(self, depth: int) -> bool:
        answer = self._one(depth)
        while self._take("&&"):
            answer = self._one(depth) and answer
        return answer

    def _one(self, depth: int) -> bool:
        if not self._take("("):
            return self._condition()
        answer = self._any(depth + 1)
        if not self._take(")"):
            raise PatternError("a bracket is not closed")
        return answer

    def _take(self, sign: str) -> bool:
        if self._tokens[self._at : self._at + 1] == [("sign", sign)]:
            self._at += 1
            return True
        return False

    def _next(self) -> tuple[str, str]:
        if self._at == len(self._tokens):
            raise PatternError("it ends too early")
        self._at += 1
        return self._tokens[self._at - 1]

    def _condition(self) -> bool:
        kind, selector = self._next()
        if kind != "selector":
            raise PatternError(f"expected a field such as $.eventName, not {selector!r}")
        value = _select(selector, self._event)
        kind, sign = self._next()
        if kind == "word":
            return self._in_words(sign.upper(), value)
        kind, text = self._next()
        if kind not in ("word", "quoted", "regex"):
            raise PatternError(f"expected a value, not {text!r}")
        if sign == "=":
            return _equal(kind, text, value)
        if sign == "!=":
            return not _equal(kind, text, value)
        return _ordered(sign, text, value)

    def _in_words(self, word: str, value: Any) -> bool:
        if word == "EXISTS":
            return value is not _ABSENT
        if word == "NOT" and self._next()[1].upper() == "EXISTS":
            return value is _ABSENT
        named = {"NULL": None, "TRUE": True, "FALSE": False}
        if word == "IS" and (what := self._next()[1].upper()) in named:
            return value is named[what]
        raise PatternError(f"did not expect {word!r}")


def _select(selector: str, event: Any) -> Any:
    """What a selector such as ``$.userIdentity.arn`` or ``$.list[0]`` finds in ``event``."""
    for index, single, double, name in _STEP.findall(selector[1:]):
        key = single or double or name
        if index and isinstance(event, list) and int(index) < len(event):
            event = event[int(index)]
        elif not index and isinstance(event, Mapping) and key in event:
            event = event[key]
        else:
            return _ABSENT
    return event


def _equal(kind: str, text: str, value: Any) -> bool:
    """A field that is absent equals nothing."""
    if isinstance(value, bool):
        return text.lower() == str(value).lower()
    if isinstance(value, (int, float)):
        try:
            return float(text) == value
        except ValueError:
            return like(text.split("*"), str(value))
    if kind == "regex":
        found = _regex(text, value if isinstance(value, str) else "")
        return found and isinstance(value, str)
    plain = re.sub(r"\\(.)", r"\1", text) if kind == "quoted" else text
    return isinstance(value, str) and like(plain.split("*"), value)


def _ordered(sign: str, text: str, value: Any) -> bool:
    if sign not in COMPARE:
        raise PatternError(f"did not expect {sign!r}")
    try:
        number = float(text)
    except ValueError as error:
        raise PatternError(f"{text!r} is no number") from error
    there = isinstance(value, (int, float)) and not isinstance(value, bool)
    return there and COMPARE[sign](value, number)
