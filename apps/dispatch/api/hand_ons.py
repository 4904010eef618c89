"""The operations on legs that one fleet hands on to another: parse, call, render."""

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
from apps.core.errors import Invalid
from apps.core.ids import parse_public_id
from apps.dispatch.api.answers import HandOnOut
from apps.dispatch.api.requests import HandOnFilters, HandOnIn
from apps.dispatch.errors import (
    FleetNotConnected,
    FleetNotEligible,
    HandedOnAlready,
    HandOnNotAllowed,
    HandOnNotFound,
    HandOnOver,
    LegTaken,
)
from apps.dispatch.executors import Executor, executor_of
from apps.dispatch.selectors import hand_on_for, hand_ons_for
from apps.dispatch.services import hand_on_leg, take_back_leg
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import IllegalMove

TAG = "Legs"


class HandOnsView(KeyView):
    """`/v1/legs/handed_on`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ}

    @operation("list_handed_on_legs", tag=TAG, query=HandOnFilters, answers={200: page_out(HandOnOut)})
    def get(self, request: Request) -> Response:
        """List the legs that your fleets handed on, and those that were handed on to them, newest first."""
        page, filters = HandOnFilters.read(request.query_params.dict())
        wanted = {"is_live": filters["live"]} if "live" in filters else {}
        found, next_cursor = page_of(hand_ons_for(executor_of(principal_of(request))).filter(**wanted), page)
        return Response({"data": HandOnOut(found, many=True).data, "next_cursor": next_cursor})


class HandOnView(KeyView):
    """`/v1/legs/{id}/hand_on`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ, "POST": Scope.DISPATCH_WRITE, "DELETE": Scope.DISPATCH_WRITE}

    @operation("get_hand_on", tag=TAG, answers={200: HandOnOut}, refusals=(HandOnNotFound,))
    def get(self, request: Request, leg_id: str) -> Response:
        """Show how a leg was handed on last, and how it stands."""
        return _shown(executor_of(principal_of(request)), _key(leg_id))

    @operation(
        "hand_on_leg",
        tag=TAG,
        request=HandOnIn,
        answers={201: HandOnOut},
        refusals=(
            LegNotFound,
            LegTaken,
            HandedOnAlready,
            HandOnNotAllowed,
            FleetNotConnected,
            FleetNotEligible,
            IllegalMove,
            Invalid,
        ),
    )
    @answered_once
    def post(self, request: Request, leg_id: str) -> Response:
        """Give a leg to a fleet of somebody else that you are connected to."""
        asked, executor = HandOnIn(data=request.data).validated(), executor_of(principal_of(request))
        key = _key(leg_id)
        hand_on_leg(executor=executor, leg_id=key, fleet_id=asked["fleet"], from_fleet_id=asked.get("from_fleet"))
        return _shown(executor, key, status=201)

    @operation("take_back_leg", tag=TAG, answers={200: HandOnOut}, refusals=(HandOnNotFound, HandOnOver, IllegalMove))
    def delete(self, request: Request, leg_id: str) -> Response:
        """Take back a leg that you handed on: your fleet is asked again."""
        executor, key = executor_of(principal_of(request)), _key(leg_id)
        take_back_leg(executor=executor, leg_id=key)
        return _shown(executor, key)


def _key(leg_id: str) -> UUID:
    return parse_public_id("leg", leg_id)


def _shown(executor: Executor, leg_id: UUID, *, status: int = 200) -> Response:
    return Response(HandOnOut(hand_on_for(executor, leg_id)).data, status=status)
