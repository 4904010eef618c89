"""The REST API `/v1`: one include per app that offers resources to integrators."""

from django.urls import include, path

urlpatterns = [path("", include("apps.orders.api.urls"))]
