"""Amounts are written with the decimals that their currency has, by integers alone."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some

from apps.core.money import Money, decimals_of

BY_DECIMALS = {0: ("JPY", "KRW", "XOF", "CLP", "ISK"), 2: ("EUR", "CHF", "HUF", "MGA"), 3: ("TND", "KWD"), 4: ("CLF",)}
EVERY = sorted(currency for currencies in BY_DECIMALS.values() for currency in currencies)


@pytest.mark.parametrize(
    ("amount", "currency", "shown"),
    [
        (890, "EUR", "8.90 EUR"),
        (5, "EUR", "0.05 EUR"),
        (0, "EUR", "0.00 EUR"),
        (-890, "EUR", "-8.90 EUR"),
        (890, "JPY", "890 JPY"),
        (0, "XOF", "0 XOF"),
        (12_345, "TND", "12.345 TND"),
        (7, "KWD", "0.007 KWD"),
        (123_456, "CLF", "12.3456 CLF"),
        (890, "XXQ", "8.90 XXQ"),  # of no country: as most are
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(amount, currency, shown):
    assert str(Money(amount, currency)) == shown


@given(some.integers(-(10**15), 10**15), some.sampled_from(EVERY))
def test_an_amount_reads_back_and_has_no_other_decimals(amount, currency):
    decimals = decimals_of(currency)
    assert currency in BY_DECIMALS[decimals]
    shown = Money(amount, currency).decimal
    assert Decimal(shown).scaleb(decimals) == amount
    assert len(shown.partition(".")[2]) == decimals


def test_for_people_thousands_stand_apart():
    assert Money(123_456_789, "EUR").grouped == "1,234,567.89"
    assert Money(1_234_567, "KRW").grouped == "1,234,567"
    assert Money(999, "TND").grouped == "0.999"
