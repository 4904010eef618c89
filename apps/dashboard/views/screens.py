"""The pages themselves."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from apps.dashboard.selectors import dispatches_somewhere
from apps.dashboard.views.doors import json_answer, principal_of, screen
from apps.zones.selectors import active_zones

BASEMAP_FILE = "basemap.json"


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
    """The drawn map: the file that the city's set-up wrote, else the outlines of the zones."""
    path = Path(settings.VAR_DIR) / BASEMAP_FILE
    if path.is_file():
        response = FileResponse(path.open("rb"), content_type="application/geo+json")
        response["Cache-Control"] = "private, max-age=300"
        return response
    outlines = [
        {
            "type": "Feature",
            "properties": {"kind": "outline", "name": zone.name},
            "geometry": {"type": "Polygon", "coordinates": [zone.ring]},
        }
        for zone in active_zones()
    ]
    return json_answer({"type": "FeatureCollection", "features": outlines})
