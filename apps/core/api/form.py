"""Answers whose form the query says: `format=json`, or a file such as `format=csv`."""

from collections.abc import Iterable

from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

JSON, CSV, PDF = "json", "csv", "pdf"
CONTENT_TYPES = {CSV: "text/csv; charset=utf-8", PDF: "application/pdf"}


class FormatByQuery(BaseContentNegotiation):
    """Here `format` in the query says what is wanted, whatever `Accept` says; errors are JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:  # noqa: ARG002
        """The only one."""
        return next(iter(parsers), None)

    def select_renderer(
        self,
        request: Request,  # noqa: ARG002 - DRF's own signature
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002 - DRF's own signature
    ) -> tuple[BaseRenderer, str]:
        """The only one."""
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


def file_answer(content: str | bytes, *, name: str, form: str) -> HttpResponse:
    """A file to be saved under a name of ours, without its ending."""
    disposition = f'attachment; filename="{name}.{form}"'
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers={"Content-Disposition": disposition})
