"""The resources of orders below `/v1/`."""

from django.urls import path

from apps.orders.api.batch_views import OrderBatchView
from apps.orders.api.search_views import OrderSearchView
from apps.orders.api.views import (
    OrderCancelView,
    OrderHistoryView,
    OrderPinView,
    OrderProofView,
    OrdersView,
    OrderValidationView,
    OrderView,
    QuotesView,
)

urlpatterns = [
    path("quotes", QuotesView.as_view()),
    path("orders", OrdersView.as_view()),
    path("orders/validate", OrderValidationView.as_view()),
    path("orders/batch", OrderBatchView.as_view()),
    path("orders/search", OrderSearchView.as_view()),
    path("orders/<str:order_id>", OrderView.as_view()),
    path("orders/<str:order_id>/cancel", OrderCancelView.as_view()),
    path("orders/<str:order_id>/proof", OrderProofView.as_view()),
    path("orders/<str:order_id>/unlock_pin", OrderPinView.as_view()),
    path("orders/<str:order_id>/history", OrderHistoryView.as_view()),
]
