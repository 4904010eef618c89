"""Statements as files: the total is the sum of the rows, whatever the rows are, and names read as they are written."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from apps.accounts.models import Organisation
from apps.billing.documents import statement_csv, statement_pdf
from apps.billing.documents.statement_pdf import printable
from apps.billing.errors import TooLongForPdf
from apps.billing.models import Statement
from apps.billing.selectors import ChargedLeg
from apps.billing.tests.reading import cents, rows_of, table_of, texts_of

JUNE = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)


def a_statement(*, executor: str = "Vélo Express", orderer: str = "Dee's bakery", currency: str = "EUR") -> Statement:
    return Statement(
        executor=Organisation(name=executor), orderer=Organisation(name=orderer), month="2026-06", currency=currency
    )


@some.composite
def charged_legs(draw: some.DrawFn) -> ChargedLeg:
    net, tax = draw(some.integers(0, 10**7)), draw(some.integers(0, 10**6))
    return ChargedLeg(
        at=JUNE + timedelta(minutes=draw(some.integers(0, 20_000))),
        kind=draw(some.sampled_from(["delivery", "return", "cancellation"])),
        order_id=UUID(int=draw(some.integers(0, 2**128 - 1))),
        external_id=draw(some.text("aéW=漢€( \\", max_size=64)),
        leg_id=UUID(int=draw(some.integers(0, 2**128 - 1))),
        lines=[{"code": "base", "label": "Base price", "amount": net}],
        net_cents=net,
        tax_cents=tax,
        gross_cents=net + tax,
    )


def sums(rows: list[ChargedLeg]) -> tuple[int, int, int]:
    return sum(r.net_cents for r in rows), sum(r.tax_cents for r in rows), sum(r.gross_cents for r in rows)


@given(some.lists(charged_legs(), max_size=20))
def test_the_total_of_a_csv_is_the_sum_of_its_rows_to_the_cent(legs):
    *rows, total = rows_of(statement_csv(a_statement(), legs))
    assert total["kind"] == "total"
    assert len(rows) == len(legs)
    for name, wanted in zip(("net", "tax", "gross"), sums(legs), strict=True):
        assert sum(cents(row[name]) for row in rows) == cents(total[name]) == wanted


@settings(deadline=None, max_examples=40)
@given(some.lists(charged_legs(), max_size=40))
def test_the_total_of_a_pdf_is_the_sum_of_its_rows_to_the_cent(legs):
    *rows, total = table_of(statement_pdf(a_statement(), legs))
    assert len(rows) == len(legs)
    for column, wanted in zip((-3, -2, -1), sums(legs), strict=True):
        assert sum(cents(row[column]) for row in rows) == cents(total[column]) == wanted


@pytest.mark.parametrize(
    ("currency", "line", "sums"),
    [
        ("EUR", "Base price 12.34", ["12.34", "1.00", "13.34"]),
        ("JPY", "Base price 1234", ["1234", "100", "1334"]),
        ("XOF", "Base price 1234", ["1234", "100", "1334"]),
        ("TND", "Base price 1.234", ["1.234", "0.100", "1.334"]),
    ],
)
def test_amounts_have_the_decimals_of_their_currency(currency, line, sums):
    leg = ChargedLeg(
        at=JUNE,
        kind="delivery",
        order_id=UUID(int=1),
        external_id="",
        leg_id=UUID(int=2),
        lines=[{"code": "base", "label": "Base price", "amount": 1_234}],
        net_cents=1_234,
        tax_cents=100,
        gross_cents=1_334,
    )
    row, total = rows_of(statement_csv(a_statement(currency=currency), [leg]))
    assert row["lines"] == line
    for shown in (row, total):
        assert [shown[name] for name in ("net", "tax", "gross", "currency")] == [*sums, currency]
    texts = texts_of(statement_pdf(a_statement(currency=currency), [leg]))
    last = texts.index("Total")
    assert texts[last - 3 : last] == texts[last + 2 : last + 5] == sums
    assert texts[last + 1] == currency


def test_french_names_keep_their_accents_in_a_pdf():
    pdf = statement_pdf(a_statement(executor="Cœur de Vélo « Été » à Noël", orderer="L’Œuvre d’Agnès Lefèvre, 5 €"), [])
    texts = texts_of(pdf)
    assert "From: Cœur de Vélo « Été » à Noël" in texts
    assert "To: L’Œuvre d’Agnès Lefèvre, 5 €" in texts


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Łódź Kurier", "?ódz Kurier"),
        ("Ťažký náklad", "Tažký náklad"),
        ("Привет", "??????"),
        ("two\nlines", "two lines"),
        ("(half", "(half"),
        ("back\\slash", "back\\slash"),
    ],
)
def test_what_the_font_does_not_have_comes_as_near_as_it_can(name, shown):
    assert printable(name) == shown
    assert f"From: {shown}" in texts_of(statement_pdf(a_statement(executor=name), []))


def legs_named(*references: str) -> list[ChargedLeg]:
    return [ChargedLeg(JUNE, "delivery", UUID(int=1), name, UUID(int=2), [], 1, 0, 1) for name in references]


@pytest.mark.parametrize("formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_a_reference_does_not_run_in_a_spreadsheet(formula):
    row, _ = rows_of(statement_csv(a_statement(), legs_named(formula)))
    assert row["external_id"] == f"'{formula}"


def test_a_reference_too_long_for_its_column_is_cut_with_a_sign():
    (row, _) = table_of(statement_pdf(a_statement(), legs_named("W" * 64)))
    assert row[2].endswith("…")
    assert len(row[2]) < 64


def test_days_in_a_pdf_are_the_executors():
    (row, _) = table_of(statement_pdf(a_statement(), legs_named("A-1")))
    assert row[0] == "2026-06-10 12:00"


def test_more_charges_than_anybody_prints_are_refused_as_a_pdf_and_not_as_csv():
    many = legs_named(*["A"] * 5_001)
    with pytest.raises(TooLongForPdf):
        statement_pdf(a_statement(), many)
    assert len(rows_of(statement_csv(a_statement(), many))) == 5_002
    assert len(table_of(statement_pdf(a_statement(), many[1:]))) == 5_001
