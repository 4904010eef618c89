"""A dispatcher's hand on the board."""

from typing import Any

import pytest
from django.test import Client

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dashboard.tests.people import Rival, off_duty, signed_in
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg, courier_moves_leg, make_offer
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from tests.cast import Cast, placed


def test_a_dispatcher_assigns_a_waiting_order(cast: Cast, ada: Client):
    _, leg = placed(cast)
    answer = assign(ada, leg, cast.bo)
    assert answer.status_code == 200
    assert "To pickup" in answer.content.decode()
    leg.refresh_from_db()
    assert (leg.status, leg.courier_id) == (LegStatus.ASSIGNED, cast.bo.pk)
    assert Assignment.objects.get(leg=leg).assigned_by == AssignedBy.DISPATCHER
    assert Event.objects.filter(name="LegMoved").latest("id").actor == "user:ada@example.org"


def test_a_dispatcher_takes_an_offered_order_for_another_courier(cast: Cast, ada: Client):
    _, leg = placed(cast)
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=cast.cy.pk)
    leg.refresh_from_db()
    assert assign(ada, leg, cast.bo).status_code == 200
    leg.refresh_from_db()
    assert leg.courier_id == cast.bo.pk


def test_a_dispatcher_gives_an_order_to_another_courier(cast: Cast, ada: Client):
    _, leg = placed(cast)
    assign(ada, leg, cast.bo)
    leg.refresh_from_db()
    assert assign(ada, leg, cast.cy).status_code == 200
    leg.refresh_from_db()
    assert leg.courier_id == cast.cy.pk


def test_a_dispatcher_takes_an_order_back(cast: Cast, ada: Client):
    _, leg = placed(cast)
    assign(ada, leg, cast.bo)
    leg.refresh_from_db()
    answer = act(ada, leg, "unassign")
    assert answer.status_code == 200
    leg.refresh_from_db()
    assert (leg.status, leg.courier_id) == (LegStatus.OPEN, None)
    assert "by ada" in answer.content.decode()


def test_who_was_slower_is_told_who_has_it(cast: Cast, ada: Client, administrator: Client):
    _, leg = placed(cast)
    assign(administrator, leg, cast.cy)
    answer = assign(ada, leg, cast.bo)  # decided upon what the board showed before
    assert answer.status_code == 409
    assert message(answer) == "Somebody was faster: the order is now “To pickup”, Cy has it."
    leg.refresh_from_db()
    assert leg.courier_id == cast.cy.pk


def test_a_full_courier_is_refused_with_the_reason(cast: Cast, ada: Client):
    Courier.objects.filter(pk=cast.bo.pk).update(max_legs=1, load_legs=1)
    _, leg = placed(cast)
    answer = assign(ada, leg, cast.bo)
    assert answer.status_code == 409
    assert "Bo has 1 legs already" in message(answer)
    assert_untouched(leg)


def test_what_is_on_board_stays_on_board(cast: Cast, ada: Client):
    _, leg = placed(cast)
    epoch = assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER).epoch
    for status in (LegStatus.AT_PICKUP, LegStatus.PICKED_UP):
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=epoch, to=status)
    leg.refresh_from_db()
    page = ada.get(address(leg)).content.decode()
    assert "data-open-picker" not in page
    assert "Take back" not in page
    assert assign(ada, leg, cast.cy).status_code == 403
    assert act(ada, leg, "unassign").status_code == 403
    leg.refresh_from_db()
    assert leg.courier_id == cast.bo.pk


def test_a_viewer_has_no_buttons_and_is_refused(cast: Cast, viewer: Client):
    _, leg = placed(cast)
    assert "data-open-picker" not in viewer.get(address(leg)).content.decode()
    assert assign(viewer, leg, cast.bo).status_code == 403
    assert_untouched(leg)


