"""Sends calls, and repeats those that may be repeated."""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import httpx

from coursier_client.calls import Call
from coursier_client.errors import ApiError, NoAnswer

Answer = TypeVar("Answer")
TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 8.0


class Coursier:
    """The API for one key. Call it with a call: it returns the answer, or raises ApiError or, in the end, NoAnswer."""

    def __init__(self, host: str, key: str, *, tries: int = 6, timeout_s: float = 20.0) -> None:
        self._http = httpx.Client(base_url=host, headers=_headers(key), timeout=timeout_s)
        self._tries = tries

    def __call__(self, call: Call[Answer]) -> Answer:
        """Send a call, again and again if it may be repeated and no answer comes."""
        for pause_s in _pauses(self._tries if call.may_be_repeated else 1):
            try:
                answer = self._http.request(**_request(call))
                return cast("Answer", _content(answer))
            except (httpx.TransportError, NoAnswer) as error:
                if pause_s is None:
                    raise NoAnswer(str(error)) from error
                time.sleep(_longer(pause_s, error))
        raise AssertionError("the last pause is None")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


class AsyncCoursier:
    """The same for asyncio. Shares a client of httpx with others, if one is given; its base URL is then the host."""

    def __init__(self, host: str = "", key: str = "", *, http: httpx.AsyncClient | None = None, tries: int = 6) -> None:
        self._http = http or httpx.AsyncClient(base_url=host, timeout=20.0)
        self._owns, self._key, self._tries = http is None, key, tries

    async def __call__(self, call: Call[Answer]) -> Answer:
        """As `Coursier`."""
        for pause_s in _pauses(self._tries if call.may_be_repeated else 1):
            try:
                return await self.once(call)
            except NoAnswer as error:
                if pause_s is None:
                    raise
                await asyncio.sleep(_longer(pause_s, error))
        raise AssertionError("the last pause is None")

    async def once(self, call: Call[Answer]) -> Answer:
        """Send a call once. Raises NoAnswer when it should be sent again, ApiError when it is refused."""
        request = _request(call)
        request["headers"] = {**_headers(self._key), **request["headers"]}
        try:
            answer = await self._http.request(**request)
        except httpx.TransportError as error:
            raise NoAnswer(f"{call.method} {call.path}: {error!r}") from error
        return cast("Answer", _content(answer))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        if self._owns:
            await self._http.aclose()


def pages(api: Coursier, page: Callable[[str | None], Call[Any]]) -> Iterator[Any]:
    """All rows of a list: `pages(api, lambda cursor: list_orders(cursor=cursor, status="placed"))`."""
    cursor: str | None = None
    while True:
        found: Mapping[str, Any] = api(page(cursor))
        yield from found["data"]
        cursor = found["next_cursor"]
        if cursor is None:
            return


def _request(call: Call[Any]) -> dict[str, Any]:
    headers = {"Idempotency-Key": call.idempotency_key} if call.idempotency_key else {}
    request: dict[str, Any] = {"method": call.method, "url": f"/v1{call.path}", "headers": headers}
    if call.parameters:
        request["params"] = call.parameters
    if call.body is not None:
        request["json"] = call.body
    return request


def _content(answer: httpx.Response) -> Any:
    if answer.is_success:
        is_json = answer.headers.get("Content-Type", "").startswith("application/json")
        return (answer.json() if is_json else answer.content) if answer.content else None
    error = _error(answer)
    if answer.status_code in TRY_AGAIN:
        raise _TryAgain(answer, error)
    raise ApiError(answer.status_code, error)


class _TryAgain(NoAnswer):
    """With how long to wait, where the platform says it."""

    def __init__(self, answer: httpx.Response, error: dict[str, Any]) -> None:
        super().__init__(f"{answer.status_code} {error.get('code', '')}")
        wait = answer.headers.get("Retry-After", "")
        self.wait_s = float(wait) if wait.isdigit() else 0.0


def _error(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json().get("error")
    except (ValueError, AttributeError):
        found = None
    return found if isinstance(found, dict) else {"message": answer.text[:200]}


def _headers(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}", "User-Agent": "coursier-client/1"}


def _pauses(tries: int) -> Iterator[float | None]:
    """Seconds to wait after each try; None after the last."""
    pause_s = FIRST_PAUSE_S
    for _ in range(tries - 1):
        yield pause_s
        pause_s = min(LONGEST_PAUSE_S, 2 * pause_s)
    yield None


def _longer(pause_s: float, error: Exception) -> float:
    return max(pause_s, error.wait_s) if isinstance(error, _TryAgain) else pause_s
