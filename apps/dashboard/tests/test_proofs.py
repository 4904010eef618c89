"""What the drawer of an order shows of its proofs, and who may look at the pictures."""

import re
from datetime import datetime
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import MemberRole
from apps.accounts.services import create_organisation
from apps.core import clock
from apps.core.events import acting_as
from apps.core.ids import public_id
from apps.couriers.models import Courier
from apps.dashboard.tests.people import Rival, member, signed_in
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.services import assign_leg, courier_moves_leg, unassign_leg
from apps.hubs.selectors import stop_at
from apps.orders.lifecycle import HandedTo, LegStatus
from apps.orders.models import Leg, Parcel, PinCheck, ProofFile, Stop
from apps.orders.pins import pin_of
from apps.orders.proof_storage import keep_file
from apps.orders.services import LegMove, NewParcel, NewStopScan, StopDetails, move_leg, note_scan, place_order, try_pin
from conftest import HandClock
from tests.cast import BAKERY, HOME, Cast, new_order, placed
from tests.hubs import make_hub, make_operator

STEPS = (LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED)
PICTURE = b"\xff\xd8 as if"


@pytest.fixture(autouse=True)
def storage(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def florist() -> Client:
    """The browser of another merchant's owner."""
    owner = create_organisation(name="Florist", slug="florist", is_merchant=True)
    return signed_in(member(owner.pk, "flo@example.org", MemberRole.OWNER))


@pytest.fixture
def max_of_rival(rival: Rival) -> Client:
    return signed_in(rival.dispatcher)


def asking(cast: Cast, *, pickup: tuple[str, ...] = (), dropoff: tuple[str, ...] = (), **changes: Any) -> Leg:
    """A leg at whose ends something must be shown."""
    where = {
        "pickup": StopDetails("12 rue de Rivoli, Paris", BAKERY.lat, BAKERY.lon, "Dee", "+33639980100", proof=pickup),
        "dropoff": StopDetails("3 rue de Charonne, Paris", HOME.lat, HOME.lon, "Eve", "+33639980101", proof=dropoff),
    }
    return placed(cast, **where, **changes)[1]


def give(leg: Leg, courier: Courier) -> Leg:
    assign_leg(leg_id=leg.pk, courier_id=courier.pk, by=AssignedBy.DISPATCHER)
    return Leg.objects.get(pk=leg.pk)


def carry(leg: Leg, *, until: LegStatus = LegStatus.DELIVERED) -> None:
    """On to where it is said, whatever is asked for: as a dispatcher's hand would, or a fleet's system."""
    for step in STEPS[: STEPS.index(until) + 1]:
        move_leg(leg_id=leg.pk, move=LegMove(step, leg.courier_id))


def made(leg: Leg, kind: str = "photo", stop: str = "dropoff", **changes: Any) -> ProofFile:
    """A photo or a signature that the courier of the leg made, whole if nothing else is said."""
    at = clock.now()
    whole = {"completed_at": at, "told_at": at, "device_time": at, "stored_as": keep_file(leg.pk, PICTURE)}
    where = {"order_id": leg.order_id, "leg": leg, "epoch": leg.epoch, "stop": stop, "courier_id": leg.courier_id}
    return ProofFile.objects.create(client_id=uuid4(), kind=kind, **where, **whole | changes)


def drawer(client: Client, leg: Leg) -> str:
    answer = client.get(f"/board/orders/{public_id('ord', leg.order_id)}")
    assert answer.status_code == 200, answer.content
    return str(answer.content.decode())


def proofs(client: Client, leg: Leg) -> dict[str, list[str]]:
    """The section as it reads: each picture by its alt text, each line as its state and its text, by stop."""
    found = re.search(r'<section class="proofs">(.*?)</section>', drawer(client, leg), re.DOTALL)
    if found is None:
        return {}
    by_stop = {}
    for block in found[1].split('<div class="proof-stop">')[1:]:
        alts = re.findall(r'alt="([^"]*)"', block)
        lines = re.findall(r'<li class="(\w+)">(.*?)</li>', block, re.DOTALL)
        texts = [f"{state}: {' '.join(re.sub('<[^>]+>', ' ', line).split())}" for state, line in lines]
        by_stop[re.findall(r"<h4>(.*?)</h4>", block)[0]] = [unescape(text) for text in alts + texts]
    return by_stop


def asks(client: Client, file: ProofFile) -> Any:
    return client.get(f"/board/proofs/{public_id('prf', file.pk)}")


def refused(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer.json()["error"]["code"], answer["Cache-Control"]


def test_the_merchant_and_the_fleet_that_carried_it_look_at_a_picture(
    cast: Cast, ada: Client, viewer: Client, baker: Client, administrator: Client
):
    file = made(give(asking(cast), cast.bo))
    for client in (ada, viewer, baker, administrator):
        answer = asks(client, file)
        assert (answer.status_code, answer.content) == (200, PICTURE)
        assert answer["Content-Type"] == "image/jpeg"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"] == "private, max-age=3600"
        assert "Cookie" in answer["Vary"], "who signs in next in this browser is asked for anew"
        assert "Set-Cookie" not in answer


def test_another_merchant_and_another_fleet_do_not_learn_that_it_is_there(
    cast: Cast, florist: Client, max_of_rival: Client
):
    file = made(give(asking(cast), cast.bo))
    for client in (florist, max_of_rival):
        assert refused(asks(client, file)) == (404, "proof_not_found", "no-store")
    assert refused(asks(Client(), file)) == (401, "unauthenticated", "no-store")
    assert Client().post(f"/board/proofs/{public_id('prf', file.pk)}").status_code == 405


def test_a_fleet_that_has_the_order_later_reads_of_it_and_does_not_see_the_picture(
    cast: Cast, ada: Client, baker: Client, rival: Rival, max_of_rival: Client
):
    leg = give(asking(cast), cast.bo)
    file = made(leg, "signature", "pickup", signed_by="Eve")
    unassign_leg(leg_id=leg.pk, reason="dispatcher")
    give(leg, rival.courier)
    signed = "Signature at the pickup, made on 10 June 2026 at 12:00"
    assert proofs(baker, leg) == {"Pickup": [f"{signed}, signed by Eve"]}
    assert proofs(max_of_rival, leg) == {"Pickup": ["given: Signature 12:00"]}
    assert public_id("prf", file.pk) not in drawer(max_of_rival, leg)
    assert refused(asks(max_of_rival, file))[:2] == (404, "proof_not_found")
    assert asks(ada, file).status_code == 200, "her courier made it"


def test_before_it_is_whole_there_is_no_picture(cast: Cast, baker: Client):
    file = made(give(asking(cast), cast.bo), completed_at=None, stored_as="")
    assert refused(asks(baker, file)) == (404, "proof_not_found", "no-store")


@pytest.mark.parametrize("key", ["prf_x", "ord_" + "0" * 32, "prf_" + "0" * 32])
def test_what_is_no_proof_is_not_found(cast: Cast, baker: Client, key: str):
    assert baker.get(f"/board/proofs/{key}").status_code == 404


def test_while_the_storage_is_away_the_browser_keeps_nothing(cast: Cast, baker: Client, tmp_path: Any):
    file = made(give(asking(cast), cast.bo))
    (tmp_path / file.stored_as).unlink()
    assert refused(asks(baker, file)) == (503, "unavailable", "no-store")


def test_whoever_carried_it_reads_who_signed_as_long_as_contacts(
    cast: Cast, ada: Client, baker: Client, hand_clock: HandClock
):
    leg = give(asking(cast), cast.bo)
    made(leg, "signature", signed_by="Eve Martin")
    carry(leg)
    assert "signed by Eve Martin" in proofs(ada, leg)["Dropoff"][0]
    hand_clock.advance(hours=2)
    assert "Eve Martin" not in drawer(ada, leg)
    assert "data-picture" in drawer(ada, leg)
    assert "signed by Eve Martin" in proofs(baker, leg)["Dropoff"][0]


def test_where_nothing_was_asked_for_or_given_nothing_is_said(cast: Cast, ada: Client):
    leg = asking(cast)
    assert proofs(ada, leg) == {}
    leg = give(leg, cast.bo)
    for step in STEPS:
        courier_moves_leg(courier_id=cast.bo.pk, leg_id=leg.pk, epoch=leg.epoch, to=step)
    assert proofs(ada, leg) == {}


def test_what_is_asked_for_is_said_before_anybody_has_it_and_missing_once_it_is_done(cast: Cast, ada: Client):
    leg = asking(cast, pickup=("photo",), dropoff=("signature", "barcode", "pin"))
    asked = ["asked: Scan of every parcel: asked for", "asked: PIN: asked for", "asked: Signature: asked for"]
    assert proofs(ada, leg) == {"Pickup": ["asked: Photo: asked for"], "Dropoff": asked}
    leg = give(leg, cast.bo)
    carry(leg, until=LegStatus.PICKED_UP)
    assert proofs(ada, leg) == {"Pickup": ["missing: Photo: missing"], "Dropoff": asked}


def test_an_order_that_ends_without_being_delivered_misses_nothing(cast: Cast, ada: Client):
    leg = give(asking(cast, dropoff=("photo",)), cast.bo)
    carry(leg, until=LegStatus.AT_DROPOFF)
    move_leg(leg_id=leg.pk, move=LegMove(LegStatus.FAILED, leg.courier_id, reason="nobody_there"))
    assert proofs(ada, leg) == {}


def test_pictures_pin_scans_and_who_took_it_are_shown_at_their_stops(
    cast: Cast, ada: Client, baker: Client, hand_clock: HandClock
):
    two = (NewParcel(weight_g=800, description="Bread"), NewParcel(weight_g=900, description="Cake"))
    leg = asking(cast, pickup=("barcode",), dropoff=("photo", "pin"), parcels=two)
    leg = give(leg, cast.bo)
    bread, cake = Parcel.objects.filter(order_id=leg.order_id).order_by("pk")
    scan(leg, bread, Stop.PICKUP)
    scanned = [f"given: Bread scanned {bread.barcode} 12:00"]
    assert proofs(ada, leg)["Pickup"] == [*scanned, "asked: Scan of every parcel: asked for"]
    hand_clock.advance(minutes=1)
    scan(leg, cake, Stop.PICKUP)
    scanned.append(f"given: Cake scanned {cake.barcode} 12:01")
    carry(leg, until=LegStatus.AT_DROPOFF)
    hand_clock.advance(minutes=10)
    assert try_pin(leg=leg, given=pin_of(leg.order_id)).is_right
    made(leg)
    hand_clock.advance(minutes=1)
    handed = LegMove(LegStatus.DELIVERED, leg.courier_id, note="Second door", handed_to=HandedTo.NEIGHBOUR)
    with acting_as("courier:bo"):
        move_leg(leg_id=leg.pk, move=handed)
    for client in (ada, baker):
        assert proofs(client, leg) == {
            "Pickup": scanned,
            "Dropoff": [
                "Photo at the dropoff, made on 10 June 2026 at 12:11",
                "given: PIN given 12:11",
                "given: Handed to a neighbour Second door 12:12",
            ],
        }
    assert pin_of(leg.order_id) not in drawer(baker, leg)
    assert PinCheck.objects.get().is_right


def test_what_a_phone_still_has_is_awaited_and_then_said_not_to_have_arrived(cast: Cast, ada: Client):
    leg = give(asking(cast, dropoff=("photo", "signature")), cast.bo)
    carry(leg)
    waiting = {"completed_at": None, "stored_as": "", "named_at": clock.now()}
    told = made(leg, **waiting)
    untold = made(leg, kind="", **waiting | {"told_at": None, "device_time": None})
    assert proofs(ada, leg)["Dropoff"] == [
        "awaited: Photo: still on the phone 12:00",
        "awaited: Signature: still on the phone",
    ]
    for file in (told, untold):
        file.swap(missed_at=clock.now())
    assert proofs(ada, leg)["Dropoff"] == [
        "missing: Photo: has not arrived 12:00",
        "missing: Signature: has not arrived",
    ]


def test_a_picture_that_came_late_says_when_it_was_made_and_when_it_arrived(cast: Cast, ada: Client):
    leg = give(asking(cast), cast.bo)
    made(leg, device_time=datetime.fromisoformat("2026-06-10T08:30:00Z"))
    assert proofs(ada, leg)["Dropoff"] == ["Photo at the dropoff, made on 10 June 2026 at 10:30"]
    assert "arrived 12:00" in drawer(ada, leg)


def test_what_another_courier_made_before_does_not_count_for_the_one_who_has_it(cast: Cast, ada: Client):
    leg = give(asking(cast, pickup=("photo",)), cast.bo)
    made(leg, stop="pickup")
    assert proofs(ada, leg)["Pickup"] == ["Photo at the pickup, made on 10 June 2026 at 12:00"]
    unassign_leg(leg_id=leg.pk, reason="dispatcher")
    give(leg, cast.cy)
    assert proofs(ada, leg)["Pickup"][1:] == ["asked: Photo: asked for"]


def test_a_fleet_that_reports_by_its_own_system_keeps_its_pictures(cast: Cast, ada: Client):
    leg = give(asking(cast, dropoff=("photo", "pin")), cast.bo)
    with acting_as("key:tms"):
        carry(leg)
    assert proofs(ada, leg)["Dropoff"] == ["elsewhere: Photo: kept by the fleet", "missing: PIN: missing"]


def test_at_a_hub_both_couriers_scans_are_shown(cast: Cast, ada: Client, baker: Client):
    hub = make_hub(make_operator())
    order = place_order(new_order(cast.bakery.pk, via=stop_at(hub.pk, cast.bakery.pk)))
    first = give(Leg.objects.get(order=order, sequence=1), cast.bo)
    scan(first, Parcel.objects.get(order=order), Stop.DROPOFF)
    made(first, stop="dropoff")
    (picture, line) = proofs(baker, first)["Hub"]
    assert picture == "Photo at the hub, made on 10 June 2026 at 12:00"
    assert line.startswith("given: Bread scanned")
    assert list(proofs(ada, first)) == ["Hub"]


def test_names_with_markup_are_text(cast: Cast, ada: Client):
    leg = give(asking(cast), cast.bo)
    made(leg, "signature", signed_by='"><img src=x onerror=y>')
    assert drawer(ada, leg).count("<img") == 1
    assert "signed by &quot;&gt;&lt;img src=x onerror=y&gt;" in drawer(ada, leg)


@pytest.mark.parametrize("who", ["ada", "baker"])
def test_ten_proofs_are_read_with_as_many_queries_as_one(cast: Cast, who: str, request: pytest.FixtureRequest):
    client = request.getfixturevalue(who)
    many = tuple(NewParcel(weight_g=100, description=f"Box {each}") for each in range(10))
    leg = give(asking(cast, pickup=("barcode",), dropoff=("photo",), parcels=many), cast.bo)
    before = queries(client, leg)
    for parcel in Parcel.objects.filter(order_id=leg.order_id):
        scan(leg, parcel, Stop.PICKUP)
        made(leg)
        made(leg, "signature", "pickup", signed_by="Dee")
    assert len(proofs(client, leg)["Pickup"]) == 20
    assert queries(client, leg) == before


def queries(client: Client, leg: Leg) -> int:
    """How many the drawer takes."""
    drawer(client, leg)  # what is remembered for a while is remembered now
    with CaptureQueriesContext(connection) as captured:
        drawer(client, leg)
    return len(captured)


def scan(leg: Leg, parcel: Parcel, stop: Stop) -> None:
    found = NewStopScan(stop, device_time=clock.now(), parcel_id=parcel.pk)
    note_scan(leg=leg, courier_id=leg.courier_id, scan=found)  # type: ignore[arg-type]  # it is given
