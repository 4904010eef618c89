"""The courier's operations: parse, call, render."""

import logging

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.core import clock
from apps.core.api.parsing import StrictJSONParser
from apps.core.api.permissions import AllowAnyone
from apps.core.ids import public_id
from apps.core.redis import RedisError
from apps.couriers.api.authentication import DeviceAuthentication, IsCourier, calling_courier
from apps.couriers.positions import mark_seen, news_of
from apps.couriers.services import SignedIn, request_code, revoke_device, sign_in
from apps.mobile.actions import perform_batch
from apps.mobile.serializers import BatchIn, CodeIn, SignInIn
from apps.mobile.sync import sync_of

logger = logging.getLogger(__name__)


class AnyoneView(APIView):
    """Open to phones that are not signed in yet."""

    permission_classes = (AllowAnyone,)
    parser_classes = (StrictJSONParser,)


class CourierView(APIView):
    """Open to signed-in devices."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsCourier,)
    parser_classes = (StrictJSONParser,)


class SignInCodeView(AnyoneView):
    """`POST sign_in/code`: the same answer whether or not a courier has this phone."""

    def post(self, request: Request) -> Response:
        """Send a code."""
        request_code(**CodeIn(data=request.data).validated())
        return Response({}, status=202)


class SignInView(AnyoneView):
    """`POST sign_in`: a code against a token, which is shown this once."""

    def post(self, request: Request) -> Response:
        """Let the device in."""
        return Response(_signed_in(sign_in(**SignInIn(data=request.data).validated())), status=201)


class SignOutView(CourierView):
    """`POST sign_out`: the token of this device ends."""

    def post(self, request: Request) -> Response:
        """End the token."""
        revoke_device(device_id=calling_courier(request).device_id)
        return Response(status=204)


class ActionsView(CourierView):
    """`POST actions`: a batch from the phone's outbox, each with its own result."""

    def post(self, request: Request) -> Response:
        """Perform the actions."""
        actions, courier_id = BatchIn(data=request.data).read(), calling_courier(request).courier_id
        try:
            mark_seen([courier_id], at=clock.now())  # before: ending the shift forgets it again
        except RedisError as error:
            logger.warning("A sign of life is lost, Redis is away: %s", error)
        results = perform_batch(courier_id=courier_id, actions=actions)
        return Response({"results": results, "news": news_of(courier_id)})


class SyncView(CourierView):
    """`GET sync`: all that the phone should show."""

    def get(self, request: Request) -> Response:
        """Show it."""
        return Response(sync_of(calling_courier(request).courier_id))


def _signed_in(signed_in: SignedIn) -> dict[str, object]:
    courier = signed_in.courier
    return {
        "token": signed_in.token,
        "courier": {
            "id": public_id("cou", courier.pk),
            "name": courier.name,
            "vehicle": {"kind": courier.vehicle.kind, "speed_kmh": courier.vehicle.speed_kmh},
            "fleet": {
                "id": public_id("flt", courier.fleet_id),
                "name": courier.fleet.name,
                "mode": courier.fleet.mode,
            },
        },
    }
