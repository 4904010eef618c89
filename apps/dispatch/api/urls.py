"""The resources of dispatch below `/v1/`."""

from django.urls import path

from apps.dispatch.api.assignments import AssignmentsView, AssignmentView, ProgressView, ReassignView, UnassignView
from apps.dispatch.api.carrying import OrderCouriersView
from apps.dispatch.api.deactivation import CourierDeactivateView
from apps.dispatch.api.hand_ons import HandOnsView, HandOnView
from apps.dispatch.api.legs import LegView, PinView, RejectView, UnassignedLegsView
from apps.dispatch.api.offers import AcceptOfferView, DeclineOfferView, OffersView, OfferView
from apps.dispatch.api.plans import PreviewView
from apps.dispatch.api.proofs import ProofFileView
from apps.dispatch.api.slots import SlotsView
from apps.dispatch.api.timesheets import TimesheetsView
from apps.dispatch.api.tracking import TrackingView

urlpatterns = [
    path("assignments", AssignmentsView.as_view()),
    path("assignments/<str:assignment_id>", AssignmentView.as_view()),
    path("assignments/<str:assignment_id>/reassign", ReassignView.as_view()),
    path("assignments/<str:assignment_id>/unassign", UnassignView.as_view()),
    path("assignments/<str:assignment_id>/progress", ProgressView.as_view()),
    path("couriers/<str:courier_id>/deactivate", CourierDeactivateView.as_view()),
    path("legs/unassigned", UnassignedLegsView.as_view()),
    path("legs/handed_on", HandOnsView.as_view()),
    path("legs/<str:leg_id>", LegView.as_view()),
    path("legs/<str:leg_id>/hand_on", HandOnView.as_view()),
    path("legs/<str:leg_id>/pin", PinView.as_view()),
    path("legs/<str:leg_id>/reject", RejectView.as_view()),
    path("offers", OffersView.as_view()),
    path("offers/<str:offer_id>", OfferView.as_view()),
    path("offers/<str:offer_id>/accept", AcceptOfferView.as_view()),
    path("offers/<str:offer_id>/decline", DeclineOfferView.as_view()),
    path("orders/<str:order_id>/couriers", OrderCouriersView.as_view()),
    path("plans/preview", PreviewView.as_view()),
    path("proofs/<str:proof_id>", ProofFileView.as_view()),
    path("slots", SlotsView.as_view()),
    path("timesheets", TimesheetsView.as_view()),
    path("tracking/<str:token>", TrackingView.as_view()),
]
