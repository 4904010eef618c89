"""TCP ports of this machine."""

import socket
import time

LOOPBACK = "127.0.0.1"


def free_port(host: str = LOOPBACK) -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server may listen on the port. Raises OverflowError for what is no port number."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port left a moment ago is free again
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def somebody_listens(port: int, host: str = LOOPBACK) -> bool:
    """Whether a connection is taken."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, port)) == 0


def wait_for_port(port: int, *, seconds: float, host: str = LOOPBACK) -> None:
    """Return once somebody listens. Raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not somebody_listens(port, host):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody listens on port {port} after {seconds:g} s")
        time.sleep(0.05)
