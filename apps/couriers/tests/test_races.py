"""What must hold when two do it at the same moment, with real transactions."""

from datetime import timedelta

import pytest

from apps.core import clock
from apps.core.errors import CoursierError
from apps.core.tests.racing import race
from apps.couriers.errors import VehicleInUse, VehicleRetired
from apps.couriers.models import Courier, Shift, Vehicle
from apps.couriers.services import NewCourier, NewShift, add_courier, plan_shift, retire_vehicle
from tests.cast import assemble_cast

pytestmark = pytest.mark.django_db(transaction=True)
RUNNERS = 6


def outcome(work) -> str:
    try:
        work()
    except CoursierError as error:
        return error.code
    return "done"


def test_of_many_shifts_planned_at_once_for_the_same_time_one_is(transactional_db):
    cast = assemble_cast()
    at = clock.now() + timedelta(days=1)

    def plan(number: int) -> str:
        begin = at + timedelta(minutes=number)
        new = NewShift(courier_id=cast.bo.pk, zone_id=cast.zone.pk, starts_at=begin, ends_at=begin + timedelta(hours=2))
        return outcome(lambda: plan_shift(new))

    outcomes = race(RUNNERS, plan)
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "shift_overlaps", "conflict"}
    assert Shift.objects.filter(starts_at__gte=at).count() == 1


def test_a_phone_added_many_times_at_once_is_one_courier(transactional_db):
    cast = assemble_cast()
    new = NewCourier(fleet_id=cast.fleet.pk, vehicle_id=cast.bo.vehicle_id, name="Kim", phone="+33639980010")
    outcomes = race(RUNNERS, lambda _: outcome(lambda: add_courier(new)))
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "phone_taken", "conflict"}
    assert Courier.objects.filter(phone=new.phone).count() == 1


def test_a_vehicle_is_retired_or_ridden_never_both(transactional_db):
    cast = assemble_cast()
    for round_ in range(4):
        vehicle = Vehicle.objects.create(fleet=cast.fleet, kind="bike", speed_kmh=15, max_weight_g=1, max_parcels=1)
        new = NewCourier(fleet_id=cast.fleet.pk, vehicle_id=vehicle.pk, name="Kim", phone=f"+3363998002{round_}")
        works = (lambda v=vehicle: retire_vehicle(vehicle_id=v.pk), lambda n=new: add_courier(n))
        outcomes = set(race(2, lambda number, works=works: outcome(works[number])))
        assert outcomes & {VehicleInUse.code, VehicleRetired.code, "conflict"}
        vehicle.refresh_from_db()
        assert bool(vehicle.retired_at) != Courier.objects.filter(vehicle=vehicle).exists()
