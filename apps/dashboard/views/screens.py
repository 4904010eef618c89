"""The pages themselves."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.dashboard.selectors import dispatches_somewhere
from apps.dashboard.views.doors import principal_of, screen
from apps.zones.base_map import MEDIA_TYPE, base_map


@require_safe
def home(_request: HttpRequest) -> HttpResponseBase:
    """The address without a path."""
    return redirect("board")


@require_safe
def favicon(_request: HttpRequest) -> HttpResponseBase:
    """What browsers ask for on pages that name no icon."""
    return redirect(static("board/favicon.svg"), permanent=True)


@require_safe
@screen
def board(request: HttpRequest) -> HttpResponseBase:
    """The live board. Its content is read by its scripts."""
    principal = principal_of(request)
    addresses = {
        "state": reverse("board-state"),
        "live": reverse("board-live"),
        "basemap": reverse("board-basemap"),
        "orders": reverse("board"),
        "tiles": settings.MAP_TILES_URL,
    }
    context = {"addresses": addresses, "may_assign": dispatches_somewhere(principal)}
    return render(request, "dashboard/board.html", context)


@require_safe
@screen
def basemap(_request: HttpRequest) -> HttpResponseBase:
    """The drawn map."""
    response = HttpResponse(base_map(), content_type=MEDIA_TYPE)
    response["Cache-Control"] = "private, max-age=300"
    return response
