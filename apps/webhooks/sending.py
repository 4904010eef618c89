"""One POST to an endpoint: what it answered, or why it did not. Follows no redirect, knows no proxy and no cookie."""

import functools
import logging
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass

import httpcore
import httpx

from apps.core.errors import CoursierError
from apps.webhooks.connecting import AddressRefused, Deadline, GuardedBackend, NameUnknown
from apps.webhooks.targets import target_of

logger = logging.getLogger(__name__)
TIMEOUT_S = 15.0
ANSWER_BYTES = 16 * 1024  # of an answer are read and kept; the rest is not waited for


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of an attempt: a status with the beginning of the body, or an error code."""

    status: int | None = None
    error: str = ""
    body: bytes = b""
    retry_after: str = ""
    duration_ms: int = 0

    @property
    def is_success(self) -> bool:
        """Only 2xx is: a redirect tells that the URL is wrong."""
        return self.status is not None and 200 <= self.status < 300


ERRORS: tuple[tuple[type[Exception], str], ...] = (  # the first that fits
    (AddressRefused, "address_refused"),
    (NameUnknown, "name_unknown"),
    (httpcore.TimeoutException, "timeout"),
    (httpcore.ConnectError, "connection_failed"),
    (httpcore.ProtocolError, "not_http"),
    (httpcore.NetworkError, "connection_lost"),
)
_RAISED: tuple[type[Exception], ...] = (*(kind for kind, _ in ERRORS), OSError)


def post(url: str, *, headers: Mapping[str, str], body: bytes) -> Answer:
    """Send a body. Never raises for what the other side does: it has `TIMEOUT_S` seconds in all."""
    began = time.monotonic()
    deadline = Deadline(TIMEOUT_S)
    try:
        answer = _post(url, headers, body, deadline)
    except CoursierError as error:  # a URL that was right when it was written
        answer = Answer(error=error.code)
    except _RAISED as error:
        answer = Answer(error="timeout" if deadline.has_passed else _code_of(error))
    milliseconds = round((time.monotonic() - began) * 1000)
    return Answer(answer.status, answer.error, answer.body, answer.retry_after, milliseconds)


def _post(url: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Answer:
    target = target_of(url)
    limits = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT_S)
    with (
        GuardedBackend(target, deadline) as backend,
        httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, max_connections=1) as pool,
        pool.stream(
            "POST", url, headers=list(headers.items()), content=body, extensions={"timeout": limits}
        ) as response,
    ):
        told = {name.lower(): value for name, value in response.headers}
        retry_after = told.get(b"retry-after", b"").decode("latin-1")
        return Answer(response.status, body=_beginning(response), retry_after=retry_after)


def _beginning(response: httpcore.Response) -> bytes:
    """The first bytes of a body; of one that breaks off or never ends, what came. The status has been told by then."""
    read = bytearray()
    try:
        for chunk in response.iter_stream():
            read += chunk
            if len(read) >= ANSWER_BYTES:
                break
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException) as error:
        logger.info("An answer broke off after %d bytes: %s", len(read), error)
    return bytes(read[:ANSWER_BYTES])


def _code_of(error: Exception) -> str:
    if isinstance(error.__cause__ or error.__context__, ssl.SSLError):  # httpcore's pool raises again "from None"
        return "tls_failed"
    return next((code for kind, code in ERRORS if isinstance(error, kind)), "connection_lost")


@functools.cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()
