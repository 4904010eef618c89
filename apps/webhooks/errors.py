"""Errors of webhooks."""

from apps.core.errors import Conflict, Invalid, NotFound


class EndpointNotFound(NotFound):
    code = "webhook_endpoint_not_found"
    message = "There is no such webhook endpoint."


class MessageNotFound(NotFound):
    code = "webhook_message_not_found"
    message = "There is no such message of this endpoint."


class WrongUrl(Invalid):
    code = "webhook_url_refused"
    message = "This URL cannot be sent to."


class TooManyEndpoints(Conflict):
    code = "too_many_webhook_endpoints"
    message = "There are as many webhook endpoints as an organisation may have."


class EndpointIsDisabled(Conflict):
    code = "webhook_endpoint_disabled"
    message = "This endpoint is disabled: enable it first."


class TrialIsRunning(Conflict):
    code = "webhook_test_running"
    message = "A test event is under way: look at it in the log."


class SecretLost(Conflict):
    """No key of this platform makes the secret of an endpoint any more."""

    code = "secret_lost"
    message = "The secret cannot be made any more: rotate it."
