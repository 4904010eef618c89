"""Where bytes of proofs lie: Django's default storage, which every web process can reach, whoever takes which piece.

Names are never used twice, so nobody writes over what somebody else has just stored. What a storage raises depends on
which one it is: all of it is Unavailable here, and the phone tries again.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from apps.core.clock import now
from apps.core.errors import Unavailable
from apps.core.ids import new_id

logger = logging.getLogger(__name__)
INCOMING = "proofs/incoming"


def keep_piece(proof_id: UUID, offset: int, content: bytes) -> str:
    """Store a piece. Returns its name. Raises Unavailable."""
    return _store(f"{INCOMING}/{proof_id.hex}/{offset}-{new_id().hex[-12:]}", content)


def keep_file(proof_id: UUID, content: bytes) -> str:
    """Store the picture that is kept. Returns its name. Raises Unavailable."""
    return _store(f"proofs/{now():%Y/%m}/{proof_id.hex}-{new_id().hex[-12:]}.jpg", content)


def bytes_of(names: Sequence[str]) -> bytes:
    """What lies under these names, one after the other. Raises Unavailable."""
    with _in_reach():
        return b"".join(_read(name) for name in names)


def forget(names: Sequence[str]) -> None:
    """Delete what nobody needs any more. What cannot be deleted now is logged and stays: it harms nothing."""
    for name in names:
        try:
            with _in_reach():
                default_storage.delete(name)
        except Unavailable:
            logger.warning("%s stays in the storage.", name)


def forget_pieces(proof_id: UUID) -> None:
    """Delete all pieces of a proof, also those that a process stored and did not live to note."""
    folder = f"{INCOMING}/{proof_id.hex}"
    try:
        with _in_reach():
            forget([f"{folder}/{name}" for name in _names_in(folder)])
            if default_storage.exists(folder):  # storages of objects have no folders
                default_storage.delete(folder)
    except Unavailable:
        logger.warning("Pieces in %s may stay in the storage.", folder)


def _names_in(folder: str) -> list[str]:
    try:
        return default_storage.listdir(folder)[1]
    except FileNotFoundError:
        return []


def _store(name: str, content: bytes) -> str:
    with _in_reach():
        return default_storage.save(name, ContentFile(content))


def _read(name: str) -> bytes:
    with default_storage.open(name) as stored:
        found: bytes = stored.read()
        return found


@contextmanager
def _in_reach() -> Iterator[None]:
    try:
        yield
    except Exception as error:  # every storage has errors of its own
        logger.exception("The storage of proofs does not answer.")
        raise Unavailable("Proofs cannot be stored or read now: try again.") from error
