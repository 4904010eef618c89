"""Writes of billing: what an order's legs are charged, and reading on in the event log."""

from apps.billing.services.following import settle_what_was_missed
from apps.billing.services.settling import settle_order

__all__ = ["settle_order", "settle_what_was_missed"]
