"""Checks on Elastic Disaster Recovery: every branch of the rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tools import DENIED, HERE, NOW, arn, finding, findings, outcome

from wa_kit.evidence.drs import DrsServer, DrsTemplate
from wa_kit.evidence.kms import KmsKey

OURS = arn("kms", "key/ours")
KEY = KmsKey(
    **HERE,
    arn=OURS,
    name="alias/recovery",
    aliases=["alias/recovery"],
    manager="CUSTOMER",
    state="Enabled",
    spec="SYMMETRIC_DEFAULT",
    usage="ENCRYPT_DECRYPT",
    origin="AWS_KMS",
    multi_region=None,
    primary_region=None,
    replica_regions=[],
    created=NOW,
    deletion_date=None,
    rotates=True,
    rotation_days=365,
    next_rotation=None,
    policy="{}",
    tags={},
)
SERVER = DrsServer(
    **HERE,
    arn=arn("drs", "source-server/s-1"),
    name="till",
    tags={},
    encryption="kms",
    kms_key=OURS,
    ebs_encryption="CUSTOM",
    routing="PRIVATE_IP",
    server_id="s-1",
)
BY_DEFAULT = replace(SERVER, ebs_encryption="DEFAULT", kms_key="alias/aws/ebs")
PLAIN = replace(SERVER, ebs_encryption="NONE", encryption="none", kms_key=None)
RESTRICTED = {"DataClassification": "restricted"}


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (SERVER, "pass"),
        (replace(SERVER, tags=RESTRICTED), "pass"),
        (replace(SERVER, kms_key=arn("kms", "key/x", account="999988887777")), "pass"),
        (BY_DEFAULT, "pass"),
        (replace(BY_DEFAULT, kms_key=OURS, tags=RESTRICTED), "pass"),
        (replace(BY_DEFAULT, tags=RESTRICTED), "fail"),
        (replace(BY_DEFAULT, kms_key=DENIED), "unknown"),
        (PLAIN, "fail"),
        (replace(SERVER, kms_key=arn("kms", "key/gone")), "fail"),
        (replace(SERVER, kms_key=DENIED), "unknown"),
        (replace(SERVER, ebs_encryption=DENIED), "unknown"),
        (replace(SERVER, tags={"Sensitivity": "purple"}), "unknown"),
        (DrsServer.hidden(DENIED, **HERE, arn=SERVER.arn, name="till", tags={}), "unknown"),
    ],
)
def test_drs_replication_encryption(server, expected):
    assert outcome("drs_replication_encryption", server, KEY) == expected


@pytest.mark.parametrize("tags", [{}, {"Sensitivity": "purple"}])
@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_a_copy_under_a_key_that_cannot_be_used_fails_whatever_it_holds(state, tags):
    server = replace(SERVER, tags=tags)
    found = finding("drs_replication_encryption", server, replace(KEY, state=state))
    assert (found.outcome.value, found.level) == ("fail", "unusable")


def test_the_template_and_every_server_are_judged_by_themselves():
    shared = {f: getattr(SERVER, f) for f in DrsTemplate.__struct_fields__}
    template = DrsTemplate(**shared | {"arn": arn("drs", "replication-configuration-template/t")})
    found = findings("drs_replication_encryption", template, PLAIN, KEY)
    assert {f.resource_type: f.outcome.value for f in found} == {
        "AWS::DRS::ReplicationConfigurationTemplate": "pass",
        "AWS::DRS::ReplicationConfiguration": "fail",
    }


def test_an_account_that_never_set_it_up_has_no_finding_and_a_denied_one_is_unknown():
    assert findings("drs_replication_encryption") == []
    found = findings("drs_replication_encryption", denied=[DrsServer])
    assert {(f.outcome.value, f.name) for f in found} == {("unknown", "DrsServer")}


def test_replication_over_public_addresses_is_told_and_no_failure():
    found = finding("drs_replication_encryption", replace(SERVER, routing="PUBLIC_IP"), KEY)
    assert found.outcome.value == "pass"
    assert found.because.endswith("the data travels over public addresses")


def test_keys_that_were_not_read_give_no_level():
    assert outcome("drs_replication_encryption", SERVER, denied=[KmsKey]) == "unknown"
    assert outcome("drs_replication_encryption", PLAIN, denied=[KmsKey]) == "fail"
