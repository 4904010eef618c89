"""A mail server for tests, on a real socket: says what RFC 5321 asks of it, keeps the letters, or fails as told."""

import socket
import threading
import time
from email import message_from_bytes
from email.message import Message
from email.policy import default
from queue import Queue


class SmtpSink:
    """Listens on a port of its own until it is closed. `letters` are (recipient, message), as they come in.

    `refuses`: the answer to RCPT instead of 250. `silence_s`: how long it says nothing at all, not even hello.
    """

    def __init__(self, *, refuses: str = "", silence_s: float = 0) -> None:
        self.refuses, self.silence_s = refuses, silence_s
        self.letters: Queue[tuple[str, Message]] = Queue()
        self.calls: Queue[float] = Queue()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"smtp+plain://127.0.0.1:{self.listener.getsockname()[1]}"
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def letter(self) -> tuple[str, Message]:
        """The next one; fails when none comes."""
        return self.letters.get(timeout=20)

    def close(self) -> None:
        """Stop listening. Once is enough."""
        if self.listener.fileno() == -1:
            return
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(20)

    def _serve(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
            except OSError:
                return  # closed
            with line, line.makefile("rb") as reads:
                self.calls.put(time.monotonic())
                time.sleep(self.silence_s)
                try:
                    self._talk(line, reads)
                except OSError:
                    continue  # whoever called has gone

    def _talk(self, line: socket.socket, reads) -> None:
        def says(text: str) -> None:
            line.sendall(f"{text}\r\n".encode())

        recipient = ""
        says("220 sink ESMTP")
        while command := reads.readline().decode().strip():
            word = command[:4].upper()
            if word == "RCPT":
                recipient = command.partition("<")[2].partition(">")[0]
                says(self.refuses or "250 ok")
            elif word == "DATA":
                says("354 go on")
                self.letters.put((recipient, message_from_bytes(_body(reads), policy=default)))
                says("250 taken")
            elif word == "QUIT":
                says("221 bye")
                return
            else:
                says("250 ok")


def _body(reads) -> bytes:
    lines = []
    while (line := reads.readline()) not in (b".\r\n", b""):
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    return b"".join(lines)
