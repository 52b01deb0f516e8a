"""Refuses answers that are no answers: HTML pages, empty bodies, cut or mistyped JSON and XML.

botocore parses most garbage that comes with status 200 to ``{}``, which reads as "nothing here".
``refuse_garbage`` looks at the raw body before botocore does. It never changes an answer.
"""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from typing import Any

_DEEP_ENOUGH = 3  # an answer, its lists, the fields of their items

_DOCUMENTS = {"Policy", "ResourcePolicy"}  # members whose text is a JSON document itself

# S3 names its documents by hand; the model does not know the names.
_S3_ROOTS = {
    "ListBuckets": "ListAllMyBucketsResult",
    "GetBucketEncryption": "ServerSideEncryptionConfiguration",
    "GetBucketLocation": "LocationConstraint",
    "GetBucketReplication": "ReplicationConfiguration",
    "ListBucketInventoryConfigurations": "ListInventoryConfigurationsResult",
}


class Garbage(Exception):
    """A success that carries nothing the operation could have answered."""


def refuse_garbage(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """A botocore ``before-parse`` handler. Raises ``Garbage``."""
    shape = operation_model.output_shape
    if response_dict["status_code"] >= 300 or shape is None or not shape.members:
        return
    body, protocol = response_dict["body"], operation_model.service_model.resolved_protocol
    if not body:
        raise Garbage("the body is empty")
    payload = shape.serialization.get("payload")
    if payload and shape.members[payload].type_name in ("string", "blob"):
        _json(body)  # a document on its own, such as a bucket policy
    elif "json" in protocol:
        _require(shape, _json(body))
    elif "cbor" in protocol:
        if body[0] >> 5 != 5:  # the major type of a CBOR map
            raise Garbage("the body is no CBOR map")
    else:
        _xml(operation_model, body)


def _json(text: bytes, what: str = "the body") -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Garbage(f"{what} is no JSON") from error
    if not isinstance(value, dict):
        raise Garbage(f"{what} is a JSON {type(value).__name__}")
    return value


_PYTHON = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "timestamp": (int, float, str),
}


def _require(shape: Any, value: Any, path: str = "", depth: int = 0) -> None:
    kind = shape.type_name
    if value is None and depth:
        return
    if not isinstance(value, _PYTHON.get(kind, object)):  # type: ignore[arg-type]
        raise Garbage(f"{path or 'the body'} is a {type(value).__name__}, not a {kind}")
    if depth == _DEEP_ENOUGH:
        return
    if kind == "structure":
        for name, member in shape.members.items():
            wire = member.serialization.get("name", name)
            if wire in value and not member.serialization.get("location"):
                _require(member, value[wire], f"{path}.{name}".lstrip("."), depth + 1)
                if depth == 0 and name in _DOCUMENTS and member.type_name == "string":
                    _json(str(value[wire]).encode(), name)
    elif kind == "list":
        for item in value:
            _require(shape.member, item, f"{path}[]", depth + 1)


def _xml(operation: Any, body: bytes) -> None:
    try:
        root = ElementTree.fromstring(body).tag.rpartition("}")[2]
    except ElementTree.ParseError as error:
        raise Garbage("the body is no XML") from error
    usual = f"{operation.name}Response"  # S3's own names are not known to every server like it
    expected = _S3_ROOTS.get(operation.name, usual)
    if root not in (expected, usual):
        raise Garbage(f"the body is a <{root}>, not a <{expected}>")
