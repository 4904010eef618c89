"""The resources of billing below `/v1/`."""

from django.urls import path

from apps.billing.api.views import ConnectionStatementView, StatementsView, StatementView

urlpatterns = [
    path("statements", StatementsView.as_view()),
    path("statements/<str:statement_id>", StatementView.as_view()),
    path("connections/<str:connection_id>/statements/<str:month>", ConnectionStatementView.as_view()),
]
