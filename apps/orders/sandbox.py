"""What may happen to an order of a test key: its robot couriers play the scenario that the order names."""

from django.db.models import TextChoices


class Scenario(TextChoices):
    """How a test order goes. The scripts are in `simulation.sandbox`."""

    DELIVERED = "delivered"  # in two minutes
    COURIER_DECLINES = "courier_declines"  # the first; the second delivers
    COURIER_CHANGES = "courier_changes"  # the first gives it back before the pickup; the second delivers
    COURIER_LATE = "courier_late"  # twenty minutes more at the pickup
    RECIPIENT_ABSENT = "recipient_absent"  # fails at the door, and goes back
    NOBODY_ACCEPTS = "nobody_accepts"  # stays open, and is flagged
