"""A courier asks what is kept of them, or to be forgotten."""

import stat
from datetime import timedelta

import orjson
import pytest
from django.core.management import CommandError, call_command

from apps.core.ids import public_id
from apps.core.models import Event
from apps.couriers.errors import CourierNotFound
from apps.couriers.models import Courier, Device, PositionTrack, Shift
from apps.couriers.positions import positions_now
from apps.couriers.services import activate_courier, keep_tracks
from apps.dispatch.lifecycle import AssignedBy
from apps.dispatch.models import Assignment
from apps.dispatch.services import assign_leg
from apps.mobile.models import CourierAction
from apps.mobile.tests.phones import post
from tests.cast import BAKERY, placed

pytestmark = pytest.mark.django_db


@pytest.fixture
def bo_rode(cast, bos_phone, hand_clock):
    """Bo delivered something and went home; his track is written."""
    _, leg = placed(cast)
    assign_leg(leg_id=leg.pk, courier_id=cast.bo.pk, by=AssignedBy.DISPATCHER)
    leg.refresh_from_db()
    begin = hand_clock()
    hand_clock.advance(minutes=2)
    points = [
        {"lat": BAKERY.lat, "lon": BAKERY.lon + k / 1e3, "device_time": (begin + timedelta(seconds=30 * k)).isoformat()}
        for k in range(3)
    ]
    assert bos_phone.post("positions", {"positions": points}).json()["accepted"] == 3
    bos_phone.send(*bos_phone.way_of(leg))
    hand_clock.advance(minutes=1)
    assert bos_phone.act("end_shift")["outcome"] == "applied"
    assert keep_tracks(gathered_s=0) == 1
    return bos_phone


def bo_of(cast):
    return Courier.objects.get(pk=cast.bo.pk)


def command(cast, *what):
    call_command("courier_data", "--courier", public_id("cou", cast.bo.pk), *what)


def test_an_export_holds_the_tracks_the_actions_and_the_devices_and_is_private(cast, bo_rode, tmp_path, capsys):
    file = tmp_path / "bo.json"
    command(cast, "--export", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = orjson.loads(file.read_bytes())
    assert (kept["courier"]["name"], kept["courier"]["phone"]) == ("Bo", cast.bo.phone)
    assert [len(track["points"]) for track in kept["tracks"]] == [3]
    assert kept["tracks"][0]["points"][0][1:3] == [BAKERY.lat, BAKERY.lon]
    assert [action["kind"] for action in kept["actions"]] == ["arrive", "pick_up", "arrive", "deliver", "end_shift"]
    assert [device["label"] for device in kept["devices"]] == ["test"]
    assert "token" not in file.read_text()
    assert len(kept["shifts"]) == 1


def test_who_is_erased_is_forgotten_but_for_what_the_books_need(
    cast, bo_rode, hand_clock, capsys, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        command(cast, "--erase")
    bo = bo_of(cast)
    assert (bo.name, bo.is_active, bo.external_id, bo.last_point) == ("Erased courier", False, None, None)
    assert not bo.phone.startswith("+")
    for table in (PositionTrack, Device, CourierAction):
        assert not table.objects.filter(courier=cast.bo).exists()
    assert positions_now([bo.pk]) == {}
    assert Assignment.objects.filter(courier=bo).count() == 1
    assert Shift.objects.get(courier=bo).legs_done == 1
    assert Event.objects.filter(name="CourierErased").count() == 1
    assert bo_rode.post("sign_out", {}).status_code == 401
    command(cast, "--erase")
    assert Event.objects.filter(name="CourierErased").count() == 1


def test_of_who_was_erased_nothing_that_still_waits_in_redis_is_written(cast, bos_phone, hand_clock, capsys):
    point = {"lat": BAKERY.lat, "lon": BAKERY.lon, "device_time": hand_clock().isoformat()}
    bos_phone.post("positions", {"positions": [point]})
    hand_clock.advance(seconds=1)
    bos_phone.act("end_shift")
    command(cast, "--erase")
    assert keep_tracks(gathered_s=0) == 0


def test_their_phone_number_is_free_for_another_courier(cast, bo_rode, capsys, messages):
    command(cast, "--erase")
    Courier.objects.filter(pk=cast.cy.pk).update(phone=cast.bo.phone)
    assert post("sign_in/code", {"phone": cast.bo.phone}).status_code == 202


def test_nobody_who_was_erased_comes_back_into_service(cast, bo_rode, capsys):
    command(cast, "--erase")
    with pytest.raises(CourierNotFound):
        activate_courier(courier_id=cast.bo.pk)
    assert not bo_of(cast).is_active


def test_who_is_on_duty_is_not_erased(cast, bos_phone, hand_clock):
    bos_phone.act("pause")
    with pytest.raises(CommandError, match="on duty"):
        command(cast, "--erase")
    assert bo_of(cast).name == "Bo"
    assert Device.objects.filter(courier=cast.bo).exists()
    assert CourierAction.objects.filter(courier=cast.bo).exists()
    assert not Event.objects.filter(name="CourierErased").exists()


@pytest.mark.parametrize("courier", ["cou_0", "ord_" + "0" * 32, "cou_" + "0" * 32])
def test_an_unknown_courier_is_said(db, courier):
    with pytest.raises(CommandError, match="no"):
        call_command("courier_data", "--courier", courier, "--erase")
