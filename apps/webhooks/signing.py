"""Secrets and signatures by the Standard Webhooks specification.

No secret is stored. An endpoint keeps a *seed*, a random nonce; its secret is derived from the platform's SECRET_KEY
and the nonce (HKDF with SHA-256, RFC 5869), when it is shown and when something is signed. A copy of the database alone
signs nothing. A seed also carries a mark of the key that it was made with, so that SECRET_KEY can be replaced while the
former one stands in SECRET_KEY_FALLBACKS.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

from apps.webhooks.errors import SecretLost

PREFIX = "whsec_"
_SALT = b"coursier webhooks 1"
_NONCE_BYTES = 16
_MARK_BYTES = 8


def new_seed() -> str:
    """The seed of a new secret: a nonce and the mark of today's key, in hexadecimal."""
    nonce = secrets.token_hex(_NONCE_BYTES)
    return f"{nonce}.{_mark(settings.SECRET_KEY, nonce)}"


def secret_of(seed: str) -> str:
    """The secret, `whsec_` and 32 bytes in base64. Raises SecretLost when the key it was made with is gone."""
    return PREFIX + base64.b64encode(_secret_bytes(seed)).decode()


def signatures(seeds: list[str], *, message_id: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: one signature a seed, separated by spaces. `timestamp` is in Unix seconds."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return " ".join(f"v1,{_base64_hmac(_secret_bytes(seed), signed)}" for seed in seeds)


def _base64_hmac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()


def _secret_bytes(seed: str) -> bytes:
    nonce, _, mark = seed.partition(".")
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        if hmac.compare_digest(_mark(key, nonce), mark):
            return _derived(key, f"secret {nonce}")
    raise SecretLost


def _mark(key: str, nonce: str) -> str:
    return _derived(key, f"mark {nonce}")[:_MARK_BYTES].hex()


def _derived(key: str, purpose: str) -> bytes:
    """HKDF: extract, and the first block of expand, which is all that 32 bytes need."""
    extracted = hmac.digest(_SALT, key.encode(), hashlib.sha256)
    return hmac.digest(extracted, purpose.encode() + b"\x01", hashlib.sha256)
