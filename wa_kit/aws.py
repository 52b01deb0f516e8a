"""The call gate: the only way to AWS, and only to read.

Every call goes through a ``Gate``: one session, one client per region and service, a ceiling on
calls a second, strict answers, and errors told apart. What AWS does not give becomes a
``NotRead``. boto3 is imported when a session is opened, not before.
"""

from __future__ import annotations

import logging
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

import msgspec

from wa_kit import __version__
from wa_kit.lean import LeanFiles
from wa_kit.model import KitError, NotRead, Reason, Unread
from wa_kit.strict import Garbage, refuse_garbage

_log = logging.getLogger(__name__)
T = TypeVar("T")
S = TypeVar("S")

AT_ONCE = 8  # calls in flight for one list of details: what one adaptive client bears well
CALLS_A_SECOND = 100.0  # to one service of one region; limits are shared with the customer
SLOWER = {("cloudtrail", "lookup_events"): 2.0}  # AWS's own limit, per region

_READS = re.compile(r"^(describe|get|list|lookup|search)(_|$)")
_NEVER = {  # reads of data or of secrets: no collector may ask for them
    "get_secret_value",
    "batch_get_secret_value",
    "get_parameter",
    "get_parameters",
    "get_parameters_by_path",
    "get_parameter_history",
    "get_object",
    "get_item",
    "get_records",
    "get_password_data",
}

_PREFIX = {"efs": "elasticfilesystem", "resourcegroupstaggingapi": "tag"}
_ACTION = {
    "s3:ListBuckets": "s3:ListAllMyBuckets",
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketReplication": "s3:GetReplicationConfiguration",
    "s3:ListBucketInventoryConfigurations": "s3:GetInventoryConfiguration",
}

_DENIED = {
    "AccessDenied",
    "AccessDeniedException",
    "UnauthorizedOperation",
    "AuthFailure",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedAccess",
    "UnauthorizedException",
    "Forbidden",
    "403",
    "OptInRequired",
    "SubscriptionRequiredException",
}
_REGION_OFF = {"InvalidClientTokenId", "UnrecognizedClientException"}
_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}
_THROTTLED = {
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "SlowDown",
    "PriorRequestNotComplete",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "EC2ThrottledException",
}

# What botocore's parsers raise over garbage that ``strict`` did not see, deep in an answer.
_PARSER_TRIPS = (Garbage, ValueError, TypeError, AttributeError, KeyError)


def action(asked: str) -> str:
    """The IAM action that permits an operation, which is given as ``service:Operation``."""
    service, _, operation = asked.partition(":")
    return _ACTION.get(asked) or f"{_PREFIX.get(service, service)}:{operation}"


class Stopped(Exception):
    """The run was interrupted; nothing more is asked."""


class Pace:
    """A ceiling on calls a second. The first throttle halves it."""

    def __init__(self, a_second: float) -> None:
        self.a_second = a_second
        self._next = 0.0
        self._lock = threading.Lock()
        self._halved = False

    def wait(self, stop: threading.Event) -> None:
        with self._lock:
            now = time.monotonic()
            start = max(now, self._next)
            self._next = start + 1 / self.a_second
        if start > now:
            stop.wait(start - now)

    def halve(self) -> None:
        with self._lock:
            if not self._halved:
                self._halved, self.a_second = True, self.a_second / 2


