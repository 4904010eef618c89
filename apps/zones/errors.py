"""Errors of zones."""

from apps.core.errors import Invalid, NotFound


class ZoneNotFound(NotFound):
    code = "zone_not_found"
    message = "There is no such zone."


class OutOfZone(Invalid):
    code = "address_out_of_zone"
    message = "Nobody picks up or delivers there."
