"""Photos and signatures on their way over a bad line: in pieces, from where it broke, and each whole in the end."""

import asyncio
import hashlib
import json
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import httpx
import pytest

from apps.simulation.robots.actions import Action
from apps.simulation.robots.album import PIECE_BYTES
from apps.simulation.robots.errors import NoAnswer, NoNetwork
from apps.simulation.robots.habits import IDEAL, Habits
from apps.simulation.robots.hours import Span
from apps.simulation.robots.mishaps import Mishaps
from apps.simulation.robots.network import Network
from apps.simulation.robots.phone import Phone
from apps.simulation.robots.pictures import Picture, jpeg_of
from coursier.embedded.pace import Pace

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
STOP = ("leg_1", 1, "dropoff")
AWAY = Span(NOON - timedelta(minutes=1), NOON + timedelta(hours=1))


class Platform:
    """Takes pictures as the mobile API says. `refuses` is the code with which it refuses the next telling."""

    def __init__(self):
        self.told, self.files, self.whole, self.requests, self.refuses = {}, {}, {}, [], ""

    def __call__(self, request):
        self.requests.append((request.method, len(request.content)))
        if request.method == "POST":
            return self.tell(json.loads(request.content))
        return self.take(request.url.path.rpartition("/")[2], int(request.url.params["offset"]), request)

    def tell(self, body):
        if self.refuses:
            return httpx.Response(404, json={"error": {"code": self.refuses, "message": ""}})
        assert self.told.setdefault(body["id"], body) == body, "the same proof was told in another way"
        self.files.setdefault(body["id"], b"")
        return self.state(body["id"])

    def take(self, key, offset, request):
        assert request.headers["Content-Type"] == "application/octet-stream"
        assert request.headers["Authorization"] == "Bearer cd_token"
        if key in self.whole:
            return self.state(key)
        if offset != len(self.files[key]):
            error = {"code": "wrong_offset", "message": "", "state": {"received_bytes": len(self.files[key])}}
            return httpx.Response(409, json={"error": error})
        self.files[key] += request.content
        if len(self.files[key]) == self.told[key]["size_bytes"]:
            assert hashlib.sha256(self.files[key]).hexdigest() == self.told[key]["sha256"]
            self.whole[key] = self.whole.get(key, 0) + 1
        return self.state(key)

    def state(self, key):
        answer = {"id": key, "received_bytes": len(self.files[key]), "is_complete": key in self.whole}
        return httpx.Response(200, json=answer)


@pytest.fixture
def platform():
    return Platform()


def phone_on(platform, habits=IDEAL, **changes):
    client = httpx.AsyncClient(base_url="http://platform", transport=httpx.MockTransport(platform))
    network = Network(client, Pace.starting_now(origin=NOON, speed=1), habits, Random(1), **changes)
    return Phone(network, "+33639980001", None, "cd_token", clock_error=timedelta(minutes=3))


def makes(phone, *kinds):
    """Deliver with pictures. Returns their ids."""
    pictures = tuple(Picture(str(uuid4()), kind, STOP, NOON, "Dee" * (kind == "signature")) for kind in kinds)
    phone.note(Action("deliver", NOON, {"proofs": [picture.id for picture in pictures]}, STOP, pictures))
    return [picture.id for picture in pictures]


def send(phone):
    asyncio.run(phone.send_pictures())


def test_a_photo_is_told_with_its_stop_and_brought_in_pieces(platform):
    phone = phone_on(platform)
    (photo,) = makes(phone, "photo")
    send(phone)
    assert platform.files[photo] == jpeg_of("photo", photo)
    said = platform.told[photo]
    assert (said["kind"], said["leg_id"], said["epoch"], said["stop"]) == ("photo", *STOP)
    assert datetime.fromisoformat(said["device_time"]) == NOON + timedelta(minutes=3)
    assert "signed_by" not in said
    sizes = [size for method, size in platform.requests if method == "PUT"]
    assert len(sizes) == 2
    assert sizes[0] == PIECE_BYTES
    assert phone.album.waiting == []


