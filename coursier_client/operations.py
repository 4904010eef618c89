"""Every operation of the REST API. Made by `manage.py write_api_files`: do not change it here."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from coursier_client.calls import Call, path_of


class AcceptIn(TypedDict):
    """Which version of the connection was read and is accepted."""

    version: int


class AcceptOfferIn(TypedDict):
    """Who will carry it; nobody in particular if left out."""

    courier: NotRequired[SentCourierIn | None]


class AssignIn(TypedDict):
    """Which leg goes to whom."""

    leg_id: str
    courier_id: str


class AssignmentDetailOut(TypedDict):
    """An assignment, and why."""

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    id: str
    fleet_id: str | None
    courier: CarrierOut
    is_live: bool
    status: str
    epoch: int
    is_pinned: bool
    assigned_by: str
    assigned_at: str
    expected_pickup_at: str | None
    expected_dropoff_at: str | None
    picked_up_at: str | None
    ended_at: str | None
    end: str
    why: WhyOut


class AssignmentOut(TypedDict):
    """A leg that a courier of the executor's has, or had."""

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    id: str
    fleet_id: str | None
    courier: CarrierOut
    is_live: bool
    status: str
    epoch: int
    is_pinned: bool
    assigned_by: str
    assigned_at: str
    expected_pickup_at: str | None
    expected_dropoff_at: str | None
    picked_up_at: str | None
    ended_at: str | None
    end: str


class AssignmentPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[AssignmentOut]
    next_cursor: str | None


class AttemptOut(TypedDict):
    """One try to deliver a message."""

    number: int
    at: str
    status_code: int | None
    error: str
    duration_ms: int


class AttemptWithAnswerOut(TypedDict):
    """One try, with what was answered."""

    number: int
    at: str
    status_code: int | None
    error: str
    duration_ms: int
    answer: str


class BatchRowOut(TypedDict):
    """What became of one order of a batch: `order` unless it was refused, `error` if it was."""

    index: int
    status: Literal["created", "replayed", "refused"]
    order: NotRequired[OrderOut]
    error: NotRequired[ErrorOut]


class CancelIn(TypedDict):
    """Why an order is cancelled."""

    reason: Literal["recipient_changed_mind", "recipient_unreachable", "wrong_address", "not_ready", "out_of_stock", "duplicate", "too_late", "other"]
    comment: NotRequired[str]


class CarriedDropoffOut(TypedDict):
    """Where they go: from when somebody is there, when it is promised, until when it is of use."""

    address: str
    lat: float
    lon: float
    contact_name: str
    phone: str
    instructions: str
    proof: list[Literal["pin", "photo", "signature", "barcode"]]
    is_masked: bool
    drop_from: str | None
    due_at: str
    drop_by: str | None


class CarriedLegList(TypedDict):
    """The legs of an order, in the order in which they are carried."""

    data: list[CarriedLegOut]


class CarriedLegOut(TypedDict):
    """A leg and who carries it; what is not known yet, or not any more, is null."""

    leg_id: str
    sequence: int
    status: str
    fleet: CarryingFleetOut | None
    courier: CarryingCourierOut | None
    expected_pickup_at: str | None
    expected_dropoff_at: str | None


class CarriedParcelOut(TypedDict):
    """A thing carried."""

    description: str
    size: str
    weight_g: int
    volume_ml: int
    barcode: str


class CarriedPickupOut(TypedDict):
    """Where the parcels are, from when, and until when."""

    address: str
    lat: float
    lon: float
    contact_name: str
    phone: str
    instructions: str
    proof: list[Literal["pin", "photo", "signature", "barcode"]]
    is_masked: bool
    ready_at: str
    pickup_by: str | None


class CarrierOut(TypedDict):
    """A courier of the executor's; a stand-in is whomever the fleet sends without naming them."""

    id: str
    name: str
    is_stand_in: bool


class CarryingCourierOut(TypedDict):
    """Who comes, while they have the leg."""

    first_name: str
    vehicle: Literal["bike", "cargo_bike", "scooter", "van"]


class CarryingFleetOut(TypedDict):
    """Whose couriers carry it."""

    id: str
    name: str


class ChargeOut(TypedDict):
    """What is owed for one leg. The context says whether its reader is shown the orderer's `references`."""

    id: str
    kind: str
    at: str
    order: str
    external_id: str | None
    leg: str
    fleet: str
    tariff: str | None
    lines: list[PriceLineOut]
    net: dict[str, Any]
    tax: dict[str, Any]
    gross: dict[str, Any]


class ConnectedFleetOut(TypedDict):
    """The fleet of a connection."""

    id: str
    name: str


class ConnectionIn(TypedDict):
    """An invitation."""

    fleet: str
    organisation: NotRequired[str]
    rights: NotRequired[list[Literal["see", "reject", "edit", "hand_on"]]]
    tariff_id: NotRequired[str | None]
    priority: NotRequired[int]


class ConnectionOut(TypedDict):
    """A connection. Reads the organisations and the fleet that a selector has at hand: no query of its own."""

    id: str
    side: str
    status: Literal["invited", "accepted", "paused", "ended"]
    version: int
    organisation: OrganisationOut
    fleet: ConnectedFleetOut
    executor: OrganisationOut
    invited_by: str
    priority: int | None
    rights: list[Literal["see", "reject", "edit", "hand_on"]]
    tariff_id: str | None
    proposal: dict[str, Any] | None
    paused_by: list[str]
    created_at: str
    accepted_at: str | None
    ended_at: str | None
    ended_by: str | None
    end_reason: str


class ConnectionPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[ConnectionOut]
    next_cursor: str | None


class CourierIn(TypedDict):
    """A new courier, and in whose network."""

    name: str
    phone: str
    email: NotRequired[str]
    language: NotRequired[Literal["fr", "en"]]
    vehicle_id: str
    skills: NotRequired[list[str]]
    max_legs: NotRequired[int]
    external_id: NotRequired[str | None]
    fleet_id: str


class CourierOut(TypedDict):
    """Somebody who carries. `shown()` finds where they are, for all of a page at once."""

    id: str
    fleet_id: str
    vehicle_id: str
    external_id: str | None
    name: str
    phone: str
    email: str
    language: str
    is_active: bool
    status: str
    zone_id: str | None
    shift_id: str | None
    position: PositionOut | None
    silent_since: str | None
    positions_suspicious_since: str | None
    skills: list[str]
    max_legs: int
    load_legs: int
    created_at: str


class CourierPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[CourierOut]
    next_cursor: str | None


class DeactivatedOut(TypedDict):
    """A courier out of service, and how many legs that they had or were offered are open again."""

    id: str
    is_active: bool
    given_back_legs: int


class DeclineIn(TypedDict):
    """Why an offer is declined."""

    reason: str


class DropoffChangesIn(TypedDict):
    """What may be different about the dropoff. A place is named by its address and its point together."""

    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    address: NotRequired[str]
    lat: NotRequired[float]
    lon: NotRequired[float]
    drop_from: NotRequired[str | None]
    due_at: NotRequired[str | None]
    drop_by: NotRequired[str | None]


class DropoffEditIn(TypedDict):
    """What a fleet may want otherwise about the dropoff."""

    drop_from: NotRequired[str | None]
    due_at: NotRequired[str | None]
    drop_by: NotRequired[str | None]
    instructions: NotRequired[str]


class DropoffIn(TypedDict):
    """Where they go, from when and until when, and what the recipient or the courier must show."""

    address: str
    lat: float
    lon: float
    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    proof: NotRequired[list[Literal["pin", "photo", "signature", "barcode"]]]
    drop_from: NotRequired[str | None]
    due_at: NotRequired[str | None]
    drop_by: NotRequired[str | None]


class EarningsOut(TypedDict):
    """An amount in cents."""

    amount: int
    currency: str


class EditedLegOut(TypedDict):
    """A leg after its times or instructions were changed."""

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    status: str


class ErrorBody(TypedDict):
    """The one shape of all errors."""

    error: ErrorOut


class ErrorOut(TypedDict):
    """What went wrong. `code` is stable; `message` is for people; `state` is how things are, after a 409."""

    code: str
    message: str
    request_id: str
    fields: list[FieldErrorOut]
    state: NotRequired[Any]


class ExtraCourierIn(TypedDict):
    """A courier who is supposed to be on duty too; `ref` is what you call them."""

    ref: str
    fleet_id: str
    lat: float
    lon: float
    vehicle: Literal["bike", "cargo_bike", "scooter", "van"]
    shift_ends_at: str
    skills: NotRequired[list[str]]


