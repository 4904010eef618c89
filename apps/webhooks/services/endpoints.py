"""Create, change, delete an endpoint; rotate its secret."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from apps.core import clock
from apps.core.db import atomic
from apps.core.events import publish
from apps.webhooks.errors import EndpointNotFound, TooManyEndpoints
from apps.webhooks.events import EndpointChanged, EndpointCreated, EndpointDeleted, EndpointEnabled, SecretRotated
from apps.webhooks.leases import wall
from apps.webhooks.lifecycle import DisabledReason, MessageStatus
from apps.webhooks.models import Endpoint, Message
from apps.webhooks.services.recording import disable
from apps.webhooks.signing import new_seed
from apps.webhooks.targets import target_of

MOST_ENDPOINTS = 20  # of an organisation, for live events and for tests each
ROTATION = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEndpoint:
    """What an integrator asks for. `kinds` empty: all."""

    organisation_id: UUID
    url: str
    kinds: tuple[str, ...] = ()
    description: str = ""
    is_test: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointChanges:
    """What is to be changed. None: as it is."""

    url: str | None = None
    kinds: tuple[str, ...] | None = None
    description: str | None = None
    is_enabled: bool | None = None


@atomic(rereads=3)
def create_endpoint(new: NewEndpoint) -> Endpoint:
    """Make an endpoint. Raises WrongUrl or TooManyEndpoints."""
    target_of(new.url)
    mine = Endpoint.objects.filter(organisation_id=new.organisation_id, is_test=new.is_test, deleted_at=None)
    if mine.count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    endpoint = Endpoint.objects.create(
        organisation_id=new.organisation_id,
        url=new.url,
        kinds=list(dict.fromkeys(new.kinds)),
        description=new.description,
        is_test=new.is_test,
        seed=new_seed(),
    )
    publish(EndpointCreated(**_of(endpoint)))
    return endpoint


@atomic(rereads=5)
def update_endpoint(*, endpoint_id: UUID, changes: EndpointChanges) -> Endpoint:
    """Change an endpoint. Raises EndpointNotFound or WrongUrl.

    To enable it is to trust it again: what is known of its failures is forgotten. Another URL is another system.
    """
    endpoint = _fetch(endpoint_id)
    columns: dict[str, Any] = {}
    if changes.url is not None and changes.url != endpoint.url:
        target_of(changes.url)
        columns |= {"url": changes.url, **_TRUSTED}
    if changes.kinds is not None and list(changes.kinds) != endpoint.kinds:
        columns["kinds"] = list(dict.fromkeys(changes.kinds))
    if changes.description is not None and changes.description != endpoint.description:
        columns["description"] = changes.description
    if columns:
        endpoint.swap(**columns)
        changed = ",".join(name for name in ("url", "kinds", "description") if name in columns)
        publish(EndpointChanged(**_of(endpoint), changed=changed))
    _switch(endpoint, changes.is_enabled)
    return endpoint


_TRUSTED: dict[str, Any] = {"failures_in_row": 0, "failing_since": None, "paused_until": None}


def _switch(endpoint: Endpoint, is_wanted: bool | None) -> None:
    if is_wanted is None or is_wanted == endpoint.is_enabled:
        return
    if is_wanted:
        endpoint.swap(disabled_at=None, disabled_reason="", **_TRUSTED)
        publish(EndpointEnabled(**_of(endpoint)))
    else:
        disable(endpoint, DisabledReason.BY_OWNER)


@atomic(rereads=5)
def rotate_secret(*, endpoint_id: UUID) -> Endpoint:
    """Give an endpoint another secret. The former one signs too for 24 hours; one before it ends now.

    Raises EndpointNotFound.
    """
    endpoint = _fetch(endpoint_id)
    endpoint.swap(seed=new_seed(), former_seed=endpoint.seed, former_until=wall() + ROTATION)
    publish(SecretRotated(**_of(endpoint)))
    return endpoint


@atomic(rereads=5)
def delete_endpoint(*, endpoint_id: UUID) -> None:
    """Delete an endpoint and its secrets. Its log is forgotten with time. Raises EndpointNotFound."""
    endpoint = _fetch(endpoint_id)
    endpoint.swap(deleted_at=clock.now(), seed="", former_seed="", former_until=None)
    Message.objects.waiting().filter(endpoint_id=endpoint.pk).move_to(MessageStatus.FAILED, next_attempt_at=None)
    publish(EndpointDeleted(**_of(endpoint)))


def _fetch(endpoint_id: UUID) -> Endpoint:
    endpoint = Endpoint.objects.filter(pk=endpoint_id, deleted_at=None).first()
    if endpoint is None:
        raise EndpointNotFound
    return endpoint


def _of(endpoint: Endpoint) -> dict[str, Any]:
    return {
        "endpoint_id": endpoint.pk,
        "organisation_id": endpoint.organisation_id,
        "is_test": endpoint.is_test,
    }
