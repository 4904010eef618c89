"""Errors of tariffs."""

from apps.core.errors import Conflict, Forbidden, NotFound


class TariffNotFound(NotFound):
    code = "tariff_not_found"
    message = "There is no such tariff."


class TariffRetired(Conflict):
    code = "tariff_retired"
    message = "Another tariff took the place of this one: replace that."


class NotAFleetOwner(Forbidden):
    code = "not_a_fleet_owner"
    message = "Tariffs are made by organisations that own fleets."
