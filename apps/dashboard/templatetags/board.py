"""How figures are written on the board."""

from django import template

from apps.core.money import Money
from apps.dashboard import words
from apps.dashboard.selectors.order_detail import StopView

register = template.Library()

register.filter("initials", words.initials)
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}


@register.filter
def first_name(name: str) -> str:
    """What a courier of another company is called."""
    return name.partition(" ")[0]


@register.filter
def money(cents: int, currency: str) -> str:
    """An amount: `€ 8.90`, `JPY 1,234`."""
    return f"{_SIGNS.get(currency, currency)} {Money(int(cents), currency).grouped}"


@register.filter
def kilograms(weight_g: int) -> str:
    """A weight: `450 g` or `2.5 kg`."""
    return f"{weight_g} g" if weight_g < 1000 else f"{weight_g / 1000:.1f} kg"


@register.filter
def distance(metres: int | None) -> str:
    """A distance: `350 m`, `2.4 km`, or a dash when it is not known."""
    if metres is None:
        return "–"
    return f"{round(metres, -1)} m" if metres < 1000 else f"{metres / 1000:.1f} km"


@register.filter
def late_by(stop: StopView) -> int:
    """Whole minutes after what was promised; a pickup is promised from its time on, so it is never late."""
    at = stop.done_at or stop.expected_at
    if at is None or stop.kind == "Pickup":
        return 0
    return max(0, int((at - stop.promised_at).total_seconds() // 60))


@register.filter
def lateness(stop: StopView) -> str:
    """The style of a time that is late."""
    return "late" if late_by(stop) else ""
