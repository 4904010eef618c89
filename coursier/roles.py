"""What each deployment of the one image serves.

`COURSIER_ROLE` picks a row of `ROLES`. A role decides which surfaces are mounted and nothing else, so that a
behaviour seen in one deployment is the behaviour of all.
"""

from dataclasses import dataclass
from enum import StrEnum


class Surface(StrEnum):
    """A group of URLs that is mounted, or not, as a whole."""

    PORTAL = "portal"  # people in a browser: live board, sign-in, admin
    REST_API = "rest_api"  # integrators: /v1
    MOBILE_API = "mobile_api"  # couriers: /mobile/v1, and the app at /courier/ that uses it


@dataclass(frozen=True, slots=True)
class Role:
    """One deployment: its name, the surfaces it mounts, and what it is for."""

    name: str
    surfaces: frozenset[Surface]
    purpose: str


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role("web", frozenset({Surface.PORTAL}), "portal, live board, tracking page and admin"),
        Role("api", frozenset({Surface.REST_API}), "REST API for integrators"),
        Role("mobile", frozenset({Surface.MOBILE_API}), "mobile API and app for couriers"),
        Role("worker", frozenset(), "Celery worker: serves no page"),
        Role("beat", frozenset(), "Celery beat: serves no page"),
        Role("all", frozenset(Surface), "every surface in one process: a laptop or a small town"),
    )
}


def role_named(name: str) -> Role:
    """The role of that name. Raises ValueError with the known names."""
    try:
        return ROLES[name]
    except KeyError:
        raise ValueError(f"COURSIER_ROLE is {name!r}; known roles: {', '.join(ROLES)}") from None
