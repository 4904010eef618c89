"""How a courier behaves, and how kind the street is to the phone. All of it is the client's: no platform knows it."""

from dataclasses import dataclass

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """An ideal courier, if nothing else is said: answers at once, takes everything, and the network never fails.

    Seconds are the platform's, unless `wall` is in the name. Ranges are from, to; shares are from 0 to 1.
    """

    report_wall_s: float = 1.0
    """Positions are sent this often, and every `report_platform_s` when that is longer."""
    report_platform_s: float = 5.0
    sync_wall_s: float = 10.0
    """The phone asks for everything this often, news or not."""

    answers_after_s: Range = (0.0, 0.0)
    """From seeing an offer to answering it."""
    declines_share: float = 0.0
    ignores_share: float = 0.0
    """Of offers: they run out without an answer."""
    lateness_s: Range = (0.0, 0.0)
    """By how much each ride takes longer than the vehicle would."""
    mistypes_share: float = 0.0
    """Of barcodes and PINs: typed with a wrong character, and noticed when they are not accepted."""
    pauses_share: float = 0.0
    """Of shifts in which the courier pauses once."""
    pause_s: float = 600.0

    outages: tuple[int, int] = (0, 0)
    """How often the network is away in a shift, at least and at most."""
    outage_s: Range = (60.0, 480.0)
    lost_answers_share: float = 0.0
    """Of what was sent, done by the platform and never heard of: the phone sends it again."""
    shuffles_share: float = 0.0
    """Of batches that leave in pieces and in any order."""
    holds_share: float = 0.0
    """Of actions that stay in the outbox for `hold_s` while later ones leave."""
    hold_s: float = 60.0
    flat_batteries_share: float = 0.0
    """Of shifts in which the battery runs out once."""
    flat_battery_s: Range = (300.0, 1200.0)
    clock_error_s: float = 0.0
    """By how much the phone's clock is wrong at most, either way."""


IDEAL = Habits()
MILD = Habits(
    answers_after_s=(2.0, 12.0),
    declines_share=0.05,
    ignores_share=0.02,
    lateness_s=(0.0, 60.0),
    mistypes_share=0.02,
    outages=(0, 1),
    outage_s=(60.0, 180.0),
    lost_answers_share=0.01,
    clock_error_s=30.0,
)
HUMAN = Habits(
    answers_after_s=(2.0, 12.0),
    declines_share=0.05,
    ignores_share=0.05,
    lateness_s=(0.0, 180.0),
    mistypes_share=0.05,
    pauses_share=0.5,
    outages=(1, 4),
    lost_answers_share=0.03,
    shuffles_share=0.3,
    holds_share=0.1,
    flat_batteries_share=0.25,
    clock_error_s=600.0,
)
BY_NAME = {"ideal": IDEAL, "mild": MILD, "human": HUMAN}
