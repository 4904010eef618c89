"""Both at once: a courier carries a tour of slots, and an express order goes in between where no promise breaks.

Over HTTP on both sides, with the tasks that beat would send in between; couriers take the time that riding takes.
"""

from datetime import datetime, timedelta

import pytest

from apps.core.geo import Point, distance_m
from apps.core.redis import connection
from apps.couriers.lifecycle import CourierStatus
from apps.couriers.models import Courier, Shift, Vehicle
from apps.dispatch.services.kept_tours import kept_tours
from apps.orders.models import Leg, Order
from tests.broker import delivering_at_once
from tests.cast import BAKERY, assemble_cast
from tests.journeys.acting import Rider, merchant, order_bread, phones_are_heard
from workers.maintenance import plan_due_tours, sweep

pytestmark = pytest.mark.django_db(transaction=True)
DOORS = [Point(48.8600, 2.3600), Point(48.8600, 2.3680), Point(48.8600, 2.3760)]  # on one road, 0.6 km apart
BETWEEN, ASIDE = Point(48.8601, 2.3690), Point(48.8700, 2.3680)
TOUR_L, BAG_ML = 50, 20_000
M_PER_S = 15 / 3.6 / 1.3  # a bike at the zone's detour


@pytest.fixture
def players(transactional_db, hand_clock):
    return assemble_cast()


@pytest.fixture
def a_moment_later(transactional_db, hand_clock):
    """Everything that beat would have sent since, after so much time."""

    def later(**duration):
        hand_clock.advance(**duration or {"seconds": 20})
        phones_are_heard()
        for key in connection().scan_iter("plan:*"):
            connection().delete(key)  # the marks end by the wall's clock, which stands still here
        plan_due_tours()
        sweep()

    with delivering_at_once():
        yield later


class Bo(Rider):
    """A courier who takes the time that riding, waiting and handing over take."""

    def __init__(self, courier, clock, moment):
        super().__init__(courier, clock)
        self.here, self.moment = BAKERY, moment

    def stops(self):
        return [(stop["kind"], stop["order_id"]) for stop in self.sync()["stops"]]

    def make_next_stop(self):
        stop = self.sync()["stops"][0]
        there, leg = Point(stop["lat"], stop["lon"]), {"leg_id": stop["leg_id"], "epoch": stop["epoch"]}
        self.clock.advance(seconds=distance_m(self.here, there) / M_PER_S)
        self.here = there
        at = {"lat": there.lat, "lon": there.lon}
        assert self.act("arrive", stop=stop["kind"], **leg, **at)["outcome"] == "applied"
        self.moment(seconds=5)
        opens = max(datetime.fromisoformat(stop["opens_at"] or self.clock().isoformat()), self.clock())
        self.clock.advance(seconds=max((opens - self.clock()).total_seconds(), stop["service_s"] / 2))
        done = self.act("pick_up" if stop["kind"] == "pickup" else "deliver", **leg, **at)
        assert done["outcome"] == "applied", done
        self.moment(seconds=stop["service_s"] / 2)

    def make_every_stop(self):
        while self.stops():
            self.make_next_stop()


