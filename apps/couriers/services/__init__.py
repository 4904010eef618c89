"""Writes of couriers: networks and their people, signing in, devices, and duty; one file per use case."""

from apps.couriers.services.attendance import (
    begin_following_shifts,
    end_forgotten_shifts,
    flag_late_shifts,
    flag_missed_shifts,
)
from apps.couriers.services.devices import revoke_device
from apps.couriers.services.duty import end_shift, moved, pause, resume, start_shift
from apps.couriers.services.erasing import erase_courier, exported_courier
from apps.couriers.services.external import NamedCourier, send_courier
from apps.couriers.services.fleets import change_fleet, create_fleet
from apps.couriers.services.importing_couriers import CourierWish, import_couriers
from apps.couriers.services.importing_shifts import ShiftWish, import_shifts
from apps.couriers.services.importing_vehicles import VehicleWish, import_vehicles
from apps.couriers.services.roster import (
    NewCourier,
    activate_courier,
    add_courier,
    change_courier,
    deactivate_courier,
    revoke_devices,
)
from apps.couriers.services.shifts import NewShift, cancel_shift, change_shift, plan_shift
from apps.couriers.services.sign_in import SignedIn, forget_old_codes, request_code, sign_in
from apps.couriers.services.silence import note_silence
from apps.couriers.services.suspicions import suspect
from apps.couriers.services.track_retention import Stretch, reduce_old_tracks
from apps.couriers.services.tracks import keep_tracks
from apps.couriers.services.vehicles import NewVehicle, add_vehicle, change_vehicle, retire_vehicle

__all__ = [
    "CourierWish",
    "NamedCourier",
    "NewCourier",
    "NewShift",
    "NewVehicle",
    "ShiftWish",
    "SignedIn",
    "Stretch",
    "VehicleWish",
    "activate_courier",
    "add_courier",
    "add_vehicle",
    "begin_following_shifts",
    "cancel_shift",
    "change_courier",
    "change_fleet",
    "change_shift",
    "change_vehicle",
    "create_fleet",
    "deactivate_courier",
    "end_forgotten_shifts",
    "end_shift",
    "erase_courier",
    "exported_courier",
    "flag_late_shifts",
    "flag_missed_shifts",
    "forget_old_codes",
    "import_couriers",
    "import_shifts",
    "import_vehicles",
    "keep_tracks",
    "moved",
    "note_silence",
    "pause",
    "plan_shift",
    "reduce_old_tracks",
    "request_code",
    "resume",
    "retire_vehicle",
    "revoke_device",
    "revoke_devices",
    "send_courier",
    "sign_in",
    "start_shift",
    "suspect",
]