class ExtraLegIn(TypedDict):
    """A leg that is supposed to be there too; `ref` is what you call it."""

    ref: str
    pickup: PlaceIn
    dropoff: PlaceIn
    ready_at: NotRequired[str]
    pickup_by: NotRequired[str]
    drop_from: NotRequired[str]
    due_at: NotRequired[str]
    drop_by: NotRequired[str]
    weight_g: NotRequired[int]
    volume_ml: NotRequired[int]
    parcels: NotRequired[int]
    skills: NotRequired[list[str]]


class FieldErrorOut(TypedDict):
    """What is wrong with one field."""

    path: str
    code: str
    message: str


class FleetIn(TypedDict):
    """A network of couriers."""

    name: str
    mode: NotRequired[Literal["assigned", "offered", "external"]]
    is_open: NotRequired[bool]
    accepts_invitations: NotRequired[bool]
    zone_ids: NotRequired[list[str]]


class FleetOfferOut(TypedDict):
    """A leg offered to a fleet with a dispatch of its own. Who lives there is told with the assignment.

    `seeing` of the context says who is told before: legs, and the fleets that have the right to `see` them.
    """

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    id: str
    fleet_id: str
    status: str
    payout: dict[str, Any]
    offered_at: str
    expires_at: str
    ended_at: str | None
    reason: str
    assignment_id: str | None


class FleetOfferPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[FleetOfferOut]
    next_cursor: str | None


class FleetOut(TypedDict):
    """A network of couriers."""

    id: str
    name: str
    mode: str
    is_open: bool
    accepts_invitations: bool
    zone_ids: list[str]
    created_at: str


class FleetPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[FleetOut]
    next_cursor: str | None


class FollowedCourierOut(TypedDict):
    """Who brings it, from pickup to handover only."""

    first_name: str
    position: TrackedPositionOut | None


class HandOnIn(TypedDict):
    """To which fleet, and by which of the caller's where several are asked for the leg."""

    fleet: str
    from_fleet: NotRequired[str]


class HandOnOut(TypedDict):
    """A leg that one fleet handed on to another, for the owners of both. Its courier is nobody's but the other's.
    """

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    from_fleet_id: str
    to_fleet_id: str
    handed_on_by: MerchantOut
    handed_on_to: MerchantOut
    handed_on_at: str
    is_live: bool
    end: str
    ended_at: str | None
    status: str
    picked_up_at: str | None
    delivered_at: str | None


class HandOnPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[HandOnOut]
    next_cursor: str | None


class HistoryOut(TypedDict):
    """One line of an order's history."""

    at: str
    name: str
    actor: str
    details: dict[str, Any]


class HistoryPage(TypedDict):
    """An order's history, oldest first."""

    data: list[HistoryOut]


class HubIn(TypedDict):
    """A hub."""

    name: str
    address: str
    lat: float
    lon: float
    phone: NotRequired[str]
    instructions: NotRequired[str]
    opening_hours: NotRequired[OpeningHoursIn]
    is_active: NotRequired[bool]
    is_open_to_others: NotRequired[bool]


class HubOut(TypedDict):
    """A hub. What concerns its operator alone is null for others."""

    id: str
    name: str
    address: str
    lat: float
    lon: float
    zone: str
    opening_hours: dict[str, Any]
    is_own: bool
    is_active: bool
    is_open_to_others: bool
    phone: str | None
    instructions: str | None
    created_at: str | None


class HubPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[HubOut]
    next_cursor: str | None


class ImportOut(TypedDict):
    """What came of a file. `failed_csv` has the failed rows alone, to be mended and sent again; empty without any.
    """

    imported: int
    created: int
    updated: int
    unchanged: int
    failed: list[RefusedRowOut]
    failed_csv: str


class IncidentIn(TypedDict):
    """Something that the hub's people have seen."""

    kind: Literal["damaged"]
    parcel: str
    note: NotRequired[str]


class IncidentOut(TypedDict):
    """Something that went wrong: with a parcel in a hub, or on the street with a leg and its courier."""

    id: str
    kind: str
    order: str | None
    short_code: str
    parcel: str | None
    hub: str | None
    leg: str | None
    courier: str | None
    note: str
    is_open: bool
    opened_at: str
    resolved_at: str | None
    resolution: str


class IncidentPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[IncidentOut]
    next_cursor: str | None


class KeptFromOut(TypedDict):
    """Couriers whom a limit kept from it."""

    reason: str
    courier_ids: list[str]


class LeftOutOut(TypedDict):
    """A leg that nobody would be given, and why."""

    leg: str
    reason: str


class LegOut(TypedDict):
    """One courier's part of an order."""

    id: str
    sequence: int
    status: str
    assigned_at: str | None
    picked_up_at: str | None
    delivered_at: str | None
    unassigned_reason: str
    pickup_hub: str | None
    dropoff_hub: str | None


class LegStateOut(TypedDict):
    """Where a leg stands."""

    leg_id: str
    status: str
    epoch: int


class MerchantOut(TypedDict):
    """For whom it is carried."""

    name: str


class NetworkOut(TypedDict):
    """A fleet that may be invited."""

    id: str
    name: str
    owner: str
    mode: Literal["assigned", "offered", "external"]
    is_open: bool
    accepts_invitations: bool
    zones: list[dict[str, Any]]


class NetworkPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[NetworkOut]
    next_cursor: str | None


class OpeningHoursIn(TypedDict):
    """By weekday, on the walls of the hub's zone; a day that is not named is closed, no day at all: not said."""

    mon: NotRequired[list[list[str]]]
    tue: NotRequired[list[list[str]]]
    wed: NotRequired[list[list[str]]]
    thu: NotRequired[list[list[str]]]
    fri: NotRequired[list[list[str]]]
    sat: NotRequired[list[list[str]]]
    sun: NotRequired[list[list[str]]]


class OrderBatchIn(TypedDict):
    """Orders to be placed, each with an `external_id`. What is wrong with one is said in its row."""

    orders: list[OrderIn | Any]


class OrderBatchOut(TypedDict):
    """What became of each order, in the order in which they were sent."""

    data: list[BatchRowOut]


class OrderIn(TypedDict):
    """What is to be carried, perhaps at the price of a quote."""

    pickup: PickupIn
    dropoff: DropoffIn
    parcels: list[ParcelIn]
    network_policy: NotRequired[Literal["own_first", "own_only", "connected", "any_open", "named"]]
    fleets: NotRequired[list[str]]
    skills: NotRequired[list[str]]
    vehicle_kinds: NotRequired[list[Literal["bike", "cargo_bike", "scooter", "van"]]]
    max_on_board_s: NotRequired[int | None]
    via_hub: NotRequired[str | None]
    quote_id: NotRequired[str | None]
    external_id: NotRequired[str | None]
    scenario: NotRequired[Literal["delivered", "courier_declines", "courier_changes", "courier_late", "recipient_absent", "nobody_accepts"]]


class OrderOut(TypedDict):
    """An order. Describes what `order_json` makes from rows, which is what is sent: a test holds the two together.
    """

    id: str
    short_code: str
    external_id: str | None
    version: int
    status: str
    needs_attention: bool
    attention_reason: str
    placed_at: str
    pickup: dict[str, Any]
    dropoff: dict[str, Any]
    via_hub: str | None
    network_policy: str
    fleets: list[str]
    skills: list[str]
    vehicle_kinds: list[str]
    max_on_board_s: int | None
    quote_id: str | None
    is_test: bool
    parcels: list[ParcelOut]
    price: dict[str, Any]
    net: dict[str, Any]
    tax: dict[str, Any]
    price_lines: list[PriceLineOut]
    distance_m: int
    promised_pickup_at: str
    promised_dropoff_at: str
    picked_up_at: str | None
    delivered_at: str | None
    cancellation: dict[str, Any] | None
    tracking_token: str
    legs: list[LegOut]


class OrderPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[OrderOut]
    next_cursor: str | None


class OrderTermsOut(TypedDict):
    """What an order would cost and promise if it were placed now."""

    zone: ZoneNameOut
    price: dict[str, Any]
    net: dict[str, Any]
    tax: dict[str, Any]
    price_lines: list[PriceLineOut]
    distance_m: int
    promised_pickup_at: str
    promised_dropoff_at: str


class OrganisationOut(TypedDict):
    """An organisation, as others may know it."""

    id: str
    name: str
    slug: str


class OtherCourierOut(TypedDict):
    """A courier who could have had it, and what that would have cost, in minutes of recipients' waiting."""

    courier_id: str
    cost_min: float


