"""A small platform that keeps to the mobile API's contract: one courier, one leg, and what its stops ask for."""

import json
from collections import Counter
from datetime import UTC, datetime

import httpx

from apps.core.geo import Point

NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)
HERE, BAKERY, HOME = Point(48.85, 2.35), Point(48.852, 2.35), Point(48.852, 2.353)
NEXT = {"arrive pickup": "at_pickup", "pick_up": "picked_up", "arrive dropoff": "at_dropoff", "deliver": "delivered"}
PHONE = "+33639980001"
PIN = "042317"


class SmallPlatform:
    """One courier, one leg. Refuses steps out of order, answers repetitions with the first result."""

    def __init__(self, codes, *, shift_ends_at, is_offered=False):
        self.codes, self.shift_ends_at = codes, shift_ends_at
        self.status, self.leg, self.epoch, self.news = "off_duty", "", 1, 0
        self.is_offered = is_offered
        self.first_results, self.log, self.calls, self.done_at = {}, [], Counter(), {}
        self.heard_at, self.now = [], lambda: NOON
        self.lose_answers = 0
        self.proof, self.barcode = {"pickup": (), "dropoff": ()}, "par_1"
        self.told, self.shown, self.scanned, self.is_pin_right = {}, Counter(), set(), False

    def __call__(self, request):
        self.calls[request.url.path] += 1
        self.heard_at.append(self.now())
        if "/proofs" in request.url.path:
            return self.proofs(request)
        body = json.loads(request.content) if request.content else {}
        operation = getattr(self, request.url.path.rpartition("/mobile/v1/")[2].replace("/", "_"))
        answer = operation(body) if request.content else operation(dict(request.url.params))
        if self.lose_answers and "actions" in request.url.path:
            self.lose_answers -= 1
            raise httpx.ReadError("the answer was lost")
        return answer

    def sign_in_code(self, body):
        (self.codes / f"{body['phone']}.txt").write_text("123456")
        return httpx.Response(202, json={})

    def sign_in(self, body):
        assert body["code"] == "123456"
        return httpx.Response(201, json={"token": "cd_1"})

    def positions(self, body):
        if self.status == "off_duty":
            return httpx.Response(403, json={"error": {"code": "off_duty"}})
        return httpx.Response(200, json={"accepted": len(body["positions"]), "news": self.news})

    def actions(self, body):
        results = []
        for action in body["actions"]:
            known = self.first_results.get(action["id"])
            result = known or self.perform(action)
            if not result.get("error", {}).get("retry"):
                self.first_results[action["id"]] = result
            results.append({"id": action["id"], **result})
        return httpx.Response(200, json={"results": results, "news": self.news})

    def proofs(self, request):
        """Tells and pieces: `shown` has what is whole, with the stop and how often it was completed."""
        if request.method == "POST":
            told = json.loads(request.content)
            self.told.setdefault(told["id"], {**told, "received": b""})
            told = self.told[told["id"]]
        else:
            told = self.told[request.url.path.rpartition("/")[2]]
            is_whole = len(told["received"]) == told["size_bytes"]  # then whatever comes changes nothing
            if not is_whole and int(request.url.params["offset"]) != len(told["received"]):
                state = {"received_bytes": len(told["received"])}
                return httpx.Response(409, json={"error": {"code": "wrong_offset", "message": "", "state": state}})
            told["received"] += b"" if is_whole else request.content
            if not is_whole and len(told["received"]) == told["size_bytes"]:
                self.shown[f"{told['kind']} {told['stop']}"] += 1
        state = {"received_bytes": len(told["received"]), "is_complete": len(told["received"]) == told["size_bytes"]}
        return httpx.Response(200, json=state)

    def lacks(self, action):
        """The code of what an action that hands over does not show; empty when it shows all."""
        stop = {"pick_up": "pickup", "deliver": "dropoff"}[action["kind"]]
        asked = self.proof[stop]
        if "pin" in asked and not self.is_pin_right:
            self.is_pin_right = action.get("pin") == PIN
            if not self.is_pin_right:
                return "wrong_pin"
        if len(action.get("proofs", [])) < len({"photo", "signature"} & set(asked)):
            return "proof_required"
        return "scan_required" if "barcode" in asked and stop not in self.scanned else ""

    @staticmethod
    def kind_of(action):
        return f"{action['kind']} {action['stop']}" if action["kind"] == "arrive" else action["kind"]

    def perform(self, action):
        kind = self.kind_of(action)
        self.log.append(kind)
        self.done_at[kind] = datetime.fromisoformat(action["device_time"])
        if kind == "start_shift":
            self.status, self.leg = "on_duty", "offered" if self.is_offered else "assigned"
        elif kind in ("end_shift", "pause", "resume"):
            self.status = {"end_shift": "off_duty", "pause": "paused", "resume": "on_duty"}[kind]
        elif kind in ("accept_offer", "decline_offer"):
            self.leg = "assigned" if kind == "accept_offer" else "open"
        elif action["epoch"] != self.epoch:
            return {"outcome": "refused", "error": {"code": "stale_epoch", "message": "", "retry": False}}
        elif kind == "scan":
            if action["barcode"] != self.barcode:
                return {"outcome": "refused", "error": {"code": "wrong_parcel", "message": "", "retry": False}}
            self.scanned.add(action["stop"])
        elif kind in ("pick_up", "deliver") and (code := self.lacks(action)):
            self.log.pop()
            return {"outcome": "refused", "error": {"code": code, "message": "", "retry": code == "scan_required"}}
        else:
            self.leg = NEXT[kind]
        self.news += 1
        return {"outcome": "applied"}

    def sync(self, query):
        if query.get("since") == str(self.news):
            return httpx.Response(200, json={"news": self.news, "is_unchanged": True})
        on_duty = self.status != "off_duty"
        stops = [self.stop("pickup", BAKERY), self.stop("dropoff", HOME)]
        if self.leg in ("picked_up", "at_dropoff"):
            stops = stops[1:]
        shift = {"starts_at": NOON, "ends_at": self.shift_ends_at, "started_at": NOON} if on_duty else None
        answer = {
            "news": self.news,
            "is_unchanged": False,
            "courier": {"status": self.status},
            "shift": shift,
            "offers": [{"id": "off_1"}] if self.leg == "offered" else [],
            "stops": stops if self.leg in ("assigned", "at_pickup", "picked_up", "at_dropoff") else [],
        }
        return httpx.Response(200, content=json.dumps(answer, default=datetime.isoformat))

    def stop(self, kind, point):
        return {
            "kind": kind,
            "leg_id": "leg_1",
            "epoch": self.epoch,
            "leg_status": self.leg,
            "lat": point.lat,
            "lon": point.lon,
            "ready_at": NOON if kind == "pickup" else None,
            "service_s": 60,
            "order_id": "ord_1",
            "contact_name": "Dee",
            "proof": sorted(self.proof[kind]),
            "parcels": [{"id": "par_1", "barcode": self.barcode, "is_scanned": False}],
        }
