"""Where a parcel is follows from the set of its scans: not from their order, their number, or who brought them."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from apps.hubs.timeline import ALREADY_IN, APPLIED, MISROUTED, NOT_IN, Passing, Way, read_timeline

NOON = datetime.fromisoformat("2026-06-10T10:00:00+00:00")
QUAY, NORTH = UUID(int=1), UUID(int=2)


def passing(minute, *, is_in=True, hub_id=QUAY, client_id=None):
    at = NOON + timedelta(minutes=minute)
    return Passing(client_id or uuid4(), hub_id, is_in, at, at, at)


passings = st.lists(
    st.builds(
        passing,
        st.integers(0, 20),
        is_in=st.booleans(),
        hub_id=st.sampled_from([QUAY, NORTH]),
        client_id=st.uuids(),
    ),
    unique_by=lambda each: each.client_id,
    max_size=12,
)
ways = st.builds(
    Way,
    st.sampled_from([QUAY, None]),
    st.none() | st.integers(0, 20).map(lambda minute: NOON + timedelta(minutes=minute, seconds=30)),
)


@given(passings, ways, st.data())
def test_any_order_of_arrival_ends_in_the_same_place(scans, way, data):
    assert read_timeline(scans, way) == read_timeline(data.draw(st.permutations(scans)), way)


@given(passings, ways)
def test_what_was_refused_for_telling_nothing_new_could_be_left_out(scans, way):
    whole, codes = read_timeline(scans, way)
    told = [scan for scan in scans if codes[scan.client_id] not in (ALREADY_IN, NOT_IN)]
    assert read_timeline(told, way)[0] == whole


@given(passings, ways)
def test_a_parcel_lies_where_it_was_scanned_in_and_has_reached_the_hub_if_it_was_ever_in(scans, way):
    timeline, codes = read_timeline(scans, way)
    ins = [scan for scan in scans if scan.is_in]
    assert timeline.hub_id is None or timeline.hub_id in {scan.hub_id for scan in ins}
    assert (timeline.reached_at is not None) == any(scan.hub_id == way.hub_id for scan in ins)
    assert set(codes) == {scan.client_id for scan in scans}


def test_in_and_out_in_one_second_are_in_and_then_out():
    into, out = passing(1, client_id=UUID(int=9)), passing(1, is_in=False, client_id=UUID(int=3))
    timeline, codes = read_timeline([out, into], Way(QUAY))
    assert (timeline.hub_id, set(codes.values())) == (None, {APPLIED})


def test_a_parcel_is_astray_until_it_is_in_the_hub_of_its_order():
    wrong, out, right = passing(1, hub_id=NORTH), passing(2, is_in=False, hub_id=NORTH), passing(3)
    assert read_timeline([wrong, out], Way(QUAY))[0].astray_hub_id == NORTH
    timeline, codes = read_timeline([right, wrong, out], Way(QUAY))
    assert (timeline.hub_id, timeline.astray_hub_id, codes[wrong.client_id]) == (QUAY, None, MISROUTED)
