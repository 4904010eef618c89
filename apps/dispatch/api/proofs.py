"""`GET /v1/proofs/{id}`: the picture of a photo or a signature."""

from typing import ClassVar

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework.request import Request

from apps.accounts.api.operations import operation
from apps.accounts.api.views import KeyView, principal_of
from apps.accounts.principals import Scope
from apps.core.api.negotiation import WhateverIsAccepted
from apps.core.api.pictures import private_jpeg
from apps.core.ids import parse_public_id
from apps.dispatch.proof_access import proof_for
from apps.orders.errors import ProofNotFound
from apps.orders.proof_storage import bytes_of


class ProofFileView(KeyView):
    """`/v1/proofs/{id}`."""

    scopes: ClassVar = {"GET": Scope.ORDERS_READ}
    content_negotiation_class = WhateverIsAccepted

    @operation(
        "get_proof",
        tag="Orders",
        answers={(200, "image/jpeg"): OpenApiTypes.BINARY},
        refusals=(ProofNotFound,),
    )
    def get(self, request: Request, proof_id: str) -> HttpResponse:
        """Show a photo or a signature: to the merchant, and to whoever owns the fleet that carried it."""
        file = proof_for(principal_of(request), parse_public_id("prf", proof_id))
        return private_jpeg(bytes_of([file.stored_as]), name=file.file_name)
