"""`/v1/assignments/{id}/progress`: a fleet's system reports for its couriers what a phone would."""

from uuid import uuid4

import pytest

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.models import Courier
from apps.couriers.positions import positions_now
from apps.dispatch.models import ProgressReport
from apps.dispatch.services import make_fleet_offer, unassign_leg
from apps.dispatch.tests.calling import code_of, nothing_changes
from apps.orders.lifecycle import LegStatus
from apps.orders.models import Leg, Order
from apps.orders.pins import pin_of
from apps.orders.services import StopDetails
from tests.cast import HOME, placed

pytestmark = pytest.mark.django_db
DI = {"courier": {"name": "Di", "phone": "+33639980003", "vehicle": "bike"}}
HERE = {"lat": 48.86, "lon": 2.35}


def accepted(cast, rapid, body=None):
    """The id of an assignment that Rapid accepted."""
    _, leg = placed(cast)
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    return rapid.system.posts(f"/offers/{public_id('off', offer.pk)}/accept", body).json()["id"]


@pytest.fixture
def di(cast, rapid):
    """An assignment of Di's."""
    return accepted(cast, rapid, DI)


def test_the_whole_way_delivers(cast, rapid, di):
    answers = [rapid.system.reports(di, step).json() for step in ("arrive", "pick_up", "arrive_dropoff", "deliver")]
    assert [answer["outcome"] for answer in answers] == ["applied"] * 4
    leg = Leg.objects.get()
    assert answers[-1]["state"] == {"leg_id": public_id("leg", leg.pk), "status": "delivered", "epoch": 1}
    assert (leg.status, Order.objects.get().status) == (LegStatus.DELIVERED, "delivered")
    assert Courier.objects.get(name="Di").load_legs == 0
    assert rapid.system.gets(f"/assignments/{di}").json()["end"] == "delivered"
    moved = Event.objects.filter(name="LegMoved", payload__after="delivered").get()
    assert moved.payload["device_time"] == "2026-06-10T10:01:00+00:00"


def test_a_fleets_system_tells_the_recipients_pin(cast, rapid):
    _, leg = placed(cast, dropoff=StopDetails("3 rue de Charonne", HOME.lat, HOME.lon, proof=("pin",)))
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    held = rapid.system.posts(f"/offers/{public_id('off', offer.pk)}/accept", DI).json()["id"]
    assert rapid.system.gets(f"/assignments/{held}").json()["dropoff"]["proof"] == ["pin"]
    for step in ("arrive", "pick_up", "arrive_dropoff"):
        assert rapid.system.reports(held, step).status_code == 200
    assert code_of(rapid.system.reports(held, "deliver")) == (409, "pin_required")
    refused = rapid.system.reports(held, "deliver", pin="not it")
    assert (code_of(refused), refused.json()["error"]["state"]["tries_left"]) == ((409, "wrong_pin"), 4)
    assert rapid.system.reports(held, "deliver", pin=pin_of(leg.order_id)).status_code == 200
    assert Leg.objects.get().status == LegStatus.DELIVERED


def test_a_fleet_with_a_dispatch_of_its_own_keeps_its_photos_signatures_and_scans_itself(cast, rapid):
    asked = {"address": "x", "lat": HOME.lat, "lon": HOME.lon}
    _, leg = placed(
        cast,
        pickup=StopDetails(**asked, proof=("photo", "barcode")),
        dropoff=StopDetails(**asked, proof=("photo", "signature", "barcode")),
    )
    offer = make_fleet_offer(leg_id=leg.pk, leg_version=0, fleet_id=rapid.fleet.pk)
    held = rapid.system.posts(f"/offers/{public_id('off', offer.pk)}/accept", DI).json()["id"]
    assert rapid.system.gets(f"/assignments/{held}").json()["pickup"]["proof"] == ["photo", "barcode"]
    for step in ("arrive", "pick_up", "arrive_dropoff", "deliver"):
        assert rapid.system.reports(held, step).status_code == 200
    assert Leg.objects.get().status == LegStatus.DELIVERED


def test_a_fleets_failure_keeps_its_own_words(cast, rapid, di):
    rapid.system.reports(di, "arrive")
    assert rapid.system.reports(di, "fail", reason="gate locked").status_code == 200
    assert Event.objects.filter(name="LegMoved", payload__after="failed").get().payload["reason"] == "gate locked"


def test_the_stand_in_delivers_too(cast, rapid):
    stand_ins = accepted(cast, rapid)
    for step in ("arrive", "pick_up", "arrive_dropoff", "deliver"):
        assert rapid.system.reports(stand_ins, step).status_code == 200
    assert Leg.objects.get().status == LegStatus.DELIVERED


