"""The operation on plans: parse, call, render."""

from typing import ClassVar

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.api.operations import operation
from apps.accounts.api.views import RealView, principal_of
from apps.accounts.errors import LiveKeyRequired
from apps.accounts.principals import Scope
from apps.core import rate_limit
from apps.couriers.errors import CourierNotFound, FleetNotFound
from apps.dispatch.api.previews import PreviewIn, PreviewOut, preview_shown
from apps.dispatch.executors import executor_of
from apps.dispatch.services.what_if import preview_for
from apps.zones.errors import OutOfZone, ZoneNotFound

PREVIEWS_PER_S = 1.0  # of an organisation: each is two plans of a zone


class PreviewView(RealView):
    """`/v1/plans/preview`. The plan is of live orders: a test key, whose orders robots carry, has none."""

    scopes: ClassVar = {"POST": Scope.DISPATCH_READ}

    @operation(
        "preview_plan",
        tag="Plans",
        request=PreviewIn,
        answers={200: PreviewOut},
        refusals=(LiveKeyRequired, ZoneNotFound, CourierNotFound, FleetNotFound, OutOfZone),
    )
    def post(self, request: Request) -> Response:
        """Ask what a zone's plan would be with other legs or couriers. Nothing is committed."""
        asked, caller = PreviewIn(data=request.data).what_if(), principal_of(request)
        per_s = min(PREVIEWS_PER_S, settings.RATE_LIMIT_PER_S)  # which is 0 for no limit at all
        rate_limit.spend(f"preview:{caller.organisation_id.hex}", per_s=per_s, burst=1)
        preview = preview_for(executor_of(caller), asked)
        return Response(PreviewOut(preview_shown(preview)).data)
