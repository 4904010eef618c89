"""Answers whose form the query says: `format=json`, or a file such as `format=csv`."""

from django.http import HttpResponse

JSON, CSV, PDF = "json", "csv", "pdf"
CONTENT_TYPES = {CSV: "text/csv; charset=utf-8", PDF: "application/pdf"}


def file_answer(content: str | bytes, *, name: str, form: str) -> HttpResponse:
    """A file to be saved under a name of ours, without its ending."""
    disposition = f'attachment; filename="{name}.{form}"'
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers={"Content-Disposition": disposition})
