"""The loopback address: one WSGI application in front of fakes, overlays and moto.

It listens on 127.0.0.1 only, and keeps nothing between two requests but the estate's own state.
"""

from __future__ import annotations

import io
import threading
from typing import TYPE_CHECKING, Any, cast

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import Request
from moto.iam.models import get_account_id_from
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from werkzeug.serving import make_server
from werkzeug.wrappers import Response

from wa_kit.simulated import overlays, wire
from wa_kit.simulated.wire import Call, Refused

if TYPE_CHECKING:
    from wa_kit.simulated.estate import Estate


class _Handler(MotoRequestHandler):
    """Keeps connections open, as AWS does and werkzeug's own handler does not; and quiet."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: Nagle would hold the second

    def run_wsgi(self) -> None:
        if self.headers.get("Expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        front: Any = self.server.app
        response = front.respond(self.make_environ())
        body = response.get_data()
        self.send_response(response.status_code)
        for name, value in response.headers.items():
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        length = response.headers.get("Content-Length") if self.command == "HEAD" else None
        if response.status_code != 204:
            self.send_header("Content-Length", length or str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log(self, *_: Any) -> None:
        """Nothing: a demo's output is the demo's."""


class Front:
    """Answers requests on ``port`` from ``start`` to ``stop``."""

    def __init__(self, estate: Estate) -> None:
        self._estate = estate
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server(
            "127.0.0.1", 0, cast(Any, self), threaded=True, request_handler=_Handler
        )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="simulated-aws", daemon=True
        )
        self.port: int = self._server.server_port

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def respond(self, environ: dict[str, Any]) -> Response:
        """The answer to one request, in WSGI's terms."""
        body = Request(environ).get_data()  # read whole, or the next request would start inside it
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        call = wire.identify(Request(environ | {"wsgi.input": io.BytesIO(body)}))
        call.account = self._account(call.access_key)
        for_moto = {"wsgi.input": io.BytesIO(body), "HTTP_X_MOTO_ACCOUNT_ID": call.account}
        return self._respond(call, environ | for_moto)

    def _account(self, access_key: str) -> str:
        """The estate's account, or that of the role whose keys these are."""
        known = get_account_id_from(access_key)
        return self._estate.account if known == DEFAULT_ACCOUNT_ID else known

    def _respond(self, call: Call, environ: dict[str, Any]) -> Response:
        self._estate.calls.append(call.place)
        try:
            faults = [fault for fault in self._estate.faults if fault.matches(call)]
            for fault in faults:
                fault.before(call)
            response = self._answer(call, environ)
            for fault in faults:
                response = fault.after(call, response)
        except Refused as refused:
            return wire.refusal(call, refused)
        return response

    def _answer(self, call: Call, environ: dict[str, Any]) -> Response:
        """A fake's answer, else an overlay's, else moto's; an error is an answer too."""
        try:
            made = self._estate.fake_answer(call)
            if made is None:
                made = overlays.answer_instead(call)
            return self._ask_moto(call, environ) if made is None else wire.answer(call, made)
        except NotImplementedError:
            text = f"neither moto nor a fake answers {call.service}:{call.operation}"
            return wire.refusal(call, Refused("NotImplemented", text))
        except Refused as refused:
            return wire.refusal(call, refused)

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Response:
        response = Response.from_app(self._moto, environ, buffered=True)
        if response.status_code == 404 and response.mimetype == "text/html":
            raise NotImplementedError  # a path that moto does not know
        overlays.repair(call, response)
        return response
