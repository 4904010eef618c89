"""A secret in an answer, though none is stored: an answer kept for repeated requests holds the seed."""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.webhooks.signing import secret_of

P = ParamSpec("P")
View = TypeVar("View", bound=APIView)
Handler = Callable[Concatenate[View, Request, P], Response]


def revealing_secret(handler: Handler[View, P]) -> Handler[View, P]:
    """Put the secret in the place of its seed on the way out. Above `answered_once`, which stores what is below.

    Raises SecretLost for the repetition of an answer from before the platform's key was replaced.
    """

    @functools.wraps(handler)
    def revealed(view: View, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> Response:
        response = handler(view, request, *args, **kwargs)
        response.data = {**response.data, "secret": secret_of(response.data["secret"])}
        return response

    return revealed
