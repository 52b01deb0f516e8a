"""Laws that hold for every policy, tried on many."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wa_kit.policies import (
    IdentityPolicies,
    Policy,
    PolicyError,
    Trust,
    denies,
    grants,
    kms,
    outsiders,
)
from wa_kit.policies.s3 import put_guard
from wa_kit.policies.wildcards import matches, overlaps

OWN, OTHERS = "111122223333", ["444455556666", "777788889999"]
TRUST = Trust(OWN)
BUCKET = "arn:aws:s3:::b"
ACTIONS = ["kms:Decrypt", "kms:PutKeyPolicy", "s3:PutObject"]

PEOPLE = ["*", OWN, *OTHERS, *(f"arn:aws:iam::{a}:role/R" for a in [OWN, *OTHERS])]
KEYS = {
    "aws:PrincipalAccount": [OWN, OTHERS[0], "*"],
    "aws:PrincipalOrgID": ["o-a1b2c3"],
    "aws:PrincipalArn": [f"arn:aws:iam::{OWN}:role/R"],
    "kms:ViaService": ["s3.eu-west-1.amazonaws.com"],
    "s3:x-amz-server-side-encryption": ["aws:kms", "AES256"],
}
OPERATORS = ["StringEquals", "StringNotEquals", "StringLike", "StringEqualsIfExists", "Null"]


@st.composite
def conditions(draw: st.DrawFn) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(OPERATORS), max_size=2, unique=True))
    said: dict[str, Any] = {}
    for operator in chosen:
        key = draw(st.sampled_from(sorted(KEYS)))
        values = ["true", "false"] if operator == "Null" else KEYS[key]
        said[operator] = {key: draw(st.lists(st.sampled_from(values), min_size=1, unique=True))}
    return said


@st.composite
def statements(draw: st.DrawFn, effect: str | None = None) -> dict[str, Any]:
    negated = st.sampled_from(["", "Not"])
    some = st.sampled_from([*ACTIONS, "kms:*", "*"])
    people = st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True)
    return {
        "Effect": effect or draw(st.sampled_from(["Allow", "Deny"])),
        draw(negated) + "Principal": {"AWS": draw(people)},
        draw(negated) + "Action": draw(st.lists(some, min_size=1, max_size=2)),
        "Resource": [draw(st.sampled_from(["*", f"{BUCKET}/*"]))],
        "Condition": draw(conditions()),
    }


policies = st.lists(statements(), max_size=4)


def parsed(said: list[dict[str, Any]]) -> Policy:
    return Policy.parse({"Statement": said})


def verdict(said: list[dict[str, Any]]) -> Any:
    """All that the engine says of a policy, but for the places of statements."""
    policy = parsed(said)
    let_in = {
        (grant.who, grant.public, grant.circles, frozenset(kms.duties(grant.statement)))
        for grant in grants(policy)
    }
    guard = put_guard(policy, BUCKET, OWN, "eu-west-1")
    return (
        let_in,
        outsiders(policy, TRUST),
        kms.holders(policy, OWN),
        [denies(policy, action) for action in ACTIONS],
        IdentityPolicies((policy,)).allowed(ACTIONS),
        (guard.rejects_other_algorithms, guard.rejects_other_keys, guard.rejects_bare_puts),
    )


def unlisted(said: Any) -> Any:
    """The same JSON with every list of one replaced by the one."""
    if isinstance(said, dict):
        return {name: unlisted(value) for name, value in said.items()}
    return said[0] if isinstance(said, list) and len(said) == 1 else said


def in_upper_case(said: dict[str, Any]) -> dict[str, Any]:
    """The same statement with actions and condition keys in another case."""
    conditions = {
        operator: {key.upper(): values for key, values in keys.items()}
        for operator, keys in said["Condition"].items()
    }
    actions = {
        name: [action.upper() for action in value]
        for name, value in said.items()
        if name in ("Action", "NotAction")
    }
    return said | actions | {"Condition": conditions}


@given(policies)
def test_one_value_and_a_list_of_one_mean_the_same(said: list[dict[str, Any]]) -> None:
    assert verdict([unlisted(one) for one in said]) == verdict(said)


@given(policies)
def test_text_and_object_mean_the_same(said: list[dict[str, Any]]) -> None:
    assert Policy.parse(json.dumps({"Statement": said})) == parsed(said)


@given(policies)
def test_the_case_of_actions_and_condition_keys_is_nothing(said: list[dict[str, Any]]) -> None:
    assert verdict([in_upper_case(one) for one in said]) == verdict(said)


@given(policies, st.randoms(use_true_random=False))
def test_the_order_of_statements_never_matters(said: list[dict[str, Any]], random: Any) -> None:
    other = list(said)
    random.shuffle(other)
    assert verdict(other) == verdict(said)


@given(policies, statements("Allow"))
def test_another_allow_never_hides_an_outsider(
    said: list[dict[str, Any]], more: dict[str, Any]
) -> None:
    before, after = outsiders(parsed(said), TRUST), outsiders(parsed([*said, more]), TRUST)
    assert set(before) <= set(after)


@given(policies, statements("Deny"))
def test_a_deny_never_widens(said: list[dict[str, Any]], more: dict[str, Any]) -> None:
    before, after = parsed(said), parsed([*said, more])
    for action in ACTIONS:
        assert not (denies(before, action).binding and not denies(after, action).binding)
    may = IdentityPolicies((before,)).allowed(ACTIONS)
    assert set(IdentityPolicies((after,)).allowed(ACTIONS)) <= set(may)
    worst = {(one.who, one.statement): one for one in grants(before)}
    for grant in grants(after):
        was = worst[grant.who, grant.statement]
        assert set(was.circles) <= set(grant.circles)
        assert was.public or not grant.public
        named = {outsider.kind for outsider in was.outsiders(TRUST)}  # everyone is many
        assert "everyone" in named or len(grant.outsiders(TRUST)) <= len(was.outsiders(TRUST))
    doing = {one.identity: one.duties for one in kms.holders(before, OWN)}
    for holder in kms.holders(after, OWN):
        assert holder.duties <= doing[holder.identity]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["Statement", "Effect", "Action", "Principal", "AWS", "Condition", "Resource"]
            )
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON)
def test_no_json_is_met_with_anything_but_a_policy_error(value: Any) -> None:
    for document in (value, json.dumps(value), {"Statement": value}):
        with suppress(PolicyError):
            Policy.parse(document)


@given(statements(), st.sampled_from(["Effect", "Action", "Resource", "Condition"]), JSON)
def test_a_policy_with_one_element_gone_wrong_is_read_or_refused(
    said: dict[str, Any], element: str, value: Any
) -> None:
    said.pop(f"Not{element}", None)
    with suppress(PolicyError):
        verdict([said | {element: value}])


@given(st.text())
def test_no_text_is_met_with_anything_but_a_policy_error(text: str) -> None:
    with suppress(PolicyError):
        Policy.parse(text)


PATTERNS = st.text("ab:*?", max_size=8)


@given(PATTERNS, st.text("ab:\n?", max_size=10))
def test_matching_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    said = "".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern)
    assert matches(pattern, text) is bool(re.fullmatch(said, text, re.DOTALL))


WORDS = ["".join(word) for length in range(5) for word in product("ab", repeat=length)]


@given(st.text("ab*?", max_size=4), st.text("ab*?", max_size=4))
def test_overlap_and_cover_are_what_the_words_say(one: str, other: str) -> None:
    mine = {word for word in WORDS if matches(one, word)}
    theirs = {word for word in WORDS if matches(other, word)}
    if mine & theirs:
        assert overlaps(one, other)
    if matches(one, other):
        assert theirs <= mine
    assert overlaps(one, other) is overlaps(other, one)
    if theirs and matches(one, other):
        assert overlaps(one, other)
