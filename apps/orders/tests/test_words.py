"""Words of orders and of queries go through the same door."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.orders.words import LONGEST_WORD, after_all, backwards, readings, words_in, words_of_order


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("12 rue de l'Évêché, Paris", ["12", "rue", "de", "l", "eveche", "paris"]),
        ("Crème BRÛLÉE creme", ["creme", "brulee"]),
        ("Straße_7", ["strasse", "7"]),
        ("ул. Ленина", ["ул", "ленина"]),
        ("…", []),
    ],
)
def test_words_are_lower_case_without_accents_each_once(text, words):
    assert words_in(text) == words


def test_a_reference_is_found_by_its_parts_and_as_a_whole():
    assert words_of_order(references=["A-10/42"], phones=[], texts=[]) == ["a", "10", "42", "a1042"]


def test_a_telephone_is_found_from_its_end():
    (kept,) = words_of_order(references=[], phones=["+33639980101", ""], texts=[])
    for query in ("0101", "98 01 01", "06 39 98 01 01", "+33 6 39 98 01 01", "0033639980101"):
        assert any(kept.startswith(prefix) for way in readings(query) for prefix in way), query
    assert not any(kept.startswith(prefix) for way in readings("0639") for prefix in way)


def test_text_is_read_one_way():
    assert readings("rue 12") == [["rue", "12"]]
    assert readings("A-1042 rue") == [["a", "1042", "rue"]]
    assert readings("!") == []


def test_a_longer_number_beside_words_may_be_the_end_of_a_telephone_number():
    assert readings("Charonne 0101") == [["charonne", "0101"], ["charonne", "<1010"]]
    assert readings("+33 6 39 98 01 01 rue 3") == [
        ["33", "6", "39", "98", "01", "rue", "3"],
        ["rue", "3", "<10108993633"],
    ]


@given(st.text(min_size=1, max_size=40))
def test_every_prefix_of_a_word_is_in_its_range(text):
    for word in words_in(text):
        assert len(word) <= LONGEST_WORD
        for end in range(1, len(word) + 1):
            assert word[:end].encode() <= word.encode() < after_all(word[:end]).encode()


@given(st.text("0123456789", min_size=4, max_size=15), st.integers(3, 8))
def test_the_last_digits_of_a_number_find_it(number, count):
    last = number[-count:]
    assert any(backwards(number).startswith(prefix) for way in readings(last) for prefix in way)
