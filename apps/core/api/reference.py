"""The pages that describe the REST API: the description itself, a page to read and try it, and a first way in."""

import functools

import markdown
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class DescriptionView(SpectacularAPIView):
    """`/v1/schema`: OpenAPI 3.1, as YAML or, with `Accept: application/json`, as JSON."""


class ReferenceView(SpectacularSwaggerSplitView):
    """`/v1/docs`: every operation, with its fields, examples and errors. No script or style inside the page."""

    url_name = "api-schema"
    template_name = "core/reference.html"


def first_delivery(request: HttpRequest) -> HttpResponse:
    """`/v1/docs/first-delivery`: from nothing to a delivered order with `curl`; the text is docs/first-delivery.md."""
    return render(request, "core/guide.html", {"text": _first_delivery()})


@functools.cache
def _first_delivery() -> SafeString:
    source = (settings.BASE_DIR / "docs/first-delivery.md").read_text(encoding="utf-8")
    return mark_safe(markdown.markdown(source, extensions=["fenced_code"]))  # noqa: S308 - our own file
