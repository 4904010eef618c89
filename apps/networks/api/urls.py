"""The resources of networks below `/v1/`."""

from django.urls import path

from apps.networks.api.tariffs import TariffReplaceView, TariffsView, TariffView

urlpatterns = [
    path("tariffs", TariffsView.as_view()),
    path("tariffs/<str:tariff_id>", TariffView.as_view()),
    path("tariffs/<str:tariff_id>/replace", TariffReplaceView.as_view()),
]
