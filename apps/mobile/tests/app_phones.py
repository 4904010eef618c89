"""A courier's phone with the app on it: a real browser of a phone's size, whose profile outlives its windows."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw

from tests.browser import CHROMIUM_FLAGS
from tests.cast import BAKERY

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright

    from apps.core.geo import Point

CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
CODE_39 = {"*": "nwnnwnwnn", "A": "wnnnnwnnw", "7": "nnnwnnwnw", "C": "wnwnnwnnn"}  # bars and spaces, narrow or wide


class AppPhone:
    """One phone: what is kept on it, and the window that is open."""

    def __init__(
        self, playwright: Playwright, chromium: str, folder: Path, site: str, *, language: str = "en-GB"
    ) -> None:
        self.playwright, self.chromium, self.folder, self.site = playwright, chromium, folder, site
        self.language, self.problems, self.seen = language, [], []
        self.window: BrowserContext | None = None
        self.page: Page

    def open(self, path: str = "", *, at: Point = BAKERY, dark: bool = False, online: bool = True) -> Page:
        """Open the app, as by a tap on its icon."""
        self.window = self.playwright.chromium.launch_persistent_context(
            str(self.folder),
            executable_path=self.chromium,
            args=[*CHROMIUM_FLAGS, *CAMERA, *self.seen],
            viewport={"width": 390, "height": 844},
            device_scale_factor=2,
            has_touch=True,
            is_mobile=True,
            locale=self.language,
            timezone_id="Europe/Paris",
            color_scheme="dark" if dark else "light",
            permissions=["geolocation", "camera"],
            geolocation={"latitude": at.lat, "longitude": at.lon, "accuracy": 8},
        )
        self.window.set_offline(not online)
        self.page = self.window.pages[0]
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", self._heard)
        self.page.goto(f"{self.site}/courier/{path}")
        return self.page

    def hold_before_the_camera(self, code: str) -> None:
        """A label with this barcode, which the camera sees from the next opening on."""
        film = self.folder.with_name("label.mjpeg")
        label_of(code).save(film, "JPEG")
        self.seen = [f"--use-file-for-fake-video-capture={film}"]

    def _heard(self, line: ConsoleMessage) -> None:
        is_answer = line.text.startswith("Failed to load resource") and "/courier/" not in line.location["url"]
        if line.type == "error" and not is_answer:  # what the API refuses is an answer like any other
            self.problems.append(f"{line.text} {line.location['url']}")

    def close(self) -> None:
        """Close the app in the middle of whatever it does."""
        if self.window is not None:
            self.window.close()
        self.window = None

    def sign_in(self, number: str, messages: Path) -> None:
        """Sign in with the code that comes to this number."""
        self.page.get_by_label("Telephone number").fill(number)
        self.page.get_by_role("button", name="Send me a code").click()
        self.page.get_by_label("The code sent to").wait_for()
        self.page.get_by_label("The code sent to").fill((messages / f"{number}.txt").read_text().strip())
        self.page.get_by_role("navigation", name="Pages").wait_for()

    def go(self, path: str) -> None:
        """To another page of the app."""
        self.page.evaluate("path => { location.hash = path }", path)

    def network(self, *, on: bool) -> None:
        """Into a tunnel, or out of it."""
        assert self.window is not None
        self.window.set_offline(not on)

    def tap(self, text: str) -> None:
        """Tap the button or link of that text."""
        self.page.locator(".button:visible", has_text=text).first.click()

    def shot(self, name: str) -> None:
        """A picture of the page as it is now, where `COURSIER_SCREENSHOTS` names a folder for them."""
        folder = os.environ.get("COURSIER_SCREENSHOTS")
        if folder:
            self.page.wait_for_timeout(400)
            self.page.screenshot(path=f"{folder}/courier-{name}.png")

    def kept(self, name: str) -> list[dict]:
        """All rows of one of the app's stores."""
        return self.page.evaluate(
            """async (name) => {
              const { allOf } = await import(new URL("js/database.js", location.href).href);
              return allOf(name);
            }""",
            name,
        )

    def kept_value(self, name: str) -> Any:
        """A single value that the app keeps."""
        return self.page.evaluate(
            """async (name) => {
              const { kept } = await import(new URL("js/database.js", location.href).href);
              return kept(name);
            }""",
            name,
        )

    def is_ready_for_offline(self) -> None:
        """Wait until the app's files are kept by its service worker."""
        self.page.wait_for_function("() => navigator.serviceWorker.ready.then((it) => it.active.state === 'activated')")
        self.page.wait_for_function("() => navigator.serviceWorker.controller !== null")


def label_of(code: str) -> Image.Image:
    """A picture of a label in Code 39."""
    picture = Image.new("RGB", (1280, 720), "white")
    pen, x = ImageDraw.Draw(picture), 160
    for letter in f"*{code}*":
        for place, width in enumerate(12 if bar == "w" else 5 for bar in CODE_39[letter]):
            if place % 2 == 0:
                pen.rectangle((x, 220, x + width - 1, 500), fill="black")
            x += width
        x += 5
    return picture


def wait_until(condition, *, seconds: float = 15.0):
    """What the condition returns, once that is something."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)
    return found


def action(number: int, kind: str = "arrive", **fields: Any) -> dict[str, Any]:
    """An action as it lies in the outbox of the app."""
    return {
        "id": f"a{number}",
        "kind": kind,
        "sequence": number,
        "device_time": f"2026-06-10T10:00:{number:02}Z",
        "leg_id": "leg_1",
        "epoch": 1,
        **fields,
    }
