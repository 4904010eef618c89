"""Tell couriers that an order they have was changed: their phones then read it again."""

from uuid import UUID

from apps.couriers.positions import tell_couriers
from apps.dispatch.lifecycle import OfferStatus
from apps.orders.lifecycle import ENDED
from apps.orders.models import Leg


def tell_of_change(*, order_id: UUID) -> None:
    """Whoever has a leg of the order, or is being asked to take one, learns that something is new."""
    legs = Leg.objects.filter(order_id=order_id).exclude(status__in=ENDED)
    having = set(legs.filter(courier_id__isnull=False).values_list("courier_id", flat=True))
    asked = set(legs.filter(offers__status=OfferStatus.LIVE).values_list("offers__courier_id", flat=True))
    tell_couriers(having | asked)
