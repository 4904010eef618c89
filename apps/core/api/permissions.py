"""Who may call at all. Deny is the default; a view says otherwise in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission

if TYPE_CHECKING:  # DRF's views import this module while they are being imported themselves
    from rest_framework.request import Request
    from rest_framework.views import APIView


class DenyAll(BasePermission):
    """The default: a view that forgot to say who may call it serves nobody."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - DRF's own signature
        """Nobody may."""
        return False


class AllowAnyone(BasePermission):
    """For the few public operations: signing in, tracking by token."""

    def has_permission(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - DRF's own signature
        """Everybody may."""
        return True
