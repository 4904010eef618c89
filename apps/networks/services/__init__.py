"""Writes of networks: one file per use case. `by` is the organisation that acts; it must have a part in it."""

from apps.networks.services.agreeing import WantedTerms, accept, change_connection, decline
from apps.networks.services.ending import end_connection
from apps.networks.services.inviting import Invitation, invite
from apps.networks.services.pausing import pause_connection, resume_connection

__all__ = [
    "Invitation",
    "WantedTerms",
    "accept",
    "change_connection",
    "decline",
    "end_connection",
    "invite",
    "pause_connection",
    "resume_connection",
]
