"""The generator of the load benchmark, against small servers that behave, stall or misbehave on purpose."""

import itertools
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from apps.simulation.benchmarks import load_generator, load_lines
from apps.simulation.benchmarks.load_connection import Request
from apps.simulation.benchmarks.load_generator import closed, open_arrivals, open_model
from apps.simulation.benchmarks.load_results import percentile, times_of

ASK = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
SCHEDULING_S = 0.03  # by which a thread may wake up early against another one's clock, or a due time be rounded


def requests(**wanted):
    return itertools.repeat(Request(ASK, **wanted))


class Server(ThreadingHTTPServer):
    """Answers when its gate is open, with what it was told to."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, handler) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.gate = threading.Event()
        self.gate.set()
        self.lock = threading.Lock()
        self.at_once = self.most_at_once = self.connections = 0

    def handle_error(self, request, client_address):
        """A generator that leaves in the middle is no news."""

    def stall(self, *, after_s, for_s):
        """Close the gate for a while."""

        def keep():
            time.sleep(after_s)
            self.gate.clear()
            time.sleep(for_s)
            self.gate.set()

        threading.Thread(target=keep, daemon=True).start()


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    status, body, work_s = 200, b"right", 0.0

    def setup(self):
        super().setup()
        with self.server.lock:
            self.server.connections += 1

    def do_GET(self):
        with self.server.lock:
            self.server.at_once += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.at_once)
        self.server.gate.wait()
        time.sleep(self.work_s)
        with self.server.lock:
            self.server.at_once -= 1
        self.answer()

    def answer(self):
        head = f"HTTP/1.1 {self.status} X\r\nContent-Length: {len(self.body)}\r\n\r\n"
        self.wfile.write(head.encode() + self.body)

    def log_message(self, *_):
        """Nothing."""


class ClosingEachTime(Answering):
    def answer(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nright")
        self.close_connection = True


class InPieces(Answering):
    def answer(self):
        for piece in (b"HTTP/1.1 200 OK\r\nContent-Le", b"ngth: 10\r\n\r\nri", b"ghtri", b"ght"):
            self.wfile.write(piece)
            self.wfile.flush()
            time.sleep(0.005)


class HangingUp(Answering):
    def answer(self):
        self.close_connection = True


class Endless(Answering):
    def answer(self):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\nright")


class Failing(Answering):
    status, body = 500, b"broken"


@pytest.fixture
def serve():
    servers = []

    def start(handler=Answering):
        server = Server(handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return server

    yield start
    for server in servers:
        server.gate.set()
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("connections", [4, 256])
def test_a_stall_is_in_the_times_of_all_who_came_meanwhile(serve, monkeypatch, connections):
    """No coordinated omission, not even when the generator itself has no connection left to ask over."""
    monkeypatch.setattr(load_generator, "MOST_CONNECTIONS", connections)
    server = serve()
    due_s = open_arrivals(60, 2.0)
    server.stall(after_s=0.5, for_s=1.0)

    measured = open_model(server.server_address, requests(), due_s=due_s, seconds=2.0)

    waits = sorted((1.5 - due for due in due_s if 0.5 + SCHEDULING_S < due < 1.5), reverse=True)
    seen = sorted(measured.latencies_s, reverse=True)[: len(waits)]
    assert len(waits) > 40
    assert all(latency > wait - SCHEDULING_S for latency, wait in zip(seen, waits, strict=True))
    assert (len(measured.latencies_s), measured.right, measured.errors) == (len(due_s), len(due_s), {})


def test_the_closed_model_does_not_see_who_would_have_come(serve):
    """Why there are two: after the same stall one of many requests was slow."""
    server = serve()
    server.stall(after_s=0.5, for_s=1.0)
    measured = closed(server.server_address, requests(), connections=1, seconds=2.0, warm_up_s=0)
    assert len([latency for latency in measured.latencies_s if latency > 0.5]) == 1
    assert len(measured.latencies_s) > 40


def test_arrivals_have_the_rate_asked_for_and_no_regular_gaps():
    due_s = open_arrivals(30, 180)
    assert len(due_s) == pytest.approx(5400, rel=0.05)
    assert due_s == sorted(due_s)
    assert due_s[0] > 0
    assert due_s[-1] < 180
    gaps = [after - before for before, after in itertools.pairwise(due_s)]
    assert sum(gap < 1 / 300 for gap in gaps) / len(gaps) == pytest.approx(0.095, abs=0.02)  # 1 - exp(-0.1)
    assert open_arrivals(30, 180) == due_s != open_arrivals(30, 180, seed=2)


def test_the_closed_model_keeps_all_connections_asking_and_keeps_them_open(serve):
    server = serve(type("Slow", (Answering,), {"work_s": 0.02}))
    measured = closed(server.server_address, requests(), connections=5, seconds=1.0, warm_up_s=0.2)
    assert server.most_at_once == server.connections == 5
    assert 0 < measured.right <= 5 * 1.0 / 0.02 + 5
    assert measured.right < measured.right_ever
    assert min(measured.latencies_s) >= 0.02
    assert measured.errors == {}


@pytest.mark.parametrize("handler", [ClosingEachTime, InPieces])
def test_an_answer_may_close_the_connection_or_come_in_pieces(serve, handler):
    server = serve(handler)
    measured = closed(server.server_address, requests(), connections=2, seconds=0.3, warm_up_s=0)
    assert measured.right > 3
    assert measured.errors == {}
    assert (server.connections > 3) == (handler is ClosingEachTime)


@pytest.mark.parametrize(
    ("handler", "error"),
    [
        (Failing, "status 500: broken"),
        (HangingUp, "the server closed the connection before it had answered"),
        (Endless, "an answer that does not say how long it is"),
    ],
)
def test_a_failed_request_is_an_error_and_counts_as_never_answered(serve, handler, error):
    measured = open_model(serve(handler).server_address, requests(), due_s=[0.0, 0.01, 0.02], seconds=0.1)
    assert measured.errors == {error: 3}
    assert (measured.right, measured.latencies_s) == (0, [10.0] * 3)


def test_a_body_is_read_and_a_wrong_one_is_an_error(serve):
    def what_is_wrong(body):
        return "" if body == b"expected" else f"not expected: {body!r}"

    measured = open_model(
        serve().server_address, requests(what_is_wrong=what_is_wrong), due_s=[0.001 * n for n in range(40)], seconds=1
    )
    assert measured.checked_bodies == 2
    assert measured.errors == {"not expected: b'right'": 2}


def test_a_server_that_never_answers_ends_the_request_and_not_the_benchmark(serve, monkeypatch):
    monkeypatch.setattr(load_lines, "ANSWER_WITHIN_S", 0.3)
    server = serve()
    server.gate.clear()
    measured = open_model(server.server_address, requests(), due_s=[0.0, 0.05], seconds=0.1)
    assert measured.errors == {"no answer within 0.3 s": 2}
    assert measured.latencies_s == [0.3, 0.3]


def test_nobody_there_is_an_error():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # and does not listen
        measured = open_model(taken.getsockname(), requests(), due_s=[0.0], seconds=0.1)
    assert measured.errors == {"Connection refused": 1}


def test_percentiles_are_by_nearest_rank():
    hundred = [number / 1000 for number in range(1, 101)]
    times = times_of(list(reversed(hundred)))
    assert [round(each) for each in (times.p50_ms, times.p95_ms, times.p99_ms, times.slowest_ms)] == [50, 95, 99, 100]
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([7.0], 0.99) == 7.0
    assert percentile([], 0.95) == 0.0
