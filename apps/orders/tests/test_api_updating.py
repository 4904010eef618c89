"""PATCH /v1/orders/{id}: what may change, until when, and what it does to the price and to plans."""

import pytest

from apps.core.models import Event
from apps.core.tests.racing import race
from apps.orders.changing import MAY_CHANGE
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order, Parcel
from apps.orders.services import LegMove, move_leg
from apps.orders.tests.asking import Merchant, error_code, leg_of, nothing_changes, wrong_fields

pytestmark = pytest.mark.django_db
NEAR = {"address": "20 rue de Charonne, Paris", "lat": 48.8535, "lon": 2.3700}
FAR = {"address": "1 avenue de Choisy, Paris", "lat": 48.8200, "lon": 2.3650}
LYON = {"address": "Place Bellecour, Lyon", "lat": 45.76, "lon": 4.83}
STEPS = {
    LegStatus.OPEN: (),
    LegStatus.OFFERED: (LegStatus.OFFERED,),
    LegStatus.ASSIGNED: (LegStatus.ASSIGNED,),
    LegStatus.AT_PICKUP: (LegStatus.ASSIGNED, LegStatus.AT_PICKUP),
    LegStatus.PICKED_UP: (LegStatus.ASSIGNED, LegStatus.AT_PICKUP, LegStatus.PICKED_UP),
    LegStatus.CANCELLED: (LegStatus.CANCELLED,),
}
ONE_OF_EACH = {
    "pickup.contact_name": {"pickup": {"contact_name": "Dan"}},
    "pickup.phone": {"pickup": {"phone": "+33639980102"}},
    "pickup.instructions": {"pickup": {"instructions": "Back door"}},
    "pickup.ready_at": {"pickup": {"ready_at": "2026-06-10T10:10:00Z"}},
    "pickup.pickup_by": {"pickup": {"pickup_by": "2026-06-10T11:00:00Z"}},
    "dropoff.contact_name": {"dropoff": {"contact_name": "Eva"}},
    "dropoff.phone": {"dropoff": {"phone": "+33639980103"}},
    "dropoff.instructions": {"dropoff": {"instructions": "Fourth floor"}},
    "dropoff.address": {"dropoff": {"address": "3 bis rue de Charonne, Paris"}},
    "dropoff.lat": {"dropoff": {**NEAR, "lon": 2.369, "address": "3 rue de Charonne, Paris"}},
    "dropoff.lon": {"dropoff": {**NEAR, "lat": 48.853, "address": "3 rue de Charonne, Paris"}},
    "dropoff.drop_from": {"dropoff": {"drop_from": "2026-06-10T10:30:00Z"}},
    "dropoff.due_at": {"dropoff": {"due_at": "2026-06-10T11:00:00Z"}},
    "dropoff.drop_by": {"dropoff": {"drop_by": "2026-06-10T12:00:00Z"}},
    "parcels.description": {"parcels": [{"index": 0, "description": "Two loaves"}]},
}


def bring(answer, courier_id, status: LegStatus) -> None:
    for step in STEPS[status]:
        holder = None if step in (LegStatus.OFFERED, LegStatus.CANCELLED) else courier_id
        move_leg(leg_id=leg_of(answer).pk, move=LegMove(step, holder))


def updates():
    return Event.objects.filter(name="OrderUpdated")


def test_the_table_names_every_change_that_a_request_can_ask_for():
    assert set(ONE_OF_EACH) == set(MAY_CHANGE)


@pytest.mark.parametrize("status", STEPS)
@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_what_may_change_in_which_state_is_what_the_table_says(dee, cast, name, status):
    placed = dee.orders()
    bring(placed, cast.bo.pk, status)
    if status in MAY_CHANGE[name]:
        answer = dee.changes(placed.json()["id"], **ONE_OF_EACH[name])
        assert answer.status_code == 200, answer.json()
        assert updates().get().payload["changed"] == [name]
        return
    with nothing_changes():
        refused = dee.changes(placed.json()["id"], **ONE_OF_EACH[name])
    assert (refused.status_code, error_code(refused)) == (409, "too_far_to_change")
    assert wrong_fields(refused) == {name: "too_far"}
    assert refused.json()["error"]["state"] == {"status": status.value}


def test_a_change_is_answered_read_back_and_found(dee):
    placed = dee.orders(dropoff__contact_name="Eve").json()
    changes = {
        "pickup": {"instructions": "Back door"},
        "dropoff": {"contact_name": "Zoé", "phone": "+33 6 39 98 01 99"},
        "parcels": [{"index": 0, "description": "Bread"}],
    }
    answer = dee.changes(placed["id"], **changes)
    order = answer.json()
    assert dee.gets(f"/{placed['id']}").json() == order
    assert order["pickup"] == {**placed["pickup"], "instructions": "Back door"}
    assert order["dropoff"] == {**placed["dropoff"], "contact_name": "Zoé", "phone": "+33639980199"}
    assert order["parcels"][0]["description"] == "Bread"
    assert (order["version"], answer["ETag"]) == (placed["version"] + 1, f'"{order["version"]}"')
    assert dee.searches("zoe") == dee.searches("0199") == [placed["id"]]
    assert dee.searches("eve") == []


