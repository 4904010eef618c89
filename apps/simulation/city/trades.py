"""What each kind of merchant is like: its hours, its customers through the day, what it sends.

Figures are of the order that the trade knows (kitchens take 10 to 25 minutes, a bag of groceries weighs 2 to 8 kg,
lunch peaks from 12:00 to 13:30 and dinner from 19:00 to 21:00); they come from common knowledge, not from a survey.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.simulation.city.model import MerchantKind, OpeningHours, ParcelSize

HOUR_S = 3600
DAY_S = 24 * HOUR_S


@dataclass(frozen=True, slots=True)
class ParcelProfile:
    """What one order holds: so many parcels, each of a weight and size within bounds."""

    descriptions: tuple[str, ...]
    sizes: tuple[ParcelSize, ...]
    min_weight_g: int
    max_weight_g: int
    counts: tuple[int, ...] = (1,)
    """How many parcels; one of these, each as likely as it is often written."""


@dataclass(frozen=True, slots=True)
class Trade:
    """One kind of merchant."""

    share: float
    """Part of the merchants of a city; all trades add up to 1."""
    signs: tuple[str, ...]
    """What to write over the door, before the name of the neighbourhood."""
    opening: tuple[tuple[OpeningHours, ...], ...]
    """Usual hours: a merchant keeps one of these."""
    preparation_minutes: tuple[int, int]
    promise_minutes: int
    """What the merchant promises its customers from door to door, unless the way is long."""
    demand: float
    """Orders beside those of a restaurant, 1."""
    curve: tuple[float, ...]
    """Appetite at each full hour of the local day from 0 to 24; straight lines between. Its scale means nothing."""
    parcels: ParcelProfile

    def __post_init__(self) -> None:
        if len(self.curve) != 25:
            raise ValueError(f"a demand curve has 25 values, from 0 h to 24 h, not {len(self.curve)}")

    def appetite(self, second: float) -> float:
        """How much is wanted at a second of the local day, opening hours aside."""
        hour = min(23, int(second // HOUR_S))
        part = second / HOUR_S - hour
        return self.curve[hour] + (self.curve[hour + 1] - self.curve[hour]) * part


def hours(*spans: tuple[float, float]) -> tuple[OpeningHours, ...]:
    """Opening hours from hours of the day: (11.5, 14.5) is from 11:30 to 14:30."""
    return tuple(OpeningHours(round(opens * HOUR_S), round(closes * HOUR_S)) for opens, closes in spans)


def _from_hour(first: int, *values: float) -> tuple[float, ...]:
    """A curve of 25 values: these from the first hour on, nothing before and after."""
    return (*(0.0,) * first, *values, *(0.0,) * (25 - first - len(values)))


_MEALS = _from_hour(10, 0.05, 0.25, 1.0, 1.0, 0.3, 0.12, 0.1, 0.15, 0.5, 1.15, 1.3, 0.95, 0.35, 0.08)
_SHOP = _from_hour(8, 0.2, 0.6, 0.9, 1.0, 0.9, 0.6, 0.6, 0.7, 0.8, 1.0, 1.1, 0.8, 0.3)

TRADES: Mapping[MerchantKind, Trade] = MappingProxyType(
    {
        "restaurant": Trade(
            share=0.55,
            signs=(
                "Le Bistrot",
                "La Cantine",
                "Le Comptoir",
                "La Table",
                "Les Ravioles",
                "Le Bouillon",
                "Les Nouilles",
                "Le Couscous",
                "La Pizzeria",
                "Les Crêpes",
                "Le Banh Mi",
                "Le Curry",
            ),
            opening=(hours((11.5, 14.5), (18.5, 22.5)), hours((11.5, 22.5)), hours((11.5, 15.0), (18.5, 23.0))),
            preparation_minutes=(9, 22),
            promise_minutes=45,
            demand=1.0,
            curve=_MEALS,
            parcels=ParcelProfile(("Sac repas", "Sac repas chaud"), ("S", "M"), 500, 3_200, counts=(1, 1, 1, 2)),
        ),
        "grocer": Trade(
            share=0.125,
            signs=("L'Épicerie", "Le Marché", "Le Primeur"),
            opening=(hours((9.0, 21.0)), hours((8.5, 20.0))),
            preparation_minutes=(10, 25),
            promise_minutes=75,
            demand=0.7,
            curve=_from_hour(8, 0.3, 0.6, 0.9, 1.0, 0.8, 0.6, 0.5, 0.6, 0.8, 1.1, 1.4, 1.3, 0.7, 0.3),
            parcels=ParcelProfile(("Sac de courses", "Cagette"), ("M", "L"), 2_000, 8_000, counts=(1, 1, 2, 2, 3)),
        ),
        "bakery": Trade(
            share=0.1,
            signs=("La Boulangerie", "Le Fournil", "Le Pain"),
            opening=(hours((7.0, 19.5)), hours((7.5, 20.0))),
            preparation_minutes=(4, 10),
            promise_minutes=45,
            demand=0.6,
            curve=_from_hour(7, 0.7, 1.3, 1.1, 0.7, 0.7, 1.2, 1.0, 0.4, 0.4, 0.7, 0.6, 0.5, 0.4, 0.1),
            parcels=ParcelProfile(("Viennoiseries", "Pains", "Gâteau"), ("S", "M"), 400, 2_500),
        ),
        "pharmacy": Trade(
            share=0.075,
            signs=("La Pharmacie",),
            opening=(hours((9.0, 20.0)), hours((8.5, 20.5))),
            preparation_minutes=(5, 12),
            promise_minutes=60,
            demand=0.45,
            curve=_SHOP,
            parcels=ParcelProfile(("Sachet scellé",), ("S",), 100, 1_500),
        ),
        "florist": Trade(
            share=0.05,
            signs=("Les Fleurs", "L'Atelier floral"),
            opening=(hours((9.5, 20.0)),),
            preparation_minutes=(12, 25),
            promise_minutes=90,
            demand=0.35,
            curve=_SHOP,
            parcels=ParcelProfile(("Bouquet", "Plante en pot"), ("M", "L"), 600, 3_500),
        ),
        "bookshop": Trade(
            share=0.05,
            signs=("La Librairie", "Les Pages"),
            opening=(hours((10.0, 19.5)),),
            preparation_minutes=(5, 12),
            promise_minutes=120,
            demand=0.3,
            curve=_SHOP,
            parcels=ParcelProfile(("Livres",), ("S", "M"), 300, 4_000),
        ),
        "caterer": Trade(
            share=0.05,
            signs=("Le Traiteur", "Les Plateaux"),
            opening=(hours((8.0, 20.0)),),
            preparation_minutes=(25, 45),
            promise_minutes=90,
            demand=0.4,
            curve=_from_hour(8, 0.3, 0.7, 1.2, 1.3, 0.7, 0.3, 0.2, 0.2, 0.4, 0.9, 1.0, 0.6, 0.2),
            parcels=ParcelProfile(("Plateaux repas", "Caisse traiteur"), ("L",), 2_500, 9_000, counts=(1, 2, 2, 3, 4)),
        ),
    }
)
