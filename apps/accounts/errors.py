"""Errors of accounts."""

from apps.core.errors import NotFound, Unauthenticated


class InvalidKey(Unauthenticated):
    code = "invalid_api_key"
    message = "This API key is unknown, expired or revoked."


class OrganisationNotFound(NotFound):
    code = "organisation_not_found"
    message = "There is no such organisation."
