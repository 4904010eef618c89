"""Reading the event log as an outbox: claim what was not handed on yet, and mark it when it was."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from apps.core import clock
from apps.core.ids import new_id
from apps.core.models import Event

LEASE = timedelta(seconds=30)
BATCH = 200


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch of events, oldest first, that belongs to one relay until the lease ends."""

    lease: UUID
    events: tuple[Event, ...]
    is_all: bool = True
    """Whether nothing else waited at that moment."""


def claim_events(*, limit: int = BATCH) -> Claim:
    """Take up to `limit` events that no living relay has. Two relays never hold the same event."""
    wall = datetime.now(UTC)  # a lease outlives no wall-clock promise: the fast clock must not shorten it
    free = Event.objects.filter(relayed_at__isnull=True).filter(Q(leased_until=None) | Q(leased_until__lt=wall))
    found, lease = tuple(free.order_by("id")[:limit]), new_id()
    if not found:
        return Claim(lease, ())
    keys = [event.pk for event in found]
    if free.filter(pk__in=keys).update(lease=lease, leased_until=wall + LEASE) < len(found):  # somebody has some
        found = tuple(Event.objects.filter(pk__in=keys, lease=lease).order_by("id"))
    return Claim(lease, found, is_all=len(keys) < limit)


def mark_relayed(claim: Claim) -> None:
    """The whole batch was handed on."""
    keys = [event.pk for event in claim.events]
    Event.objects.filter(pk__in=keys, lease=claim.lease).update(relayed_at=clock.now())


def release(claim: Claim) -> None:
    """Give the batch back: it could not be handed on now."""
    keys = [event.pk for event in claim.events]
    Event.objects.filter(pk__in=keys, lease=claim.lease).update(leased_until=None)
