"""Queue `maintenance`: the sweep, which finds by query whatever is due and unattended; charges; old rows; learning."""

import logging
from uuid import UUID

from apps.billing.services import settle_order as settle
from apps.billing.services import settle_what_was_missed as settle_missed
from apps.core.errors import Conflict
from apps.core.events import acting_as
from apps.core.idempotency import forget_old_answers
from apps.couriers.services import (
    begin_following_shifts,
    end_forgotten_shifts,
    flag_late_shifts,
    flag_missed_shifts,
    forget_old_codes,
)
from apps.couriers.services import keep_tracks as keep_tracks_of_couriers
from apps.dispatch.learning.demand import learn_demand as learn_demand_of_zones
from apps.dispatch.learning.times import learn_times as learn_times_of_zones
from apps.dispatch.services import (
    expire_fleet_offers,
    expire_offers,
    flag_unattended,
    forget_old_tracks,
    plan_tours,
    release_ended,
    reopen_legs_of_silent_couriers,
)
from apps.dispatch.services.wakeups import due_zones
from apps.hubs.services import flag_missing_parcels
from apps.orders.selectors import zones_with_open_legs, zones_with_slots
from apps.orders.services import flag_missing_proofs, forget_old_words, forget_unfinished_proofs
from apps.webhooks.services import forget_old_messages
from apps.zones.errors import ZoneNotFound
from coursier.celery import app
from workers.dispatch import plan_in_turn
from workers.relay import drain_outbox
from workers.reliably import reliable_task

logger = logging.getLogger(__name__)
FORGET_TRACKS_S = 12.0  # of the 20 that a task may take


@reliable_task("maintenance.sweep")
def sweep() -> None:
    """Everything that must happen in the end, done here and now: no step waits for a message to arrive."""
    with acting_as("sweeper"):
        drain_outbox()
        expire_offers()
        expire_fleet_offers()
        release_ended()
        reopen_legs_of_silent_couriers()
        flag_unattended()
        begin_following_shifts()  # before: who goes on is not late
        flag_late_shifts()
        flag_missed_shifts()
        end_forgotten_shifts()
        flag_missing_parcels()
        flag_missing_proofs()
        for zone_id in due_zones(zones_with_open_legs()):
            plan_in_turn(zone_id)


@reliable_task("maintenance.plan_due_tours")
def plan_due_tours() -> None:
    """Look at every zone with slots that nobody has yet, each in a task of its own: a search takes seconds."""
    for zone_id in zones_with_slots():
        app.send_task("maintenance.plan_tours_of", kwargs={"zone_id": str(zone_id)}, ignore_result=True, expires=20)


@reliable_task("maintenance.plan_tours_of")
def plan_tours_of(zone_id: str) -> None:
    """Plan the tours of a zone again if a slot or a shift is new, or the last plan is old."""
    try:
        plan_tours(UUID(zone_id))
    except ZoneNotFound:
        return


@reliable_task("maintenance.settle_order")
def settle_order(order_id: str) -> None:
    """Parcels went on board or a leg ended: charge what is owed for it. A lost race is found again in the log."""
    try:
        settle(order_id=UUID(order_id))
    except Conflict:
        logger.info("order %s is being settled by somebody else", order_id)


@reliable_task("maintenance.settle_what_was_missed")
def settle_what_was_missed() -> None:
    """Charge what the event log tells of and no message led to."""
    with acting_as("sweeper"):
        settle_missed()


@reliable_task("maintenance.forget_what_is_old")
def forget_what_is_old() -> None:
    """Delete stored answers, one-time codes, words of orders, messages of webhooks and pieces of proofs without use."""
    forget_old_answers()
    forget_old_codes()
    forget_old_words()
    forget_old_messages()
    forget_unfinished_proofs()


@reliable_task("maintenance.keep_tracks")
def keep_tracks() -> None:
    """Take what phones sent from Redis into the database."""
    keep_tracks_of_couriers()


@reliable_task("maintenance.forget_tracks")
def forget_tracks() -> None:
    """Leave of old tracks what proves a service; what is not done in time, the next task does."""
    if not forget_old_tracks(seconds=FORGET_TRACKS_S):
        app.send_task("maintenance.forget_tracks", ignore_result=True, retry=False)


@reliable_task("maintenance.learn_times")
def learn_times() -> None:
    """Learn from what couriers did: times at stops, of preparation, on the way."""
    learn_times_of_zones()


@reliable_task("maintenance.learn_demand")
def learn_demand() -> None:
    """Learn how many orders to expect at which hour."""
    learn_demand_of_zones()
