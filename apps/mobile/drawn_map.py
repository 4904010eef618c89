"""The drawn map of the city, for phones that ride where there is no network."""

from django.http import HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import conditional_page
from rest_framework.request import Request

from apps.mobile.courier_view import CourierView
from apps.zones.base_map import MEDIA_TYPE, base_map


class BaseMapView(CourierView):
    """`GET base_map`: the drawn map of the city, to be kept by the phone."""

    @method_decorator(gzip_page)
    @method_decorator(conditional_page)
    def get(self, request: Request) -> HttpResponse:  # noqa: ARG002 - DRF's own signature
        """The map, or 304 for a phone that has it."""
        return HttpResponse(base_map(), content_type=MEDIA_TYPE, headers={"Cache-Control": "private, no-cache"})