class Gate:
    """All calls of one review to one account.

    ``endpoint_url`` is one address for every service. ``max_rate`` is calls a second to one
    service of one region. ``calls`` counts what was sent, per ``service:Operation``.
    """

    def __init__(
        self,
        session: Any,
        *,
        endpoint_url: str | None = None,
        max_rate: float | None = None,
        review: str = "",
        threads: int = 64,
        attempts: int = 10,
    ) -> None:
        self._session = session
        self._endpoint_url = endpoint_url
        self._max_rate = max_rate or CALLS_A_SECOND
        self._attempts = attempts
        self._agent = f"wa-kit/{__version__}" + (f" review/{review}" if review else "")
        self._clients: dict[tuple[str, str], Any] = {}
        self._paces: dict[tuple[str, ...], Pace] = {}
        self._shared: dict[tuple[Any, ...], Future[Any]] = {}
        self._lock = threading.RLock()
        self._details = ThreadPoolExecutor(threads, thread_name_prefix="detail")
        self._dead: dict[tuple[str, str], NotRead] = {}
        self._expired: NotRead | None = None
        self._stop = threading.Event()
        self.calls: Counter[str] = Counter()
        self.endpoints: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask nothing more. Calls in flight end; waiting ones raise ``Stopped``."""
        self._stop.set()
        self._details.shutdown(wait=True, cancel_futures=True)

    @property
    def simulation(self) -> bool:
        """Whether any client talked to something that is not AWS."""
        hosts = (urlsplit(url).hostname or "" for url in self.endpoints)
        return any(not re.search(r"\.(amazonaws\.com(\.cn)?|api\.aws)$", host) for host in hosts)

    def client(self, service: str, region: str) -> Any:
        with self._lock:  # a session is not thread-safe while it makes a client
            if (service, region) not in self._clients:
                self._clients[service, region] = self._make(service, region)
            return self._clients[service, region]

    def _make(self, service: str, region: str) -> Any:
        from botocore.config import Config

        config = Config(
            retries={"mode": "adaptive", "total_max_attempts": self._attempts},
            max_pool_connections=4 * AT_ONCE,
            user_agent_extra=self._agent,
            connect_timeout=10,
            read_timeout=30,
            s3={"addressing_style": "path"} if self._endpoint_url else None,
        )
        made = self._session.client(
            service, region_name=region, endpoint_url=self._endpoint_url, config=config
        )
        self.endpoints.add(made.meta.endpoint_url)
        events = made.meta.events
        events.register("before-parse", refuse_garbage)
        events.register_first("needs-retry", self._slow_down)
        return made

    def _slow_down(self, response: Any, operation: Any, request_dict: Any, **_: Any) -> None:
        code = response[1].get("Error", {}).get("Code") if response else None
        if code in _THROTTLED:
            context = request_dict["context"]
            service = operation.service_model.service_name
            self._pace(service, context.get("client_region", ""), "").halve()

    def _pace(self, service: str, region: str, operation: str) -> Pace:
        slow = SLOWER.get((service, operation))
        key = (service, region, operation) if slow else (service, region)
        with self._lock:
            if key not in self._paces:
                self._paces[key] = Pace(min(slow or self._max_rate, self._max_rate))
            return self._paces[key]

    def call(self, service: str, region: str, operation: str, arguments: dict[str, Any]) -> Any:
        """One call's answer. Raises ``Unread`` when AWS does not give it."""
        asked = self.asked(service, region, operation)
        self._may_ask(service, region, operation, asked)
        self._pace(service, region, operation).wait(self._stop)
        if self._stop.is_set():
            raise Stopped
        with self._lock:
            self.calls[asked] += 1
        _log.debug("%s in %s", asked, region)
        return self._answer(service, region, operation, asked, arguments)

    def asked(self, service: str, region: str, operation: str) -> str:
        """An operation in boto3's snake case, as ``service:Operation``."""
        api = self.client(service, region).meta.method_to_api_mapping[operation]
        return f"{service}:{api}"

    def _may_ask(self, service: str, region: str, operation: str, asked: str) -> None:
        if not _READS.match(operation) or operation in _NEVER:
            raise AssertionError(f"the kit only reads, and no data: {asked}")
        if self._stop.is_set():
            raise Stopped
        if refused := self._expired or self._dead.get((service, region)):
            raise Unread(msgspec.structs.replace(refused, operation=asked, action=action(asked)))

    def _answer(
        self, service: str, region: str, operation: str, asked: str, arguments: dict[str, Any]
    ) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
        from botocore.parsers import ResponseParserError

        try:
            return getattr(self.client(service, region), operation)(**arguments)
        except ParamValidationError:
            raise  # the collector's fault, not an answer
        except (ClientError, BotoCoreError, ResponseParserError, *_PARSER_TRIPS) as error:
            refused = not_read(error, asked, action(asked))
            if refused.reason is Reason.EXPIRED:
                self._expired = refused
            if refused.reason is Reason.UNREACHABLE and not isinstance(error, ClientError):
                self._dead[service, region] = refused
            raise Refused(refused, error_code(error), error_message(error)) from error

    def shared(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """``make()``, asked once and given to everyone who asks for ``key``."""
        with self._lock:
            future = self._shared.get(key)
            mine = future is None
            if future is None:
                future = self._shared[key] = Future()
        if mine:
            try:
                future.set_result(make())
            except BaseException as error:  # whoever waits must hear of it
                future.set_exception(error)
        result: T = future.result()
        return result

    def each(
        self, items: Iterable[S], ask: Callable[[S], T], at_once: int = AT_ONCE
    ) -> Iterator[T]:
        """``ask(item)`` for every item, in order, ``at_once`` at a time."""
        if threading.current_thread().name.startswith("detail"):
            yield from map(ask, items)  # no thread of the pool may wait for the pool
            return
        waiting: deque[Future[T]] = deque()
        failed: list[Unread] = []  # a listing that fails at page k still hands over what it began
        try:
            for item in items:
                if self._stop.is_set():
                    raise Stopped
                waiting.append(self._details.submit(ask, item))
                if len(waiting) >= at_once:
                    yield from _result(waiting.popleft(), failed)
        except Unread as unread:
            failed.append(unread)
        while waiting:
            yield from _result(waiting.popleft(), failed)
        if failed:
            raise failed[0]


def _result(future: Future[T], failed: list[Unread]) -> Iterator[T]:
    try:
        yield future.result()
    except Unread as unread:
        failed.append(unread)


class Refused(Unread):
    """AWS refused one call. ``code`` and ``message`` are AWS's, for what may be an answer."""

    def __init__(self, not_read: NotRead, code: str = "", message: str = "") -> None:
        super().__init__(not_read)
        self.code = code
        self.message = message


class Answer(dict[str, Any]):
    """A structure of an answer. A member that must be there and is not raises ``Unread``."""

    def __init__(self, members: dict[str, Any], nonsense: NotRead) -> None:
        super().__init__({name: _answer(value, nonsense) for name, value in members.items()})
        self._nonsense = nonsense

    def __missing__(self, member: str) -> Any:
        raise Unread(msgspec.structs.replace(self._nonsense, detail=f"it lacks {member}"))


def _answer(value: Any, nonsense: NotRead) -> Any:
    if isinstance(value, dict):
        return Answer(value, nonsense)
    return [_answer(item, nonsense) for item in value] if isinstance(value, list) else value


class Reader:
    """What a collector gets: the gate, seen from one account and region.

    ``declared`` are the IAM actions the collector says it needs; no other call goes out.
    ``operations`` are those it made. ``regions`` are those in scope, ``None`` for any: details of
    what lies elsewhere need not be asked.
    """

    def __init__(
        self,
        gate: Gate,
        account: str,
        region: str,
        partition: str = "aws",
        declared: Collection[str] | None = None,
        operations: set[str] | None = None,
        regions: Collection[str] | None = None,
    ) -> None:
        self.gate = gate
        self.account = account
        self.region = region
        self.partition = partition
        self.declared = declared
        self.operations: set[str] = set() if operations is None else operations
        self.regions = regions

    def covers(self, region: str) -> bool:
        """Whether ``region`` is in scope."""
        return self.regions is None or region in self.regions

    def at(self, region: str) -> Reader:
        """The same, seen from another region."""
        return Reader(
            self.gate,
            self.account,
            region,
            self.partition,
            self.declared,
            self.operations,
            self.regions,
        )

    def arn(self, service: str, resource: str, region: str | None = None) -> str:
        place = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{place}:{self.account}:{resource}"

    def get(
        self,
        service: str,
        operation: str,
        key: str | None,
        *,
        absent: Collection[str] = (),
        **arguments: Any,
    ) -> Any:
        """What stands under ``key`` of an answer, ``None`` for an error code in ``absent``.

        Without a ``key``, the whole answer.

        Raises ``Unread`` when AWS refuses, or when the answer lacks ``key``.
        """
        try:
            answer = self._call(service, operation, arguments)
        except Refused as refused:
            if refused.code in absent:
                return None
            raise
        return answer if key is None else answer[key]

    def _call(self, service: str, operation: str, arguments: dict[str, Any]) -> Answer:
        asked = self.gate.asked(service, self.region, operation)
        needs = action(asked)
        if self.declared is not None and needs not in self.declared:
            raise AssertionError(f"{asked} needs {needs}, which is not declared")
        self.operations.add(asked)
        answer = self.gate.call(service, self.region, operation, arguments)
        return Answer(answer, NotRead(Reason.MALFORMED, asked, needs))

    def read(self, service: str, operation: str, key: str | None, **arguments: Any) -> Any:
        """Like ``get``, with a ``NotRead`` in place of what is refused."""
        return attempt(lambda: self.get(service, operation, key, **arguments))

    def pages(
        self, service: str, operation: str, key: str, *, omitted: bool = False, **arguments: Any
    ) -> Iterator[Any]:
        """Every item under ``key``, over all pages. Raises ``Unread`` rather than end early.

        ``omitted`` says that AWS leaves ``key`` out where there is nothing.
        """
        for answer in self.answers(service, operation, **arguments):
            yield from answer.get(key, ()) if omitted else answer[key]

    def answers(self, service: str, operation: str, **arguments: Any) -> Iterator[Answer]:
        """Every page, each a whole answer. Raises ``Unread`` rather than end early."""
        tokens = _TOKENS.get(operation) or _tokens(
            self.gate.client(service, self.region), operation
        )
        seen: set[str] = set()
        while True:
            answer = self._call(service, operation, arguments)
            yield answer
            if tokens is None:
                return
            given, asked, more = tokens
            token = answer.get(given)
            if not token:
                if more and answer.get(more):
                    answer[f"the marker {given}"]
                return
            if token in seen:
                answer[f"a new marker {given}"]
            seen.add(token)
            arguments = {**arguments, asked: token}

    def each(
        self, items: Iterable[S], ask: Callable[[S], T], at_once: int = AT_ONCE
    ) -> Iterator[T]:
        return self.gate.each(items, ask, at_once)

    def shared(self, make: Callable[..., T], *arguments: Any) -> T:
        """``make(self, *arguments)``, asked once per region for whoever wants it.

        Whoever wants it is said to have made its calls: not only who happened to be first.
        """

        def once() -> tuple[T | Unread, set[str]]:
            reader = self.at(self.region)
            reader.operations = set()
            try:
                return make(reader, *arguments), reader.operations
            except Unread as unread:
                return unread, reader.operations

        key = (make.__module__, make.__qualname__, self.region, *arguments)
        made, operations = self.gate.shared(key, once)
        self.operations |= operations
        if isinstance(made, Unread):
            raise made
        return made


# Operations without a paginator in botocore that page all the same: answer, argument, "more" flag.
_TOKENS: dict[str, tuple[str, str, str | None]] = {
    "list_bucket_inventory_configurations": (
        "NextContinuationToken",
        "ContinuationToken",
        "IsTruncated",
    ),
    "get_discovered_resource_counts": ("nextToken", "nextToken", None),
    "list_report_jobs": ("NextToken", "NextToken", None),
    "list_rules": ("NextToken", "NextToken", None),
    "list_targets_by_rule": ("NextToken", "NextToken", None),
}


def _tokens(client: Any, operation: str) -> tuple[str, str, str | None] | None:
    """How an operation pages, from botocore's own model: ``None`` when it does not."""
    if not client.can_paginate(operation):
        return None
    pages = client.get_paginator(operation)._pagination_cfg
    given, asked = pages["output_token"], pages["input_token"]
    given, asked = (value[0] if isinstance(value, list) else value for value in (given, asked))
    return given.partition(" ")[0], asked, pages.get("more_results")


def attempt(ask: Callable[[], T]) -> T | NotRead:
    """``ask()``, or the ``NotRead`` that it met."""
    try:
        return ask()
    except Unread as unread:
        return unread.not_read


def error_code(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Code", ""))


def error_message(error: Exception) -> str:
    response = getattr(error, "response", None) or {}
    return str(response.get("Error", {}).get("Message", ""))


def not_read(error: Exception, operation: str, needs: str) -> NotRead:
    """Why a call gave nothing: botocore's and the kit's errors, told apart."""
    from botocore.exceptions import BotoCoreError, ClientError

    if not isinstance(error, (BotoCoreError, ClientError)):
        return NotRead(Reason.MALFORMED, operation, needs, str(error))
    if not isinstance(error, ClientError):
        return NotRead(Reason.UNREACHABLE, operation, needs, type(error).__name__)
    code, message = error_code(error), error_message(error)
    if code in _DENIED:
        scp = "service control policy" in message.lower()
        return NotRead(
            Reason.DENIED, operation, needs, "by a service control policy" if scp else ""
        )
    if code in _REGION_OFF:
        return NotRead(Reason.DENIED, operation, needs, "the region refuses these credentials")
    if code in _EXPIRED:
        return NotRead(Reason.EXPIRED, operation, needs)
    if code in _THROTTLED:
        return NotRead(Reason.THROTTLED, operation, needs)
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    reason = Reason.UNREACHABLE if status >= 500 else Reason.MALFORMED
    return NotRead(reason, operation, needs, code)


class Caller:
    """Who we are: what ``sts:GetCallerIdentity`` says."""

    def __init__(self, arn: str, account: str) -> None:
        self.arn = arn
        self.account = account
        self.partition = arn.split(":")[1] if arn.startswith("arn:") else "aws"


def open_session(*keys: str, **given: Any) -> Any:
    """A ``boto3.Session``, which takes the same arguments, that keeps no prose in memory."""
    import boto3
    from botocore.session import get_session

    core = get_session()
    core.get_component("data_loader").file_loader = LeanFiles()
    return boto3.Session(*keys, **given, botocore_session=core)


def open_gate(
    *,
    profile: str | None = None,
    role: str | None = None,
    external_id: str | None = None,
    account: str | None = None,
    region: str | None = None,
    endpoint_url: str | None = None,
    max_rate: float | None = None,
    review: str = "",
    attempts: int = 10,
) -> tuple[Gate, Caller]:
    """Open a session, take the role, and stop before the first read in a wrong account.

    Raises ``KitError`` (exit code 4), saying what to do.
    """
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        session = open_session(profile_name=profile, region_name=region)
        home = session.region_name or "us-east-1"
        if role:
            session = _assume(session, role, external_id, account, home, endpoint_url)
        sts = session.client("sts", region_name=home, endpoint_url=endpoint_url, config=_brief())
        sts.meta.events.register("before-parse", refuse_garbage)
        answer = sts.get_caller_identity()
        caller = Caller(str(answer["Arn"]), str(answer["Account"]))
    except (BotoCoreError, ClientError, Garbage, ValueError) as error:
        raise KitError(_advice(error, profile, role, endpoint_url), 4) from error
    if account and caller.account != account:
        raise KitError(
            f"These credentials open account {caller.account}, not {account}; nothing was read. "
            "Pass the right --profile or --role, or mend the account id: that of --account, else "
            "that of workload.yaml.",
            4,
        )
    gate = Gate(
        session,
        endpoint_url=endpoint_url,
        max_rate=max_rate,
        review=review,
        attempts=attempts,
    )
    return gate, caller


def _brief() -> Any:
    from botocore.config import Config

    return Config(
        retries={"mode": "standard", "total_max_attempts": 2}, connect_timeout=5, read_timeout=15
    )


def _assume(
    session: Any,
    role: str,
    external_id: str | None,
    account: str | None,
    home: str,
    endpoint_url: str | None,
) -> Any:
    sts = session.client("sts", region_name=home, endpoint_url=endpoint_url, config=_brief())
    if not role.startswith("arn:"):
        if not account:
            raise ValueError(f"--role {role} is a name: say in which account with --account")
        partition = str(sts.get_caller_identity()["Arn"]).split(":")[1]
        role = f"arn:{partition}:iam::{account}:role/{role}"
    extra = {"ExternalId": external_id} if external_id else {}
    given = sts.assume_role(RoleArn=role, RoleSessionName="wa-kit", **extra)["Credentials"]
    return open_session(
        given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"], region_name=home
    )


def _advice(error: Exception, profile: str | None, role: str | None, endpoint: str | None) -> str:
    """One or two lines: what failed, and what to do."""
    name, code = type(error).__name__, error_code(error)
    who = f"profile {profile!r}" if profile else "the default credentials"
    if name == "ProfileNotFound":
        return f"There is no AWS profile {profile!r}. List yours with: aws configure list-profiles"
    if name in ("NoCredentialsError", "PartialCredentialsError", "CredentialRetrievalError"):
        return "No AWS credentials found. Pass --profile, or log in: aws sso login, aws configure"
    if "SSO" in name or "Token" in name or name == "LoginRefreshTokenExpired":
        again = f"aws sso login --profile {profile}" if profile else "aws sso login"
        return f"The SSO login of {who} has expired or is missing. Log in again: {again}"
    if code in _EXPIRED:
        return f"The credentials of {who} have expired. Get new ones and run again."
    if code in _REGION_OFF or code in ("SignatureDoesNotMatch", "AuthFailure"):
        return f"AWS does not accept {who} ({code}). Check the access key and the clock."
    if role and code in _DENIED:
        return (
            f"{who} may not assume {role}. Check the role's trust policy, the --external-id, "
            "and that sts:AssumeRole is allowed."
        )
    if endpoint and "endpoint" in str(error).lower() and isinstance(error, ValueError):
        return f"{endpoint!r} is no address. --endpoint-url takes one such as http://127.0.0.1:4566"
    if name in ("EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError", "Garbage"):
        where = endpoint or "AWS"
        return f"{where} cannot be reached or does not speak AWS ({name}). Check the address."
    return f"AWS did not let us in with {who}: {error}"
