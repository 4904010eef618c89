"""Reads of billing. Both sides of a statement see it, and to everybody else there is none."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from apps.accounts.principals import Principal
from apps.billing.errors import SeveralCurrencies, StatementNotFound
from apps.billing.models import Charge, Statement
from apps.networks.models import Connection

_AT_A_TIME = 500


@dataclass(frozen=True, slots=True)
class Totals:
    """What the charges of a statement come to, in cents."""

    charges: int = 0
    net_cents: int = 0
    tax_cents: int = 0
    gross_cents: int = 0


@dataclass(frozen=True, slots=True)
class ChargedLeg:
    """One row of a statement. `external_id` is empty for whoever is not shown it, `lines` as the quote shows them."""

    at: datetime
    kind: str
    order_id: UUID
    external_id: str
    leg_id: UUID
    lines: list[dict[str, Any]]
    net_cents: int
    tax_cents: int
    gross_cents: int

    @property
    def short_code(self) -> str:
        """As people read the order out to each other."""
        return self.order_id.hex[-6:].upper()


def statements_for(principal: Principal) -> QuerySet[Statement]:
    """The statements in which a principal has a part, as orderer or as executor, both organisations at hand."""
    rows = Statement.objects.select_related("orderer", "executor")
    if principal.sees_all:
        return rows
    mine = principal.organisation_ids
    return rows.filter(Q(orderer_id__in=mine) | Q(executor_id__in=mine), is_test=principal.is_test)


def statement_for(principal: Principal, statement_id: UUID) -> Statement:
    """One of those. Raises StatementNotFound for anybody else's."""
    found = statements_for(principal).filter(pk=statement_id).first()
    if found is None:
        raise StatementNotFound
    return found


def statement_of_connection(
    principal: Principal, connection_id: UUID, month: str, *, currency: str | None = None
) -> Statement:
    """The statement of a connection for a month; one that is not written, for a month without a charge.

    Raises StatementNotFound for a connection of others, or SeveralCurrencies where `currency` must say which is meant.
    """
    rows = statements_for(principal).filter(connection_id=connection_id, month=month)
    found = list(rows.filter(currency=currency) if currency else rows)
    if len(found) > 1:
        raise SeveralCurrencies(state={"currencies": sorted(statement.currency for statement in found)})
    return found[0] if found else _without_charges(principal, connection_id, month, currency)


def _without_charges(principal: Principal, connection_id: UUID, month: str, currency: str | None) -> Statement:
    rows = Connection.objects.select_related("organisation", "executor", "tariff")
    if not principal.sees_all:
        mine = principal.organisation_ids
        rows = rows.filter(Q(organisation_id__in=mine) | Q(executor_id__in=mine))
    connection = rows.filter(pk=connection_id).first()
    if connection is None:
        raise StatementNotFound
    usual = connection.tariff.currency if connection.tariff else connection.executor.currency
    return Statement(
        connection=connection,
        orderer=connection.organisation,
        executor=connection.executor,
        month=month,
        currency=currency or usual,
        is_test=principal.is_test,
    )


def totals_of(statements: Iterable[Statement]) -> dict[UUID, Totals]:
    """What each statement comes to. One query."""
    keys = [statement.pk for statement in statements]
    sums = Charge.objects.filter(statement_id__in=keys).order_by().values("statement_id")
    rows = sums.annotate(
        charges=Count("pk"), nets=Sum("net_cents"), taxes=Sum("tax_cents"), grosses=Sum("gross_cents")
    ).values_list("statement_id", "charges", "nets", "taxes", "grosses")
    found = {key: Totals(charges, net, tax, gross) for key, charges, net, tax, gross in rows}
    return {key: found.get(key, Totals()) for key in keys}


def charges_of(statement: Statement) -> QuerySet[Charge]:
    """The charges of a statement, their orders at hand."""
    return Charge.objects.filter(statement_id=statement.pk).select_related("order")


def sees_references(principal: Principal, statement: Statement) -> bool:
    """Whether a principal is shown the orderer's own references: the executor knows its orders by their ids."""
    return principal.sees_all or statement.orderer_id in principal.organisation_ids


def charged_legs(statement: Statement, *, with_references: bool) -> Iterator[ChargedLeg]:
    """All rows of a statement, oldest first. One query, read in pieces."""
    rows = Charge.objects.filter(statement_id=statement.pk).order_by("at", "id")
    columns = ("at", "kind", "order_id", "order__external_id", "order__organisation_id", "leg_id", "lines")
    amounts = ("net_cents", "tax_cents", "gross_cents")
    for at, kind, order_id, external_id, merchant_id, leg_id, lines, net, tax, gross in rows.values_list(
        *columns, *amounts
    ).iterator(chunk_size=_AT_A_TIME):
        is_shown = with_references and merchant_id == statement.orderer_id  # not of what was handed on
        reference = (external_id or "") if is_shown else ""
        yield ChargedLeg(at, kind, order_id, reference, leg_id, lines, net, tax, gross)
