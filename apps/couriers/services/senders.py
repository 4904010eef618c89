"""How a sign-in code reaches a courier: one function per way. `COURSIER_SIGN_IN_CODE_SENDER` names the one in use.

A function of one's own is named by its dotted path and called with the phone (E.164), the code, and the courier's
e-mail address or "". Ways that wait for somebody else's server run in threads of their own: a request waits for
none of them, and takes as long whether or not anybody has the phone.
"""

import logging
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from threading import BoundedSemaphore

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from apps.core.ids import new_id
from apps.couriers.services.code_letters import send_letter

logger = logging.getLogger(__name__)
AT_ONCE = 4  # codes on their way from one process
MOST_WAITING = 200  # beyond these a code is not sent: its courier asks again

Sender = Callable[[str, str, str], object]


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


HERE: dict[str, Callable[[str, str], None]] = {"console": to_console, "folder": to_folder}
EMAIL = "email"


def send_code(*, phone: str, code: str, email: str = "", language: str = "fr") -> None:
    """Send a code to a courier by the way in use. `phone` is in E.164; `email` "" for who has none.

    A way that fails is logged, without the code, and not told to the caller, who must not learn which phones are known.
    Raises ImproperlyConfigured when the settings name no known way.
    """
    way = settings.SIGN_IN_CODE_SENDER
    if at_once := HERE.get(way):
        try:
            at_once(phone, code)
        except OSError:
            logger.exception("A sign-in code could not be sent by %s.", way)
    elif way == EMAIL:
        _send_apart(lambda: send_letter(email=email, code=code, language=language))
    else:
        sender = function_named(way)
        _send_apart(lambda: sender(phone, code, email))


def function_named(path: str) -> Sender:
    """The function of a dotted path. Raises ImproperlyConfigured when there is none."""
    try:
        found: Sender = import_string(path)
    except ImportError as error:
        known = ", ".join([*HERE, EMAIL])
        raise ImproperlyConfigured(
            f"COURSIER_SIGN_IN_CODE_SENDER is {path!r}, which cannot be imported ({error}); known: {known}"
        ) from error
    if not callable(found):
        raise ImproperlyConfigured(f"COURSIER_SIGN_IN_CODE_SENDER is {path!r}, which is no function")
    return found


def check_way() -> None:
    """What is wrong with the way in use is found at the start, not at the first code. Raises ImproperlyConfigured."""
    if settings.SIGN_IN_CODE_SENDER not in (*HERE, EMAIL):
        function_named(settings.SIGN_IN_CODE_SENDER)


@cache
def _threads() -> tuple[ThreadPoolExecutor, BoundedSemaphore]:
    """Of this process; made with the first code, after the web server has forked."""
    return ThreadPoolExecutor(AT_ONCE, thread_name_prefix="codes"), BoundedSemaphore(MOST_WAITING)


def _send_apart(send: Callable[[], object]) -> None:
    threads, places = _threads()
    if not places.acquire(blocking=False):
        logger.error("A sign-in code was not sent: %d others wait to be.", MOST_WAITING)
        return

    def run() -> None:
        try:
            send()
        except Exception as error:  # noqa: BLE001 - of somebody else's function; its words may hold the code
            logger.error(  # noqa: TRY400 - nor may the lines that led to it
                "A sign-in code could not be sent by %s: %s.", settings.SIGN_IN_CODE_SENDER, type(error).__name__
            )
        finally:
            places.release()

    threads.submit(run)
