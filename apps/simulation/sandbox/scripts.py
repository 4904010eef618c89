"""What robots do in each scenario, and when: seconds of the platform's clock since the order was placed."""

from dataclasses import dataclass
from enum import StrEnum

from apps.orders.sandbox import Scenario


class Act(StrEnum):
    """One thing that a robot, or nobody, does."""

    OFFER_TO_FIRST = "offer to the first robot"
    FIRST_DECLINES = "the first robot declines"
    FIRST_TAKES = "the first robot gets it"
    FIRST_GIVES_BACK = "the first robot gives it back"
    SECOND_TAKES = "the second robot gets it"
    ARRIVE = "arrive at the pickup"
    PICK_UP = "pick up"
    ARRIVE_AT_DOOR = "arrive at the dropoff"
    DELIVER = "deliver"
    FAIL = "nobody is there"
    RETURN = "set out to bring it back"
    BRING_BACK = "bring it back"
    GIVE_UP = "flag it: nobody accepted"


@dataclass(frozen=True, slots=True)
class Step:
    """An act, so many seconds after the order was placed."""

    after_s: float
    act: Act


def _way(*, arrive_s: float, wait_s: float = 15) -> tuple[Step, ...]:
    """From the way to the pickup to the door."""
    return (
        Step(arrive_s, Act.ARRIVE),
        Step(arrive_s + wait_s, Act.PICK_UP),
        Step(arrive_s + wait_s + 60, Act.ARRIVE_AT_DOOR),
    )


def _delivery(*, arrive_s: float = 30, wait_s: float = 15) -> tuple[Step, ...]:
    return (*_way(arrive_s=arrive_s, wait_s=wait_s), Step(arrive_s + wait_s + 75, Act.DELIVER))


SCRIPTS: dict[Scenario, tuple[Step, ...]] = {
    Scenario.DELIVERED: (Step(5, Act.FIRST_TAKES), *_delivery()),
    Scenario.COURIER_DECLINES: (
        Step(5, Act.OFFER_TO_FIRST),
        Step(15, Act.FIRST_DECLINES),
        Step(20, Act.SECOND_TAKES),
        *_delivery(arrive_s=45),
    ),
    Scenario.COURIER_CHANGES: (
        Step(5, Act.FIRST_TAKES),
        Step(25, Act.FIRST_GIVES_BACK),
        Step(35, Act.SECOND_TAKES),
        *_delivery(arrive_s=60),
    ),
    Scenario.COURIER_LATE: (Step(5, Act.FIRST_TAKES), *_delivery(wait_s=20 * 60)),
    Scenario.RECIPIENT_ABSENT: (
        Step(5, Act.FIRST_TAKES),
        *_way(arrive_s=30),
        Step(135, Act.FAIL),
        Step(180, Act.RETURN),
        Step(240, Act.BRING_BACK),
    ),
    Scenario.NOBODY_ACCEPTS: (Step(60, Act.GIVE_UP),),
}
