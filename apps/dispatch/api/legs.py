"""The operations on legs that nobody has, or that a dispatcher keeps: parse, call, render."""

from typing import ClassVar

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import PageQuery, cursor_at
from apps.core.api.schema import page_out
from apps.core.ids import parse_public_id
from apps.dispatch.api.answers import LegStateOut, PinOut, UnassignedLegOut
from apps.dispatch.api.requests import RejectIn
from apps.dispatch.errors import LegTaken, NotYourLeg, RefusalNotAllowed
from apps.dispatch.executors import executor_of
from apps.dispatch.leg_state import leg_state
from apps.dispatch.selectors import unassigned_legs
from apps.dispatch.services import pin_by_hand, refuse_by_hand
from apps.networks.selectors import seeing
from apps.orders.errors import LegNotFound
from apps.orders.lifecycle import IllegalMove

TAG = "Legs"


class UnassignedLegsView(KeyView):
    """`/v1/legs/unassigned`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ}

    @operation("list_unassigned_legs", tag=TAG, query=PageQuery, answers={200: page_out(UnassignedLegOut)})
    def get(self, request: Request) -> Response:
        """List the legs that nobody has and your fleets may carry, newest first, with the reason why they wait."""
        asked, _ = PageQuery.read(request.query_params.dict())
        executor = executor_of(principal_of(request))
        page = unassigned_legs(executor, limit=asked.limit, after=asked.after)
        next_cursor = cursor_at(page.after) if page.after else None
        rows = UnassignedLegOut(page.legs, many=True, context={"seeing": seeing(executor.fleets)})
        return Response({"data": rows.data, "next_cursor": next_cursor})


class PinView(KeyView):
    """`/v1/legs/{id}/pin`."""

    scopes: ClassVar = {"PUT": Scope.DISPATCH_WRITE, "DELETE": Scope.DISPATCH_WRITE}

    @operation("pin_leg", tag=TAG, answers={200: PinOut}, refusals=(LegNotFound, NotYourLeg, IllegalMove))
    def put(self, request: Request, leg_id: str) -> Response:
        """Keep a leg where it is: the planner leaves it alone."""
        return _pinned(request, leg_id, is_pinned=True)

    @operation("unpin_leg", tag=TAG, answers={200: PinOut}, refusals=(LegNotFound, NotYourLeg, IllegalMove))
    def delete(self, request: Request, leg_id: str) -> Response:
        """Give a leg back to the planner."""
        return _pinned(request, leg_id, is_pinned=False)


class RejectView(KeyView):
    """`/v1/legs/{id}/reject`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation(
        "reject_leg",
        tag=TAG,
        request=RejectIn,
        answers={200: LegStateOut},
        refusals=(LegNotFound, LegTaken, RefusalNotAllowed, IllegalMove),
    )
    @answered_once
    def post(self, request: Request, leg_id: str) -> Response:
        """Refuse an order that your fleet was given, is offered, or might be given."""
        asked, executor = RejectIn(data=request.data).validated(), executor_of(principal_of(request))
        leg = refuse_by_hand(executor=executor, leg_id=parse_public_id("leg", leg_id), **asked)
        return Response(LegStateOut(leg_state(leg)).data)


def _pinned(request: Request, leg_id: str, *, is_pinned: bool) -> Response:
    executor = executor_of(principal_of(request))
    leg = pin_by_hand(executor=executor, leg_id=parse_public_id("leg", leg_id), is_pinned=is_pinned)
    return Response(PinOut(leg).data)
