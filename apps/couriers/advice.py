"""What phones are advised to send, and how often: enough to follow who carries something, little where it only costs
battery, nothing off duty.
"""

from typing import Final, TypedDict

from apps.couriers.lifecycle import CourierStatus


class Advice(TypedDict):
    """`report_every_s`: how often a batch of positions is sent, None: never. `report_points`: how many points a batch
    holds at most while all is well. `min_move_m`: a point is taken when the phone is that far from the last one.
    `sync_every_s`: how often to ask for news where there is no live push.
    """

    report_every_s: int | None
    report_points: int
    min_move_m: int
    sync_every_s: int


ON_THE_WAY: Final = Advice(report_every_s=10, report_points=5, min_move_m=15, sync_every_s=60)
WAITING: Final = Advice(report_every_s=60, report_points=2, min_move_m=50, sync_every_s=15)  # an offer stands 30 s
PAUSING: Final = Advice(report_every_s=120, report_points=1, min_move_m=100, sync_every_s=120)
OFF_DUTY: Final = Advice(report_every_s=None, report_points=0, min_move_m=0, sync_every_s=300)


def advice_for(status: CourierStatus, *, load_legs: int) -> Advice:
    """What to do now, for a courier with so many legs to do."""
    if status == CourierStatus.OFF_DUTY:
        return OFF_DUTY
    if load_legs:
        return ON_THE_WAY
    return PAUSING if status == CourierStatus.PAUSED else WAITING