def test_a_signature_says_who_signed(platform):
    phone = phone_on(platform)
    (signature,) = makes(phone, "signature")
    send(phone)
    assert platform.told[signature]["signed_by"] == "Dee"


def test_pictures_are_sent_apart_from_the_actions_that_name_them(platform):
    phone = phone_on(platform)
    makes(phone, "photo")
    send(phone)
    assert [sent.action.kind for sent in phone.outbox] == ["deliver"]
    assert phone.sends_at() is not None


def test_without_a_network_pictures_wait_on_the_phone(platform):
    phone = phone_on(platform, mishaps=Mishaps(outages=(AWAY,)))
    makes(phone, "photo")
    with pytest.raises(NoNetwork):
        send(phone)
    assert (platform.requests, len(phone.album.waiting)) == ([], 1)


def test_whatever_answer_is_lost_each_picture_is_whole_once(platform):
    phone = phone_on(platform, Habits(lost_answers_share=0.5))
    made, failures = makes(phone, "photo", "signature", "photo"), 0
    while phone.album.waiting:
        try:
            send(phone)
        except NoAnswer:
            failures += 1
            assert failures < 100
    assert failures > 2
    assert platform.whole == dict.fromkeys(made, 1)


def test_a_piece_whose_answer_was_lost_is_not_sent_again(platform):
    phone = phone_on(platform)
    (photo,) = makes(phone, "photo")
    phone.album.waiting[0].is_told = True
    platform.tell(phone.album.waiting[0].body)
    platform.files[photo] = jpeg_of("photo", photo)[:PIECE_BYTES]  # the phone has not heard of it
    send(phone)
    assert platform.whole == {photo: 1}
    assert [size for _, size in platform.requests] == [PIECE_BYTES, len(jpeg_of("photo", photo)) - PIECE_BYTES]


def test_a_phone_that_was_off_sends_on_from_where_it_was(platform):
    phone = phone_on(platform)
    (photo,) = makes(phone, "photo")
    waiting = phone.album.waiting[0]
    platform.tell(waiting.body)
    platform.files[photo] = jpeg_of("photo", photo)[:PIECE_BYTES]
    waiting.is_told, waiting.received_bytes = True, PIECE_BYTES
    phone.restart()
    send(phone)
    assert platform.whole == {photo: 1}
    assert len(platform.requests) == 1


def test_a_picture_that_is_held_back_leaves_later(platform):
    phone = phone_on(platform, Habits(holds_share=1.0, hold_s=0.05))
    (photo,) = makes(phone, "photo")
    send(phone)
    assert platform.requests == []
    asyncio.run(asyncio.sleep(0.06))
    send(phone)
    assert platform.whole == {photo: 1}


def test_pictures_may_leave_in_any_order_and_none_is_left_behind(platform):
    phone = phone_on(platform, Habits(shuffles_share=1.0))
    made = makes(phone, *["photo"] * 6)
    send(phone)
    assert sorted(platform.told) == sorted(made)
    assert list(platform.told) != made
    assert platform.whole == dict.fromkeys(made, 1)


def test_a_picture_that_is_refused_is_given_up_and_keeps_no_other_one(platform):
    phone = phone_on(platform)
    makes(phone, "photo")
    platform.refuses = "leg_not_found"
    send(phone)
    assert (phone.album.waiting, platform.files) == ([], {})
    platform.refuses = ""
    (other,) = makes(phone, "photo")
    send(phone)
    assert platform.whole == {other: 1}


def test_a_picture_that_is_named_again_waits_once_and_stays_as_it_is(platform):
    phone = phone_on(platform)
    picture = Picture(str(uuid4()), "photo", STOP, NOON)
    again = Action("deliver", NOON, {"proofs": [picture.id]}, STOP, (picture,))
    phone.note(again)
    phone.note(again)
    assert len(phone.album.waiting) == 1
    send(phone)
    phone.note(again)  # after a refusal: the platform has it already
    send(phone)
    assert (platform.whole, phone.album.waiting) == ({picture.id: 1}, [])
