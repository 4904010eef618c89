"""Webhooks in tests: a sink that answers by a script, over real sockets, and what makes an order tell of itself."""

import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson
from rest_framework.response import Response
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from apps.core.ids import parse_public_id, public_id
from apps.core.models import Event
from apps.couriers.services import pause, resume
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.services import LegMove, cancel_order, clear_attention, move_leg, raise_attention
from apps.webhooks.models import Attempt, Endpoint, Message
from apps.webhooks.selectors import endpoints_with_due_messages
from apps.webhooks.services import NewEndpoint, create_endpoint, deliver_due_of
from apps.webhooks.signing import secret_of
from tests.broker import losing_everything
from tests.cast import Cast, placed
from workers.relay import drain_outbox

ENDPOINTS = "/v1/webhook_endpoints"
LOOPBACK = "127.0.0.1/32"
CARRIED = (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@dataclass(frozen=True)
class Received:
    """A request as a sink got it."""

    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def content(self) -> dict[str, Any]:
        """The body as JSON."""
        return dict(orjson.loads(self.body))

    @property
    def kind(self) -> str:
        """What it tells of."""
        return str(self.content["type"])

    def verified(self, secret: str) -> dict[str, Any]:
        """The content, after the reference library found the signature right."""
        return dict(Webhook(secret).verify(self.body, self.headers))


Action = Callable[[socket.socket], None]


def answers(status: int, body: bytes = b"ok", **headers: str) -> Action:
    """Answer properly."""

    def answer(connection: socket.socket) -> None:
        lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)

    return answer


def hangs(connection: socket.socket) -> None:
    """Say nothing until the other side has had enough."""
    connection.settimeout(20)
    connection.recv(1)


def resets(connection: socket.socket) -> None:
    """Break the connection off, rudely."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def says_nonsense(connection: socket.socket) -> None:
    """Speak another protocol."""
    connection.sendall(b"220 mail.example.org ESMTP\r\n")


def drips_headers(connection: socket.socket) -> None:
    """Send a header without end, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while True:
        connection.sendall(b"x")
        time.sleep(0.02)


def floods(connection: socket.socket) -> None:
    """Answer 200 and a body without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n")
    while True:
        connection.sendall(b"spam" * 16_384)


def floods_headers(connection: socket.socket) -> None:
    """Answer 200 and headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"y" * 4096 + b"\r\n")


class Sink:
    """A server on loopback. Plays its script, one action a request; the last one stays."""

    def __init__(self, *script: Action, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> None:
        self.script = list(script) or [answers(200)]
        self.received: list[Received] = []
        self.connections = 0
        self._at_a_time = 0
        self.most_at_a_time = 0
        self._changing = threading.Lock()
        self._tls = tls
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=64, dualstack_ipv6=":" in host)
        self._threads: list[threading.Thread] = [self._start(self._listen)]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    @property
    def url(self) -> str:
        """Its URL, by plain http: the settings must allow it."""
        return f"http://127.0.0.1:{self.port}/hooks?from=coursier"

    @property
    def kinds(self) -> list[str]:
        """What it was told of, in the order in which it was."""
        return [request.kind for request in self.received]

    def plays(self, *script: Action) -> None:
        """Another script from now on."""
        self.script = list(script)

    def _start(self, run: Callable[..., None], *arguments: Any) -> threading.Thread:
        thread = threading.Thread(target=run, args=arguments, daemon=True)
        thread.start()
        return thread

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with self._changing:
                self.connections += 1
            self._threads.append(self._start(self._serve, connection))

    def _serve(self, plain: socket.socket) -> None:
        try:
            connection = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
        except OSError:
            plain.close()
            return
        self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            try:
                if request := _read(connection):
                    self._play(request, connection)
            except OSError:
                return

    def _play(self, request: Received, connection: socket.socket) -> None:
        with self._changing:
            self._at_a_time += 1
            self.most_at_a_time = max(self.most_at_a_time, self._at_a_time)
            self.received.append(request)
            action = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        try:
            action(connection)
        finally:
            with self._changing:
                self._at_a_time -= 1

    def close(self) -> None:
        """Stop listening. Safe to call twice."""
        if self._listener.fileno() == -1:
            return
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=5)


def _read(connection: socket.socket) -> Received | None:
    connection.settimeout(20)
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(65_536)
        if not more:
            return None
        read += more
    head, _, body = read.partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode().split("\r\n")[1:]]
    headers = {name.lower(): value.strip() for name, _, value in lines}
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65_536)
    return Received(headers, body)


