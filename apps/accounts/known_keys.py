"""Keys in use: looked up within the last second, per process."""

from dataclasses import dataclass
from datetime import datetime

from apps.accounts.principals import Principal
from apps.core.short_memory import ShortMemory


@dataclass(frozen=True, slots=True)
class KnownKey:
    """A key that was live when it was looked up. `expires_at` None: never."""

    principal: Principal
    expires_at: datetime | None


known_keys: ShortMemory[str, KnownKey] = ShortMemory(most=1_000)
