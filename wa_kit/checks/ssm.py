"""Checks on Parameter Store. They judge names, descriptions and tags, never a value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal

from wa_kit.checks import check
from wa_kit.evidence.ssm import SsmParameter
from wa_kit.model import Context, Verdict, fails, no_answer, not_applicable, not_knowable, passes
from wa_kit.protection import classify

Confidence = Literal["high", "low", "none"]

# One word, or several in a row, that mean a secret by themselves.
_SECRET = (
    "password", "passwd", "passphrase", "pwd", "secret", "secrets", "token", "credential",
    "credentials", "creds", "apikey", "api key", "access key", "secretkey", "privatekey",
    "private key", "signing key", "encryption key", "master key", "connection string",
    "connectionstring", "conn string",
)  # fmt: skip
_ENDINGS = ("password", "passwd", "apikey", "secretkey")  # "dbpassword": no other word ends so
# Words that may mean a secret, and often do not.
_PERHAPS = (
    "auth", "dsn", "jwt", "key", "keys", "pass", "passwords", "pem", "pin", "salt", "tokens",
    "webhook",
)  # fmt: skip
# What comes after a secret's name and is only about it: where it is, how long it lives.
_ABOUT = frozenset((
    "algorithm", "alias", "arn", "arns", "bucket", "column", "count", "days", "enabled",
    "endpoint", "expiration", "expires", "expiry", "function", "header", "host", "hours", "id",
    "ids", "interval", "issuer", "lambda", "length", "lifetime", "limit", "limits", "location",
    "manager", "minutes", "mode", "name", "names", "path", "policy", "port", "prefix", "provider",
    "region", "required", "reset", "retention", "role", "rotation", "rules", "schedule",
    "seconds", "service", "size", "store", "suffix", "table", "timeout", "ttl", "type", "uri",
    "url", "urls", "usage", "used", "username", "vault", "version",
))  # fmt: skip
# What comes before a word and makes it another.
_OTHER = frozenset(("count", "max", "maximum", "min", "minimum", "number", "public", "total"))
_DENIALS = frozenset(("no", "non", "not", "never", "without"))
_YES = frozenset(("true", "yes", "1"))
_KINDS = frozenset(
    ("category", "classification", "contains", "content", "kind", "name", "sensitivity", "type")
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@check(
    severity="high",
    remedy=(
        "aws ssm put-parameter --type SecureString --key-id KEY under a new name, and move its "
        "readers over. Then change the secret itself, so that the readable one opens nothing."
    ),
    docs=(
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "secure-string-parameter-kms-encryption.html"
    ),
)
def ssm_parameter_secret_is_securestring(parameter: SsmParameter, context: Context) -> Verdict:
    """Parameter Store secrets are SecureString.

    Whoever may list or read parameters sees a String as it stands, in consoles, logs and
    templates. A SecureString also asks for the right to use its key.
    """
    if parameter.kind == "SecureString":
        key = parameter.kms_key
        return passes(f"a SecureString, encrypted with {key or 'an unnamed key'}", key=key)
    if parameter.name.startswith("/aws/"):
        return not_applicable("AWS publishes the parameters under /aws/")
    plain = f"a plain {parameter.kind}"
    by_name = _of_name(parameter.name)
    if by_name == "high":
        return fails(f"{plain}, and its name says that it holds a secret")
    by_description = _of_text(parameter.description)
    if by_description == "high":
        return fails(f"{plain}, and its description says that it holds a secret")
    by_tags = _of_tags(parameter.tags)
    if by_tags == "high":
        return fails(f"{plain}, and its tags say that it holds a secret")
    if "low" in (by_name, by_description, by_tags):
        return no_answer(f"{plain} that may hold a secret by its name, description or tags: look")
    return _by_classification(parameter, context)


def _by_classification(parameter: SsmParameter, context: Context) -> Verdict:
    """What to say of a parameter without any sign of a secret."""
    said = classify(parameter, context)
    if said.required is None:
        return not_knowable(
            f"nothing says that this plain {parameter.kind} is a secret, and workload.yaml does "
            f"not say what the classification {said.value!r} requires",
            classification=said.value,
        )
    if said.required == "customer":
        return no_answer(
            f"a plain {parameter.kind} classified {said.value!r}: say whether it is a secret",
            classification=said.value,
        )
    return not_applicable(f"a plain {parameter.kind} that nothing says is a secret")


def _words(text: str) -> list[str]:
    """``/App/dbPassword_2`` -> app, db, password, 2: words, so that ``tokenize`` is no token."""
    return [word.lower() for word in _WORD.findall(text)]


def _places(words: Sequence[str], phrases: Sequence[str]) -> Iterator[int]:
    """Where the last word of each phrase stands."""
    for phrase in phrases:
        parts = phrase.split()
        for end in range(len(parts), len(words) + 1):
            if words[end - len(parts) : end] == parts:
                yield end - 1


def _secret_places(words: Sequence[str]) -> list[int]:
    run_together = [place for place, word in enumerate(words) if word.endswith(_ENDINGS)]
    return [*_places(words, _SECRET), *run_together]


def _of_name(name: str) -> Confidence:
    """The last part of a path names the parameter; the parts before it only say where it is."""
    words, leaf = _words(name), _words(name.rpartition("/")[2])
    first = len(words) - len(leaf)

    def means_it(place: int) -> bool:
        about = not _ABOUT.isdisjoint(words[place + 1 :])
        return not about and _OTHER.isdisjoint(words[first:place])

    found = [place for place in _secret_places(words) if means_it(place)]
    if any(place >= first for place in found):
        return "high"
    perhaps = [first + place for place in _places(leaf, _PERHAPS)]
    return "low" if found or any(map(means_it, perhaps)) else "none"


def _of_text(text: str) -> Confidence:
    """A description is prose: one that speaks about a secret, or denies it, needs a reader."""
    words = _words(text)
    if not _secret_places(words):
        return "none"
    return "low" if {*words} & (_ABOUT | _OTHER | _DENIALS) else "high"


def _of_tags(tags: dict[str, str]) -> Confidence:
    """``type: secret`` and ``secret: true`` are sure; ``team: secrets`` is not."""
    found: Confidence = "none"
    for name, value in tags.items():
        if name.startswith("aws:"):
            continue
        said, of = " ".join(_words(value)), _words(name)
        if said in _SECRET:
            if not _KINDS.isdisjoint(of):
                return "high"
            found = "low"
        if " ".join(of) in _SECRET and value.strip().lower() in _YES:
            return "high"
    return found
