"""What must be shown before parcels count as picked up or delivered, in whichever order the parts arrive."""

from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest

from apps.core.ids import public_id
from apps.mobile.tests.giving import give
from apps.mobile.tests.outcomes import applied, code, flag_of, of, status_of, told
from apps.mobile.tests.pictures import photo, signature
from apps.orders.models import Incident, Leg, Order, Parcel, ProofFile, StopScan
from apps.orders.pins import pin_of
from apps.orders.services import NewParcel, flag_missing_proofs
from apps.orders.tests.asking import Merchant, nothing_changes
from tests.cast import BAKERY, HOME, Point
from tests.hubs import make_hub, make_operator

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("storage")]
AT_THE_DOOR = {"lat": HOME.lat, "lon": HOME.lon}


def at_the_door(phone, leg, **of_pickup):
    results = phone.send(
        phone.action("arrive", stop="pickup", **of(leg)),
        phone.action("pick_up", **of(leg), **of_pickup),
        phone.action("arrive", stop="dropoff", **of(leg)),
    )
    assert applied(*results)
    return leg


def deliver(phone, leg, **shown):
    return phone.act("deliver", **of(leg), **shown)


def barcodes(leg):
    return list(Parcel.objects.filter(order_id=leg.order_id).order_by("pk").values_list("barcode", flat=True))


# --- photos and signatures


def test_without_the_photo_that_is_asked_for_nothing_is_delivered(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has(dropoff=("photo",)))
    with nothing_changes():
        assert code(deliver(bos_phone, leg)) == ("proof_required", False)
    assert status_of(leg) == "at_dropoff"
    assert applied(deliver(bos_phone, leg, proofs=[str(uuid4())]))  # it may still be on the phone


def test_a_photo_is_no_signature(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has(dropoff=("signature",)))
    key = bos_phone.brings(photo(), leg)
    assert code(deliver(bos_phone, leg, proofs=[key])) == ("proof_required", False)
    signed = bos_phone.brings(signature(), leg, kind="signature")
    assert applied(deliver(bos_phone, leg, proofs=[key, signed]))


def test_two_kinds_need_two_proofs(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has(dropoff=("photo", "signature")))
    key = str(uuid4())
    assert code(deliver(bos_phone, leg, proofs=[key, key])) == ("proof_required", False)
    assert applied(deliver(bos_phone, leg, proofs=[key, str(uuid4())]))


def test_at_the_pickup_too(bos_phone, bo_has):
    leg = bo_has(pickup=("photo",))
    assert applied(bos_phone.act("arrive", stop="pickup", **of(leg)))
    assert code(bos_phone.act("pick_up", **of(leg))) == ("proof_required", False)
    assert status_of(leg) == "at_pickup"
    assert applied(bos_phone.act("pick_up", **of(leg), proofs=[str(uuid4())]))


@pytest.mark.parametrize("photo_first", [True, False])
def test_a_photo_before_or_after_its_delivery_is_the_same_proof(bos_phone, bo_has, dee, photo_first):
    leg, key, picture = at_the_door(bos_phone, bo_has(dropoff=("photo",))), str(uuid4()), photo()
    if photo_first:
        bos_phone.brings(picture, leg, id=key)
    assert applied(deliver(bos_phone, leg, proofs=[key], handed_to="neighbour", note="Third floor"))
    if not photo_first:
        assert bos_phone.tell(picture, leg, id=key).status_code == 201
        assert bos_phone.put(key, 0, picture).json()["is_complete"]
    proofs = {proof["kind"]: proof for proof in dee.gets(f"/{public_id('ord', leg.order_id)}/proof").json()["data"][1:]}
    assert set(proofs) == {"photo", "courier_confirmed"}
    confirmed = proofs["courier_confirmed"]
    assert (confirmed["handed_to"], confirmed["note"]) == ("neighbour", "Third floor")
    assert dee.client.get(proofs["photo"]["file_url"]).status_code == 200


def test_the_proof_of_another_stop_is_refused(bos_phone, bo_has):
    leg, other = bo_has(), bo_has()
    of_pickup, of_other = bos_phone.brings(photo(), leg, stop="pickup"), bos_phone.brings(photo(seed=2), other)
    at_the_door(bos_phone, leg)
    for key in (of_pickup, of_other):
        with nothing_changes():
            assert code(deliver(bos_phone, leg, proofs=[str(uuid4()), key])) == ("wrong_proof", False)
    assert status_of(leg) == "at_dropoff"
    assert not ProofFile.objects.filter(named_at__isnull=False).exists()


