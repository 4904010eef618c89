"""The resources of hubs below `/v1/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
