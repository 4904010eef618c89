"""Reading orders: one, the list with its filters and pages, the history."""

import pytest

from apps.core.ids import public_id
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg
from apps.orders.services import LegMove, cancel_order, move_leg, raise_attention
from apps.orders.tests.asking import error_code, leg_of, wrong_fields
from tests.cast import placed

pytestmark = pytest.mark.django_db


def ids(orders):
    return [public_id("ord", order.pk) for order in orders]


def carry(leg: Leg, courier_id, *statuses: LegStatus) -> None:
    for status in statuses:
        move_leg(leg_id=leg.pk, move=LegMove(status, courier_id))


def test_a_delivered_order_says_when(dee, cast, hand_clock):
    answer = dee.orders()
    leg = leg_of(answer)
    carry(leg, cast.bo.pk, LegStatus.ASSIGNED, LegStatus.AT_PICKUP)
    hand_clock.advance(minutes=10)
    carry(leg, cast.bo.pk, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF)
    hand_clock.advance(minutes=10)
    carry(leg, cast.bo.pk, LegStatus.DELIVERED)
    order = dee.gets(f"/{answer.json()['id']}").json()
    assert (order["status"], order["legs"][0]["status"]) == ("delivered", "delivered")
    assert (order["picked_up_at"], order["delivered_at"]) == ("2026-06-10T10:10:00Z", "2026-06-10T10:20:00Z")
    assert order["legs"][0]["assigned_at"] == "2026-06-10T10:00:00Z"


def test_a_cancelled_order_was_not_delivered(dee, cast):
    order, _ = placed(cast)
    cancel_order(order_id=order.pk, reason="shop closed")
    shown = dee.gets(f"/{ids([order])[0]}").json()
    assert (shown["status"], shown["delivered_at"]) == ("cancelled", None)


def test_an_order_of_somebody_else_is_not_found(florist, cast):
    order, _ = placed(cast)
    for path in ("", "/history"):
        refused = florist.gets(f"/{ids([order])[0]}{path}")
        assert (refused.status_code, error_code(refused)) == (404, "order_not_found")
    assert florist.lists() == []


@pytest.mark.parametrize(
    "order_id", ["ord_", "ord_xyz", "ord_" + "0" * 31, "0" * 32, "leg_" + "5" * 32, "ord_" + "é" * 32, "%00"]
)
def test_a_malformed_id_is_not_found(dee, order_id):
    for path in ("", "/history"):
        assert dee.gets(f"/{order_id}{path}").status_code == 404


def test_the_list_is_newest_first(dee, cast):
    orders = [placed(cast)[0] for _ in range(3)]
    assert dee.lists() == ids(reversed(orders))


def test_pages_follow_each_other_without_gap_or_repetition(dee, cast):
    orders = [placed(cast)[0] for _ in range(5)]
    first = dee.gets("", limit=2).json()
    newcomer, _ = placed(cast)
    second = dee.gets("", limit=2, cursor=first["next_cursor"]).json()
    third = dee.gets("", limit=2, cursor=second["next_cursor"]).json()
    seen = [order["id"] for page in (first, second, third) for order in page["data"]]
    assert seen == ids(reversed(orders))
    assert third["next_cursor"] is None
    assert dee.lists(limit=1) == ids([newcomer])


def test_a_list_shows_orders_as_they_are_shown_alone(dee, cast):
    order, _ = placed(cast, external_id="A-1")
    (row,) = dee.gets("").json()["data"]
    assert row == dee.gets(f"/{ids([order])[0]}").json()


def test_the_list_is_filtered_by_status(dee, cast):
    kept, _ = placed(cast)
    dropped, _ = placed(cast)
    cancel_order(order_id=dropped.pk, reason="shop closed")
    assert dee.lists(status="placed") == ids([kept])
    assert dee.lists(status="cancelled") == ids([dropped])
    assert dee.lists(status="delivered") == []


