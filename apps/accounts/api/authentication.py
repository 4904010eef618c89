"""`Authorization: Bearer ck_...` becomes a Principal; scopes say what it may do."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.errors import InvalidKey
from apps.accounts.principals import Principal, Scope
from apps.accounts.selectors import principal_of_key
from apps.core.events import set_actor


class KeyAuthentication(BaseAuthentication):
    """Reads the API key of a request. `request.user` is then its Principal."""

    def authenticate(self, request: Request) -> tuple[Principal, None] | None:
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if not kind:
            return None
        if kind.lower() != "bearer" or not secret.startswith("ck_"):
            raise InvalidKey
        principal = principal_of_key(secret)
        set_actor(principal.name)
        return principal, None

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def needs(scope: Scope) -> type[BasePermission]:
    """A permission class: the key must carry this scope."""

    class NeedsScope(BasePermission):
        def has_permission(self, request: Request, view: APIView) -> bool:
            return isinstance(request.user, Principal) and scope in request.user.scopes

    return NeedsScope
