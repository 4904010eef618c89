"""The board in a real browser, served as in production: gunicorn with threads, Redis, a strict content policy."""

from __future__ import annotations

import hashlib
import io
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import orjson
import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from PIL import Image, ImageDraw

from apps.accounts.models import User
from apps.core import clock
from apps.core.ids import public_id
from apps.core.models import Event
from apps.core.redis import connection
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, courier_moves_leg, courier_tells_proof
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, ProofAsked, Stop
from apps.orders.services import NewProof, StopDetails, take_piece
from tests.browser import CHROMIUM_FLAGS, axe_core, find_chromium, served
from tests.cast import HOME, PASSWORD, Cast, placed

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Locator, Page

RULES = ["wcag2a", "wcag2aa", "wcag21aa"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is."""
    return find_chromium()


@pytest.fixture
def axe() -> str:
    """What judges whether everybody can use a page."""
    return axe_core()


@pytest.fixture
def hand_clock() -> None:
    """No clock moved by hand: the site, another process, goes by the wall."""


@pytest.fixture
def site(database_url: str, settings: Any, tmp_path: Path) -> Iterator[str]:
    """The web role on a free port, which finds pictures where the test puts them. Returns its address."""
    settings.MEDIA_ROOT = tmp_path / "media"
    with served(role="web", database_url=database_url, COURSIER_VAR_DIR=str(tmp_path)) as address:
        yield address


@pytest.fixture
def ada(cast: Cast) -> None:
    """Ada's password as the site can check it: tests hash with something quick that no site accepts."""
    User.objects.filter(pk=cast.ada.pk).update(password=PBKDF2PasswordHasher().encode(PASSWORD, "salt"))


@pytest.fixture
def page(site: str, ada: None, chromium: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A window in which every error of a script, and every refused request, fails the test."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the thread of the test
    problems: list[str] = []
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        window = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=chromium,
            args=CHROMIUM_FLAGS,
            viewport={"width": 1440, "height": 900},
            base_url=site,
        )
        opened = window.pages[0]
        opened.on("pageerror", lambda error: problems.append(str(error)))
        opened.on("console", lambda line: problems.append(line.text) if is_problem(line) else None)
        yield opened
        window.close()
    assert problems == []


def test_a_dispatcher_signs_in_assigns_an_order_and_sees_it_move(page: Page, cast: Cast) -> None:
    order, leg = placed(cast)

    sign_in(page)
    page.locator("#map canvas").wait_for()
    page.locator(".courier-marker").nth(1).wait_for()

    row = page.locator(f"[data-order=ord_{order.pk.hex}].row")
    row.get_by_text("Waiting").wait_for()
    row.click()
    page.get_by_role("button", name="Assign a courier").click()
    page.locator(".candidates").get_by_role("button", name="Bo").click()
    row.get_by_text("To pickup").wait_for()
    page.locator(".detail").get_by_text("Assigned by hand").wait_for()
    leg.refresh_from_db()
    assert leg.courier_id == cast.bo.pk

    epoch = Assignment.objects.get(leg=leg).epoch
    courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=epoch, to=LegStatus.AT_PICKUP)
    hand_on_events()
    row.get_by_text("At pickup").wait_for(timeout=10_000)
    page.locator(".history").get_by_text("Arrived at the pickup").wait_for()


def test_who_was_slower_reads_it_in_the_drawer(page: Page, cast: Cast) -> None:
    order, leg = placed(cast)
    sign_in(page)
    page.locator(f"[data-order=ord_{order.pk.hex}].row").click()
    page.get_by_role("button", name="Assign a courier").click()
    page.locator(".candidates li").first.wait_for()

    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)  # a colleague, and no push has come yet
    page.locator(".candidates").get_by_role("button", name="Bo").click()
    page.get_by_role("alert").get_by_text("Somebody was faster").wait_for()
    page.locator(".detail").get_by_role("button", name="Cy").wait_for()
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.cy.pk


def test_a_courier_is_found_selected_and_linked(page: Page, cast: Cast) -> None:
    sign_in(page)
    page.get_by_role("tab", name="Couriers").click()
    page.get_by_label("Search").fill("cy")
    assert page.locator(".courier-row").count() == 1
    page.locator(".courier-row").click()
    page.locator(".detail h2", has_text="Cy").wait_for()
    assert page.url.endswith("#" + public_id("cou", cast.cy.pk))
    page.locator(f'.courier-marker.is-selected[data-courier="{public_id("cou", cast.cy.pk)}"]').wait_for()
    page.locator("h1").click()
    page.keyboard.press("Escape")
    assert page.locator("#drawer").is_hidden()