class Integrator:
    """A merchant's system with its key, which manages its webhook endpoints."""

    def __init__(self, key: str) -> None:
        self.client = APIClient(HTTP_AUTHORIZATION=f"Bearer {key}")
        self._asked = 0

    def creates(self, url: str = "https://hooks.example.org/in", *, key: str = "", **fields: Any) -> Response:
        """Ask for an endpoint."""
        return self.posts("", {"url": url, **fields}, key=key)

    def posts(self, path: str, body: Any = None, *, key: str = "") -> Response:
        """POST below `/v1/webhook_endpoints`, under a new Idempotency-Key."""
        self._asked += 1
        return self.client.post(
            f"{ENDPOINTS}{path}", body or {}, headers={"Idempotency-Key": key or f"key {self._asked}"}
        )

    def patches(self, path: str, **changes: Any) -> Response:
        """PATCH below `/v1/webhook_endpoints`."""
        return self.client.patch(f"{ENDPOINTS}{path}", changes)

    def gets(self, path: str = "", **query: Any) -> Response:
        """GET below `/v1/webhook_endpoints`."""
        return self.client.get(f"{ENDPOINTS}{path}", query)

    def deletes(self, path: str) -> Response:
        """DELETE below `/v1/webhook_endpoints`."""
        return self.client.delete(f"{ENDPOINTS}{path}")


def listening(organisation_id: UUID, sink: Sink, **options: Any) -> Endpoint:
    """An endpoint of an organisation at a sink."""
    return create_endpoint(NewEndpoint(organisation_id=organisation_id, url=sink.url, **options))


def secret(endpoint: Endpoint) -> str:
    """The secret that the integrator was shown."""
    endpoint.refresh_from_db()
    return secret_of(endpoint.seed)


def relay() -> None:
    """Hand on every event, with a broker that loses all hints."""
    with losing_everything():
        drain_outbox()


def deliver() -> int:
    """What the webhooks' workers do in a second. Returns how many attempts were made."""
    return sum(deliver_due_of(endpoint_id) for endpoint_id in endpoints_with_due_messages())


def ordered(cast: Cast, **changes: Any) -> tuple[Order, Leg]:
    """An order of the bakery, of which the endpoints are to be told."""
    order, leg = placed(cast, **changes)
    relay()
    return order, leg


def carried(leg: Leg, courier_id: UUID, *statuses: LegStatus) -> None:
    """Move a leg through statuses (to the door, if none are named), of which the endpoints are to be told."""
    for status in statuses or CARRIED:
        has_it = None if status == LegStatus.OPEN else courier_id
        move_leg(leg_id=leg.pk, move=LegMove(status, has_it))
    relay()


def cancelled(order: Order, *, reason: str) -> None:
    """Cancel an order, of which the endpoints are to be told."""
    cancel_order(order_id=order.pk, reason=reason)
    relay()


def attention_raised_and_cleared(order: Order) -> None:
    """Flag an order and take the flag down again, of which the endpoints are to be told."""
    raise_attention(order_id=order.pk, reason="no_courier")
    clear_attention(order_id=order.pk)
    relay()


def pauses(courier_id: UUID) -> None:
    """A courier takes a break."""
    pause(courier_id=courier_id)


def comes_back(courier_id: UUID) -> None:
    """A courier ends a break."""
    resume(courier_id=courier_id)


def only_message() -> Message:
    """The one message there is, as it is now."""
    return Message.objects.get()


def endpoint_of(answer: Response) -> Endpoint:
    """The row of an endpoint that was answered."""
    return Endpoint.objects.get(pk=parse_public_id("whe", answer.json()["id"]))


def shown_id(endpoint: Endpoint) -> str:
    """`/whe_...`, for paths."""
    return "/" + public_id("whe", endpoint.pk)


def error_code(answer: Response) -> str:
    """The code of an error."""
    return str(answer.json()["error"]["code"])


def wrong_fields(answer: Response) -> dict[str, str]:
    """Path and code of every field that an error names."""
    return {field["path"]: field["code"] for field in answer.json()["error"]["fields"]}


def published() -> list[str]:
    """The names of all events, in their order."""
    return list(Event.objects.order_by("id").values_list("name", flat=True))


@contextmanager
def nothing_changes() -> Iterator[None]:
    """Fails when the block writes an endpoint, a message, an attempt or an event, or changes one."""
    before = _everything()
    yield
    assert _everything() == before


def _everything() -> list[list[dict[str, Any]]]:
    return [list(table.objects.order_by("pk").values()) for table in (Endpoint, Message, Attempt, Event)]
