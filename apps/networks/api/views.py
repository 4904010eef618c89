"""The operations on connections: parse, call, render."""

from typing import ClassVar
from uuid import UUID

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import RealView, principal_of
from apps.accounts.errors import LiveKeyRequired, OrganisationNotFound
from apps.accounts.principals import Principal, Scope
from apps.core.api.idempotent import answered_once
from apps.core.api.pages import page_of
from apps.core.api.schema import page_out
from apps.core.errors import Conflict, Invalid
from apps.core.ids import parse_public_id
from apps.networks.api.answers import ConnectionOut
from apps.networks.api.requests import (
    AcceptIn,
    ConnectionChangeIn,
    ConnectionFilters,
    ConnectionIn,
    NothingIn,
    ReasonIn,
)
from apps.networks.errors import (
    ConnectionExists,
    ConnectionNotFound,
    DeclinedRecently,
    FleetNotListed,
    NothingToAnswer,
    OtherSideOnly,
    PausedByOtherSide,
    TariffNotOffered,
    TermsChanged,
    TooManyInvitations,
)
from apps.networks.lifecycle import IllegalConnectionMove, Side
from apps.networks.models import Connection
from apps.networks.selectors import connection_for, connections_for
from apps.networks.services import (
    accept,
    change_connection,
    decline,
    end_connection,
    invite,
    pause_connection,
    resume_connection,
)

TAG = "Connections"
OF_INVITING = (
    LiveKeyRequired,
    FleetNotListed,
    OrganisationNotFound,
    TariffNotOffered,
    ConnectionExists,
    DeclinedRecently,
    TooManyInvitations,
    Invalid,
)
OF_MOVING = (LiveKeyRequired, ConnectionNotFound, IllegalConnectionMove, Conflict)
OF_ANSWERING = (LiveKeyRequired, ConnectionNotFound, NothingToAnswer, OtherSideOnly, Conflict)
OF_SIDE = {Side.ORDERER: "organisation_id", Side.EXECUTOR: "executor_id"}


class ConnectionsView(RealView):
    """`/v1/connections`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ, "POST": Scope.CONNECTIONS_WRITE}

    @operation("invite", tag=TAG, request=ConnectionIn, answers={201: ConnectionOut}, refusals=OF_INVITING)
    @answered_once
    def post(self, request: Request) -> Response:
        """Invite a fleet, or an organisation to your fleet."""
        connection = invite(ConnectionIn(data=request.data).invitation(principal_of(request)))
        return _shown(request, connection.pk, status=201)

    @operation("list_connections", tag=TAG, query=ConnectionFilters, answers={200: page_out(ConnectionOut)})
    def get(self, request: Request) -> Response:
        """List the connections in which you have a part, newest first."""
        caller = principal_of(request)
        page, filters = ConnectionFilters.read(request.query_params.dict())
        found, next_cursor = page_of(_filtered(caller, **filters), page)
        rows = ConnectionOut(found, many=True, context={"organisation_id": caller.organisation_id})
        return Response({"data": rows.data, "next_cursor": next_cursor})


class ConnectionView(RealView):
    """`/v1/connections/{id}`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ, "PATCH": Scope.CONNECTIONS_WRITE}

    @operation("get_connection", tag=TAG, answers={200: ConnectionOut}, refusals=(ConnectionNotFound,))
    def get(self, request: Request, connection_id: str) -> Response:
        """Show one connection."""
        return _shown(request, _key(connection_id))

    @operation(
        "change_connection",
        tag=TAG,
        request=ConnectionChangeIn,
        answers={200: ConnectionOut},
        refusals=(*OF_MOVING, OtherSideOnly, TariffNotOffered),
    )
    def patch(self, request: Request, connection_id: str) -> Response:
        """Set your priority, or propose other terms."""
        key, caller = _key(connection_id), principal_of(request)
        wanted = ConnectionChangeIn(data=request.data).wanted()
        change_connection(connection_id=key, by=caller.organisation_id, wanted=wanted)
        return _shown(request, key)


class ConnectionAcceptView(RealView):
    """`/v1/connections/{id}/accept`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation(
        "accept_connection",
        tag=TAG,
        request=AcceptIn,
        answers={200: ConnectionOut},
        refusals=(*OF_ANSWERING, TermsChanged, TariffNotOffered),
    )
    @answered_once
    def post(self, request: Request, connection_id: str) -> Response:
        """Accept the other side's invitation, or the terms that it proposes."""
        key, caller = _key(connection_id), principal_of(request)
        accept(connection_id=key, by=caller.organisation_id, **AcceptIn(data=request.data).validated())
        return _shown(request, key)


class ConnectionDeclineView(RealView):
    """`/v1/connections/{id}/decline`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation("decline_connection", tag=TAG, request=ReasonIn, answers={200: ConnectionOut}, refusals=OF_ANSWERING)
    @answered_once
    def post(self, request: Request, connection_id: str) -> Response:
        """Decline the other side's invitation, or the terms that it proposes."""
        key, caller = _key(connection_id), principal_of(request)
        decline(connection_id=key, by=caller.organisation_id, **ReasonIn(data=request.data).validated())
        return _shown(request, key)


class ConnectionPauseView(RealView):
    """`/v1/connections/{id}/pause`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation("pause_connection", tag=TAG, request=NothingIn, answers={200: ConnectionOut}, refusals=OF_MOVING)
    @answered_once
    def post(self, request: Request, connection_id: str) -> Response:
        """Give and get nothing new for a while."""
        key, caller = _key(connection_id), principal_of(request)
        NothingIn(data=request.data).validated()
        pause_connection(connection_id=key, by=caller.organisation_id)
        return _shown(request, key)


class ConnectionResumeView(RealView):
    """`/v1/connections/{id}/resume`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation(
        "resume_connection",
        tag=TAG,
        request=NothingIn,
        answers={200: ConnectionOut},
        refusals=(*OF_MOVING, PausedByOtherSide),
    )
    @answered_once
    def post(self, request: Request, connection_id: str) -> Response:
        """End your pause."""
        key, caller = _key(connection_id), principal_of(request)
        NothingIn(data=request.data).validated()
        resume_connection(connection_id=key, by=caller.organisation_id)
        return _shown(request, key)


class ConnectionEndView(RealView):
    """`/v1/connections/{id}/end`."""

    scopes: ClassVar = {"POST": Scope.CONNECTIONS_WRITE}

    @operation("end_connection", tag=TAG, request=ReasonIn, answers={200: ConnectionOut}, refusals=OF_MOVING)
    @answered_once
    def post(self, request: Request, connection_id: str) -> Response:
        """End a connection, or withdraw an invitation."""
        key, caller = _key(connection_id), principal_of(request)
        end_connection(connection_id=key, by=caller.organisation_id, **ReasonIn(data=request.data).validated())
        return _shown(request, key)


def _key(connection_id: str) -> UUID:
    return parse_public_id("con", connection_id)


def _shown(request: Request, key: UUID, *, status: int = 200) -> Response:
    """A connection as the calling side sees it."""
    caller = principal_of(request)
    context = {"organisation_id": caller.organisation_id}
    return Response(ConnectionOut(connection_for(caller, key), context=context).data, status=status)


def _filtered(caller: Principal, *, side: Side | None = None, **filters: object) -> QuerySet[Connection]:
    """The caller's connections: `fleet` and `status` are columns, `side` says in which column the caller stands."""
    rows = connections_for(caller).filter(**filters)
    return rows.filter(**{OF_SIDE[side]: caller.organisation_id}) if side else rows
