"""A policy document, read from what AWS returned.

Reading is strict about what changes the meaning (an unknown element, a second Action) and
tolerant about what does not (one value or a list, the case of actions and condition keys).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

import msgspec

from wa_kit.policies.principals import Principal, named
from wa_kit.policies.statements import Condition, Statement

_ELEMENTS = (
    "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource",
    "Condition",
)  # fmt: skip
_PRINCIPALS = ("AWS", "Service", "Federated", "CanonicalUser")
_QUANTIFIERS: dict[str, Literal["", "any", "all"]]
_QUANTIFIERS = {"": "", "foranyvalue": "any", "forallvalues": "all"}


class PolicyError(ValueError):
    """This is no policy, or one with an element that the kit does not know."""


class Policy(msgspec.Struct, frozen=True):
    """A policy document."""

    statements: tuple[Statement, ...]

    @property
    def allows(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.statements if one.effect == "Allow")

    @property
    def denies(self) -> tuple[Statement, ...]:
        return tuple(one for one in self.statements if one.effect == "Deny")

    @classmethod
    def parse(cls, document: str | Mapping[str, Any]) -> Policy:
        """From JSON text or what it decodes to. Raises ``PolicyError``, and nothing else."""
        if isinstance(document, str):
            document = _decoded(document)
        if not isinstance(document, Mapping):
            raise PolicyError(f"a policy is a JSON object, not a {type(document).__name__}")
        if "Statement" not in document:
            raise PolicyError("the policy has no Statement")
        said = document["Statement"]
        listed = said if isinstance(said, list | tuple) else [said]
        return cls(tuple(_statement(place, one) for place, one in enumerate(listed, 1)))


def _decoded(text: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once_each)
    except PolicyError:
        raise
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"the policy is no JSON: {error}") from error


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):  # Python would keep the last and drop the others unseen
        names = [name for name, _ in pairs]
        raise PolicyError(f"{next(n for n in names if names.count(n) > 1)!r} is given twice")
    return found


def _statement(place: int, said: Any) -> Statement:
    where = f"statement {place}"
    if not isinstance(said, Mapping):
        raise PolicyError(f"{where} is a {type(said).__name__}, not an object")
    for name in said:
        if name not in _ELEMENTS:
            raise PolicyError(f"{where}: {name!r} is no element of a policy statement")
    for name in ("Principal", "Action", "Resource"):
        if name in said and f"Not{name}" in said:
            raise PolicyError(f"{where} has both {name} and Not{name}")
    if said.get("Effect") not in ("Allow", "Deny"):
        raise PolicyError(f"{where}: Effect is {said.get('Effect')!r}, not Allow or Deny")
    if "Action" not in said and "NotAction" not in said:
        raise PolicyError(f"{where} has neither Action nor NotAction")
    actions, not_actions = _pair(said, "Action", where)
    resources, not_resources = _pair(said, "Resource", where)
    return Statement(
        place=place,
        sid=str(said.get("Sid", "")),
        effect=said["Effect"],
        actions=tuple(action.lower() for action in actions),
        not_actions=not_actions and tuple(action.lower() for action in not_actions),
        resources=resources if {"Resource", "NotResource"} & set(said) else ("*",),
        not_resources=not_resources,
        principals=_principals(said, "Principal", where),
        not_principals=_principals(said, "NotPrincipal", where),
        conditions=tuple(_conditions(said.get("Condition", {}), where)),
    )


def _pair(
    said: Mapping[str, Any], name: str, where: str
) -> tuple[tuple[str, ...], tuple[str, ...] | None]:
    """The values of an element and those of its negation, which is ``None`` when not there."""
    negation = f"Not{name}"
    values = _texts(said.get(name, ()), f"{where}: {name}")
    return values, _texts(said[negation], f"{where}: {negation}") if negation in said else None


def _texts(said: Any, where: str) -> tuple[str, ...]:
    texts = tuple(said) if isinstance(said, list | tuple) else (said,)
    for text in texts:
        if not isinstance(text, str):
            raise PolicyError(f"{where} holds a {type(text).__name__}, not text")
    return texts


def _principals(said: Mapping[str, Any], element: str, where: str) -> tuple[Principal, ...] | None:
    if element not in said:
        return None
    named_there = said[element]
    if not isinstance(named_there, Mapping):
        named_there = {"AWS": named_there}
    found = []
    for kind, names in named_there.items():
        if kind not in _PRINCIPALS:
            raise PolicyError(f"{where}: {kind!r} is no kind of principal")
        for text in _texts(names, f"{where}: {element}"):
            who = named(kind, text)
            if who is None:
                raise PolicyError(f"{where}: {text!r} is no account, ARN or unique id")
            found.append(who)
    return tuple(found)


def _conditions(said: Any, where: str) -> Iterable[Condition]:
    where = f"{where}: Condition"
    if not isinstance(said, Mapping):
        raise PolicyError(f"{where} is a {type(said).__name__}, not an object")
    for operator, keys in said.items():
        if not isinstance(operator, str) or not isinstance(keys, Mapping):
            raise PolicyError(f"{where}: {operator!r} holds no object of keys and values")
        prefix, _, rest = operator.lower().rpartition(":")
        if prefix not in _QUANTIFIERS:
            raise PolicyError(f"{where}: {operator!r} is no operator")
        for key, values in keys.items():
            yield Condition(
                operator=rest.removesuffix("ifexists"),
                key=str(key).lower(),
                values=_values(values, f"{where}: {key}"),
                quantifier=_QUANTIFIERS[prefix],
                if_exists=rest.endswith("ifexists"),
            )


def _values(said: Any, where: str) -> tuple[str, ...]:
    """As text: JSON policies hold true and "true", 300 and "300", and mean the same."""
    listed = said if isinstance(said, list | tuple) else [said]
    return _texts([_as_text(value) for value in listed], where)


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
