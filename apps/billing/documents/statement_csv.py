"""A statement as CSV (RFC 4180, UTF-8): a row per charge, then their total."""

import csv
import io
from collections.abc import Iterable

from apps.billing.models import Statement
from apps.billing.selectors import ChargedLeg
from apps.core.api.csv_table import guarded
from apps.core.api.fields import Moment
from apps.core.ids import public_id
from apps.core.money import Money

COLUMNS = ("kind", "at", "order", "external_id", "leg", "lines", "net", "tax", "gross", "currency")
TOTAL = "total"


def statement_csv(statement: Statement, rows: Iterable[ChargedLeg]) -> str:
    """The whole file. Amounts have the decimals of their currency; the last row, `total`, sums up those above."""
    file = io.StringIO()
    write = csv.writer(file).writerow
    write(COLUMNS)
    net = tax = gross = 0
    for row in rows:
        net, tax, gross = net + row.net_cents, tax + row.tax_cents, gross + row.gross_cents
        write(_cells(statement, row))
    write([TOTAL, "", "", "", "", "", *_amounts(statement, net, tax, gross)])
    return file.getvalue()


def _cells(statement: Statement, row: ChargedLeg) -> list[str]:
    return [
        row.kind,
        Moment().to_representation(row.at),
        public_id("ord", row.order_id),
        guarded(row.external_id),
        public_id("leg", row.leg_id),
        "; ".join(f"{line['label']} {Money(line['amount'], statement.currency).decimal}" for line in row.lines),
        *_amounts(statement, row.net_cents, row.tax_cents, row.gross_cents),
    ]


def _amounts(statement: Statement, *amounts: int) -> list[str]:
    return [*(Money(amount, statement.currency).decimal for amount in amounts), statement.currency]
