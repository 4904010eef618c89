"""Writes of dispatch: one file per use case."""

from apps.dispatch.services.assigning import PlannedPart, assign_leg, unassign_leg
from apps.dispatch.services.by_hand import (
    give_by_hand,
    move_by_hand,
    pin_by_hand,
    refuse_by_hand,
    take_back_by_hand,
)
from apps.dispatch.services.courier_proofs import courier_tells_proof
from apps.dispatch.services.courier_work import Shown, courier_moves_leg
from apps.dispatch.services.deactivating import GivenBack, put_out_of_service
from apps.dispatch.services.editing import EditedLeg, edit_leg
from apps.dispatch.services.fleet_offering import (
    accept_fleet_offer,
    decline_fleet_offer,
    expire_fleet_offers,
    make_fleet_offer,
)
from apps.dispatch.services.handing_on import hand_on_leg, take_back_leg
from apps.dispatch.services.offering import accept_offer, decline_offer, expire_offers, make_offer
from apps.dispatch.services.pinning import set_pin
from apps.dispatch.services.planning import plan_zone
from apps.dispatch.services.previewing import Change, Preview, preview_plan
from apps.dispatch.services.progress import Report, Reported, report_progress
from apps.dispatch.services.proving import check_pin
from apps.dispatch.services.refusing import refuse_leg
from apps.dispatch.services.releasing import release_ended
from apps.dispatch.services.reporting import CourierReport, courier_reports
from apps.dispatch.services.scanning import courier_scans
from apps.dispatch.services.telling import tell_of_change
from apps.dispatch.services.touring import plan_tours
from apps.dispatch.services.tracks import forget_old_tracks
from apps.dispatch.services.watching import flag_unattended, reopen_legs_of_silent_couriers

__all__ = [
    "Change",
    "CourierReport",
    "EditedLeg",
    "GivenBack",
    "PlannedPart",
    "Preview",
    "Report",
    "Reported",
    "Shown",
    "accept_fleet_offer",
    "accept_offer",
    "assign_leg",
    "check_pin",
    "courier_moves_leg",
    "courier_reports",
    "courier_scans",
    "courier_tells_proof",
    "decline_fleet_offer",
    "decline_offer",
    "edit_leg",
    "expire_fleet_offers",
    "expire_offers",
    "flag_unattended",
    "forget_old_tracks",
    "give_by_hand",
    "hand_on_leg",
    "make_fleet_offer",
    "make_offer",
    "move_by_hand",
    "pin_by_hand",
    "plan_tours",
    "plan_zone",
    "preview_plan",
    "put_out_of_service",
    "refuse_by_hand",
    "refuse_leg",
    "release_ended",
    "reopen_legs_of_silent_couriers",
    "report_progress",
    "set_pin",
    "take_back_by_hand",
    "take_back_leg",
    "tell_of_change",
    "unassign_leg",
]
