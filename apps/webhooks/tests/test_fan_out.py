"""What happens to orders, couriers and endpoints becomes messages: to whom it concerns, once, and discreet."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services import create_organisation
from apps.core.events import DomainEvent
from apps.core.ids import public_id
from apps.core.models import Event
from apps.webhooks.catalogue import CATALOGUE, KINDS, PREFIXES, TOLD_EVENTS
from apps.webhooks.lifecycle import DisabledReason, MessageStatus
from apps.webhooks.models import Message
from apps.webhooks.services import EndpointChanges, fan_out, update_endpoint
from apps.webhooks.services.bodies import MAX_BODY, body_of
from tests.cast import placed
from tests.hooks import (
    LegStatus,
    attention_raised_and_cleared,
    cancelled,
    carried,
    comes_back,
    deliver,
    listening,
    ordered,
    pauses,
    relay,
    secret,
)

pytestmark = pytest.mark.django_db
L = LegStatus


def kinds_written() -> list[str]:
    return list(Message.objects.order_by("event_id").values_list("kind", flat=True))


def test_an_order_tells_of_itself_from_placing_to_the_door(cast, sink):
    endpoint = listening(cast.bakery.pk, sink)
    order, leg = ordered(cast, external_id="A-1042")
    carried(leg, cast.bo.pk)
    deliver()
    assert sink.kinds == [
        "order.placed",
        "order.assigned",
        "order.picked_up",
        "order.out_for_delivery",
        "order.delivered",
    ]
    for request in sink.received:
        assert request.verified(secret(endpoint)) == request.content
    assert sink.received[0].content == {
        "type": "order.placed",
        "timestamp": "2026-06-10T10:00:00Z",
        "data": {
            "order_id": public_id("ord", order.pk),
            "placed_at": "2026-06-10T10:00:00Z",
            "status": "placed",
            "external_id": "A-1042",
        },
    }
    assert sink.received[-1].content["data"] == {
        "order_id": public_id("ord", order.pk),
        "leg_id": public_id("leg", leg.pk),
        "courier_id": public_id("cou", cast.bo.pk),
        "reason": "",
        "handed_to": "",
        "note": "",
        "status": "delivered",
        "external_id": "A-1042",
    }


@pytest.mark.parametrize(
    ("moves", "last"),
    [
        ((L.ASSIGNED, L.OPEN), "order.unassigned"),
        ((L.ASSIGNED, L.AT_PICKUP, L.FAILED), "order.failed"),
        ((L.ASSIGNED, L.AT_PICKUP, L.PICKED_UP, L.RETURNING), "order.returning"),
        ((L.ASSIGNED, L.AT_PICKUP, L.PICKED_UP, L.RETURNING, L.RETURNED), "order.returned"),
    ],
)
def test_an_order_that_takes_another_way_tells_of_that(moves, last, cast, sink):
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast)
    carried(leg, cast.bo.pk, *moves)
    assert kinds_written()[-1] == last


def test_moves_that_a_merchant_does_not_see_are_not_told(cast, sink):
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast)
    carried(leg, cast.bo.pk, L.ASSIGNED, L.AT_PICKUP)
    assert kinds_written() == ["order.placed", "order.assigned"]


def test_a_cancelled_order_says_so_once_and_why(cast, sink):
    listening(cast.bakery.pk, sink)
    order, _ = ordered(cast)
    cancelled(order, reason="no flour")
    deliver()
    assert sink.kinds == ["order.placed", "order.cancelled"]
    assert sink.received[-1].content["data"]["reason"] == "no flour"


def test_an_order_that_needs_a_person_says_so(cast, sink):
    listening(cast.bakery.pk, sink)
    order, _ = ordered(cast)
    attention_raised_and_cleared(order)
    assert kinds_written()[1:] == ["order.needs_attention", "order.attention_cleared"]


def test_a_fleet_hears_of_its_couriers_duty_and_the_merchant_does_not(cast, new_sink):
    fleet, bakery = new_sink(), new_sink()
    listening(cast.fleet_owner.pk, fleet)
    listening(cast.bakery.pk, bakery)
    pauses(cast.bo.pk)
    comes_back(cast.bo.pk)
    relay()
    deliver()
    assert fleet.kinds == ["courier.paused", "courier.on_duty"]
    assert fleet.received[0].content["data"] == {"courier_id": public_id("cou", cast.bo.pk), "status": "paused"}
    assert bakery.received == []


def test_nobody_else_hears_of_an_order(cast, new_sink):
    florist = create_organisation(name="Fay's flowers", slug="fays-flowers", is_merchant=True)
    hers, others = new_sink(), new_sink()
    listening(cast.bakery.pk, hers)
    listening(florist.pk, others)
    listening(cast.fleet_owner.pk, others)
    ordered(cast)
    deliver()
    assert (hers.kinds, others.connections) == (["order.placed"], 0)


def test_test_endpoints_hear_of_test_orders_and_live_ones_of_the_others(cast, new_sink):
    live, test = new_sink(), new_sink()
    listening(cast.bakery.pk, live)
    listening(cast.bakery.pk, test, is_test=True)
    _, real = ordered(cast, external_id="real")
    _, robots = ordered(cast, external_id="robots", is_test=True)
    carried(real, cast.bo.pk, L.ASSIGNED)
    carried(robots, cast.cy.pk, L.ASSIGNED)
    deliver()
    assert [request.content["data"]["external_id"] for request in live.received] == ["real"] * 2
    assert [request.content["data"]["external_id"] for request in test.received] == ["robots"] * 2


def test_an_endpoint_hears_of_the_kinds_that_it_asked_for(cast, sink):
    listening(cast.bakery.pk, sink, kinds=("order.assigned", "order.delivered"))
    _, leg = ordered(cast)
    carried(leg, cast.bo.pk)
    assert kinds_written() == ["order.assigned", "order.delivered"]


def test_a_disabled_endpoint_gathers_nothing(cast, sink):
    endpoint = listening(cast.bakery.pk, sink)
    update_endpoint(endpoint_id=endpoint.pk, changes=EndpointChanges(is_enabled=False))
    ordered(cast)
    assert not Message.objects.exists()


def test_events_told_twice_make_one_message_for_each_endpoint(cast, new_sink):
    for _ in range(3):
        listening(cast.bakery.pk, new_sink())
    ordered(cast)
    rows = list(Event.objects.all())
    assert fan_out(rows) == 0
    assert fan_out([*rows, *rows]) == 0
    assert Message.objects.count() == 3


def test_a_relay_that_dies_before_it_marks_its_batch_leaves_nothing_out_and_nothing_twice(cast, sink, monkeypatch):
    listening(cast.bakery.pk, sink)

    def killed(_claim):
        raise SystemExit

    monkeypatch.setattr("workers.relay.mark_relayed", killed)
    with pytest.raises(SystemExit):
        ordered(cast)
    monkeypatch.undo()
    Event.objects.update(leased_until=None)  # as 30 s later
    relay()
    assert kinds_written() == ["order.placed"]


def test_an_event_with_odd_values_does_not_stop_the_others(cast, sink):
    listening(cast.bakery.pk, sink)
    odd = {"organisation_id": str(cast.bakery.pk), "courier_id": "no identifier", "after": "on_duty"}
    Event.objects.create(name="DutyChanged", payload=odd, organisation_id=cast.bakery.pk)
    Event.objects.create(name="DutyChanged", payload={**odd, "organisation_id": "nobody"})
    placed(cast)
    assert fan_out(list(Event.objects.all())) == 1
    assert kinds_written() == ["order.placed"]


def queries_of_telling(rows: list[Event]) -> int:
    with CaptureQueriesContext(connection) as asked:
        fan_out(rows)
    return len(asked)


def test_many_events_for_many_endpoints_take_as_many_queries_as_one(cast, new_sink):
    listening(cast.bakery.pk, new_sink())
    placed(cast)
    for_one = queries_of_telling(list(Event.objects.filter(name="OrderPlaced")))
    for _ in range(4):
        listening(cast.bakery.pk, new_sink())
    for _ in range(10):
        placed(cast)
    for_many = queries_of_telling(list(Event.objects.filter(name="OrderPlaced")))
    assert Message.objects.count() == 55
    assert for_many == for_one <= 6


def test_events_that_nobody_listens_to_take_one_query(cast, django_assert_num_queries):
    for _ in range(5):
        placed(cast)
    rows = list(Event.objects.all())
    with django_assert_num_queries(1):
        assert fan_out(rows) == 0


def test_the_owner_hears_at_another_endpoint_that_one_was_disabled(cast, new_sink):
    healthy, broken = new_sink(), new_sink()
    listening(cast.bakery.pk, healthy, kinds=("webhook_endpoint.disabled",))
    endpoint = listening(cast.bakery.pk, broken)
    update_endpoint(endpoint_id=endpoint.pk, changes=EndpointChanges(is_enabled=False))
    relay()
    deliver()
    assert healthy.received[0].content["data"] == {
        "endpoint_id": public_id("whe", endpoint.pk),
        "reason": DisabledReason.BY_OWNER.value,
    }


def test_no_body_is_larger_than_twenty_kilobytes(hand_clock):
    shown = {"order_id": "ord_1", "status": "delivered", **{f"note_{n}": "é" * 300 for n in range(60)}}
    body = body_of("order.delivered", at=hand_clock(), shown=shown)
    assert len(body.encode()) < MAX_BODY
    assert '"order_id":"ord_1"' in body


def test_bodies_hold_no_inner_identifier(cast, sink):
    listening(cast.bakery.pk, sink)
    _, leg = ordered(cast, external_id="A-1")
    carried(leg, cast.bo.pk)
    inner = [cast.zone.pk, cast.bakery.pk, cast.fleet_owner.pk]
    for body in Message.objects.values_list("body", flat=True):
        assert not [key for key in inner if str(key) in body or key.hex in body]
        assert "amount" not in body


def test_kinds_have_one_name_each():
    assert len(set(KINDS)) == len(KINDS)


def test_every_event_of_the_catalogue_exists_or_is_still_to_come():
    assert TOLD_EVENTS - set(DomainEvent.kinds) <= STILL_TO_COME


STILL_TO_COME = {
    "OrderUpdated",
    "CourierAdded",
    "CourierActivated",
    "CourierDeactivated",
    "ShiftPlanned",
    "ShiftChanged",
}
STILL_TO_COME |= {"ShiftCancelled", "ConnectionInvited", "ConnectionAccepted", "ConnectionPaused", "ConnectionResumed"}
STILL_TO_COME |= {"ConnectionEnded", "ConnectionChanged", "FleetOffered", "FleetOfferEnded", "FleetRefused"}
STILL_TO_COME |= {"ParcelScanned", "IncidentOpened", "IncidentResolved", "LegHandedOn", "LegHandOnEnded"}


def test_every_identifier_of_the_catalogue_has_a_prefix():
    assert {name for kind in CATALOGUE for name in kind.shows if name.endswith("_id")} <= {*PREFIXES, "external_id"}


def test_a_fleet_is_told_of_its_offer_without_the_reference_of_the_merchant(cast, new_sink):
    fleet, bakery = new_sink(), new_sink()
    listening(cast.fleet_owner.pk, fleet)
    listening(cast.bakery.pk, bakery, kinds=("fleet_offer.made",))
    order, leg = ordered(cast, external_id="the bakery's own")
    ids = {"order_id": str(order.pk), "leg_id": str(leg.pk), "offer_id": str(leg.pk), "fleet_id": str(cast.fleet.pk)}
    sides = {"organisation_id": str(cast.bakery.pk), "executor_id": str(cast.fleet_owner.pk)}
    offered = Event.objects.create(
        name="FleetOffered",
        payload={**ids, **sides, "expires_at": "2026-06-10T12:02:00+02:00"},
        organisation_id=cast.bakery.pk,
        order_id=order.pk,
    )
    fan_out([offered])
    Event.objects.update(relayed_at=offered.occurred_at)
    deliver()
    assert bakery.received == []
    (told,) = fleet.received
    assert told.content["data"] == {
        "order_id": public_id("ord", order.pk),
        "leg_id": public_id("leg", leg.pk),
        "offer_id": public_id("off", leg.pk),
        "fleet_id": public_id("flt", cast.fleet.pk),
        "expires_at": "2026-06-10T10:02:00Z",
    }


def test_of_a_leg_that_is_handed_on_each_who_has_a_part_is_told_once(cast, new_sink):
    bakery, rush, tandem = new_sink(), new_sink(), new_sink()
    other = create_organisation(name="Tandem", slug="tandem", is_fleet_owner=True)
    for organisation, sink in ((cast.bakery, bakery), (cast.fleet_owner, rush), (other, tandem)):
        listening(organisation.pk, sink, kinds=("leg.handed_on", "leg.hand_on_ended"))
    order, leg = ordered(cast, external_id="the bakery's own")
    fleets = {"fleet_id": str(cast.fleet.pk), "to_fleet_id": str(other.pk)}
    sides = {"executor_id": str(cast.fleet_owner.pk), "to_executor_id": str(other.pk)}
    of_the_leg = {"organisation_id": str(cast.bakery.pk), "order_id": str(order.pk), "leg_id": str(leg.pk)}
    payload = {**of_the_leg, **fleets, **sides}
    events = [
        Event.objects.create(name=name, payload=told, organisation_id=cast.bakery.pk, order_id=order.pk)
        for name, told in (("LegHandedOn", payload), ("LegHandOnEnded", {**payload, "end": "refused"}))
    ]
    fan_out(events)
    fan_out(events)
    Event.objects.update(relayed_at=events[0].occurred_at)
    deliver()
    shown = {
        "order_id": public_id("ord", order.pk),
        "leg_id": public_id("leg", leg.pk),
        "fleet_id": public_id("flt", cast.fleet.pk),
        "to_fleet_id": public_id("flt", other.pk),
    }
    for sink in (rush, tandem):
        assert [told.content["data"] for told in sink.received] == [shown, {**shown, "end": "refused"}]
    own = {**shown, "external_id": "the bakery's own"}
    assert [told.content["data"] for told in bakery.received] == [own, {**own, "end": "refused"}]


def test_all_that_was_told_is_pending_until_it_is_delivered(cast, sink):
    listening(cast.bakery.pk, sink)
    ordered(cast)
    assert Message.objects.get().status == MessageStatus.PENDING
    deliver()
    message = Message.objects.get()
    assert (message.status, message.lane, message.next_attempt_at) == (MessageStatus.DELIVERED, 0, None)
