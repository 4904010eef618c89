"""A dispatcher's hand: give a leg to a courier, or take it back. Both answer with the fresh drawer."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST

from apps.accounts.principals import Principal
from apps.core.errors import Conflict, Forbidden
from apps.core.events import acting_as
from apps.core.ids import parse_public_id
from apps.dashboard.selectors import OrderDetail, courier_dispatched_by, order_detail
from apps.dashboard.views.board_feeds import drawer
from apps.dashboard.views.doors import feed, principal_of
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, unassign_leg


@require_POST
@feed
def assign(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """Give the order's current leg to a courier of a fleet that the person dispatches for."""
    principal = principal_of(request)
    courier_id = parse_public_id("cou", request.POST.get("courier_id", ""))
    detail = _as_seen(request, principal, order_id)
    if not (detail.may_assign and courier_dispatched_by(principal, courier_id)):
        raise Forbidden("You do not dispatch for this courier.")
    with acting_as(principal.name):
        assign_leg(leg_id=detail.leg.pk, courier_id=courier_id, by=AssignedBy.DISPATCHER)
    return drawer(request, principal, order_id)


@require_POST
@feed
def unassign(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """Take the order's current leg back from its courier."""
    principal = principal_of(request)
    detail = _as_seen(request, principal, order_id)
    if not detail.may_unassign:
        raise Forbidden("You do not dispatch for this courier.")
    with acting_as(principal.name):
        unassign_leg(leg_id=detail.leg.pk, reason="dispatcher")
    return drawer(request, principal, order_id)


def _as_seen(request: HttpRequest, principal: Principal, order_id: str) -> OrderDetail:
    """The order, if it still is what the person saw when they pressed the button. Raises Conflict, in words, if not.

    The services guard the change itself; this guards the decision, which was taken on an older screen.
    """
    detail = order_detail(principal, parse_public_id("ord", order_id))
    if request.POST.get("version") != str(detail.leg.version) and (detail.may_assign or detail.courier is not None):
        holder = f", {detail.courier.name} has it" if detail.courier else ""
        raise Conflict(f"the order is now “{detail.status_word}”{holder}.")
    return detail
