"""Errors of accounts."""

from apps.core.errors import Forbidden, NotFound, Unauthenticated


class InvalidKey(Unauthenticated):
    code = "invalid_api_key"
    message = "This API key is unknown, expired or revoked."


class OrganisationNotFound(NotFound):
    code = "organisation_not_found"
    message = "There is no such organisation."


class NotAFleetOwner(Forbidden):
    code = "not_a_fleet_owner"
    message = "Your organisation owns no fleets: ask the platform to make it a fleet owner."


class LiveKeyRequired(Forbidden):
    code = "live_key_required"
    message = (
        "This takes a live key: a test key changes test orders and webhook endpoints of its own, and nothing real."
    )
