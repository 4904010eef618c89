"""Reads of webhooks. Tenancy lives here: an organisation's endpoints, those for tests with test keys, and no others."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from apps.accounts.principals import Principal
from apps.core import clock
from apps.webhooks.errors import EndpointNotFound, MessageNotFound
from apps.webhooks.leases import wall
from apps.webhooks.models import Attempt, Endpoint, Message


def endpoints_for(principal: Principal) -> QuerySet[Endpoint]:
    """The endpoints that a principal may see and change."""
    there = Endpoint.objects.filter(deleted_at=None)
    if principal.sees_all:
        return there
    return there.filter(organisation_id__in=principal.organisation_ids, is_test=principal.is_test)


def endpoint_for(principal: Principal, endpoint_id: UUID) -> Endpoint:
    """One of those. Raises EndpointNotFound for anybody else's."""
    found = endpoints_for(principal).filter(pk=endpoint_id).first()
    if found is None:
        raise EndpointNotFound
    return found


def messages_of(endpoint: Endpoint) -> QuerySet[Message]:
    """The messages of an endpoint, with their attempts at hand but for what was answered to each."""
    briefly = Attempt.objects.defer("answer").order_by("number")
    messages: QuerySet[Message] = Message.objects.filter(endpoint_id=endpoint.pk).defer("body")
    return messages.prefetch_related(Prefetch("attempts", queryset=briefly))


def message_of(endpoint: Endpoint, message_id: UUID) -> Message:
    """One message of an endpoint, with everything about its attempts. Raises MessageNotFound."""
    messages: QuerySet[Message] = Message.objects.filter(endpoint_id=endpoint.pk, pk=message_id)
    found = messages.prefetch_related(Prefetch("attempts", queryset=Attempt.objects.order_by("number"))).first()
    if found is None:
        raise MessageNotFound
    return found


def endpoints_that_listen(organisation_ids: Iterable[UUID]) -> list[Endpoint]:
    """The enabled endpoints of organisations."""
    return list(Endpoint.objects.filter(organisation_id__in=organisation_ids, disabled_at=None, deleted_at=None))


def endpoints_with_due_messages() -> list[UUID]:
    """The endpoints for which a message or a test is due, or was in the hands of a worker that is no more."""
    due = Message.objects.waiting().filter(next_attempt_at__lte=clock.now())
    left = Message.objects.filter(Q(leased_until__lt=wall()) | Q(leased_until=None), lane__gt=0)
    return sorted(
        {key for rows in (due, left) for key in rows.order_by().values_list("endpoint_id", flat=True).distinct()}
    )
