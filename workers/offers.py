"""Queue `offers`: deadlines."""

from apps.dispatch.services import expire_fleet_offers
from apps.dispatch.services import expire_offers as expire
from workers.reliably import reliable_task


@reliable_task("offers.expire_offers")
def expire_offers() -> None:
    """Close offers whose deadline has passed."""
    expire()
    expire_fleet_offers()
