"""Money in integer cents with its ISO 4217 currency: no float ever holds an amount."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the currency's smallest unit."""

    amount: int
    currency: str

    def as_json(self) -> dict[str, int | str]:
        """As the APIs show it: `{"amount": 890, "currency": "EUR"}`."""
        return {"amount": self.amount, "currency": self.currency}
