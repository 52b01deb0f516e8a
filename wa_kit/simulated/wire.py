"""What one HTTP request asks, and how an answer travels back in its service's own protocol.

Operations, parameters and answers follow botocore's service models, by way of moto's router,
parsers and serializers. It never decides what an answer says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from xml.sax.saxutils import escape

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.serialize import get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from wa_kit.simulated.shapes import breaches

_SIGNED_AS = {  # where the signature's name is not boto3's
    "elasticfilesystem": "efs",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
}
_STATUS = {
    "AccessDenied": 403,
    "UnauthorizedOperation": 403,
    "AuthFailure": 401,
    "RequestLimitExceeded": 503,
    "SlowDown": 503,
    "InternalFailure": 500,
    "NotImplemented": 501,
    "ExpiredToken": 403,
    "InvalidClientTokenId": 403,
}
_REST_STATUS = {
    "AccessDeniedException": 403,
    "ResourceNotFoundException": 404,
    "ThrottlingException": 429,
    "TooManyRequestsException": 429,
}


class Refused(Exception):
    """An error that the service answers with."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class Call:
    """One request: which operation of which service, where, on whose behalf."""

    request: Request
    service: str  # as boto3 names it
    operation: str  # as botocore names it; "" when no model knows the request
    region: str
    access_key: str
    protocol: str
    model: Any = None
    path_params: Any = None
    account: str = ""

    @property
    def place(self) -> tuple[str, str, str]:
        return self.service, self.operation, self.region

    @cached_property
    def asked(self) -> dict[str, Any]:
        """The parameters. Raises ``Refused`` when the request breaks the model."""
        request = self.request
        try:
            unknown = self._unknown()
            parsed = PROTOCOL_PARSERS[self.protocol](self.model).parse(
                {
                    "method": request.method,
                    "values": request.values,
                    "headers": request.headers,
                    "body": request.data,
                    "url_path": request.path,
                    "url_params": self.path_params,
                }
            )
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            raise Refused("SerializationException", f"The request is garbled: {error}") from error
        broken = [*unknown, *breaches(self.model.input_shape, parsed)]
        if broken:
            raise Refused("ValidationException", "; ".join(broken))
        return parsed

    def _unknown(self) -> list[str]:
        """What the parser drops in silence: members of a JSON body that no model knows."""
        if "json" not in self.protocol or not self.request.data:
            return []
        found = breaches(self.model.input_shape, json.loads(self.request.data), wire=True)
        return [text for text in found if text.endswith(": unknown")]


def identify(request: Request) -> Call:
    """Which operation a request asks for."""
    key, region, signed = _credential(request)
    service = _SIGNED_AS.get(signed, signed)
    path = request.path.split("/")
    if path[1:2] == ["service"] and path[3:4] == ["operation"]:  # Smithy RPC v2, spoken in CBOR
        return Call(request, service, path[4], region, key, "smithy-rpc-v2-cbor")
    try:
        description = get_service_model(service)
        protocol = determine_request_protocol(description, request.content_type)
        model, path_params = get_service_router(service).match(request)
    except (HTTPException, LookupError, ValueError, NotImplementedError):
        return Call(request, service, "", region, key, "json")
    return Call(request, service, model.name, region, key, protocol, model, path_params)


def _credential(request: Request) -> tuple[str, str, str]:
    """Access key, region and signing name of the request's signature."""
    _, _, scope = request.headers.get("Authorization", "").partition("Credential=")
    parts = scope.partition(",")[0].split("/")
    return (parts[0], parts[2], parts[3]) if len(parts) == 5 else ("", "us-east-1", "s3")


def answer(call: Call, result: dict[str, Any]) -> Response:
    """A result, as the operation's protocol has it. One that breaks the model is a loud 500."""
    shape = call.model.output_shape
    broken = list(breaches(shape, result)) if shape is not None else []
    if broken:
        text = f"the simulated {call.service}:{call.operation} breaks AWS's model: "
        raise Refused("InternalFailure", text + "; ".join(broken))
    serializer = get_serializer_class(call.service, call.protocol)(call.model)
    made = serializer.serialize(result)
    return Response(made["body"], made["status_code"], made["headers"])


def refusal(call: Call, refused: Refused) -> Response:
    """An error, as the operation's protocol has it."""
    code, message = refused.code, refused.message
    status = refused.status or _STATUS.get(code)
    if call.protocol in ("json", "rest-json", "smithy-rpc-v2-cbor"):
        if status is None:
            status = _REST_STATUS.get(code, 400) if call.protocol == "rest-json" else 400
        body = json.dumps({"__type": code, "message": message})
        kind = "application/json" if call.protocol == "rest-json" else "application/x-amz-json-1.1"
        return Response(body, status, {"x-amzn-errortype": code}, content_type=kind)
    inner = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
    shapes = {
        "query": "<ErrorResponse><Error><Type>Sender</Type>{}</Error>"
        "<RequestId>simulated</RequestId></ErrorResponse>",
        "ec2": "<Response><Errors><Error>{}</Error></Errors>"
        "<RequestID>simulated</RequestID></Response>",
        "rest-xml": "<Error>{}<RequestId>simulated</RequestId></Error>",
    }
    body = shapes[call.protocol].format(inner) if call.request.method != "HEAD" else ""
    status = status or _REST_STATUS.get(code, 403 if "Denied" in code else 400)
    return Response(body, status, content_type="text/xml")
