"""Which fleets may carry an order, by its network policy."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from apps.couriers.models import Fleet
from apps.orders.models import NetworkPolicy, Order

OWN_ONLY_FOR = timedelta(minutes=5)  # with `own_first`: how long a merchant's own fleets are asked alone


@dataclass(frozen=True, slots=True)
class Networks:
    """The fleets of the platform, as eligibility needs them."""

    owned_by: dict[UUID, frozenset[UUID]]  # organisation -> its fleets
    open_fleets: frozenset[UUID]
    on_duty: frozenset[UUID]  # fleets with somebody on duty in the zone

    @classmethod
    def of(cls, fleets: Iterable[Fleet], on_duty: Iterable[UUID]) -> "Networks":
        """Sort the fleets; `on_duty` are the fleets of the couriers on duty."""
        owned: dict[UUID, set[UUID]] = {}
        known = list(fleets)
        for fleet in known:
            owned.setdefault(fleet.organisation_id, set()).add(fleet.pk)
        return cls(
            owned_by={key: frozenset(values) for key, values in owned.items()},
            open_fleets=frozenset(fleet.pk for fleet in known if fleet.is_open),
            on_duty=frozenset(on_duty),
        )


def eligible_fleets(order: Order, networks: Networks, *, at: datetime) -> frozenset[UUID]:
    """The fleets that may carry the order at this moment.

    `own_first` asks the merchant's own fleets alone for five minutes, if any of them has somebody on duty; then all.
    """
    own = networks.owned_by.get(order.organisation_id, frozenset())
    match NetworkPolicy(order.network_policy):
        case NetworkPolicy.OWN_ONLY:
            return own
        case NetworkPolicy.NAMED:
            named = frozenset(UUID(key) for key in order.fleet_ids)
            return named & (networks.open_fleets | own)
        case NetworkPolicy.OWN_FIRST if own & networks.on_duty and at < order.placed_at + OWN_ONLY_FOR:
            return own
        case _:
            return own | networks.open_fleets
