"""What may be asked about statements."""

import re

from rest_framework import serializers

from apps.billing.errors import StatementNotFound
from apps.core.api.form import CSV, JSON, PDF
from apps.core.api.pages import PageQuery

A_MONTH = r"^[2][0-9]{3}-(0[1-9]|1[0-2])$"
A_CURRENCY = r"^[A-Z]{3}$"
SIDES = ("orderer", "executor")


class StatementFilters(PageQuery):
    """Which statements are listed; without `side`, both."""

    month = serializers.RegexField(A_MONTH, max_length=7, help_text="Such as `2026-06`.")
    side = serializers.ChoiceField(choices=SIDES, required=False)


class StatementQuery(PageQuery):
    """As what a statement is wanted. `limit` and `cursor` page the charges of JSON; a file has all."""

    format = serializers.ChoiceField(choices=(JSON, CSV, PDF), default=JSON)


class ConnectionStatementQuery(StatementQuery):
    """And, where a month was charged in several currencies, in which."""

    currency = serializers.RegexField(A_CURRENCY, max_length=3, required=False)


def month_in_path(text: str) -> str:
    """The month. Raises StatementNotFound: a malformed one names nothing."""
    if not re.fullmatch(A_MONTH, text):
        raise StatementNotFound
    return text
