"""Errors of couriers."""

from apps.core.errors import Conflict, Forbidden, NotFound, TooManyRequests, Unauthenticated


class CourierNotFound(NotFound):
    code = "courier_not_found"
    message = "There is no such courier."


class WrongCode(Unauthenticated):
    code = "wrong_code"
    message = "This code is wrong or no longer valid."


class InvalidDevice(Unauthenticated):
    code = "invalid_device"
    message = "This device is not signed in."


class TooManyCodes(TooManyRequests):
    code = "too_many_codes"
    message = "Too many codes were asked for this phone: wait a few minutes."


class NoShift(Conflict):
    code = "no_shift"
    message = "No shift of yours can be started now."


class StillCarrying(Conflict):
    code = "still_carrying"
    message = "Deliver or hand back what you have before going off duty."


class OffDuty(Forbidden):
    code = "off_duty"
    message = "Nobody is followed off duty: start a shift first."


class FleetNotFound(NotFound):
    code = "fleet_not_found"
    message = "There is no such fleet of yours."


class VehicleNotFound(NotFound):
    code = "vehicle_not_found"
    message = "There is no such vehicle in this fleet."


class ShiftNotFound(NotFound):
    code = "shift_not_found"
    message = "There is no such shift."


class PhoneTaken(Conflict):
    code = "phone_taken"
    message = "A courier already signs in with this phone."


class ExternalIdTaken(Conflict):
    code = "external_id_taken"
    message = "Another one of yours has this external_id."


class CourierInactive(Conflict):
    code = "courier_inactive"
    message = "This courier is not active: activate them first."


class VehicleRetired(Conflict):
    code = "vehicle_retired"
    message = "This vehicle is retired."


class VehicleInUse(Conflict):
    code = "vehicle_in_use"
    message = "An active courier rides this vehicle: give them another one first."


class ShiftOverlaps(Conflict):
    code = "shift_overlaps"
    message = "This courier has a shift at that time."


class ShiftBegan(Conflict):
    code = "shift_began"
    message = "This shift has begun: it can no longer be changed."
