"""The base of what signed-in phones may call."""

from rest_framework.views import APIView

from apps.core.api.parsing import StrictJSONParser
from apps.couriers.api.authentication import DeviceAuthentication, IsCourier


class CourierView(APIView):
    """Open to signed-in devices."""

    authentication_classes = (DeviceAuthentication,)
    permission_classes = (IsCourier,)
    parser_classes = (StrictJSONParser,)
