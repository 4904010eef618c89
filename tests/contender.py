"""A process that races others: reads calls from standard input, one JSON a line, and answers what came of each.

Started by `tests.arena`. With `COURSIER_TEST_LOCKS=open` every Redis lock succeeds at once, for everybody.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coursier.settings")

import django

django.setup()

from redis.lock import Lock  # noqa: E402 - after setup

from apps.accounts.principals import Principal  # noqa: E402
from apps.billing.services import settle_order  # noqa: E402
from apps.core import clock  # noqa: E402
from apps.core.errors import CoursierError  # noqa: E402
from apps.core.ids import public_id  # noqa: E402
from apps.core.short_memory import forget_everything  # noqa: E402
from apps.couriers.services import keep_tracks, tracks  # noqa: E402
from apps.dispatch.executors import Executor, executor_of  # noqa: E402
from apps.dispatch.lifecycle import AssignedBy, OfferStatus  # noqa: E402
from apps.dispatch.models import Offer  # noqa: E402
from apps.dispatch.services import (  # noqa: E402
    accept_fleet_offer,
    accept_offer,
    assign_leg,
    courier_moves_leg,
    decline_fleet_offer,
    decline_offer,
    expire_fleet_offers,
    expire_offers,
    give_by_hand,
    hand_on_leg,
    make_offer,
    plan_zone,
    refuse_leg,
    take_back_leg,
    unassign_leg,
)
from apps.mobile.actions import perform_batch  # noqa: E402
from apps.mobile.kinds import Action  # noqa: E402
from apps.networks.services import accept, decline, end_connection, pause_connection  # noqa: E402
from apps.orders.lifecycle import LegStatus  # noqa: E402
from apps.orders.models import Leg  # noqa: E402
from apps.orders.services import cancel_order  # noqa: E402
from apps.webhooks.selectors import endpoints_with_due_messages  # noqa: E402
from apps.webhooks.services import deliver_due_of  # noqa: E402
from coursier.celery import app  # noqa: E402
from workers.relay import drain_outbox  # noqa: E402

PATIENCE_S, LOOK_EVERY_S = 5.0, 0.002

app.send_task = lambda *_args, **_kwargs: None  # no broker here: what is raced is the database


def _assign(leg: str, courier: str) -> Any:
    return assign_leg(leg_id=UUID(leg), courier_id=UUID(courier), by=AssignedBy.DISPATCHER)


def _move(leg: str, courier: str, epoch: int, to: str) -> Any:
    return courier_moves_leg(courier_id=UUID(courier), leg_id=UUID(leg), epoch=epoch, to=LegStatus(to))


def _executor(organisation: str) -> Executor:
    return executor_of(Principal(name="race", organisation_ids=frozenset({UUID(organisation)})))


def _give(organisation: str, leg: str, courier: str) -> Any:
    return give_by_hand(executor=_executor(organisation), leg_id=UUID(leg), courier_id=UUID(courier))


def _hand_on(organisation: str, leg: str, fleet: str) -> Any:
    return hand_on_leg(executor=_executor(organisation), leg_id=UUID(leg), fleet_id=UUID(fleet))


def _accept_connection(connection: str, by: str, version: int) -> Any:
    return accept(connection_id=UUID(connection), by=UUID(by), version=version)


def _on_connection(service: Callable[..., Any]) -> Callable[[str, str], Any]:
    return lambda connection, by: service(connection_id=UUID(connection), by=UUID(by))


def _keep_tracks(chunk: int) -> Any:
    tracks.CHUNK = chunk
    return keep_tracks(gathered_s=0)


def _tap(courier: str, kind: str, offer: str, device: int) -> str:
    """An action about an offer, as a courier's phone sends it. Returns its result as JSON."""
    action = Action(uuid4(), kind, device, clock.now(), offer_id=public_id("off", UUID(offer)))
    return json.dumps(perform_batch(courier_id=UUID(courier), actions=[action])[0])


def _offer_again(leg: str, courier: str) -> str:
    """Sweep offers until the leg is free or somebody has it, then offer it to a courier."""
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        expire_offers()
        status, version = Leg.objects.values_list("status", "version").get(pk=UUID(leg))
        if status == LegStatus.OPEN:
            make_offer(leg_id=UUID(leg), leg_version=version, courier_id=UUID(courier))
            return "offered"
        if status != LegStatus.OFFERED:
            return "taken"
        time.sleep(LOOK_EVERY_S)
    return "nothing happened"


def _tap_next(courier: str, leg: str, old_offer: str) -> str:
    """Tap an offer that the phone still shows, then the next one that comes, if one does. Returns the last result."""
    result = _tap(courier, "accept_offer", old_offer, 1)
    ends_at = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends_at:
        live = Offer.objects.filter(leg_id=UUID(leg), courier_id=UUID(courier), status=OfferStatus.LIVE).first()
        if live:
            return _tap(courier, "accept_offer", str(live.pk), 2)
        if Leg.objects.filter(pk=UUID(leg), status=LegStatus.ASSIGNED).exists():
            break
        time.sleep(LOOK_EVERY_S)
    return result


CALLS: dict[str, Callable[..., Any]] = {
    "keep_tracks": _keep_tracks,
    "plan": lambda zone: plan_zone(UUID(zone)),
    "accept": lambda offer, courier: accept_offer(offer_id=UUID(offer), courier_id=UUID(courier)),
    "decline": lambda offer, courier: decline_offer(offer_id=UUID(offer), courier_id=UUID(courier)),
    "expire": expire_offers,
    "assign": _assign,
    "unassign": lambda leg: unassign_leg(leg_id=UUID(leg), reason="race"),
    "cancel": lambda order: cancel_order(order_id=UUID(order), reason="race"),
    "move": _move,
    "relay": drain_outbox,
    "give": _give,
    "hand_on": _hand_on,
    "take_back": lambda organisation, leg: take_back_leg(executor=_executor(organisation), leg_id=UUID(leg)),
    "settle": lambda order: settle_order(order_id=UUID(order)),
    "fleet_accepts": lambda offer: accept_fleet_offer(offer_id=UUID(offer)),
    "fleet_declines": lambda offer: decline_fleet_offer(offer_id=UUID(offer), reason="race"),
    "expire_fleets": expire_fleet_offers,
    "accept_connection": _accept_connection,
    "decline_connection": _on_connection(decline),
    "pause_connection": _on_connection(pause_connection),
    "end_connection": _on_connection(end_connection),
    "tap": _tap,
    "tap_next": _tap_next,
    "offer_again": _offer_again,
    "refuse": lambda leg, fleet: refuse_leg(leg_id=UUID(leg), fleet_id=UUID(fleet), reason="race"),
    "deliver": lambda: [deliver_due_of(endpoint_id) for endpoint_id in endpoints_with_due_messages()],
}


def main() -> None:
    """Answer calls until the input ends."""
    if os.environ.get("COURSIER_TEST_LOCKS") == "open":
        Lock.acquire = lambda *_args, **_kwargs: True  # type: ignore[method-assign]
    print("ready", flush=True)
    for line in sys.stdin:
        call = json.loads(line)
        forget_everything()  # tables are emptied between tests, faster than a second
        try:
            came_of = CALLS[call["name"]](*call["arguments"])
            answer = came_of if isinstance(came_of, str) else "done"
        except CoursierError as error:
            answer = error.code
        except Exception as error:  # noqa: BLE001 - whatever it was, the race must hear of it
            answer = f"crashed: {type(error).__name__}: {error}"
        print(json.dumps(answer), flush=True)


main()
