"""The operations on webhook endpoints: parse, call, render."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import PageQuery, page_of
from apps.core.api.schema import page_out
from apps.core.errors import Conflict
from apps.core.ids import parse_public_id
from apps.webhooks.api.answers import (
    ENDPOINT,
    ReplayedOut,
    WebhookEndpointOut,
    WebhookEndpointWithSecretOut,
    WebhookMessageOut,
    WebhookMessageWithBodyOut,
)
from apps.webhooks.api.requests import (
    MessageFilters,
    ReplayIn,
    WebhookEndpointChangesIn,
    WebhookEndpointIn,
    read_nothing,
)
from apps.webhooks.api.secrets import revealing_secret
from apps.webhooks.errors import (
    EndpointIsDisabled,
    EndpointNotFound,
    MessageNotFound,
    SecretLost,
    TooManyEndpoints,
    TrialIsRunning,
    WrongUrl,
)
from apps.webhooks.lifecycle import IllegalMessageMove
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.selectors import endpoint_for, endpoints_for, message_of, messages_of
from apps.webhooks.services import (
    create_endpoint,
    delete_endpoint,
    replay_failed,
    replay_message,
    rotate_secret,
    send_test_event,
    update_endpoint,
)
from apps.webhooks.services.delivering import MESSAGE

TAG = "Webhooks"


class EndpointsView(KeyView):
    """`/v1/webhook_endpoints`."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS_READ, "POST": Scope.WEBHOOKS_WRITE}

    @operation(
        "create_webhook_endpoint",
        tag=TAG,
        request=WebhookEndpointIn,
        answers={201: WebhookEndpointWithSecretOut},
        refusals=(WrongUrl, TooManyEndpoints, SecretLost),
    )
    @revealing_secret
    @answered_once
    def post(self, request: Request) -> Response:
        """Create an endpoint. Its secret is in this answer and in no other."""
        endpoint = create_endpoint(WebhookEndpointIn(data=request.data).new_endpoint(principal_of(request)))
        return Response(WebhookEndpointWithSecretOut(endpoint).data, status=201)

    @operation("list_webhook_endpoints", tag=TAG, query=PageQuery, answers={200: page_out(WebhookEndpointOut)})
    def get(self, request: Request) -> Response:
        """List endpoints, newest first."""
        page, _ = PageQuery.read(request.query_params.dict())
        found, next_cursor = page_of(endpoints_for(principal_of(request)), page)
        return Response({"data": WebhookEndpointOut(found, many=True).data, "next_cursor": next_cursor})


class EndpointView(KeyView):
    """`/v1/webhook_endpoints/{id}`."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS_READ, "PATCH": Scope.WEBHOOKS_WRITE, "DELETE": Scope.WEBHOOKS_WRITE}

    @operation("get_webhook_endpoint", tag=TAG, answers={200: WebhookEndpointOut}, refusals=(EndpointNotFound,))
    def get(self, request: Request, endpoint_id: str) -> Response:
        """Show one endpoint."""
        return Response(WebhookEndpointOut(_asked_for(request, endpoint_id)).data)

    @operation(
        "update_webhook_endpoint",
        tag=TAG,
        request=WebhookEndpointChangesIn,
        answers={200: WebhookEndpointOut},
        refusals=(EndpointNotFound, WrongUrl, Conflict),
    )
    def patch(self, request: Request, endpoint_id: str) -> Response:
        """Change an endpoint, disable or enable it."""
        endpoint = _asked_for(request, endpoint_id)
        changes = WebhookEndpointChangesIn(data=request.data).changes()
        return Response(WebhookEndpointOut(update_endpoint(endpoint_id=endpoint.pk, changes=changes)).data)

    @operation("delete_webhook_endpoint", tag=TAG, answers={204: None}, refusals=(EndpointNotFound, Conflict))
    def delete(self, request: Request, endpoint_id: str) -> Response:
        """Delete an endpoint. What was on its way to it is not delivered."""
        delete_endpoint(endpoint_id=_asked_for(request, endpoint_id).pk)
        return Response(status=204)


class RotateSecretView(KeyView):
    """`/v1/webhook_endpoints/{id}/rotate_secret`."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @operation(
        "rotate_webhook_secret",
        tag=TAG,
        answers={200: WebhookEndpointWithSecretOut},
        refusals=(EndpointNotFound, SecretLost, Conflict),
    )
    @revealing_secret
    @answered_once
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Make another secret. For 24 hours messages carry a signature by each."""
        endpoint = _asked_for(request, endpoint_id)
        read_nothing(request.data)
        return Response(WebhookEndpointWithSecretOut(rotate_secret(endpoint_id=endpoint.pk)).data)


class TrialView(KeyView):
    """`/v1/webhook_endpoints/{id}/test`."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @operation(
        "send_webhook_test",
        tag=TAG,
        answers={202: WebhookMessageWithBodyOut},
        refusals=(EndpointNotFound, TrialIsRunning),
    )
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Send a test event. It goes out at once; what the endpoint answers is then in the log, under its id."""
        endpoint = _asked_for(request, endpoint_id)
        read_nothing(request.data)
        message = send_test_event(endpoint)
        return Response(WebhookMessageWithBodyOut(message_of(endpoint, message.pk)).data, status=202)


class ReplayFailedView(KeyView):
    """`/v1/webhook_endpoints/{id}/replay`."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @operation(
        "replay_failed_webhook_messages",
        tag=TAG,
        request=ReplayIn,
        answers={200: ReplayedOut},
        refusals=(EndpointNotFound, EndpointIsDisabled),
    )
    @answered_once
    def post(self, request: Request, endpoint_id: str) -> Response:
        """Send everything again that failed and was written since a time."""
        endpoint = _asked_for(request, endpoint_id)
        since = ReplayIn(data=request.data).validated()["since"]
        return Response(ReplayedOut({"replayed": replay_failed(endpoint_id=endpoint.pk, since=since)}).data)


