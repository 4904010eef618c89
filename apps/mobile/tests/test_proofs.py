"""Photos and signatures: in pieces, over a bad network, and written again without what nobody should know."""

import hashlib
import io
from uuid import uuid4

import pytest
from django.core.files.storage import default_storage
from PIL import Image

from apps.core.models import Event
from apps.dispatch.services import unassign_leg
from apps.mobile.proofs import LARGEST_PIECE
from apps.mobile.tests.giving import given_to
from apps.mobile.tests.outcomes import applied, flag_of, of, status_of, told
from apps.mobile.tests.phones import get
from apps.mobile.tests.pictures import PLACE, photo, png_that_says, png_with_a_long_text, signature
from apps.orders.models import Incident, ProofFile
from apps.orders.services import forget_unfinished_proofs

pytestmark = pytest.mark.django_db


@pytest.fixture
def leg(bo_has, storage):
    return bo_has()


def files_in(storage):
    return sorted(str(path.relative_to(storage)) for path in storage.rglob("*") if path.is_file())


def kept():
    """The one picture that is kept."""
    with default_storage.open(ProofFile.objects.get().stored_as) as stored:
        return stored.read()


def error(answer):
    return answer.status_code, answer.json()["error"]["code"]


def test_a_photo_is_told_and_sent_and_kept(cast, bos_phone, leg, storage):
    picture = photo()
    answer = bos_phone.tell(picture, leg, id=(key := str(uuid4())))
    assert (answer.status_code, answer.json()) == (201, {"id": key, "received_bytes": 0, "is_complete": False})
    answer = bos_phone.put(key, 0, picture)
    whole = {"id": key, "received_bytes": len(picture), "is_complete": True}
    assert (answer.status_code, answer.json()) == (200, whole)
    assert get(f"proofs/{key}", token=bos_phone.token).json() == whole
    assert len(files_in(storage)) == 1
    (arrived,) = told("ProofArrived")
    assert (arrived["stop"], arrived["kind"], arrived["leg_id"]) == ("dropoff", "photo", str(leg.pk))


def test_five_megabytes_in_pieces_with_one_lost_and_one_repeated(bos_phone, leg, storage):
    picture = photo(size=(3400, 2600), quality=95)
    assert len(picture) > 5_000_000
    key = bos_phone.tell(picture, leg).json()["id"]
    pieces = {at: picture[at : at + LARGEST_PIECE] for at in range(0, len(picture), LARGEST_PIECE)}
    first, second, third = list(pieces)[:3]
    assert bos_phone.put(key, first, pieces[first]).json()["received_bytes"] == second
    skipped = bos_phone.put(key, third, pieces[third])  # the second was lost on the way
    assert error(skipped) == (409, "wrong_offset")
    assert skipped.json()["error"]["state"] == {"received_bytes": second}
    bos_phone.put(key, second, pieces[second])
    repeated = bos_phone.put(key, second, pieces[second])  # its answer was lost
    assert repeated.json()["error"]["state"] == {"received_bytes": third}
    for at in list(pieces)[2:]:
        answer = bos_phone.put(key, at, pieces[at])
    assert answer.json() == {"id": key, "received_bytes": len(picture), "is_complete": True}
    assert bos_phone.put(key, at, pieces[at]).json() == answer.json()  # the last one again
    assert len(files_in(storage)) == 1
    assert len(told("ProofArrived")) == 1
    assert max(Image.open(io.BytesIO(kept())).size) == 1600


def test_of_the_original_only_the_picture_is_left_and_it_stands_upright(bos_phone, leg):
    picture = photo()
    assert picture.count(PLACE) == 4  # EXIF, XMP, a comment, and behind the picture
    assert Image.open(io.BytesIO(picture)).getexif().get_ifd(0x8825)
    bos_phone.brings(picture, leg)
    assert PLACE not in kept()
    found = Image.open(io.BytesIO(kept()))
    assert (found.format, found.size, dict(found.getexif())) == ("JPEG", (240, 320), {})
    assert not {"exif", "xmp", "comment", "icc_profile"} & found.info.keys()
    left, right = found.getpixel((60, 160)), found.resize((2, 1)).getpixel((1, 0))
    assert (left[0] > 200, left[1] < 60) == (True, True)
    assert right[1] > 60


def test_a_signature_is_ink_on_white(bos_phone, leg):
    bos_phone.brings(signature(), leg, kind="signature", content_type="image/png", signed_by="Eve")
    found = Image.open(io.BytesIO(kept()))
    assert (found.format, found.getpixel((10, 10)) > (240, 240, 240)) == ("JPEG", True)
    assert found.getpixel((150, 50)) < (40, 40, 40)


