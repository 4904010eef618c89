"""New stops go between others without moving them, and a full gap is made anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dispatch.engine import StopKind
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import route_of
from apps.dispatch.services import assign_leg
from apps.dispatch.services.route_places import GAP, NO_ROOM, number_anew, places_of
from tests.cast import placed

rooms = st.lists(st.integers(1, 50), max_size=6, unique=True).map(sorted)


@given(rooms, st.lists(st.integers(0, 6), max_size=4))
def test_places_keep_what_is_there_and_rise_along_the_route(there, gaps):
    order = list(there)
    for gap in gaps:
        order.insert(min(gap, len(order)), None)
    places = places_of(order)
    if places == NO_ROOM:
        return
    assert places == sorted(set(places))
    assert all(new == old for new, old in zip(places, order, strict=True) if old is not None)


def test_a_gap_that_is_too_narrow_has_no_room():
    assert places_of([7, None, None, 9]) == NO_ROOM
    assert places_of([7, None, 9]) == [7, 8, 9]
    assert places_of([None, None]) == [GAP, 2 * GAP]


@pytest.mark.django_db
def test_a_route_numbered_anew_keeps_its_order(cast, hand_clock):
    for _ in range(2):
        _, leg = placed(cast)
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    first, second = Assignment.objects.order_by("assigned_at", "pk")
    Assignment.objects.filter(pk=first.pk).update(pickup_place=1, dropoff_place=4)
    Assignment.objects.filter(pk=second.pk).update(pickup_place=2, dropoff_place=3)
    before = [(stop.kind, stop.leg.pk) for stop in route_of(cast.bo.pk)]
    route = number_anew(cast.bo.pk)
    assert [(stop.kind, stop.leg.pk) for stop in route] == before
    assert [stop.place for stop in route] == [GAP, 2 * GAP, 3 * GAP, 4 * GAP]
    assert route[0].kind is StopKind.PICKUP
