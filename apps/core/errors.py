"""The errors of the domain, by kind. Apps subclass a kind and give it a stable code.

CoursierError
├── NotFound      the thing is not there, or not yours (the outside cannot tell which)   404
├── Gone          it was there, and is not shown any more                                410
├── Conflict      somebody was faster, or the state no longer allows it                  409
├── Invalid       the request is understood and cannot be accepted; names the fields     422
├── Forbidden     you are known, and may not do this                                     403
├── Unauthenticated  who are you                                                      401
├── TooManyRequests  more than the limit allows                                       429
└── Unavailable   a part that is needed does not answer now; try again                   503

Domain code knows no HTTP status: `apps.core.api.errors` maps a kind to one.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field of the input: where (dotted path), a stable code, and a sentence."""

    path: str
    code: str
    message: str = ""


class CoursierError(Exception):
    """An error that a caller can act upon. `code` is stable and documented, the message is for people."""

    code = "error"
    message = "Something went wrong."

    def __init__(self, message: str = "", *, fields: tuple[FieldError, ...] = (), state: Any = None) -> None:
        super().__init__(message or self.message)
        self.fields = fields
        self.state = state  # for a Conflict: the state as it is, JSON-ready, so that the caller can go on from it


class NotFound(CoursierError):
    code = "not_found"
    message = "There is no such thing here."


class Gone(CoursierError):
    code = "gone"
    message = "It is not shown any more."


class Conflict(CoursierError):
    code = "conflict"
    message = "It changed in the meantime: read it again."


class Invalid(CoursierError):
    code = "invalid"
    message = "The request cannot be accepted as it is."


class Forbidden(CoursierError):
    code = "forbidden"
    message = "You may not do this."


class Unauthenticated(CoursierError):
    code = "unauthenticated"
    message = "Valid credentials are required."


class TooManyRequests(CoursierError):
    code = "too_many_requests"
    message = "Slow down."

    def __init__(self, message: str = "", *, retry_after_s: int = 1) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Unavailable(CoursierError):
    code = "unavailable"
    message = "A part that is needed does not answer. Try again."
    retry_after_s: int | None = None  # for those of which it is known when it is worth while
