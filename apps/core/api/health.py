"""Probes. Live: the process answers. Ready: its database answers too. Redis away means degraded, not unready."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse

from apps.core.models import Event


def live(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's own signature
    """The process is up. Touches nothing, so a slow database never restarts a healthy process."""
    return JsonResponse({"status": "live"})


def ready(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's own signature
    """The process can serve: its database answers."""
    try:
        Event.objects.order_by("id").values_list("pk", flat=True).first()
    except DatabaseError:
        return JsonResponse({"status": "unready", "database": connection.vendor}, status=503)
    return JsonResponse({"status": "ready"})
