"""Statements as files: CSV for accounts departments, PDF for people."""

from apps.billing.documents.statement_csv import statement_csv
from apps.billing.documents.statement_pdf import statement_pdf

__all__ = ["statement_csv", "statement_pdf"]
