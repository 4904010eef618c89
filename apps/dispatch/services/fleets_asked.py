"""Which fleets have a dispatch of their own in a zone, and what they said to its open legs: two queries, or none."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from apps.couriers.models import Fleet
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer
from apps.dispatch.services.engine_words import ASK_AGAIN_AFTER
from apps.dispatch.turns import FleetsAsked

_SAID_NO = (OfferStatus.DECLINED, OfferStatus.EXPIRED)


def external_fleets(fleets: Iterable[Fleet], zone_id: UUID) -> frozenset[UUID]:
    """Those that are offered legs of the zone themselves."""
    return frozenset(fleet.pk for fleet in fleets if fleet.is_asked_in(zone_id))


def fleets_asked(external: frozenset[UUID], leg_ids: Collection[UUID], at: datetime) -> FleetsAsked:
    """What external fleets were asked about these legs."""
    if not external or not leg_ids:
        return FleetsAsked(external)
    answered: dict[UUID, dict[UUID, bool]] = defaultdict(dict)
    said_no = FleetOffer.objects.filter(leg_id__in=list(leg_ids), status__in=_SAID_NO).order_by("offered_at")
    for leg_id, fleet_id, offered_at in said_no.values_list("leg_id", "fleet_id", "offered_at"):
        answered[leg_id][fleet_id] = at - offered_at > ASK_AGAIN_AFTER
    live = FleetOffer.objects.filter(fleet_id__in=list(external), status=OfferStatus.LIVE)
    return FleetsAsked(external, dict(answered), Counter(live.values_list("fleet_id", flat=True)))