@pytest.mark.parametrize(
    "bytes_of_it",
    [
        b"no picture at all",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"GIF89a\x01\x00\x01\x00\x00\x00\x00;",
        b"\xff\xd8\xff\xe0" + bytes(500),
        photo()[:5_000],
        png_that_says(50_000, 50_000),
        png_that_says(40_000, 2),
        png_with_a_long_text(),
    ],
    ids=["text", "svg", "gif", "junk", "cut off", "huge", "long", "text bomb"],
)
def test_what_is_no_picture_or_a_bomb_is_refused_and_nothing_of_it_kept(bos_phone, leg, storage, bytes_of_it):
    key = bos_phone.tell(bytes_of_it, leg).json()["id"]
    answer = bos_phone.put(key, 0, bytes_of_it)
    assert error(answer) == (422, "not_an_image")
    assert get(f"proofs/{key}", token=bos_phone.token).json() == {"id": key, "received_bytes": 0, "is_complete": False}
    assert files_in(storage) == []
    assert told("ProofArrived") == []


def test_a_file_that_is_not_the_one_announced_begins_anew(bos_phone, leg, storage):
    picture, other = photo(), photo(seed=2)
    other = other.ljust(len(picture), b"\0")[: len(picture)]
    key = bos_phone.tell(picture, leg).json()["id"]
    bos_phone.put(key, 0, other[:1000])
    answer = bos_phone.put(key, 1000, other[1000:])
    assert (*error(answer), answer.json()["error"]["state"]) == (422, "wrong_hash", {"received_bytes": 0})
    assert files_in(storage) == []
    assert bos_phone.put(key, 0, picture).json()["is_complete"]


def test_more_bytes_than_announced_are_refused(bos_phone, leg, storage):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    assert error(bos_phone.put(key, 0, picture + b"!")) == (422, "too_many_bytes")
    assert files_in(storage) == []


@pytest.mark.parametrize(
    ("sent", "wanted"),
    [
        ((0, bytes(LARGEST_PIECE + 1)), 413),
        ((0, b""), 400),
        ((0, b"{}", "application/json"), 415),
        (("x", b"1"), 400),
        ((-1, b"1"), 400),
        (("0&offset=1", b"1"), 400),
    ],
)
def test_pieces_have_limits(bos_phone, leg, storage, sent, wanted):
    key = bos_phone.tell(photo(), leg).json()["id"]
    assert bos_phone.put(key, *sent).status_code == wanted
    assert ProofFile.objects.get().received_bytes == 0
    assert files_in(storage) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", "x"),
        ("kind", "pin"),
        ("stop", "hub"),
        ("epoch", -1),
        ("device_time", "noon"),
        ("size_bytes", 0),
        ("size_bytes", 8 * 1024 * 1024 + 1),
        ("sha256", "F" * 64),
        ("sha256", "f" * 63),
        ("content_type", "image/svg+xml"),
        ("signed_by", "x" * 81),
        ("extra", 1),
    ],
)
def test_what_is_told_of_a_proof_is_read_strictly(bos_phone, leg, name, value):
    answer = bos_phone.tell(photo(), leg, **{name: value})
    assert answer.status_code == 400, answer.content
    assert [field["path"] for field in answer.json()["error"]["fields"]] == [name]
    assert not ProofFile.objects.exists()


def test_the_same_told_again_is_answered_with_its_state_and_another_one_refused(bos_phone, leg):
    picture, key = photo(), str(uuid4())
    bos_phone.tell(picture, leg, id=key)
    bos_phone.put(key, 0, picture[:100])
    again = bos_phone.tell(picture, leg, id=key)
    assert (again.status_code, again.json()["received_bytes"]) == (200, 100)
    for changes in ({"stop": "pickup"}, {"kind": "signature"}, {"sha256": "0" * 64}, {"size_bytes": 5}):
        assert error(bos_phone.tell(picture, leg, id=key, **changes)) == (409, "proof_differs")
    assert ProofFile.objects.get().received_bytes == 100


def test_a_proof_belongs_to_a_leg_that_was_the_couriers(cast, bos_phone, cys_phone, leg):
    picture = photo()
    assert error(cys_phone.tell(picture, leg)) == (404, "leg_not_found")
    assert error(bos_phone.tell(picture, leg, epoch=leg.epoch + 1)) == (404, "leg_not_found")
    assert error(bos_phone.tell(picture, leg, leg_id="leg_x")) == (404, "leg_not_found")
    assert not ProofFile.objects.exists()
    unassign_leg(leg_id=leg.pk, reason="too far")
    assert bos_phone.tell(picture, leg).status_code == 201  # it was, when the photo was made


