"""The resources of webhooks below `/v1/`."""

from django.urls import path

from apps.webhooks.api import views

urlpatterns = [
    path("webhook_endpoints", views.EndpointsView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>", views.EndpointView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/rotate_secret", views.RotateSecretView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/test", views.TrialView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/replay", views.ReplayFailedView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/messages", views.MessagesView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/messages/<str:message_id>", views.MessageView.as_view()),
    path("webhook_endpoints/<str:endpoint_id>/messages/<str:message_id>/replay", views.ReplayMessageView.as_view()),
]
