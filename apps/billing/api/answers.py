"""What both sides of a statement get back."""

from typing import Any

from rest_framework import serializers

from apps.billing.models import Charge, Statement
from apps.billing.selectors import Totals
from apps.core.api.fields import Moment, PublicId
from apps.core.api.money import PriceLineOut
from apps.core.api.serializers import OutputSerializer
from apps.core.ids import public_id
from apps.core.money import Money

Amount = dict[str, int | str]


class StatementOut(OutputSerializer):
    """What one organisation owes another for a month. Reads its `totals` from the context, by statement."""

    id = serializers.SerializerMethodField(help_text="Null while there is no charge in it.")
    month = serializers.CharField()
    is_closed = serializers.BooleanField(help_text="Whether the month is over, where the executor is.")
    connection = serializers.SerializerMethodField(help_text="Null: over no connection, to open fleets.")
    orderer = serializers.SerializerMethodField()
    executor = serializers.SerializerMethodField()
    charges = serializers.SerializerMethodField(help_text="How many.")
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    gross = serializers.SerializerMethodField()

    def get_id(self, statement: Statement) -> str | None:
        """`sta_...`."""
        return public_id("sta", statement.pk) if statement.key else None

    def get_connection(self, statement: Statement) -> str | None:
        """`con_...`."""
        return public_id("con", statement.connection_id) if statement.connection_id else None

    def get_orderer(self, statement: Statement) -> dict[str, str]:
        """Who owes: `{"id": "org_...", "name": "..."}`."""
        return {"id": public_id("org", statement.orderer_id), "name": statement.orderer.name}

    def get_executor(self, statement: Statement) -> dict[str, str]:
        """Who is owed: `{"id": "org_...", "name": "..."}`."""
        return {"id": public_id("org", statement.executor_id), "name": statement.executor.name}

    def get_charges(self, statement: Statement) -> int:
        """How many charges."""
        return self._totals(statement).charges

    def get_net(self, statement: Statement) -> Amount:
        """Without tax."""
        return Money(self._totals(statement).net_cents, statement.currency).as_json()

    def get_tax(self, statement: Statement) -> Amount:
        """The sum of the taxes of all charges."""
        return Money(self._totals(statement).tax_cents, statement.currency).as_json()

    def get_gross(self, statement: Statement) -> Amount:
        """What is owed: the sum of all charges."""
        return Money(self._totals(statement).gross_cents, statement.currency).as_json()

    def _totals(self, statement: Statement) -> Totals:
        totals: Totals = self.context["totals"][statement.pk]
        return totals


class ChargeOut(OutputSerializer):
    """What is owed for one leg. The context says whether its reader is shown the orderer's `references`."""

    id = PublicId(prefix="cha", source="pk")
    kind = serializers.CharField(help_text="`delivery`, `return`, `cancellation`.")
    at = Moment()
    order = PublicId(prefix="ord", source="order_id")
    external_id = serializers.SerializerMethodField(help_text="The orderer's own reference; null for the executor.")
    leg = PublicId(prefix="leg", source="leg_id")
    fleet = PublicId(prefix="flt", source="fleet_id")
    tariff = serializers.SerializerMethodField(help_text="Null: the platform's own.")
    lines = PriceLineOut(many=True)
    net = serializers.SerializerMethodField()
    tax = serializers.SerializerMethodField()
    gross = serializers.SerializerMethodField()

    def get_external_id(self, charge: Charge) -> str | None:
        """The orderer's own reference, for the orderer. Of what was handed on it is the merchant's, who is another."""
        is_shown = self.context["references"] and not charge.is_handed_on
        return charge.order.external_id if is_shown else None

    def get_tariff(self, charge: Charge) -> str | None:
        """`tar_...`."""
        return public_id("tar", charge.tariff_id) if charge.tariff_id else None

    def get_net(self, charge: Charge) -> Amount:
        """Without tax."""
        return Money(charge.net_cents, charge.currency).as_json()

    def get_tax(self, charge: Charge) -> Amount:
        """The tax on it."""
        return Money(charge.tax_cents, charge.currency).as_json()

    def get_gross(self, charge: Charge) -> Amount:
        """What is owed."""
        return charge.gross.as_json()


class StatementWithCharges(StatementOut):
    """A statement, and a page of its charges, newest first; `next_cursor` is null on the last."""

    data = ChargeOut(many=True)  # type: ignore[assignment] # the API's word, and the serializer's
    next_cursor = serializers.CharField(allow_null=True)


def with_charges(
    statement: Statement, totals: Totals, charges: list[Charge], next_cursor: str | None, *, with_references: bool
) -> dict[str, Any]:
    """The answer of one statement, as `StatementWithCharges` describes it."""
    told = StatementOut(statement, context={"totals": {statement.pk: totals}}).data
    rows = ChargeOut(charges, many=True, context={"references": with_references}).data
    return {**told, "data": rows, "next_cursor": next_cursor}
