"""An order's history in words, from its events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.accounts.principals import Principal
from apps.couriers.models import Courier
from apps.dashboard import words
from apps.orders.lifecycle import LegStatus
from apps.orders.selectors import HistoryEntry, history_of

_WITH_COURIER = {LegStatus.ASSIGNED}
_QUIET = {LegStatus.OFFERED}  # OfferMade says the same, with the name
_BY_COURIER = {LegStatus.AT_PICKUP, LegStatus.PICKED_UP, LegStatus.AT_DROPOFF, LegStatus.DELIVERED, LegStatus.FAILED}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One line: when, what, and the rest of the sentence (who, to whom, why)."""

    at: datetime
    what: str
    details: str


def history_lines(order_id: UUID, principal: Principal, *, named: Iterable[UUID]) -> list[HistoryLine]:
    """What happened to an order, oldest first. Two queries.

    Couriers are named when they are of the principal's own fleets, or in `named` (who has the parcels of its merchant).
    """
    entries = [entry for entry in history_of(order_id) if entry.details.get("after") not in _QUIET]
    names = _names(entries, principal, frozenset(named))
    return [
        HistoryLine(entry.at, words.happening(entry.name, entry.details), _details(entry, names)) for entry in entries
    ]


def _names(entries: list[HistoryEntry], principal: Principal, named: frozenset[UUID]) -> dict[str, str]:
    keys = {UUID(key) for entry in entries if (key := entry.details.get("courier_id"))}
    if not keys:
        return {}
    rows = Courier.objects.filter(pk__in=list(keys)).values_list("pk", "name", "fleet__organisation_id")
    return {
        str(pk): name if principal.sees_all or owner_id in principal.organisation_ids or pk in named else "a courier"
        for pk, name, owner_id in rows
    }


def _details(entry: HistoryEntry, names: dict[str, str]) -> str:
    facts = entry.details
    courier = names.get(facts.get("courier_id") or "", "")
    by = words.actor(entry.actor)
    parts = [_to_whom(entry.name, facts, courier), by, _why(facts, is_by_known=bool(by))]
    return " · ".join(part for part in parts if part)


def _to_whom(name: str, facts: dict[str, Any], courier: str) -> str:
    if not courier:
        return ""
    if name == "OfferEnded" or facts.get("after") in _BY_COURIER:
        return courier
    return f"to {courier}" if name == "OfferMade" or facts.get("after") in _WITH_COURIER else courier


def _why(facts: dict[str, Any], *, is_by_known: bool) -> str:
    reason = str(facts.get("reason") or "")
    if facts.get("after") in _WITH_COURIER:  # the reason of an assignment is who decided
        return "" if is_by_known else words.DECIDED.get(reason, "")
    return words.reason(reason)
