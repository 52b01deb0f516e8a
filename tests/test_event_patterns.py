"""Patterns of EventBridge rules and of metric filters, evaluated against events."""

from __future__ import annotations

import contextlib
import fnmatch
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wa_kit.event_patterns import PatternError, filter_matches, rule_matches

DETAIL = {
    "eventSource": "kms.amazonaws.com",
    "eventName": "DisableKey",
    "readOnly": False,
    "count": 3,
    "nothing": None,
    "sourceIPAddress": "192.0.2.7",
    "userIdentity": {"type": "AssumedRole", "a.b": "c"},
    "list": ["one", "two"],
    "resources": [{"type": "AWS::KMS::Key"}, {"type": "AWS::KMS::Alias"}],
}
EVENT = {"source": "aws.kms", "detail-type": "AWS API Call via CloudTrail", "detail": DETAIL}


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({}, True),
        ({"source": ["aws.kms"]}, True),
        ({"source": ["aws.s3", "aws.kms"]}, True),
        ({"source": ["aws.s3"]}, False),
        ({"source": []}, False),
        ({"detail": {"eventName": ["DisableKey"], "eventSource": ["s3.amazonaws.com"]}}, False),
        ({"detail": {"eventName": [{"prefix": "Disable"}]}}, True),
        ({"detail": {"eventName": [{"prefix": {"equals-ignore-case": "dis"}}]}}, True),
        ({"detail": {"eventName": [{"suffix": "Key"}]}}, True),
        ({"detail": {"eventName": [{"suffix": {"equals-ignore-case": "KEY"}}]}}, True),
        ({"detail": {"eventName": [{"equals-ignore-case": "DISABLEKEY"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "*able*"}]}}, True),
        ({"detail": {"eventName": [{"wildcard": "*Keys"}]}}, False),
        ({"detail": {"eventName": [{"wildcard": "Disable\\*"}]}}, False),
        ({"detail": {"eventName": [{"anything-but": "Decrypt"}]}}, True),
        ({"detail": {"eventName": [{"anything-but": ["Decrypt", "DisableKey"]}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"prefix": "Dis"}}]}}, False),
        ({"detail": {"eventName": [{"anything-but": {"suffix": ["Alias", "Keys"]}}]}}, True),
        ({"detail": {"eventName": [{"anything-but": {"wildcard": "*K*"}}]}}, False),
        (
            {"detail": {"eventName": [{"anything-but": {"equals-ignore-case": "disablekey"}}]}},
            False,
        ),
        ({"detail": {"absent": [{"anything-but": "x"}]}}, False),
        ({"detail": {"errorCode": [{"exists": False}]}}, True),
        ({"detail": {"errorCode": [{"exists": True}]}}, False),
        ({"detail": {"eventName": [{"exists": True}]}}, True),
        ({"detail": {"requestParameters": {"keyId": [{"exists": False}]}}}, True),
        ({"detail": {"requestParameters": {"keyId": ["k"]}}}, False),
        ({"detail": {"readOnly": [False]}}, True),
        ({"detail": {"readOnly": [0]}}, False),
        ({"detail": {"nothing": [None]}}, True),
        ({"detail": {"absent": [None]}}, False),
        ({"detail": {"count": [3.0]}}, True),
        ({"detail": {"count": [{"numeric": [">", 1, "<=", 3]}]}}, True),
        ({"detail": {"count": [{"numeric": ["=", 4]}]}}, False),
        ({"detail": {"eventName": [{"numeric": ["=", 4]}]}}, False),
        ({"detail": {"sourceIPAddress": [{"cidr": "192.0.2.0/24"}]}}, True),
        ({"detail": {"eventName": [{"cidr": "192.0.2.0/24"}]}}, False),
        ({"detail": {"count": [{"prefix": "3"}]}}, False),
        ({"detail": {"list": ["two"]}}, True),
        ({"detail": {"resources": {"type": ["AWS::KMS::Alias"]}}}, True),
        ({"detail": {"resources": {"type": ["AWS::S3::Bucket"]}}}, False),
        ({"$or": [{"source": ["aws.s3"]}, {"detail": {"eventName": ["DisableKey"]}}]}, True),
        ({"$or": [{"source": ["aws.s3"]}, {"source": ["aws.ec2"]}]}, False),
    ],
)
def test_an_eventbridge_pattern_is_evaluated(pattern, expected):
    assert rule_matches(json.dumps(pattern), EVENT) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "[]",
        "not json",
        '{"source": "aws.kms"}',
        '{"source": [{"sounds-like": "aws.kms"}]}',
        '{"source": [{"prefix": "a", "suffix": "s"}]}',
        '{"source": [{"anything-but": {"numeric": 1}}]}',
        '{"detail": {"count": [{"numeric": ["~", 1]}]}}',
        '{"source": ["aws.kms"], "detail": {"eventName": [{"resembles": "x"}]}}',
    ],
)
def test_an_eventbridge_pattern_that_nobody_knows_is_an_error_not_a_guess(pattern):
    with pytest.raises(PatternError):
        rule_matches(pattern, EVENT)


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_an_eventbridge_wildcard_is_that_of_a_shell(pattern, text):
    found = rule_matches(json.dumps({"name": [{"wildcard": pattern}]}), {"name": text})
    assert found is fnmatch.fnmatchcase(text, pattern)


