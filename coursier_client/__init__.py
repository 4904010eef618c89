"""A small typed client of the REST API. Knows nothing of the platform's insides; needs httpx.

    from coursier_client import Coursier
    from coursier_client.operations import get_order, place_order

    with Coursier("https://coursier.example", key) as api:
        order = api(place_order({"pickup": ..., "dropoff": ..., "parcels": [{"weight_g": 800}]}))
        print(api(get_order(order["id"]))["status"])

A call that may be repeated is repeated when no answer comes: a POST under its Idempotency-Key, so that nothing is
ordered twice.
"""

from coursier_client.calls import Call
from coursier_client.client import AsyncCoursier, Coursier, pages
from coursier_client.errors import ApiError, NoAnswer

__all__ = ["ApiError", "AsyncCoursier", "Call", "Coursier", "NoAnswer", "pages"]
