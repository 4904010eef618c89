"""The REST API `/v1`: its description, then one include per app that offers resources to integrators."""

from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from apps.core.api.errors import unknown_path

urlpatterns = [
    path("schema", SpectacularAPIView.as_view()),
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
