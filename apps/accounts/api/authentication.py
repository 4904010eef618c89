"""`Authorization: Bearer ck_...` becomes a Principal; scopes say what it may do."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.errors import InvalidKey, LiveKeyRequired, NotAFleetOwner
from apps.accounts.principals import Principal, Scope
from apps.accounts.selectors import organisation, principal_of_key
from apps.core.errors import Forbidden
from apps.core.events import set_actor


class KeyAuthentication(BaseAuthentication):
    """Reads the API key of a request. `request.user` is then its Principal."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        """Who calls; None without credentials. Raises InvalidKey for any that are not a key of ours."""
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer" or not secret.startswith("ck_"):
            raise InvalidKey
        principal = principal_of_key(secret)
        set_actor(principal.name)
        return principal, None

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - DRF's own signature
        """For `WWW-Authenticate` of a 401."""
        return "Bearer"


class ScopeOfMethod(BasePermission):
    """The key must carry the scope that the view names for the method. A method without a scope serves nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """A method that the view does not have passes: the answer to it is 405, whatever the key may do.

        Raises Forbidden with the name of the scope that the key lacks.
        """
        if not isinstance(request.user, Principal):
            return False
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in view.allowed_methods:
            return True
        scopes: dict[str, Scope] = getattr(view, "scopes", {})
        if method in scopes and scopes[method] not in request.user.scopes:
            raise Forbidden(f"This key lacks the scope {scopes[method]}.")
        return method in scopes


class AnyKey(BasePermission):
    """The caller holds a key, whatever its scopes: for what every integrator may read."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - DRF's own signature
        """Deny everybody else."""
        return isinstance(request.user, Principal)


class LiveKeyToWrite(BasePermission):
    """What an organisation has once, for all of its keys, is changed with a live key; a test key reads it.

    Orders and webhook endpoints are not of that kind: those of test keys are others than those of live keys.
    """

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Reading passes. Raises LiveKeyRequired: a clear code instead of a bare 403."""
        if request.method in SAFE_METHODS or request.method not in view.allowed_methods:
            return True
        if not isinstance(request.user, Principal):
            return False
        if request.user.is_test:
            raise LiveKeyRequired
        return True


class FleetOwnerToWrite(BasePermission):
    """Only a fleet owner changes a network of its own."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Reading passes. Raises NotAFleetOwner: a clear code instead of a bare 403."""
        if request.method in SAFE_METHODS or request.method not in view.allowed_methods:
            return True
        caller = request.user
        if not isinstance(caller, Principal):
            return False
        if not organisation(caller.organisation_id).is_fleet_owner:
            raise NotAFleetOwner
        return True
