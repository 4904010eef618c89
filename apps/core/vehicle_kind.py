"""Kinds of vehicle: the words that orders (who may carry it) and couriers (what they ride) share."""

from django.db.models import TextChoices


class VehicleKind(TextChoices):
    """What couriers ride."""

    BIKE = "bike"
    CARGO_BIKE = "cargo_bike"
    SCOOTER = "scooter"
    VAN = "van"
