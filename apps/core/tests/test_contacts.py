"""What is left of a contact when it is masked."""

import pytest

from apps.core.contacts import masked_name, masked_phone, stop_shown

STOP = {
    "address": "3 rue de Charonne, Paris",
    "lat": 48.853,
    "lon": 2.369,
    "contact_name": "Eve Dupont",
    "phone": "+33639980101",
    "instructions": "Code 4711",
}


@pytest.mark.parametrize(("phone", "shown"), [("+33639980101", "••••••••••01"), ("01", "01"), ("7", "7"), ("", "")])
def test_a_masked_phone_shows_its_last_two_digits(phone, shown):
    assert masked_phone(phone) == shown


@pytest.mark.parametrize(("name", "shown"), [("Eve Dupont", "E."), ("  eve", "e."), ("", ""), ("  ", "")])
def test_a_masked_name_shows_its_initial(name, shown):
    assert masked_name(name) == shown


def test_a_masked_stop_keeps_the_place_and_nothing_of_who_is_there():
    masked = stop_shown(STOP, in_full=False)
    assert {name: masked[name] for name in ("address", "lat", "lon")} == {
        name: STOP[name] for name in ("address", "lat", "lon")
    }
    assert (masked["contact_name"], masked["phone"]) == ("E.", "••••••••••01")
    assert (masked["instructions"], masked["is_masked"]) == ("", True)


def test_in_full_it_is_as_the_merchant_wrote_it():
    assert stop_shown(STOP, in_full=True) == {**STOP, "is_masked": False}


def test_a_stop_without_contact_has_empty_ones():
    bare = {name: STOP[name] for name in ("address", "lat", "lon")}
    assert stop_shown(bare, in_full=True)["phone"] == stop_shown(bare, in_full=False)["phone"] == ""
