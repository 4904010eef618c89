"""The mobile API, `/mobile/v1`."""

from django.urls import path

from apps.mobile.drawn_map import BaseMapView
from apps.mobile.positions import positions
from apps.mobile.proofs import ProofsView, ProofView
from apps.mobile.views import ActionsView, EventsView, SignInCodeView, SignInView, SignOutView, SyncView
from apps.mobile.working_days import EarningsView, HistoryView, ShiftsView

urlpatterns = [
    path("base_map", BaseMapView.as_view()),
    path("sign_in/code", SignInCodeView.as_view()),
    path("sign_in", SignInView.as_view()),
    path("sign_out", SignOutView.as_view()),
    path("actions", ActionsView.as_view()),
    path("positions", positions),
    path("proofs", ProofsView.as_view()),
    path("proofs/<uuid:proof_id>", ProofView.as_view()),
    path("sync", SyncView.as_view()),
    path("shifts", ShiftsView.as_view()),
    path("earnings", EarningsView.as_view()),
    path("history", HistoryView.as_view()),
    path("events", EventsView.as_view()),
]
