"""Through the API and the database: scans replayed, permuted, duplicated and split into batches end in the same state.

Each example sends the same scans for two orders: to one as they happened, to the other as a bad network would.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.hubs.tests.carrying import ON_BOARD, carry, legs_of, sends, statuses
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Incident, Parcel
from tests.hubs import a_scan

pytestmark = pytest.mark.django_db
NUMBERS = count()
A_SCAN = st.tuples(st.sampled_from("AB"), st.sampled_from(["in", "out"]), st.sampled_from(["hub", "north"]))


@dataclass(frozen=True)
class World:
    """Where an example takes place."""

    cast: Any
    dee: Any
    devices: dict[str, Any]
    clock: Any

    def order_on_its_way(self):
        """An order of two parcels that Bo has on board, and what is behind the names of its parcels."""
        number = next(NUMBERS)
        order = sends(self.dee, self.devices["hub"].hub, f"A{number}", f"B{number}", key=f"k-{number}")
        carry(legs_of(order)[0], self.cast.bo.pk, *ON_BOARD)
        self.clock.advance(hours=1)
        return order, number

    def is_brought(self, order):
        """Bo says that he has delivered it to the hub."""
        carry(legs_of(order)[0], self.cast.bo.pk, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)


@pytest.fixture
def world(cast, dee, device, north, hand_clock):
    return World(cast, dee, {"hub": device, "north": north}, hand_clock)


def state_of(order):
    """Everything that scans decide."""
    parcels = Parcel.objects.filter(order=order).order_by("pk")
    incidents = Incident.objects.filter(order=order, is_open=True)
    return {
        "statuses": statuses(order),
        "parcels": [(one.hub_id, one.hub_since, one.reached_hub_at) for one in parcels],
        "incidents": sorted((one.kind, one.parcel.barcode[0], one.hub_id.hex) for one in incidents),
    }


@pytest.fixture
def no_rate_limit():
    with override_settings(RATE_LIMIT_PER_S=0):  # hundreds of batches within a second
        yield


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(A_SCAN, min_size=1, max_size=7), st.data())
def test_scans_in_any_order_and_number_end_in_the_same_state(world, no_rate_limit, happened, data):
    def scans_for(number):
        for minute, (letter, direction, where) in enumerate(happened):
            at = world.clock() - timedelta(minutes=50 - minute)
            yield world.devices[where], a_scan(direction, f"{letter}{number}", at=at.isoformat())

    tidy, number = world.order_on_its_way()
    for device, scan in scans_for(number):
        device.send([scan])
    world.is_brought(tidy)

    messy, number = world.order_on_its_way()
    sent = list(scans_for(number))
    repeated = data.draw(st.lists(st.sampled_from(sent), max_size=4))
    arrivals = data.draw(st.permutations([*sent, *repeated]))
    courier_at = data.draw(st.integers(0, len(arrivals)))
    batched_from = data.draw(st.integers(0, len(arrivals)))
    for place, (device, scan) in enumerate(arrivals[:batched_from]):
        if place == courier_at:
            world.is_brought(messy)
        device.send([scan])
    if courier_at >= batched_from:
        world.is_brought(messy)
    for device in world.devices.values():
        if batch := [scan for its, scan in arrivals[batched_from:] if its is device]:
            device.send(batch)

    shift = timedelta(hours=1)  # between the two orders
    expected = state_of(tidy)
    expected["parcels"] = [
        (where, since and since + shift, reached and reached + shift) for where, since, reached in expected["parcels"]
    ]
    assert state_of(messy) == expected
