"""A new release of the app reaches phones that have the one before: as a whole, at once, and offline from then on."""

from __future__ import annotations

import re
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest

from apps.mobile.tests.app_phones import AppPhone, wait_until
from tests.browser import find_chromium, served

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.browser
CACHES = "caches.keys()"
MARK = "getComputedStyle(document.documentElement).getPropertyValue('--release').trim()"


class Releases(ThreadingHTTPServer):
    """The site, seen through a window in which the next release can be put."""

    site = ""
    is_next = False

    def changed(self, path: str, body: bytes) -> bytes:
        """A file as the release has it."""
        if not self.is_next:
            return body
        if path == "/courier/sw.js":
            return re.sub(rb'"version":"\w+"', b'"version":"next"', body, count=1)
        return body + b"\n:root { --release: next; }" if path == "/courier/css/base.css" else body


class _Window(BaseHTTPRequestHandler):
    server: Releases

    def do_GET(self) -> None:
        with urllib.request.urlopen(self.server.site + self.path, timeout=10) as answer:  # noqa: S310
            body = self.server.changed(self.path, answer.read())
            self.send_response(200)
            for name in ("Content-Type", "Cache-Control", "Content-Security-Policy", "Service-Worker-Allowed"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def releases(tmp_path: Path) -> Iterator[Releases]:
    with served(role="mobile", database_url=f"sqlite:///{tmp_path / 'none'}") as site:
        server = Releases(("127.0.0.1", 0), _Window)
        server.site = site
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_new_release_replaces_the_one_before_at_once(releases: Releases, tmp_path: Path):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        phone = AppPhone(playwright, find_chromium(), tmp_path / "phone", f"http://127.0.0.1:{releases.server_port}")
        page = phone.open()
        phone.is_ready_for_offline()
        (before,) = page.evaluate(CACHES)
        assert page.evaluate(MARK) == ""

        releases.is_next = True
        page.evaluate("navigator.serviceWorker.ready.then((it) => it.update())")
        wait_until(lambda: page.evaluate(CACHES) == ["shell-next"])
        assert before != "shell-next"
        page.wait_for_timeout(300)
        phone.go("/me")  # between two pages it is taken up
        page.wait_for_function(f"() => {MARK} === 'next'")
        phone.close()

        page = phone.open(online=False)
        page.get_by_role("button", name="Send me a code").wait_for()
        assert page.evaluate(MARK) == "next"
        phone.close()
        assert phone.problems == []