def test_a_proof_that_arrives_is_seen_and_opened_large_by_keyboard(page: Page, cast: Cast, axe: str) -> None:
    asked = ("photo", "signature")
    door = StopDetails("3 rue de Charonne, Paris", HOME.lat, HOME.lon, "Eve", "+33639980101", proof=asked)
    order, leg = placed(cast, dropoff=door)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    sign_in(page)
    page.locator(f"[data-order=ord_{order.pk.hex}].row").click()
    section = page.locator(".proofs")
    section.get_by_text("Photo: asked for").wait_for()

    bring(leg, picture_of((320, 240), "seagreen"), ProofAsked.PHOTO)
    hand_on_events()
    photo = section.get_by_role("button", name="Photo at the dropoff, made on")
    photo.wait_for(timeout=10_000)
    section.get_by_text("Signature: asked for").wait_for()
    assert shown_size(photo.locator("img")) == [320, 240]

    photo.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="Proof")
    dialog.get_by_role("img", name="Photo at the dropoff, made on").wait_for()
    assert shown_size(dialog.locator("img")) == [320, 240]
    page.evaluate(axe)
    assert unusable(page, ".picture") == []
    bring(leg, picture_of((300, 100), "white"), ProofAsked.SIGNATURE, signed_by="Eve Martin")
    hand_on_events()
    section.get_by_text("signed by Eve Martin").wait_for(timeout=10_000)
    assert dialog.is_visible(), "what arrives behind it does not close it"
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    assert page.locator(".detail").is_visible(), "Escape closed the picture, not the order"
    section.locator("button:focus").get_by_role("img", name="Photo at").wait_for()
    assert section.get_by_text("asked for").count() == 0
    assert unusable(page, ".proofs") == []


def bring(leg: Leg, picture: bytes, kind: ProofAsked, *, signed_by: str = "") -> None:
    """Bo's phone tells of a picture of the dropoff and sends it."""
    client_id, about = uuid4(), {"size_bytes": len(picture), "sha256": hashlib.sha256(picture).hexdigest()}
    epoch = Leg.objects.get(pk=leg.pk).epoch
    new = NewProof(Stop.DROPOFF, epoch, kind, clock.now(), content_type="image/png", signed_by=signed_by, **about)
    bo_id = Assignment.objects.get(leg=leg).courier_id
    courier_tells_proof(courier_id=bo_id, client_id=client_id, leg_id=leg.pk, new=new)
    take_piece(courier_id=bo_id, client_id=client_id, offset=0, content=picture)


def picture_of(size: tuple[int, int], ground: str) -> bytes:
    """A door with a parcel before it, or a stroke of a pen: something to recognise."""
    drawn, made = Image.new("RGB", size, ground), io.BytesIO()
    ImageDraw.Draw(drawn).line([(20, size[1] - 20), (size[0] // 2, 20), (size[0] - 20, size[1] - 30)], "black", 6)
    drawn.save(made, "PNG")
    return made.getvalue()


def shown_size(image: Locator) -> list[int]:
    """Width and height of a picture once the browser has drawn it; [0, 0] for one that did not come."""
    return list(image.evaluate("async (img) => { await img.decode(); return [img.naturalWidth, img.naturalHeight]; }"))


def unusable(page: Page, part: str) -> list[str]:
    """What keeps somebody from using a part of the page, as axe finds it."""
    found = page.evaluate(
        "async ([part, rules]) => (await axe.run(part, { runOnly: rules })).violations", [part, RULES]
    )
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


def is_problem(line: ConsoleMessage) -> bool:
    """Whether the browser complains; a lost race (409) is an answer like any other."""
    return line.type == "error" and "409" not in line.text


def sign_in(page: Page) -> None:
    """To the board, as Ada."""
    page.goto("/")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.locator('#pulse[data-mode="live"]').wait_for()


def hand_on_events() -> None:
    """Publish what happened, as the relay does."""
    for event in Event.objects.filter(relayed_at__isnull=True).order_by("id"):
        message = {
            "name": event.name,
            "order_id": str(event.order_id) if event.order_id else None,
            "organisation_id": str(event.organisation_id) if event.organisation_id else None,
            "zone_id": event.payload.get("zone_id"),
            "payload": event.payload,
            "occurred_at": event.occurred_at,
        }
        connection().publish("live", orjson.dumps(message))
