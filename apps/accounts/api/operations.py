"""`@operation(...)`: how an operation for API keys describes itself: `schema.described`, and what a key adds."""

from collections.abc import Callable, Sequence
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from apps.accounts.errors import InvalidKey
from apps.core.api.schema import ErrorClass, Handler, described
from apps.core.errors import Forbidden, Unauthenticated

OF_A_KEY: tuple[ErrorClass, ...] = (Unauthenticated, InvalidKey, Forbidden)


def operation(name: str, *, refusals: Sequence[ErrorClass] = (), **what: Any) -> Callable[[Handler], Handler]:
    """Describe an operation that needs an API key."""
    return described(name, refusals=(*OF_A_KEY, *refusals), **what)


class _OfKey(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "apps.accounts.api.authentication.KeyAuthentication"
    name = "ApiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002
        """`Authorization: Bearer ck_live_...`, or `ck_test_...` for the sandbox."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ck_live_... or ck_test_..."}
