"""Photos and signatures: what the phone says of one, and its bytes in pieces, as the network lets them through."""

from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.api.parsing import RequestTooLarge
from apps.core.api.serializers import refuse_repeated
from apps.couriers.api.authentication import calling_courier
from apps.dispatch.services import courier_tells_proof
from apps.mobile.courier_view import CourierView
from apps.mobile.serializers import PieceQuery, ProofIn
from apps.orders.models import ProofFile
from apps.orders.services import take_piece, told_proof

LARGEST_PIECE = 256 * 1024  # a lost answer costs no more than this again


class PieceParser(BaseParser):
    """Raw bytes, of one piece."""

    media_type = "application/octet-stream"

    def parse(  # type: ignore[override]  # DRF takes whatever a parser gives
        self,
        stream: IO[Any],
        media_type: str | None = None,  # noqa: ARG002 - DRF's own signature
        parser_context: Mapping[str, Any] | None = None,  # noqa: ARG002 - DRF's own signature
    ) -> bytes:
        """The bytes. Raises RequestTooLarge (413)."""
        piece: bytes = stream.read(LARGEST_PIECE + 1)
        if len(piece) > LARGEST_PIECE:
            raise RequestTooLarge(f"At most {LARGEST_PIECE} bytes.")
        return piece


class ProofsView(CourierView):
    """`POST proofs`: a photo or a signature was made."""

    def post(self, request: Request) -> Response:
        """Note what it is: 201 for the first time, 200 again."""
        client_id, leg_id, new = ProofIn(data=request.data).read()
        courier_id = calling_courier(request).courier_id
        told = courier_tells_proof(courier_id=courier_id, client_id=client_id, leg_id=leg_id, new=new)
        return Response(_state(told.file), status=201 if told.is_new else 200)


class ProofView(CourierView):
    """`proofs/{id}`: one that the phone has told of."""

    parser_classes = (PieceParser,)  # type: ignore[assignment]  # its bytes are no JSON

    def get(self, request: Request, proof_id: UUID) -> Response:
        """How much of it is here."""
        return Response(_state(told_proof(courier_id=calling_courier(request).courier_id, client_id=proof_id)))

    def put(self, request: Request, proof_id: UUID) -> Response:
        """Take its next piece."""
        refuse_repeated(request.query_params)
        offset = PieceQuery(data=request.query_params.dict()).validated()["offset"]
        piece, courier_id = _piece(request), calling_courier(request).courier_id
        return Response(_state(take_piece(courier_id=courier_id, client_id=proof_id, offset=offset, content=piece)))


def _piece(request: Request) -> bytes:
    piece = request.data
    if not isinstance(piece, bytes) or not piece:  # without a body DRF asks no parser
        raise ValidationError({"non_field_errors": [ErrorDetail("The bytes of the piece.", code="required")]})
    return piece


def _state(file: ProofFile) -> dict[str, Any]:
    return {"id": str(file.client_id), "received_bytes": file.received_bytes, "is_complete": file.is_complete}