def test_a_dropoff_elsewhere_has_another_price_which_is_shown(dee):
    placed = dee.orders().json()
    order = dee.changes(placed["id"], dropoff=FAR).json()
    assert order["distance_m"] > placed["distance_m"]
    assert order["price"]["amount"] == sum(line["amount"] for line in order["price_lines"]) > placed["price"]["amount"]
    assert order["price"] == dee.orders(key="k-2", dropoff=FAR).json()["price"]
    leg = Leg.objects.get(order__version=order["version"], order_id=order["id"][4:])
    assert (leg.dropoff_lat, leg.dropoff_lon) == (FAR["lat"], FAR["lon"])
    event = updates().get().payload
    assert (event["amount_cents"], event["moves_plans"]) == (order["price"]["amount"], True)


def test_a_later_window_moves_the_promise_and_not_the_price(dee):
    placed = dee.orders().json()
    window = {"drop_from": "2026-06-10T16:00:00Z", "drop_by": "2026-06-10T18:00:00Z", "due_at": None}
    order = dee.changes(placed["id"], dropoff=window).json()
    assert (order["promised_dropoff_at"], order["dropoff"]["due_at"]) == ("2026-06-10T18:00:00Z",) * 2
    assert order["dropoff"]["drop_from"] == window["drop_from"]
    assert order["price"] == placed["price"]
    assert updates().get().payload["moves_plans"] is True


def test_an_order_that_is_ready_outside_of_peak_hours_costs_what_it_would_have_cost(dee):
    placed = dee.orders().json()
    later = {"ready_at": "2026-06-10T14:00:00Z"}
    order = dee.changes(placed["id"], pickup=later, dropoff={"due_at": None}).json()
    assert "peak" in {line["code"] for line in placed["price_lines"]} - {line["code"] for line in order["price_lines"]}
    assert order["price"] == dee.orders(key="k-2", pickup__ready_at=later["ready_at"]).json()["price"]
    assert updates().get().payload["amount_cents"] == order["price"]["amount"]


def test_at_a_quoted_price_it_costs_the_same_whenever_it_is_ready(dee):
    placed = dee.orders(quote_id=dee.quotes().json()["id"]).json()
    order = dee.changes(placed["id"], pickup={"ready_at": "2026-06-10T14:00:00Z"}, dropoff={"due_at": None}).json()
    assert (order["price"], order["price_lines"]) == (placed["price"], placed["price_lines"])


def test_a_new_telephone_moves_no_plan(dee):
    dee.changes(dee.orders().json()["id"], dropoff={"phone": "+33639980103"})
    assert updates().get().payload["moves_plans"] is False


def test_an_order_at_a_quoted_price_stays_on_its_way(dee):
    quote = dee.quotes().json()
    placed = dee.orders(quote_id=quote["id"]).json()
    with nothing_changes():
        refused = dee.changes(placed["id"], dropoff=NEAR)
    assert (refused.status_code, error_code(refused)) == (409, "price_quoted")
    assert dee.changes(placed["id"], dropoff={"instructions": "Ring"}).json()["price"] == quote["price"]


def test_a_dropoff_in_another_zone_is_refused(dee):
    placed = dee.orders().json()
    with nothing_changes():
        refused = dee.changes(placed["id"], dropoff=LYON)
    assert (refused.status_code, error_code(refused)) == (422, "address_out_of_zone")
    assert wrong_fields(refused) == {"dropoff": "address_out_of_zone"}


@pytest.mark.parametrize(
    ("body", "status", "wrong"),
    [
        ({"dropoff": {"due_at": "2026-06-10T09:59:00Z"}}, 422, {"dropoff.due_at": "past"}),
        ({"dropoff": {"drop_by": "2026-06-10T10:00:00Z"}}, 422, {"dropoff.drop_by": "past"}),
        ({"pickup": {"ready_at": "2026-07-11T10:00:00Z"}}, 422, None),
        ({"dropoff": {"drop_from": "2026-06-10T16:00:00Z"}}, 422, {"dropoff.due_at": "before_drop_from"}),
        ({"parcels": [{"index": 1, "description": "x"}]}, 422, {"parcels": "no_such_parcel"}),
        ({"dropoff": {"lat": 48.85}}, 400, {"dropoff.address": "required", "dropoff.lon": "required"}),
        ({"dropoff": {"lat": 48.85, "lon": 2.37}}, 400, {"dropoff.address": "required"}),
        ({"pickup": {"address": "elsewhere"}}, 400, {"pickup.address": "unknown_field"}),
        ({"parcels": [{"index": 0, "weight_g": 1}]}, 400, None),
        ({"status": "delivered"}, 400, {"status": "unknown_field"}),
        ({"price": {"amount": 0}}, 400, {"price": "unknown_field"}),
        ({"version": "0"}, 400, {"version": "invalid"}),
        ({"dropoff": {"phone": "0639"}}, 400, {"dropoff.phone": "not_e164"}),
    ],
)
def test_what_cannot_be_is_refused_and_named(dee, body, status, wrong):
    placed = dee.orders().json()
    with nothing_changes():
        refused = dee.changes(placed["id"], **body)
    assert refused.status_code == status
    assert wrong is None or wrong_fields(refused) == wrong


