"""The resources of zones below `/v1/`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
