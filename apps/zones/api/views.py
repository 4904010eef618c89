"""The operations on zones. What is served where is no secret among those who hold a key."""

import hashlib
from typing import Any, ClassVar

import orjson
from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_cache_control
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.authentication import AnyKey
from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView
from apps.core.geo import Point
from apps.core.ids import parse_public_id
from apps.zones.api.answers import ZoneOut, ZonesOut
from apps.zones.api.requests import PlaceQuery
from apps.zones.errors import ZoneNotFound
from apps.zones.selectors import active_zones, zone_at, zone_in_service

FRESH_FOR_S = 300


class ZonesDoor(KeyView):
    """Base: any key may read, with any scopes: fleets plan shifts in zones, merchants order in them."""

    permission_classes: ClassVar[tuple[type[BasePermission], ...]] = (AnyKey,)  # type: ignore[misc]


class ZonesView(ZonesDoor):
    """`/v1/zones`."""

    @operation("list_zones", tag="Zones", answers={200: ZonesOut, 304: None})
    def get(self, request: Request) -> HttpResponseBase:
        """The coverage: all zones in service as a GeoJSON feature collection."""
        coverage = ZonesOut({"type": "FeatureCollection", "features": active_zones()}).data
        return _kept(request, coverage)


class ZoneView(ZonesDoor):
    """`/v1/zones/{id}`."""

    @operation("get_zone", tag="Zones", answers={200: ZoneOut, 304: None}, refusals=(ZoneNotFound,))
    def get(self, request: Request, zone_id: str) -> HttpResponseBase:
        """Show one zone."""
        return _kept(request, ZoneOut(zone_in_service(parse_public_id("zon", zone_id))).data)


class ZoneAtView(ZonesDoor):
    """`/v1/zones/at`."""

    @operation("find_zone", tag="Zones", query=PlaceQuery, answers={200: ZoneOut}, refusals=(ZoneNotFound,))
    def get(self, request: Request) -> Response:
        """The zone that serves a place."""
        place = PlaceQuery(data=request.query_params.dict()).validated()
        return Response(ZoneOut(zone_at(Point(**place))).data)


def _kept(request: Request, body: Any) -> HttpResponseBase:
    """An answer that the caller may keep for five minutes, and then ask whether it is still true."""
    etag = f'"{hashlib.sha256(orjson.dumps(body)).hexdigest()[:32]}"'
    response = Response(body, headers={"ETag": etag})
    answer = get_conditional_response(request, etag=etag, response=response) or response
    patch_cache_control(answer, private=True, max_age=FRESH_FOR_S)
    return answer
