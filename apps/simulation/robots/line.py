"""One request over HTTP, and what its answer means to a robot."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import httpx

from apps.simulation.robots.errors import NoAnswer, OffDuty, Refused, SignedOut
from coursier_client.client import TRY_AGAIN

READY_EVERY_S = 0.2
RAW_BYTES = "application/octet-stream"
Json = dict[str, Any]


def open_client(url: str, *, connections: int = 40, seconds: float = 10.0) -> httpx.AsyncClient:
    """A client for many robots: connections are kept and shared. `seconds` is how long an answer may take."""
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections, keepalive_expiry=15)
    return httpx.AsyncClient(base_url=url, limits=limits, timeout=httpx.Timeout(seconds), trust_env=False)


async def wait_until_ready(client: httpx.AsyncClient) -> None:
    """Return once the platform can serve. Asks often: nobody backs off from a platform that is just starting."""
    while True:
        with suppress(httpx.TransportError):  # it does not listen yet
            if (await client.get("/healthz/ready")).is_success:
                return
        await asyncio.sleep(READY_EVERY_S)


async def ask(
    client: httpx.AsyncClient, method: str, path: str, *, body: Json | bytes | None = None, headers: Mapping[str, str]
) -> tuple[int, Json]:
    """Send one request. Returns status and body of a success; raises NoAnswer, SignedOut, OffDuty or Refused."""
    try:
        if isinstance(body, bytes):
            answer = await client.request(method, path, content=body, headers={**headers, "Content-Type": RAW_BYTES})
        else:
            answer = await client.request(method, path, json=body, headers=dict(headers))
    except httpx.TransportError as error:
        raise NoAnswer(f"{method} {path}: {error!r}") from error
    if answer.status_code in TRY_AGAIN:
        raise NoAnswer(f"{method} {path}: {answer.status_code}")
    content = _json(answer)
    if answer.is_success:
        return answer.status_code, content
    said = content.get("error", {})
    code = str(said.get("code", ""))
    words = f"{method} {path}: {answer.status_code} {answer.text[:300]}"
    if answer.status_code == 401:
        raise SignedOut(words)
    if code == "off_duty":
        raise OffDuty(words)
    raise Refused(words, code=code, state=said.get("state"))


def _json(answer: httpx.Response) -> Json:
    if not answer.content:
        return {}
    try:
        content = answer.json()
    except ValueError:
        return {}
    return content if isinstance(content, dict) else {}
