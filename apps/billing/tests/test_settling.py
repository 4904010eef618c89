"""What a carried leg is charged: once, by the terms of its handover, to whoever does not own the fleet."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.billing.models import Charge, ChargeKind, Handover, Statement
from apps.billing.services import settle_order
from apps.billing.tests.carrying import DELIVERED, FAILED, PICKED_UP, RETURNED, carried, carry
from apps.core import clock
from apps.core.models import Event
from apps.networks.lifecycle import ConnectionStatus
from apps.networks.models import Connection
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy
from apps.orders.services import cancel_order
from tests.agreements import a_tariff, connected
from tests.cast import placed

pytestmark = pytest.mark.django_db
BY_PLATFORM = 390 + 197 + 80
BY_TARIFF = (707, 141, 848)  # net, tax, gross


def amounts(charge: Charge) -> tuple[int, int, int]:
    return charge.net_cents, charge.tax_cents, charge.gross_cents


def settled(leg: Leg) -> list[Charge]:
    return settle_order(order_id=leg.order_id)


def nothing_is_owed() -> bool:
    return not Charge.objects.exists() and not Statement.objects.exists() and not charge_events()


def charge_events() -> list[dict[str, object]]:
    return [event.payload for event in Event.objects.filter(name="ChargeMade").order_by("id")]


def test_a_leg_delivered_by_an_open_fleet_is_charged_by_the_platforms_rates(cast):
    leg = carried(cast, cast.bo)
    (charge,) = settled(leg)
    assert (charge.kind, charge.leg_id, charge.order_id, charge.tariff_id) == ("delivery", leg.pk, leg.order_id, None)
    assert amounts(charge) == (BY_PLATFORM, 0, BY_PLATFORM)
    assert (charge.at, charge.currency) == (leg.delivered_at, "EUR")
    assert charge.gross_cents == sum(line["amount"] for line in charge.lines)
    statement = charge.statement
    assert (statement.connection_id, statement.month, statement.is_test) == (None, "2026-06", False)
    assert (statement.orderer, statement.executor) == (cast.bakery, cast.fleet_owner)


def test_a_charge_tells_both_sides_of_itself(cast, night_rider):
    leg = carried(cast, night_rider)
    (charge,) = settled(leg)
    (told,) = charge_events()
    assert told == {
        "organisation_id": str(cast.bakery.pk),
        "executor_id": str(night_rider.fleet.organisation_id),
        "connection_id": str(Connection.objects.get().pk),
        "order_id": str(leg.order_id),
        "leg_id": str(leg.pk),
        "charge_id": str(charge.pk),
        "statement_id": str(charge.statement_id),
        "kind": "delivery",
        "gross_cents": 848,
        "currency": "EUR",
        "charged_at": charge.at.isoformat(),
    }


def test_the_same_event_handled_twice_charges_once(cast):
    leg = carried(cast, cast.bo)
    assert len(settled(leg)) == 1
    assert settled(leg) == []
    assert (Charge.objects.count(), Statement.objects.count(), len(charge_events())) == (1, 1, 1)


@pytest.mark.parametrize("steps", [PICKED_UP, FAILED, (LegStatus.ASSIGNED,)], ids=["on board", "failed", "assigned"])
def test_a_leg_that_is_not_done_is_not_charged(cast, steps):
    assert settled(carried(cast, cast.bo, *steps)) == []
    assert nothing_is_owed()


def test_what_an_organisation_carries_itself_is_not_charged(cast, own_rider):
    assert settled(carried(cast, own_rider)) == []
    assert nothing_is_owed()
    assert not Handover.objects.exists()


def test_a_leg_carried_over_a_connection_is_charged_by_its_tariff(cast, night_rider):
    (charge,) = settled(carried(cast, night_rider))
    assert amounts(charge) == BY_TARIFF
    connection = Connection.objects.get()
    assert (charge.tariff, charge.statement.connection) == (connection.tariff, connection)


def test_a_leg_costs_what_the_order_for_connected_fleets_was_priced_at(cast, night_rider):
    leg = carried(cast, night_rider, network_policy=NetworkPolicy.CONNECTED)
    (charge,) = settled(leg)
    assert (*amounts(charge), charge.lines) == (*BY_TARIFF, leg.order.price_lines)
    assert charge.gross_cents == leg.order.amount_cents


def test_each_leg_of_an_order_is_charged_for_its_own_way_and_weight(cast, night_rider, hand_clock):
    order, first = placed(cast)
    second = Leg.objects.get(pk=first.pk)
    second.pk, second.sequence, second.weight_g, second.dropoff_lat = None, 2, 9_000, first.dropoff_lat - 0.02
    second.id = Leg().id
    second.save(force_insert=True)
    carry(first, cast.bo, *DELIVERED)
    carry(second, night_rider, *PICKED_UP)
    (one,) = settle_order(order_id=order.pk)
    carry(second, night_rider, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    (other,) = settle_order(order_id=order.pk)
    assert (one.leg_id, one.gross_cents) == (first.pk, BY_PLATFORM)
    assert (other.leg_id, other.statement.executor_id) == (second.pk, night_rider.fleet.organisation_id)
    assert other.net_cents > BY_TARIFF[0]
    assert Charge.objects.count() == Statement.objects.count() == 2


def test_a_tariff_agreed_while_the_courier_is_under_way_changes_nothing(cast, night_rider):
    leg = carried(cast, night_rider, *PICKED_UP)
    assert settled(leg) == []
    Connection.objects.update(tariff=a_tariff(night_rider.fleet, base_cents=9_000))
    carry(leg, night_rider, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
    (charge,) = settled(leg)
    assert amounts(charge) == BY_TARIFF


def test_a_tariff_agreed_before_the_handover_holds(cast, night_rider):
    leg = carried(cast, night_rider, LegStatus.ASSIGNED)
    assert settled(leg) == []
    Connection.objects.update(tariff=a_tariff(night_rider.fleet, base_cents=9_000, per_km_cents=0))
    carry(leg, night_rider, *DELIVERED[1:])
    (charge,) = settled(leg)
    assert amounts(charge) == (9_000, 0, 9_000)


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.ENDED])
def test_a_connection_that_closed_meanwhile_holds_for_what_was_under_way(cast, night_rider, hand_clock, status):
    leg = carried(cast, night_rider, LegStatus.ASSIGNED)
    hand_clock.advance(minutes=1)
    is_live = status != ConnectionStatus.ENDED
    Connection.objects.update(status=status, is_live=is_live, ended_at=None if is_live else clock.now())
    carry(leg, night_rider, *DELIVERED[1:])
    (charge,) = settled(leg)
    assert amounts(charge) == BY_TARIFF


def test_a_connection_that_had_ended_or_came_later_does_not_price_a_leg(cast, hand_clock):
    ended = connected(cast.bakery, cast.fleet, tariff=a_tariff(cast.fleet))
    hand_clock.advance(minutes=1)
    Connection.objects.filter(pk=ended.pk).update(status=ConnectionStatus.ENDED, is_live=False, ended_at=clock.now())
    hand_clock.advance(minutes=1)
    leg = carried(cast, cast.bo, LegStatus.ASSIGNED)
    hand_clock.advance(minutes=1)
    connected(cast.bakery, cast.fleet, tariff=a_tariff(cast.fleet))
    carry(leg, cast.bo, *DELIVERED[1:])
    (charge,) = settled(leg)
    assert (charge.gross_cents, charge.statement.connection_id) == (BY_PLATFORM, None)


def test_a_connection_without_a_tariff_is_charged_by_the_platforms_rates(cast):
    connection = connected(cast.bakery, cast.fleet)
    (charge,) = settled(carried(cast, cast.bo))
    assert (charge.gross_cents, charge.statement.connection_id) == (BY_PLATFORM, connection.pk)


def test_what_is_brought_back_is_charged_as_a_return(cast, hand_clock):
    leg = carried(cast, cast.bo, *RETURNED)
    (charge,) = settled(leg)
    assert (charge.kind, charge.gross_cents, charge.at) == (ChargeKind.RETURN, BY_PLATFORM, leg.status_since)


def test_a_courier_who_comes_late_makes_nothing_dearer(cast, hand_clock):
    hand_clock.advance(hours=-1)  # eleven: no peak
    _, leg = placed(cast)
    hand_clock.advance(hours=2)  # one: peak
    (charge,) = settled(carry(leg, cast.bo, *DELIVERED))
    assert charge.gross_cents == leg.order.amount_cents == BY_PLATFORM - 80


def cancelled(cast, courier, *, fee_cents: int | None, steps=(LegStatus.ASSIGNED,)) -> Leg:
    """An order that was cancelled when a courier had it; the event says which fee, or nothing."""
    leg = carried(cast, courier, *steps) if courier else placed(cast)[1]
    cancel_order(order_id=leg.order_id, reason="changed their mind")
    told = Event.objects.get(order_id=leg.order_id, name="OrderCancelled")
    if fee_cents is not None:
        told.payload["fee_cents"] = fee_cents
        told.save()
    return leg


def test_a_fee_for_cancelling_late_is_owed_to_the_fleet_that_had_accepted(cast, night_rider):
    leg = cancelled(cast, night_rider, fee_cents=240)
    (charge,) = settled(leg)
    assert settled(leg) == []
    assert (charge.kind, charge.leg_id, amounts(charge)) == ("cancellation", leg.pk, (200, 40, 240))
    assert [(line["code"], line["amount"]) for line in charge.lines] == [("cancellation", 200), ("tax", 40)]
    assert charge.statement.executor_id == night_rider.fleet.organisation_id
    assert len(charge_events()) == 1


@pytest.mark.parametrize("fee_cents", [None, 0])
def test_cancelling_without_a_fee_is_not_charged(cast, fee_cents):
    assert settled(cancelled(cast, cast.bo, fee_cents=fee_cents)) == []
    assert nothing_is_owed()


def test_a_fee_is_not_owed_to_oneself_nor_to_nobody(cast, own_rider):
    assert settled(cancelled(cast, own_rider, fee_cents=195)) == []
    assert settled(cancelled(cast, None, fee_cents=195)) == []
    assert nothing_is_owed()


def test_what_robots_carry_stands_on_a_statement_of_its_own(cast):
    (live,) = settled(carried(cast, cast.bo))
    (test,) = settled(carried(cast, cast.bo, is_test=True))
    assert live.statement != test.statement
    assert (live.statement.is_test, test.statement.is_test) == (False, True)


@pytest.mark.parametrize(
    ("time_zone", "month"), [("Europe/Paris", "2026-07"), ("UTC", "2026-06"), ("America/Martinique", "2026-06")]
)
def test_a_month_is_that_of_the_executor(cast, hand_clock, time_zone, month):
    cast.fleet_owner.time_zone = time_zone
    cast.fleet_owner.save()
    hand_clock.moment = datetime(2026, 6, 30, 22, 0, tzinfo=UTC)  # midnight in Paris
    (charge,) = settled(carried(cast, cast.bo))
    assert charge.statement.month == month


def test_the_last_moment_of_a_month_is_in_it(cast, hand_clock):
    hand_clock.moment = datetime(2026, 6, 30, 22, 0, tzinfo=UTC) - timedelta(milliseconds=1)
    (charge,) = settled(carried(cast, cast.bo))
    assert charge.statement.month == "2026-06"


def test_an_order_that_is_not_there_owes_nothing(cast):
    assert settle_order(order_id=cast.bakery.pk) == []
