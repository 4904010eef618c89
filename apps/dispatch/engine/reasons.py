"""Why a leg was left out of a plan."""

from enum import StrEnum


class UnassignedReason(StrEnum):
    """Each member is a true sentence about the leg; the first one that holds, in this order, is given."""

    BEYOND_HORIZON = "beyond_horizon"
    """It is ready too far in the future to be planned now."""
    NO_COURIER_ON_SHIFT = "no_courier_on_shift"
    """Nobody is on duty, or will be within the lookahead."""
    NO_ELIGIBLE_FLEET = "no_eligible_fleet"
    """Nobody on duty belongs to a fleet that may carry it."""
    MISSING_SKILL = "missing_skill"
    """Of those, nobody has all the skills it asks for."""
    TOO_HEAVY = "too_heavy"
    """Of those, nobody can carry its weight, on top of what he has on board."""
    TOO_MANY_PARCELS = "too_many_parcels"
    """Of those, nobody has room for its parcels."""
    EVERY_COURIER_DECLINED = "every_courier_declined"
    """Of those, everyone is excluded from it."""
    SHIFT_ENDS_TOO_SOON = "shift_ends_too_soon"
    """Of those, nobody can pick it up before his shift ends."""
    WINDOW_CANNOT_BE_MET = "window_cannot_be_met"
    """Of those, nobody can drop it off before its window ends."""
    BEYOND_PLAN_SIZE = "beyond_plan_size"
    """It could be carried, but the plan had reached its greatest size without it or without its couriers."""
    NO_COURIER_FREE = "no_courier_free"
    """Everyone who could carry it has other work in this plan."""
    WAITING_FOR_A_BETTER_COURIER = "waiting_for_a_better_courier"
    """Somebody without work in this plan could carry it, but so late that leaving it to a later plan is better."""
