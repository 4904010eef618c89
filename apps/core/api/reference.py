"""The pages that describe the REST API: the description itself, and a page to read it and try it out."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class DescriptionView(SpectacularAPIView):
    """`/v1/schema`: OpenAPI 3.1, as YAML or, with `Accept: application/json`, as JSON."""


class ReferenceView(SpectacularSwaggerSplitView):
    """`/v1/docs`: every operation, with its fields, examples and errors. No script or style inside the page."""

    url_name = "api-schema"
    template_name = "core/reference.html"
