"""Couriers on duty in the words of the engine: from where and when they can be planned, and what they have ahead."""

from datetime import datetime
from uuid import UUID

from apps.couriers.models import Courier, Shift
from apps.couriers.positions import positions_now
from apps.dispatch.courier_way import CourierWay, RemainingStop, way_of
from apps.dispatch.engine import CourierState
from apps.dispatch.services.engine_words import vehicle_profile
from apps.zones.models import Zone


def states_on_duty(
    here: Zone, couriers: dict[UUID, Courier], stops: dict[UUID, list[RemainingStop]], at: datetime
) -> dict[UUID, CourierState]:
    """Each courier with the stops ahead of them; who has no shift, or whose place nobody knows, is left out."""
    live = positions_now(list(couriers))
    states = {}
    for key, courier in couriers.items():
        position = live.get(key) or courier.last_point
        if position is not None and courier.shift is not None:
            way = way_of(position, stops.get(key, []), now=at.timestamp())
            states[key] = _state(here, courier, courier.shift, way)
    return states


def _state(here: Zone, courier: Courier, shift: Shift, way: CourierWay) -> CourierState:
    started_at = (shift.started_at or shift.starts_at).timestamp()
    return CourierState(
        id=str(courier.pk),
        position=way.position,
        free_at=way.free_at,
        on_duty_from=started_at,
        shift_ends_at=shift.ends_at.timestamp(),
        vehicle=vehicle_profile(courier, here.detour_factor),
        fleet_id=str(courier.fleet_id),
        skills=frozenset(courier.skills),
        legs_done=shift.legs_done + courier.load_legs,
        shift_starts_at=started_at,
        parcels_on_board=sum(leg.parcels for leg in way.aboard),
        weight_on_board_g=sum(leg.weight_g for leg in way.aboard),
        volume_on_board_l=sum(leg.volume_l for leg in way.aboard),
        stops=way.stops,
        fixed_stops=way.fixed_stops,
        max_legs=courier.max_legs - way.finishing,
        told_before_s=way.told_before_s,
        drop_by=shift.ends_at.timestamp(),  # what they have is finished whenever; nothing is added that ends later
    )
