"""Reads of legs that one fleet gave to another."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.core.known_queries import KnownRows
from apps.orders.models import HandOn

_live = KnownRows(lambda *leg_ids: HandOn.objects.filter(leg_id__in=leg_ids, is_live=True))


def live_hand_ons(leg_ids: Collection[UUID]) -> dict[UUID, HandOn]:
    """Of these legs, those that are with another fleet than the one that was asked. One query."""
    return {hand_on.leg_id: hand_on for hand_on in _live.all(*leg_ids)}


def live_hand_on(leg_id: UUID) -> HandOn | None:
    """The one of a leg, None where there is none."""
    return _live.first(leg_id)


def hand_on_carrying(*, leg_id: UUID, fleet_id: UUID, given_at: datetime) -> HandOn | None:
    """The one by which a fleet carries what it was given at that time; None where it was asked itself."""
    then = HandOn.objects.filter(leg_id=leg_id, to_fleet_id=fleet_id, handed_on_at__lte=given_at)
    return then.filter(Q(is_live=True) | Q(ended_at__gte=given_at)).first()
