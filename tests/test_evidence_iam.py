"""Collectors of IAM: does each AWS answer become the right row?"""

from __future__ import annotations

import datetime as dt
import json

import pytest
from collecting import collect, reasons, row
from moto.iam.models import iam_backends

from wa_kit import simulated
from wa_kit.evidence.iam import IamPolicy, IamPrincipal

ACCOUNT = "222211110013"
USED = dt.datetime(2026, 10, 3, 9, tzinfo=dt.UTC)
TABLES = (IamPrincipal, IamPolicy)


def allow(action):
    said = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [said]}


TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "backup.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(scope="module")
def estate():
    with simulated.serve(ACCOUNT) as served:
        iam, arns = served.client("iam"), {}
        for name in ("attached", "grouped", "fence"):
            document = json.dumps(allow(f"ec2:{name}"))
            arns[name] = iam.create_policy(PolicyName=name, PolicyDocument=document)["Policy"][
                "Arn"
            ]
        changed = json.dumps(allow("ec2:newer"))
        iam.create_policy_version(
            PolicyArn=arns["attached"], PolicyDocument=changed, SetAsDefault=True
        )
        trust = json.dumps(TRUST)
        iam.create_role(
            RoleName="worker", AssumeRolePolicyDocument=trust, PermissionsBoundary=arns["fence"]
        )
        iam.attach_role_policy(RoleName="worker", PolicyArn=arns["attached"])
        iam.put_role_policy(
            RoleName="worker", PolicyName="own", PolicyDocument=json.dumps(allow("s3:Get*"))
        )
        iam.create_service_linked_role(AWSServiceName="backup.amazonaws.com")
        iam.create_group(GroupName="operators")
        iam.attach_group_policy(GroupName="operators", PolicyArn=arns["grouped"])
        iam.put_group_policy(
            GroupName="operators", PolicyName="own", PolicyDocument=json.dumps(allow("rds:*"))
        )
        iam.create_user(UserName="lou")
        iam.put_user_policy(
            UserName="lou", PolicyName="own", PolicyDocument=json.dumps(allow("kms:List*"))
        )
        iam.add_user_to_group(GroupName="operators", UserName="lou")
        roles = iam_backends[ACCOUNT]["aws"].roles.values()
        next(role for role in roles if role.name == "worker").last_used = USED
        served.arns = arns
        yield served


@pytest.fixture(scope="module")
def evidence(estate):
    return collect(estate.endpoint, ACCOUNT, *TABLES)


def test_a_role_is_read_with_its_policies_its_boundary_and_who_may_take_it(estate, evidence):
    role = row(evidence, IamPrincipal, "worker")
    assert (role.kind, role.service_linked, role.region) == ("role", False, "global")
    assert [json.loads(text) for text in role.inline] == [allow("s3:Get*")]
    assert role.attached == [estate.arns["attached"]]
    assert role.boundary == estate.arns["fence"]
    assert json.loads(role.trust) == TRUST
    assert role.last_used == USED


def test_a_user_has_what_its_groups_give(estate, evidence):
    user = row(evidence, IamPrincipal, "lou")
    assert (user.kind, user.groups, user.trust) == ("user", ["operators"], None)
    assert sorted(json.loads(text)["Statement"][0]["Action"] for text in user.inline) == [
        "kms:List*",
        "rds:*",
    ]
    assert user.attached == [estate.arns["grouped"]]


def test_a_role_that_belongs_to_aws_is_marked(evidence):
    (linked,) = [p for p in evidence.of(IamPrincipal) if p.service_linked]
    assert linked.name == "AWSServiceRoleForbackup"
    assert linked.last_used is None


def test_a_managed_policy_is_read_in_the_version_in_force(evidence):
    assert json.loads(row(evidence, IamPolicy, "attached").document) == allow("ec2:newer")


def test_one_listing_fills_both_tables(estate):
    calls: list[str] = []
    collect(estate.endpoint, ACCOUNT, *TABLES, calls=calls)
    assert calls == ["iam:GetAccountAuthorizationDetails"]


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException"])
def test_a_denied_listing_is_a_refused_look_at_both_tables(estate, code):
    with estate.deny("iam:GetAccountAuthorizationDetails", code=code):
        evidence = collect(estate.endpoint, ACCOUNT, *TABLES)
    assert reasons(evidence, IamPrincipal) == reasons(evidence, IamPolicy) == {"denied"}