class MessagesView(KeyView):
    """`/v1/webhook_endpoints/{id}/messages`."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS_READ}

    @operation(
        "list_webhook_messages",
        tag=TAG,
        query=MessageFilters,
        answers={200: page_out(WebhookMessageOut)},
        refusals=(EndpointNotFound,),
    )
    def get(self, request: Request, endpoint_id: str) -> Response:
        """List the messages to an endpoint with their attempts, newest first."""
        endpoint = _asked_for(request, endpoint_id)
        page, filters = MessageFilters.read(request.query_params.dict())
        found, next_cursor = page_of(messages_of(endpoint).filter(**filters), page)
        return Response({"data": WebhookMessageOut(found, many=True).data, "next_cursor": next_cursor})


class MessageView(KeyView):
    """`/v1/webhook_endpoints/{id}/messages/{id}`."""

    scopes: ClassVar = {"GET": Scope.WEBHOOKS_READ}

    @operation(
        "get_webhook_message",
        tag=TAG,
        answers={200: WebhookMessageWithBodyOut},
        refusals=(EndpointNotFound, MessageNotFound),
    )
    def get(self, request: Request, endpoint_id: str, message_id: str) -> Response:
        """Show one message with its body, and what was answered to each attempt."""
        return Response(WebhookMessageWithBodyOut(_message(request, endpoint_id, message_id)).data)


class ReplayMessageView(KeyView):
    """`/v1/webhook_endpoints/{id}/messages/{id}/replay`."""

    scopes: ClassVar = {"POST": Scope.WEBHOOKS_WRITE}

    @operation(
        "replay_webhook_message",
        tag=TAG,
        answers={200: WebhookMessageWithBodyOut},
        refusals=(EndpointNotFound, MessageNotFound, EndpointIsDisabled, IllegalMessageMove),
    )
    @answered_once
    def post(self, request: Request, endpoint_id: str, message_id: str) -> Response:
        """Send one message again, with the id and the body that it had."""
        message = _message(request, endpoint_id, message_id)
        read_nothing(request.data)
        replay_message(endpoint_id=message.endpoint_id, message_id=message.pk)
        return Response(WebhookMessageWithBodyOut(_message(request, endpoint_id, message_id)).data)


def _asked_for(request: Request, endpoint_id: str) -> Endpoint:
    return endpoint_for(principal_of(request), parse_public_id(ENDPOINT, endpoint_id))


def _message(request: Request, endpoint_id: str, message_id: str) -> Message:
    return message_of(_asked_for(request, endpoint_id), parse_public_id(MESSAGE, message_id))
