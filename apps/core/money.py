"""Money in integer cents, or what a currency has instead of them, with its ISO 4217 code: no float holds an amount."""

from dataclasses import dataclass

_USUAL_DECIMALS = 2
_OTHER_DECIMALS = {  # the minor units of ISO 4217, list one as its maintenance agency (SIX) publishes it, where not two
    "BIF": 0,
    "CLP": 0,
    "DJF": 0,
    "GNF": 0,
    "ISK": 0,
    "JPY": 0,
    "KMF": 0,
    "KRW": 0,
    "PYG": 0,
    "RWF": 0,
    "UGX": 0,
    "UYI": 0,
    "VND": 0,
    "VUV": 0,
    "XAF": 0,
    "XOF": 0,
    "XPF": 0,
    "BHD": 3,
    "IQD": 3,
    "JOD": 3,
    "KWD": 3,
    "LYD": 3,
    "OMR": 3,
    "TND": 3,
    "CLF": 4,
    "UYW": 4,
}


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit."""

    amount: int
    currency: str

    def __str__(self) -> str:
        """`12.34 EUR`, `1234 JPY`."""
        return f"{self.decimal} {self.currency}"

    @property
    def decimal(self) -> str:
        """With a point before the currency's own number of decimals: `12.34` in EUR, `1234` in JPY, `1.234` in TND."""
        return self._written("")

    @property
    def grouped(self) -> str:
        """The same for people, thousands apart: `1,234.50`."""
        return self._written(",")

    def as_json(self) -> dict[str, int | str]:
        """As the APIs show it: `{"amount": 890, "currency": "EUR"}`."""
        return {"amount": self.amount, "currency": self.currency}

    def _written(self, separator: str) -> str:
        decimals = decimals_of(self.currency)
        whole, part = divmod(abs(self.amount), 10**decimals)
        sign = "-" if self.amount < 0 else ""
        shown = f"{sign}{whole:{separator}}"
        return f"{shown}.{part:0{decimals}}" if decimals else shown


def decimals_of(currency: str) -> int:
    """How many decimals a currency is written with; two where ISO 4217 names it with two, or does not know it."""
    return _OTHER_DECIMALS.get(currency, _USUAL_DECIMALS)
