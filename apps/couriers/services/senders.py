"""How a sign-in code reaches a phone: one function per way. `COURSIER_SIGN_IN_CODE_SENDER` names the one in use."""

import logging
import os
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.core.ids import new_id

logger = logging.getLogger(__name__)


def to_console(phone: str, code: str) -> None:
    """Write the code to the log of this process: for a laptop. No other way ever logs a code."""
    logger.info("code for %s: %s", phone, code)


def to_folder(phone: str, code: str) -> None:
    """Write the code to `VAR_DIR/sign_in_codes/<phone>.txt`, for its owner only: where robots read their messages.

    A reader finds the whole of the newest code or the one before, never half a file.
    """
    folder = settings.VAR_DIR / "sign_in_codes"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = folder / f"{phone}.{new_id().hex}"
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as message:
        message.write(f"{code}\n")
    fresh.replace(folder / f"{phone}.txt")


SENDERS: dict[str, Callable[[str, str], None]] = {"console": to_console, "folder": to_folder}


def send_code(*, phone: str, code: str) -> None:
    """Send a code to a phone, in E.164.

    A way that fails is logged and not told to the caller, who must not learn which phones are known.
    Raises ImproperlyConfigured when the settings name no known way.
    """
    sender = SENDERS.get(settings.SIGN_IN_CODE_SENDER)
    if sender is None:
        known = ", ".join(SENDERS)
        raise ImproperlyConfigured(f"COURSIER_SIGN_IN_CODE_SENDER is {settings.SIGN_IN_CODE_SENDER!r}; known: {known}")
    try:
        sender(phone, code)
    except OSError:
        logger.exception("A sign-in code could not be sent by %s.", settings.SIGN_IN_CODE_SENDER)
