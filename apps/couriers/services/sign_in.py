"""Sign in by phone: a one-time code goes to it, and the code buys the device a token.

What an attacker can do is counted in the database, so that no number of processes widens it: five codes per phone in
a quarter of an hour, five tries per code, each taken by compare-and-swap before the code is looked at. Known and
unknown phones are treated alike down to the rows written; only the message is not sent.
"""

import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.crypto import salted_hmac

from apps.core import clock
from apps.core.db import atomic
from apps.couriers.errors import TooManyCodes, WrongCode
from apps.couriers.models import Courier, SignInCode
from apps.couriers.services.devices import register_device
from apps.couriers.services.senders import send_code

CODE_VALID_FOR = timedelta(minutes=10)
TRIES = 5
CODES_PER_WINDOW = 5
WINDOW = timedelta(minutes=15)
KEPT_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A device that was let in. The token is nowhere else: only its hash is kept. Fleet and vehicle are loaded."""

    token: str
    courier: Courier


def request_code(*, phone: str) -> None:
    """Send a code to a phone (E.164), if a courier has it; who asks cannot tell. Raises TooManyCodes."""
    at = clock.now()
    code = f"{secrets.randbelow(10**6):06d}"
    asked = SignInCode.objects.create(
        phone=phone, code_hash=_hashed(phone, code), expires_at=at + CODE_VALID_FOR, tries_left=TRIES
    )
    _check_limit(asked, at)
    courier = Courier.objects.filter(phone=phone, is_active=True).first()
    if courier is not None:
        send_code(phone=phone, code=code, email=courier.email, language=courier.language)


def _check_limit(asked: SignInCode, at: datetime) -> None:
    """Write first, count then: of requests at the same moment the last one written sees them all, so none slips by."""
    since = at - WINDOW + CODE_VALID_FOR
    recent = SignInCode.objects.filter(phone=asked.phone, expires_at__gt=since).exclude(pk=asked.pk)
    expiries = sorted(recent.values_list("expires_at", flat=True))
    if len(expiries) < CODES_PER_WINDOW:
        return
    SignInCode.objects.filter(pk=asked.pk).delete()
    free_at = expiries[-CODES_PER_WINDOW] - CODE_VALID_FOR + WINDOW
    raise TooManyCodes(retry_after_s=max(1, math.ceil(clock.wall_seconds(free_at - at))))


def sign_in(*, phone: str, code: str, device_label: str, device_id: UUID | None = None) -> SignedIn:
    """Let a device in that knows the newest code of its phone (E.164). Raises WrongCode, whatever the reason."""
    asked = _take_try(phone)
    if not hmac.compare_digest(asked.code_hash, _hashed(asked.phone, code)):
        raise WrongCode
    return _let_in(asked, device_label, device_id)


def _take_try(phone: str) -> SignInCode:
    """Use up one try of the newest code, for good before it is looked at: a wrong code cannot take it back."""
    while True:  # whoever loses the swap reads again; each loss is a try less, so it ends
        asked = SignInCode.objects.filter(phone=phone).order_by("-id").first()
        if asked is None or asked.used_at or asked.expires_at <= clock.now() or not asked.tries_left:
            raise WrongCode
        if _one_try_less(asked):
            return asked


@atomic(attempts=10)
def _one_try_less(asked: SignInCode) -> bool:
    same = SignInCode.objects.filter(pk=asked.pk, tries_left=asked.tries_left, used_at=None)
    return same.update(tries_left=asked.tries_left - 1) == 1


@atomic
def _let_in(asked: SignInCode, device_label: str, device_id: UUID | None) -> SignedIn:
    if not SignInCode.objects.filter(pk=asked.pk, used_at=None).update(used_at=clock.now()):
        raise WrongCode  # the same code, at the same moment, from elsewhere
    courier = Courier.objects.select_related("fleet", "vehicle").filter(phone=asked.phone, is_active=True).first()
    if courier is None:
        raise WrongCode
    return SignedIn(register_device(courier_id=courier.pk, label=device_label, device_id=device_id), courier)


def _hashed(phone: str, code: str) -> str:
    """HMAC-SHA256 with the secret key: six digits alone would be found by trying a million."""
    return salted_hmac("couriers.sign_in_code", f"{phone}:{code}", algorithm="sha256").hexdigest()


def forget_old_codes() -> int:
    """Delete codes that ended more than a day ago. Returns how many."""
    return SignInCode.objects.filter(expires_at__lt=clock.now() - KEPT_FOR).delete()[0]
