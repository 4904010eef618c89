"""The life of an offer, and why an assignment ended."""

from django.db.models import TextChoices


class OfferStatus(TextChoices):
    """An offer is live until it is accepted, declined, expired or withdrawn; then it stays what it is."""

    LIVE = "live"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class AssignedBy(TextChoices):
    """Who decided that a courier has a leg."""

    PLANNER = "planner"
    COURIER = "courier"  # by accepting an offer
    DISPATCHER = "dispatcher"
    FLEET = "fleet"  # with a dispatch of its own, by accepting an offer


class AssignmentEnd(TextChoices):
    """How a courier's time with a leg ended."""

    DELIVERED = "delivered"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNASSIGNED = "unassigned"
    SILENT = "courier_silent"


class ProgressAction(TextChoices):
    """What a fleet's system may report of a leg that one of its couriers has."""

    ARRIVE = "arrive"  # at the pickup
    PICK_UP = "pick_up"
    ARRIVE_DROPOFF = "arrive_dropoff"
    DELIVER = "deliver"
    FAIL = "fail"
    POSITION = "position"