def slots(client, clock, *, lasts):
    """Three large parcels for three doors, in a slot that begins in two hours; their orders."""
    begins = clock() + timedelta(hours=2)
    window = {"drop_from": begins.isoformat(), "drop_by": (begins + timedelta(minutes=lasts)).isoformat()}
    parcels = [{"weight_g": 900, "volume_ml": TOUR_L * 1_000 // 2}]
    return [order_bread(client, dropoff=door(point, **window), parcels=parcels)["id"] for point in DOORS]


def door(point, **changes):
    return {"address": "a door", "lat": point.lat, "lon": point.lon, **changes}


def express(client, pickup, dropoff, **changes):
    return order_bread(client, pickup=door(pickup), dropoff=door(dropoff, **changes))["id"]


@pytest.fixture
def bo(players, hand_clock, a_moment_later):
    """Off duty, with a planned shift in an hour. Cy is on duty with a bag too small for what the tour carries."""
    begins = hand_clock() + timedelta(hours=1)
    Shift.objects.filter(courier=players.bo).delete()
    Courier.objects.filter(pk=players.bo.pk).update(status=CourierStatus.OFF_DUTY, zone=None, shift=None)
    Shift.objects.create(courier=players.bo, zone=players.zone, starts_at=begins, ends_at=begins + timedelta(hours=4))
    Vehicle.objects.filter(pk=players.cy.vehicle_id).update(max_volume_ml=BAG_ML)
    return Bo(players.bo, hand_clock, a_moment_later)


def with_the_tour_on_board(bo, clock, moment):
    """Until the tour is given out and all of it picked up; its stops as they were given."""
    clock.advance(hours=1)
    started = bo.act("start_shift", lat=BAKERY.lat, lon=BAKERY.lon)
    assert started["outcome"] == "applied", started
    while not bo.stops():
        moment(minutes=1)
    given = bo.stops()
    for _ in range(3):
        bo.make_next_stop()
    return given


def late_or_undelivered():
    return [
        order.short_code
        for order in Order.objects.all()
        if order.status != "delivered" or order.ended_at > order.promised_dropoff_at
    ]


def test_slots_are_one_tour_in_order_and_an_express_order_goes_in_between(players, bo, hand_clock, a_moment_later):
    Courier.objects.filter(pk=players.cy.pk).update(is_active=False)
    dee = merchant(players)
    asked = slots(dee, hand_clock, lasts=60)
    a_moment_later()
    (tour,) = kept_tours(players.zone.pk).by_shift.values()
    assert tour.courier_id == str(players.bo.pk)
    given = with_the_tour_on_board(bo, hand_clock, a_moment_later)
    assert [kind for kind, _ in given] == ["pickup"] * 3 + ["dropoff"] * 3
    assert [order for kind, order in given if kind == "dropoff"] == asked
    urgent = express(dee, BETWEEN, DOORS[2])
    a_moment_later()
    while ("pickup", urgent) not in bo.stops():  # decided late: when he must leave for it
        bo.make_next_stop()
    route = bo.stops()
    assert route.index(("pickup", urgent)) < route.index(("dropoff", asked[-1]))
    left = [stop for stop in route if stop[1] != urgent]
    assert left == [("dropoff", order) for order in asked[-len(left) :]]
    bo.make_every_stop()
    assert late_or_undelivered() == []
    assert Courier.objects.get(pk=players.bo.pk).load_legs == 0


def test_an_express_order_that_would_break_a_promise_goes_to_another_courier(players, bo, hand_clock, a_moment_later):
    dee = merchant(players)
    asked = slots(dee, hand_clock, lasts=14)
    a_moment_later()
    with_the_tour_on_board(bo, hand_clock, a_moment_later)
    urgent = express(dee, ASIDE, DOORS[2])
    a_moment_later()
    leg = Leg.objects.get(order__dropoff__lat=DOORS[2].lat, drop_from=None)
    assert leg.courier_id == players.cy.pk
    assert bo.stops() == [("dropoff", order) for order in asked]
    bo.make_every_stop()
    Rider(players.cy, hand_clock).deliver_everything()
    assert late_or_undelivered() == []
    assert urgent not in asked


def test_an_express_order_that_would_break_a_promise_and_fits_nowhere_says_why(players, bo, hand_clock, a_moment_later):
    Courier.objects.filter(pk=players.cy.pk).update(is_active=False)
    dee = merchant(players)
    asked = slots(dee, hand_clock, lasts=14)
    a_moment_later()
    with_the_tour_on_board(bo, hand_clock, a_moment_later)
    soon = (hand_clock() + timedelta(minutes=22)).isoformat()
    express(dee, ASIDE, DOORS[2], drop_by=soon, due_at=soon)
    a_moment_later()
    leg = Leg.objects.get(drop_from=None)
    assert (leg.status, leg.unassigned_reason) == ("open", "no_courier_free")
    assert bo.stops() == [("dropoff", order) for order in asked]
    bo.make_every_stop()
    assert len(late_or_undelivered()) == 1