def test_a_report_sent_again_is_answered_as_the_first_time(rapid, di):
    key = str(uuid4())
    first = rapid.system.reports(di, "arrive", id=key).json()
    rapid.system.reports(di, "pick_up")
    with nothing_changes():
        again = rapid.system.reports(di, "arrive", id=key).json()
    assert (again["outcome"], again["state"]) == ("replayed", first["state"])


def test_a_step_made_already_changes_nothing_under_another_id(rapid, di):
    rapid.system.reports(di, "arrive")
    moves = Event.objects.count()
    assert rapid.system.reports(di, "arrive").json()["outcome"] == "applied"
    assert Event.objects.count() == moves


def test_an_id_of_another_report_is_refused(cast, rapid, di):
    key = str(uuid4())
    rapid.system.reports(di, "arrive", id=key)
    other = accepted(cast, rapid)
    with nothing_changes():
        assert code_of(rapid.system.reports(di, "pick_up", id=key)) == (422, "report_id_reused")
        assert code_of(rapid.system.reports(other, "arrive", id=key)) == (422, "report_id_reused")


def test_a_step_ahead_is_refused_with_the_state_and_may_come_again(rapid, di):
    key = str(uuid4())
    with nothing_changes():
        refused = rapid.system.reports(di, "deliver", id=key)
    assert code_of(refused) == (409, "illegal_move")
    assert refused.json()["error"]["state"]["status"] == "assigned"
    for step in ("arrive", "pick_up", "arrive_dropoff"):
        rapid.system.reports(di, step)
    assert rapid.system.reports(di, "deliver", id=key).json()["outcome"] == "applied"


def test_an_old_epoch_is_refused_with_the_state(rapid, di):
    leg = unassign_leg(leg_id=Leg.objects.get().pk, reason="taken back")
    for action, more in (("arrive", {}), ("position", HERE)):
        with nothing_changes():
            refused = rapid.system.reports(di, action, **more)
        assert code_of(refused) == (409, "stale_epoch")
        state = {"leg_id": public_id("leg", leg.pk), "status": "open", "epoch": 2}
        assert refused.json()["error"]["state"] == state


def test_a_failure_needs_its_reason(rapid, di):
    rapid.system.reports(di, "arrive")
    with nothing_changes():
        refused = rapid.system.reports(di, "fail")
    assert code_of(refused) == (422, "invalid")
    assert refused.json()["error"]["fields"][0]["path"] == "reason"
    assert rapid.system.reports(di, "fail", reason="shop closed").json()["state"]["status"] == "failed"
    assert Order.objects.get().needs_attention


def test_positions_are_followed_while_they_have_the_leg_and_forgotten_after(rapid, di):
    di_id = Courier.objects.get(name="Di").pk
    assert rapid.system.reports(di, "position", **HERE).json()["state"]["status"] == "assigned"
    assert positions_now([di_id])[di_id].lat == pytest.approx(48.86, abs=1e-4)
    assert not ProgressReport.objects.exists()  # no row a point


def test_a_position_needs_a_place(rapid, di):
    with nothing_changes():
        assert code_of(rapid.system.reports(di, "position")) == (422, "invalid")
        assert code_of(rapid.system.reports(di, "position", lat=48.86)) == (400, "invalid_request")


def test_nobody_in_particular_is_nowhere(cast, rapid):
    stand_ins = accepted(cast, rapid)
    with nothing_changes():
        assert code_of(rapid.system.reports(stand_ins, "position", **HERE)) == (409, "courier_not_named")


@pytest.mark.django_db(transaction=True)
def test_after_the_last_leg_nobody_is_followed(transactional_db, hand_clock):
    from apps.dispatch.tests.calling import make_rapid
    from tests.cast import assemble_cast

    cast, rapid = assemble_cast(), make_rapid()
    assignment = accepted(cast, rapid, DI)
    rapid.system.reports(assignment, "position", **HERE)
    for step in ("arrive", "pick_up", "arrive_dropoff", "deliver"):
        rapid.system.reports(assignment, step)
    assert positions_now([Courier.objects.get(name="Di").pk]) == {}


@pytest.mark.parametrize(
    "wrong", [{"action": "teleport"}, {"epoch": "1"}, {"id": "x"}, {"device_time": "noon"}, {"speed": 3}]
)
def test_what_is_not_documented_is_refused(rapid, di, wrong):
    with nothing_changes():
        assert code_of(rapid.system.reports(di, **{"action": "arrive", **wrong})) == (400, "invalid_request")
