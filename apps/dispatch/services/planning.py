"""Plan a zone: look, ask the engine, and commit what must be committed now.

Several may plan the same zone at once, after a lost lock or a redelivered message: every commitment is a
compare-and-swap on the leg's version, so a lost race costs one leg of one plan.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from uuid import UUID

from apps.core.events import acting_as
from apps.core.locks import only_one
from apps.core.redis import RedisError, connection
from apps.couriers.lifecycle import FleetMode
from apps.dispatch import engine
from apps.dispatch.engine import Commitment, Plan, PlannedRoute, UnassignedReason
from apps.dispatch.services.asking_couriers import offer_to_couriers
from apps.dispatch.services.asking_fleets import offer_to_fleets
from apps.dispatch.services.giving import Given, give_out
from apps.dispatch.services.giving_tours import give_due_tours
from apps.dispatch.services.hand_ons_over import end_those_over
from apps.dispatch.services.last_plan import keep_routes
from apps.dispatch.services.zone_view import MAX_PLAN_ATTEMPTS, ZoneView, load_zone
from apps.orders.models import Leg
from apps.orders.services import count_plan_attempt, note_unassigned, raise_attention

logger = logging.getLogger(__name__)
LOCK_S = 5.0  # longer than a plan takes, short enough not to stop a zone when its planner was killed
PLANNED = "planned"  # in a route of the last plan, not yet committed
NOBODY_ACCEPTED = "nobody_accepted"  # everybody who was asked has had their time, or refused
PINNED = "pinned"  # kept by hand
HOPELESS = frozenset(  # waiting will not help: a person must look
    {
        UnassignedReason.NO_ELIGIBLE_FLEET,
        UnassignedReason.MISSING_SKILL,
        UnassignedReason.NO_SUITABLE_VEHICLE,
        UnassignedReason.TOO_HEAVY,
        UnassignedReason.TOO_LARGE,
        UnassignedReason.TOO_MANY_PARCELS,
        UnassignedReason.WINDOW_CANNOT_BE_MET,
        UnassignedReason.TOO_LONG_ON_BOARD,
    }
)


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What one plan came to."""

    legs: int = 0
    couriers: int = 0
    committed: int = 0
    lost_races: int = 0
    left_out: int = 0


def plan_zone(zone_id: UUID) -> PlanOutcome | None:
    """Plan a zone now. None when somebody else is planning it at this moment. Raises ZoneNotFound."""
    with only_one(f"plan:{zone_id}", timeout_s=LOCK_S) as mine, acting_as("planner"):
        if not mine:
            return None
        view = load_zone(zone_id)
        if view.networks.hand_ons and end_those_over(view.untoured(), view.networks, at=view.at):
            view = load_zone(zone_id)
        note_unassigned(dict.fromkeys(view.pinned, PINNED), current=view.pinned)
        if not view.legs:
            return PlanOutcome()
        with _suspecting(view):
            plan = engine.plan(view.snapshot)
        keep_routes(zone_id, plan)
        return _commit(view, plan)


def _commit(view: ZoneView, plan: Plan) -> PlanOutcome:
    routes = {route.courier_id: route for route in plan.routes}
    done = give_due_tours(view, routes)  # first: what is put in between is placed among their stops
    offered, missed = offer_to_fleets(view, plan)  # before commitments: an own fleet comes before others' couriers
    parts = [part for commitment in plan.commitments for part in _parts(view, commitment, routes)]
    parts = [part for part in parts if str(part.leg.pk) not in offered]
    given = give_out(view, [part for part in parts if part.courier.fleet.mode != FleetMode.OFFERED])
    asked = offer_to_couriers(view, [part for part in parts if part.courier.fleet.mode == FleetMode.OFFERED])
    taken = done.taken | offered | given.taken | asked.taken
    lost = done.lost_races + missed + given.lost_races + asked.lost_races
    _note_reasons(view, plan, taken)
    return PlanOutcome(len(view.legs), len(view.snapshot.couriers), len(taken), lost, len(plan.unassigned))