def test_a_signature_named_for_one_door_cannot_be_told_for_another(bos_phone, bo_has):
    leg, other, key = bo_has(), bo_has(), str(uuid4())
    at_the_door(bos_phone, leg)
    assert applied(deliver(bos_phone, leg, proofs=[key]))
    refused = bos_phone.tell(signature(), other, id=key, kind="signature")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "proof_differs")
    assert ProofFile.objects.get().leg_id == leg.pk
    assert bos_phone.tell(signature(), leg, id=key, kind="signature").status_code == 201


def test_a_repeated_delivery_may_name_more_and_changes_nothing_else(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has())
    assert applied(deliver(bos_phone, leg), deliver(bos_phone, leg, proofs=[str(uuid4())]))
    assert ProofFile.objects.get().named_at
    assert [move["after"] for move in told("LegMoved")].count("delivered") == 1


def test_a_proof_that_does_not_come_is_missed_after_an_hour_until_it_does(bos_phone, bo_has, hand_clock):
    leg, keys, pictures = at_the_door(bos_phone, bo_has()), [str(uuid4()), str(uuid4())], [photo(), photo(seed=2)]
    assert applied(deliver(bos_phone, leg, proofs=keys))
    hand_clock.advance(hours=1)
    assert flag_missing_proofs() == 0
    hand_clock.advance(seconds=1)
    assert flag_missing_proofs() == 2
    assert (flag_of(leg), Incident.objects.filter(kind="proof_missing").count()) == ((True, "proof_missing"), 1)
    assert flag_missing_proofs() == 0
    bos_phone.brings(pictures[0], leg, id=keys[0])
    assert flag_of(leg) == (True, "proof_missing")  # the other one is still missing
    bos_phone.brings(pictures[1], leg, id=keys[1])
    assert flag_of(leg) == (False, "")
    assert not Incident.objects.filter(is_open=True).exists()


def test_a_photo_that_was_let_through_as_the_signature_it_is_not_flags_the_order(bos_phone, bo_has):
    leg, key = at_the_door(bos_phone, bo_has(dropoff=("signature",))), str(uuid4())
    assert applied(deliver(bos_phone, leg, proofs=[key]))
    assert flag_of(leg) == (False, "")
    bos_phone.brings(photo(), leg, id=key)
    assert flag_of(leg) == (True, "proof_missing")
    assert Incident.objects.get().note == "No signature was made at the dropoff."


# --- where it was, and to whom


def test_a_delivery_from_far_away_is_flagged_and_not_blocked(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has())
    assert applied(deliver(bos_phone, leg, lat=BAKERY.lat, lon=BAKERY.lon))
    assert (status_of(leg), flag_of(leg)) == ("delivered", (True, "far_from_dropoff"))
    assert "m away" in Incident.objects.get().note


def test_by_the_last_position_where_the_action_has_none(bos_phone, bo_has, hand_clock):
    for at, flagged in ((BAKERY, True), (HOME, False)):
        hand_clock.advance(minutes=20)
        leg = at_the_door(bos_phone, bo_has())
        fix = {"lat": at.lat, "lon": at.lon, "device_time": hand_clock().isoformat()}
        assert bos_phone.post("positions", {"positions": [fix]}).status_code == 200
        assert applied(deliver(bos_phone, leg))
        assert flag_of(leg)[0] == flagged


def test_a_position_of_another_moment_says_nothing_of_the_delivery(bos_phone, bo_has, hand_clock):
    hand_clock.advance(minutes=20)
    fix = {"lat": BAKERY.lat, "lon": BAKERY.lon, "device_time": hand_clock().isoformat()}
    assert bos_phone.post("positions", {"positions": [fix]}).status_code == 200
    for minutes, device_time in ((0, hand_clock() - timedelta(minutes=9)), (5, None)):  # sent late; without positions
        hand_clock.advance(minutes=minutes)
        leg = at_the_door(bos_phone, bo_has())
        told_when = {"device_time": device_time.isoformat()} if device_time else {}
        assert applied(deliver(bos_phone, leg, **told_when))
        assert flag_of(leg)[0] is False


