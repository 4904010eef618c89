"""A fuller life than a test has, laid over the platform's answers: every proof asked for, weeks of earnings and shifts.

The pages can then be looked at whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

PROOF = {"pickup": ["barcode"], "dropoff": ["pin", "photo", "signature"]}


def show_everything(window: BrowserContext) -> None:
    """Let the app see all fields and all parts."""
    window.route("**/mobile/v1/sync*", _sync)
    window.route("**/mobile/v1/earnings", lambda route: _answer(route, EARNINGS))
    window.route("**/mobile/v1/shifts", lambda route: _answer(route, SHIFTS))
    window.route("**/mobile/v1/history*", lambda route: _answer(route, HISTORY))


def _answer(route: Route, body: Any) -> None:
    route.fulfill(status=200, content_type="application/json", body=orjson.dumps(body).decode())


def _sync(route: Route) -> None:
    answer = route.fetch()
    body = answer.json()
    if not body.get("is_unchanged") and answer.ok:
        for stop in body["stops"]:
            stop["proof"] = PROOF[stop["kind"]]
    route.fulfill(response=answer, body=orjson.dumps(body).decode())


def _money(cents: int) -> dict[str, Any]:
    return {"amount": cents, "currency": "EUR"}


_CENTS = [3120, 0, 4310, 5265, 2890, 6120, 0]
EARNINGS = {
    "from": "2026-06-04",
    "to": "2026-06-10",
    "total": {"legs": 52, "amount": _money(sum(_CENTS)), "on_duty_s": 86_400, "breaks_s": 5_400},
    "days": [
        {
            "date": f"2026-06-{4 + day:02}",
            "legs": cents // 410,
            "amount": _money(cents),
            "on_duty_s": 14_400 if cents else 0,
            "breaks_s": 900 if cents else 0,
        }
        for day, cents in enumerate(_CENTS)
    ],
}
SHIFTS = {
    "data": [
        {
            "id": f"shf_{day}",
            "starts_at": f"2026-06-{10 + day}T09:00:00Z",
            "ends_at": f"2026-06-{10 + day}T13:00:00Z",
            "zone": {"id": "zon_1", "name": "Paris"},
            "started_at": "2026-06-10T09:00:00Z" if day == 0 else None,
            "ended_at": None,
            "breaks_s": 0,
            "legs_done": 3,
        }
        for day in range(4)
    ]
}
HISTORY = {
    "data": [
        {
            "leg_id": f"leg_{number}",
            "short_code": code,
            "status": status,
            "ended_at": f"2026-06-10T1{number}:12:00Z",
            "address": address,
            "payout": _money(cents) if status == "delivered" else None,
        }
        for number, (code, status, address, cents) in enumerate(
            [
                ("7FA2C1", "delivered", "3 rue de Charonne, Paris", 420),
                ("90B11D", "failed", "18 boulevard Voltaire, Paris", 0),
                ("A40E72", "delivered", "5 place de la Bastille, Paris", 515),
            ]
        )
    ],
    "next_cursor": None,
}
