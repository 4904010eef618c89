"""Races for a leg that is being handed on, between real processes: one outcome, and both sides are told it once.

Run with locks as they are, and again with locks that always succeed.
"""

import pytest

from apps.billing.models import Charge, Handover
from apps.billing.tests.carrying import DELIVERED, carry
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.dispatch.models import Assignment
from apps.dispatch.services import release_ended
from apps.dispatch.tests.handing import assemble_chain
from apps.dispatch.tests.networking import connected, fleet_with_one
from apps.orders.lifecycle import LegStatus
from apps.orders.models import HandOn, Leg
from tests.arena import call
from tests.cast import assemble_cast
from tests.races.test_connections import assert_leg_and_loads_agree

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6


@pytest.fixture
def chain(transactional_db):
    chain = assemble_chain(assemble_cast())
    Courier.objects.update(max_legs=100)
    return chain


def told_of(name, leg):
    return Event.objects.filter(name=name, order_id=leg.order_id).count()


def assert_it_is_with_one(chain, leg):
    """Whoever has the leg is a courier of the fleet that it is with; each hand-on was told once, and each end once."""
    assert_leg_and_loads_agree(Leg.objects.get(pk=leg.pk))
    leg = Leg.objects.select_related("courier").get(pk=leg.pk)
    made = HandOn.objects.filter(leg=leg)
    live = made.filter(is_live=True).first()
    assert told_of("LegHandedOn", leg) == made.count()
    assert told_of("LegHandOnEnded", leg) == made.filter(is_live=False).count()
    assert Assignment.objects.filter(leg=leg, is_live=True).count() <= 1
    if leg.courier and live:
        assert leg.courier.fleet_id == live.to_fleet_id
    if live is None and leg.courier:
        assert leg.courier.fleet_id == chain.rush.pk
    return leg, live


def test_handing_on_against_the_planner_gives_it_to_the_other_fleet_in_the_end(arena, chain):
    zone = chain.cast.zone.pk
    for _ in range(ROUNDS):
        leg = chain.ordered()
        handed, *planned = arena.race(
            call("hand_on", chain.rush.organisation_id, leg.pk, chain.tandem.pk), call("plan", zone), call("plan", zone)
        )
        assert (handed, planned) == ("done", ["done", "done"])
        assert assert_it_is_with_one(chain, leg)[1] is not None
        assert chain.planned(leg).courier_id in (None, chain.tom.pk)


def test_handing_on_against_an_assignment_by_hand_has_one_order_of_events(arena, chain):
    for _ in range(ROUNDS):
        leg = chain.ordered()
        owner = chain.rush.organisation_id
        handed, given = arena.race(
            call("hand_on", owner, leg.pk, chain.tandem.pk), call("give", owner, leg.pk, chain.rita.pk)
        )
        assert handed == "done"
        assert given in ("done", "fleet_not_eligible", "leg_taken")
        leg, live = assert_it_is_with_one(chain, leg)
        assert (live.to_fleet_id, leg.status) == (chain.tandem.pk, LegStatus.OPEN)


def test_handing_on_against_the_merchants_cancel_leaves_nobody_with_it(arena, chain):
    for _ in range(ROUNDS):
        leg = chain.ordered()
        handed, cancelled = arena.race(
            call("hand_on", chain.rush.organisation_id, leg.pk, chain.tandem.pk), call("cancel", leg.order_id)
        )
        assert cancelled == "done"
        assert handed in ("done", "leg_taken", "leg_not_found", "illegal_move")
        release_ended()
        leg, live = assert_it_is_with_one(chain, leg)
        assert (leg.status, leg.courier_id, live) == (LegStatus.CANCELLED, None, None)
        assert HandOn.objects.filter(leg=leg).count() == (handed == "done")


def test_of_two_who_hand_it_on_at_once_one_does(arena, chain):
    other, _ = fleet_with_one(chain.cast, "Third", 31)
    connected(chain.rush.organisation_id, other)
    owner = chain.rush.organisation_id
    for _ in range(ROUNDS):
        leg = chain.ordered()
        calls = [call("hand_on", owner, leg.pk, fleet.pk) for fleet in (chain.tandem, other, chain.tandem, other)]
        assert sorted(arena.race(*calls)) == ["done", *["handed_on_already"] * 3]
        assert assert_it_is_with_one(chain, leg)[1].is_live


def test_taking_it_back_against_the_other_fleets_planner_has_one_outcome(arena, chain):
    zone = chain.cast.zone.pk
    for _ in range(ROUNDS):
        leg = chain.handed_on()
        back, *planned = arena.race(
            call("take_back", chain.rush.organisation_id, leg.pk), call("plan", zone), call("plan", zone)
        )
        assert (back, planned) == ("done", ["done", "done"])
        leg, live = assert_it_is_with_one(chain, leg)
        assert live is None
        assert chain.planned(leg).courier_id in (None, chain.rita.pk)


def test_four_who_read_the_log_at_once_charge_each_link_once(arena, chain):
    for count in range(1, ROUNDS + 1):
        leg = carry(chain.handed_on(), chain.tom, *DELIVERED)
        assert arena.race(*[call("settle", leg.order_id)] * 4) == ["done"] * 4
        assert Charge.objects.count() == Handover.objects.count() == 2 * count