def test_nothing_different_changes_nothing_and_tells_nobody(dee):
    placed = dee.orders(dropoff__instructions="Ring").json()
    with nothing_changes():
        same = dee.changes(placed["id"], dropoff={"instructions": "Ring", "address": placed["dropoff"]["address"]})
        empty = dee.changes(placed["id"])
    assert same.json() == empty.json() == placed


@pytest.mark.parametrize("how", ["header", "weak", "field"])
def test_a_change_of_another_version_is_refused(dee, how):
    placed = dee.orders().json()
    ring, knock = {"instructions": "Ring"}, {"instructions": "Knock"}

    def change(version, dropoff):
        header = {"header": f'"{version}"', "weak": f'W/"{version}"'}.get(how)
        body = {"dropoff": dropoff} | ({} if header else {"version": version})
        return dee.changes(placed["id"], if_match=header, **body)

    assert change(placed["version"], ring).status_code == 200
    with nothing_changes():
        refused = change(placed["version"], knock)
    assert (refused.status_code, error_code(refused)) == (409, "version_changed")
    assert refused.json()["error"]["state"] == {"version": placed["version"] + 1, "status": "placed"}
    assert change(placed["version"] + 1, knock).status_code == 200


def test_a_version_that_is_none_is_refused_and_a_star_fits_all(dee):
    placed = dee.orders().json()
    with nothing_changes():
        refused = dee.changes(placed["id"], if_match='"three"', dropoff={"instructions": "Ring"})
    assert wrong_fields(refused) == {"If-Match": "malformed"}
    assert dee.changes(placed["id"], if_match="*", dropoff={"instructions": "Ring"}).status_code == 200


def test_nobody_changes_the_order_of_somebody_else(dee, florist, reader, sandbox):
    placed = dee.orders().json()
    for stranger, status in ((florist, 404), (sandbox, 404), (reader, 403)):
        with nothing_changes():
            assert stranger.changes(placed["id"], dropoff={"instructions": "Ring"}).status_code == status


@pytest.mark.django_db(transaction=True)
def test_of_eight_changes_of_one_version_one_happens(cast):
    merchants = [Merchant(cast.dee_key) for _ in range(8)]
    placed = merchants[0].orders().json()
    answers = race(
        8,
        lambda number: merchants[number].changes(
            placed["id"], version=placed["version"], dropoff={"instructions": f"Ring {number}"}
        ),
    )
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert updates().count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_change_of_the_place_and_a_pickup_never_both_win(cast):
    """Whoever was second saw the first: a courier never carries parcels to a place that changed behind his back."""
    merchant = Merchant(cast.dee_key)
    placed = merchant.orders()
    bring(placed, cast.bo.pk, LegStatus.AT_PICKUP)

    def act(number: int) -> str:
        if number:
            return str(merchant.changes(placed.json()["id"], dropoff=NEAR).status_code)
        from apps.core.errors import Conflict

        try:
            move_leg(leg_id=leg_of(placed).pk, move=LegMove(LegStatus.PICKED_UP, cast.bo.pk))
        except Conflict:
            return "lost"
        return "picked up"

    moved, changed = race(2, act)
    order, leg = Order.objects.get(), Leg.objects.get()
    assert (order.dropoff["address"] == NEAR["address"]) == (changed == "200") == (leg.dropoff_lat == NEAR["lat"])
    assert (leg.status == LegStatus.PICKED_UP) == (moved == "picked up")
    if changed == "200" and moved == "picked up":
        names = list(Event.objects.order_by("id").values_list("name", "payload"))
        place = [name for name, _ in names].index("OrderUpdated")
        assert all(payload.get("after") != "picked_up" for _, payload in names[:place])


def test_a_parcel_keeps_everything_but_its_description(dee):
    placed = dee.orders(parcels=[{"weight_g": 100, "barcode": "B1"}, {"weight_g": 200}]).json()
    dee.changes(placed["id"], parcels=[{"index": 1, "description": "Rolls"}])
    rows = list(Parcel.objects.order_by("pk").values_list("weight_g", "barcode", "description"))
    barcode = placed["parcels"][1]["barcode"]
    assert rows == [(100, "B1", ""), (200, barcode, "Rolls")]
