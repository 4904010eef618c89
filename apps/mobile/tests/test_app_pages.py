"""Every page of the courier app, light in English and dark in French: readable, labelled, large enough for a thumb.

With `COURSIER_SCREENSHOTS=FOLDER` each is also kept as a picture.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from apps.core.ids import public_id
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from apps.mobile.tests.app_phones import AppPhone
from apps.mobile.tests.app_platform import show_everything
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.services import NewParcel, StopDetails
from tests.browser import axe_core, find_chromium, served
from tests.cast import BAKERY, HOME, RING, Cast, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOP = StopDetails("12 rue de Rivoli, Paris", BAKERY.lat, BAKERY.lon, "Boulangerie Dee", "+33639980100", "Ring twice")
DOOR = StopDetails(
    "3 rue de Charonne, Paris",
    HOME.lat,
    HOME.lon,
    "Eve Martin",
    "+33639980101",
    "2nd floor, code 42B7. The bell is broken.",
    proof=("pin",),
)
PARCELS = (
    NewParcel(weight_g=800, description="Bread", barcode="A7C"),
    NewParcel(weight_g=2400, description="Wine, fragile", barcode="B8D"),
)
DRAWN = [
    {
        "type": "Feature",
        "properties": {"kind": kind, "name": name, "class": "main"},
        "geometry": {"type": form, "coordinates": at},
    }
    for kind, name, form, at in (
        ("outline", "Paris", "Polygon", [RING]),
        (
            "water",
            "Seine",
            "Polygon",
            [[[2.33, 48.860], [2.38, 48.845], [2.38, 48.843], [2.33, 48.858], [2.33, 48.860]]],
        ),
        ("road", "Rue de Rivoli", "LineString", [[2.33, 48.862], [2.37, 48.853]]),
    )
]
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"]
SMALL = """() => [...document.querySelectorAll("a, button, input, textarea, label.choice")]
  .filter((each) => each.offsetParent && !each.closest(".maplibregl-map") && !each.matches(".unseen, .choice input"))
  .map((each) => [each.getBoundingClientRect(), each.outerHTML.slice(0, 80)])
  .filter(([box]) => box.height < 47.5 || box.width < 44).map(([box, text]) => `${box.width}x${box.height} ${text}`)"""


@pytest.fixture
def hand_clock() -> None:
    """No clock moved by hand: the site, another process, goes by the wall."""


@pytest.fixture
def axe() -> str:
    """What judges whether everybody can use a page."""
    return axe_core()


@pytest.fixture
def legs(cast: Cast) -> list[Leg]:
    """Three orders of Bo's: one at its pickup, one at its door, one ahead."""
    from apps.dispatch.services import courier_moves_leg

    given = []
    for steps in (["at_pickup"], ["at_pickup", "picked_up", "at_dropoff"], []):
        parcels = (NewParcel(weight_g=900, description="Flowers"),) if given else PARCELS
        _, leg = placed(cast, pickup=SHOP, dropoff=DOOR, parcels=parcels)
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
        leg.refresh_from_db()
        for step in steps:
            courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=leg.epoch, to=LegStatus(step))
        given.append(leg)
    return given


@pytest.fixture
def site(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Path]]:
    """The mobile role, with the city's drawn map. Returns its address, and where codes to sign in arrive."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the thread of the test
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "basemap.json").write_text(json.dumps({"type": "FeatureCollection", "features": DRAWN}))
        variables = {"COURSIER_SIGN_IN_CODE_SENDER": "folder", "COURSIER_VAR_DIR": folder}
        with served(role="mobile", database_url=database_url, **variables) as address:
            yield address, Path(folder) / "sign_in_codes"


def test_every_page_can_be_read_and_used_by_everybody(
    cast: Cast, legs: list[Leg], site: tuple[str, Path], axe: str, tmp_path: Path
):
    from playwright.sync_api import sync_playwright

    address, messages = site
    pickup, door = (public_id("leg", leg.pk) for leg in legs[:2])
    pages = {
        "tour": "/",
        "map": "/map",
        "stop": f"/stop/{door}/dropoff",
        "pickup": f"/stop/{pickup}/pickup",
        "hand-over": f"/stop/{door}/dropoff/hand_over",
        "pick-up": f"/stop/{pickup}/pickup/hand_over",
        "scan": f"/stop/{pickup}/pickup/scan",
        "signature": f"/stop/{door}/dropoff/signature",
        "fail": f"/stop/{door}/dropoff/fail",
        "report": f"/report/{door}",
        "earnings": "/earnings",
        "shifts": "/earnings/shifts",
        "history": "/earnings/history",
        "me": "/me",
        "waiting": "/waiting",
        "sign-out": "/sign_out",
        "done": "/done/dropoff/7FA2C1",
        "end": "/end",
    }
    complaints = []

    def judge(name: str) -> None:
        phone.page.wait_for_timeout(700 if name != "map" else 2500)
        complaints.extend(f"{name}: {text}" for text in phone.page.evaluate(SMALL))
        found = phone.page.evaluate("async (rules) => (await axe.run(document, { runOnly: rules })).violations", RULES)
        complaints.extend(f"{name}: {each['id']} {[node['html'][:90] for node in each['nodes']]}" for each in found)
        wide = phone.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        complaints.extend([f"{name}: {wide} px wider than the screen"] if wide > 0 else [])
        phone.shot(name)

    with sync_playwright() as playwright:
        phone = AppPhone(playwright, find_chromium(), tmp_path / "phone", address)
        phone.open()
        phone.page.evaluate(axe)
        judge("sign-in")
        show_everything(phone.window)
        phone.sign_in(cast.bo.phone, messages)
        phone.page.locator(".stop-row").nth(3).wait_for()
        for scheme, language in (("light", "en"), ("dark", "fr")):
            phone.page.emulate_media(color_scheme=scheme)
            phone.page.evaluate("language => localStorage.setItem('language', language)", language)
            phone.go("/")
            phone.page.reload()
            phone.page.locator(".duty").wait_for()
            phone.page.evaluate(axe)
            for name, path in pages.items():
                phone.go(path)
                judge(name if scheme == "light" else f"{name}-dark")
        phone.close()
        assert phone.problems == []
    assert complaints == [], "\n".join(complaints)
