"""A whole shift with the courier app, on a platform started by `manage.py run`: Redis, workers, planner, robots around.

The visitor's courier signs in, starts a shift, takes two offers, scans and picks up; then the network is gone, both are
delivered with a photo and a signature each, the app is closed and opened again. When the network is back everything
arrives once, with the times at which it was done, each photo at its own door.
"""

from __future__ import annotations

import json
import sqlite3
import urllib.request
from contextlib import closing
from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from apps.mobile.tests.app_phones import AppPhone, label_of, wait_until
from apps.simulation.seeding.visitor import PHONE
from tests.browser import find_chromium
from tests.running import City

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page

pytestmark = [pytest.mark.stack, pytest.mark.browser]
SHOP = {"address": "12 rue de Rivoli, Paris", "lat": 48.8560, "lon": 2.3560, "contact_name": "Boulangerie Dee"}
DOORS = [
    {"address": "3 rue de Charonne, Paris", "lat": 48.8530, "lon": 2.3740, "contact_name": "Eve Martin"},
    {"address": "5 rue de la Roquette, Paris", "lat": 48.8540, "lon": 2.3710, "contact_name": "Max Petit"},
]
LABELS = ("A7C", "B8D")
HEIGHTS = (1800, 2000)  # of the two photos: so they can be told apart


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[City]:
    """The platform, at the wall's pace: an offer lasts as long as it does in service."""
    started = City(tmp_path_factory.mktemp("city"), speed=1)
    try:
        started.wait_until_live()
        yield started
    finally:
        started.end()


@pytest.fixture
def phone(city: City, tmp_path: Path) -> Iterator[AppPhone]:
    """The visitor's phone; a label lies before its camera."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        held = AppPhone(playwright, find_chromium(), tmp_path / "phone", f"http://127.0.0.1:{city.port}")
        held.hold_before_the_camera(LABELS[0])
        yield held
        held.close()
    assert held.problems == []


class Merchant:
    """Orders, and looks at what became of it."""

    def __init__(self, city: City) -> None:
        self.address = f"http://127.0.0.1:{city.port}/v1"
        self.key = json.loads((city.var / "demo.json").read_text())["merchant_api_key"]

    def call(self, path: str, body: Any = None, *, key: str = "") -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json", "Idempotency-Key": key}
        sent = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.address}/{path}", data=sent, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - this machine's own platform
            return json.load(answer)

    def picture(self, path: str) -> Image.Image:
        """A proof's file, opened."""
        address, headers = self.address.removesuffix("/v1") + path, {"Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(address, headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return Image.open(BytesIO(answer.read()))

    def order(self, door: dict[str, Any], label: str, fleet: str) -> dict[str, Any]:
        """An order for the visitor alone, to be scanned at the shop, with a photo and a signature at the door."""
        body = {
            "pickup": SHOP | {"proof": ["barcode"]},
            "dropoff": door | {"proof": ["photo", "signature"]},
            "parcels": [{"weight_g": 800, "description": "Bread", "barcode": label}],
            "network_policy": "named",
            "fleets": [fleet],
        }
        return self.call("orders", body, key=door["address"])

    def status(self, order: dict[str, Any]) -> str:
        return self.call(f"orders/{order['id']}")["status"]


def actions_in(city: City) -> list[dict[str, Any]]:
    """What the platform kept of the visitor's phone, in the phone's order."""
    with closing(sqlite3.connect(f"file:{city.var / 'coursier.sqlite3'}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        rows = database.execute(
            "SELECT a.* FROM mobile_courieraction a JOIN couriers_courier c ON c._id = a.courier_id"
            " WHERE c.phone = ? ORDER BY a.sequence",
            (PHONE,),
        )
        return [dict(row) for row in rows]


def accept_ours(page: Page, *, seconds: float = 90) -> None:
    """Accept the offer of our shop; decline those that the city's merchants make."""
    sheet = page.get_by_role("region", name="Offer")

    def answered() -> bool:
        if sheet.is_hidden():
            return False
        is_ours = SHOP["address"] in sheet.inner_text()
        sheet.get_by_role("button", name="Accept" if is_ours else "Decline").click()
        sheet.wait_for(state="hidden")
        return is_ours

    wait_until(answered, seconds=seconds)


def pick_up(phone: AppPhone, path: str, *, typed: str = "") -> None:
    """At the shop: the label is read by the camera, or its code is typed."""
    phone.go(path)
    phone.tap("I am here")
    phone.tap("Scan the parcels")
    if typed:
        phone.page.get_by_label("Code on the label").fill(typed)
        phone.tap("Enter")
    phone.page.locator("li.parcel .chip.good").wait_for(timeout=60_000)
    phone.shot("scan")
    phone.tap("Done")
    phone.tap("Picked up")
    phone.page.get_by_text("picked up at").wait_for()


def hand_over(phone: AppPhone, path: str, photo: Path) -> None:
    """At the door: a photo, a signature, delivered."""
    page = phone.page
    phone.go(path)
    phone.tap("I am here")
    phone.tap("Hand over")
    page.get_by_label("Take").set_input_files(photo)
    page.get_by_text("Taken at").wait_for()
    phone.tap("Sign")
    field = page.get_by_role("img", name="Field to sign in")
    field.wait_for()
    page.wait_for_timeout(200)
    box = field.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 120)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 50 + 20 * step, box["y"] + 120 + (40 if step % 2 else -40))
    page.mouse.up()
    phone.shot("signature")
    phone.tap("Keep")
    page.get_by_text("All handed over?").wait_for()
    phone.shot("hand-over")
    phone.tap("Delivered")
    page.get_by_text("Kept on this phone").wait_for()
    phone.shot("done")