def _parts(view: ZoneView, commitment: Commitment, routes: dict[str, PlannedRoute]) -> list[Given]:
    """Each leg of a commitment."""
    courier, route = view.couriers[commitment.courier_id], routes[commitment.courier_id]
    why = asdict(commitment.why)
    return [
        Given(view.legs[leg_id], courier, route, commitment.pickup_at, dropoff_at, why)
        for leg_id, dropoff_at in zip(commitment.leg_ids, commitment.dropoff_at, strict=True)
    ]


def _note_reasons(view: ZoneView, plan: Plan, taken: set[str]) -> None:
    """Write why the others wait, and call a person where waiting will not help."""
    left_out = {leg_id: _reason(view, leg_id, reason) for leg_id, reason in plan.unassigned.items()}
    reasons = {
        leg.pk: str(left_out.get(leg_id, PLANNED))
        for leg_id, leg in view.legs.items()
        if leg_id not in taken and not _is_for_tours(leg, left_out.get(leg_id))
    }
    note_unassigned(reasons, current={leg.pk: leg.unassigned_reason for leg in view.legs.values()})
    for leg_id, reason in left_out.items():
        _call_attention(view.legs[leg_id], reason, nobody_accepted=view.asked[leg_id].nobody_accepted)


def _reason(view: ZoneView, leg_id: str, reason: UnassignedReason) -> UnassignedReason:
    """Who is full, or answering an offer, is not in the snapshot: a fleet that has only those is busy, not missing."""
    is_busy = reason is UnassignedReason.NO_ELIGIBLE_FLEET and view.asked[leg_id].has_somebody
    return UnassignedReason.NO_COURIER_FREE if is_busy else reason


def _call_attention(leg: Leg, reason: UnassignedReason, *, nobody_accepted: bool) -> None:
    """For what waiting will not change; once everybody was asked, for that, unless something else is known."""
    order = leg.order
    if reason is UnassignedReason.BEYOND_HORIZON:
        return
    if reason in HOPELESS and not (nobody_accepted and reason is UnassignedReason.NO_ELIGIBLE_FLEET):
        if order.attention_reason != reason:
            raise_attention(order_id=order.pk, reason=reason)
    elif nobody_accepted and not order.needs_attention:
        raise_attention(order_id=order.pk, reason=NOBODY_ACCEPTED)


def _is_for_tours(leg: Leg, reason: UnassignedReason | None) -> bool:
    """Whether the tours have said why the leg waits: it is too far ahead for the tick to say more."""
    return reason is UnassignedReason.BEYOND_HORIZON and leg.is_scheduled and bool(leg.unassigned_reason)


@contextmanager
def _suspecting(view: ZoneView) -> Iterator[None]:
    """While the engine works, remember which legs are new to it: if this process dies, one of them may be the cause.

    Whoever plans next counts it against them, and a leg in five plans that did not end is set aside, so that one
    poisonous order cannot stop a city.
    """
    key = f"plan:suspects:{view.zone.pk}"
    new = [str(leg.pk) for leg in view.legs.values() if not leg.unassigned_reason]
    try:
        left_behind = connection().getdel(key)
        if left_behind:
            _set_aside(str(left_behind).split(","))
        if new:
            connection().set(key, ",".join(new), ex=3600)
    except RedisError as error:
        logger.warning("Planning without suspects, Redis is away: %s", error)
    try:
        yield
    except Exception:
        _set_aside(new)
        _forget(key)
        raise
    _forget(key)


def _set_aside(leg_ids: list[str]) -> None:
    keys = [UUID(leg_id) for leg_id in leg_ids]
    count_plan_attempt(keys)
    worn = Leg.objects.filter(pk__in=keys, plan_attempts__gte=MAX_PLAN_ATTEMPTS)
    for order_id in list(worn.values_list("order_id", flat=True)):
        raise_attention(order_id=order_id, reason="poison")


def _forget(key: str) -> None:
    try:
        connection().delete(key)
    except RedisError as error:
        logger.warning("The suspects of a plan stay until Redis is back: %s", error)
