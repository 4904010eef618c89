"""Ask couriers whose fleets leave it to them, as a plan has it: their stops go where it has them once they accept."""

from collections.abc import Sequence

from apps.dispatch.services.giving import Given, GivenOut, one_by_one
from apps.dispatch.services.offering import make_offer
from apps.dispatch.services.route_places import new_places
from apps.dispatch.services.zone_view import ZoneView


def offer_to_couriers(view: ZoneView, parts: Sequence[Given]) -> GivenOut:
    """Offer each leg to the courier who is to have it."""
    return one_by_one(parts, lambda part: _offer(view, part))


def _offer(view: ZoneView, part: Given) -> None:
    courier, leg = part.courier, part.leg
    pickup_place, dropoff_place = new_places(view.routes[str(courier.pk)], courier.pk, leg, part.route)
    planned = {
        "pickup_place": pickup_place,
        "dropoff_place": dropoff_place,
        "expected_pickup_at": part.expected_pickup_at.isoformat(),
        "expected_dropoff_at": part.expected_dropoff_at.isoformat(),
    }
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=courier.pk, why={**part.why, **planned})
