"""Read on in the event log for whatever a lost message left uncharged.

The relay's messages are hints that make a charge appear within a second; the log is the record. It is read up to a
minute ago: what was written before that is committed by now, so that nothing slips in behind the reader.
"""

from collections.abc import Iterable
from uuid import UUID

from apps.billing.models import Charge, Handover, LogPosition
from apps.billing.services.settling import settle_order
from apps.core.db import atomic
from apps.core.errors import Conflict
from apps.core.ids import new_id
from apps.core.models import Event
from apps.orders.events import LegMoved, OrderCancelled
from apps.orders.lifecycle import ENDED, LegStatus
from apps.orders.models import Leg

READER = "charges"
BATCH = 500
SETTLED_AFTER_MS = 60_000  # of the wall, as ids are; longer than any transaction
FIRST_LOOK_BACK_MS = 24 * 3_600_000
NAMES = (LegMoved.__name__, OrderCancelled.__name__)
CONCERNS_MONEY = frozenset({LegStatus.PICKED_UP, LegStatus.DELIVERED, LegStatus.RETURNED})


def settle_what_was_missed(*, batches: int = 40, settled_after_ms: int = SETTLED_AFTER_MS) -> int:
    """Charge what the log tells of and no message led to. Returns how many charges were missing.

    Two readers at once do the same work twice, and one of them stops: charges are made once, and the position only
    moves from where it was read.
    """
    found = 0
    for _ in range(batches):
        position = _position()
        until = _ms_ago(settled_after_ms)
        rows = Event.objects.filter(pk__gt=position.event_id, pk__lt=until, name__in=NAMES).order_by("id")
        batch = list(rows.only("name", "payload", "order_id")[:BATCH])
        for order_id in _unsettled({row.order_id for row in batch if row.order_id and _concerns_money(row)}):
            found += len(settle_order(order_id=order_id))
        is_last = len(batch) < BATCH
        try:
            position.swap(event_id=until if is_last else batch[-1].pk)
        except Conflict:
            return found  # another reader is further already
        if is_last:
            return found
    return found


@atomic
def _position() -> LogPosition:
    """Where reading goes on; the first time, a day back."""
    first = {"event_id": _ms_ago(FIRST_LOOK_BACK_MS)}
    return LogPosition.objects.get_or_create(reader=READER, defaults=first)[0]


def _ms_ago(duration_ms: int) -> UUID:
    """An id as it would have been given out then: the first 48 bits of one are milliseconds."""
    return UUID(int=new_id().int - (duration_ms << 80))


def _concerns_money(row: Event) -> bool:
    return row.name == OrderCancelled.__name__ or row.payload["after"] in CONCERNS_MONEY


def _unsettled(order_ids: Iterable[UUID]) -> list[UUID]:
    """Those of the orders of which a fleet of somebody else has a leg that is not noted or charged. Three queries."""
    legs = Leg.objects.filter(order_id__in=list(order_ids), courier__isnull=False).select_related("courier__fleet")
    foreign = [leg for leg in legs if leg.courier and leg.courier.fleet.organisation_id != leg.organisation_id]
    keys = [leg.pk for leg in foreign]
    charged = set(Charge.objects.filter(leg_id__in=keys).values_list("leg_id", flat=True))
    noted = set(Handover.objects.filter(leg_id__in=keys).values_list("leg_id", flat=True))
    unsettled = [leg for leg in foreign if leg.pk not in (charged if leg.status in ENDED else noted)]
    return list(dict.fromkeys(leg.order_id for leg in unsettled))
