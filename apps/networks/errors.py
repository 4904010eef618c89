"""Errors of networks."""

from apps.core.errors import Conflict, Forbidden, NotFound


class ConnectionNotFound(NotFound):
    code = "connection_not_found"
    message = "There is no such connection."


class FleetNotListed(NotFound):
    code = "fleet_not_found"
    message = "There is no such fleet, or it takes no invitations."


class TariffNotOffered(NotFound):
    code = "tariff_not_found"
    message = "The fleet's owner has no such tariff."


class ConnectionExists(Conflict):
    code = "connection_exists"
    message = "This organisation and this fleet have a connection already, or an invitation to one."


class DeclinedRecently(Conflict):
    code = "declined_recently"
    message = "The other side declined your last invitation: ask again later, or let them invite you."


class TooManyInvitations(Conflict):
    code = "too_many_invitations"
    message = "Too many of your invitations are unanswered."


class TermsChanged(Conflict):
    code = "terms_changed"
    message = "The connection changed since you read it: read again what you would accept."


class NothingToAnswer(Conflict):
    code = "nothing_to_answer"
    message = "Nothing waits for an answer here."


class PausedByOtherSide(Conflict):
    code = "paused_by_other_side"
    message = "The other side paused it, and only they can resume it."


class OtherSideOnly(Forbidden):
    code = "other_side_only"
    message = "This is for the other side of the connection to do."
