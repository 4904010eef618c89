"""What an OSRM server says is read with suspicion, whatever it is."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.dispatch.travel.osrm_answer import FASTEST_M_S, OsrmError, OsrmRefusal, believable, parse_table

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)
ALMOST = st.fixed_dictionaries({"code": st.just("Ok") | ANYTHING, "durations": ANYTHING})


@given(st.one_of(st.binary(max_size=50), (ANYTHING | ALMOST).map(lambda answer: json.dumps(answer).encode())))
def test_an_answer_is_a_table_of_numbers_or_an_error_of_ours(body):
    try:
        table = parse_table(body, shape=(2, 1))
    except (OsrmError, OsrmRefusal):
        return
    assert table.shape == (2, 1)
    assert table.dtype == float


def test_a_table_is_read_with_its_gaps():
    table = parse_table(b'{"code": "Ok", "durations": [[1, null], [2.5, 0]]}', shape=(2, 2))
    np.testing.assert_array_equal(table, [[1.0, np.nan], [2.5, 0.0]])


def test_a_refusal_says_why():
    with pytest.raises(OsrmRefusal, match="TooBig"):
        parse_table(b'{"code": "TooBig", "message": "too many"}', shape=(1, 1))


def test_doors_on_one_road_may_be_no_time_apart_but_get_the_time_of_a_fast_car():
    metres = np.array([[0.0, 150.0]])
    table = believable(np.zeros((1, 2)), straight=metres / 4, metres=metres)
    np.testing.assert_allclose(table, [[0.0, 150.0 / FASTEST_M_S]])


@pytest.mark.parametrize(("seconds", "is_fine"), [(239.0, True), (2_000.0, True), (150.0, False), (50_400.0, False)])
def test_times_have_an_upper_and_a_lower_bound(seconds, is_fine):
    metres = np.full((1, 3), 10_000.0)
    told = np.array([[seconds, 3_000.0, 3_000.0]])
    table = believable(told, straight=metres / 4, metres=metres)
    assert np.isfinite(table[0, 0]) == is_fine
    assert np.isfinite(table[0, 1:]).all()


def test_a_table_that_is_mostly_impossible_is_not_believed_at_all():
    metres = np.full((1, 3), 10_000.0)
    with pytest.raises(OsrmError, match="cannot be"):
        believable(np.array([[-1.0, -1.0, 3_000.0]]), straight=metres / 4, metres=metres)