class OwnPlanOut(TypedDict):
    """The part of a plan that is yours."""

    cost_min: float
    routes: list[PlannedRouteOut]
    unassigned: list[LeftOutOut]
    unassigned_count: int


class ParcelChangesIn(TypedDict):
    """What may be different about a parcel, named by its place among the order's."""

    index: int
    description: str


class ParcelHistoryOut(TypedDict):
    """A parcel: where it is, and every scan of it as they were made."""

    id: str
    order: str
    order_status: str
    description: str
    size: str
    weight_g: int
    barcode: str
    hub: str | None
    hub_since: str | None
    scans: list[dict[str, Any]]


class ParcelIn(TypedDict):
    """A thing to be carried."""

    weight_g: int
    volume_ml: NotRequired[int]
    description: NotRequired[str]
    size: NotRequired[Literal["small", "medium", "large", "xlarge"]]
    barcode: NotRequired[str]


class ParcelOut(TypedDict):
    """A thing carried."""

    id: str
    weight_g: int
    volume_ml: int
    description: str
    size: str
    barcode: str


class PatchedConnectionChangeIn(TypedDict):
    """What should be different; what is left out stays."""

    priority: NotRequired[int]
    rights: NotRequired[list[Literal["see", "reject", "edit", "hand_on"]]]
    tariff_id: NotRequired[str | None]


class PatchedCourierChangesIn(TypedDict):
    """Somebody who carries."""

    name: NotRequired[str]
    phone: NotRequired[str]
    email: NotRequired[str]
    language: NotRequired[Literal["fr", "en"]]
    vehicle_id: NotRequired[str]
    skills: NotRequired[list[str]]
    max_legs: NotRequired[int]
    external_id: NotRequired[str | None]


class PatchedFleetIn(TypedDict):
    """A network of couriers."""

    name: NotRequired[str]
    mode: NotRequired[Literal["assigned", "offered", "external"]]
    is_open: NotRequired[bool]
    accepts_invitations: NotRequired[bool]
    zone_ids: NotRequired[list[str]]


class PatchedHubChangesIn(TypedDict):
    """What is to be changed of a hub; what is not named stays as it is."""

    name: NotRequired[str]
    address: NotRequired[str]
    lat: NotRequired[float]
    lon: NotRequired[float]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    opening_hours: NotRequired[OpeningHoursIn]
    is_active: NotRequired[bool]
    is_open_to_others: NotRequired[bool]


class PatchedLegEditIn(TypedDict):
    """Times and instructions of a leg, as a fleet wants them. With `version`, only if the order is still that one.
    """

    version: NotRequired[int]
    pickup: NotRequired[PickupEditIn]
    dropoff: NotRequired[DropoffEditIn]


class PatchedOrderChangesIn(TypedDict):
    """What should be different about an order."""

    version: NotRequired[int]
    pickup: NotRequired[PickupChangesIn]
    dropoff: NotRequired[DropoffChangesIn]
    parcels: NotRequired[list[ParcelChangesIn]]


class PatchedShiftChangesIn(TypedDict):
    """When and where somebody is to be on duty."""

    zone_id: NotRequired[str]
    starts_at: NotRequired[str]
    ends_at: NotRequired[str]
    external_id: NotRequired[str | None]


class PatchedVehicleChangesIn(TypedDict):
    """What couriers ride on."""

    kind: NotRequired[Literal["bike", "cargo_bike", "scooter", "van"]]
    label: NotRequired[str]
    speed_kmh: NotRequired[float]
    max_weight_g: NotRequired[int]
    max_volume_ml: NotRequired[int]
    max_parcels: NotRequired[int]
    external_id: NotRequired[str | None]


class PatchedWebhookEndpointChangesIn(TypedDict):
    """What is to be changed; what is left out stays."""

    url: NotRequired[str]
    kinds: NotRequired[list[Literal["order.placed", "order.unassigned", "order.assigned", "order.picked_up", "order.at_hub", "order.out_for_delivery", "order.delivered", "order.failed", "order.returning", "order.returned", "order.cancelled", "order.updated", "order.needs_attention", "order.attention_cleared", "offer.made", "offer.ended", "courier.on_duty", "courier.paused", "courier.off_duty", "courier.added", "courier.activated", "courier.deactivated", "shift.planned", "shift.changed", "shift.cancelled", "shift.late", "shift.missed", "shift.forgotten", "connection.invited", "connection.accepted", "connection.paused", "connection.resumed", "connection.ended", "connection.changed", "fleet_offer.made", "fleet_offer.ended", "order.refused_by_fleet", "leg.handed_on", "leg.hand_on_ended", "order.proof_arrived", "parcel.scanned", "incident.opened", "incident.resolved", "webhook_endpoint.disabled"]]]
    description: NotRequired[str]
    enabled: NotRequired[bool]


PeakIn = TypedDict(
    "PeakIn",
    {
        'from': 'str',
        'to': 'str',
        'days': 'NotRequired[list[int]]',
        'cents': 'int',
    },
)


PeakOut = TypedDict(
    "PeakOut",
    {
        'from': 'str',
        'to': 'str',
        'days': 'list[int]',
        'cents': 'int',
    },
)


class PickupChangesIn(TypedDict):
    """What may be different about the pickup."""

    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    ready_at: NotRequired[str]
    pickup_by: NotRequired[str | None]


class PickupEditIn(TypedDict):
    """What a fleet may want otherwise about the pickup."""

    ready_at: NotRequired[str]
    pickup_by: NotRequired[str | None]
    instructions: NotRequired[str]


class PickupIn(TypedDict):
    """Where the parcels are, from when and until when, and what the courier must show there."""

    address: str
    lat: float
    lon: float
    contact_name: NotRequired[str]
    phone: NotRequired[str]
    instructions: NotRequired[str]
    proof: NotRequired[list[Literal["photo", "signature", "barcode"]]]
    ready_at: NotRequired[str | None]
    pickup_by: NotRequired[str | None]


class PinOut(TypedDict):
    """Whether a leg is pinned."""

    leg_id: str
    is_pinned: bool


class PlaceIn(TypedDict):
    """A place."""

    lat: float
    lon: float


class PlaceThenOut(TypedDict):
    """Where a courier was, by the clock of their phone."""

    at: str
    lat: float
    lon: float
    accuracy_m: float | None


class PlannedRouteOut(TypedDict):
    """What one of your couriers would do; the courier by id, or by your `ref`."""

    courier: str
    cost_min: float
    stops: list[PlannedStopOut]


class PlannedStopOut(TypedDict):
    """A stop: one drop-off, or the pickup of every leg taken from that place. Legs by id, or by your `ref`."""

    kind: str
    legs: list[str]
    arrives_at: str
    handover_at: str
    is_committed: bool


class PositionOut(TypedDict):
    """Where a courier is, and when their phone last said so."""

    lat: float
    lon: float
    seen_at: str


class PreviewIn(TypedDict):
    """What is supposed to be different in a zone."""

    zone_id: str
    extra_legs: NotRequired[list[ExtraLegIn]]
    extra_couriers: NotRequired[list[ExtraCourierIn]]
    without_couriers: NotRequired[list[str]]
    shift_ends: NotRequired[list[ShiftEndIn]]


class PreviewOut(TypedDict):
    """The plan as things are, and as they would be; `added_min` is what the change costs on your routes."""

    as_is: OwnPlanOut
    as_if: OwnPlanOut
    added_min: float


class PriceLineOut(TypedDict):
    """One line of a price, in cents of its currency; with what it was counted by, where it was counted."""

    code: str
    label: str
    amount: int
    quantity: NotRequired[float]
    unit: NotRequired[str]
    unit_price: NotRequired[int]


class ProgressIn(TypedDict):
    """What a courier did, or where they were."""

    id: str
    action: Literal["arrive", "pick_up", "arrive_dropoff", "deliver", "fail", "position"]
    epoch: int
    device_time: str
    reason: NotRequired[str]
    pin: NotRequired[str]
    lat: NotRequired[float]
    lon: NotRequired[float]


class ProgressOut(TypedDict):
    """What came of a report."""

    outcome: str
    state: LegStateOut


class ProofList(TypedDict):
    """The proofs of an order, oldest first; empty where there is none."""

    data: list[ProofOut]


class ProofOut(TypedDict):
    """What shows that parcels changed hands at a stop."""

    leg_id: str
    stop: Literal["pickup", "dropoff"]
    kind: Literal["courier_confirmed", "fleet_reported", "pin", "barcode", "photo", "signature"]
    at: str
    device_time: str | None
    signed_by: str | None
    handed_to: Literal["recipient", "neighbour", "reception", "safe_place", None]
    note: str
    parcel_id: str | None
    id: str | None
    file_url: str | None


