"""Errors of dispatch."""

from apps.core.errors import Conflict, Forbidden, NotFound


class OfferNotFound(NotFound):
    code = "offer_not_found"
    message = "There is no such offer for you."


class OfferGone(Conflict):
    code = "offer_gone"
    message = "This offer is over."


class CourierNotAvailable(Conflict):
    code = "courier_not_available"
    message = "This courier cannot take the leg now."


class NotYourLeg(Conflict):
    code = "not_your_leg"
    message = "This leg is not yours."


class FleetNotConnected(Conflict):
    code = "fleet_not_connected"
    message = "This fleet has no connection that lets it carry this order now."


class RefusalNotAllowed(Forbidden):
    code = "refusal_not_allowed"
    message = "Your connection does not give you the right to reject orders."


class ParcelsOnBoard(Conflict):
    code = "parcels_on_board"
    message = "This courier has parcels on board: they must be delivered or returned first."
