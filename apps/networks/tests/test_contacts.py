"""Who sees names, telephone numbers and instructions, and until when."""

from datetime import datetime, timedelta

import pytest

from apps.networks.contacts import Part, contacts_are_shown, masked, stop_for
from apps.networks.lifecycle import Right

NOON = datetime.fromisoformat("2026-06-10T10:00:00+00:00")
STOP = {
    "address": "3 rue de Charonne, Paris",
    "lat": 48.853,
    "lon": 2.369,
    "contact_name": "Eve",
    "phone": "+33639980101",
    "instructions": "Third floor",
}
BEFORE, CARRYING = Part(), Part(accepted_at=NOON)


def ended(**ago):
    return Part(accepted_at=NOON - timedelta(hours=5), ended_at=NOON - timedelta(**ago))


def test_a_masked_stop_keeps_its_place_and_hides_its_people():
    assert masked(STOP) == {**STOP, "contact_name": "E.", "phone": "**********01", "instructions": ""}


@pytest.mark.parametrize(("phone", "shown"), [("", ""), (None, ""), ("12", ""), ("123", "*23")])
def test_a_number_too_short_to_mask_is_not_shown(phone, shown):
    assert masked({"phone": phone})["phone"] == shown


def test_an_empty_contact_stays_empty():
    assert masked({"contact_name": ""})["contact_name"] == masked({})["contact_name"] == ""


@pytest.mark.parametrize("rights", [frozenset(), frozenset(Right) - {Right.SEE}])
def test_before_acceptance_only_the_right_to_see_shows_contacts(rights):
    assert not contacts_are_shown(BEFORE, rights, at=NOON)
    assert contacts_are_shown(BEFORE, rights | {Right.SEE}, at=NOON)


def test_who_carries_it_sees_contacts_without_any_right():
    assert contacts_are_shown(CARRYING, frozenset(), at=NOON)


def test_contacts_are_gone_two_hours_after_the_end_whatever_the_rights():
    assert contacts_are_shown(ended(hours=1, minutes=59), frozenset(), at=NOON)
    assert not contacts_are_shown(ended(hours=2), frozenset(Right), at=NOON)


def test_who_never_had_it_sees_nothing_once_it_ended():
    never = Part(accepted_at=None, ended_at=NOON)
    assert not contacts_are_shown(never, frozenset(Right), at=NOON)


def test_a_stop_is_shown_as_the_fleet_may_see_it():
    assert stop_for(STOP, CARRYING, frozenset(), at=NOON) == STOP
    assert stop_for(STOP, BEFORE, frozenset(), at=NOON)["phone"] == "**********01"
