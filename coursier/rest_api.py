"""The REST API `/v1`: its description, then one include per app that offers resources to integrators."""

from django.urls import include, path, re_path

from apps.core.api.errors import unknown_path
from apps.core.api.reference import DescriptionView, ReferenceView, first_delivery

urlpatterns = [
    path("schema", DescriptionView.as_view(), name="api-schema"),
    path("docs", ReferenceView.as_view(), name="api-docs"),
    path("docs/first-delivery", first_delivery, name="api-first-delivery"),
    path("", include("apps.orders.api.urls")),
    path("", include("apps.couriers.api.urls")),
    path("", include("apps.zones.api.urls")),
    path("", include("apps.networks.api.urls")),
    path("", include("apps.hubs.api.urls")),
    path("", include("apps.dispatch.api.urls")),
    path("", include("apps.billing.api.urls")),
    path("", include("apps.webhooks.api.urls")),
    re_path("", unknown_path),  # last: with DEBUG on, handler404 is not asked
]
