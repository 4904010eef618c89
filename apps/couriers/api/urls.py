"""The resources of couriers below `/v1/`."""

from django.urls import path

from apps.couriers.api.networks import NetworksView

urlpatterns = [
    path("networks", NetworksView.as_view()),
]
