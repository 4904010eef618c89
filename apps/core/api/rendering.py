"""JSON out, by orjson: dates, UUIDs and enums as the API documents them."""

from collections.abc import Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.renderers import BaseRenderer


class OrjsonRenderer(BaseRenderer):
    """Renders answers as UTF-8 JSON, times as RFC 3339 with `Z`."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,  # noqa: ARG002 - DRF's own signature
        renderer_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's own signature
    ) -> bytes:
        """The body; empty for an answer without one."""
        return b"" if data is None else orjson.dumps(data, option=orjson.OPT_UTC_Z)


def json_answer(data: Any) -> HttpResponse:
    """An answer, 200, made without DRF's renderers: for lists that are read often."""
    return HttpResponse(orjson.dumps(data, option=orjson.OPT_UTC_Z), content_type=OrjsonRenderer.media_type)
