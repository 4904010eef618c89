"""Proofs that orders asked for: planted ones that are missing, twice or astray are found, and a good day is good."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from apps.core.ids import public_id
from apps.simulation.replay.checking import EventRecord
from apps.simulation.replay.proofs import Asked, WrongProof, check_proofs
from apps.simulation.robots.wishes import Wish

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
BO, CY = UUID(int=11), UUID(int=12)
LOST, DOUBLED, STRAY = WrongProof
BODY = {"pickup": {"address": "A"}, "dropoff": {"address": "B"}, "parcels": [{"weight_g": 1}, {"weight_g": 2}]}


def event(name, courier=BO, **payload):
    return EventRecord(name, "o1", NOON, payload, actor=f"courier:{public_id('cou', courier)}")


def moved(after, courier=BO):
    return event("LegMoved", courier, after=after, courier_id=str(courier))


def way(courier=BO):
    return [moved(after, courier) for after in ("assigned", "at_pickup", "picked_up", "at_dropoff", "delivered")]


def picture(kind="photo", stop="dropoff", *, number=1, courier=BO):
    return event("ProofArrived", courier, proof_id=str(UUID(int=number)), stop=stop, kind=kind)


def scan(parcel, stop="pickup", courier=BO):
    return event("ParcelScannedAtStop", courier, parcel_id=parcel, stop=stop, courier_id=str(courier))


PIN = event("RecipientPinRight")


def findings(records, *, at_pickup=(), at_door=()):
    asked = Asked.by(Wish(at_pickup, at_door).added_to(BODY, key="o1"))
    return check_proofs({"o1": asked}, records)


def wrongs(records, **asked):
    return [(found.wrong, found.stop, found.kind) for found in findings(records, **asked).violations]


EVERYTHING = {"at_pickup": ("barcode", "photo"), "at_door": ("pin", "photo", "signature")}
GOOD = [
    scan("p1"),
    scan("p2"),
    picture(stop="pickup", number=1),
    PIN,
    picture(number=2),
    picture("signature", number=3),
]


def test_a_day_on_which_everything_was_shown_is_fine():
    found = findings([*way(), *GOOD], **EVERYTHING)
    assert (found.scans, found.proofs, found.violations) == (2, 4, ())
    assert (found.lost, found.doubled) == (0, 0)


def test_orders_that_ask_for_nothing_have_nothing_and_may_be_scanned():
    assert wrongs(way()) == []
    assert wrongs([*way(), scan("p1")]) == []


@pytest.mark.parametrize("missing", range(len(GOOD)))
def test_a_proof_that_is_not_there_is_lost(missing):
    shown = GOOD[:missing] + GOOD[missing + 1 :]
    ((wrong, _, _),) = wrongs([*way(), *shown], **EVERYTHING)
    assert wrong == LOST


@pytest.mark.parametrize("twice", range(len(GOOD)))
def test_a_proof_that_was_noted_twice_is_found(twice):
    ((wrong, _, _),) = wrongs([*way(), *GOOD, GOOD[twice]], **EVERYTHING)
    assert wrong == DOUBLED


def test_a_second_photo_of_the_same_door_is_found():
    records = [*way(), picture(number=1), picture(number=2)]
    assert wrongs(records, at_door=("photo",)) == [(DOUBLED, "dropoff", "photo")]


def test_a_photo_of_the_other_stop_is_lost_where_it_belongs_and_astray_where_it_is():
    records = [*way(), picture(stop="pickup")]
    assert wrongs(records, at_door=("photo",)) == [(STRAY, "pickup", "photo"), (LOST, "dropoff", "photo")]
    found = findings(records, at_door=("photo",))
    assert (found.lost, found.doubled) == (1, 1)


def test_a_pin_that_nobody_asked_for_is_found():
    assert wrongs([*way(), PIN]) == [(STRAY, "dropoff", "pin")]


def test_what_another_courier_showed_before_losing_the_leg_counts_for_nothing():
    lost_leg = [moved("assigned", CY), moved("at_pickup", CY), picture(stop="pickup", number=1, courier=CY)]
    records = [*lost_leg, scan("p1", courier=CY), moved("open", CY), *way()]
    assert wrongs(records, at_pickup=("photo", "barcode")) == [
        (LOST, "pickup", "photo"),
        (LOST, "pickup", "barcode"),
    ]
    own = [picture(stop="pickup", number=2), scan("p1"), scan("p2")]
    assert wrongs([*records, *own], at_pickup=("photo", "barcode")) == []


def test_a_courier_who_got_the_leg_twice_may_show_the_same_at_the_pickup_again():
    records = [moved("assigned"), picture(stop="pickup", number=1), moved("open"), *way()]
    assert wrongs([*records, picture(stop="pickup", number=2)], at_pickup=("photo",)) == []
    assert wrongs(
        [*records, picture(stop="pickup", number=2), picture(stop="pickup", number=3)], at_pickup=("photo",)
    ) == [(DOUBLED, "pickup", "photo")]


def test_of_an_order_that_was_not_delivered_nothing_is_missing():
    assert wrongs([moved("assigned"), moved("failed")], **EVERYTHING) == []


def test_each_order_is_held_against_its_own_wishes():
    other = [EventRecord(record.name, "o2", record.at, record.payload, record.actor) for record in way()]
    asked = {key: Asked.by(Wish(at_door=("photo",)).added_to(BODY, key=key)) for key in ("o1", "o2")}
    found = check_proofs(asked, [*way(), picture(), *other])
    assert [(wrong.wrong, wrong.order_id) for wrong in found.violations] == [(LOST, "o2")]
