"""Errors of dispatch."""

from apps.core.errors import Conflict, Forbidden, Invalid, NotFound


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


class AssignmentNotFound(NotFound):
    code = "assignment_not_found"
    message = "There is no such assignment of yours."


class AssignmentOver(Conflict):
    code = "assignment_over"
    message = "This assignment has ended: its courier no longer has the leg."


class LegTaken(Conflict):
    code = "leg_taken"
    message = "Somebody has this leg, or is asked to take it."


class FleetNotEligible(Conflict):
    code = "fleet_not_eligible"
    message = "The courier's fleet may not carry this order now."


class FleetNotExternal(Conflict):
    code = "fleet_not_external"
    message = "This fleet has no dispatch of its own: its couriers are asked, or told."


class CourierNotNamed(Conflict):
    code = "courier_not_named"
    message = "Nobody in particular has this leg: name the courier before reporting where they are."


class ReportIdReused(Invalid):
    code = "report_id_reused"
    message = "Another report of yours has this id."


class FleetNotConnected(Conflict):
    code = "fleet_not_connected"
    message = "This fleet has no connection that lets it carry this order now."


class RefusalNotAllowed(Forbidden):
    code = "refusal_not_allowed"
    message = "Your connection does not give you the right to reject orders."


class EditNotAllowed(Forbidden):
    code = "edit_not_allowed"
    message = "Your connection does not give you the right to change times and instructions."


class PriceWouldChange(Conflict):
    code = "price_would_change"
    message = "At that time it has another price: its merchant alone can move it there."


class HandOnNotAllowed(Forbidden):
    code = "hand_on_not_allowed"
    message = "Your connection does not give you the right to hand orders on."


class HandedOnAlready(Conflict):
    code = "handed_on_already"
    message = "This leg was handed on already: what was handed on is not handed on again."


class HandOnNotFound(NotFound):
    code = "hand_on_not_found"
    message = "You have not handed on this leg, and nobody has handed it on to you."


class HandOnOver(Conflict):
    code = "hand_on_over"
    message = "This leg is not with the other fleet any more."


class ParcelsOnBoard(Conflict):
    code = "parcels_on_board"
    message = "This courier has parcels on board: they must be delivered or returned first."
