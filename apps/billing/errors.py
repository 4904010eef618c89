"""Errors of billing."""

from apps.core.errors import Conflict, Invalid, NotFound


class StatementNotFound(NotFound):
    code = "statement_not_found"
    message = "There is no such statement."


class SeveralCurrencies(Conflict):
    code = "several_currencies"
    message = "This month was charged in several currencies: say which, with `currency`."


class TooLongForPdf(Invalid):
    code = "too_long_for_pdf"
    message = "This statement has too many charges for a PDF: ask for CSV."