def test_the_street_in_front_of_the_door_is_near_enough(bos_phone, bo_has):
    near, far = Point(HOME.lat + 0.0017, HOME.lon), Point(HOME.lat + 0.0019, HOME.lon)  # 189 m, 211 m
    for at, flagged in ((near, False), (far, True)):
        leg = at_the_door(bos_phone, bo_has())
        assert applied(deliver(bos_phone, leg, lat=at.lat, lon=at.lon))
        assert flag_of(leg)[0] == flagged


def test_whom_it_was_handed_to_is_one_of_four(bos_phone, bo_has):
    leg = at_the_door(bos_phone, bo_has())
    assert code(deliver(bos_phone, leg, handed_to="the dog")) == ("invalid_action", False)
    assert applied(deliver(bos_phone, leg, handed_to="safe_place", **AT_THE_DOOR))
    assert told("LegMoved")[-1]["handed_to"] == "safe_place"


# --- scans


@pytest.fixture
def two_parcels(bo_has):
    return bo_has(pickup=("barcode",), dropoff=("barcode",), parcels=(NewParcel(800), NewParcel(500)))


def scans_of(phone, leg, stop):
    return [phone.action("scan", stop=stop, barcode=barcode, **of(leg)) for barcode in barcodes(leg)]


def test_every_parcel_must_be_scanned_and_the_scan_may_still_be_on_its_way(bos_phone, two_parcels):
    leg = two_parcels
    one, two = scans_of(bos_phone, leg, "pickup")
    assert applied(bos_phone.act("arrive", stop="pickup", **of(leg)), *bos_phone.send(one))
    pick_up = bos_phone.action("pick_up", **of(leg))
    assert code(bos_phone.send(pick_up)[0]) == ("scan_required", True)
    assert status_of(leg) == "at_pickup"
    assert applied(*bos_phone.send(two), *bos_phone.send(pick_up))
    assert status_of(leg) == "picked_up"


def test_scans_steps_and_photos_in_any_order_end_in_the_same_state(bos_phone, bo_has):
    """Every order in which the four last things of a delivery may arrive, each sent until it is answered."""
    for number, arrival in enumerate(permutations(range(4))):
        leg = bo_has(dropoff=("barcode", "photo"))
        assert applied(*bos_phone.send(*bos_phone.way_of(leg)[:2]))
        (scan,) = scans_of(bos_phone, leg, "dropoff")
        key, picture = str(uuid4()), photo(size=(16, 12), seed=number)
        steps = [scan, bos_phone.way_of(leg)[2], bos_phone.action("deliver", proofs=[key], **of(leg)), None]
        waiting = [steps[step] for step in arrival]
        for _ in range(4):
            waiting = [step for step in waiting if not arrived(bos_phone, step, leg, key, picture)]
        assert waiting == []
        assert (status_of(leg), flag_of(leg)) == ("delivered", (False, ""))
        assert StopScan.objects.filter(leg=leg, stop="dropoff").count() == 1
        assert ProofFile.objects.get(leg=leg).is_complete


def arrived(phone, step, leg, key, picture):
    """Send one thing: whether it is answered for good. None is the photo."""
    if step is None:
        return phone.brings(picture, leg, id=key) == key
    result = phone.send(step)[0]
    return result["outcome"] != "refused" or not result["error"]["retry"]


def test_a_scan_by_the_parcels_id_and_the_same_one_twice(bos_phone, two_parcels):
    leg = two_parcels
    parcel = Parcel.objects.filter(order_id=leg.order_id).first()
    for _ in range(2):
        result = bos_phone.act("scan", stop="pickup", parcel_id=public_id("par", parcel.pk), **of(leg))
        assert applied(result)
        assert result["state"]["status"] == "assigned"
    (scan,) = told("ParcelScannedAtStop")
    assert (scan["parcel_id"], scan["stop"]) == (str(parcel.pk), "pickup")


@pytest.mark.parametrize("sent", [(0, 1), (1, 0)])
def test_a_parcel_scanned_twice_was_there_when_it_was_scanned_first(bos_phone, two_parcels, hand_clock, sent):
    leg = two_parcels
    scans = []
    for _ in range(2):
        scans.append(scans_of(bos_phone, leg, "pickup")[0])
        hand_clock.advance(minutes=1)
    assert applied(*[bos_phone.send(scans[place])[0] for place in sent])
    kept = StopScan.objects.get()
    assert kept.device_time.isoformat() == scans[0]["device_time"]
    assert len(told("ParcelScannedAtStop")) == 1