def test_a_proof_is_its_couriers_alone(bos_phone, cys_phone, leg):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    assert error(get(f"proofs/{key}", token=cys_phone.token)) == (404, "proof_not_found")
    assert error(cys_phone.put(key, 0, picture)) == (404, "proof_not_found")
    assert get(f"proofs/{key}").status_code == 401
    assert ProofFile.objects.get().received_bytes == 0


def test_nobody_fills_an_album(bos_phone, leg):
    for _ in range(20):
        assert bos_phone.tell(photo(), leg).status_code == 201
    assert error(bos_phone.tell(photo(), leg)) == (409, "too_many_proofs")
    assert bos_phone.tell(photo(), leg, stop="pickup").status_code == 201


def test_while_the_storage_is_away_the_phone_is_told_to_come_again(bos_phone, leg, storage):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    storage.parent.mkdir(exist_ok=True)
    storage.write_text("not a folder")
    assert error(bos_phone.put(key, 0, picture[:100])) == (503, "unavailable")
    assert error(bos_phone.put(key, 0, picture)) == (503, "unavailable")
    assert (ProofFile.objects.get().received_bytes, told("ProofArrived")) == (0, [])
    storage.unlink()
    assert bos_phone.put(key, 0, picture).json()["is_complete"]


def test_pieces_of_what_never_became_whole_are_deleted_after_two_weeks(bos_phone, leg, storage, hand_clock):
    picture = photo()
    key = bos_phone.tell(picture, leg).json()["id"]
    bos_phone.put(key, 0, picture[:100])
    assert forget_unfinished_proofs() == 0
    hand_clock.advance(days=14, seconds=1)
    assert forget_unfinished_proofs() == 1
    assert (files_in(storage), forget_unfinished_proofs()) == ([], 0)
    assert ProofFile.objects.get().received_bytes == 0


def test_a_photo_of_another_order_is_taken_and_its_order_flagged(bos_phone, bo_has, leg):
    picture, other = photo(), bo_has()
    bos_phone.brings(picture, leg)
    bos_phone.brings(picture, leg, stop="pickup")  # the same order: nothing strange
    assert flag_of(leg) == (False, "")
    bos_phone.brings(picture, other)
    assert (flag_of(other), flag_of(leg)) == ((True, "reused_photo"), (False, ""))
    incident = Incident.objects.get()
    assert (incident.kind, incident.leg_id, incident.courier_id) == ("reused_photo", other.pk, other.courier_id)


ARRIVALS = [  # t: told, w: whole; 0: the photo that was made first
    ("t0", "w0", "t1", "w1"),
    ("t1", "w1", "t0", "w0"),
    ("t0", "t1", "w0", "w1"),
    ("t0", "t1", "w1", "w0"),
    ("t1", "t0", "w0", "w1"),
    ("t1", "t0", "w1", "w0"),
]


@pytest.mark.parametrize("arrivals", ARRIVALS, ids="-".join)
def test_of_a_couriers_two_photos_that_are_one_the_later_is_flagged_in_any_order(bos_phone, bo_has, leg, arrivals):
    picture, legs = photo(), [leg, bo_has()]
    made_at = ["2026-06-10T12:00:00+02:00", "2026-06-10T12:20:00+02:00"]
    keys = [str(uuid4()), str(uuid4())]
    for what, which in arrivals:
        place = int(which)
        if what == "t":
            bos_phone.tell(picture, legs[place], id=keys[place], device_time=made_at[place])
        else:
            assert bos_phone.put(keys[place], 0, picture).json()["is_complete"]
    assert [flag_of(leg) for leg in legs] == [(False, ""), (True, "reused_photo")]
    assert len(told("IncidentOpened")) == 1


def test_of_two_couriers_whose_photos_are_one_the_one_who_tells_later_is_flagged(cast, bos_phone, cys_phone, leg):
    """Whatever the phones say of the time: who copies a photo could say anything."""
    picture, copied = photo(), given_to(cast.cy, cast)
    key = bos_phone.tell(picture, leg).json()["id"]
    cys_phone.brings(picture, copied, device_time="2026-06-10T08:00:00+02:00")
    assert bos_phone.put(key, 0, picture).json()["is_complete"]
    assert (flag_of(leg), flag_of(copied)) == ((False, ""), (True, "reused_photo"))


def test_what_is_told_is_of_the_file_as_it_was(bos_phone, leg):
    picture = photo()
    bos_phone.brings(picture, leg)
    file = ProofFile.objects.get()
    assert (file.sha256, file.size_bytes) == (hashlib.sha256(picture).hexdigest(), len(picture))
    assert file.stored_bytes == len(kept())
    assert Event.objects.filter(name="ProofArrived").get().actor.startswith("courier:cou_")
    assert applied(*bos_phone.send(*bos_phone.way_of(leg)))
    assert status_of(leg) == "delivered"
    assert of(leg)["epoch"] == file.epoch