def test_a_whole_shift_with_the_network_gone_in_the_middle(city: City, phone: AppPhone, tmp_path: Path):
    merchant = Merchant(city)
    page = phone.open()
    phone.sign_in(PHONE, city.var / "sign_in_codes")
    phone.is_ready_for_offline()
    phone.tap("Start my shift")
    page.get_by_text("On duty", exact=True).wait_for()
    wait_until(lambda: [row["kind"] for row in actions_in(city)] == ["start_shift"])

    fleet = phone.kept_value("session")["fleet"]["id"]
    orders = []
    for door, label in zip(DOORS, LABELS, strict=True):
        orders.append(merchant.order(door, label, fleet))
        accept_ours(page)
        page.locator(".stop-row.dropoff", has_text=door["address"]).wait_for(timeout=15_000)
    stops = {row.inner_text(): row.locator("a").get_attribute("href") for row in page.locator(".stop-row").all()}
    phone.shot("tour")
    pickups = [href.lstrip("#") for text, href in stops.items() if SHOP["address"] in text]
    ends = [next(href.lstrip("#") for text, href in stops.items() if door["address"] in text) for door in DOORS]
    for path, typed in zip(pickups, ("", LABELS[1]), strict=True):
        pick_up(phone, path, typed=typed)
    wait_until(lambda: [merchant.status(order) for order in orders] == ["picked_up"] * 2, seconds=30)

    phone.network(on=False)
    began = datetime.now().astimezone()
    for number, path in enumerate(ends):
        photo = tmp_path / f"photo-{number}.jpg"
        label_of("A7C").resize((3200, HEIGHTS[number])).save(photo, "JPEG", quality=98)
        hand_over(phone, path, photo)
    ended = datetime.now().astimezone()
    phone.go("/waiting")
    page.locator(".row", has_text="Delivered").nth(1).wait_for()
    phone.shot("waiting")
    kept = {row["id"] for row in phone.kept("actions") if row["answered_at"] is None}
    assert len(kept) == 4
    phone.close()

    page = phone.open(online=False)  # from its own files
    page.locator('#line[data-state="offline"]').wait_for()
    assert page.locator(".stop-row").count() == 0
    assert {row["id"] for row in phone.kept("actions") if row["answered_at"] is None} == kept
    assert [merchant.status(order) for order in orders] == ["picked_up"] * 2

    phone.network(on=True)
    wait_until(lambda: [merchant.status(order) for order in orders] == ["delivered"] * 2, seconds=60)
    phone.go("/waiting")
    page.get_by_text("The platform has everything.").wait_for(timeout=60_000)
    rows = actions_in(city)
    assert len({row["client_id"] for row in rows}) == len(rows)
    assert all(json.loads(row["result"])["outcome"] == "applied" for row in rows), rows
    late = [row for row in rows if row["client_id"].replace("-", "") in {each.replace("-", "") for each in kept}]
    assert [row["kind"] for row in late] == ["arrive", "deliver", "arrive", "deliver"]
    for row in late:
        done_at = datetime.fromisoformat(f"{row['device_time']}+00:00")
        assert began - timedelta(seconds=2) <= done_at <= ended + timedelta(seconds=2)
    for number, order in enumerate(orders):
        shown = {proof["kind"]: proof for proof in merchant.call(f"orders/{order['id']}/proof")["data"]}
        assert shown["signature"]["signed_by"] == DOORS[number]["contact_name"]
        assert merchant.picture(shown["photo"]["file_url"]).size == (1600, HEIGHTS[number] // 2)
        assert began <= datetime.fromisoformat(shown["photo"]["device_time"]) <= ended

    phone.go("/earnings")
    page.locator(".total .sum").wait_for()
    phone.go("/")
    phone.tap("End my shift")
    phone.tap("End my shift")
    page.get_by_text("Off duty", exact=True).wait_for()
    wait_until(lambda: actions_in(city)[-1]["kind"] == "end_shift")
