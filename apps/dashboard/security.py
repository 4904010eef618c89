"""What a browser may load on our screens: our own files, and map tiles if a tile server is set. No inline script."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

P = ParamSpec("P")


def content_security_policy() -> str:
    """The policy of every screen. The map loads its worker as a file, so `blob:` is for images only."""
    tiles = _origin(settings.MAP_TILES_URL)
    directives = {
        "default-src": "'none'",
        "script-src": "'self'",
        "worker-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": f"'self' data: blob:{tiles}",
        "connect-src": f"'self'{tiles}",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


class ScreenPolicyMiddleware:
    """Puts the policy on every page, error pages and the admin included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, with the policy if it is a page."""
        response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Content-Security-Policy", content_security_policy())
        return response


def secured(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """A view whose answers are not kept by shared caches."""

    @wraps(view)
    def not_kept(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        response = view(*args, **kwargs)
        response.setdefault("Cache-Control", "no-store")
        return response

    return not_kept


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f" {parts.scheme}://{parts.netloc}" if parts.netloc else ""
