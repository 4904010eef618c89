"""Quote an order: its price line by line, what each fleet would cost, promised times; for 15 minutes, used once."""

from datetime import timedelta

from apps.core import clock
from apps.orders.models import Quote
from apps.orders.services.new_order import NewOrder
from apps.orders.services.terms import terms_of
from apps.orders.tariffs import fleet_prices

VALID_FOR = timedelta(minutes=15)


def create_quote(new: NewOrder) -> Quote:
    """Price an order without placing it. Raises OutOfZone or Invalid, naming the fields."""
    at = clock.now()
    terms = terms_of(new, at=at)
    return Quote.objects.create(
        organisation_id=new.organisation_id,
        request={"parcels": len(new.parcels), "weight_g": new.weight_g},
        fingerprint=new.fingerprint,
        created_at=at,
        expires_at=at + VALID_FOR,
        is_test=new.is_test,
        tariff_name=terms.tariff.name,
        offers=[fleet.as_json() for fleet in fleet_prices(new.reach, terms.trip)],
        **terms.as_columns(),
    )
