"""Errors of the mobile surface."""

from apps.core.errors import Conflict, Invalid, Unavailable


class InvalidAction(Invalid):
    code = "invalid_action"
    message = "This action lacks what its kind needs, or its kind is not known."


class Superseded(Conflict):
    code = "superseded"
    message = "A later action of yours was here first: this one no longer matters."


class NoStream(Unavailable):
    code = "no_stream"
    message = "All places for live streams are taken: ask for news with sync."
    retry_after_s = 30
