"""The resources of zones below `/v1/`."""

from django.urls import path

from apps.zones.api.views import ZoneAtView, ZonesView, ZoneView

urlpatterns = [
    path("zones", ZonesView.as_view()),
    path("zones/at", ZoneAtView.as_view()),
    path("zones/<str:zone_id>", ZoneView.as_view()),
]
