"""The operations on offers to fleets with a dispatch of their own: parse, call, render."""

from typing import ClassVar
from uuid import UUID

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import page_of
from apps.core.api.schema import page_out
from apps.core.ids import parse_public_id
from apps.couriers.errors import CourierNotFound, PhoneTaken
from apps.dispatch.api.answers import AssignmentOut, FleetOfferOut
from apps.dispatch.api.requests import AcceptOfferIn, DeclineIn, OfferFilters
from apps.dispatch.contact_times import shown_before
from apps.dispatch.errors import CourierNotAvailable, OfferGone, OfferNotFound
from apps.dispatch.executors import executor_of
from apps.dispatch.selectors import assignment_for, fleet_offer_for, fleet_offers_for, still_live
from apps.dispatch.services import accept_fleet_offer, decline_fleet_offer
from apps.orders.lifecycle import IllegalMove

TAG = "Offers"


class OffersView(KeyView):
    """`/v1/offers`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ}

    @operation("list_offers", tag=TAG, query=OfferFilters, answers={200: page_out(FleetOfferOut)})
    def get(self, request: Request) -> Response:
        """List what is offered to your fleets, newest first: what is live, unless you ask otherwise."""
        page, filters = OfferFilters.read(request.query_params.dict())
        executor = executor_of(principal_of(request))
        offers = still_live(fleet_offers_for(executor).filter(**filters), filters["status"])
        found, next_cursor = page_of(offers, page)
        shown = shown_before(executor.fleets, [offer.leg for offer in found])
        rows = FleetOfferOut(found, many=True, context={"seeing": shown})
        return Response({"data": rows.data, "next_cursor": next_cursor})


class OfferView(KeyView):
    """`/v1/offers/{id}`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ}

    @operation("get_offer", tag=TAG, answers={200: FleetOfferOut}, refusals=(OfferNotFound,))
    def get(self, request: Request, offer_id: str) -> Response:
        """Show one offer."""
        executor = executor_of(principal_of(request))
        offer = fleet_offer_for(executor, _key(offer_id))
        return Response(FleetOfferOut(offer, context={"seeing": shown_before(executor.fleets, [offer.leg])}).data)


class AcceptOfferView(KeyView):
    """`/v1/offers/{id}/accept`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation(
        "accept_offer",
        tag=TAG,
        request=AcceptOfferIn,
        answers={201: AssignmentOut},
        refusals=(OfferNotFound, OfferGone, CourierNotFound, PhoneTaken, CourierNotAvailable, IllegalMove),
    )
    @answered_once
    def post(self, request: Request, offer_id: str) -> Response:
        """Take the leg, for one of your couriers or for nobody in particular. The answer is the assignment."""
        courier, executor = AcceptOfferIn(data=request.data).courier_sent(), executor_of(principal_of(request))
        offer = fleet_offer_for(executor, _key(offer_id))
        assignment = accept_fleet_offer(offer_id=offer.pk, courier=courier)
        return Response(AssignmentOut(assignment_for(executor, assignment.pk)).data, status=201)


class DeclineOfferView(KeyView):
    """`/v1/offers/{id}/decline`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation(
        "decline_offer",
        tag=TAG,
        request=DeclineIn,
        answers={200: FleetOfferOut},
        refusals=(OfferNotFound, OfferGone),
    )
    @answered_once
    def post(self, request: Request, offer_id: str) -> Response:
        """Leave the leg to others."""
        asked, executor = DeclineIn(data=request.data).validated(), executor_of(principal_of(request))
        offer = fleet_offer_for(executor, _key(offer_id))
        decline_fleet_offer(offer_id=offer.pk, **asked)
        return Response(FleetOfferOut(fleet_offer_for(executor, offer.pk)).data)


def _key(offer_id: str) -> UUID:
    return parse_public_id("off", offer_id)
