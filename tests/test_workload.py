"""workload.yaml: read with file and line, and what the checks get to know of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from wa_kit import workload
from wa_kit.model import REQUIRED_LEVELS, Context
from wa_kit.workload import Workload
from wa_kit.written import WrittenError, without

NOW = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)


def load(folder: Path, text: str) -> Workload:
    path = folder / "workload.yaml"
    path.write_text(text, encoding="utf-8")
    return workload.load(path)


def context(said: Workload) -> Context:
    return said.context(now=NOW, account="111122223333", partition="aws", regions=["eu-west-1"])


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("nam: x", 1, "there is no key 'nam' here. Did you mean 'name'?"),
        ("name: ''", 1, "'name' should be some text"),
        ("accounts:\n  - 11112222333", 2, "should be an account id of twelve digits"),
        ("regions:\n  - eu-west-1\n  - Ireland", 3, "should be a Region's name, as eu-west-1"),
        ("out_of_scope:\n  - region: eu-west-1", 2, "'reason' is missing"),
        (
            "regions:\n  - eu-west-1\nout_of_scope:\n  - region: eu-west-1\n    reason: x",
            4,
            "eu-west-1 is in scope and out of scope",
        ),
        (
            "classification:\n  levels:\n    pii: customers",
            3,
            "'pii' should be one of none, owned, aws-managed, customer, and is 'customers'. "
            "Did you mean 'customer'?",
        ),
        (
            "classification:\n  levels:\n    pii: customer\n    PII: owned",
            4,
            "'PII' and 'pii' are the same classification",
        ),
        (
            "allowed_key_tag_values:\n  enviroment:\n    - test",
            2,
            "there is no required tag 'enviroment'. Did you mean 'environment'?",
        ),
        ("inherited:\n  trails:\n    account: 1\n    where: x", 2, "Did you mean 'trail'?"),
        (
            "off_on_purpose:\n  config:\n    owner: A\n    reason: B",
            2,
            "should be one of macie, guardduty, backup",
        ),
        ("report_cadence_days: 0", 1, "should be a number of days, 1 or more, and is '0'"),
        ("pitr_days: week", 1, "should be a number of days, 1 or more, and is 'week'"),
        ("trail_must_use_kms: maybe", 1, "should be true or false"),
        (
            "inventory_reports:\n  b:\n    as_of: 2026-01-01",
            3,
            "'unencrypted' is missing in 'b'",
        ),
        ("multi_region:\n  approach: copies", 2, "should be one of keys, re-encrypted"),
    ],
)
def test_a_mistake_is_refused_with_file_and_line(
    tmp_path: Path, text: str, line: int, what: str
) -> None:
    with pytest.raises(WrittenError) as caught:
        load(tmp_path, text)
    assert str(caught.value).startswith(f"{tmp_path / 'workload.yaml'}: line {line}: ")
    assert what in str(caught.value)


def test_an_account_id_keeps_its_zero_without_quotes(tmp_path: Path) -> None:
    assert load(tmp_path, "accounts:\n  - 012345670123").accounts == ("012345670123",)


def test_the_defaults_are_those_of_the_checks() -> None:
    assert context(Workload()) == Context(
        now=NOW, account="111122223333", partition="aws", regions=("eu-west-1",)
    )


@pytest.mark.parametrize(
    ("text", "field", "known"),
    [
        (
            "classification:\n  levels:\n    Secret: customer\n    internal: aws-managed",
            "required_levels",
            {**REQUIRED_LEVELS, "secret": "customer", "internal": "aws-managed"},
        ),
        (
            "classification:\n  unclassified: customer",
            "required_levels",
            {**REQUIRED_LEVELS, "": "customer"},
        ),
        ("classification:\n  tags:\n    - Klasse", "classification_tags", ("Klasse",)),
        (
            "classification:\n  resources:\n    - match: 'arn:*'\n      classification: pii",
            "classifications",
            {"arn:*": "pii"},
        ),
        ("owner_tags:\n  - Team", "owner_tags", ("team",)),
        ("required_key_tags:\n  owner:\n    - Team", "required_key_tags", {"owner": ("team",)}),
        (
            "allowed_key_tag_values:\n  environment:\n    - Test",
            "allowed_key_tag_values",
            {"environment": ("Test",)},
        ),
        ("no_backup_tags:\n  Backup:\n    - None", "no_backup_tags", {"backup": ("none",)}),
        ("backup_buckets:\n  - dumps", "backup_buckets", ("dumps",)),
        ("backup_deleters: []", "backup_deleters", ()),
        ("pitr_days: 7", "pitr_days", 7),
        ("trail_must_use_kms: false", "trail_kms_required", False),
        (
            "off_on_purpose:\n  backup:\n    owner: A\n    reason: B",
            "excused",
            {"backup": "A: B"},
        ),
        (
            "multi_region:\n  approach: keys\n  keys:\n    alias/x:\n      - eu-west-1",
            "key_regions",
            {"alias/x": ("eu-west-1",)},
        ),
    ],
)
def test_the_checks_get_to_know_it(tmp_path: Path, text: str, field: str, known: Any) -> None:
    assert getattr(context(load(tmp_path, text)), field) == known


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("external_id: s3cr3t  # why\nrole: r\n", 'external_id: ""  # why\nrole: r\n'),
        ("role: r\nexternal_id: 's3cr3t'", 'role: r\nexternal_id: ""'),
        ("external_id: >-\n  s3cr\n  3t\n# c\nrole: r\n", 'external_id: ""\n# c\nrole: r\n'),
        ("{role: r, external_id: s3cr3t}", '{role: r, external_id: ""}'),
        ("role: external_id\nname: s\n", "role: external_id\nname: s\n"),
        (
            "classification:\n  levels:\n    external_id: none\nrole: r\n",
            "classification:\n  levels:\n    external_id: none\nrole: r\n",
        ),
        ("# nothing but a name\nname: x\n", "# nothing but a name\nname: x\n"),
    ],
)
def test_the_external_id_is_taken_out_and_all_else_stands(before: str, after: str) -> None:
    assert without(before, "external_id") == after