def test_a_merchant_may_not_dispatch_a_fleets_couriers(cast: Cast, baker: Client):
    _, leg = placed(cast)
    assert assign(baker, leg, cast.bo).status_code == 403
    assert_untouched(leg)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    leg.refresh_from_db()
    assert act(baker, leg, "unassign").status_code == 403
    leg.refresh_from_db()
    assert leg.courier_id == cast.bo.pk


def test_a_dispatcher_may_not_use_another_fleets_courier(cast: Cast, ada: Client, rival: Rival):
    _, leg = placed(cast)
    assert assign(ada, leg, rival.courier).status_code == 403
    assert_untouched(leg)


def test_a_stranger_does_not_find_the_order(cast: Cast, rival: Rival):
    _, leg = placed(cast)
    assert assign(signed_in(rival.dispatcher), leg, rival.courier).status_code == 404
    assert_untouched(leg)


def test_without_the_forms_token_nothing_is_done(cast: Cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.ada)
    _, leg = placed(cast)
    assert assign(strict, leg, cast.bo).status_code == 403
    assert_untouched(leg)


def test_signed_out_nothing_is_done(cast: Cast):
    _, leg = placed(cast)
    answer = assign(Client(), leg, cast.bo)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")
    assert_untouched(leg)


@pytest.mark.parametrize("courier_id", ["", "cou_nonsense", "bo"])
def test_a_malformed_courier_is_not_found(cast: Cast, ada: Client, courier_id: str):
    _, leg = placed(cast)
    assert act(ada, leg, "assign", courier_id=courier_id).status_code == 404


def test_the_nearest_free_courier_is_offered_first(cast: Cast, ada: Client, rival: Rival):
    _, leg = placed(cast)
    page = ada.get(f"{address(leg)}/couriers").content.decode()
    assert page.index(">Bo<") < page.index(">Cy<"), "Bo stands at the bakery"
    assert ">Xi<" not in page
    Courier.objects.filter(pk=cast.bo.pk).update(load_legs=cast.bo.max_legs)
    page = ada.get(f"{address(leg)}/couriers").content.decode()
    assert page.index(">Cy<") < page.index(">Bo<"), "who is full comes last"
    off_duty(cast.bo, cast.cy)
    assert "None of your couriers is on duty" in ada.get(f"{address(leg)}/couriers").content.decode()


def test_the_reasons_of_the_planner_are_shown(cast: Cast, ada: Client):
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    why = {"cost_min": 12.34, "others": [{"courier_id": str(cast.cy.pk), "cost_min": 19.0}]}
    Assignment.objects.filter(leg=leg).update(why=why)
    page = ada.get(address(leg)).content.decode()
    assert "Chosen by the planner" in page
    assert "12.3 min" in page
    assert ">Cy<" in page


def test_names_with_markup_are_text(cast: Cast, ada: Client):
    Courier.objects.filter(pk=cast.bo.pk).update(name="<img src=x>")
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
    page = ada.get(address(leg)).content.decode()
    assert "<img" not in page
    assert "&lt;img src=x&gt;" in page


def assert_untouched(leg: Leg) -> None:
    """The leg is as it was placed, and nobody was told anything else."""
    leg.refresh_from_db()
    assert (leg.status, leg.courier_id, leg.version) == (LegStatus.OPEN, None, 0)
    assert not Event.objects.filter(name="LegMoved").exists()


def assign(client: Client, leg: Leg, courier: Courier) -> Any:
    """Press "assign" on what the board showed when `leg` was read."""
    return act(client, leg, "assign", courier_id=public_id("cou", courier.pk))


def act(client: Client, leg: Leg, verb: str, **values: str) -> Any:
    """Post one of the drawer's forms."""
    return client.post(f"{address(leg)}/{verb}", {"version": leg.version, **values})


def address(leg: Leg) -> str:
    """Where the order's drawer is."""
    return f"/board/orders/{public_id('ord', leg.order_id)}"


def message(answer: Any) -> str:
    """The sentence of a refusal."""
    return str(answer.json()["error"]["message"])
