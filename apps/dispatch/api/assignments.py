"""The operations on assignments: parse, call, render."""

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
from apps.couriers.errors import CourierNotFound, PhoneTaken
from apps.couriers.selectors import couriers_of_fleets
from apps.dispatch.api.answers import AssignmentDetailOut, AssignmentOut, ProgressOut
from apps.dispatch.api.requests import (
    ASSIGNMENT_LOOKUPS,
    AssignIn,
    AssignmentFilters,
    ProgressIn,
    ReassignIn,
    UnassignIn,
    courier_asked,
)
from apps.dispatch.errors import (
    AssignmentNotFound,
    AssignmentOver,
    CourierNotAvailable,
    CourierNotNamed,
    FleetNotEligible,
    FleetNotExternal,
    LegTaken,
    NotYourLeg,
    ReportIdReused,
)
from apps.dispatch.executors import Executor, executor_of
from apps.dispatch.models import Assignment
from apps.dispatch.selectors import assignment_for, assignments_for
from apps.dispatch.services import give_by_hand, move_by_hand, report_progress, take_back_by_hand
from apps.orders.errors import LegNotFound, PinLocked, PinRequired, StaleEpoch, WrongPin
from apps.orders.lifecycle import IllegalMove

TAG = "Assignments"
OF_HELD = (AssignmentNotFound, AssignmentOver, StaleEpoch, IllegalMove)


class AssignmentsView(KeyView):
    """`/v1/assignments`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ, "POST": Scope.DISPATCH_WRITE}

    @operation("list_assignments", tag=TAG, query=AssignmentFilters, answers={200: page_out(AssignmentOut)})
    def get(self, request: Request) -> Response:
        """List the legs that your couriers have or had, newest first."""
        page, filters = AssignmentFilters.read(request.query_params.dict())
        wanted = {ASSIGNMENT_LOOKUPS[name]: value for name, value in filters.items()}
        found, next_cursor = page_of(assignments_for(executor_of(principal_of(request))).filter(**wanted), page)
        return Response({"data": AssignmentOut(found, many=True).data, "next_cursor": next_cursor})

    @operation(
        "assign_leg",
        tag=TAG,
        request=AssignIn,
        answers={201: AssignmentDetailOut},
        refusals=(LegNotFound, CourierNotFound, LegTaken, FleetNotEligible, CourierNotAvailable),
    )
    @answered_once
    def post(self, request: Request) -> Response:
        """Give a leg that nobody has to one of your couriers."""
        asked, executor = AssignIn(data=request.data).validated(), executor_of(principal_of(request))
        assignment = give_by_hand(executor=executor, **asked)
        return Response(_shown(executor, assignment.pk), status=201)


class AssignmentView(KeyView):
    """`/v1/assignments/{id}`."""

    scopes: ClassVar = {"GET": Scope.DISPATCH_READ}

    @operation("get_assignment", tag=TAG, answers={200: AssignmentDetailOut}, refusals=(AssignmentNotFound,))
    def get(self, request: Request, assignment_id: str) -> Response:
        """Show one assignment, and why it is this courier's."""
        return Response(_shown(executor_of(principal_of(request)), _key(assignment_id)))


class ReassignView(KeyView):
    """`/v1/assignments/{id}/reassign`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation(
        "reassign_leg",
        tag=TAG,
        request=ReassignIn,
        answers={201: AssignmentDetailOut},
        refusals=(*OF_HELD, CourierNotFound, PhoneTaken, FleetNotExternal, FleetNotEligible, CourierNotAvailable),
    )
    @answered_once
    def post(self, request: Request, assignment_id: str) -> Response:
        """Give the leg to another of your couriers, in one step. The answer is the new assignment."""
        asked, executor = ReassignIn(data=request.data).validated(), executor_of(principal_of(request))
        courier, epoch = courier_asked(asked["courier"]), asked.get("epoch")
        moved = move_by_hand(executor=executor, assignment_id=_key(assignment_id), courier=courier, epoch=epoch)
        return Response(_shown(executor, moved.pk), status=201)


class UnassignView(KeyView):
    """`/v1/assignments/{id}/unassign`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation("unassign_leg", tag=TAG, request=UnassignIn, answers={200: AssignmentDetailOut}, refusals=OF_HELD)
    @answered_once
    def post(self, request: Request, assignment_id: str) -> Response:
        """Take the leg back from your courier: it is open again, for whoever may carry it."""
        asked, executor = UnassignIn(data=request.data).validated(), executor_of(principal_of(request))
        ended = take_back_by_hand(executor=executor, assignment_id=_key(assignment_id), **asked)
        return Response(_shown(executor, ended.pk))


class ProgressView(KeyView):
    """`/v1/assignments/{id}/progress`."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_WRITE}

    @operation(
        "report_progress",
        tag=TAG,
        request=ProgressIn,
        answers={200: ProgressOut},
        refusals=(
            AssignmentNotFound,
            StaleEpoch,
            NotYourLeg,
            IllegalMove,
            CourierNotNamed,
            ReportIdReused,
            PinRequired,
            WrongPin,
            PinLocked,
            Invalid,
        ),
    )
    def post(self, request: Request, assignment_id: str) -> Response:
        """Report what your courier did, or where they are. Repeated under the same `id`, it counts once."""
        report = ProgressIn(data=request.data).report()
        assignment = assignment_for(executor_of(principal_of(request)), _key(assignment_id))
        return Response(ProgressOut(report_progress(assignment=assignment, report=report)).data)


def _key(assignment_id: str) -> UUID:
    return parse_public_id("asg", assignment_id)


def _shown(executor: Executor, assignment_id: UUID) -> dict[str, object]:
    assignment: Assignment = assignment_for(executor, assignment_id)
    own = couriers_of_fleets(list(executor.fleets), among=_named_in(assignment))
    return dict(AssignmentDetailOut(assignment, context={"own_couriers": own}).data)


def _named_in(assignment: Assignment) -> list[UUID]:
    """Every courier whom the stored reasons name: some dozens at most."""
    why = assignment.why
    named = [other["courier_id"] for other in why.get("others", [])]
    named += [key for limit in why.get("excluded", []) for key in limit["courier_ids"]]
    return [UUID(key) for key in named]
