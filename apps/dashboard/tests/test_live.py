"""The live stream: what it says after something happened, and when it says no."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.test import Client
from redis.exceptions import ConnectionError as RedisAway

from apps.core import clock
from apps.core.ids import public_id
from apps.core.live import stream as core_stream
from apps.core.redis import connection
from apps.couriers.positions import Fix, record_positions
from apps.dashboard.live import stream as live_stream
from apps.dashboard.live.stream import slots
from apps.dashboard.tests.people import Rival, off_duty, signed_in
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg
from tests.cast import CENTRE, HOME, Cast, placed


def test_a_change_arrives_with_the_fresh_row(cast: Cast, ada: Client):
    order, leg = placed(cast)
    with listening(ada) as events:
        assert next(events)[0] == "hello"
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
        tell(order.pk, cast.zone.pk)
        changes = first(events, "changes")
    (row,) = changes["orders"]
    assert (row["code"], row["state"], row["courier"]) == (order.short_code, "assigned", "Bo")
    assert [(courier["name"], courier["state"]) for courier in changes["couriers"]] == [("Bo", "to_pickup")]
    assert changes["gone"] == []


def test_a_courier_who_moves_is_followed(cast: Cast, ada: Client, hand_clock: Any):
    with listening(ada) as events:
        next(events)
        record_positions(cast.bo.pk, [Fix(CENTRE, clock.now())], at=clock.now())
        before = first(events, "positions")
        hand_clock.advance(minutes=5)
        record_positions(cast.bo.pk, [Fix(HOME, clock.now())], at=clock.now())
        after = first(events, "positions")
    assert list(before) == list(after) == [public_id("cou", cast.bo.pk)]
    assert after[public_id("cou", cast.bo.pk)] == pytest.approx([HOME.lon, HOME.lat], abs=1e-4)


def test_a_courier_who_goes_off_duty_leaves_the_board(cast: Cast, ada: Client):
    with listening(ada) as events:
        next(events)
        off_duty(cast.cy)
        connection().publish("live", orjson.dumps({"name": "DutyChanged", "order_id": None, "zone_id": None}))
        assert first(events, "changes")["off_duty"] == [public_id("cou", cast.cy.pk)]


def test_an_order_that_went_to_a_rival_is_gone_and_a_strangers_is_never_named(cast: Cast, ada: Client, rival: Rival):
    order, leg = placed(cast)
    with listening(ada) as hers, listening(signed_in(rival.dispatcher)) as theirs:
        next(hers), next(theirs)
        assign_leg(leg_id=leg.pk, courier_id=rival.courier.pk, by=AssignedBy.DISPATCHER)
        tell(order.pk, cast.zone.pk)
        changes = first(hers, "changes")
        assert (changes["orders"], changes["gone"]) == ([], [public_id("ord", order.pk)])
        assert [row["code"] for row in first(theirs, "changes")["orders"]] == [order.short_code]
        strange, _ = placed(cast)
        tell(strange.pk, cast.zone.pk)
        assert first(theirs, "changes")["gone"] == []


def test_another_zones_events_are_not_told(cast: Cast, ada: Client):
    order, leg = placed(cast)
    with listening(ada, zone=public_id("zon", cast.zone.pk)) as events:
        next(events)
        tell(order.pk, UUID(int=7))
        assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.PLANNER)
        connection().publish("live", "not json")
        tell(order.pk, cast.zone.pk)
        assert len(first(events, "changes")["orders"]) == 1


def test_the_stream_ends_by_itself(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_stream.LiveStream.__init__, "__kwdefaults__", {"lasts_s": 0.0})
    with listening(ada) as events:
        assert [name for name, _ in events] == ["hello"]


def test_a_quiet_stream_gives_signs_of_life(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(live_stream, "HEARTBEAT_S", 0.0)
    off_duty(cast.bo, cast.cy)
    answer = ada.get("/board/live")
    chunks = iter(answer.streaming_content)
    assert b"retry: 2000" in next(chunks)
    assert b"event: hello" in next(chunks)
    assert next(chunks) == b": beat\n\n"
    close(answer)


def test_without_redis_the_stream_sends_the_board_polling(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch):
    class Away:
        def pubsub(self, **_options: object) -> "Away":
            return self

        def subscribe(self, _channel: str) -> None:
            raise RedisAway

        def close(self) -> None:
            return None

    monkeypatch.setattr(core_stream, "connection", Away)
    with listening(ada) as events:
        assert [name for name, _ in events] == ["away"]


def test_no_more_streams_than_the_process_can_hold(cast: Cast, ada: Client, settings: Any):
    settings.BOARD_STREAMS = 1
    with listening(ada) as events:
        next(events)
        refused = ada.get("/board/live")
        assert refused.status_code == 503
        assert refused.json()["error"]["code"] == "unavailable"
    with listening(ada) as events:  # the first one has given its slot back
        assert next(events)[0] == "hello"
    assert slots.take(1), "the slot of a closed stream is free again"
    slots.give_back()


def test_signed_out_there_is_no_stream(cast: Cast):
    assert Client().get("/board/live").status_code == 401


def tell(order_id: UUID, zone_id: UUID) -> None:
    """Publish an event as the relay does."""
    body = {"name": "LegMoved", "order_id": str(order_id), "zone_id": str(zone_id), "payload": {}}
    connection().publish("live", orjson.dumps(body))


@contextmanager
def listening(client: Client, **query: str) -> Iterator[Iterator[tuple[str, Any]]]:
    """The events of a stream; it is closed in the end, as when a browser goes away."""
    answer = client.get("/board/live", query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/event-stream"
    try:
        yield _events(answer.streaming_content)
    finally:
        close(answer)


def close(answer: Any) -> None:
    """Go away. The test client's own iterator closes the answer, and keeps the test's database connection."""
    answer._iterator.close()


def _events(chunks: Iterator[bytes]) -> Iterator[tuple[str, Any]]:
    for chunk in chunks:
        lines = chunk.decode().strip().split("\n")
        if lines[0].startswith("event: "):
            yield lines[0].removeprefix("event: "), orjson.loads(lines[1].removeprefix("data: "))


def first(events: Iterator[tuple[str, Any]], name: str) -> Any:
    """The body of the next event of that name."""
    return next(body for heard, body in events if heard == name)
