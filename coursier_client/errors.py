"""How calls fail."""

from typing import Any


class ApiError(Exception):
    """The platform refused. `code` is stable; `fields` names what is wrong; `state` is how things are, after a 409."""

    def __init__(self, status: int, error: dict[str, Any]) -> None:
        self.status = status
        self.code = str(error.get("code", ""))
        self.fields: list[dict[str, str]] = error.get("fields") or []
        self.request_id = str(error.get("request_id", ""))
        self.state = error.get("state")
        super().__init__(f"{status} {self.code}: {error.get('message', '')} (request {self.request_id})")


class NoAnswer(Exception):
    """Nothing came back, or only that it should be tried again: it may have been done or not."""