def test_the_list_is_filtered_by_external_id(dee, cast):
    placed(cast, external_id="A-1")
    wanted, _ = placed(cast, external_id="A-2")
    assert dee.lists(external_id="A-2") == ids([wanted])


def test_the_list_is_filtered_by_time_from_and_before(dee, cast, hand_clock):
    early, _ = placed(cast)
    hand_clock.advance(hours=1)
    late, _ = placed(cast)
    assert dee.lists(placed_before="2026-06-10T11:00:00Z") == ids([early])
    assert dee.lists(placed_after="2026-06-10T11:00:00Z") == ids([late])
    assert dee.lists(placed_after="2026-06-10T10:00:00Z", placed_before="2026-06-10T11:00:01Z") == ids([late, early])


def test_the_list_is_filtered_by_attention(dee, cast):
    quiet, _ = placed(cast)
    flagged, _ = placed(cast)
    raise_attention(order_id=flagged.pk, reason="late")
    assert dee.lists(needs_attention="true") == ids([flagged])
    assert dee.lists(needs_attention="false") == ids([quiet])


def test_an_empty_filter_asks_for_nothing(dee, cast):
    order, _ = placed(cast)
    assert dee.lists(status="", external_id="", cursor="") == ids([order])


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"status": "lost"}, "invalid_choice"),
        ({"stauts": "placed"}, "unknown_field"),
        ({"placed_after": "2026-06-10T10:00:00"}, "naive"),
        ({"placed_after": "yesterday"}, "invalid"),
        ({"placed_before": "2026-06-10"}, "naive"),
        ({"needs_attention": "perhaps"}, "invalid"),
        ({"limit": "0"}, "min_value"),
        ({"limit": "101"}, "max_value"),
        ({"limit": "many"}, "invalid"),
        ({"cursor": "!"}, "malformed"),
        ({"cursor": "é"}, "malformed"),
        ({"external_id": "x" * 65}, "max_length"),
        ({"external_id": "a\x00b"}, "null_characters_not_allowed"),
    ],
)
def test_a_query_that_is_not_understood_is_refused_and_named(dee, query, code):
    refused = dee.gets("", **query)
    (name,) = query
    assert (refused.status_code, wrong_fields(refused)) == (400, {name: code})


def test_a_list_of_fifty_with_parcels_and_legs_costs_four_queries(dee, cast, django_assert_max_num_queries):
    for _ in range(50):
        placed(cast)
    with django_assert_max_num_queries(4):
        assert len(dee.lists(limit=50)) == 50


def test_the_history_tells_what_happened_oldest_first(dee, cast, hand_clock):
    answer = dee.orders()
    hand_clock.advance(minutes=2)
    carry(leg_of(answer), cast.bo.pk, LegStatus.ASSIGNED)
    placed_row, moved_row = dee.gets(f"/{answer.json()['id']}/history").json()["data"]
    assert (placed_row["name"], placed_row["at"]) == ("OrderPlaced", "2026-06-10T10:00:00Z")
    assert placed_row["details"]["placed_at"] == placed_row["at"]
    assert placed_row["actor"] == f"key:{cast.dee_key[:14]}"
    assert (moved_row["name"], moved_row["at"]) == ("LegMoved", "2026-06-10T10:02:00Z")
    assert (moved_row["details"]["before"], moved_row["details"]["after"]) == ("open", "assigned")
    assert moved_row["details"]["leg_id"] == answer.json()["legs"][0]["id"]
    assert moved_row["details"]["courier_id"] == public_id("cou", cast.bo.pk)


def test_the_history_names_no_stranger_and_no_inner_identifier(dee, cast):
    from apps.core.events import acting_as

    answer = dee.orders()
    with acting_as("user:ada@example.org"):
        carry(leg_of(answer), cast.bo.pk, LegStatus.ASSIGNED)
    rows = dee.gets(f"/{answer.json()['id']}/history").json()["data"]
    assert rows[1]["actor"] == "user"
    assert not {"organisation_id", "zone_id", "order_id"} & {name for row in rows for name in row["details"]}
