"""A local server that answers as OSRM does, or as no server should."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import numpy as np

from apps.dispatch.engine.travel import Floats
from apps.dispatch.travel.osrm_answer import great_circle_m

PACE = 0.4  # seconds for a metre of great circle: what its roads come to


class StandIn:
    """What the server does next, and what it was asked."""

    def __init__(self) -> None:
        self.paths: list[str] = []
        self.locations: list[int] = []
        self.behave: Callable[[BaseHTTPRequestHandler, Floats], None] = right
        self.url = ""
        self.gone = threading.Event()

    @property
    def requests(self) -> int:
        """How often it was asked."""
        return len(self.paths)


def table_of(path: str) -> tuple[Floats, int]:
    """The table that a request asks for, and how many points it names."""
    parts = urlsplit(path)
    words = parts.path.split("/")
    assert words[1:3] == ["table", "v1"]
    assert len(words) == 5
    points = np.array([[float(x) for x in pair.split(",")][::-1] for pair in words[4].split(";")])
    query = parse_qs(parts.query.replace(";", "%3B"))
    assert query["annotations"] == ["duration"]
    sources, destinations = ([int(word) for word in query[name][0].split(";")] for name in ("sources", "destinations"))
    return great_circle_m(points[sources], points[destinations]) * PACE, len(points)


def send(handler: BaseHTTPRequestHandler, body: object, status: int = 200, **headers: str) -> None:
    """Send JSON, or bytes as they are."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(raw)), **headers}.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(raw)


def right(handler: BaseHTTPRequestHandler, table: Floats) -> None:
    send(handler, {"code": "Ok", "durations": table.tolist()})


def saying(body: object, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler, Floats], None]:
    """Always the same answer."""
    return lambda handler, _table: send(handler, body, status, **headers)


def changing(change: Callable[[list[list[object]]], object]) -> Callable[[BaseHTTPRequestHandler, Floats], None]:
    """The right table after a change."""
    return lambda handler, table: send(handler, {"code": "Ok", "durations": change(table.tolist())})


def dropping(handler: BaseHTTPRequestHandler, _table: Floats) -> None:
    handler.close_connection = True
    handler.connection.close()


def half_a_body(handler: BaseHTTPRequestHandler, _table: Floats) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"code": "Ok"')
    handler.close_connection = True


def hanging(stand_in: StandIn) -> Callable[[BaseHTTPRequestHandler, Floats], None]:
    """No answer until the test is over."""
    return lambda _handler, _table: stand_in.gone.wait(20) and None


def dripping(stand_in: StandIn) -> Callable[[BaseHTTPRequestHandler, Floats], None]:
    """A byte now and then, so that no timeout between two of them is reached."""

    def drip(handler: BaseHTTPRequestHandler, _table: Floats) -> None:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        while not stand_in.gone.is_set():
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    return drip


@contextmanager
def running() -> Iterator[StandIn]:
    """A server on a free port of this machine."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            table, locations = table_of(self.path)
            stand_in.paths.append(self.path)
            stand_in.locations.append(locations)
            try:
                stand_in.behave(self, table)
            except OSError:
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:
            pass

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand_in
    finally:
        stand_in.gone.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
