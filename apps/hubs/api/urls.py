"""The resources of hubs below `/v1/`."""

from django.urls import path

from apps.hubs.api.views import (
    HubIncidentsView,
    HubScansView,
    HubStockView,
    HubsView,
    HubView,
    IncidentResolveView,
    IncidentsView,
    ParcelView,
)

urlpatterns = [
    path("hubs", HubsView.as_view()),
    path("hubs/<str:hub_id>", HubView.as_view()),
    path("hubs/<str:hub_id>/scans", HubScansView.as_view()),
    path("hubs/<str:hub_id>/stock", HubStockView.as_view()),
    path("hubs/<str:hub_id>/incidents", HubIncidentsView.as_view()),
    path("parcels/<str:parcel_id>", ParcelView.as_view()),
    path("incidents", IncidentsView.as_view()),
    path("incidents/<str:incident_id>/resolve", IncidentResolveView.as_view()),
]
