"""Levels, classification, the key ring and the key-to-resource map: literals and properties."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from test_checks_kms import AWS_KEY, HIDDEN, KEY, MRK, REPLICA, VOLUME
from tools import ACCOUNT, CONTEXT, DENIED, REGION, arn

from wa_kit.judging import guarded
from wa_kit.model import NotRead, Reason, Rows, Unread
from wa_kit.protection import RANK, REQUIRABLE, KeyRing, KeyUsers, Level, classify, judge_level

OTHER = "999988887777"
BOTH_REGIONS = (REGION, "us-east-1")


def rows(*found, failed: Mapping[str, NotRead] | None = None):
    return Rows([guarded(row) for row in found], failed, BOTH_REGIONS)


def ring(*keys, **more):
    return KeyRing(rows(*keys, **more))


def unread(ask):
    with pytest.raises(Unread) as raised:
        ask()
    return raised.value.not_read


# which key a reference means


@pytest.mark.parametrize(
    ("reference", "region", "expected"),
    [
        ("1", REGION, KEY),
        (KEY.arn, REGION, KEY),
        (KEY.arn, "us-east-1", KEY),
        ("alias/app", REGION, KEY),
        (arn("kms", "alias/app"), REGION, KEY),
        (arn("kms", "alias/app"), "us-east-1", KEY),
        ("1", "us-east-1", None),
        ("2", REGION, None),
        ("alias/none", REGION, None),
        ("mrk-1", REGION, MRK),
        ("mrk-1", "us-east-1", REPLICA),
        (REPLICA.arn, REGION, REPLICA),
        (arn("kms", "key/1", account=OTHER), REGION, None),
    ],
)
def test_a_reference_means_a_key_as_seen_from_a_region(reference, region, expected):
    keys = ring(KEY, replace(MRK, aliases=[]), replace(REPLICA, aliases=[]))
    found = keys.find(reference, ACCOUNT, region)
    assert (found and found.arn) == (expected and expected.arn)


def test_a_key_that_was_seen_is_found_though_the_listing_broke_off():
    keys = ring(KEY, failed={REGION: DENIED})
    assert keys.find("1", ACCOUNT, REGION).arn == KEY.arn
    assert keys.find("alias/app", ACCOUNT, REGION).arn == KEY.arn


@pytest.mark.parametrize("reference", ["2", arn("kms", "key/2"), "alias/none"])
def test_no_such_key_cannot_be_said_of_a_listing_that_broke_off(reference):
    keys = ring(KEY, failed={REGION: DENIED})
    assert unread(lambda: keys.find(reference, ACCOUNT, REGION)) == DENIED


def test_no_such_alias_cannot_be_said_while_aliases_were_denied():
    keys = ring(replace(KEY, aliases=DENIED))
    assert unread(lambda: keys.find("alias/app", ACCOUNT, REGION)) == DENIED
    assert keys.find("1", ACCOUNT, REGION).arn == KEY.arn


def test_a_key_in_a_region_that_nobody_looked_at_is_not_gone():
    asked = arn("kms", "key/1", "eu-central-1")
    why = unread(lambda: ring(KEY).find(asked, ACCOUNT, REGION))
    assert why.reason is Reason.NOT_COLLECTED


# levels


@pytest.mark.parametrize(
    ("encryption", "reference", "key", "expected"),
    [
        ("none", None, None, "none"),
        ("owned", None, None, "owned"),
        ("sse-c", None, None, "sse-c"),
        ("aws-managed", None, None, "aws-managed"),
        ("kms", None, None, "aws-managed"),
        ("kms", "alias/aws/ebs", None, "aws-managed"),
        ("kms", AWS_KEY.arn, AWS_KEY, "aws-managed"),
        ("kms", KEY.arn, KEY, "customer"),
        ("kms", "alias/app", KEY, "customer"),
        ("kms", KEY.arn, replace(KEY, origin="EXTERNAL"), "customer"),
        ("kms", KEY.arn, replace(KEY, origin="AWS_CLOUDHSM"), "hsm"),
        ("kms", KEY.arn, replace(KEY, origin="EXTERNAL_KEY_STORE"), "xks"),
        *[
            ("kms", KEY.arn, replace(KEY, state=state), "unusable")
            for state in ("Disabled", "PendingDeletion", "PendingImport", "Unavailable")
        ],
        ("kms", KEY.arn, None, "unusable"),
        # wrong_verdicts 12, 14: also where DescribeKey is denied
        ("kms", arn("kms", "key/1", account=OTHER), None, "customer"),
        ("kms", arn("kms", "alias/app", account=OTHER), None, "customer"),
    ],
)
def test_the_level_is_that_of_the_key(encryption, reference, key, expected):
    store = replace(VOLUME, encryption=encryption, kms_key=reference)
    assert ring(*([key] if key else [])).level(store).name == expected


@pytest.mark.parametrize(
    ("keys", "failed"),
    [
        ([HIDDEN], {}),
        ([], {REGION: DENIED}),
        ([], {"global": DENIED}),
        ([replace(KEY, manager=DENIED)], {}),
        ([replace(KEY, state=DENIED)], {}),
        ([replace(KEY, origin=DENIED)], {}),
    ],
)
def test_the_level_of_a_key_that_was_not_read_is_unknown(keys, failed):
    assert unread(lambda: ring(*keys, failed=failed).level(VOLUME)) == DENIED


def test_a_key_that_cannot_be_used_is_named_with_its_state():
    level = ring(replace(KEY, state="Disabled")).level(VOLUME)
    assert level.in_words == "encrypted with alias/app, which is Disabled"


@given(name=st.sampled_from(sorted(RANK)), required=st.sampled_from(REQUIRABLE))
def test_more_protection_never_reaches_less(name, required):
    for better in RANK:
        if RANK[better] >= RANK[name] and Level(name).reaches(required):
            assert Level(better).reaches(required)


# classification


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, ("", "owned")),
        ({"Name": "x"}, ("", "owned")),
        ({"DataClassification": "PII"}, ("PII", "customer")),
        ({"dataclassification": " Confidential "}, ("Confidential", "aws-managed")),
        ({"SENSITIVITY": "public"}, ("public", "owned")),
        ({"Sensitivity": "public", "Classification": "phi"}, ("phi", "customer")),
        ({"DataClassification": "", "Sensitivity": "pci"}, ("pci", "customer")),
        ({"DataClassification": "C3"}, ("C3", None)),
        ({"DataClassification": "C3", "Sensitivity": "public"}, ("C3", None)),
    ],
)
def test_the_first_classification_tag_counts_in_any_case(tags, expected):
    said = classify(replace(VOLUME, tags=tags), CONTEXT)
    assert (said.value, said.required) == expected


def test_workload_yaml_goes_before_tags_and_needs_none():
    context = replace(CONTEXT, classifications={"*:volume/vol-*": "restricted"})
    assert classify(VOLUME, context).value == "restricted"
    assert classify(guarded(replace(VOLUME, tags=DENIED)), context).value == "restricted"


def test_tags_that_were_denied_are_not_no_tags():
    assert unread(lambda: classify(guarded(replace(VOLUME, tags=DENIED)), CONTEXT)) == DENIED


cased = st.sampled_from(["PII", "pii", "Pii", "pII"])


@given(name=st.sampled_from(CONTEXT.classification_tags), value=cased, upper=st.booleans())
def test_case_never_changes_a_classification(name, value, upper):
    store = replace(VOLUME, tags={name.upper() if upper else name.lower(): value})
    assert classify(store, CONTEXT).required == "customer"


@given(tags=st.dictionaries(st.text(), st.text(), max_size=4))
def test_an_unknown_value_is_never_given_a_default(tags):
    said = classify(replace(VOLUME, tags=tags), CONTEXT)
    assert said.required == CONTEXT.required_levels.get(said.value.lower())


# the shared judgement


@pytest.mark.parametrize(
    ("tags", "encryption", "expected"),
    [
        ({}, "owned", "pass"),
        ({}, "none", "fail"),
        ({"Classification": "confidential"}, "owned", "fail"),
        ({"Classification": "confidential"}, "aws-managed", "pass"),
        ({"Classification": "pii"}, "aws-managed", "fail"),
        ({"Classification": "pii"}, "kms", "pass"),
        ({"Classification": "C3"}, "kms", "unknown"),
    ],
)
def test_a_store_fails_when_its_level_is_below_what_its_data_asks_for(tags, encryption, expected):
    reference = KEY.arn if encryption == "kms" else None
    store = replace(VOLUME, tags=tags, encryption=encryption, kms_key=reference)
    verdict = judge_level(store, ring(KEY), CONTEXT)
    assert verdict.outcome.value == expected


def test_a_verdict_carries_level_requirement_classification_and_key():
    verdict = judge_level(VOLUME, ring(KEY), CONTEXT)
    said = (verdict.level, verdict.required_level, verdict.classification, verdict.key)
    assert said == ("customer", "customer", "PII", KEY.arn)


@given(
    required=st.sampled_from(REQUIRABLE),
    encryption=st.sampled_from(["none", "owned", "aws-managed", "sse-c"]),
)
def test_a_stricter_requirement_never_turns_a_failure_into_a_pass(required, encryption):
    store = replace(VOLUME, encryption=encryption, kms_key=None, tags={"Classification": "x"})

    def passing(level):
        context = replace(CONTEXT, required_levels={"x": level})
        return judge_level(store, ring(), context).outcome == "pass"

    for looser in REQUIRABLE:
        if RANK[looser] <= RANK[required]:
            assert passing(looser) or not passing(required)


# the key-to-resource map


@pytest.mark.parametrize("reference", ["1", KEY.arn, "alias/app", arn("kms", "alias/app")])
def test_the_map_follows_every_kind_of_reference(reference):
    store = replace(VOLUME, kms_key=reference)
    users = KeyUsers(rows(store), rows(KEY))
    assert [used.arn for used in users.all(KEY)] == [store.arn]


def test_the_map_keeps_keys_of_other_accounts_under_their_reference():
    foreign = arn("kms", "key/1", account=OTHER)
    users = KeyUsers(rows(replace(VOLUME, kms_key=foreign)), rows(KEY))
    assert list(users.by_key) == [foreign]
    assert users.all(KEY) == []


@pytest.mark.parametrize(
    ("things", "keys"),
    [
        (rows(VOLUME, failed={REGION: DENIED}), rows(KEY)),
        (rows(VOLUME, failed={"global": DENIED}), rows(KEY)),
        (rows(VOLUME, replace(VOLUME, kms_key=DENIED)), rows(KEY)),
        (rows(VOLUME, replace(VOLUME, kms_key="alias/lost")), rows(KEY, failed={REGION: DENIED})),
    ],
)
def test_a_map_with_holes_gives_what_is_known_and_never_the_whole(things, keys):
    users = KeyUsers(things, keys)
    assert len(users.known(KEY)) == 1
    why = unread(lambda: users.all(KEY))
    assert (why.action, why.detail) == (DENIED.action, "known to use this key so far: 1")


def test_a_hole_in_one_region_leaves_the_keys_of_another_known():
    users = KeyUsers(rows(VOLUME, failed={"us-east-1": DENIED}), rows(KEY))
    assert [used.arn for used in users.all(KEY)] == [VOLUME.arn]


def test_a_store_that_names_its_key_by_arn_is_mapped_though_no_key_was_read():
    users = KeyUsers(rows(VOLUME), rows(failed={REGION: DENIED}))
    assert users.all(KEY)[0].arn == VOLUME.arn


stores = st.lists(
    st.sampled_from(["1", KEY.arn, "alias/app", "mrk-1", MRK.arn, "alias/aws/ebs", None]),
    max_size=8,
)


@given(references=stores, order=st.randoms())
def test_the_map_loses_no_store_whatever_the_order(references, order):
    found = [
        replace(VOLUME, arn=arn("ec2", f"volume/{n}"), kms_key=reference)
        for n, reference in enumerate(references)
    ]
    keys = [KEY, replace(MRK, aliases=[]), AWS_KEY]
    shuffled = [*found]
    order.shuffle(shuffled)

    def shape(things):
        mapped = KeyUsers(rows(*things), rows(*keys)).by_key
        return {key: sorted(user.arn for user in users) for key, users in mapped.items()}

    assert shape(shuffled) == shape(found)
    assert sum(map(len, shape(found).values())) == sum(r is not None for r in references)
