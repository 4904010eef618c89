"""Who sees what on the board, and who may act. Deny by default: a person without an organisation sees nothing."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.couriers.models import Courier, Fleet, Shift
from apps.dispatch.eligibility import Networks, eligible_fleets
from apps.dispatch.lifecycle import OfferStatus
from apps.dispatch.models import Offer
from apps.orders.errors import OrderNotFound
from apps.orders.lifecycle import WAITING, OrderStatus
from apps.orders.models import Leg, Order

A_DAY = timedelta(hours=24)


def board_orders_for(principal: Principal, *, among: Collection[UUID] | None = None) -> QuerySet[Order]:
    """The orders that somebody may see on the board; the one place that decides it.

    - Administrators see all.
    - Members of a merchant see its orders.
    - Members of a fleet's owner see the orders that their couriers have, had last (for 24 hours) or are offered now,
      and those that nobody has yet in the zones where their couriers have shifts, if their fleets may carry them.
    - Everybody else sees nothing.

    `among` narrows the question to a few orders, and then asks about couriers without the limit of 24 hours.
    """
    orders = Order.objects.filter(is_test=False)
    if among is not None:
        orders = orders.filter(pk__in=list(among))
    if principal.sees_all:
        return orders
    if not principal.organisation_ids:
        return Order.objects.none()
    theirs = Q(organisation_id__in=principal.organisation_ids)
    couriers = Courier.objects.filter(fleet__organisation_id__in=principal.organisation_ids)
    if own := list(couriers.values_list("pk", "fleet_id")):
        courier_ids = [courier_id for courier_id, _ in own]
        keys = _carried(courier_ids, among) | _offered(courier_ids, among)
        keys |= _open_to({fleet_id for _, fleet_id in own}, _zones_of(courier_ids), among)
        theirs |= Q(pk__in=list(keys))
    return orders.filter(theirs)


def board_order(principal: Principal, order_id: UUID) -> Order:
    """One of those orders, with its merchant and zone. Raises OrderNotFound for anybody else's."""
    found = board_orders_for(principal, among=[order_id]).select_related("organisation", "zone").first()
    if found is None:
        raise OrderNotFound
    return found


def board_couriers_for(principal: Principal) -> QuerySet[Courier]:
    """The couriers whom somebody may follow on the map: those of their own organisations' fleets."""
    active = Courier.objects.filter(is_active=True)
    return active if principal.sees_all else active.filter(fleet__organisation_id__in=principal.organisation_ids)


def may_dispatch(principal: Principal, fleet_owner_id: UUID) -> bool:
    """Whether somebody may give work to, and take work from, the couriers of an organisation."""
    return principal.sees_all or fleet_owner_id in principal.dispatches_for


def courier_dispatched_by(principal: Principal, courier_id: UUID) -> bool:
    """Whether somebody may give work to this courier; False, too, when there is no such courier."""
    owner_id = Courier.objects.filter(pk=courier_id).values_list("fleet__organisation_id", flat=True).first()
    return owner_id is not None and may_dispatch(principal, owner_id)


def dispatches_somewhere(principal: Principal) -> bool:
    """Whether there is any fleet that somebody may give work to: else no button is shown."""
    if principal.sees_all:
        return True
    return Fleet.objects.filter(organisation_id__in=principal.dispatches_for).exists()


def _zones_of(courier_ids: list[UUID]) -> set[UUID]:
    """Where these couriers have shifts today, yesterday or tomorrow."""
    at = clock.now()
    around = Shift.objects.filter(courier_id__in=courier_ids, ends_at__gte=at - A_DAY, starts_at__lte=at + A_DAY)
    return set(around.values_list("zone_id", flat=True).distinct())


def _carried(courier_ids: list[UUID], among: Collection[UUID] | None) -> set[UUID]:
    legs = Leg.objects.filter(courier_id__in=courier_ids)
    legs = legs.filter(placed_at__gte=clock.now() - A_DAY) if among is None else legs.filter(order_id__in=list(among))
    return set(legs.values_list("order_id", flat=True))


def _offered(courier_ids: list[UUID], among: Collection[UUID] | None) -> set[UUID]:
    offers = Offer.objects.filter(courier_id__in=courier_ids, status=OfferStatus.LIVE)
    if among is not None:
        offers = offers.filter(leg__order_id__in=list(among))
    return set(offers.values_list("leg__order_id", flat=True))


def _open_to(fleet_ids: set[UUID], zone_ids: set[UUID], among: Collection[UUID] | None) -> set[UUID]:
    """Orders with a leg that nobody has yet, and that dispatch would give to one of these fleets now."""
    waiting = Leg.objects.filter(is_test=False, status__in=WAITING, zone_id__in=zone_ids)
    if among is not None:
        waiting = waiting.filter(order_id__in=list(among))
    legs = [
        leg for leg in waiting.select_related("order") if leg.order.status == OrderStatus.PLACED or leg.pickup_hub_id
    ]
    if not legs:
        return set()
    networks, at = Networks.by_zone(zone_ids, legs), clock.now()
    return {leg.order_id for leg in legs if fleet_ids & eligible_fleets(leg, networks[leg.zone_id], at=at)}
