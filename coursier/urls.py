"""URLs of the running role: health for all, then only the surfaces that the role mounts."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from apps.core.api import health
from coursier.roles import Role, Surface, role_named

_HEALTH = [path("healthz/live", health.live), path("healthz/ready", health.ready)]


def patterns_for(role: Role) -> list[URLPattern | URLResolver]:
    """The URL patterns of one role, in the order in which they are tried."""
    patterns: list[URLPattern | URLResolver] = list(_HEALTH)
    if Surface.REST_API in role.surfaces:
        patterns.append(path("v1/", include("coursier.rest_api")))
    if Surface.MOBILE_API in role.surfaces:
        patterns += [
            path("mobile/v1/", include("apps.mobile.urls")),
            path("courier", RedirectView.as_view(url="/courier/")),
            path("courier/", include("apps.mobile.app_urls")),
        ]
    if Surface.PORTAL in role.surfaces:
        patterns += [path("admin/", admin.site.urls), path("", include("apps.dashboard.urls"))]
    return patterns


urlpatterns = patterns_for(role_named(settings.ROLE))
handler400 = "apps.core.api.errors.bad_request"
handler404 = "apps.core.api.errors.page_not_found"
handler500 = "apps.core.api.errors.server_error"