class QuoteIn(TypedDict):
    """What is to be priced."""

    pickup: PickupIn
    dropoff: DropoffIn
    parcels: list[ParcelIn]
    network_policy: NotRequired[Literal["own_first", "own_only", "connected", "any_open", "named"]]
    fleets: NotRequired[list[str]]
    skills: NotRequired[list[str]]
    vehicle_kinds: NotRequired[list[Literal["bike", "cargo_bike", "scooter", "van"]]]
    max_on_board_s: NotRequired[int | None]
    via_hub: NotRequired[str | None]


class QuoteOut(TypedDict):
    """A price and promised times, until it expires or is used, and what each fleet that may carry it would cost.
    """

    id: str
    expires_at: str
    price: dict[str, Any]
    net: dict[str, Any]
    tax: dict[str, Any]
    price_lines: list[PriceLineOut]
    tariff: dict[str, Any]
    offers: list[dict[str, Any]]
    distance_m: int
    promised_pickup_at: str
    promised_dropoff_at: str


class ReasonIn(TypedDict):
    """Why, if somebody wishes to say."""

    reason: NotRequired[str]


class ReassignIn(TypedDict):
    """Who has it from now on. With `epoch`, only if nobody moved it meanwhile."""

    courier: SentCourierIn
    epoch: NotRequired[int]


class RefusedRowOut(TypedDict):
    """A row that is not in. `row` is as a spreadsheet counts: the header is row 1."""

    row: int
    fields: list[FieldErrorOut]


class RejectIn(TypedDict):
    """Why a fleet does not carry it."""

    reason: str


class ReplayIn(TypedDict):
    """From when on failed messages are sent again."""

    since: str


class ReplayedOut(TypedDict):
    """How many messages are sent again."""

    replayed: int


class ResolveIn(TypedDict):
    """What came of an incident."""

    resolution: NotRequired[str]


class RevokedOut(TypedDict):
    """How many devices were signed out."""

    revoked: int


class ScanIn(TypedDict):
    """A parcel scanned in or out."""

    id: str
    parcel: NotRequired[str]
    barcode: NotRequired[str]
    direction: Literal["in", "out"]
    at: str
    by: NotRequired[str]


class ScanResultOut(TypedDict):
    """The result of one scan; `code` is empty when there is nothing to say."""

    id: str
    outcome: Literal["applied", "replayed", "refused"]
    code: str
    message: str
    state: ScanStateOut | None


class ScanResultsOut(TypedDict):
    """The results of a batch, in the order in which the scans were sent."""

    results: list[ScanResultOut]


class ScanStateOut(TypedDict):
    """Where the parcel is now. Order, code and status are there for parcels that pass the hub."""

    parcel: str
    is_in: bool
    order: NotRequired[str]
    short_code: NotRequired[str]
    order_status: NotRequired[str]


class ScansIn(TypedDict):
    """A batch of scans, in any order."""

    scans: list[ScanIn]


class SentCourierIn(TypedDict):
    """A courier of the fleet: one that is known, by its id; or one that the fleet names, who is made if need be.
    """

    id: NotRequired[str]
    name: NotRequired[str]
    phone: NotRequired[str]
    vehicle: NotRequired[Literal["bike", "cargo_bike", "scooter", "van"]]


class ShiftEndIn(TypedDict):
    """When a courier's shift is supposed to end."""

    courier_id: str
    ends_at: str


class ShiftIn(TypedDict):
    """A new shift, and whose it is."""

    zone_id: str
    starts_at: str
    ends_at: str
    external_id: NotRequired[str | None]
    courier_id: str


class ShiftOut(TypedDict):
    """When somebody is to be on duty, and when they really were."""

    id: str
    courier_id: str
    fleet_id: str
    zone_id: str
    external_id: str | None
    starts_at: str
    ends_at: str
    started_at: str | None
    ended_at: str | None
    late_at: str | None
    missed_at: str | None
    legs_done: int


class ShiftPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[ShiftOut]
    next_cursor: str | None


SlotOut = TypedDict(
    "SlotOut",
    {
        'from': 'str',
        'until': 'str',
        'order_by': 'str',
        'is_bookable': 'bool',
        'why_not': 'Literal["too_late", "too_early", "full", "nobody_on_shift", None]',
    },
)


class SlotsOut(TypedDict):
    """The windows of a day in the zone that would plan the order, in their order."""

    zone_id: str
    time_zone: str
    day: str
    data: list[SlotOut]


SpanOut = TypedDict(
    "SpanOut",
    {
        'days': 'list[int]',
        'to': 'str',
        'from': 'str',
    },
)


class StatementOut(TypedDict):
    """What one organisation owes another for a month. Reads its `totals` from the context, by statement."""

    id: str | None
    month: str
    is_closed: bool
    connection: str | None
    orderer: dict[str, Any]
    executor: dict[str, Any]
    charges: int
    net: dict[str, Any]
    tax: dict[str, Any]
    gross: dict[str, Any]


class StatementPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[StatementOut]
    next_cursor: str | None


class StatementWithCharges(TypedDict):
    """A statement, and a page of its charges, newest first; `next_cursor` is null on the last."""

    id: str | None
    month: str
    is_closed: bool
    connection: str | None
    orderer: dict[str, Any]
    executor: dict[str, Any]
    charges: int
    net: dict[str, Any]
    tax: dict[str, Any]
    gross: dict[str, Any]
    data: list[ChargeOut]
    next_cursor: str | None


class StockLegOut(TypedDict):
    """A leg that brings a parcel, or takes it on. The courier by first name, while there is one."""

    id: str
    status: str
    due_at: str
    courier: str | None


class StockOut(TypedDict):
    """A parcel in the hub, or on its way there. Of a misrouted one, no more than that it is there."""

    parcel: str
    barcode: str
    description: str
    size: str
    weight_g: int
    is_in: bool
    since: str | None
    is_misrouted: bool
    is_overdue: bool
    order: str | None
    short_code: str
    order_status: str | None
    merchant: str
    recipient: dict[str, Any] | None
    collection: StockLegOut | None
    delivery: StockLegOut | None


class StockPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[StockOut]
    next_cursor: str | None


class TariffIn(TypedDict):
    """What a tariff says. Its currency is that of the organisation."""

    name: str
    base_cents: int
    per_km_cents: NotRequired[int]
    weight_bands: NotRequired[list[WeightBandIn]]
    zones: NotRequired[list[ZoneSupplementIn]]
    peaks: NotRequired[list[PeakIn]]
    tax_basis_points: NotRequired[int]


class TariffOut(TypedDict):
    """A tariff. `retired_at` and `replaced_by` are null while it may be given to connections."""

    id: str
    name: str
    currency: str
    base_cents: int
    per_km_cents: int
    weight_bands: list[WeightBandOut]
    zones: list[dict[str, Any]]
    peaks: list[PeakOut]
    tax_basis_points: int
    created_at: str
    retired_at: str | None
    replaced_by: str | None


class TariffPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[TariffOut]
    next_cursor: str | None


class TimesheetRowOut(TypedDict):
    """A day of a courier. Seconds are whole."""

    date: str
    courier_id: str
    name: str
    external_id: str | None
    fleet_id: str
    planned_s: int
    on_duty_s: int
    breaks_s: int
    worked_s: int
    late_s: int
    missed: int
    legs: int
    distance_m: int
    earnings: EarningsOut


class TimesheetRowPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[TimesheetRowOut]
    next_cursor: str | None


class TrackOut(TypedDict):
    """A courier's way, oldest point first, thinned to what can be drawn."""

    data: list[PlaceThenOut]
    is_suspicious: bool


class TrackedOut(TypedDict):
    """A delivery as its recipient sees it. Times that are not known are null."""

    status: str
    promised_pickup_at: str
    promised_dropoff_at: str
    expected_pickup_at: str | None
    expected_dropoff_at: str | None
    picked_up_at: str | None
    ended_at: str | None
    courier: FollowedCourierOut | None
    pin: str | None


class TrackedPositionOut(TypedDict):
    """Where the courier is now."""

    lat: float
    lon: float


class UnassignIn(TypedDict):
    """Why it is taken back. With `epoch`, only if nobody moved it meanwhile."""

    reason: str
    epoch: NotRequired[int]


