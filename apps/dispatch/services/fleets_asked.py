"""How much the fleets with a dispatch of their own are asked at the moment: one query, or none."""

from collections import Counter
from datetime import datetime

from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import FleetOffer
from apps.dispatch.networks import Networks
from apps.dispatch.turns import Turns


def turns_of(networks: Networks, at: datetime) -> Turns:
    """Whose turn it is in the zone of these networks."""
    if not networks.external:
        return Turns(networks, at, Counter())
    live = FleetOffer.objects.filter(fleet_id__in=list(networks.external), status=OfferStatus.LIVE)
    return Turns(networks, at, Counter(live.values_list("fleet_id", flat=True)))
