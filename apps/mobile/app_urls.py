"""The courier app, `/courier/`."""

from django.urls import path

from apps.mobile.app_shell import courier_app

urlpatterns = [
    path("", courier_app),
    path("<path:name>", courier_app),
]