class UnassignedLegOut(TypedDict):
    """A leg that nobody has, and why it waits. `seeing` of the context as with offers."""

    leg_id: str
    short_code: str
    version: int
    zone_id: str
    merchant: MerchantOut
    pickup: CarriedPickupOut
    dropoff: CarriedDropoffOut
    parcels: list[CarriedParcelOut]
    weight_g: int
    distance_m: int
    placed_at: str
    is_pinned: bool
    unassigned_reason: str
    fleet_ids: list[str]


class UnassignedLegPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[UnassignedLegOut]
    next_cursor: str | None


class VehicleIn(TypedDict):
    """A new vehicle, and whose it is."""

    kind: Literal["bike", "cargo_bike", "scooter", "van"]
    label: NotRequired[str]
    speed_kmh: float
    max_weight_g: int
    max_volume_ml: NotRequired[int]
    max_parcels: int
    external_id: NotRequired[str | None]
    fleet_id: str


class VehicleOut(TypedDict):
    """What couriers ride on."""

    id: str
    fleet_id: str
    external_id: str | None
    kind: str
    label: str
    speed_kmh: float
    max_weight_g: int
    max_volume_ml: int
    max_parcels: int
    retired_at: str | None


class VehiclePage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[VehicleOut]
    next_cursor: str | None


class WebhookEndpointIn(TypedDict):
    """Where to send, and what."""

    url: str
    kinds: NotRequired[list[Literal["order.placed", "order.unassigned", "order.assigned", "order.picked_up", "order.at_hub", "order.out_for_delivery", "order.delivered", "order.failed", "order.returning", "order.returned", "order.cancelled", "order.updated", "order.needs_attention", "order.attention_cleared", "offer.made", "offer.ended", "courier.on_duty", "courier.paused", "courier.off_duty", "courier.added", "courier.activated", "courier.deactivated", "shift.planned", "shift.changed", "shift.cancelled", "shift.late", "shift.missed", "shift.forgotten", "connection.invited", "connection.accepted", "connection.paused", "connection.resumed", "connection.ended", "connection.changed", "fleet_offer.made", "fleet_offer.ended", "order.refused_by_fleet", "leg.handed_on", "leg.hand_on_ended", "order.proof_arrived", "parcel.scanned", "incident.opened", "incident.resolved", "webhook_endpoint.disabled"]]]
    description: NotRequired[str]


class WebhookEndpointOut(TypedDict):
    """Where messages are sent, and how it does."""

    id: str
    url: str
    kinds: list[str]
    description: str
    is_test: bool
    enabled: bool
    disabled_at: str | None
    disabled_reason: str
    failing_since: str | None
    created_at: str


class WebhookEndpointPage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[WebhookEndpointOut]
    next_cursor: str | None


class WebhookEndpointWithSecretOut(TypedDict):
    """An endpoint with its secret, which is shown in this answer only."""

    id: str
    url: str
    kinds: list[str]
    description: str
    is_test: bool
    enabled: bool
    disabled_at: str | None
    disabled_reason: str
    failing_since: str | None
    created_at: str
    secret: str


class WebhookMessageOut(TypedDict):
    """A message to an endpoint, and how far it is."""

    id: str
    kind: str
    order_id: str | None
    status: str
    created_at: str
    delivered_at: str | None
    next_attempt_at: str | None
    attempts: list[AttemptOut]


class WebhookMessagePage(TypedDict):
    """A page; `next_cursor` is null on the last."""

    data: list[WebhookMessageOut]
    next_cursor: str | None


class WebhookMessageWithBodyOut(TypedDict):
    """A message with its body, and attempts with what was answered."""

    id: str
    kind: str
    order_id: str | None
    status: str
    created_at: str
    delivered_at: str | None
    next_attempt_at: str | None
    attempts: list[AttemptWithAnswerOut]
    body: dict[str, Any]


class WeightBandIn(TypedDict):
    """What a load of up to so many grams costs on top; null: however heavy."""

    up_to_g: int | None
    cents: int


class WeightBandOut(TypedDict):
    """What a load of up to so many grams costs on top; null: however heavy."""

    up_to_g: int | None
    cents: int


class WhyOut(TypedDict):
    """Why this courier, as far as it concerns the executor's own couriers. Empty when a person, or a fleet, decided.
    """

    cost_min: float | None
    others: list[OtherCourierOut]
    excluded: list[KeptFromOut]


class ZoneNameOut(TypedDict):
    """The zone whose couriers would carry it."""

    id: str
    name: str


class ZoneOut(TypedDict):
    """A zone as a feature of GeoJSON."""

    type: str
    id: str
    geometry: dict[str, Any]
    properties: ZonePropertiesOut


class ZonePropertiesOut(TypedDict):
    """What is known of a zone beside its shape."""

    name: str
    slug: str
    time_zone: str
    opening_hours: list[SpanOut]


class ZoneSupplementIn(TypedDict):
    """What a pickup in a zone costs on top."""

    zone: str
    cents: int


class ZonesOut(TypedDict):
    """All zones in service as a feature collection."""

    type: str
    features: list[ZoneOut]


