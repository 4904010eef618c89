"""The words under which an order is found, and the words of a query. Pure: text in, text out.

Both go through the same door: lower case, accents stripped, letters and digits only. A telephone number is kept
backwards behind `<`, so that its last digits are a prefix like any other.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import chain

LONGEST_WORD = 32
MOST_WORDS = 60  # of one order: an address of two hundred letters has no more
BACKWARDS = "<"  # sorts before every letter and digit, and is none
_WORD = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"[\d\s+().\-/]+\Z")
_NUMBER_AMONG_WORDS = re.compile(r"(?:^|(?<=\s))\+?\d[\d\s().\-/]*\d(?=\s|$)")
_DIGITS = re.compile(r"\d+")
_ONE_NUMBER = re.compile(r"(?:^|(?<=\s))\+?\d+(?=\s|$)")
END_OF_NUMBER = 4  # digits from which on a number beside words may be the end of a telephone number
NATIONAL_NUMBER = 9  # digits from which on a number may be a whole one


def normalised(text: str) -> str:
    """Lower case, without accents: `Crème BRÛLÉE` and `creme brulee` are the same."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def words_in(text: str) -> list[str]:
    """Its words, each once, in their order."""
    return list(dict.fromkeys(word[:LONGEST_WORD] for word in _WORD.findall(normalised(text))))


def words_of_order(*, references: Iterable[str], phones: Iterable[str], texts: Iterable[str]) -> list[str]:
    """All words of an order.

    `references` (codes, barcodes) are found by their parts and as a whole, with or without their hyphens; `phones` by
    their last digits; `texts` are addresses and names.
    """
    found: dict[str, None] = {}
    for reference in references:
        parts = words_in(reference)
        found |= dict.fromkeys([*parts, "".join(parts)[:LONGEST_WORD]] if parts else [])
    found |= dict.fromkeys(backwards(phone) for phone in phones if phone)
    for text in texts:
        found |= dict.fromkeys(words_in(text))
    return list(found)[:MOST_WORDS]


def backwards(number: str) -> str:
    """A number from its end, as it is kept: `<10108993633` for `+33 6 39 98 01 01`."""
    digits = [letter for letter in number if letter.isdigit()]
    return (BACKWARDS + "".join(reversed(digits)))[:LONGEST_WORD]


def readings(query: str) -> list[list[str]]:
    """The ways to read a query, each a list of prefixes that one order must all have.

    Words are words. Nothing but digits may also be a barcode or the end of a telephone number, however it is spaced;
    beside words, four digits or more may be the end of one: `charonne 0101`. Fewer are a house number.
    """
    words = words_in(query)
    if not words:
        return []
    if not _NUMBER.match(query):
        ways = [words, *_with_a_telephone(normalised(query))]
    else:
        digits = "".join(_DIGITS.findall(query))
        ways = [words, [digits[:LONGEST_WORD]], [backwards(_without_trunk_zeros(digits))]]
    return [way for place, way in enumerate(ways) if way not in ways[:place]]


def _with_a_telephone(query: str) -> Iterator[list[str]]:
    """A query of words read with each of its longer numbers, spaced or not, as the end of a telephone number."""
    for number in chain(_NUMBER_AMONG_WORDS.finditer(query), _ONE_NUMBER.finditer(query)):
        digits = "".join(_DIGITS.findall(number[0]))
        if len(digits) >= END_OF_NUMBER:
            others = words_in(f"{query[: number.start()]} {query[number.end() :]}")
            yield [*others, backwards(_without_trunk_zeros(digits))]


def _without_trunk_zeros(digits: str) -> str:
    """A whole national number without the zeros that a country puts before it; a few last digits as they are."""
    return digits.lstrip("0") if len(digits) >= NATIONAL_NUMBER else digits


def after_all(prefix: str) -> str:
    """The end of the range of words with this prefix, itself not in it."""
    return prefix + "\U0010ffff"
