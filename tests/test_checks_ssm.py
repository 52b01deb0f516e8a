"""Checks on Parameter Store: every branch of the rule, on literal rows."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from tools import CONTEXT, DENIED, HERE, arn, finding, outcome

from wa_kit.evidence.ssm import SsmParameter

CHECK = "ssm_parameter_secret_is_securestring"
PLAIN = SsmParameter(
    **HERE,
    arn=arn("ssm", "parameter/app/log-level"),
    name="/app/log-level",
    encryption="none",
    kms_key=None,
    kind="String",
    description="",
    tags={},
)


def named(name, **more):
    return replace(PLAIN, name=name, arn=arn("ssm", f"parameter{name}"), **more)


@pytest.mark.parametrize(
    "name",
    [
        "/prod/db/password", "/prod/dbPassword", "DB_PASSWORD", "/prod/dbpassword", "user-password",
        "/app/api-key", "apiKey", "APIKey", "/app/apikey", "/app/github.token", "client_secret",
        "/app/private-key", "/app/connection-string", "/app/ConnectionString", "smtp-credentials",
        "/app/access_key", "password-2", "/service/name/secret", "/public/app/token",
    ],
)  # fmt: skip
def test_a_plain_parameter_named_like_a_secret_fails(name):
    assert outcome(CHECK, named(name)) == "fail"
    assert outcome(CHECK, named(name, kind="StringList")) == "fail"
    secure = named(name, kind="SecureString", encryption="kms", kms_key="alias/aws/ssm")
    assert outcome(CHECK, secure) == "pass"


@pytest.mark.parametrize(
    "name",
    [
        "/app/max_tokens", "/app/max-token-count", "/app/token-endpoint", "/app/token/endpoint",
        "/app/public-key", "/app/publicKey", "/app/tokenizer", "/app/secretary", "/app/keyboard",
        "/app/password-policy", "/app/password_min_length", "/app/secret-arn", "/app/kms-key-id",
        "/app/access-key-id", "/app/log-level", "/app/compass", "/app/passenger", "/db/monkey",
        "/app/secrets/db/host",
    ],
)  # fmt: skip
def test_a_name_that_only_resembles_a_secret_is_no_secret(name):
    assert outcome(CHECK, named(name)) == "not_applicable"


@pytest.mark.parametrize(
    "name",
    ["/app/key", "/app/ssh-key", "/app/auth", "/app/secrets/level", "/db/password/prod", "tokens"],
)
def test_a_name_that_may_mean_a_secret_is_for_people_to_look_at(name):
    found = finding(CHECK, named(name))
    assert (found.outcome.value, found.reason) == ("unknown", "no_answer")


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        (named("/aws/service/token"), "not_applicable"),
        (replace(PLAIN, description="Password of the reporting database"), "fail"),
        (replace(PLAIN, description="Where to get a token: the endpoint"), "unknown"),
        (replace(PLAIN, description="How chatty we are. No secrets here."), "unknown"),
        (replace(PLAIN, description="How chatty we are"), "not_applicable"),
        (replace(PLAIN, tags={"type": "Secret"}), "fail"),
        (replace(PLAIN, tags={"Secret": "true"}), "fail"),
        (replace(PLAIN, tags={"Secret": "false"}), "not_applicable"),
        (replace(PLAIN, tags={"team": "secrets"}), "unknown"),
        (replace(PLAIN, tags={"aws:cloudformation:logical-name": "Secret"}), "not_applicable"),
        (replace(PLAIN, tags={"DataClassification": "internal"}), "not_applicable"),
        (replace(PLAIN, tags={"DataClassification": "pii"}), "unknown"),
        (replace(PLAIN, tags={"DataClassification": "C3"}), "unknown"),
        (replace(PLAIN, tags=DENIED), "unknown"),
        (named("/app/password", tags=DENIED), "fail"),
        (replace(PLAIN, description=DENIED), "unknown"),
        (replace(PLAIN, kind=DENIED), "unknown"),
        (replace(PLAIN, kind="SecureString", kms_key=DENIED), "unknown"),
    ],
)
def test_ssm_parameter_secret_is_securestring(parameter, expected):
    assert outcome(CHECK, parameter) == expected


@pytest.mark.parametrize(
    ("tags", "reason"),
    [
        ({"DataClassification": "C3"}, "not_knowable"),
        ({"DataClassification": "pii"}, "no_answer"),
        (DENIED, "denied"),
    ],
)
def test_without_any_sign_the_class_of_the_data_decides_what_is_open(tags, reason):
    assert finding(CHECK, replace(PLAIN, tags=tags)).reason == reason


def test_workload_yaml_may_say_what_a_parameter_holds():
    context = replace(CONTEXT, classifications={"*:parameter/app/*": "restricted"})
    assert finding(CHECK, PLAIN, context=context).classification == "restricted"


def test_a_parameter_can_be_looked_up_by_hand():
    assert finding(CHECK, named("/app/password")).see == (
        "aws ssm describe-parameters --region eu-west-1 "
        "--parameter-filters Key=Name,Values=/app/password"
    )
