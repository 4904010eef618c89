"""The pictures of proofs, for people who are signed in. Who sees which is decided where `/v1/proofs` decides it."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from apps.core.api.pictures import private_jpeg
from apps.core.ids import parse_public_id
from apps.dashboard.views.doors import feed, principal_of
from apps.dispatch.proof_access import proof_for
from apps.orders.proof_storage import bytes_of


@require_safe
@feed
def picture(request: HttpRequest, proof_id: str) -> HttpResponseBase:
    """A photo or a signature. Raises ProofNotFound for those who may not see it."""
    file = proof_for(principal_of(request), parse_public_id("prf", proof_id))
    return private_jpeg(bytes_of([file.stored_as]), name=file.file_name)
