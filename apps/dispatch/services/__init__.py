"""Writes of dispatch: one file per use case."""

from apps.dispatch.services.assigning import PlannedPart, assign_leg, unassign_leg
from apps.dispatch.services.courier_work import courier_moves_leg
from apps.dispatch.services.deactivating import GivenBack, put_out_of_service
from apps.dispatch.services.offering import accept_offer, decline_offer, expire_offers, make_offer
from apps.dispatch.services.pinning import set_pin
from apps.dispatch.services.planning import plan_zone
from apps.dispatch.services.previewing import Change, Preview, preview_plan
from apps.dispatch.services.refusing import refuse_leg
from apps.dispatch.services.releasing import release_ended
from apps.dispatch.services.telling import tell_of_change
from apps.dispatch.services.touring import plan_tours
from apps.dispatch.services.watching import flag_unattended, reopen_legs_of_silent_couriers

__all__ = [
    "Change",
    "GivenBack",
    "PlannedPart",
    "Preview",
    "accept_offer",
    "assign_leg",
    "courier_moves_leg",
    "decline_offer",
    "expire_offers",
    "flag_unattended",
    "make_offer",
    "plan_tours",
    "plan_zone",
    "preview_plan",
    "put_out_of_service",
    "refuse_leg",
    "release_ended",
    "reopen_legs_of_silent_couriers",
    "set_pin",
    "tell_of_change",
    "unassign_leg",
]
