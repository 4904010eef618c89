"""What the board reads: its state, an order's drawer, the couriers to choose from, the live stream."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from apps.accounts.principals import Principal
from apps.core.errors import Unavailable
from apps.core.ids import parse_public_id
from apps.core.live.stream import event_stream
from apps.dashboard.live.changes import Viewer
from apps.dashboard.live.stream import LiveStream, slots
from apps.dashboard.selectors import board_state, candidates_for, order_detail
from apps.dashboard.views.doors import feed, json_answer, principal_of, zone_asked_for


@require_safe
@gzip_page
@feed
def state(request: HttpRequest) -> HttpResponseBase:
    """The whole board as JSON."""
    return json_answer(board_state(principal_of(request), zone_id=zone_asked_for(request)))


@require_safe
@feed
def order(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """One order's drawer."""
    return drawer(request, principal_of(request), order_id)


def drawer(request: HttpRequest, principal: Principal, order_id: str) -> HttpResponse:
    """Everything about one order, as HTML to put in place, times on the zone's clock. Raises OrderNotFound."""
    detail = order_detail(principal, parse_public_id("ord", order_id))
    with timezone.override(detail.time_zone):
        return render(request, "dashboard/order.html", {"detail": detail})


@require_safe
@feed
def couriers(request: HttpRequest, order_id: str) -> HttpResponseBase:
    """The couriers that an order could be given to, as HTML to put in place."""
    principal = principal_of(request)
    detail = order_detail(principal, parse_public_id("ord", order_id))
    found = candidates_for(principal, detail.leg) if detail.may_assign else []
    return render(request, "dashboard/candidates.html", {"detail": detail, "candidates": found})


@require_safe
@feed
def live(request: HttpRequest) -> HttpResponseBase:
    """What changes, as server-sent events. 503 when this process holds as many streams as it may: the board polls."""
    viewer = Viewer(principal_of(request), zone_asked_for(request))
    if not slots.take(settings.BOARD_STREAMS):
        raise Unavailable("This server has no live stream left.")
    return event_stream(LiveStream(viewer, slots))
