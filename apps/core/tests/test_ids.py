"""Identifiers: in the order of birth inside, opaque with a prefix outside."""

from uuid import UUID, uuid4

import pytest

from apps.core.errors import NotFound
from apps.core.ids import new_id, parse_public_id, public_id


def test_later_identifiers_sort_after_earlier_ones():
    made = [new_id() for _ in range(2_000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


def test_identifiers_are_of_version_seven():
    assert new_id().version == 7


@pytest.mark.parametrize("key", [new_id(), uuid4(), UUID(int=0), UUID(int=2**128 - 1)])
def test_a_public_id_reads_back(key):
    assert parse_public_id("ord", public_id("ord", key)) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ord",
        "ord_",
        "0" * 32,
        "ord_" + "0" * 31,
        "ord_" + "0" * 33,
        "ord_" + "g" * 32,
        "leg_" + "0" * 32,
        "ORD_" + "0" * 32,
        "ord__" + "0" * 31,
        "ord_00000000-0000-0000-0000-000000000000",
        "ord_" + "0" * 32 + "\n",
    ],
)
def test_what_is_no_public_id_names_nothing(text):
    with pytest.raises(NotFound):
        parse_public_id("ord", text)
