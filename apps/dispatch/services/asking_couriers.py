"""Ask couriers whose fleets leave it to them, as a plan has it: their stops go where it has them once they accept."""

import logging
from datetime import UTC, datetime

from apps.core.errors import Conflict
from apps.dispatch.services.giving import Given, GivenOut
from apps.dispatch.services.offering import make_offer
from apps.dispatch.services.route_places import new_places
from apps.dispatch.services.zone_view import ZoneView

logger = logging.getLogger(__name__)


def offer_to_couriers(view: ZoneView, parts: list[Given]) -> GivenOut:
    """Offer each leg to the courier who is to have it, each on its own: a lost race costs one."""
    done = GivenOut()
    for part in parts:
        try:
            _offer(view, part)
        except Conflict as error:
            done.lost_races += 1
            logger.info("Leg %s went elsewhere meanwhile: %s", part.leg.pk, error)
        else:
            done.taken.add(str(part.leg.pk))
    return done


def _offer(view: ZoneView, part: Given) -> None:
    courier, leg = part.courier, part.leg
    pickup_place, dropoff_place = new_places(view.routes[str(courier.pk)], courier.pk, leg, part.route)
    planned = {
        "pickup_place": pickup_place,
        "dropoff_place": dropoff_place,
        "expected_pickup_at": datetime.fromtimestamp(part.pickup_at, UTC).isoformat(),
        "expected_dropoff_at": datetime.fromtimestamp(part.dropoff_at, UTC).isoformat(),
    }
    make_offer(leg_id=leg.pk, leg_version=leg.version, courier_id=courier.pk, why={**part.why, **planned})
