"""The operations on statements: parse, call, render."""

from typing import Any, ClassVar
from uuid import UUID

from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Principal, Scope
from apps.billing.api.answers import StatementOut, StatementWithCharges, with_charges
from apps.billing.api.requests import (
    ConnectionStatementQuery,
    StatementFilters,
    StatementQuery,
    month_in_path,
)
from apps.billing.documents import statement_csv, statement_pdf
from apps.billing.errors import SeveralCurrencies, StatementNotFound, TooLongForPdf
from apps.billing.models import Statement
from apps.billing.selectors import (
    charged_legs,
    charges_of,
    sees_references,
    statement_for,
    statement_of_connection,
    statements_for,
    totals_of,
)
from apps.core.api.form import CSV, PDF, file_answer
from apps.core.api.negotiation import WhateverIsAccepted
from apps.core.api.pages import PageRequest, page_of
from apps.core.api.schema import page_out
from apps.core.ids import parse_public_id

ANSWERS = {
    200: StatementWithCharges,
    (200, "text/csv"): OpenApiTypes.STR,
    (200, "application/pdf"): OpenApiTypes.BINARY,
}


class StatementsView(KeyView):
    """`/v1/statements`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ}

    @operation("list_statements", tag="Statements", query=StatementFilters, answers={200: page_out(StatementOut)})
    def get(self, request: Request) -> Response:
        """List what you owe and are owed for a month: one statement per connection, and per owner of open fleets."""
        page, filters = StatementFilters.read(request.query_params.dict())
        caller = principal_of(request)
        statements = statements_for(caller).filter(month=filters["month"])
        if side := filters.get("side"):
            statements = statements.filter(**{f"{side}_id__in": caller.organisation_ids})
        found, next_cursor = page_of(statements, page)
        rows = StatementOut(found, many=True, context={"totals": totals_of(found)}).data
        return Response({"data": rows, "next_cursor": next_cursor})


class StatementView(KeyView):
    """`/v1/statements/{id}`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ}
    content_negotiation_class = WhateverIsAccepted

    @operation(
        "get_statement",
        tag="Statements",
        query=StatementQuery,
        answers=ANSWERS,
        refusals=(StatementNotFound, TooLongForPdf),
    )
    def get(self, request: Request, statement_id: str) -> HttpResponseBase:
        """Show a statement, charge by charge: as JSON, CSV or PDF."""
        page, asked = StatementQuery.read(request.query_params.dict())
        caller = principal_of(request)
        statement = statement_for(caller, parse_public_id("sta", statement_id))
        return _answer(caller, statement, page, asked["format"])


class ConnectionStatementView(KeyView):
    """`/v1/connections/{id}/statements/{month}`."""

    scopes: ClassVar = {"GET": Scope.CONNECTIONS_READ}
    content_negotiation_class = WhateverIsAccepted

    @operation(
        "get_connection_statement",
        tag="Statements",
        query=ConnectionStatementQuery,
        answers=ANSWERS,
        refusals=(StatementNotFound, SeveralCurrencies, TooLongForPdf),
    )
    def get(self, request: Request, connection_id: str, month: str) -> HttpResponseBase:
        """Show the statement of a connection for a month: as JSON, CSV or PDF."""
        page, asked = ConnectionStatementQuery.read(request.query_params.dict())
        caller = principal_of(request)
        key: UUID = parse_public_id("con", connection_id)
        statement = statement_of_connection(caller, key, month_in_path(month), currency=asked.get("currency"))
        return _answer(caller, statement, page, asked["format"])


def _answer(caller: Principal, statement: Statement, page: PageRequest, form: str) -> HttpResponseBase:
    shown = sees_references(caller, statement)
    if form == CSV:
        text = statement_csv(statement, charged_legs(statement, with_references=shown))
        return file_answer(text, name=_named(statement), form=form)
    if form == PDF:
        pages = statement_pdf(statement, charged_legs(statement, with_references=shown))
        return file_answer(pages, name=_named(statement), form=form)
    charges, next_cursor = page_of(charges_of(statement), page)
    totals = totals_of([statement])[statement.pk]
    answer: dict[str, Any] = with_charges(statement, totals, charges, next_cursor, with_references=shown)
    return Response(answer)


def _named(statement: Statement) -> str:
    return f"statement-{statement.month}-{statement.pk.hex[-6:]}"
