"""The resources of orders below `/v1/`."""

from django.urls import path

from apps.orders.api.views import OrderCancelView, OrderHistoryView, OrdersView, OrderView, QuotesView

urlpatterns = [
    path("quotes", QuotesView.as_view()),
    path("orders", OrdersView.as_view()),
    path("orders/<str:order_id>", OrderView.as_view()),
    path("orders/<str:order_id>/cancel", OrderCancelView.as_view()),
    path("orders/<str:order_id>/history", OrderHistoryView.as_view()),
]
