"""Errors of hubs. What a single scan is refused for is told in its result, with these codes."""

from apps.core.errors import Conflict, Forbidden, NotFound


class NotAHubOperator(Forbidden):
    code = "not_a_hub_operator"
    message = "Your organisation operates no hubs."


class UnknownParcel(NotFound):
    code = "unknown_parcel"
    message = "No parcel that is on its way is known by this."


class AmbiguousBarcode(Conflict):
    code = "ambiguous_barcode"
    message = "Two merchants have parcels with this barcode here: send the parcel's id."


class OrderWasCancelled(Conflict):
    code = "order_cancelled"
    message = "The order was cancelled: set the parcel aside for its merchant."