def accept_connection(
    connection_id: str,
    body: AcceptIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """Accept the other side's invitation, or the terms that it proposes."""
    return Call("POST", path_of("/connections/{connection_id}/accept", connection_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def accept_offer(
    offer_id: str,
    body: AcceptOfferIn,
    *,
    idempotency_key: str | None = None,
) -> Call[AssignmentOut]:
    """Take the leg, for one of your couriers or for nobody in particular. The answer is the assignment."""
    return Call("POST", path_of("/offers/{offer_id}/accept", offer_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def activate_courier(
    courier_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[CourierOut]:
    """Put a courier back into service."""
    return Call("POST", path_of("/couriers/{courier_id}/activate", courier_id), idempotency_key=idempotency_key, is_keyed=True)


def assign_leg(
    body: AssignIn,
    *,
    idempotency_key: str | None = None,
) -> Call[AssignmentDetailOut]:
    """Give a leg that nobody has to one of your couriers."""
    return Call("POST", path_of("/assignments"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def cancel_order(
    order_id: str,
    body: CancelIn,
    *,
    idempotency_key: str | None = None,
) -> Call[OrderOut]:
    """Cancel an order that is not on board yet. The answer shows what that costs."""
    return Call("POST", path_of("/orders/{order_id}/cancel", order_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def change_connection(
    connection_id: str,
    body: PatchedConnectionChangeIn,
) -> Call[ConnectionOut]:
    """Set your priority, or propose other terms."""
    return Call("PATCH", path_of("/connections/{connection_id}", connection_id), body=body)


def create_courier(
    body: CourierIn,
    *,
    idempotency_key: str | None = None,
) -> Call[CourierOut]:
    """Add a courier to a fleet: they can sign in at once."""
    return Call("POST", path_of("/couriers"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_fleet(
    body: FleetIn,
    *,
    idempotency_key: str | None = None,
) -> Call[FleetOut]:
    """Make a network of couriers."""
    return Call("POST", path_of("/fleets"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_hub(
    body: HubIn,
    *,
    idempotency_key: str | None = None,
) -> Call[HubOut]:
    """Open a hub."""
    return Call("POST", path_of("/hubs"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_quote(
    body: QuoteIn,
) -> Call[QuoteOut]:
    """Price an order without placing it."""
    return Call("POST", path_of("/quotes"), body=body)


def create_shift(
    body: ShiftIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ShiftOut]:
    """Plan a shift."""
    return Call("POST", path_of("/shifts"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_tariff(
    body: TariffIn,
    *,
    idempotency_key: str | None = None,
) -> Call[TariffOut]:
    """Make a tariff."""
    return Call("POST", path_of("/tariffs"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_vehicle(
    body: VehicleIn,
    *,
    idempotency_key: str | None = None,
) -> Call[VehicleOut]:
    """Add a vehicle to a fleet."""
    return Call("POST", path_of("/vehicles"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def create_webhook_endpoint(
    body: WebhookEndpointIn,
    *,
    idempotency_key: str | None = None,
) -> Call[WebhookEndpointWithSecretOut]:
    """Create an endpoint. Its secret is in this answer and in no other."""
    return Call("POST", path_of("/webhook_endpoints"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def deactivate_courier(
    courier_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[DeactivatedOut]:
    """Put a courier out of service: their devices end at once, what they have not picked up is for others."""
    return Call("POST", path_of("/couriers/{courier_id}/deactivate", courier_id), idempotency_key=idempotency_key, is_keyed=True)


def decline_connection(
    connection_id: str,
    body: ReasonIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """Decline the other side's invitation, or the terms that it proposes."""
    return Call("POST", path_of("/connections/{connection_id}/decline", connection_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def decline_offer(
    offer_id: str,
    body: DeclineIn,
    *,
    idempotency_key: str | None = None,
) -> Call[FleetOfferOut]:
    """Leave the leg to others."""
    return Call("POST", path_of("/offers/{offer_id}/decline", offer_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def delete_shift(
    shift_id: str,
) -> Call[None]:
    """Take a shift that has not begun off the plan."""
    return Call("DELETE", path_of("/shifts/{shift_id}", shift_id))


def delete_webhook_endpoint(
    endpoint_id: str,
) -> Call[None]:
    """Delete an endpoint. What was on its way to it is not delivered."""
    return Call("DELETE", path_of("/webhook_endpoints/{endpoint_id}", endpoint_id))


def edit_leg(
    leg_id: str,
    body: PatchedLegEditIn,
) -> Call[EditedLegOut]:
    """Change times and instructions of a leg that your fleet has, is offered, or is asked for."""
    return Call("PATCH", path_of("/legs/{leg_id}", leg_id), body=body)


def end_connection(
    connection_id: str,
    body: ReasonIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """End a connection, or withdraw an invitation."""
    return Call("POST", path_of("/connections/{connection_id}/end", connection_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def find_zone(
    *,
    lat: float | None = None,
    lon: float | None = None,
) -> Call[ZoneOut]:
    """The zone that serves a place."""
    return Call("GET", path_of("/zones/at"), query={"lat": lat, "lon": lon})


def get_assignment(
    assignment_id: str,
) -> Call[AssignmentDetailOut]:
    """Show one assignment, and why it is this courier's."""
    return Call("GET", path_of("/assignments/{assignment_id}", assignment_id))


def get_connection(
    connection_id: str,
) -> Call[ConnectionOut]:
    """Show one connection."""
    return Call("GET", path_of("/connections/{connection_id}", connection_id))


def get_connection_statement(
    connection_id: str,
    month: str,
    *,
    currency: str | None = None,
    cursor: str | None = None,
    format: Literal["json", "csv", "pdf"] | None = None,
    limit: int | None = None,
) -> Call[StatementWithCharges]:
    """Show the statement of a connection for a month: as JSON, CSV or PDF."""
    return Call("GET", path_of("/connections/{connection_id}/statements/{month}", connection_id, month), query={"currency": currency, "cursor": cursor, "format": format, "limit": limit})


def get_courier(
    courier_id: str,
) -> Call[CourierOut]:
    """Show one courier: whether on duty, and if so where."""
    return Call("GET", path_of("/couriers/{courier_id}", courier_id))


def get_courier_track(
    courier_id: str,
    *,
    from_: str | None = None,
    to: str | None = None,
) -> Call[TrackOut]:
    """Show where a courier was, on duty, within 24 hours at most."""
    return Call("GET", path_of("/couriers/{courier_id}/track", courier_id), query={"from": from_, "to": to})


def get_fleet(
    fleet_id: str,
) -> Call[FleetOut]:
    """Show one fleet."""
    return Call("GET", path_of("/fleets/{fleet_id}", fleet_id))


def get_hand_on(
    leg_id: str,
) -> Call[HandOnOut]:
    """Show how a leg was handed on last, and how it stands."""
    return Call("GET", path_of("/legs/{leg_id}/hand_on", leg_id))


def get_hub(
    hub_id: str,
) -> Call[HubOut]:
    """Show a hub."""
    return Call("GET", path_of("/hubs/{hub_id}", hub_id))


def get_offer(
    offer_id: str,
) -> Call[FleetOfferOut]:
    """Show one offer."""
    return Call("GET", path_of("/offers/{offer_id}", offer_id))


def get_order(
    order_id: str,
) -> Call[OrderOut]:
    """Show one order."""
    return Call("GET", path_of("/orders/{order_id}", order_id))


def get_order_couriers(
    order_id: str,
) -> Call[CarriedLegList]:
    """Who carries an order, leg by leg, and when they are expected."""
    return Call("GET", path_of("/orders/{order_id}/couriers", order_id))


def get_order_history(
    order_id: str,
) -> Call[HistoryPage]:
    """What happened to an order, oldest first."""
    return Call("GET", path_of("/orders/{order_id}/history", order_id))


def get_order_proof(
    order_id: str,
) -> Call[ProofList]:
    """What shows that the parcels changed hands, oldest first."""
    return Call("GET", path_of("/orders/{order_id}/proof", order_id))


def get_parcel(
    parcel_id: str,
) -> Call[ParcelHistoryOut]:
    """Show where a parcel is, and every scan of it: for its merchant and for the hub that it passes."""
    return Call("GET", path_of("/parcels/{parcel_id}", parcel_id))


def get_proof(
    proof_id: str,
) -> Call[bytes]:
    """Show a photo or a signature: to the merchant, and to whoever owns the fleet that carried it."""
    return Call("GET", path_of("/proofs/{proof_id}", proof_id))


def get_shift(
    shift_id: str,
) -> Call[ShiftOut]:
    """Show one shift."""
    return Call("GET", path_of("/shifts/{shift_id}", shift_id))


def get_statement(
    statement_id: str,
    *,
    cursor: str | None = None,
    format: Literal["json", "csv", "pdf"] | None = None,
    limit: int | None = None,
) -> Call[StatementWithCharges]:
    """Show a statement, charge by charge: as JSON, CSV or PDF."""
    return Call("GET", path_of("/statements/{statement_id}", statement_id), query={"cursor": cursor, "format": format, "limit": limit})


def get_tariff(
    tariff_id: str,
) -> Call[TariffOut]:
    """Show a tariff of yours, or one of a connection of yours."""
    return Call("GET", path_of("/tariffs/{tariff_id}", tariff_id))


def get_vehicle(
    vehicle_id: str,
) -> Call[VehicleOut]:
    """Show one vehicle."""
    return Call("GET", path_of("/vehicles/{vehicle_id}", vehicle_id))


def get_webhook_endpoint(
    endpoint_id: str,
) -> Call[WebhookEndpointOut]:
    """Show one endpoint."""
    return Call("GET", path_of("/webhook_endpoints/{endpoint_id}", endpoint_id))


def get_webhook_message(
    endpoint_id: str,
    message_id: str,
) -> Call[WebhookMessageWithBodyOut]:
    """Show one message with its body, and what was answered to each attempt."""
    return Call("GET", path_of("/webhook_endpoints/{endpoint_id}/messages/{message_id}", endpoint_id, message_id))


def get_zone(
    zone_id: str,
) -> Call[ZoneOut]:
    """Show one zone."""
    return Call("GET", path_of("/zones/{zone_id}", zone_id))


def hand_on_leg(
    leg_id: str,
    body: HandOnIn,
    *,
    idempotency_key: str | None = None,
) -> Call[HandOnOut]:
    """Give a leg to a fleet of somebody else that you are connected to."""
    return Call("POST", path_of("/legs/{leg_id}/hand_on", leg_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def import_couriers(
    *,
    idempotency_key: str | None = None,
) -> Call[ImportOut]:
    """Add and change couriers by a CSV file."""
    return Call("POST", path_of("/couriers/import"), idempotency_key=idempotency_key, is_keyed=True)


def import_shifts(
    *,
    idempotency_key: str | None = None,
) -> Call[ImportOut]:
    """Plan and move shifts by a CSV file."""
    return Call("POST", path_of("/shifts/import"), idempotency_key=idempotency_key, is_keyed=True)


def import_vehicles(
    *,
    idempotency_key: str | None = None,
) -> Call[ImportOut]:
    """Add and change vehicles by a CSV file."""
    return Call("POST", path_of("/vehicles/import"), idempotency_key=idempotency_key, is_keyed=True)


def invite(
    body: ConnectionIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """Invite a fleet, or an organisation to your fleet."""
    return Call("POST", path_of("/connections"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def list_assignments(
    *,
    courier: str | None = None,
    cursor: str | None = None,
    fleet: str | None = None,
    limit: int | None = None,
    live: bool | None = None,
    since: str | None = None,
) -> Call[AssignmentPage]:
    """List the legs that your couriers have or had, newest first."""
    return Call("GET", path_of("/assignments"), query={"courier": courier, "cursor": cursor, "fleet": fleet, "limit": limit, "live": live, "since": since})


def list_connections(
    *,
    cursor: str | None = None,
    fleet: str | None = None,
    limit: int | None = None,
    side: Literal["orderer", "executor"] | None = None,
    status: Literal["invited", "accepted", "paused", "ended"] | None = None,
) -> Call[ConnectionPage]:
    """List the connections in which you have a part, newest first."""
    return Call("GET", path_of("/connections"), query={"cursor": cursor, "fleet": fleet, "limit": limit, "side": side, "status": status})


def list_couriers(
    *,
    cursor: str | None = None,
    external_id: str | None = None,
    fleet_id: str | None = None,
    is_active: bool | None = None,
    limit: int | None = None,
    phone: str | None = None,
    status: Literal["off_duty", "on_duty", "paused"] | None = None,
    zone_id: str | None = None,
) -> Call[CourierPage]:
    """List your couriers, newest first, with where those on duty are."""
    return Call("GET", path_of("/couriers"), query={"cursor": cursor, "external_id": external_id, "fleet_id": fleet_id, "is_active": is_active, "limit": limit, "phone": phone, "status": status, "zone_id": zone_id})


def list_fleets(
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[FleetPage]:
    """List your fleets, newest first."""
    return Call("GET", path_of("/fleets"), query={"cursor": cursor, "limit": limit})


def list_handed_on_legs(
    *,
    cursor: str | None = None,
    limit: int | None = None,
    live: bool | None = None,
) -> Call[HandOnPage]:
    """List the legs that your fleets handed on, and those that were handed on to them, newest first."""
    return Call("GET", path_of("/legs/handed_on"), query={"cursor": cursor, "limit": limit, "live": live})


def list_hubs(
    *,
    cursor: str | None = None,
    is_own: bool | None = None,
    limit: int | None = None,
) -> Call[HubPage]:
    """List your hubs and those that take orders of anybody, newest first."""
    return Call("GET", path_of("/hubs"), query={"cursor": cursor, "is_own": is_own, "limit": limit})


def list_incidents(
    *,
    cursor: str | None = None,
    hub: str | None = None,
    is_open: bool | None = None,
    kind: Literal["misrouted", "missing_parcel", "damaged", "damaged_parcel", "accident", "breakdown", "delay", "other", "failed", "far_from_dropoff", "reused_photo", "proof_missing"] | None = None,
    limit: int | None = None,
    order: str | None = None,
) -> Call[IncidentPage]:
    """List the incidents of your orders, at your hubs and of your couriers, newest first."""
    return Call("GET", path_of("/incidents"), query={"cursor": cursor, "hub": hub, "is_open": is_open, "kind": kind, "limit": limit, "order": order})


def list_networks(
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[NetworkPage]:
    """List the fleets of others that are open or accept invitations."""
    return Call("GET", path_of("/networks"), query={"cursor": cursor, "limit": limit})


def list_offers(
    *,
    cursor: str | None = None,
    fleet: str | None = None,
    limit: int | None = None,
    status: Literal["live", "accepted", "declined", "expired", "withdrawn"] | None = None,
) -> Call[FleetOfferPage]:
    """List what is offered to your fleets, newest first: what is live, unless you ask otherwise."""
    return Call("GET", path_of("/offers"), query={"cursor": cursor, "fleet": fleet, "limit": limit, "status": status})


def list_orders(
    *,
    cursor: str | None = None,
    external_id: str | None = None,
    limit: int | None = None,
    needs_attention: bool | None = None,
    placed_after: str | None = None,
    placed_before: str | None = None,
    status: Literal["placed", "assigned", "picked_up", "at_hub", "out_for_delivery", "delivered", "failed", "returning", "returned", "cancelled"] | None = None,
) -> Call[OrderPage]:
    """List orders, newest first."""
    return Call("GET", path_of("/orders"), query={"cursor": cursor, "external_id": external_id, "limit": limit, "needs_attention": needs_attention, "placed_after": placed_after, "placed_before": placed_before, "status": status})


def list_shifts(
    *,
    courier_id: str | None = None,
    cursor: str | None = None,
    day: str | None = None,
    external_id: str | None = None,
    fleet_id: str | None = None,
    limit: int | None = None,
    zone_id: str | None = None,
) -> Call[ShiftPage]:
    """List your couriers' shifts, the last planned first."""
    return Call("GET", path_of("/shifts"), query={"courier_id": courier_id, "cursor": cursor, "day": day, "external_id": external_id, "fleet_id": fleet_id, "limit": limit, "zone_id": zone_id})


def list_slots(
    *,
    day: str | None = None,
    dropoff_lat: float | None = None,
    dropoff_lon: float | None = None,
    pickup_lat: float | None = None,
    pickup_lon: float | None = None,
) -> Call[SlotsOut]:
    """The windows in which an order could be delivered on a day, and which of them can still be booked."""
    return Call("GET", path_of("/slots"), query={"day": day, "dropoff_lat": dropoff_lat, "dropoff_lon": dropoff_lon, "pickup_lat": pickup_lat, "pickup_lon": pickup_lon})


def list_statements(
    *,
    cursor: str | None = None,
    limit: int | None = None,
    month: str | None = None,
    side: Literal["orderer", "executor"] | None = None,
) -> Call[StatementPage]:
    """List what you owe and are owed for a month: one statement per connection, and per owner of open fleets."""
    return Call("GET", path_of("/statements"), query={"cursor": cursor, "limit": limit, "month": month, "side": side})


def list_stock(
    hub_id: str,
    *,
    cursor: str | None = None,
    limit: int | None = None,
    state: Literal["in", "expected", "overdue"] | None = None,
) -> Call[StockPage]:
    """List the parcels in a hub of yours, or those that are expected or overdue."""
    return Call("GET", path_of("/hubs/{hub_id}/stock", hub_id), query={"cursor": cursor, "limit": limit, "state": state})


def list_tariffs(
    *,
    cursor: str | None = None,
    limit: int | None = None,
    retired: bool | None = None,
) -> Call[TariffPage]:
    """List your own tariffs, newest first."""
    return Call("GET", path_of("/tariffs"), query={"cursor": cursor, "limit": limit, "retired": retired})


def list_timesheets(
    *,
    courier_id: str | None = None,
    cursor: str | None = None,
    fleet_id: str | None = None,
    format: Literal["json", "csv"] | None = None,
    from_: str | None = None,
    limit: int | None = None,
    to: str | None = None,
) -> Call[TimesheetRowPage]:
    """List the days of your couriers: planned, worked, in breaks, late, what they carried and earned."""
    return Call("GET", path_of("/timesheets"), query={"courier_id": courier_id, "cursor": cursor, "fleet_id": fleet_id, "format": format, "from": from_, "limit": limit, "to": to})


def list_unassigned_legs(
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[UnassignedLegPage]:
    """List the legs that nobody has and your fleets may carry, newest first, with the reason why they wait."""
    return Call("GET", path_of("/legs/unassigned"), query={"cursor": cursor, "limit": limit})


def list_vehicles(
    *,
    cursor: str | None = None,
    external_id: str | None = None,
    fleet_id: str | None = None,
    is_retired: bool | None = None,
    limit: int | None = None,
) -> Call[VehiclePage]:
    """List your vehicles, newest first."""
    return Call("GET", path_of("/vehicles"), query={"cursor": cursor, "external_id": external_id, "fleet_id": fleet_id, "is_retired": is_retired, "limit": limit})


def list_webhook_endpoints(
    *,
    cursor: str | None = None,
    limit: int | None = None,
) -> Call[WebhookEndpointPage]:
    """List endpoints, newest first."""
    return Call("GET", path_of("/webhook_endpoints"), query={"cursor": cursor, "limit": limit})


def list_webhook_messages(
    endpoint_id: str,
    *,
    cursor: str | None = None,
    kind: str | None = None,
    limit: int | None = None,
    status: Literal["pending", "delivered", "failed"] | None = None,
) -> Call[WebhookMessagePage]:
    """List the messages to an endpoint with their attempts, newest first."""
    return Call("GET", path_of("/webhook_endpoints/{endpoint_id}/messages", endpoint_id), query={"cursor": cursor, "kind": kind, "limit": limit, "status": status})


def list_zones(
) -> Call[ZonesOut]:
    """The coverage: all zones in service as a GeoJSON feature collection."""
    return Call("GET", path_of("/zones"))


def pause_connection(
    connection_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """Give and get nothing new for a while."""
    return Call("POST", path_of("/connections/{connection_id}/pause", connection_id), idempotency_key=idempotency_key, is_keyed=True)


def pin_leg(
    leg_id: str,
) -> Call[PinOut]:
    """Keep a leg where it is: the planner leaves it alone."""
    return Call("PUT", path_of("/legs/{leg_id}/pin", leg_id))


def place_order(
    body: OrderIn,
    *,
    idempotency_key: str | None = None,
) -> Call[OrderOut]:
    """Place an order."""
    return Call("POST", path_of("/orders"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def place_orders(
    body: OrderBatchIn,
    *,
    idempotency_key: str | None = None,
) -> Call[OrderBatchOut]:
    """Place up to 100 orders. One that is refused stops no other."""
    return Call("POST", path_of("/orders/batch"), body=body, idempotency_key=idempotency_key, is_keyed=True)


def preview_plan(
    body: PreviewIn,
) -> Call[PreviewOut]:
    """Ask what a zone's plan would be with other legs or couriers. Nothing is committed."""
    return Call("POST", path_of("/plans/preview"), body=body)


def reassign_leg(
    assignment_id: str,
    body: ReassignIn,
    *,
    idempotency_key: str | None = None,
) -> Call[AssignmentDetailOut]:
    """Give the leg to another of your couriers, in one step. The answer is the new assignment."""
    return Call("POST", path_of("/assignments/{assignment_id}/reassign", assignment_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def reject_leg(
    leg_id: str,
    body: RejectIn,
    *,
    idempotency_key: str | None = None,
) -> Call[LegStateOut]:
    """Refuse an order that your fleet was given, is offered, or might be given."""
    return Call("POST", path_of("/legs/{leg_id}/reject", leg_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def replace_tariff(
    tariff_id: str,
    body: TariffIn,
    *,
    idempotency_key: str | None = None,
) -> Call[TariffOut]:
    """Put a new tariff in the place of one, which is retired."""
    return Call("POST", path_of("/tariffs/{tariff_id}/replace", tariff_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def replay_failed_webhook_messages(
    endpoint_id: str,
    body: ReplayIn,
    *,
    idempotency_key: str | None = None,
) -> Call[ReplayedOut]:
    """Send everything again that failed and was written since a time."""
    return Call("POST", path_of("/webhook_endpoints/{endpoint_id}/replay", endpoint_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def replay_webhook_message(
    endpoint_id: str,
    message_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[WebhookMessageWithBodyOut]:
    """Send one message again, with the id and the body that it had."""
    return Call("POST", path_of("/webhook_endpoints/{endpoint_id}/messages/{message_id}/replay", endpoint_id, message_id), idempotency_key=idempotency_key, is_keyed=True)


def report_incident(
    hub_id: str,
    body: IncidentIn,
    *,
    idempotency_key: str | None = None,
) -> Call[IncidentOut]:
    """Report a parcel in a hub of yours as damaged."""
    return Call("POST", path_of("/hubs/{hub_id}/incidents", hub_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def report_progress(
    assignment_id: str,
    body: ProgressIn,
) -> Call[ProgressOut]:
    """Report what your courier did, or where they are. Repeated under the same `id`, it counts once."""
    return Call("POST", path_of("/assignments/{assignment_id}/progress", assignment_id), body=body)


def resolve_incident(
    incident_id: str,
    body: ResolveIn,
    *,
    idempotency_key: str | None = None,
) -> Call[IncidentOut]:
    """Close an incident; the last one takes the flag off its order."""
    return Call("POST", path_of("/incidents/{incident_id}/resolve", incident_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def resume_connection(
    connection_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[ConnectionOut]:
    """End your pause."""
    return Call("POST", path_of("/connections/{connection_id}/resume", connection_id), idempotency_key=idempotency_key, is_keyed=True)


def retire_vehicle(
    vehicle_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[VehicleOut]:
    """Retire a vehicle that no active courier rides."""
    return Call("POST", path_of("/vehicles/{vehicle_id}/retire", vehicle_id), idempotency_key=idempotency_key, is_keyed=True)


def revoke_courier_devices(
    courier_id: str,
) -> Call[RevokedOut]:
    """Sign a courier out of every phone: a lost one is worth nothing with its next request."""
    return Call("DELETE", path_of("/couriers/{courier_id}/devices", courier_id))


def rotate_webhook_secret(
    endpoint_id: str,
    *,
    idempotency_key: str | None = None,
) -> Call[WebhookEndpointWithSecretOut]:
    """Make another secret. For 24 hours messages carry a signature by each."""
    return Call("POST", path_of("/webhook_endpoints/{endpoint_id}/rotate_secret", endpoint_id), idempotency_key=idempotency_key, is_keyed=True)


def scan_parcels(
    hub_id: str,
    body: ScansIn,
) -> Call[ScanResultsOut]:
    """Take in a batch of scans; each has an id of its own, and may come twice, late or out of order."""
    return Call("POST", path_of("/hubs/{hub_id}/scans", hub_id), body=body)


def search_orders(
    *,
    cursor: str | None = None,
    limit: int | None = None,
    q: str | None = None,
) -> Call[OrderPage]:
    """Find orders of the last 90 days by code, external id, address, name, last digits of a telephone, barcode."""
    return Call("GET", path_of("/orders/search"), query={"cursor": cursor, "limit": limit, "q": q})


def send_webhook_test(
    endpoint_id: str,
) -> Call[WebhookMessageWithBodyOut]:
    """Send a test event. It goes out at once; what the endpoint answers is then in the log, under its id."""
    return Call("POST", path_of("/webhook_endpoints/{endpoint_id}/test", endpoint_id))


def take_back_leg(
    leg_id: str,
) -> Call[HandOnOut]:
    """Take back a leg that you handed on: your fleet is asked again."""
    return Call("DELETE", path_of("/legs/{leg_id}/hand_on", leg_id))


def track_order(
    token: str,
) -> Call[TrackedOut]:
    """How far a delivery is, when it is expected, and where its courier is on the way from pickup to dropoff."""
    return Call("GET", path_of("/tracking/{token}", token))


def unassign_leg(
    assignment_id: str,
    body: UnassignIn,
    *,
    idempotency_key: str | None = None,
) -> Call[AssignmentDetailOut]:
    """Take the leg back from your courier: it is open again, for whoever may carry it."""
    return Call("POST", path_of("/assignments/{assignment_id}/unassign", assignment_id), body=body, idempotency_key=idempotency_key, is_keyed=True)


def unlock_order_pin(
    order_id: str,
) -> Call[OrderOut]:
    """Give the courier five tries again at the recipient's PIN. Changes nothing where it is not locked."""
    return Call("POST", path_of("/orders/{order_id}/unlock_pin", order_id))


def unpin_leg(
    leg_id: str,
) -> Call[PinOut]:
    """Give a leg back to the planner."""
    return Call("DELETE", path_of("/legs/{leg_id}/pin", leg_id))


def update_courier(
    courier_id: str,
    body: PatchedCourierChangesIn,
) -> Call[CourierOut]:
    """Change a courier; with another phone they sign in anew."""
    return Call("PATCH", path_of("/couriers/{courier_id}", courier_id), body=body)


def update_fleet(
    fleet_id: str,
    body: PatchedFleetIn,
) -> Call[FleetOut]:
    """Rename a fleet, change how it gets work and where, open or close it."""
    return Call("PATCH", path_of("/fleets/{fleet_id}", fleet_id), body=body)


def update_hub(
    hub_id: str,
    body: PatchedHubChangesIn,
) -> Call[HubOut]:
    """Change a hub of yours; orders under way keep the place that they were placed with."""
    return Call("PATCH", path_of("/hubs/{hub_id}", hub_id), body=body)


def update_order(
    order_id: str,
    body: PatchedOrderChangesIn,
) -> Call[OrderOut]:
    """Change an order before its parcels are picked up."""
    return Call("PATCH", path_of("/orders/{order_id}", order_id), body=body)


def update_shift(
    shift_id: str,
    body: PatchedShiftChangesIn,
) -> Call[ShiftOut]:
    """Move a shift that has not begun."""
    return Call("PATCH", path_of("/shifts/{shift_id}", shift_id), body=body)


def update_vehicle(
    vehicle_id: str,
    body: PatchedVehicleChangesIn,
) -> Call[VehicleOut]:
    """Change a vehicle."""
    return Call("PATCH", path_of("/vehicles/{vehicle_id}", vehicle_id), body=body)


def update_webhook_endpoint(
    endpoint_id: str,
    body: PatchedWebhookEndpointChangesIn,
) -> Call[WebhookEndpointOut]:
    """Change an endpoint, disable or enable it."""
    return Call("PATCH", path_of("/webhook_endpoints/{endpoint_id}", endpoint_id), body=body)


def validate_order(
    body: OrderIn,
) -> Call[OrderTermsOut]:
    """Check an order as placing it would, and show its terms. Nothing is written."""
    return Call("POST", path_of("/orders/validate"), body=body)
