"""The resources of couriers below `/v1/`."""

from django.urls import path

from apps.couriers.api import views
from apps.couriers.api.imports import CouriersImportView, ShiftsImportView, VehiclesImportView
from apps.couriers.api.networks import NetworksView

urlpatterns = [
    path("networks", NetworksView.as_view()),
    path("fleets", views.FleetsView.as_view()),
    path("fleets/<str:fleet_id>", views.FleetView.as_view()),
    path("vehicles", views.VehiclesView.as_view()),
    path("vehicles/import", VehiclesImportView.as_view()),
    path("vehicles/<str:vehicle_id>", views.VehicleView.as_view()),
    path("vehicles/<str:vehicle_id>/retire", views.VehicleRetireView.as_view()),
    path("couriers", views.CouriersView.as_view()),
    path("couriers/import", CouriersImportView.as_view()),
    path("couriers/<str:courier_id>", views.CourierView.as_view()),
    path("couriers/<str:courier_id>/activate", views.CourierActivateView.as_view()),
    path("couriers/<str:courier_id>/track", views.CourierTrackView.as_view()),
    path("couriers/<str:courier_id>/devices", views.CourierDevicesView.as_view()),
    path("shifts", views.ShiftsView.as_view()),
    path("shifts/import", ShiftsImportView.as_view()),
    path("shifts/<str:shift_id>", views.ShiftView.as_view()),
]
