"""The courier app's rules, in the browser that they are made for: the view over the last sync, positions, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from apps.mobile.tests.app_phones import action

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.browser


def stop(kind: str, leg: int, status: str, **more: Any) -> dict[str, Any]:
    return {
        "kind": kind,
        "leg_id": f"leg_{leg}",
        "epoch": 1,
        "leg_status": status,
        "parcels": [{"id": "par_1", "barcode": "X1"}, {"id": "par_2", "barcode": ""}],
        **more,
    }


def projected(run: Callable[..., Any], sync: dict, actions: list[dict]) -> dict:
    return run("return (await use('projection')).projected(...given)", [sync, actions])


def route(status: str = "assigned") -> dict[str, Any]:
    return {
        "courier": {"status": "on_duty"},
        "offers": [{"id": "off_1", "leg_id": "leg_3"}, {"id": "off_2", "leg_id": "leg_4"}],
        "stops": [stop("pickup", 1, status), stop("dropoff", 1, status), stop("dropoff", 2, "picked_up")],
    }


def test_a_whole_delivery_is_shown_as_done_before_the_platform_has_heard_of_it(run):
    way = [action(1, stop="pickup"), action(2, "pick_up"), action(3, stop="dropoff")]
    at_door = projected(run, route(), way)
    assert [(each["kind"], each["leg_id"], each["leg_status"]) for each in at_door["stops"]] == [
        ("dropoff", "leg_1", "at_dropoff"),
        ("dropoff", "leg_2", "picked_up"),
    ]
    done = projected(run, route(), [*way, action(4, "deliver")])
    assert [each["leg_id"] for each in done["stops"]] == ["leg_2"]


def test_the_view_never_goes_behind_what_the_platform_says(run):
    late = projected(run, route("at_dropoff"), [action(1, stop="pickup")])
    assert late["stops"][1]["leg_status"] == "at_dropoff"


def test_actions_under_an_old_epoch_change_nothing_on_the_screen(run):
    stale = projected(run, route(), [action(1, "deliver", epoch=0)])
    assert stale["stops"] == route()["stops"]


def test_scans_are_shown_at_their_own_stop(run):
    scans = [action(1, "scan", stop="pickup", barcode="X1"), action(2, "scan", stop="pickup", parcel_id="par_2")]
    pickup, dropoff, _ = projected(run, route(), scans)["stops"]
    assert [parcel.get("is_scanned") for parcel in pickup["parcels"]] == [True, True]
    assert [parcel.get("is_scanned") for parcel in dropoff["parcels"]] == [None, None]


def test_an_answered_offer_is_gone_and_an_accepted_one_is_awaited(run):
    answers = [action(1, "accept_offer", offer_id="off_1"), action(2, "decline_offer", offer_id="off_2")]
    view = projected(run, route(), answers)
    assert view["offers"] == []
    assert [offer["id"] for offer in view["accepting"]] == ["off_1"]


def test_the_last_switch_of_duty_counts_and_an_accident_is_a_break(run):
    assert projected(run, route(), [action(1, "pause"), action(2, "resume")])["courier"]["status"] == "on_duty"
    assert projected(run, route(), [action(1, "report", incident="accident")])["courier"]["status"] == "paused"
    assert projected(run, route(), [action(1, "report", incident="delay")])["courier"]["status"] == "on_duty"


@pytest.mark.parametrize(
    ("after_s", "moved_m", "is_kept"),
    [(1, 100, False), (3, 100, True), (10, 5, False), (61, 0, True)],
)
def test_positions_are_thinned_by_the_advice(run, after_s, moved_m, is_kept):
    advice = {"report_every_s": 10, "report_points": 5, "min_move_m": 15, "sync_every_s": 60}
    before = {"lat": 48.86, "lon": 2.35, "device_time": "2026-06-10T10:00:00Z"}
    point = {
        "lat": 48.86 + moved_m / 111_195,
        "lon": 2.35,
        "device_time": f"2026-06-10T10:{after_s // 60:02}:{after_s % 60:02}Z",
    }
    said = run("return (await use('positions')).isWorthKeeping(...given)", [before, point, advice])
    assert said is is_kept
    never = {**advice, "report_every_s": None}
    assert run("return (await use('positions')).isWorthKeeping(...given)", [None, point, never]) is False


def test_tries_become_rarer_up_to_a_minute_and_never_all_at_once(run):
    waits = run(
        "const { backoffMs } = await use('network');"
        "return [1, 2, 3, 7, 50].map((n) => [backoffMs(n, 0), backoffMs(n, 1)])"
    )
    assert waits == [[500, 1000], [1000, 2000], [2000, 4000], [30_000, 60_000], [30_000, 60_000]]


def test_the_pace_of_the_platform_is_one_unless_it_is_clearly_another(run):
    paces = run(
        "const { paceOf } = await use('clock'); return given.map((pair) => paceOf(...pair))",
        [[1.3, 5000], [9.8, 5000], [1.05, 60_000], [60, 10_000], [-3, 9000]],
    )
    assert paces == [1, 9.8, 1, 60, 1]


def test_the_stream_of_news_is_read_however_it_is_cut(run):
    events = run(
        """
        const { eventsOf } = await use('news');
        const text = ': hello\\r\\n\\r\\nevent: news\\ndata: {"news": 8}\\n\\nevent: news\\ndata: {"news": 9}\\n\\n';
        const found = [];
        for (const size of [1, 7, 1000]) {
          const body = new ReadableStream({ start(stream) {
            const bytes = new TextEncoder().encode(text);
            for (let at = 0; at < bytes.length; at += size) stream.enqueue(bytes.slice(at, at + size));
            stream.close();
          } });
          const names = [];
          for await (const event of eventsOf(body)) names.push(event.name + event.data);
          found.push(names);
        }
        return found;
        """
    )
    assert events == [["", 'news{"news": 8}', 'news{"news": 9}']] * 3


def test_a_photo_is_made_small_and_loses_what_the_camera_wrote_into_it(run):
    """A large picture, with a marker segment that stands for the place where it was taken."""
    width, height, kind, has_place = run(
        """
        const { smallPhoto } = await use('proofs');
        const canvas = new OffscreenCanvas(3000, 2000);
        canvas.getContext('2d').fillRect(0, 0, 3000, 2000);
        const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg' })).arrayBuffer());
        const place = new TextEncoder().encode('Exif GPS 48.86');
        const marker = new Uint8Array([0xff, 0xe1, 0, place.length + 2]);
        const large = new Blob([bytes.slice(0, 2), marker, place, bytes.slice(2)], { type: 'image/jpeg' });
        const small = await smallPhoto(large);
        const picture = await createImageBitmap(small);
        return [picture.width, picture.height, small.type, (await small.text()).includes('GPS')];
        """
    )
    assert (width, height, kind, has_place) == (1600, 1067, "image/jpeg", False)


def test_a_label_that_stays_before_the_camera_is_told_once(run):
    seen = [["A", 0], ["A", 150], ["B", 300], ["A", 2_000], ["A", 4_000], ["A", 6_000], ["B", 6_100], ["A", 9_000]]
    told = run(
        "const { Sightings } = await use('scanner'); const sight = new Sightings();"
        "return given.filter(([code, at]) => sight.isNew(code, at))",
        seen,
    )
    assert told == [["A", 0], ["B", 300], ["B", 6_100], ["A", 9_000]]


def test_the_library_reads_barcodes_where_the_browser_cannot(run):
    """Chromium on Linux has no reader of its own: what is read here was read by the library, from this server alone."""
    code = run(
        """
        const { detector } = await use('scanner');
        // Code 39: each character is nine bars and spaces, of which three are wide.
        const wide = { '*': 'nwnnwnwnn', A: 'wnnnnwnnw', 7: 'nnnwnnwnw', C: 'wnwnnwnnn' };
        const canvas = new OffscreenCanvas(900, 300);
        const pen = canvas.getContext('2d');
        pen.fillStyle = '#fff'; pen.fillRect(0, 0, 900, 300); pen.fillStyle = '#000';
        let x = 60;
        for (const letter of '*A7C*') {
          [...wide[letter]].forEach((each, at) => {
            const width = each === 'w' ? 12 : 4;
            if (at % 2 === 0) pen.fillRect(x, 60, width, 180);
            x += width;
          });
          x += 4;
        }
        const reader = await detector();
        return (await reader.detect(canvas.transferToImageBitmap())).map((each) => each.rawValue);
        """
    )
    assert code == ["A7C"]


@pytest.mark.parametrize(
    ("agent", "begins"),
    [
        ("Mozilla (Linux; Android 15)", "geo:48.86,2.35?q="),
        ("Mozilla (iPhone)", "https://maps.apple.com/"),
        ("X11", "https://www.google.com/maps/"),
    ],
)
def test_the_phones_own_navigation_is_opened(run, agent, begins):
    place = {"address": "12 rue de Rivoli", "lat": 48.86, "lon": 2.35}
    assert run("return (await use('directions')).directionsTo(...given)", [place, agent]).startswith(begins)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("06 39 98 00 01", "+33639980001"), ("0033 6 39 98 00 01", "+33639980001"), ("+44 7700 900123", "+447700900123")],
)
def test_a_number_may_be_typed_as_one_writes_it(run, typed, sent):
    assert run("return (await use('pages/sign_in')).international(given)", typed) == sent
