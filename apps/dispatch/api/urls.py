"""The resources of dispatch below `/v1/`."""

from django.urls import URLPattern, path

from apps.dispatch.api.tracking import TrackingView

urlpatterns: list[URLPattern] = [
    path("tracking/<str:token>", TrackingView.as_view()),
]
