"""The resources of dispatch below `/v1/`."""

from django.urls import path

from apps.dispatch.api.deactivation import CourierDeactivateView
from apps.dispatch.api.slots import SlotsView
from apps.dispatch.api.tracking import TrackingView

urlpatterns = [
    path("couriers/<str:courier_id>/deactivate", CourierDeactivateView.as_view()),
    path("slots", SlotsView.as_view()),
    path("tracking/<str:token>", TrackingView.as_view()),
]