def test_a_parcel_of_another_order_is_the_wrong_one(bos_phone, bo_has, two_parcels):
    strange = Parcel.objects.get(order_id=bo_has().order_id)
    for which in ({"barcode": strange.barcode}, {"parcel_id": public_id("par", strange.pk)}, {"barcode": "nowhere"}):
        with nothing_changes():
            result = bos_phone.act("scan", stop="pickup", **which, **of(two_parcels))
        assert code(result) == ("wrong_parcel", False)
        assert result["state"]["status"] == "assigned"
    assert not StopScan.objects.exists()


def test_a_scan_needs_to_say_what_and_where(bos_phone, two_parcels):
    leg = two_parcels
    for lacking in ({"stop": "pickup"}, {"barcode": "x"}, {"stop": "hub", "barcode": "x"}):
        assert code(bos_phone.act("scan", **lacking, **of(leg))) == ("invalid_action", False)
    assert code(bos_phone.act("scan", stop="pickup", parcel_id="par_x", **of(leg))) == ("not_found", False)


def test_nobody_scans_for_somebody_else(bos_phone, cys_phone, two_parcels):
    (scan, _) = scans_of(cys_phone, two_parcels, "pickup")
    assert code(cys_phone.send(scan)[0]) == ("not_your_leg", False)
    stale = {**of(two_parcels), "epoch": two_parcels.epoch + 1}
    assert code(bos_phone.act("scan", stop="pickup", barcode="x", **stale)) == ("stale_epoch", False)
    assert not StopScan.objects.exists()


# --- all of it together


def test_sync_says_what_is_asked_for_and_what_is_there(bos_phone, two_parcels):
    leg = two_parcels
    Order.objects.filter(pk=leg.order_id).update(
        dropoff=Order.objects.get(pk=leg.order_id).dropoff | {"proof": ["pin", "photo", "barcode"]}
    )
    first, _ = bos_phone.sync()["stops"]
    assert (first["proof"], first["proofs_given"]) == (["barcode"], [])
    one, two = scans_of(bos_phone, leg, "pickup")
    bos_phone.send(one)
    first, second = bos_phone.sync()["stops"]
    assert [parcel["is_scanned"] for parcel in first["parcels"]] == [True, False]
    assert [parcel["is_scanned"] for parcel in second["parcels"]] == [False, False]
    bos_phone.send(two)
    assert bos_phone.sync()["stops"][0]["proofs_given"] == ["barcode"]
    assert applied(*bos_phone.send(*bos_phone.way_of(leg)[:3]))
    bos_phone.brings(photo(), leg)
    deliver(bos_phone, leg, pin=pin_of(leg.order_id))
    (door,) = bos_phone.sync()["stops"]
    assert (door["proof"], door["proofs_given"]) == (["barcode", "photo", "pin"], ["photo", "pin"])


def test_sync_says_what_may_go_wrong(bos_phone):
    seen = bos_phone.sync()
    assert seen["fail_reasons"]["pickup"][0] == "closed"
    assert seen["fail_reasons"]["dropoff"][-1] == "other"
    assert seen["incident_kinds"] == ["damaged_parcel", "missing_parcel", "accident", "breakdown", "delay", "other"]


def test_at_a_hub_nothing_is_asked_for_and_its_name_is_told(cast, bos_phone, dee):
    hub = make_hub(make_operator())
    answer = dee.orders(via_hub=public_id("hub", hub.pk), dropoff__proof=["photo", "barcode", "pin"])
    assert answer.status_code == 201, answer.content
    leg = give(Leg.objects.get(sequence=1), cast.bo)
    first, second = bos_phone.sync()["stops"]
    assert (first["hub"], second["hub"], second["proof"]) == (None, "Quay", [])
    assert applied(*bos_phone.send(*bos_phone.way_of(leg)))


@pytest.mark.parametrize(
    ("stop", "proof", "wanted"),
    [
        ("pickup", ["photo", "signature", "barcode"], 201),
        ("pickup", ["pin"], 400),
        ("pickup", ["photo", "photo"], 400),
        ("dropoff", ["pin", "photo", "signature", "barcode"], 201),
        ("dropoff", ["retina"], 400),
    ],
)
def test_what_a_merchant_may_ask_for(cast, stop, proof, wanted):
    answer = Merchant(cast.dee_key).orders(**{f"{stop}__proof": proof})
    assert answer.status_code == wanted
    if wanted == 201:
        assert answer.json()[stop]["proof"] == proof
