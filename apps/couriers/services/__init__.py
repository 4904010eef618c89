"""Writes of couriers: signing in, devices, and duty; one file per use case."""

from apps.couriers.services.devices import revoke_device
from apps.couriers.services.duty import end_shift, moved, pause, resume, start_shift
from apps.couriers.services.external import NamedCourier, send_courier
from apps.couriers.services.sign_in import SignedIn, forget_old_codes, request_code, sign_in

__all__ = [
    "NamedCourier",
    "SignedIn",
    "end_shift",
    "forget_old_codes",
    "moved",
    "pause",
    "request_code",
    "resume",
    "revoke_device",
    "send_courier",
    "sign_in",
    "start_shift",
]
