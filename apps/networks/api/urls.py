"""The resources of networks below `/v1/`."""

from django.urls import path

from apps.networks.api.tariffs import TariffReplaceView, TariffsView, TariffView
from apps.networks.api.views import (
    ConnectionAcceptView,
    ConnectionDeclineView,
    ConnectionEndView,
    ConnectionPauseView,
    ConnectionResumeView,
    ConnectionsView,
    ConnectionView,
)

urlpatterns = [
    path("connections", ConnectionsView.as_view()),
    path("connections/<str:connection_id>", ConnectionView.as_view()),
    path("connections/<str:connection_id>/accept", ConnectionAcceptView.as_view()),
    path("connections/<str:connection_id>/decline", ConnectionDeclineView.as_view()),
    path("connections/<str:connection_id>/pause", ConnectionPauseView.as_view()),
    path("connections/<str:connection_id>/resume", ConnectionResumeView.as_view()),
    path("connections/<str:connection_id>/end", ConnectionEndView.as_view()),
    path("tariffs", TariffsView.as_view()),
    path("tariffs/<str:tariff_id>", TariffView.as_view()),
    path("tariffs/<str:tariff_id>/replace", TariffReplaceView.as_view()),
]
