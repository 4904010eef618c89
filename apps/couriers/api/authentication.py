"""`Authorization: Bearer cd_...` becomes a CourierPrincipal."""

from django.conf import settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.core.events import set_actor
from apps.core.ids import public_id
from apps.core.process_rate import ProcessBuckets
from apps.couriers.errors import InvalidDevice
from apps.couriers.selectors import CourierPrincipal, principal_of_device
from apps.couriers.services.devices import TOKEN_PREFIX

BURST_SECONDS = 20  # what a phone may ask at once, after hours without a network, is what so many seconds give back
_requests = ProcessBuckets()


def courier_of(authorization: str) -> CourierPrincipal:
    """The courier behind an `Authorization` header, who from now on is the actor of events.

    Raises InvalidDevice, or TooManyRequests for a device that asks far more often than a phone has reason to.
    """
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer" or not token.startswith(TOKEN_PREFIX):
        raise InvalidDevice
    principal = principal_of_device(token)
    rate = settings.PHONE_RATE_LIMIT_PER_S
    _requests.spend(principal.device_id, per_s=rate, burst=rate * BURST_SECONDS)
    set_actor(f"courier:{public_id('cou', principal.courier_id)}")
    return principal


class DeviceAuthentication(BaseAuthentication):
    """Reads the token of a courier's device. `request.user` is then its CourierPrincipal."""

    def authenticate(self, request: Request) -> tuple[CourierPrincipal, None] | None:
        """Who calls; None without credentials. Raises InvalidDevice for any that are not a live device."""
        authorization = request.headers.get("Authorization", "")
        return (courier_of(authorization), None) if authorization else None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's own signature
        """For `WWW-Authenticate` of a 401."""
        return "Bearer"


class IsCourier(BasePermission):
    """The caller is a courier's device."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - DRF's own signature
        """Deny everybody else."""
        return isinstance(request.user, CourierPrincipal)


def calling_courier(request: Request) -> CourierPrincipal:
    """Who calls. Only for views that `IsCourier` guards."""
    assert isinstance(request.user, CourierPrincipal)  # noqa: S101 - a view without `IsCourier` is our own bug
    return request.user
