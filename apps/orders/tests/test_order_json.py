"""Every answer with an order has the documented shape: rows and `OrderOut` make the same of it."""

from datetime import timedelta
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.core import clock
from apps.core.ids import new_id
from apps.orders.api.answers import OrderOut
from apps.orders.api.order_json import order_json
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, NetworkPolicy, Order
from apps.orders.selectors import order_for
from apps.orders.selectors.rows import rows_for, rows_from
from apps.orders.services import LegMove, NewParcel, StopDetails, cancel_order, move_leg, prepare_order, write_order
from tests.cast import BAKERY, HOME, new_order

pytestmark = pytest.mark.django_db
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
LATER = st.none() | st.integers(60, 5_000_000).map(lambda ms: timedelta(hours=1, milliseconds=ms))
WAY = (
    LegStatus.ASSIGNED,
    LegStatus.AT_PICKUP,
    LegStatus.PICKED_UP,
    LegStatus.AT_DROPOFF,
    LegStatus.DELIVERED,
)
PARCELS = st.builds(
    NewParcel,
    weight_g=st.integers(1, 3_000),
    volume_ml=st.integers(0, 9_000),
    description=TEXT,
    size=st.sampled_from(["small", "xlarge"]),
    barcode=st.booleans().map(lambda is_given: new_id().hex if is_given else ""),  # no two alike
)


def sent(body: Any) -> Any:
    return orjson.loads(orjson.dumps(body, option=orjson.OPT_UTC_Z))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    texts=st.tuples(TEXT, TEXT, TEXT),
    parcels=st.lists(PARCELS, min_size=1, max_size=4),
    limits=st.tuples(LATER, LATER, LATER, st.none() | st.integers(60, 86_400)),
    carriers=st.tuples(
        st.lists(TEXT, max_size=2),
        st.lists(st.sampled_from(["bike", "van"]), max_size=2),
        st.lists(st.uuids(), max_size=2),
    ),
    fate=st.tuples(st.integers(0, len(WAY)), st.booleans()),
)
def test_rows_and_the_described_answer_say_the_same(cast, texts, **drawn):
    parcels, (*windows, max_on_board_s) = drawn["parcels"], drawn["limits"]
    (skills, vehicle_kinds, fleets), fate = drawn["carriers"], drawn["fate"]
    address, name, instructions = texts
    steps, is_cancelled = fate
    pickup_by, due_at, drop_by = (clock.now() + ahead if ahead else None for ahead in windows)
    new = new_order(
        cast.bakery.pk,
        pickup=StopDetails(address, BAKERY.lat, BAKERY.lon, name),
        dropoff=StopDetails(address, HOME.lat, HOME.lon, name, "+33639980101", instructions),
        parcels=tuple(parcels),
        pickup_by=pickup_by,
        due_at=due_at,
        drop_by=drop_by,
        skills=tuple(skills),
        vehicle_kinds=tuple(vehicle_kinds),
        max_on_board_s=max_on_board_s,
        network_policy=NetworkPolicy.NAMED if fleets else NetworkPolicy.OWN_FIRST,
        fleet_ids=tuple(fleets),
    )
    placed = write_order(prepare_order(new))
    key = placed.order.pk
    written = sent(order_json(rows_from(placed.order, placed.legs, placed.parcels)))
    assert written == sent(order_json(rows_for(cast.dee, key))) == sent(OrderOut(order_for(cast.dee, key)).data)
    for status in WAY[:steps]:
        move_leg(leg_id=placed.legs[0].pk, move=LegMove(status, cast.bo.pk))
    if is_cancelled and steps <= 2:
        cancel_order(order_id=key, reason="other", comment=name[:200])
    assert sent(order_json(rows_for(cast.dee, key))) == sent(OrderOut(order_for(cast.dee, key)).data)


def test_an_order_with_two_legs_shows_the_first_pickup_and_the_last_dropoff(cast):
    placed = write_order(prepare_order(new_order(cast.bakery.pk)))
    first = placed.legs[0]
    second = Leg.objects.get(pk=first.pk)
    second.pk, second.sequence = None, 2
    second.id = Order().id
    second.due_at += timedelta(hours=1)
    second.save(force_insert=True)
    shown = sent(order_json(rows_for(cast.dee, placed.order.pk)))
    assert [leg["sequence"] for leg in shown["legs"]] == [1, 2]
    assert shown["dropoff"]["due_at"] == sent(second.due_at)
    assert shown == sent(OrderOut(order_for(cast.dee, placed.order.pk)).data)
