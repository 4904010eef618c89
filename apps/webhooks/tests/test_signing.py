"""Signatures that the reference libraries accept, and secrets that no copy of the database gives away."""

import base64
import shutil
import subprocess
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from apps.webhooks.errors import SecretLost
from apps.webhooks.signing import new_seed, secret_of, signatures

BODY = '{"type":"order.delivered","data":{"note":"à la porte"}}'.encode()
# The algorithm of the specification, in JavaScript, as docs/webhooks.md gives it.
VERIFY_JS = """
const crypto = require("crypto");
const [secret, id, timestamp, header, body] = process.argv.slice(1);
const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
const wanted = crypto.createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
const right = header.split(" ").some((part) => {
  const [version, signature] = part.split(",");
  const told = Buffer.from(signature, "base64");
  return version === "v1" && told.length === wanted.length && crypto.timingSafeEqual(told, wanted);
});
console.log(right ? "right" : "wrong");
"""


def signed(*seeds: str, timestamp: int | None = None) -> dict[str, str]:
    timestamp = timestamp or int(datetime.now(UTC).timestamp())
    header = signatures(list(seeds), message_id="msg_1", timestamp=timestamp, body=BODY)
    return {"webhook-id": "msg_1", "webhook-timestamp": str(timestamp), "webhook-signature": header}


def test_the_reference_library_accepts_a_signature():
    seed = new_seed()
    assert Webhook(secret_of(seed)).verify(BODY, signed(seed))["type"] == "order.delivered"


def test_a_signature_is_the_one_that_the_reference_library_makes():
    seed, moment = new_seed(), datetime(2026, 6, 10, 10, tzinfo=UTC)
    theirs = Webhook(secret_of(seed)).sign("msg_1", moment, BODY.decode())
    assert signed(seed, timestamp=int(moment.timestamp()))["webhook-signature"] == theirs


@pytest.mark.parametrize("change", ["webhook-id", "webhook-timestamp", "body", "secret"])
def test_whatever_is_changed_makes_the_signature_wrong(change):
    from standardwebhooks import WebhookVerificationError

    seed = new_seed()
    headers, body, secret = signed(seed), BODY, secret_of(seed)
    if change == "body":
        body += b" "
    elif change == "secret":
        secret = secret_of(new_seed())
    else:
        headers[change] = headers[change][:-1] + ("2" if headers[change][-1] != "2" else "3")
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed here")
def test_javascript_accepts_a_signature_too():
    seed = new_seed()
    headers = signed(new_seed(), seed)
    words = [secret_of(seed), headers["webhook-id"], headers["webhook-timestamp"], headers["webhook-signature"]]

    def verdict(body: str) -> str:
        command = ["node", "-e", VERIFY_JS, *words, body]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert verdict(BODY.decode()) == "right"
    assert verdict(BODY.decode() + " ") == "wrong"


def test_while_a_rotation_lasts_either_secret_verifies():
    new, former = new_seed(), new_seed()
    headers = signed(new, former)
    assert len(headers["webhook-signature"].split(" ")) == 2
    for seed in (new, former):
        Webhook(secret_of(seed)).verify(BODY, headers)


def test_a_secret_has_32_bytes_and_no_two_are_alike():
    secrets = {secret_of(new_seed()) for _ in range(100)}
    assert len(secrets) == 100
    assert {len(base64.b64decode(secret.removeprefix("whsec_"))) for secret in secrets} == {32}


def test_a_seed_alone_makes_no_secret(settings):
    seed = new_seed()
    settings.SECRET_KEY = "another platform's key, or the guess of whoever has a copy of the database"
    with pytest.raises(SecretLost):
        secret_of(seed)


def test_a_secret_outlives_the_replacement_of_the_platforms_key(settings):
    seed = new_seed()
    before = secret_of(seed)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the new key of the platform, " + "n" * 40
    assert secret_of(seed) == before
    assert secret_of(new_seed()) != before
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(SecretLost):
        secret_of(seed)
