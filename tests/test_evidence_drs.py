"""Collectors of Elastic Disaster Recovery: does each AWS answer become the right row?"""

from __future__ import annotations

import pytest
from collecting import REGION, collect, row

from wa_kit import simulated
from wa_kit.evidence.drs import DrsServer, DrsTemplate
from wa_kit.model import Reason

ACCOUNT = "222211110012"
TABLES = (DrsTemplate, DrsServer)
TEMPLATE = f"rct-{0:017}"
S1, S2, S3 = (f"s-{number:017}" for number in (1, 2, 3))
DRS = f"arn:aws:drs:{REGION}:{ACCOUNT}"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-4333-8444-555555555555"


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        drs = served.fakes["drs"]
        drs.initialised.add(REGION)
        drs.templates[REGION].append(
            {
                "replicationConfigurationTemplateID": TEMPLATE,
                "arn": f"{DRS}:replication-configuration-template/{TEMPLATE}",
                "ebsEncryption": "DEFAULT",
                "dataPlaneRouting": "PRIVATE_IP",
            }
        )
        for server, said in {
            S1: {"ebsEncryption": "CUSTOM", "ebsEncryptionKeyArn": KEY},
            S2: {"ebsEncryption": "NONE", "dataPlaneRouting": "PUBLIC_IP"},
            S3: {"ebsEncryption": "CUSTOM"},
        }.items():
            arn = f"{DRS}:source-server/{server}"
            tags = {"Name": "till"} if server == S1 else {}
            drs.servers[REGION].append({"sourceServerID": server, "arn": arn, "tags": tags})
            drs.replication[REGION, server] = said
        served.page_size = 1
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, *TABLES)


def test_the_template_takes_the_default_key_of_ebs(evidence):
    template = row(evidence, DrsTemplate, f"template {TEMPLATE}")
    assert (template.ebs_encryption, template.encryption) == ("DEFAULT", "kms")
    assert template.kms_key == "alias/aws/ebs"
    assert template.routing == "PRIVATE_IP"


def test_every_server_says_what_it_has_for_itself(evidence):
    till, plain = row(evidence, DrsServer, "till"), row(evidence, DrsServer, S2)
    assert (till.ebs_encryption, till.encryption, till.kms_key) == ("CUSTOM", "kms", KEY)
    assert till.tags == {"Name": "till"}
    assert (plain.encryption, plain.kms_key, plain.routing) == ("none", None, "PUBLIC_IP")


def test_a_chosen_key_that_is_not_named_is_no_answer(evidence):
    unread = row(evidence, DrsServer, S3).unread
    assert unread["kms_key"].reason is Reason.MALFORMED


def test_a_region_where_it_was_never_set_up_holds_nothing_and_that_is_an_answer(evidence):
    assert {row.region for table in TABLES for row in evidence.of(table)} == {REGION}
    assert [look.not_read for look in evidence.looks] == [None] * 4


def test_a_denied_configuration_leaves_the_server_standing(estate):
    with estate.deny("drs:GetReplicationConfiguration"):
        till = row(collect(estate.endpoint, ACCOUNT, DrsServer), DrsServer, "till")
    assert till.unread["ebs_encryption"].action == "drs:GetReplicationConfiguration"
    assert till.tags == {"Name": "till"}


def test_a_default_key_that_was_denied_leaves_the_rest_of_the_row(estate):
    with estate.deny("ec2:GetEbsDefaultKmsKeyId"):
        evidence = collect(estate.endpoint, ACCOUNT, *TABLES)
    assert set(row(evidence, DrsTemplate, f"template {TEMPLATE}").unread) == {"kms_key"}
    assert not row(evidence, DrsServer, "till").unread


@pytest.mark.parametrize(
    ("operation", "table"),
    [
        ("drs:DescribeReplicationConfigurationTemplates", DrsTemplate),
        ("drs:DescribeSourceServers", DrsServer),
    ],
)
def test_a_denied_listing_is_a_refused_look_and_never_an_account_without_it(
    estate, operation, table
):
    with estate.deny(operation):
        evidence = collect(estate.endpoint, ACCOUNT, *TABLES, regions=[REGION])
    refused = {look.table: look.not_read.action for look in evidence.looks if look.not_read}
    assert refused == {table.__name__: operation}
