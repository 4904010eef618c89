"""The REST API `/v1`: one include per app that offers resources to integrators."""

from django.urls import include, path, re_path

from apps.core.api.errors import unknown_path

urlpatterns = [
    path("", include("apps.orders.api.urls")),
    re_path("", unknown_path),  # last: with DEBUG on, handler404 is not asked
]
