"""Errors of orders."""

from apps.core.errors import Conflict, Gone, Invalid, NotFound


class OrderNotFound(NotFound):
    code = "order_not_found"
    message = "There is no such order."


class LegNotFound(NotFound):
    code = "leg_not_found"
    message = "There is no such leg."


class QuoteNotFound(NotFound):
    code = "quote_not_found"
    message = "There is no such quote."


class QuoteExpired(Conflict):
    code = "quote_expired"
    message = "This quote is no longer valid: ask for a new one."


class QuoteUsed(Conflict):
    code = "quote_used"
    message = "This quote was already used for an order."


class QuoteMismatch(Invalid):
    code = "quote_mismatch"
    message = "The order is not the one that was quoted."


class ExternalIdTaken(Conflict):
    code = "external_id_taken"
    message = "Another order of yours has this external_id."


class TooFarToChange(Conflict):
    code = "too_far_to_change"
    message = "The order is too far for this change."


class PriceQuoted(Conflict):
    code = "price_quoted"
    message = "This order has the price of a quote, which holds for its own way: cancel it and order anew."


class VersionChanged(Conflict):
    code = "version_changed"
    message = "The order is no longer the version that you read."


class PinRequired(Conflict):
    code = "pin_required"
    message = "Ask the recipient for the PIN: without it this cannot be delivered."


class WrongPin(Conflict):
    code = "wrong_pin"
    message = "This is not the recipient's PIN."


class PinLocked(Conflict):
    code = "pin_locked"
    message = "Too many wrong PINs: somebody has to look into it."


class TrackingEnded(Gone):
    code = "tracking_ended"
    message = "This delivery ended more than a day ago."


class StaleEpoch(Conflict):
    code = "stale_epoch"
    message = "This leg has changed hands since: it is no longer yours to act on."


class HubNotFound(NotFound):
    code = "hub_not_found"
    message = "There is no such hub."


class HubInactive(Conflict):
    code = "hub_inactive"
    message = "This hub takes no new orders."


class ParcelNotFound(NotFound):
    code = "parcel_not_found"
    message = "There is no such parcel."


class BarcodeTaken(Conflict):
    code = "barcode_taken"
    message = "Another parcel of yours that is still on its way has this barcode."


class IncidentNotFound(NotFound):
    code = "incident_not_found"
    message = "There is no such incident."


class IncidentResolvedAlready(Conflict):
    code = "incident_resolved"
    message = "This incident was resolved already."


class ProofNotFound(NotFound):
    code = "proof_not_found"
    message = "There is no such proof."


class ProofDiffers(Conflict):
    code = "proof_differs"
    message = "Another proof is known under this id."


class TooManyProofs(Conflict):
    code = "too_many_proofs"
    message = "There are enough proofs for this stop."


class WrongOffset(Conflict):
    code = "wrong_offset"
    message = "The next piece begins elsewhere: go on from there."


class TooManyBytes(Invalid):
    code = "too_many_bytes"
    message = "The pieces are more than the size that was told."


class WrongHash(Invalid):
    code = "wrong_hash"
    message = "What arrived is not what was announced: send it again from the beginning."


class NotAnImage(Invalid):
    code = "not_an_image"
    message = "This is no picture that can be read, or it is too large: make another one."


class WrongProof(Conflict):
    code = "wrong_proof"
    message = "This proof was made at another stop."


class ProofRequired(Conflict):
    code = "proof_required"
    message = "The photo or signature that is asked for here is missing."


class ScanRequired(Conflict):
    code = "scan_required"
    message = "Every parcel must be scanned here first."


class WrongParcel(Conflict):
    code = "wrong_parcel"
    message = "This parcel is none of the order's."
