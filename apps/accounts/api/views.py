"""The base of every view of the REST API: a key, a scope per method, a rate per organisation."""

from typing import Any, ClassVar

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.api.authentication import KeyAuthentication, LiveKeyToWrite, ScopeOfMethod
from apps.accounts.principals import Principal, Scope
from apps.core import rate_limit
from apps.core.api.parsing import StrictJSONParser
from apps.core.api.serializers import refuse_repeated


class KeyView(APIView):
    """Serves API keys. A subclass names the scope that each of its methods needs; one it does not name is a 405."""

    scopes: ClassVar[dict[str, Scope]] = {}
    authentication_classes = (KeyAuthentication,)
    permission_classes: ClassVar[tuple[type[BasePermission], ...]] = (ScopeOfMethod,)  # type: ignore[misc]
    parser_classes = (StrictJSONParser,)
    http_method_names: ClassVar[list[str]] = ["get", "post", "put", "patch", "delete", "head"]  # type: ignore[misc]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Who calls, how often, and whether they may: a refused call counts against the rate too."""
        self.perform_authentication(request)
        if isinstance(request.user, Principal):
            rate_limit.spend(f"organisation:{request.user.organisation_id.hex}")
        super().initial(request, *args, **kwargs)
        refuse_repeated(request.query_params)

    def idempotency_owner(self, request: Request) -> str:
        """Keys of one organisation share their Idempotency-Keys, so that a retry may follow a rotation.

        Test and live keys do not: a robot's answer must not be taken for a courier's.
        """
        caller = principal_of(request)
        return f"organisation:{caller.organisation_id.hex}:{'test' if caller.is_test else 'live'}"


class RealView(KeyView):
    """Base of what an organisation has once, for all of its keys: networks, connections, tariffs, hubs.

    A test key reads it. An operation that writes says `LiveKeyRequired` among its refusals.
    """

    permission_classes: ClassVar[tuple[type[BasePermission], ...]] = (ScopeOfMethod, LiveKeyToWrite)  # type: ignore[misc]


def principal_of(request: Request) -> Principal:
    """Who calls. Only for views that `ScopeOfMethod` guards."""
    assert isinstance(request.user, Principal)  # noqa: S101 - a view without authentication is our own bug
    return request.user
