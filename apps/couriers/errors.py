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


class PhoneTaken(Conflict):
    code = "phone_taken"
    message = "Another courier has this telephone number."