@given(st.text("abc", max_size=3), st.lists(st.text("abc", max_size=3)))
def test_a_value_is_either_listed_or_anything_but_listed(value, listed):
    named = rule_matches(json.dumps({"name": listed}), {"name": value})
    other = rule_matches(json.dumps({"name": [{"anything-but": listed}]}), {"name": value})
    assert named is (value in listed)
    assert named is not other


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{ $.eventName = DisableKey }", True),
        ('{$.eventName="DisableKey"}', True),
        ("{ ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) }", True),
        ('{($.eventName="ScheduleKeyDeletion")||($.eventName="DisableKey")}', True),
        (
            "{ ($.eventSource = kms.amazonaws.com) && "
            "(($.eventName=ScheduleKeyDeletion)||($.eventName=DisableKey)) }",
            True,
        ),
        ("{ $.eventSource = s3.amazonaws.com && $.eventName = DisableKey }", False),
        ("{ $.eventSource = s3.amazonaws.com && $.eventName = x || $.count = 3 }", True),
        ("{ $.count = 3 || $.eventSource = s3.amazonaws.com && $.eventName = x }", True),
        ("{ ($.count = 3 || $.count = 4) && $.eventName = x }", False),
        ("{ $.eventName != DisableKey }", False),
        ("{ $.eventName != Decrypt }", True),
        ("{ $.errorCode != AccessDenied }", True),
        ("{ $.errorCode = * }", False),
        ("{ $.eventName = * }", True),
        ('{ $.eventName = "*able*" }', True),
        ("{ $.eventName = Disable* }", True),
        ("{ $.eventName = disable* }", False),
        ("{ $.eventName = %DisableKey|ScheduleKeyDeletion% }", True),
        ("{ $.eventName != %^Sched.*% }", True),
        ("{ $.userIdentity.type = Root }", False),
        ("{ $.userIdentity.['a.b'] = c }", True),
        ("{ $.list[1] = two }", True),
        ("{ $.list[2] = two }", False),
        ("{ $.list = one }", False),
        ("{ $.count >= 3 && $.count < 3.5 }", True),
        ("{ $.count = 3 }", True),
        ("{ $.count = 3* }", True),
        ("{ $.eventName > 3 }", False),
        ("{ $.errorCode NOT EXISTS }", True),
        ("{ $.errorCode EXISTS }", False),
        ("{ $.nothing IS NULL }", True),
        ("{ $.readOnly IS FALSE }", True),
        ("{ $.readOnly IS TRUE }", False),
        ("{ $.readOnly = false }", True),
        ("", True),
        ('""', True),
        ("DisableKey", True),
        ('"kms.amazonaws.com" DisableKey', True),
        ("kms.amazonaws.com ScheduleKeyDeletion", False),
        ("?ScheduleKeyDeletion ?DisableKey", True),
        ("?ScheduleKeyDeletion ?Decrypt", False),
        ("DisableKey -AssumedRole", False),
        ("DisableKey -Root", True),
        ("%Disable[A-Z]ey%", True),
    ],
)
def test_a_metric_filter_is_evaluated(pattern, expected):
    assert filter_matches(pattern, DETAIL) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "{ }",
        "{ $.eventName }",
        "{ $.eventName = }",
        "{ $.eventName = DisableKey ) }",
        "{ ( $.eventName = DisableKey }",
        "{ eventName = DisableKey }",
        "{ $.eventName = DisableKey & $.count = 3 }",
        "{ $.eventName IS MAYBE }",
        "{ $.eventName LIKE x }",
        "{ $.eventName = && }",
        "{ $.count < many }",
        "{ $.count && 3 }",
        "{ $.eventName = %(a+)+% }",
        "{ $.eventName = %a*b*c*d*% }",
        "{ $.eventName = %[% }",
        "[ip, user, ...]",
        "{ " + "(" * 400 + "$.a = b" + ")" * 400 + " }",
    ],
)
def test_a_metric_filter_that_nobody_knows_is_an_error_not_a_guess(pattern):
    with pytest.raises(PatternError):
        filter_matches(pattern, DETAIL)


NAMES = st.sampled_from(["DisableKey", "ScheduleKeyDeletion", "Decrypt"])
GAPS = st.text(" ", max_size=2)
CONDITIONS = st.recursive(
    st.tuples(st.sampled_from(["=", "!="]), NAMES, st.booleans(), GAPS),
    lambda inner: st.tuples(st.sampled_from(["&&", "||"]), st.lists(inner, min_size=2, max_size=3)),
    max_leaves=8,
)


def written(condition) -> str:
    if len(condition) == 4:
        sign, name, quoted, gap = condition
        return f"$.eventName{gap}{sign}{gap}" + (f'"{name}"' if quoted else name)
    joint, parts = condition
    return joint.join(f"({written(part)})" for part in parts)


def meant(condition, name: str) -> bool:
    if len(condition) == 4:
        return (condition[1] == name) is (condition[0] == "=")
    joint, parts = condition
    return (all if joint == "&&" else any)(meant(part, name) for part in parts)


@given(CONDITIONS, NAMES)
def test_conditions_mean_what_they_say_however_they_are_written(condition, name):
    found = filter_matches("{" + written(condition) + "}", {"eventName": name})
    assert found is meant(condition, name)


@pytest.mark.parametrize("matches", [rule_matches, filter_matches])
@given(text=st.text() | st.text('{}()$.[]"%&|=!<>*?-, a1').map(lambda text: "{" + text + "}"))
def test_no_text_does_more_than_raise_a_pattern_error(matches, text):
    with contextlib.suppress(PatternError):
        assert matches(text, EVENT) in (True, False)
