"""The courier app on a phone: a real browser against the mobile role, with a network that comes and goes."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from apps.core.ids import public_id
from apps.couriers.models import Device
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Offer
from apps.dispatch.services import assign_leg, make_offer, unassign_leg
from apps.mobile.models import CourierAction
from apps.mobile.tests.app_phones import AppPhone, wait_until
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.pins import pin_of
from apps.orders.services import StopDetails
from tests.browser import find_chromium, served
from tests.cast import HOME, Cast, freelance, placed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DOOR = StopDetails("3 rue de Charonne, Paris", HOME.lat, HOME.lon, "Eve", "+33639980101", "2nd floor", proof=("pin",))
SHIFTS = """() => new Promise((resolve) => {
  new PerformanceObserver((list) => resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => resolve(0), 300);
})"""


@pytest.fixture
def hand_clock() -> None:
    """No clock moved by hand: the site, another process, goes by the wall."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site's folder, where codes to sign in arrive."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(database_url: str, folder: Path) -> Iterator[str]:
    """The mobile role. Returns its address."""
    variables = {"COURSIER_SIGN_IN_CODE_SENDER": "folder", "COURSIER_VAR_DIR": str(folder)}
    with served(role="mobile", database_url=database_url, **variables) as address:
        yield address


@pytest.fixture
def phone(site: str, cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AppPhone]:
    """Bo's phone, on which every error of a script fails the test."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs a loop in the thread of the test
    with sync_playwright() as playwright:
        held = AppPhone(playwright, find_chromium(), tmp_path / "phone", site)
        yield held
        held.close()
    assert held.problems == []


@pytest.fixture
def signed_in(phone: AppPhone, cast: Cast, folder: Path) -> AppPhone:
    """The app, open and signed in as Bo."""
    phone.open()
    phone.sign_in(cast.bo.phone, folder / "sign_in_codes")
    return phone


@pytest.fixture
def leg(cast: Cast) -> Leg:
    """An order that Bo has to carry, its PIN asked for at the door."""
    _, leg = placed(cast, dropoff=DOOR)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)


def status_of(leg: Leg) -> str:
    return Leg.objects.values_list("status", flat=True).get(pk=leg.pk)


def pick_up(phone: AppPhone, leg: Leg) -> None:
    """By the screen: at the pickup, all parcels taken."""
    phone.go(f"/stop/{public_id('leg', leg.pk)}/pickup")
    phone.tap("I am here")
    phone.tap("Pick up")
    phone.tap("Picked up")
    phone.page.get_by_text("picked up at").wait_for()


def deliver(phone: AppPhone, leg: Leg, pin: str) -> None:
    """By the screen: at the door, with the PIN on its keys."""
    phone.go(f"/stop/{public_id('leg', leg.pk)}/dropoff")
    if phone.page.get_by_role("button", name="I am here").is_visible():
        phone.tap("I am here")
    phone.tap("Hand over")
    for digit in pin:
        phone.page.locator(".key", has_text=digit).click()
    phone.tap("Delivered")
    phone.page.get_by_text("delivered at").wait_for()


def test_a_delivery_made_offline_survives_the_app_being_closed_and_arrives_once(
    leg: Leg, signed_in: AppPhone, cast: Cast
):
    phone = signed_in
    phone.page.locator(".stop-row").nth(1).wait_for()
    phone.is_ready_for_offline()
    pick_up(phone, leg)
    wait_until(lambda: status_of(leg) == LegStatus.PICKED_UP)

    phone.network(on=False)
    deliver(phone, leg, pin_of(leg.order_id))
    phone.page.get_by_text("Kept on this phone").wait_for()
    phone.page.locator('#line[data-state="offline"]', has_text="Offline · 2").wait_for()
    kept = {row["id"]: row["action"] for row in phone.kept("actions") if row["answered_at"] is None}
    assert sorted(action["kind"] for action in kept.values()) == ["arrive", "deliver"]
    phone.close()

    phone.open(online=False)  # from its own files: nobody answers
    phone.page.get_by_text("Nothing to do now").wait_for()
    phone.go("/waiting")
    phone.page.locator(".row", has_text="Delivered").wait_for()
    assert status_of(leg) == LegStatus.PICKED_UP

    phone.network(on=True)
    phone.page.get_by_text("The platform has everything.").wait_for()
    assert status_of(leg) == LegStatus.DELIVERED
    rows = CourierAction.objects.filter(courier_id=cast.bo.pk).order_by("sequence")
    assert [row.kind for row in rows] == ["arrive", "pick_up", "arrive", "deliver"]
    assert {str(row.client_id) for row in rows} >= kept.keys()
    for row in rows:
        if str(row.client_id) in kept:
            assert row.device_time == datetime.fromisoformat(kept[str(row.client_id)]["device_time"])
            assert row.device_time < row.received_at


def test_an_offer_comes_over_the_page_without_moving_it_and_is_accepted(signed_in: AppPhone, cast: Cast):
    freelance(cast.fleet)
    _, leg = placed(cast)
    page = signed_in.page
    page.get_by_text("Nothing to do now").wait_for()
    page.wait_for_timeout(500)
    before = page.evaluate(SHIFTS)
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    sheet = page.get_by_role("region", name="Offer")
    sheet.get_by_role("button", name="Accept").wait_for(timeout=15_000)
    sheet.evaluate("(it) => Promise.all(it.getAnimations().map((each) => each.finished))")  # it slides in
    first = sheet.bounding_box()
    page.wait_for_timeout(1500)  # it counts down, and stays where it is
    assert sheet.bounding_box() == first
    assert page.evaluate(SHIFTS) == before
    signed_in.shot("offer")
    sheet.get_by_role("button", name="Accept").click()
    page.locator(".stop-row").nth(1).wait_for(timeout=15_000)
    assert sheet.is_hidden()
    assert Leg.objects.get(pk=leg.pk).courier_id == cast.bo.pk


def test_a_declined_offer_goes_to_others(signed_in: AppPhone, cast: Cast):
    freelance(cast.fleet)
    _, leg = placed(cast)
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.bo.pk)
    signed_in.page.get_by_role("button", name="Decline").click(timeout=15_000)
    wait_until(lambda: Offer.objects.get(leg=leg).status == "declined")
    assert status_of(leg) == LegStatus.OPEN


def test_what_is_new_is_pushed(signed_in: AppPhone, cast: Cast):
    """Without the push, a courier who waits would see it up to a quarter of a minute later."""
    page = signed_in.page
    page.get_by_text("Nothing to do now").wait_for()
    page.wait_for_timeout(2000)  # the stream is open, and all is told
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    page.locator(".stop-row").nth(1).wait_for(timeout=5000)


def test_what_the_platform_refuses_is_shown_until_it_is_read(leg: Leg, signed_in: AppPhone, cast: Cast):
    page = signed_in.page
    page.locator(".stop-row").nth(1).wait_for()
    signed_in.network(on=False)
    signed_in.go(f"/stop/{public_id('leg', leg.pk)}/pickup")
    signed_in.tap("I am here")
    page.get_by_role("link", name="Pick up").wait_for()

    unassign_leg(leg_id=leg.pk, reason="by hand")
    assign_leg(leg_id=leg.pk, courier_id=cast.cy.pk, by=AssignedBy.DISPATCHER)
    signed_in.network(on=True)
    page.locator(".notice", has_text="Not taken: Arrived").wait_for()
    page.get_by_text("Nothing is left to do at this stop.").wait_for()
    signed_in.shot("refusal")
    assert (status_of(leg), Leg.objects.get(pk=leg.pk).courier_id) == (LegStatus.ASSIGNED, cast.cy.pk)
    page.reload()
    page.locator(".notice").get_by_role("button", name="Read").click()
    page.locator(".notice").wait_for(state="detached")


def test_a_wrong_pin_is_said_and_the_right_one_delivers(leg: Leg, signed_in: AppPhone, cast: Cast):
    signed_in.page.locator(".stop-row").nth(1).wait_for()
    pick_up(signed_in, leg)
    right = pin_of(leg.order_id)
    deliver(signed_in, leg, f"{(int(right) + 1) % 10**6:06d}")
    notice = signed_in.page.locator(".notice", has_text="This PIN is wrong")
    notice.wait_for()
    assert status_of(leg) == LegStatus.AT_DROPOFF
    notice.get_by_role("link", name="To the stop").click()
    deliver(signed_in, leg, right)
    wait_until(lambda: status_of(leg) == LegStatus.DELIVERED)


def test_nothing_is_delivered_by_a_tap_while_something_is_missing(leg: Leg, signed_in: AppPhone, cast: Cast):
    signed_in.page.locator(".stop-row").nth(1).wait_for()
    pick_up(signed_in, leg)
    signed_in.go(f"/stop/{public_id('leg', leg.pk)}/dropoff")
    signed_in.tap("I am here")
    signed_in.tap("Hand over")
    signed_in.page.get_by_text("Still missing: PIN").wait_for()
    assert signed_in.page.get_by_role("button", name="Delivered").is_disabled()
    wait_until(lambda: status_of(leg) == LegStatus.AT_DROPOFF)
    kinds = CourierAction.objects.filter(courier_id=cast.bo.pk).values_list("kind", flat=True)
    assert "deliver" not in kinds


def test_a_failure_has_a_reason_and_its_stops_are_gone(leg: Leg, signed_in: AppPhone, cast: Cast):
    signed_in.page.locator(".stop-row").nth(1).wait_for()
    pick_up(signed_in, leg)
    signed_in.go(f"/stop/{public_id('leg', leg.pk)}/dropoff")
    signed_in.tap("I am here")
    signed_in.tap("Cannot be done")
    assert signed_in.page.get_by_role("button", name="Not delivered").is_disabled()
    signed_in.page.get_by_label("Nobody there").check()
    signed_in.tap("Not delivered")
    signed_in.page.get_by_text("not done, noted at").wait_for()
    wait_until(lambda: status_of(leg) not in {LegStatus.AT_DROPOFF, LegStatus.PICKED_UP})
    row = CourierAction.objects.get(courier_id=cast.bo.pk, kind="fail")
    assert row.result["outcome"] == "applied"


def test_two_windows_of_the_app_send_each_action_once(leg: Leg, signed_in: AppPhone, cast: Cast):
    signed_in.page.locator(".stop-row").nth(1).wait_for()
    other = signed_in.window.new_page()
    other.goto(f"{signed_in.site}/courier/")
    other.locator(".stop-row").nth(1).wait_for()
    signed_in.network(on=False)
    pick_up(signed_in, leg)
    other.locator(".stop-row.dropoff.is-next").wait_for()  # it knows what was done in the first
    signed_in.network(on=True)
    wait_until(lambda: status_of(leg) == LegStatus.PICKED_UP)
    assert CourierAction.objects.filter(courier_id=cast.bo.pk).count() == 2
    other.locator('#line[data-state="fine"]').wait_for()


def test_a_sign_in_that_ended_loses_nothing_that_waits(leg: Leg, signed_in: AppPhone, cast: Cast, folder: Path):
    signed_in.page.locator(".stop-row").nth(1).wait_for()
    signed_in.network(on=False)
    pick_up(signed_in, leg)
    Device.objects.filter(courier=cast.bo).delete()
    signed_in.network(on=True)
    signed_in.page.get_by_label("Telephone number").wait_for()
    assert status_of(leg) == LegStatus.ASSIGNED
    signed_in.sign_in(cast.bo.phone, folder / "sign_in_codes")
    wait_until(lambda: status_of(leg) == LegStatus.PICKED_UP)


def test_another_courier_on_the_same_phone_sends_nothing_of_the_first(
    leg: Leg, signed_in: AppPhone, cast: Cast, folder: Path
):
    page = signed_in.page
    page.locator(".stop-row").nth(1).wait_for()
    signed_in.network(on=False)
    pick_up(signed_in, leg)
    signed_in.go("/sign_out")
    page.get_by_text("2 things are not sent yet").wait_for()
    signed_in.tap("Sign out")
    page.get_by_text("the sign-in cannot be ended").wait_for()
    signed_in.tap("Forget it on this phone")
    signed_in.network(on=True)
    signed_in.sign_in(cast.cy.phone, folder / "sign_in_codes")
    page.get_by_text("Nothing to do now").wait_for()
    assert not CourierAction.objects.exists()
    assert len(signed_in.kept("actions")) == 2  # they wait for Bo


def test_a_platform_that_cannot_be_reached_under_its_address_makes_nothing_be_dropped(
    leg: Leg, signed_in: AppPhone, cast: Cast
):
    """A 404 is what a wrong route answers, not what the platform thinks of the actions."""
    page = signed_in.page
    page.locator(".stop-row").nth(1).wait_for()
    wrong = {"error": {"code": "not_found", "message": "There is no such page."}}
    page.route("**/mobile/v1/actions", lambda route: route.fulfill(status=404, json=wrong))
    pick_up(signed_in, leg)
    page.get_by_text("Kept on this phone").wait_for()
    page.locator('#line[data-state="offline"]').wait_for()
    assert len(signed_in.kept("actions")) == 2
    assert signed_in.kept("refusals") == []
    page.unroute("**/mobile/v1/actions")
    wait_until(lambda: status_of(leg) == LegStatus.PICKED_UP, seconds=30)


def test_an_action_that_cannot_be_read_is_shown_and_the_others_go_on(leg: Leg, signed_in: AppPhone, cast: Cast):
    page = signed_in.page
    page.locator(".stop-row").nth(1).wait_for()
    signed_in.network(on=False)
    pick_up(signed_in, leg)
    page.evaluate(
        """async () => {
          const { inTransaction, allOf } = await import(new URL("js/database.js", location.href).href);
          const [row] = await allOf("actions");
          const action = { ...row.action, id: crypto.randomUUID(), sequence: 0, device_time: "noon", kind: "pause" };
          const broken = { ...row, id: action.id, sequence: 0, action };
          await inTransaction(["actions"], "readwrite", (opened) => void opened("actions").put(broken));
        }"""
    )
    signed_in.network(on=True)
    page.locator(".notice", has_text="Not taken: Break").wait_for()
    wait_until(lambda: status_of(leg) == LegStatus.PICKED_UP)
    kinds = CourierAction.objects.filter(courier_id=cast.bo.pk).values_list("kind", flat=True)
    assert sorted(kinds) == ["arrive", "pick_up"]


def test_a_french_phone_is_spoken_to_in_french(phone: AppPhone, cast: Cast):
    phone.language = "fr-FR"
    page = phone.open()
    page.get_by_role("button", name="Recevoir un code").wait_for()
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_the_map_draws_the_route_without_a_network(leg: Leg, signed_in: AppPhone):
    page = signed_in.page
    page.locator(".stop-row").nth(1).wait_for()
    signed_in.is_ready_for_offline()
    signed_in.go("/map")
    page.locator(".map[data-ready]").wait_for()
    signed_in.close()
    page = signed_in.open("#/map", online=False)
    page.locator(".map[data-ready]").wait_for()
    assert page.locator(".map-stop").count() == 2
    assert page.locator(".map-me").count() == 1
    assert page.locator(".map-list li").count() == 2


def test_the_shift_starts_where_the_phone_is_and_ends_on_a_page_of_its_own(signed_in: AppPhone, cast: Cast):
    freelance(cast.fleet)
    page = signed_in.page
    signed_in.tap("Break")
    page.get_by_text("On a break", exact=True).wait_for()
    signed_in.tap("End my shift")
    page.get_by_text("End your shift now?").wait_for()
    signed_in.tap("End my shift")
    page.get_by_text("Off duty", exact=True).wait_for()
    wait_until(lambda: status_in_database(cast) == "off_duty")
    signed_in.tap("Start my shift")
    wait_until(lambda: status_in_database(cast) == "on_duty")
    page.get_by_text("On duty", exact=True).wait_for()
    assert "superseded" not in {row["code"] for row in signed_in.kept("refusals")}


def status_in_database(cast: Cast) -> str:
    cast.bo.refresh_from_db()
    return cast.bo.status
