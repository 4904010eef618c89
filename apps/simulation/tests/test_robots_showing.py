"""What robot couriers show at a stop: only what is asked for, before the action that needs it, and the same again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from uuid import UUID

import pytest
from PIL import Image

from apps.core.geo import Point
from apps.simulation.robots.body import RECIPIENT_PATIENCE, Body
from apps.simulation.robots.habits import Habits
from apps.simulation.robots.itinerary import Stop, StopParcel
from apps.simulation.robots.pictures import jpeg_of
from apps.simulation.robots.showing import Showing

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE = Point(48.85, 2.35)
SERVICE = timedelta(minutes=4)
UNLABELLED = (StopParcel("par_1", "par_1"),)  # the barcode that the platform made up
LABELLED = (StopParcel("par_1", "b-1"), StopParcel("par_2", "b-2"))
CLUMSY = Habits(mistypes_share=1.0)


def stop(kind="dropoff", *, proof=(), parcels=UNLABELLED, epoch=1):
    made = Stop(kind, "leg_1", epoch, "assigned", HERE, None, SERVICE, "ord_1", "Dee", frozenset(proof), parcels)
    return replace(made, leg_status="at_pickup" if kind == "pickup" else "at_dropoff")


def shown(at, showing=None):
    return [(action.kind, action.fields) for action in (showing or Showing()).hand_over(at, NOON)]


def scans(at, showing=None):
    return [fields["barcode"] for kind, fields in shown(at, showing) if kind == "scan"]


def test_where_nothing_is_asked_for_nothing_is_shown():
    assert shown(stop("pickup")) == [("pick_up", {"leg_id": "leg_1", "epoch": 1})]
    place = {"lat": HERE.lat, "lon": HERE.lon}
    assert shown(stop()) == [("deliver", {"leg_id": "leg_1", "epoch": 1, **place})]


@pytest.mark.parametrize(
    ("kind", "proof", "parcels", "scanned"),
    [
        ("pickup", (), LABELLED, ["b-1", "b-2"]),  # who has a label in hand scans it
        ("pickup", ("barcode",), UNLABELLED, ["par_1"]),
        ("pickup", (), (replace(LABELLED[0], is_scanned=True), LABELLED[1]), ["b-2"]),
        ("dropoff", ("barcode",), LABELLED, ["b-1", "b-2"]),
        ("dropoff", (), LABELLED, []),
    ],
)
def test_parcels_are_scanned_where_it_is_asked_for_and_labels_at_the_pickup(kind, proof, parcels, scanned):
    at = stop(kind, proof=proof, parcels=parcels)
    assert scans(at) == scanned
    assert shown(at)[-1][0] == ("pick_up" if kind == "pickup" else "deliver"), "scans come before what they prove"


def test_the_wrong_barcode_is_noticed_and_the_right_one_follows():
    showing = Showing(CLUMSY, Random(1))
    wrong, right = scans(stop("pickup", proof=("barcode",)), showing)
    assert right == "par_1"
    assert [a == b for a, b in zip(wrong, right, strict=True)].count(False) == 1
    assert showing.counts.mistyped == 1


def test_a_wrong_barcode_that_is_refused_takes_nothing_back():
    wrong, right, pick_up = Showing(CLUMSY, Random(1)).hand_over(stop("pickup", proof=("barcode",)), NOON)
    assert (wrong.stop_key, right.stop_key, pick_up.stop_key) == (None, *[stop("pickup").key] * 2)


def test_pictures_are_made_where_they_are_asked_for_and_named_by_the_action():
    (deliver,) = Showing().hand_over(stop(proof=("photo", "signature")), NOON)
    photo, signature = deliver.pictures
    assert deliver.fields["proofs"] == [photo.id, signature.id]
    assert [UUID(picture.id).version for picture in deliver.pictures] == [4, 4]
    assert [(picture.kind, picture.stop_key, picture.signed_by) for picture in deliver.pictures] == [
        ("photo", stop().key, ""),
        ("signature", stop().key, "Dee"),
    ]


def test_who_has_to_hand_over_again_shows_the_same_photo_and_who_has_the_leg_anew_makes_another():
    showing = Showing()
    first, again, anew = (
        showing.hand_over(stop("pickup", proof=("photo",), epoch=epoch), NOON)[0].fields["proofs"]
        for epoch in (1, 1, 3)
    )
    assert first == again
    assert anew != first


def test_what_was_made_for_a_stop_is_forgotten_when_it_is_behind():
    showing, at = Showing(CLUMSY, pins={"ord_1": "123456"}), stop(proof=("photo", "pin"))
    first = showing.hand_over(at, NOON)[0].fields["proofs"]
    showing.forget_all_but([at.key])
    assert showing.hand_over(at, NOON)[0].fields["proofs"] == first
    showing.forget_all_but([])
    assert (showing._made, showing._careful) == ({}, set())


def test_the_recipients_pin_is_told_and_after_a_wrong_one_the_right_one():
    pins = {"ord_1": "123456"}
    assert shown(stop(proof=("pin",)), Showing(pins=pins))[0][1]["pin"] == "123456"
    clumsy = Showing(CLUMSY, pins=pins)
    told = [shown(stop(proof=("pin",)), clumsy)[0][1]["pin"] for _ in range(3)]
    assert told[0] != "123456"
    assert told[1:] == ["123456", "123456"]


class AtTheDoor:
    """Nobody has to ride anywhere."""


def lived(body, route, minutes):
    """Look every minute. Returns the kinds of what was done, with their minutes."""
    done = []
    for minute in range(minutes + 1):
        actions, next_at = body.advance(NOON + timedelta(minutes=minute), route)
        assert next_at is None or next_at > NOON + timedelta(minutes=minute)
        done += [(action.kind, (action.at - NOON) / timedelta(minutes=1)) for action in actions]
    return done


def test_a_courier_waits_at_the_door_until_somebody_tells_the_pin():
    pins = {}
    body = Body(HERE, AtTheDoor(), NOON, Showing(pins=pins))
    route = [stop(proof=("pin",))]
    assert lived(body, route, 6) == []
    pins["ord_1"] = "123456"
    ((action, *_), _) = body.advance(NOON + timedelta(minutes=7), route)
    assert (action.kind, action.fields["pin"]) == ("deliver", "123456")
    assert action.at >= NOON + timedelta(minutes=6), "nothing is delivered before the PIN was there"


def test_a_courier_to_whom_nobody_tells_the_pin_says_so_and_goes_on():
    body = Body(HERE, AtTheDoor(), NOON, Showing())
    waited = (SERVICE / 2 + RECIPIENT_PATIENCE) / timedelta(minutes=1)
    ((kind, at),) = lived(body, [stop(proof=("pin",))], 30)
    assert kind == "fail"
    assert waited - 1 <= at <= waited
    assert shown(stop(proof=("pin",)))[0][1]["reason"] == "recipient_absent"


@pytest.mark.parametrize("kind", ["photo", "signature"])
def test_pictures_are_real_ones_always_the_same_of_one_id_and_never_of_two(kind):
    one, two = jpeg_of(kind, str(UUID(int=1))), jpeg_of(kind, str(UUID(int=2)))
    assert one == jpeg_of(kind, str(UUID(int=1)))
    assert one != two
    with Image.open(BytesIO(one)) as opened:
        opened.load()
        assert opened.format == "JPEG"
    assert len(one) < 64 * 1024
