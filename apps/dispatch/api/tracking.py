"""`GET /v1/tracking/{token}`: for whoever has the link. No key; few requests a second and address."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import rate_limit
from apps.core.api.fields import Moment
from apps.core.api.permissions import AllowAnyone
from apps.core.api.schema import described
from apps.core.api.serializers import OutputSerializer
from apps.core.client_address import client_address
from apps.dispatch.tracking import tracked_by
from apps.orders.errors import OrderNotFound, TrackingEnded

PER_S, BURST = 1.0, 5.0  # a page that asks every second, opened twice


class TrackedPositionOut(OutputSerializer):
    """Where the courier is now."""

    lat = serializers.FloatField()
    lon = serializers.FloatField()


class FollowedCourierOut(OutputSerializer):
    """Who brings it, from pickup to handover only."""

    first_name = serializers.CharField()
    position = TrackedPositionOut(allow_null=True)


class TrackedOut(OutputSerializer):
    """A delivery as its recipient sees it. Times that are not known are null."""

    status = serializers.CharField()
    promised_pickup_at = Moment()
    promised_dropoff_at = Moment()
    expected_pickup_at = Moment(allow_null=True)
    expected_dropoff_at = Moment(allow_null=True)
    picked_up_at = Moment(allow_null=True)
    ended_at = Moment(allow_null=True)
    courier = FollowedCourierOut(allow_null=True)
    pin = serializers.CharField(
        allow_null=True,
        help_text="To be told to the courier at the door. Null where none is asked for, or not any more.",
    )


class TrackingView(APIView):
    """Open to everybody who has the link."""

    authentication_classes: ClassVar[list[Any]] = []  # type: ignore[misc] # a key that is sent along says nothing here
    permission_classes: ClassVar[tuple[type[BasePermission], ...]] = (AllowAnyone,)  # type: ignore[misc]

    @described("track_order", tag="Tracking", answers={200: TrackedOut}, refusals=(OrderNotFound, TrackingEnded))
    def get(self, request: Request, token: str) -> Response:
        """How far a delivery is, when it is expected, and where its courier is on the way from pickup to dropoff."""
        rate_limit.spend(f"tracking:{client_address(request)}", per_s=PER_S, burst=BURST)
        return Response(TrackedOut(tracked_by(token)).data)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Nobody between keeps where a courier was, nor that a token is unknown."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer["Cache-Control"] = "no-store"
        return answer
